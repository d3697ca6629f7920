"""`shopinf stores`: the connected stores, without their secrets.

Beside the verbs stands what they share with `connect`, `verify-scopes`, `doctor` and `disconnect`.
"""

VERBS = ("list", "show", "default", "group", "disable", "enable", "export", "import")
