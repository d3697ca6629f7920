"""Whose sale an order is, what it is worth, what it earns, and the report that adds it up. Pure."""
