"""`shopinf livecapture`: hear of influencers who show interest in a store."""

VERBS = ("install", "status", "uninstall", "serve", "leads", "run")
