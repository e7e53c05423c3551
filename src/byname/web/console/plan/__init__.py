"""The page: plan."""
