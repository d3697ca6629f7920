"""The ledger: the journal (only added to), the mirror of the stores, and the people (erasable)."""
