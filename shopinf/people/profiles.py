"""Social profiles: accounts on platforms and their figures, however somebody wrote them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from shopinf.errors import BadInput
from shopinf.numbers import read_number
from shopinf.people.influencers import Named, folded_name


class Tier(StrEnum):
    """How large an audience is: nano below 10,000 followers, micro below 100,000, mid 500,000, macro a million."""

    NANO = "nano"
    MICRO = "micro"
    MID = "mid"
    MACRO = "macro"
    MEGA = "mega"


_EDGES = ((10_000, Tier.NANO), (100_000, Tier.MICRO), (500_000, Tier.MID), (1_000_000, Tier.MACRO))


def tier(followers: int | None) -> Tier | None:
    """The tier of so many followers; None where nobody knows."""
    if followers is None:
        return None
    return next((each for edge, each in _EDGES if followers < edge), Tier.MEGA)


@dataclass(frozen=True, slots=True)
class Account:
    """One account on one platform; figures that nobody knows are None."""

    platform: str | None
    handle: str
    profile_url: str | None = None
    platform_user_id: str | None = None
    full_name: str | None = None
    followers: int | None = None
    engagement_rate_pct: Decimal | None = None  # in per cent, whatever unit the source has
    verified: bool | None = None
    source: str = ""
    matched_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.platform or "", folded_name(self.handle)

    def more(self, other: Account) -> Account:
        """This account with the figures of *other* where that is newer, or knows what this one does not."""
        newer, older = (self, other) if _at(self) >= _at(other) else (other, self)
        filled = {
            name: getattr(older, name)
            for name in ("profile_url", "platform_user_id", "full_name", "followers", "engagement_rate_pct", "verified")
            if getattr(newer, name) is None
        }
        return replace(newer, **filled)


def _at(account: Account) -> float:
    return account.matched_at.timestamp() if account.matched_at else 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as a source knows them."""

    accounts: tuple[Account, ...] = ()
    influencer: str | None = None  # our stable id, where a sheet has it
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    country: str | None = None
    websites: tuple[str, ...] = field(default=())

    @property
    def full_name(self) -> str:
        if self.first_name or self.last_name:
            return " ".join(part for part in (self.first_name, self.last_name) if part)
        return self.name or next((each.full_name for each in self.accounts if each.full_name), "") or ""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody to be written down: what they are called, and the e-mails and accounts they are known by."""

    named: Named
    emails: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    own: str | None = None  # our id, where a sheet says one


def together(accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Each account once, the one with most followers first; it is the primary one."""
    accounts = tuple(accounts)
    if len(accounts) < 2:
        return accounts
    found: dict[tuple[str, str], Account] = {}
    for each in accounts:
        found[each.key] = found[each.key].more(each) if each.key in found else each
    for platform, handle in [key for key in found if not key[0]]:  # of an unknown platform, but known by another row
        known = next((key for key in found if key[0] and key[1] == handle), None)
        if known is not None:
            unplaced = found.pop((platform, handle))
            found[known] = found[known].more(replace(unplaced, platform=known[0]))
    return tuple(sorted(found.values(), key=lambda each: (-(each.followers or 0), each.platform or "~", each.handle)))


def on_platforms(accounts: Iterable[Account], platforms: Collection[str]) -> tuple[Account, ...]:
    """Those accounts that are on one of *platforms*; all of them where none is named."""
    return tuple(each for each in accounts if not platforms or each.platform in platforms)


def read_followers(text: str) -> int | None:
    """A number of followers as a provider writes it: `12500`, `12,500`, `12.5k`; None for what is no number."""
    if text.isdecimal():
        return int(text)
    with suppress(BadInput):
        number = read_number(text, ".").value
        return int(number) if number >= 0 else None
    return None


def percent_of(number: object, scale: int) -> Decimal | None:
    """*number* times *scale* as per cent: 100 for a source that writes fractions, 1 for one that writes per cent."""
    if number is None or isinstance(number, bool):
        return None
    try:
        found = Decimal(str(number)) * scale
    except InvalidOperation:
        return None
    if not found.is_finite() or found < 0:
        return None
    return Decimal(f"{found.normalize():f}")
