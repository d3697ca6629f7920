"""`shopinf reference`: what there is to look up, offline, made from what the program itself declares."""

VERBS = ("columns", "schemas", "exit-codes", "environment", "config", "sheets")
