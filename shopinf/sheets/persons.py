"""Whom a row of a sheet is about, whatever command reads it: the one place that says who a row is.

The exports of Upfluence, Modash and influencers.club are recognised as well as plain sheets, one account a row or
several platforms side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shopinf.errors import BadSheet
from shopinf.people.emails import read_emails
from shopinf.people.handles import Written, profile_address, read_handle, read_platform, split_accounts
from shopinf.people.profiles import Account, Profile, together
from shopinf.sheets.names import PARTS, SIDES
from shopinf.sheets.reading import Row
from shopinf.sheets.spelling import folded

NAME = "csv"  # the source of what sheets say

_OR_ELSE = frozenset({"emailordm", "emailkontakt", "kontaktemail", "emailcontact"})  # with other things in them
NOBODY = "the row does not say who it is about"
_BETWEEN = re.compile(r"[;,|\n]+")
_BEHIND = frozenset("jr sr ii iii iv phd md esq inc llc ltd gmbh".split())  # behind a name, and no name themselves
_OF_SIDES = frozenset(sides[part] for sides in SIDES.values() for part in ("handle", "url"))
_RATE = re.compile(r"\d{1,3}(\.\d{1,12})?", re.ASCII)
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a row is about: what it says of them, and the e-mail as it stands there."""

    profile: Profile
    email: str | None
    remark: BadSheet | None = None  # an e-mail that is none

    @property
    def is_anybody(self) -> bool:
        """Is there anything to know them by?"""
        return bool(self.profile.influencer or self.profile.accounts or self.profile.emails or self.profile.full_name)


def read_who(row: Row, now: datetime | None = None) -> Who:
    """Whom *row* is about; raises BadSheet where it is wrong as a whole, or the only thing to know them by is."""
    row.check()
    profile = read_profile(row.values, now)
    strange = next((key for key in ("email", "email_2") if row[key] and not read_emails(row[key])), None)
    remark = no_email(row, strange) if strange and folded(row.headers.get(strange, "")) not in _OR_ELSE else None
    who = Who(profile, profile.emails[0] if profile.emails else None, remark)
    if who.is_anybody:
        return who
    raise nobody(row)


def read_reachable(row: Row, now: datetime | None = None) -> Who:
    """The same where somebody is to be written to: an e-mail that is none is refused."""
    who = read_who(row, now)
    if who.remark is not None:
        raise who.remark
    return who


def no_profiles(row: Row) -> Iterator[BadSheet]:
    """The cells of a row for an account that hold something else, like a post; somebody's own page may be a link."""
    for key in filter(_is_of_account, row.values):
        written = read_handle(row[key]) if row[key] else Written("")
        if written.is_no_profile and not (written.elsewhere and key.endswith("url")):
            yield _no_profile(row, key)


def _no_profile(row: Row, key: str) -> BadSheet:
    return row.problem(
        f"{row[key]} is not the address of a profile",
        key=key,
        hint="Write the handle, or the address of the profile; of a post, a video or a short link nobody is known.",
    )


def nobody(row: Row) -> BadSheet:
    """Why a row is about nobody."""
    for key in row.values:
        if row[key] and _is_of_account(key) and read_handle(row[key]).is_no_profile:
            return _no_profile(row, key)
    for key in ("email", "email_2"):
        if row[key]:
            return no_email(row, key)
    return row.problem(NOBODY, hint="Fill one of the columns influencer, handle, username, email and name.")


def no_email(row: Row, key: str) -> BadSheet:
    """Why a row whose e-mail is none is bad."""
    return row.problem(f"{row[key]!r} is not an e-mail address", key=key, hint="Write it like ann@post.example.")


def _is_of_account(key: str) -> bool:
    return key in ("influencer", "handle", "profile_url") or key.endswith(("_handle", "_url"))


def split_cell(cell: str) -> list[str]:
    """Several phones or websites in one cell."""
    if not cell:
        return []
    return [part for each in _BETWEEN.split(cell) if (part := each.strip().strip("'<>"))]


def split_name(name: str) -> tuple[str | None, str | None]:
    """A whole name as first and last name, also as `Lind, Mia`; what stands in brackets is neither."""
    whole = _IN_BRACKETS.sub(" ", name).strip() or name.strip()
    before, comma, after = (part.strip() for part in whole.partition(","))
    if comma and before and after and "," not in after and after.casefold().rstrip(".") not in _BEHIND:
        return after, before
    first, _, last = whole.partition(" ")
    return first or None, last.strip() or None


