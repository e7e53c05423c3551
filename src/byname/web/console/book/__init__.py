"""The page: book."""
