"""`shopinf gifts`: gifts to influencers, sent and followed."""

VERBS = ("send", "status", "cancel", "report")
