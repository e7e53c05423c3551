"""What is known: the fact tables, the readers that fill them from files, and the ledger that keeps them."""
