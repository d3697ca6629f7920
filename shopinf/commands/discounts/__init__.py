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
    "reissue",
    "check",
    "watch",
    "import",
)
