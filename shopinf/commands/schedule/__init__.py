"""`shopinf schedule`: leave a command to cron or to systemd."""

VERBS = ("print",)
