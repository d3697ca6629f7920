"""`shopinf reports`: finished files leave by mail, or are told of in Slack; nothing goes twice."""

VERBS = ("connect", "send", "list", "disconnect")
