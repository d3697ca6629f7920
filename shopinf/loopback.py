"""Is a host this machine? Only there may keys and data go without TLS; asked in this one place."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Is *host* this machine: 127.0.0.0/8, ::1 or localhost?"""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
