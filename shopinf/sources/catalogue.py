"""The catalogue of providers: each is a file of this package, and a name here.

A file has a `KIND`: what people should know of the provider before anything is sent there, and how it is made.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from shopinf.errors import BadInput
from shopinf.nearest import did_you_mean

if TYPE_CHECKING:
    from shopinf.people.enrichment import Answer, Jobs, Purse
    from shopinf.sources.calls import Reach
    from shopinf.stores import Secret

NAMES = ("modash", "influencersclub", "gravatar", "upfluence")  # in the order in which they are listed


class Sign(StrEnum):
    """What a provider knows people by."""

    EMAIL = "email"
    PROFILE = "profile"  # the address of a profile that another source found


class Provider(Protocol):
    """A source that is asked over the network."""

    name: str
    title: str
    price: Decimal  # credits for a match, at most; 0 where nothing is paid

    def balance(self) -> Decimal | None: ...

    def search(self, wanted: Sequence[str], purse: Purse) -> Iterator[Answer]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A provider, as people should know it before they send anything there."""

    name: str
    title: str
    fields: tuple[str, ...]  # of its key
    price: Decimal  # credits for a match, at most; 0 where nothing is paid
    sends: str
    gives: str
    make: Callable[[Mapping[str, Secret], Reach, Jobs], Provider]
    optional: bool = False  # does it work without a key?
    by: Sign = Sign.EMAIL
    platforms: frozenset[str] = frozenset()  # of the profiles that it knows people by

    @property
    def variables(self) -> list[str]:
        """The variables of the environment that may hold its key."""
        return [f"SHOPINF_SOURCE_{self.name.upper()}_{field}" for field in self.fields]


def kind(name: str) -> Kind:
    """The provider of that name, one of `NAMES`."""
    found = importlib.import_module(f"{__package__}.{name}").KIND
    assert isinstance(found, Kind)
    return found


def kinds() -> list[Kind]:
    """Every provider, in the order of `NAMES`."""
    return [kind(name) for name in NAMES]


def kind_called(typed: str) -> Kind:
    """The provider that an operator calls *typed*."""
    word = typed.strip().lower()
    if word in NAMES:
        return kind(word)
    more = " A sheet needs no connection: --source csv:FILE." if word.startswith("csv") else ""
    raise BadInput(
        f"{typed!r} is not a source to connect",
        hint=did_you_mean(word, NAMES, f"Choose one of {', '.join(NAMES)}.{more}"),
    )
