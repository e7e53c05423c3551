"""The page: voice."""
