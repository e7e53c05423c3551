"""The page: letters, the console's side of the only door out."""
