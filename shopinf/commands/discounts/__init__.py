"""`shopinf discounts`: influencers' codes, made and looked after."""

VERBS = ("create", "list", "links", "pause", "resume", "retire", "assign", "rename", "check", "import")
