"""`shopinf rates`: what influencers, codes, campaigns and products earn, each from a day on."""

VERBS = ("list", "set", "import")
