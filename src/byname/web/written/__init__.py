"""What people write: rows of the fact tables, laid over the snapshot at once, drained by the next refresh."""