def read_profile(row: Mapping[str, str], now: datetime | None = None) -> Profile:
    """A row, by field, as the profile of a person; cells that are no such thing count as empty."""
    emails = [each for key in ("email", "email_2") if row.get(key) for each in read_emails(row[key])]
    named = read_handle(row["influencer"]) if row.get("influencer") else Written("")
    if named.address and not row.get("profile_url"):
        row = {**row, "profile_url": named.address}
    first, last = row.get("first_name") or None, row.get("last_name") or None
    if not first and not last and row.get("name"):
        first, last = split_name(row["name"])
    return Profile(
        accounts=together(_accounts(row, now)),
        influencer=named.handle or None,
        first_name=first,
        last_name=last,
        name=row.get("name") or None,
        emails=tuple(dict.fromkeys(emails)),
        phones=tuple(split_cell(row.get("phone", ""))),
        country=row.get("country") or None,
        websites=tuple(split_cell(row.get("website", ""))),
    )


def _accounts(row: Mapping[str, str], now: datetime | None) -> Iterator[Account]:
    sides = list(_side_by_side(row, now))
    platform = read_platform(row.get("platform", ""))
    followers, engagement = row.get("followers", ""), row.get("engagement_rate_pct", "")
    if not sides and not platform and (only := _lone_side(row)):
        platform, cells = only
        followers, engagement = followers or cells[0], engagement or cells[1]
    elif (
        not sides and platform is not None and platform in SIDES
    ):  # `IG followers` and `TT followers` beside a handle and its platform
        parts = SIDES[platform]
        followers = followers or row.get(parts["followers"], "")
        engagement = engagement or row.get(parts["engagement"], "")
    (handle, *others), (url, *links) = (split_accounts(row.get(key, "")) for key in ("handle", "profile_url"))
    general = _account(platform, handle, url, followers, engagement, now)
    if general is not None:
        number, verified = row.get("platform_user_id") or None, _yes(row.get("verified", ""))
        more = number is not None or verified is not None
        general = replace(general, platform_user_id=number, verified=verified) if more else general
    same = [at for at, each in enumerate(sides) if general and not general.platform and _alike(each, general)]
    if general is not None and not same:
        yield general
    elif sides:
        # A figure that the row has once is the named platform's, else the first account's, one with followers before.
        followers = "" if any(each.followers for each in sides) else followers
        engagement = "" if any(each.engagement_rate_pct is not None for each in sides) else engagement
        order = sorted(range(len(sides)), key=lambda at: (sides[at].platform != platform, not sides[at].followers, at))
        at = same[0] if same else order[0]
        known = _account(sides[at].platform, sides[at].handle, "", followers, engagement, now)
        sides[at] = sides[at].more(known) if known else sides[at]
    yield from sides
    for each in (*others, *links):
        if (further := _account(None, each, "", "", "", now)) is not None:
            yield further


def _alike(one: Account, other: Account) -> bool:
    return one.key[1] == other.key[1]


def _lone_side(row: Mapping[str, str]) -> tuple[str, tuple[str, str]] | None:
    """The one platform that a row has figures of and no account, as `ig_followers` beside `username`."""
    found = [
        (platform, (row.get(parts["followers"], ""), row.get(parts["engagement"], "")))
        for platform, parts in SIDES.items()
        if row.get(parts["followers"]) or row.get(parts["engagement"])
    ]
    return found[0] if len(found) == 1 else None


def _side_by_side(row: Mapping[str, str], now: datetime | None) -> Iterator[Account]:
    if row.keys().isdisjoint(_OF_SIDES):  # as of most sheets
        return
    for platform, parts in SIDES.items():
        if not (row.get(parts["handle"]) or row.get(parts["url"])):
            continue
        handle, url, followers, engagement = (row.get(parts[part], "") for part in PARTS)
        account = _account(platform, handle, url, followers, engagement, now)
        if account is not None:
            yield account


def _account(
    platform: str | None, handle: str, url: str, followers: str, engagement: str, now: datetime | None
) -> Account | None:
    by_url = read_handle(url, platform) if url else Written("")
    by_handle = read_handle(handle, by_url.platform or platform)
    name = by_handle.handle or by_url.handle
    if not name:
        return None
    known = by_url.platform or by_handle.platform
    links = (each.address for each in (by_url, by_handle) if each.address and (each.handle or each.elsewhere))
    return Account(
        known,
        name,
        next(links, None) or profile_address(known, name),
        followers=int(followers) if followers.isdecimal() else None,
        engagement_rate_pct=_rate(engagement),
        source=NAME,
        matched_at=now,
    )


def _rate(cell: str) -> Decimal | None:
    return Decimal(cell) if _RATE.fullmatch(cell) else None


def _yes(cell: str) -> bool | None:
    match cell.strip().casefold():
        case "true" | "yes" | "y" | "1" | "ja" | "oui" | "sí" | "si" | "sim":
            return True
        case "false" | "no" | "n" | "0" | "nein" | "non" | "nee" | "não":
            return False
        case _:
            return None
