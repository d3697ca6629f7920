"""A store as the far side knows it: its facts, what it granted, and what it lets us see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from shopinf.errors import CustomerDataProtected, NoAnswer, NotAllowed, NotFound, Refused, ScopeMissing
from shopinf.scopes import expand
from shopinf.shopify.client import Shop
from shopinf.shopify.problems import clean
from shopinf.shopify.records import Facts
from shopinf.shopify.resolve import resolve as resolve

Model = TypeVar("Model", bound="Facts")

_MORE = 50  # records, where the first has nothing personal in it
HISTORY_DAYS = 60  # without read_all_orders only orders of the last 60 days are visible


class ShopFacts(Facts):
    """`shop.json`, as far as it concerns us."""

    id: int
    name: str = ""
    domain: str | None = None  # what shoppers see
    myshopify_domain: str
    currency: str = "USD"
    iana_timezone: Annotated[str, BeforeValidator(lambda zone: zone or "UTC")] = "UTC"
    plan_name: str | None = None
    plan_display_name: str | None = None
    created_at: datetime | None = None
    country_code: str | None = None

    @property
    def plan(self) -> str:
        """The plan as the merchant knows it."""
        return self.plan_display_name or self.plan_name or ""


class DeprecatedCall(Facts):
    """A call of ours in the last 30 days that Shopify will end."""

    endpoint: str | None = None
    description: str | None = None
    migration_deadline: datetime | None = None

    def __str__(self) -> str:
        words = clean(self.description or "", 200)
        end = f", until {self.migration_deadline:%Y-%m-%d}" if self.migration_deadline else ""
        return f"Shopify lists our calls of {clean(self.endpoint or 'something', 80)} as deprecated{end}" + (
            f": {words}" if words else ""
        )


class _Scope(Facts):
    handle: str


class _Scopes(Facts):
    access_scopes: list[_Scope]


class _Calls(Facts):
    deprecated_api_calls: list[DeprecatedCall] = Field(default_factory=list)


class _ShopAnswer(Facts):
    shop: ShopFacts


def shop_facts(shop: Shop) -> ShopFacts:
    """The store's own facts; needs no scope."""
    return read(_ShopAnswer, shop.get("shop.json"), shop, "shop.json").shop


def granted_scopes(shop: Shop) -> frozenset[str]:
    """The scopes granted to our app, as listed: a write scope may stand for its read scope as well."""
    answer = read(_Scopes, shop.get("/admin/oauth/access_scopes.json"), shop, "access_scopes.json")
    return frozenset(scope.handle for scope in answer.access_scopes)


def deprecated_calls(shop: Shop) -> list[DeprecatedCall]:
    """The deprecated calls this app made in the last 30 days; empty where Shopify keeps no such list for the app."""
    try:
        answer = shop.get("deprecated_api_calls.json")
        return read(_Calls, answer, shop, "deprecated_api_calls.json").deprecated_api_calls
    except (NotFound, NotAllowed, NoAnswer, Refused):  # it is only advice: a store works as well without it
        return []


def uninstall_app(shop: Shop) -> None:
    """Remove the app from the store; its token, script tags and webhooks are gone with it."""
    shop.delete("/admin/api_permissions/current.json", missing_ok=False)


class Sight(StrEnum):
    """How much of a kind of record a store lets us see."""

    OK = "ok"
    FORBIDDEN_PCD = "forbidden_pcd"  # 403: not approved for protected customer data
    SCOPE_MISSING = "scope_missing"
    WITHHELD = "withheld"  # records come, the personal data in them does not
    EMPTY = "empty"  # no record to tell by


@dataclass(frozen=True, slots=True)
class Probe:
    """What one customer and one order tell about the data we get."""

    customers: Sight
    orders: Sight
    history_cut: bool = False  # orders older than 60 days are hidden

    @property
    def notes(self) -> list[str]:
        """What an operator should know of it; a missing scope is told with the scopes."""
        told = [note for what in ("customers", "orders") if (note := _NOTES[getattr(self, what)].format(what))]
        if self.history_cut:
            told.append(
                f"only orders of the last {HISTORY_DAYS} days are visible, since read_all_orders is not granted; "
                "older periods are incomplete"
            )
        return told


