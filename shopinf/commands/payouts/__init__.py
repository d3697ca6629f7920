"""`shopinf payouts`: close periods, pay influencers, and note what came back."""

VERBS = (
    "close",
    "list",
    "show",
    "statement",
    "hold",
    "release",
    "reject",
    "adjust",
    "pay",
    "paid",
    "failed",
    "drop",
    "totals",
)
