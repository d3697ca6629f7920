"""Discount codes: what is planned, their terms, their names and their links. Pure."""
