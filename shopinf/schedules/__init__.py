"""When a command may run unattended, and how cron, systemd and their like are told. Pure."""
