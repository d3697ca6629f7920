"""Customers as a store has them: counted, listed with the few fields that are needed, and tagged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

import httpx
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from shopinf.errors import NoAnswer, Refused
from shopinf.people.customers import MOST_TAGS, Customer, merged_tags, split_tags
from shopinf.shopify.client import PAGE, Raw, Shop
from shopinf.shopify.pages import at_once, page_of
from shopinf.shopify.strict import ODD, exact, listed
from shopinf.unread import Unread
from shopinf.windows import ALWAYS, EVER, Window, cut

FIELDS = (
    "id,email,phone,first_name,last_name,orders_count,total_spent,last_order_id,tags,email_marketing_consent,created_at,"
    "default_address"
)
_FEW = 8 * PAGE  # up to here one page is read after the other
_PER_WINDOW = 8 * PAGE


class _Json(BaseModel):
    """Withheld fields come as null, or do not come at all."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Consent(_Json):
    state: str | None = None


class _Address(_Json):
    country_code: str | None = None
    phone: str | None = None


class CustomerJson(_Json):
    """A customer as the REST API sends it, as far as it concerns us."""

    id: int
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    orders_count: int | None = None
    total_spent: Decimal | None = None
    last_order_id: int | None = None
    tags: str | list[str] | None = None
    email_marketing_consent: _Consent | None = None
    created_at: datetime | None = None
    default_address: _Address | None = None


