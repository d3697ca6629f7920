"""Influencers: the stable id that operators see, the opaque one that the journal keeps, and e-mails as compared."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

_DOTLESS = frozenset({"gmail.com", "googlemail.com"})  # these deliver to the same person with and without dots


@dataclass(frozen=True, slots=True)
class Influencer:
    """A person, as the ledger knows them."""

    id: str  # opaque, random: what the journal names them by
    influencer: str  # what operators see
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class Source(StrEnum):
    """What a person's name was taken from, which decides how far a namesake is the same person."""

    INFLUENCER = "influencer"  # our own id: this person, whatever the e-mail
    HANDLE = "handle"  # the same person, unless the e-mails differ
    EMAIL = "email"  # only its local part: a namesake is somebody else, unless the e-mails are the same


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a sheet or an option names them."""

    name: str
    source: Source
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


def folded_name(name: str) -> str:
    """An influencer's id as it is compared: `@Maya` is `maya`."""
    return unicodedata.normalize("NFKC", name).strip().lstrip("@").strip().casefold()


def read_handle(text: str) -> str:
    """The handle in *text*: `@maya`, or the address of a profile like `https://www.instagram.com/maya/`."""
    word = text.strip()
    if re.match(r"[a-z]+://|(www\.|m\.)?(instagram|tiktok|youtube|twitch|twitter|x|pinterest)\.com/", word, re.I):
        parts = [part for part in urlsplit(word if "://" in word else f"https://{word}").path.split("/") if part]
        parts = [part for part in parts if part.lower() not in ("c", "channel", "user")]
        word = parts[0] if parts else word
    return word.lstrip("@").strip()


def local_part(email: str) -> str:
    """What stands before the @, without a `+tag`."""
    return email.strip().rsplit("@", 1)[0].split("+", 1)[0]


def folded_email(email: str) -> str:
    """An e-mail as it is compared: lower case, without `+tag`, and without dots where the provider ignores them."""
    local, _, domain = email.strip().casefold().rpartition("@")
    if "+" in local:
        local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def email_key(key: bytes, email: str) -> str:
    """The keyed hash that stands for an e-mail outside the people's part of the ledger."""
    return _hashed(key, folded_email(email))


def unique_name(name: str, taken: Callable[[str], bool]) -> str:
    """*name*, or `name-2`, `name-3` … when another person has it; *taken* is asked with the folded name."""
    plain, number = name.strip().lstrip("@").strip(), 1
    chosen = plain
    while taken(folded_name(chosen)):
        number += 1
        chosen = f"{plain}-{number}"
    return chosen


def phone_key(key: bytes, phone: str) -> str | None:
    """The keyed hash of a phone number's digits; None for what is too short to be anybody's."""
    digits = re.sub(r"\D", "", phone).removeprefix("00")
    return _hashed(key, digits) if len(digits) >= 7 else None


def address_key(key: bytes, country: str | None, postcode: str, street: str) -> str | None:
    """The keyed hash of an address, however it is spaced and capitalised; None without its two telling parts."""
    parts = ["".join(filter(str.isalnum, text.casefold())) for text in (country or "", postcode, street)]
    return _hashed(key, "|".join(parts)) if parts[1] and parts[2] else None


def _hashed(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()[:32]
