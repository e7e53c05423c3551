"""The page: value."""
