"""Orders as a store has them: counted, listed page by page, and asked for by id or name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic_core import from_json

from shopinf.errors import NoAnswer, NoSuchThing, Refused
from shopinf.orderrows import OrderRow
from shopinf.orders import Order
from shopinf.shopify.client import PAGE, Raw, Shop
from shopinf.shopify.orderjson import FIELDS
from shopinf.shopify.orderpages import How
from shopinf.times import parse_time
from shopinf.unread import Unread
from shopinf.windows import ALL, ALWAYS, EVER, Window


@dataclass(frozen=True, slots=True)
class Page:
    """Orders of one answer by rising id, those that cannot be read, and the store's own time when it was given."""

    orders: list[OrderRow]
    at: datetime | None
    unread: list[Unread] = field(default_factory=list)

    @property
    def last_id(self) -> int:
        """The highest id on it."""
        odd = [each.record_id for each in self.unread if each.record_id]
        return max([*odd, *(each.order_id for each in self.orders)], default=0)

    @property
    def oldest(self) -> datetime | None:
        """When the first of them was made, as far as that can be read."""
        moments = [each.created_at for each in self.unread if each.created_at]
        if self.orders:
            moments.append(parse_time(min(each.created_at for each in self.orders)))
        return min(moments, default=None)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many orders Shopify says there are (None: it does not say), and its own time when it said so."""

    count: int | None
    at: datetime | None


def count_orders(shop: Shop, window: Window = ALL, *, updated_since: datetime | None = None) -> Counted:
    """How many orders of any status were created in *window*, or of these changed since then."""
    try:
        raw = shop.get_raw("orders/count.json", status="any", **_bounds(window), updated_at_min=updated_since)
        return Counted(int(from_json(raw.content)["count"]), _date(raw.headers))
    except NoSuchThing:
        return Counted(None, None)
    except (ValueError, KeyError, TypeError):
        raise NoAnswer(
            f"{shop.access.name} sent a number of orders that cannot be read", hint="Run the same command again."
        ) from None


def pages(
    shop: Shop,
    key: bytes,
    window: Window = ALL,
    *,
    updated_since: datetime | None = None,
    whole: bool = False,
    limit: int = PAGE,
) -> Iterator[Page]:
    """The orders of any status in *window* by rising id, beginning after the id it was read up to.

    Where Shopify no longer knows the place in the listing, it goes on after the last id. E-mails, phones and addresses
    become hashes under *key*. Orders without any code, link or gift come as skeletons, unless the *whole* is wanted.
    """
    after = window.after_id
    while True:
        begun = after
        listing = shop.raw_pages(
            "orders.json",
            limit=limit,
            status="any",
            since_id=after,
            fields=FIELDS,
            updated_at_min=updated_since,
            **_bounds(window),
        )
        try:
            for raw in listing:
                page = _page(shop, raw, key, whole=whole)
                after = max(after, page.last_id)
                del raw  # a megabyte, and the next page may be long in coming
                yield page
        except Refused as refused:
            if "page_info" not in refused.fields or after == begun:
                raise
            continue
        return


def glance(shop: Shop, key: bytes, window: Window) -> Page:
    """The order with the lowest id in *window* alone, if there is any, and the store's own time."""
    return next(pages(shop, key, window, limit=1), Page([], None))


def find_orders(shop: Shop, key: bytes, *, order_id: int | None = None, name: str | None = None) -> list[Order]:
    """The orders of that id or name that we may see, whole; one that cannot be read is a broken answer."""
    raw = shop.get_raw("orders.json", limit=PAGE, status="any", ids=order_id, name=name, fields=FIELDS)
    page = _page(shop, raw, key, whole=True)
    if page.unread:
        (odd, *_) = page.unread
        raise NoAnswer(
            f"{shop.access.name}: {odd.called} {odd.problem}",
            hint="Look at it in Shopify's admin; other orders are not concerned.",
        )
    return [each.order for each in page.orders]


def orders_by_id(
    shop: Shop, key: bytes, ids: Sequence[int], *, whole: bool = False
) -> Iterator[tuple[Sequence[int], Page]]:
    """Those of *ids* that the store still shows, 250 a request, each time with the ids that were asked for.

    Orders without any code, link or gift come as skeletons, unless the *whole* is wanted.
    """
    for start in range(0, len(ids), PAGE):
        asked = ids[start : start + PAGE]
        raw = shop.get_raw("orders.json", limit=PAGE, status="any", ids=list(asked), fields=FIELDS)
        yield asked, _page(shop, raw, key, whole=whole)


def _bounds(window: Window) -> dict[str, Any]:
    """The window as parameters; where it is open nothing is sent."""
    return {
        "created_at_min": window.since if window.since > EVER else None,
        "created_at_max": window.until if window.until < ALWAYS else None,
    }


def _date(headers: httpx.Headers) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _page(shop: Shop, raw: Raw, key: bytes, *, whole: bool) -> Page:
    read = shop.readers.read(raw.content, How(key, shop.access.name, whole))
    return Page(read.rows, _date(raw.headers), read.unread)
