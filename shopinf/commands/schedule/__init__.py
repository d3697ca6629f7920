"""`shopinf schedule`: leave a command to the machine's timer."""

VERBS = ("print",)
