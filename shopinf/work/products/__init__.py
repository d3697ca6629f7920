"""Keeping the ledger's copy of the products."""
