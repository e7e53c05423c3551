"""The page: settings."""
