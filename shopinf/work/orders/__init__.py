"""Reading orders, and saying whose they are."""
