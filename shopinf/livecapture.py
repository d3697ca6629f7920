"""Live Capture: who shows interest on a storefront, what Shopify still allows for it, and what may be kept of them.

Shopify closed the creation of script tags on 2026-10-01 and ends their injection on 2027-03-01 ("Online store script
tags deprecation"). What goes on working is a custom pixel, a snippet in the theme, and matching new customers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from shopinf.errors import BadInput
from shopinf.loopback import is_safe
from shopinf.people.emails import is_email
from shopinf.personal import holds_card, is_telling, opens_something
from shopinf.plain import harmless
from shopinf.words import counted

TAGS_CLOSED = date(2026, 10, 1)
TAGS_END = date(2027, 3, 1)
ORDER_STATUS_TAGS_END = date(2026, 8, 26)

REFUSED = (
    f"Shopify has refused new script tags since {TAGS_CLOSED}, on every API version, and loads the existing ones into "
    f"storefronts only until {TAGS_END}"
)

KEEP_DAYS = 365
MOST_LEADS = 200_000  # of one store
LEAD_BYTES = 500  # of one, on average; a usual one takes some 300
A_DAY = 20_000  # events of one store
PORT = 8788
SCRIPT = "capture.js"  # below the endpoint
EVENTS = "events"

UTM = ("source", "medium", "campaign", "term", "content")
_LIMITS = {"first_name": 100, "last_name": 100, "landing": 300, "code": 100, "referrer": 253}
_KNOWN = frozenset({"v", "key", "form", "email", "consent", "utm", *_LIMITS})
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", re.IGNORECASE)


class Method(StrEnum):
    """How a capture gets onto a storefront."""

    AUTO = "auto"
    SCRIPT_TAG = "script-tag"
    PIXEL = "pixel"
    SNIPPET = "snippet"


class Where(StrEnum):
    """The form in which somebody showed interest."""

    NEWSLETTER = "newsletter"
    ACCOUNT = "account"
    CONTACT = "contact"
    CHECKOUT = "checkout"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the visitor agreed to; nothing is kept of anybody without the first."""

    marketing: bool
    analytics: bool

    @property
    def words(self) -> list[str]:
        return [name for name in ("marketing", "analytics") if getattr(self, name)]


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who left an e-mail on the storefront, and how they came there."""

    email: str
    form: Where
    consent: Consent
    first_name: str | None = None
    last_name: str | None = None
    landing: str | None = None  # the path of the first page they saw
    utm: tuple[tuple[str, str], ...] = ()
    code: str | None = None  # the discount code of the link that brought them
    referrer: str | None = None  # the host of the page before


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that may be kept: for the store with this public key."""

    key: str
    lead: Lead


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event that was taken, at that moment, for the store with this number."""

    shop_id: int
    lead: Lead
    at: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """For how many days after the last event a lead is kept, and how many leads of one store."""

    days: int = KEEP_DAYS
    leads: int = MOST_LEADS

    @property
    def bytes(self) -> int:
        """How much the leads of one store may take."""
        return self.leads * LEAD_BYTES


@dataclass(frozen=True, slots=True)
class Room:
    """What a store's leads take."""

    leads: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Taken:
    """How far the events that wait were taken in, and which of them found no room."""

    mark: int
    refused: frozenset[int] = frozenset()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A lead as the ledger has it, all events of one e-mail together."""

    shop_id: int
    email_key: str
    lead: Lead
    events: int
    first_seen_at: datetime
    last_seen_at: datetime
    person: str | None = None  # opaque id, once they are known as an influencer


@dataclass(frozen=True, slots=True)
class Capture:
    """What was installed for a store: its public key, where events go, and the scripts that tags were asked for."""

    shop_id: int
    key: str
    endpoint: str | None = None
    sources: tuple[str, ...] = ()
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScriptTag:
    """A script tag of our app in a store."""

    id: int
    src: str
    display_scope: str = "online_store"
    created_at: datetime | None = None

    @property
    def ends(self) -> date:
        """The day from which Shopify no longer loads it."""
        return ORDER_STATUS_TAGS_END if self.display_scope == "order_status" else TAGS_END

    def is_loaded(self, today: date) -> bool:
        return today < self.ends


def read_event(data: Any) -> Heard:
    """The event in *data*, parsed JSON of a stranger; anything not known, too long or without consent is refused.

    Unknown names are refused rather than ignored, so that a password can never come along. An e-mail or a card's number
    in a place for something else is left out, and the address of a page that opens an account.
    """
    if not isinstance(data, dict) or data.get("v") != 1:
        raise BadInput("not an event of this version")
    if unknown := sorted(str(name) for name in data if name not in _KNOWN):
        raise BadInput(counted(len(unknown), "unknown name"))
    consent = data.get("consent")
    if not isinstance(consent, dict) or consent.get("marketing") is not True:
        raise BadInput("without consent nothing is kept")
    email = _text(data, "email", 254)
    if email is None or not is_email(email) or holds_card(email):
        raise BadInput("no e-mail address")
    try:
        form = Where(str(data.get("form")))
    except ValueError:
        raise BadInput("no form that is captured") from None
    key = data.get("key")
    if not isinstance(key, str) or not 8 <= len(key) <= 64:
        raise BadInput("no public key")
    agreed = Consent(True, consent.get("analytics") is True)
    names: dict[str, Any] = {name: _untelling(data, name, _LIMITS[name]) for name in ("first_name", "last_name")}
    visit = _visit(data) if agreed.analytics else {}
    return Heard(key, Lead(email, form, agreed, **names, **visit))


def _visit(data: Mapping[str, Any]) -> dict[str, Any]:
    landing, code, referrer = (_untelling(data, name, _LIMITS[name]) for name in ("landing", "code", "referrer"))
    if landing is not None and not landing.startswith("/"):
        raise BadInput("landing is not a path")
    if referrer is not None and not _HOST.fullmatch(referrer):
        raise BadInput("referrer is not a host")
    utm = data.get("utm", {})
    if not isinstance(utm, dict) or set(utm) - set(UTM):
        raise BadInput("utm values that are none")
    pairs = [(name, _untelling(utm, name, 100)) for name in UTM]
    return {
        "landing": (landing and not opens_something(landing) and landing.split("?")[0].split("#")[0]) or None,
        "code": code,
        "referrer": referrer and referrer.lower(),
        "utm": tuple((name, value) for name, value in pairs if value),
    }


def _text(data: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise BadInput(f"{name} is no text, or too long")
    return harmless(value).strip() or None


def _untelling(data: Mapping[str, Any], name: str, longest: int) -> str | None:
    """The text under *name*; nothing where it tells who somebody is, which does not belong there."""
    text = _text(data, name, longest)
    return None if text is None or is_telling(text) else text


def read_endpoint(text: str) -> str:
    """The collector's public address, as the script will call it; https, or plain http on this machine."""
    url = _address(text, "--endpoint")
    return url.rstrip("/").removesuffix(f"/{EVENTS}")


