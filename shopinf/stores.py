"""Stores and the keys to them: how a store is named, what is known of it, and secrets that cannot be printed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopinf.errors import MachineProblem
from shopinf.plain import harmless

# The oldest version whose REST resources are the newest that Shopify's own libraries carry; `--api-version` overrides.
DEFAULT_API_VERSION = "2026-07"
API_VERSION = re.compile(r"\d{4}-(0[1-9]|1[0-2])|unstable")

HANDLE = re.compile(r"[a-z0-9][a-z0-9-]*")
MYSHOPIFY = re.compile(r"([a-z0-9][a-z0-9-]*)\.myshopify\.com")
_ADMIN_PATH = re.compile(r"admin\.shopify\.com/store/([a-z0-9][a-z0-9-]*)")


def known_zone(key: str, store: str) -> ZoneInfo:
    """The time zone that *store* says it has; MachineProblem where this machine does not know it."""
    try:
        return ZoneInfo(key)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise MachineProblem(
            f"{store} says that its time zone is {harmless(key)[:60] or 'nothing'}, which this machine does not know",
            hint="Update the package tzdata, or correct the zone in Shopify's settings and connect the store again.",
        ) from None


class Secret:
    """Text that is shown only when asked for by `reveal()`; it never appears in repr, str, logs or JSON."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret('…')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("shopinf.Secret", self._text))

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


class Auth(StrEnum):
    """How a connection proves itself: a token that was handed over, or one asked for with client id and secret."""

    ADMIN_TOKEN = "admin_token"
    CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The three values by Shopify's own names; a connection without an access token asks for tokens itself."""

    api_key: Secret | None = None
    api_secret_key: Secret | None = None
    access_token: Secret | None = None

    @property
    def auth(self) -> Auth:
        return Auth.ADMIN_TOKEN if self.access_token else Auth.CLIENT_CREDENTIALS

    @property
    def usable(self) -> bool:
        """A token, or both halves of what a token is asked for with."""
        return bool(self.access_token or (self.api_key and self.api_secret_key))

    @property
    def empty(self) -> bool:
        return not (self.api_key or self.api_secret_key or self.access_token)


@dataclass(frozen=True, slots=True)
class Store:
    """A connected store, as `stores.toml` keeps it: everything but the secrets."""

    name: str  # what the operator calls it; by default the handle
    shop_id: int  # Shopify's number: the store's identity, whatever it is called
    domain: str  # the canonical myshopify domain
    connection: str  # random id of this connection; part of the keyring account
    auth: Auth = Auth.ADMIN_TOKEN
    title: str = ""  # shop.json's own name
    storefront: str = ""  # the primary domain that shoppers see
    plan: str = ""
    currency: str = "USD"
    timezone: str = "UTC"
    api_version: str = DEFAULT_API_VERSION
    url: str | None = None  # a practice store on loopback
    group: str | None = None
    read_only: bool = False
    disabled: bool = False
    aliases: tuple[str, ...] = ()  # other handles it was connected by
    scopes: tuple[str, ...] = ()
    connected_at: datetime | None = None
    leaving_at: datetime | None = None  # when its app was about to be removed by a `disconnect` that did not end

    @property
    def handle(self) -> str:
        return self.domain.removesuffix(".myshopify.com")

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone; raises where this machine does not know it, so that this store fails and no other."""
        return known_zone(self.timezone, self.name)

    @property
    def shown_zone(self) -> ZoneInfo:
        """The same for what is only shown; UTC where it is not known here."""
        try:
            return self.zone
        except MachineProblem:
            return ZoneInfo("UTC")

    @property
    def base_url(self) -> str:
        """Where its Admin API answers."""
        return self.url or f"https://{self.domain}"

    @property
    def account(self) -> str:
        """Its entry in the keyring: the domain and this connection's random id."""
        return f"{self.domain}/{self.connection}"

    def answers_to(self, word: str) -> bool:
        """Is *word* this store's name, handle, domain, or one it was connected by?"""
        return word.strip().lower().removesuffix(".myshopify.com") in {self.name.lower(), self.handle, *self.aliases}

    def with_(self, **changes: object) -> Store:
        """The same store with *changes*."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class StoreName:
    """What the operator typed for a store: a handle, or a domain of its own that must be looked up first."""

    handle: str | None = None
    website: str | None = None
    looks_bare: bool = field(default=False)


def read_store_name(text: str) -> StoreName:
    """Read a store in any form: handle, myshopify domain, either kind of admin URL, or its own domain.

    The admin lives at `https://admin.shopify.com/store/HANDLE` and at `https://HANDLE.myshopify.com/admin`.
    """
    word = text.strip().lower()
    if found := _ADMIN_PATH.search(word):
        return StoreName(handle=found[1])
    host = re.sub(r"^[a-z]+://", "", word).split("/")[0].split("?")[0].split("#")[0].rsplit("@", 1)[-1].split(":")[0]
    if found := MYSHOPIFY.fullmatch(host):
        return StoreName(handle=found[1])
    if HANDLE.fullmatch(host):
        return StoreName(handle=host, looks_bare=True)
    if "." in host and re.fullmatch(r"[^\s/@]+", host):
        return StoreName(website=host)
    return StoreName()


def variable_stem(handle: str) -> str:
    """`maya-shop` → `SHOPINF_MAYA_SHOP`, the stem of its environment variables."""
    return "SHOPINF_" + handle.upper().replace("-", "_")
