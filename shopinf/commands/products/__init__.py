"""`shopinf products`: the stores' catalogues in the ledger."""

VERBS = ("import", "list")