_NOTES = {
    Sight.OK: "",
    Sight.EMPTY: "",
    Sight.SCOPE_MISSING: "",
    Sight.FORBIDDEN_PCD: "{} cannot be read: the app is not approved for protected customer data; its owner ticks it "
    "in the Dev Dashboard under API access requests",
    Sight.WITHHELD: "personal data in {} is withheld: tick names and e-mail under Protected customer data in the Dev "
    "Dashboard, or, for an app made in the store's admin, check that the store's plan is Grow or higher",
}


def probe(shop: Shop, scopes: Collection[str] | None = None, facts: ShopFacts | None = None) -> Probe:
    """Look at one customer and one order, apart from the scopes: data may be withheld although all are granted.

    With the granted *scopes* it also tells whether the history of orders is cut.
    """
    held = None if scopes is None else expand(scopes)
    customers = _sight(shop, "customers", held, fields="id,email,first_name,phone")
    orders = _sight(shop, "orders", held, fields="id,email,customer", status="any")
    readable = scopes is not None and orders in (Sight.OK, Sight.WITHHELD, Sight.EMPTY)
    return Probe(customers, orders, readable and scopes is not None and history_cut(shop, scopes, facts))


def _sight(shop: Shop, key: str, held: frozenset[str] | None, **params: str) -> Sight:
    try:
        rows = _some(shop, key, 1, params)
        # A guest's order, or a customer of the till, has nothing personal either; a page of them tells more.
        if rows and not any(map(_is_personal, rows)):
            rows = _some(shop, key, _MORE, params) or rows
    except CustomerDataProtected:
        return Sight.FORBIDDEN_PCD
    except ScopeMissing:
        return Sight.SCOPE_MISSING
    except NotAllowed:
        if held is not None and f"read_{key}" not in held:
            return Sight.SCOPE_MISSING
        raise
    if not rows:
        return Sight.EMPTY
    return Sight.OK if any(map(_is_personal, rows)) else Sight.WITHHELD


def _some(shop: Shop, key: str, limit: int, params: Mapping[str, str]) -> list[Any]:
    answer = shop.get(f"{key}.json", limit=limit, **params)
    rows = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise NoAnswer(f"{shop.access.name} sent {key} that cannot be read", hint="Run the same command again later.")
    return rows


def _is_personal(row: Any) -> bool:
    """Is there anything personal in it? Withheld fields are null, or missing altogether."""
    if not isinstance(row, dict):
        return False
    if any(row.get(name) for name in ("email", "first_name", "last_name", "phone")):
        return True
    return _is_personal(row.get("customer"))


def history_cut(shop: Shop, scopes: Collection[str], facts: ShopFacts | None = None) -> bool:
    """Are orders older than 60 days hidden from us?

    `read_all_orders` shows them, and apps made in the admin see them without its being listed, so one older order is
    proof as well. A store younger than that has nothing to hide.
    """
    if "read_all_orders" in scopes:
        return False
    edge = shop.clock.now() - timedelta(days=HISTORY_DAYS + 1)
    if facts is not None and facts.created_at is not None and facts.created_at > edge:
        return False
    try:
        answer = shop.get("orders.json", limit=1, status="any", fields="id", created_at_max=edge)
    except (ScopeMissing, CustomerDataProtected):
        return True
    return not (isinstance(answer, dict) and answer.get("orders"))


def read(model: type[Model], answer: Any, shop: Shop, what: str) -> Model:
    """*answer* as *model*; another shape is a broken answer of the store, not a bug of ours."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise NoAnswer(
            f"{shop.access.name} sent a {what} that cannot be read (at {where or 'the start'})",
            hint="Run the same command again later; a proxy may be in between: shopinf doctor",
        ) from None
