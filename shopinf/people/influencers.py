"""Influencers: the stable id that operators see, and the opaque one that the journal keeps."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


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


def unique_name(name: str, taken: Callable[[str], bool]) -> str:
    """*name*, or `name-2`, `name-3` … when another person has it; *taken* is asked with the folded name."""
    plain, number = name.strip().lstrip("@").strip(), 1
    chosen = plain
    while taken(folded_name(chosen)):
        number += 1
        chosen = f"{plain}-{number}"
    return chosen
