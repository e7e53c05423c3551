"""What is agreed with one person: perks that nobody asks for, a rule for their returns (S4.15, S0.14, S0.15)."""
