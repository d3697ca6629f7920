"""Making discount codes, and looking after them."""
