"""Stories that customers tell and words that they lend us: where, under which name, until when (S0.5, S0.42)."""
