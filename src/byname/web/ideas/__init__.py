"""Ideas of customers: given, voted for, answered by colleagues, credited to who had them (S0.14, S2.15)."""
