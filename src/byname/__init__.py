"""Know your best customers by name."""
