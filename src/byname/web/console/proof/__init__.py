"""The page: proof."""
