"""Keyed hashes: what stands for something personal where only equality is asked for."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any

_BLOCK = 64  # bytes, SHA-256's


def keyed(key: bytes, text: str) -> str:
    """The hash of *text* under the ledger's own *key*; without the key nobody can try texts.

    HMAC with SHA-256, as RFC 2104 has it, begun once for a key. `hmac` begins anew each time and lets other threads go
    first, and of pages with hundreds of e-mails each then waits its turn as often.
    """
    inner, outer = _begun(key)
    inner, outer = inner.copy(), outer.copy()
    inner.update(text.encode())
    outer.update(inner.digest())
    found: str = outer.hexdigest()
    return found[:32]


@lru_cache(maxsize=8)
def _begun(key: bytes) -> tuple[Any, Any]:
    padded = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    return hashlib.sha256(bytes(each ^ 0x36 for each in padded)), hashlib.sha256(bytes(each ^ 0x5C for each in padded))


def phone_key(key: bytes, phone: str) -> str | None:
    """The keyed hash of a phone number's digits; None for what is too short to be anybody's."""
    digits = re.sub(r"\D", "", phone).removeprefix("00")
    return keyed(key, digits) if len(digits) >= 7 else None


def address_key(key: bytes, country: str | None, postcode: str, street: str) -> str | None:
    """The keyed hash of an address, however it is spaced and capitalised; None without its two telling parts."""
    parts = [_bare(text) for text in (country or "", postcode, street)]
    return keyed(key, "|".join(parts)) if parts[1] and parts[2] else None


def _bare(text: str) -> str:
    """*text* without all that is neither letter nor digit, in small letters."""
    if text.isascii():
        return text.lower().translate(_NO_LETTERS)
    return "".join(filter(str.isalnum, text.casefold()))


_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
