"""A sheet of influencers: which columns mean what, and a row as a profile.

The exports of Upfluence, Modash and influencers.club are recognised as well as plain sheets, one account a row or
several platforms side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from shopinf.people.emails import read_emails
from shopinf.people.handles import Written, profile_address, read_handle, read_platform
from shopinf.people.profiles import Account, Profile, read_followers, read_percent, together
from shopinf.sources.specs import SHEET

_PLATFORMS = {
    "instagram": ("instagram", "ig", "insta"),
    "tiktok": ("tiktok", "tik tok", "tt"),
    "youtube": ("youtube", "yt"),
    "twitch": ("twitch",),
    "twitter": ("twitter", "x", "twitter x"),
    "pinterest": ("pinterest",),
    "facebook": ("facebook", "fb"),
}
_PARTS = {
    "handle": ("", "handle", "username", "user name", "name", "account", "profile name", "screen name"),
    "url": ("url", "link", "profile url", "profile link", "profile", "account url", "channel url", "media url"),
    "followers": (
        "followers", "follower count", "followers count", "follower", "subscribers", "subscriber count", "fans",
        "audience", "audience size", "community size",
    ),
    "engagement": (
        "engagement rate pct", "engagement rate percent", "engagement percent", "engagement rate", "engagement", "er",
    ),
}  # fmt: skip

# The names of columns by field, the surest first; case, spaces and signs make no difference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "influencer": ("creator", "ambassador", "affiliate"),
    "email": ("e-mail", "mail", "email address", "emails", "contact email", "creator email", "influencer email",
              "e-mail-adresse", "courriel", "correo electrónico", "indirizzo email"),
    "email_2": ("second email", "secondary email", "other email", "alternative email", "business email",
                "public email", "email 2"),
    "phone": ("phone number", "mobile", "mobile number", "telephone", "telefon", "telefonnummer", "teléfono",
              "whatsapp"),
    "first_name": ("firstname", "given name", "forename", "vorname", "prénom", "nombre", "voornaam"),
    "last_name": ("lastname", "surname", "family name", "nachname", "nom", "apellido", "apellidos", "cognome"),
    "name": ("full name", "fullname", "real name", "display name", "creator name", "influencer name", "contact name",
             "nom complet", "nombre completo"),
    "country": ("country code", "location country", "land", "pays", "país", "shipping address country code"),
    "website": ("web site", "homepage", "blog", "blog url", "website url"),
    "platform": ("network", "social network", "channel", "social media", "plattform", "plateforme"),
    "handle": ("username", "user name", "profile name", "screen name", "account", "social handle", "creator handle",
               "influencer handle", "benutzername", "pseudo", "usuario"),
    "profile_url": ("url", "link", "profile", "profile link", "media url", "account url", "social url", "social link",
                    "channel url"),
    "platform_user_id": ("user id", "userid", "account id"),
    "followers": (*_PARTS["followers"], "number of followers", "abonnés", "abonnenten", "seguidores"),
    "engagement_rate_pct": ("engagement rate percent", "engagement percent", "engagement rate", "engagement", "er"),
    "verified": ("is verified", "account verified"),
    "commission": ("commission rate", "provision", "kommission", "comisión"),
    **{
        f"{platform}_{part}": tuple(f"{name} {word}".strip() for word in words for name in names)
        for platform, names in _PLATFORMS.items()
        for part, words in _PARTS.items()
    },
}  # fmt: skip
REQUIRED = "|".join(["email", "email_2", "phone", "influencer", "handle", "profile_url", "name", "last_name"])


_SIDES = {platform: [f"{platform}_{part}" for part in _PARTS] for platform in _PLATFORMS}


_BETWEEN = re.compile(r"[;,|\n]+")


def split_cell(cell: str) -> list[str]:
    """Several phones or websites in one cell."""
    if not cell:
        return []
    return [part for each in _BETWEEN.split(cell) if (part := each.strip().strip("'<>"))]


def read_profile_row(row: Mapping[str, str], now: datetime | None = None) -> Profile:
    """A row, by field, as the profile of a person; cells that are no such thing count as empty."""
    emails = [each for key in ("email", "email_2") if row.get(key) for each in read_emails(row[key])]
    named = read_handle(row.get("influencer", ""))
    if named.address and not row.get("profile_url"):
        row = {**row, "profile_url": named.address}
    return Profile(
        accounts=together(_accounts(row, now)),
        influencer=named.handle or None,
        first_name=row.get("first_name") or None,
        last_name=row.get("last_name") or None,
        name=row.get("name") or None,
        emails=tuple(dict.fromkeys(emails)),
        phones=tuple(split_cell(row.get("phone", ""))),
        country=row.get("country") or None,
        websites=tuple(split_cell(row.get("website", ""))),
    )


def _accounts(row: Mapping[str, str], now: datetime | None) -> Iterator[Account]:
    sides = list(_side_by_side(row, now))
    platform = read_platform(row.get("platform", ""))
    figures = row.get("followers", ""), row.get("engagement_rate_pct", "")
    general = _account(platform, row.get("handle", ""), row.get("profile_url", ""), *figures, now)
    if general is not None:
        number, verified = row.get("platform_user_id") or None, _yes(row.get("verified", ""))
        more = number is not None or verified is not None
        yield replace(general, platform_user_id=number, verified=verified) if more else general
    elif sides and not any(each.followers for each in sides):
        # One number of followers for the row: it is the named platform's, else the first account's.
        at = next((place for place, each in enumerate(sides) if each.platform == platform), 0)
        known = _account(sides[at].platform, sides[at].handle, "", *figures, now)
        sides[at] = sides[at].more(known) if known else sides[at]
    yield from sides


def _side_by_side(row: Mapping[str, str], now: datetime | None) -> Iterator[Account]:
    for platform, (handle, url, followers, engagement) in _SIDES.items():
        if not (row.get(handle) or row.get(url)):
            continue
        cells = row.get(handle, ""), row.get(url, ""), row.get(followers, ""), row.get(engagement, "")
        account = _account(platform, *cells, now)
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
        followers=read_followers(followers),
        engagement_rate_pct=read_percent(engagement),
        source=SHEET,
        matched_at=now,
    )


def _yes(cell: str) -> bool | None:
    match cell.strip().casefold():
        case "true" | "yes" | "y" | "1" | "ja" | "oui":
            return True
        case "false" | "no" | "n" | "0" | "nein" | "non":
            return False
        case _:
            return None
