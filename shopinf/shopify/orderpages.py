"""A page of orders, from the bytes that a store sent to the rows that the ledger keeps.

All that happens to an order between the two happens in `read_rows`: what is odd is mended or named, people become
hashes, a discount's or a link's order gets its facts and any other stays a skeleton. It knows neither a client nor a
ledger, and what goes in and comes out can be sent to another process and back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from shopinf.orderrows import OrderRow, facts_text, marks_of
from shopinf.orders import read_landing
from shopinf.people.emails import email_key, is_email
from shopinf.shopify.orderjson import DRAFT, AnyOrder, OrderHead, OrderJson, PlainOrder, came_by_link, is_plain
from shopinf.shopify.records import Unreadable, read_page, read_record
from shopinf.shopify.strict import ODD, listed, reader
from shopinf.shopify.wholeorders import marked, whole_facts
from shopinf.times import as_utc_z, utc_z
from shopinf.unread import Unread


@dataclass(frozen=True, slots=True)
class How:
    """How the orders of a store are read: e-mails, phones and addresses become hashes under *key*.

    Orders without any code, link or gift come as skeletons, unless the *whole* of each is wanted.
    """

    key: bytes
    store_name: str  # for what is said of a page that is none
    whole: bool = False


@dataclass(frozen=True, slots=True)
class PageRows:
    """The orders of one page in its own order, and those of it that cannot be read."""

    rows: list[OrderRow]
    unread: list[Unread]


def read_rows(content: bytes, how: How) -> PageRows:
    """The orders in *content*, the body of an answer that has them under `orders`.

    Depends on nothing but its arguments, and all of these and of what it returns or raises can be pickled: it may run
    in any process. A page that is none raises `NoAnswer`.
    """
    read = PageRows([], [])
    model = OrderJson if how.whole else AnyOrder
    try:
        records = listed("orders")(content)
    except ODD:
        page = read_page(content, "orders", model, how.store_name)
        for each in (*page.found, *page.unread):
            _add(read, each, how)
        return read
    first = _WHOLE if how.whole else _HEAD
    for index, record in enumerate(records):
        try:
            head = first(record)
            read.rows.append(_row(head, head if how.whole else record, how, as_utc_z))
        except (*ODD, Unreadable):
            _add(read, read_record(bytes(record), "orders", model, index, how.store_name), how)
    return read


def _add(read: PageRows, record: PlainOrder | OrderJson | Unread, how: How) -> None:
    """Add an order that was read tolerantly, to those that cannot be read if something is missing all the same."""
    if isinstance(record, Unread):
        read.unread.append(record)
        return
    try:
        read.rows.append(_row(record, record, how, utc_z))
    except Unreadable as odd:
        read.unread.append(Unread("orders", record.id, record.name, str(odd), record.created_at))
    except OverflowError:  # a time at the edge of what there is
        read.unread.append(Unread("orders", record.id, record.name, "created_at"))


_HEAD = reader(OrderHead, texts=True)
_WHOLE = reader(OrderJson, texts=True)


def _row(head: OrderHead, record: Any, how: How, utc: Callable[[Any], str]) -> OrderRow:
    """The row of an order: people as hashes; the free text that staff wrote is left out.

    Of an order without any code, link or mark of a gift only the *head* is kept, unless the whole is wanted; of any
    other *record*, its bytes where it was not read yet. *utc* makes of its times what the ledger has. Raises one of
    ODD, or Unreadable.
    """
    bare = _skeleton(head, how.key, utc)
    if not how.whole and is_plain(head):
        return bare
    raw: OrderJson = _WHOLE(record) if isinstance(record, msgspec.Raw) else record
    landing = read_landing(head.landing_site, head.landing_site_ref) if came_by_link(head) else None
    if not (how.whole or landing or head.discount_codes or head.source_name == DRAFT or _by_hand(head)):
        return bare
    order = marked(raw, landing)
    facts = facts_text(whole_facts(raw, order, how.key, bare))
    return bare._replace(gift=order.gift, facts=facts, marks=marks_of(order))


def _skeleton(raw: Any, key: bytes, utc: Callable[[Any], str]) -> OrderRow:
    """The row of an order of which only the head is wanted; `row_of` makes the same of an order."""
    buyer, cancelled = raw.customer, raw.cancelled_at
    created = utc(raw.created_at)
    email = raw.email or (buyer.email if buyer else None)
    since = buyer.created_at if buyer else None
    return OrderRow(
        raw.id,
        raw.name or f"#{raw.id}",
        created,
        utc(raw.processed_at) if raw.processed_at else created,
        utc(raw.updated_at) if raw.updated_at else created,
        utc(cancelled) if cancelled else None,
        raw.financial_status,
        bool(raw.test),
        False,
        raw.currency or "",
        buyer.id if buyer else None,
        utc(since) if since else None,
        email_key(key, email) if email and is_email(email) else None,
        None,
        (),
    )


def _by_hand(raw: OrderHead) -> bool:
    """Has it a code or a discount given by staff? A manual discount may be the mark of a gift."""
    return any(each.type in ("discount_code", "manual") for each in raw.discount_applications or ())
