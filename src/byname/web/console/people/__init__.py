"""The page: people."""
