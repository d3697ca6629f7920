"""What a store's values can be, whoever wrote them: a file that is edited by hand may hold anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from shopinf.loopback import is_loopback
from shopinf.stores import API_VERSION, MYSHOPIFY

# A name stands in file names (`{store}` in --output), in comma-separated SHOPINF_STORE and after options.
NAME = re.compile(r"[^\W_][\w. -]{0,62}[\w.-]|[^\W_]")
MOST = (1 << 63) - 1  # what a database takes for a number


def _is_practice(url: str) -> bool:
    try:
        parts = urlsplit(url)
        local = is_loopback(parts.hostname or "") and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return local and parts.scheme in ("http", "https") and not parts.username and url.isascii() and url.isprintable()


def _is_time(at: datetime) -> bool:
    return 1970 <= at.year <= 9000  # so that it can be told in any zone


_SHAPES: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "name": (NAME.fullmatch, "up to 64 letters, digits, dots, spaces, - and _, beginning with a letter or digit"),
    "shop_id": (lambda number: 0 < number <= MOST, "Shopify's number of the shop"),
    "domain": (MYSHOPIFY.fullmatch, "a myshopify.com domain"),
    "connection": (re.compile(r"[\w.-]{1,64}").fullmatch, "what `shopinf connect` wrote, letters and digits"),
    "api_version": (API_VERSION.fullmatch, "a version like 2026-07"),
    "url": (_is_practice, "the address of a practice store on this machine"),
    "connected_at": (_is_time, "a time of our days"),
    "leaving_at": (_is_time, "a time of our days"),
}


def lacking(key: str, value: Any) -> str | None:
    """What the value of *key*, which is of the right kind, has to be and is not; None where it can be used."""
    fits, words = _SHAPES.get(key, (bool, ""))
    return words if words and not fits(value) else None
