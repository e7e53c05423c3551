"""The only door out: nothing reaches a customer but through here (S4.2)."""
