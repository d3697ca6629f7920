"""`shopinf discounts`: influencers' codes, made and looked after."""

VERBS = (
    "create",
    "combine",
    "list",
    "links",
    "pause",
    "resume",
    "retire",
    "assign",
    "rename",
    "check",
    "watch",
    "import",
)
