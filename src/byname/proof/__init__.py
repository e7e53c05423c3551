"""Did it work: lots that hold, effects with ranges, what cannot be known."""
