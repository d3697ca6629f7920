"""`shopinf orders`: read orders, attribute them to influencers, and explain the sums."""

VERBS = ("sync", "attribute", "explain", "review", "decide", "reconcile")