def read_src(text: str) -> str:
    """The address of a script that is loaded into a storefront."""
    return _address(text, "--src", query=True)


def _address(text: str, option: str, *, query: bool = False) -> str:
    word = text.strip()
    try:
        url = urlsplit(word)
        host, _ = url.hostname, url.port
    except ValueError:
        url, host = urlsplit(""), None
    safe = is_safe(url.scheme, host or "")
    plain = re.fullmatch(r"[!-~]+", word) and not re.search(r"[\"'<>\\`{}]", word)
    if not (host and safe and plain) or url.username is not None or url.fragment or (url.query and not query):
        raise BadInput(
            f"{option} {harmless(word)[:100]} is not an address that a storefront may call",
            hint=f"Like {option} https://capture.example.com{'/script.js' if query else ''}; http only for practice.",
        )
    return word


def script_src(endpoint: str, key: str) -> str:
    """Where a storefront loads our script from."""
    return f"{endpoint}/{SCRIPT}?key={key}"


def origins(addresses: Iterable[str]) -> frozenset[str]:
    """The origins of these addresses or bare domains, as a browser names them."""
    found = set()
    for address in addresses:
        url = urlsplit(address if "://" in address else f"https://{address}")
        if url.scheme in ("http", "https") and url.hostname:
            port = f":{url.port}" if url.port and url.port != {"http": 80, "https": 443}[url.scheme] else ""
            host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
            found.add(f"{url.scheme}://{host}{port}")
    return frozenset(found)


def is_loaded_by(page: str, src: str) -> bool:
    """Does the HTML of a storefront load the script at *src*?

    Shopify writes the addresses of script tags as JavaScript text, with `\\/` and `\\u0026`, and adds `shop=…`.
    """
    plain = page.replace("\\/", "/").replace("\\u0026", "&").replace("&amp;", "&").replace("&#38;", "&")
    return src in plain or src.removeprefix("https:") in plain


def moment(at: datetime) -> datetime:
    """*at* to the second, as the ledger keeps it."""
    return at.astimezone(UTC).replace(microsecond=0)
