"""`shopinf sources`: the providers that customers are looked up at, their keys, and the consent to send data there."""

VERBS = ("connect", "list", "disconnect")
