"""Is a host this machine, and so: where keys and data may go. Without TLS they go no farther than this machine."""

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


def is_safe(scheme: str, host: str) -> bool:
    """May keys and data go there: by https anywhere, by plain http to this machine alone?"""
    return scheme == "https" or (scheme == "http" and is_loopback(host))
