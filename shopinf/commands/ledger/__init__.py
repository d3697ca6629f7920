"""`shopinf ledger`: the ledger as a whole: its backup, and its move to another place."""

VERBS = ("export", "import")