class _OrderJson(_Json):
    id: int
    created_at: datetime
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    test: bool | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many customers Shopify says there are, and its own time when it said so."""

    count: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """When a customer ordered, and how many orders are visible for it; test and cancelled orders are no orders."""

    first: datetime | None
    last: datetime | None
    visible: int  # all of them, test and cancelled ones too


def count_customers(shop: Shop, *, updated_since: datetime | None = None) -> Counted:
    """How many customers there are, or how many were created or changed since then."""
    raw = shop.get_raw("customers/count.json", updated_at_min=updated_since)
    try:
        return Counted(int(from_json(raw.content)["count"]), _date(raw.headers))
    except (ValueError, KeyError, TypeError):
        raise NoAnswer(
            f"{shop.access.name} sent a number of customers that cannot be read", hint="Run the same command again."
        ) from None


def read_customers(
    shop: Shop,
    expected: int,
    *,
    updated_since: datetime | None = None,
    workers: int = 4,
    read: Callable[[int], None] = lambda count: None,
    odd: Callable[[Unread], None] | None = None,
) -> list[Customer]:
    """Every customer once, or those created or changed since then; *read* hears of each page.

    *odd* hears of each that cannot be read; without it such a page is a broken answer. Many are read at several places
    at the same time, in windows of `created_at`, which never changes.
    """
    windows = [Window()]
    if expected > _FEW and workers > 1:
        oldest = _oldest(shop)
        now = shop.clock.now()
        parts = min(max(expected // _PER_WINDOW, workers), 8 * workers)
        windows = cut(Window(), min(oldest or now, now), now, parts)
    found: dict[int, Customer] = {}

    def job(window: Window) -> Callable[[], list[Customer]]:
        return lambda: list(_window(shop, window, updated_since, read, odd))

    for part in at_once((job(each) for each in windows), workers=min(workers, len(windows)), clock=shop.clock):
        found |= {each.customer_id: each for each in part}
    return [found[each] for each in sorted(found)]


def customers_by_id(shop: Shop, ids: Sequence[int], odd: Callable[[Unread], None]) -> Iterator[Customer]:
    """Those of *ids* that the store still has, 250 a request; *odd* hears of each that cannot be read."""
    for start in range(0, len(ids), PAGE):
        raw = shop.get_raw("customers.json", ids=list(ids[start : start + PAGE]), limit=PAGE, fields=FIELDS)
        yield from _page(shop, raw, odd)


def _page(shop: Shop, raw: Raw, odd: Callable[[Unread], None] | None) -> list[Customer]:
    try:
        return [*map(_customer, listed("customers", CustomerJson)(raw.content))]
    except ODD:
        page = page_of(raw.content, "customers", CustomerJson, shop.access.name, from_json, odd)
        return [*map(_customer, page)]


def _window(
    shop: Shop,
    window: Window,
    updated_since: datetime | None,
    read: Callable[[int], None],
    odd: Callable[[Unread], None] | None,
) -> Iterator[Customer]:
    """The customers of a window by rising id; where Shopify forgot the place, it goes on after the last id."""
    after = 0
    while True:
        begun = after
        listing = shop.raw_pages(
            "customers.json",
            since_id=after,
            fields=FIELDS,
            updated_at_min=updated_since,
            created_at_min=window.since if window.since > EVER else None,
            created_at_max=window.until if window.until < ALWAYS else None,
        )
        try:
            for raw in listing:
                page = _page(shop, raw, odd)
                after = max([after, *(each.customer_id for each in page)])
                read(len(page))
                yield from page
        except Refused as refused:
            if "page_info" not in refused.fields or after == begun:
                raise
            continue
        return


def first_customers(shop: Shop) -> list[Customer]:
    """Some customers, to see how much a store shows of them."""
    raw = shop.get_raw("customers.json", limit=50, since_id=0, fields=FIELDS)
    return _page(shop, raw, lambda unread: None)


def _oldest(shop: Shop) -> datetime | None:
    raw = shop.get_raw("customers.json", limit=1, since_id=0, fields="id,created_at")
    found = page_of(raw.content, "customers", CustomerJson, shop.access.name, from_json, lambda unread: None)
    return found[0].created_at if found else None


def _customer(raw: CustomerJson) -> Customer:
    tags = ", ".join(raw.tags) if isinstance(raw.tags, list) else raw.tags or ""
    consent, home = raw.email_marketing_consent, raw.default_address or _Address()
    return Customer(
        raw.id,
        raw.email or None,
        raw.first_name or None,
        raw.last_name or None,
        raw.phone or None,
        raw.orders_count,
        exact(raw.total_spent),
        raw.last_order_id,
        tags,
        consent is not None and consent.state == "subscribed",
        home.country_code or None,
        home.phone or None,
    )


def ordered(shop: Shop, customer_id: int) -> Ordered:
    """When a customer first and last ordered, from all of their orders that we may see, closed ones too."""
    times: list[datetime] = []
    visible = 0
    for raw in shop.raw_pages(
        f"customers/{customer_id}/orders.json", status="any", fields="id,created_at,processed_at,cancelled_at,test"
    ):
        for order in page_of(raw.content, "orders", _OrderJson, shop.access.name, from_json):
            visible += 1
            if not order.test and order.cancelled_at is None:
                times.append(order.processed_at or order.created_at)
    return Ordered(min(times, default=None), max(times, default=None), visible)


def many_ordered(shop: Shop, ids: Sequence[int], *, workers: int) -> Iterator[tuple[int, Ordered]]:
    """The same for several customers, at the same time."""

    def job(customer_id: int) -> Callable[[], tuple[int, Ordered]]:
        return lambda: (customer_id, ordered(shop, customer_id))

    yield from at_once((job(each) for each in ids), workers=min(workers, max(len(ids), 1)), clock=shop.clock)


def add_tag(shop: Shop, customer_id: int, tag: str) -> bool:
    """Put *tag* among a customer's tags, all others kept; False when it is there already.

    Shopify replaces the whole list, so it is read just before; there are at most 250 tags.
    """
    answer = shop.get(f"customers/{customer_id}.json", fields="id,tags")
    found = answer.get("customer") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise NoAnswer(f"{shop.access.name} sent a customer that cannot be read", hint="Run the same command again.")
    present = found.get("tags")
    present = ", ".join(map(str, present)) if isinstance(present, list) else str(present or "")
    merged = merged_tags(present, tag)
    if merged is None:
        return False
    if len(split_tags(merged)) > MOST_TAGS:
        raise Refused(f"customer {customer_id} has {MOST_TAGS} tags already", hint="Remove one of them in Shopify.")
    body = {"customer": {"id": customer_id, "tags": merged}}
    shop.put(f"customers/{customer_id}.json", body, idempotent=True)
    return True


def _date(headers: httpx.Headers) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None
