"""Reviews of customers: written on their pages, shown to all where they allow it, good or bad (S0.5, S0.15)."""
