"""What to do for whom, as data: whom it is for, what they gain, what it is expected to do, and words to start with."""
