"""What customers say: how they feel, what they want, their problems in their own words, and who waits for an answer."""
