"""`shopinf influencers`: the people you know, their accounts, and what was agreed with them."""

VERBS = ("list", "show", "import", "export", "rename", "merge", "rate", "forget", "remember", "worth")
