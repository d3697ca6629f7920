"""Campaigns: what one may be called, and which one is meant. Every command and every sheet reads them here."""

from __future__ import annotations

from collections.abc import Iterable

from shopinf.errors import BadInput, NotFound
from shopinf.nearest import did_you_mean

LONGEST = 100


def read_campaign(text: str) -> str:
    """Read a campaign's name as typed or as it stands in a sheet."""
    name = text.strip()
    if not name or not name.isprintable() or len(name) > LONGEST:
        raise BadInput(
            f"The campaign's name is empty, not printable or longer than {LONGEST} signs",
            hint="Give it like --campaign q4.",
        )
    return name


def same_campaign(one: str, other: str) -> bool:
    """Are these one campaign? Upper and lower case make no difference."""
    return one.strip().casefold() == other.strip().casefold()


def find_campaign(typed: str, known: Iterable[str]) -> str:
    """The one of the *known* campaigns that is meant, as it is written there; `NotFound` where it is none of them."""
    names = list(known)
    for name in names:
        if same_campaign(name, typed):
            return name
    hint = did_you_mean(typed, names, "shopinf discounts list shows the campaigns.")
    raise NotFound(f"No campaign is called {read_campaign(typed)}", hint=hint)
