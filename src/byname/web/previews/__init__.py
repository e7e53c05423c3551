"""Previews and opinion asks: those who use the thing see it and say what they think (S0.2, S0.3, S0.34)."""
