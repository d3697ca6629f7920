"""The visits before an order: which host, which page of the shop, which link. Nothing that tells who it was.

Addresses can carry personal data in their queries and paths. Kept are the referring host, the code of `/discount/CODE`,
the `ref` and UTM values, and of the shop's own path no more than its first part.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from shopinf.orders import Landing, folded, read_landing
from shopinf.personal import is_telling

# Shopify's own words for a visit that came from a social network: a kind, or the network's name.
_SOCIAL = frozenset(
    {"social", "instagram", "tiktok", "youtube", "facebook", "pinterest", "snapchat", "twitter", "threads"}
)

# Where people follow somebody, so that an order from there is no stranger's. A host counts with all below it.
SOCIAL_HOSTS = (
    "instagram.com", "tiktok.com", "youtube.com", "youtu.be", "facebook.com", "fb.com", "fb.me", "messenger.com",
    "whatsapp.com", "wa.me", "pinterest.com", "pin.it", "snapchat.com", "twitch.tv", "twitter.com", "x.com", "t.co",
    "threads.net", "threads.com", "bsky.app", "reddit.com", "discord.com", "discord.gg", "t.me", "telegram.org",
    "linkedin.com", "lnkd.in", "linktr.ee", "beacons.ai", "lnk.bio", "linkin.bio", "bio.link", "campsite.bio",
    "patreon.com", "substack.com", "ltk.app", "liketk.it", "shopltk.com", "shopmy.us", "komi.io",
)  # fmt: skip

# Sites and extensions that live by codes which they were not given. A host counts with all below it, a bare name
# (`groupon`) with every ending.
COUPON_HOSTS = (
    "retailmenot", "groupon", "vouchercodes", "vouchercloud", "joinhoney.com", "capitaloneshopping.com", "wikibuy.com",
    "coupons.com", "couponfollow.com", "couponcabin.com", "couponbirds.com", "coupert.com", "dealspotr.com",
    "simplycodes.com", "knoji.com", "slickdeals.net", "dealcatcher.com", "offers.com", "savings.com", "promocodes.com",
    "hotdeals.com", "wethrift.com", "dontpayfull.com", "valuecom.com", "discountreactor.com", "lovecoupons",
    "hotukdeals.com", "mydealz.de", "pepper.com", "pepper.pl", "dealabs.com", "chollometro.com", "preisjaeger.at",
    "gutscheine.de", "gutscheinpony.de", "gutscheinsammler.de", "sparwelt.de", "ma-reduc.com", "radins.com",
    "poulpeo.com", "igraal", "cuponation", "picodi.com", "cuponomia", "kortingscode.nl", "actiecode.nl", "topcashback",
    "quidco.com", "rakuten.com", "swagbucks.com", "karmanow.com",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of the shop before an order."""

    at: datetime | None = None
    host: str | None = None  # where it came from; None: typed, or not told
    path: str | None = None  # the first part of the shop's own path that it began at
    landing: Landing | None = None  # the code, `ref` and UTM values that its address carried
    social: bool = False  # Shopify says that it came from a social network


@dataclass(frozen=True, slots=True)
class Trail:
    """The first and the last visit before an order; only the last one where REST alone tells."""

    first: Visit | None
    last: Visit | None

    @property
    def visits(self) -> tuple[Visit, ...]:
        both = (self.first, self.last)
        return tuple(each for number, each in enumerate(both) if each is not None and each not in both[:number])


def read_visit(
    landing_page: str | None,
    referrer: str | None,
    *,
    ref: str | None = None,
    utm: Mapping[str, str | None] | None = None,
    network: str | None = None,
    at: datetime | None = None,
) -> Visit:
    """A visit as Shopify tells it, without what does not belong to us; *network* is its word for where it came from."""
    landing = read_landing(landing_page, ref)
    given = {name: value for name, value in (utm or {}).items() if value}
    if given:
        known = landing or Landing()
        landing = Landing(known.code, known.ref, tuple((given | dict(known.utm)).items()))
    return Visit(
        at, host_of(referrer), _first_part(landing_page), _untelling(landing), (network or "").lower() in _SOCIAL
    )


