"""The customers' own side: what is held, what was concluded, and every tool to change it (S0.6)."""
