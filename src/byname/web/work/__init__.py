"""Work in the background: refreshes, the inbox, the morning's mail."""