def host_of(address: str | None) -> str | None:
    """The host of an address or of a bare host, in small letters and without `www.`."""
    text = (address or "").strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname
    except ValueError:
        return None
    host = (host or "").rstrip(".").removeprefix("www.")
    return host if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", host) else None


def is_host(host: str | None, named: Iterable[str]) -> str | None:
    """Which of the hosts *named* is *host*, or has it below it? A name without a dot stands for every ending."""
    for each in named if host else ():
        if f".{host}".endswith(f".{each}") if "." in each else each in str(host).split(".")[:-1]:
            return each
    return None


def is_cold(trail: Trail | None, codes: Collection[str], marks: Collection[str]) -> bool | None:
    """Does nothing before the order lead to an influencer? None where the visits are not known.

    A visit leads to one by `/discount/CODE` of one of *codes*, by one of *marks* as its `ref` or `utm_content` (both
    folded, as codes are compared), or by a social network that it came from.
    """
    if trail is None or not trail.visits:
        return None
    return not any(_is_warm(visit, codes, marks) for visit in trail.visits)


def coupon_hosts(trail: Trail | None, named: Sequence[str]) -> tuple[str, ...]:
    """The hosts of the visits that live by codes."""
    hosts = (visit.host for visit in trail.visits) if trail else ()
    return tuple(dict.fromkeys(host for host in hosts if host is not None and is_host(host, named)))


def _is_warm(visit: Visit, codes: Collection[str], marks: Collection[str]) -> bool:
    if visit.social or is_host(visit.host, SOCIAL_HOSTS):
        return True
    return leads_to(visit, codes, marks)


def leads_to(visit: Visit, codes: Collection[str], marks: Collection[str]) -> bool:
    """Did the visit begin at a link with one of these codes or marks (folded)?"""
    landing = visit.landing
    if landing is None:
        return False
    carried = [folded(each) for each in (landing.ref, landing.utm_value("content")) if each]
    return (landing.code is not None and folded(landing.code) in codes) or any(each in marks for each in carried)


def _first_part(address: str | None) -> str | None:
    try:
        parts = urlsplit(address or "").path.split("/")
    except ValueError:
        return None
    first = parts[1] if len(parts) > 1 else ""
    return f"/{first}" if first and not is_telling(first) else ("/" if address else None)


def _untelling(landing: Landing | None) -> Landing | None:
    """What an address carried, without values that tell who somebody is."""
    if landing is None:
        return None
    code, ref = (value and (None if is_telling(value) else value[:200]) for value in (landing.code, landing.ref))
    kept = Landing(code, ref, tuple((name, value[:200]) for name, value in landing.utm if not is_telling(value)))
    return kept if kept != Landing() else None


def to_facts(trail: Trail) -> dict[str, Any]:
    """*trail* as compact JSON."""
    return {
        name: _visit_facts(visit) for name, visit in (("first", trail.first), ("last", trail.last)) if visit is not None
    }


def from_facts(facts: Mapping[str, Any]) -> Trail:
    """The trail that `to_facts` was given."""
    return Trail(*(_visit(facts[name]) if name in facts else None for name in ("first", "last")))


def _visit_facts(visit: Visit) -> dict[str, Any]:
    landing = visit.landing
    facts = {
        "at": visit.at and visit.at.isoformat(),
        "host": visit.host,
        "path": visit.path,
        "land": landing and [landing.code, landing.ref, [*map(list, landing.utm)]],
        "social": visit.social,
    }
    return {name: value for name, value in facts.items() if value}


def _visit(facts: Mapping[str, Any]) -> Visit:
    at, land = facts.get("at"), facts.get("land")
    return Visit(
        datetime.fromisoformat(at) if at else None,
        facts.get("host"),
        facts.get("path"),
        Landing(land[0], land[1], tuple((name, value) for name, value in land[2])) if land else None,
        bool(facts.get("social")),
    )
