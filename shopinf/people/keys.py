"""Keyed hashes: what stands for something personal where only equality is asked for."""

from __future__ import annotations

import hmac
import re


def keyed(key: bytes, text: str) -> str:
    """The hash of *text* under the ledger's own *key*; without the key nobody can try texts."""
    return hmac.digest(key, text.encode(), "sha256").hex()[:32]


def phone_key(key: bytes, phone: str) -> str | None:
    """The keyed hash of a phone number's digits; None for what is too short to be anybody's."""
    digits = re.sub(r"\D", "", phone).removeprefix("00")
    return keyed(key, digits) if len(digits) >= 7 else None


def address_key(key: bytes, country: str | None, postcode: str, street: str) -> str | None:
    """The keyed hash of an address, however it is spaced and capitalised; None without its two telling parts."""
    parts = ["".join(filter(str.isalnum, text.casefold())) for text in (country or "", postcode, street)]
    return keyed(key, "|".join(parts)) if parts[1] and parts[2] else None
