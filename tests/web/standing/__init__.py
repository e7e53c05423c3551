"""The page: standing."""
