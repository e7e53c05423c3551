"""Where each customer stands, by evidence that adds up and fades, and how that moves."""
