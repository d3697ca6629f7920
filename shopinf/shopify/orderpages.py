"""A page of orders, from the bytes that a store sent to the rows that the ledger keeps.

All that happens to an order between the two happens in `read_rows`: what is odd is mended or named, people become
hashes, a discount's or a link's order gets its facts and any other stays a skeleton. It knows neither a client nor a
ledger, and what goes in and comes out can be sent to another process and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from shopinf.gifts.plan import GIFT_TAG
from shopinf.leaks.visits import host_of
from shopinf.orderrows import OrderRow, row_of
from shopinf.orders import (
    Adjustment,
    Allocation,
    Application,
    Landing,
    Line,
    Order,
    Refund,
    RefundLine,
    Transaction,
    UsedCode,
    folded,
    is_gift,
    read_landing,
)
from shopinf.people.emails import email_key, is_email
from shopinf.people.keys import address_key, phone_key
from shopinf.shopify.orderjson import (
    ABSENT,
    DRAFT,
    AnyOrder,
    DiscountAllocation,
    LineItem,
    OrderAdjustment,
    OrderHead,
    OrderJson,
    PlainOrder,
    RefundJson,
    RefundLineItem,
    RefundTransaction,
    came_by_link,
    in_shop_money,
    is_plain,
)
from shopinf.shopify.records import Unreadable, read_page, read_record
from shopinf.shopify.strict import ODD, exact, listed, reader
from shopinf.times import as_utc_z
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
    for index, record in enumerate(records):
        try:
            read.rows.append(_row(record, how))
        except (*ODD, Unreadable):
            _add(read, read_record(bytes(record), "orders", model, index, how.store_name), how)
    return read


def _add(read: PageRows, record: PlainOrder | OrderJson | Unread, how: How) -> None:
    """Add an order that was read tolerantly, to those that cannot be read if something is missing all the same."""
    if isinstance(record, Unread):
        read.unread.append(record)
        return
    try:
        read.rows.append(row_of(read_order(record, how.key, whole=how.whole)))
    except Unreadable as odd:
        read.unread.append(Unread("orders", record.id, record.name, str(odd), record.created_at))
    except OverflowError:  # a time at the edge of what there is
        read.unread.append(Unread("orders", record.id, record.name, "created_at"))


def _row(record: Any, how: How) -> OrderRow:
    """The row of an order that is as Shopify writes it; one that is odd anywhere raises one of ODD, or Unreadable."""
    head: OrderHead = _HEAD(record)
    if not how.whole and is_plain(head):
        return _skeleton_row(head, how.key)
    return row_of(read_order(_WHOLE(record), how.key, whole=how.whole))


_HEAD = reader(OrderHead, texts=True)
_WHOLE = reader(OrderJson)


def _skeleton_row(raw: Any, key: bytes) -> OrderRow:
    """The row of an order of which only the head is wanted, read by `_HEAD`: what `row_of` makes of its `_skeleton`."""
    buyer, cancelled = raw.customer, raw.cancelled_at
    created = as_utc_z(raw.created_at)
    email = raw.email or (buyer.email if buyer else None)
    since = buyer.created_at if buyer else None
    return OrderRow(
        raw.id,
        raw.name or f"#{raw.id}",
        created,
        as_utc_z(raw.processed_at) if raw.processed_at else created,
        as_utc_z(raw.updated_at) if raw.updated_at else created,
        as_utc_z(cancelled) if cancelled else None,
        raw.financial_status,
        bool(raw.test),
        False,
        raw.currency or "",
        buyer.id if buyer else None,
        as_utc_z(since) if since else None,
        email_key(key, email) if email and is_email(email) else None,
        None,
        (),
    )


def read_order(raw: PlainOrder | OrderJson, key: bytes, *, whole: bool = False) -> Order:
    """An order as we keep it: its facts, people as hashes under *key*; the free text that staff wrote is left out.

    Of an order without any code, link or mark of a gift only the head is kept, unless the *whole* is wanted.
    """
    if isinstance(raw, PlainOrder):
        return _skeleton(raw, key)
    landing = read_landing(raw.landing_site, raw.landing_site_ref) if came_by_link(raw) else None
    if whole or landing or raw.discount_codes or raw.source_name == DRAFT or _by_hand(raw):
        return _whole(raw, landing, key)
    return _skeleton(raw, key)


def _whole(raw: OrderJson, landing: Landing | None, key: bytes) -> Order:
    if not raw.currency:
        raise Unreadable("currency")
    buyer, home = raw.customer, raw.shipping_address
    phone = raw.phone or (buyer.phone if buyer else None)
    applications = raw.discount_applications
    order = Order(
        **_head(raw, key),
        lines=_lines(raw.line_items or ()),
        taxes_included=bool(raw.taxes_included),
        applications=None
        if applications is None
        else tuple([Application(a.type or "", a.code, a.title, a.target_type or "line_item") for a in applications]),
        used_codes=tuple(
            [UsedCode(c.code, exact(c.amount) or Decimal(0), c.type or "") for c in raw.discount_codes or () if c.code]
        ),
        shipping_discounts=_allocations(
            each for line in raw.shipping_lines or () for each in line.discount_allocations or ()
        ),
        refunds=tuple([_refund(each, raw.currency or "", bool(raw.taxes_included)) for each in raw.refunds or ()]),
        fulfillment_status=raw.fulfillment_status,
        total_line_items_price=exact(raw.total_line_items_price),
        total_discounts=exact(raw.total_discounts),
        subtotal_price=exact(raw.subtotal_price),
        current_subtotal_price=exact(raw.current_subtotal_price),
        phone_key=phone_key(key, phone) if phone else None,
        address_key=address_key(key, home.country_code, home.zip or "", home.address1 or "") if home else None,
        landing=landing,
        referrer=_referrer(raw),
        source_name=raw.source_name,
        tags=tuple(tag.strip() for tag in (raw.tags or "").split(",") if tag.strip() and "@" not in tag),
    )
    return _without_titles(replace(order, gift=True) if is_gift(order, gift_tags=(GIFT_TAG,)) else order)


def _referrer(raw: OrderJson) -> str | None:
    """The host that the last visit came from; empty where it came from none, None where no visit is known."""
    host = host_of(raw.referring_site) if isinstance(raw.referring_site, str) else None
    return host or ("" if raw.landing_site else None)


def _by_hand(raw: OrderHead) -> bool:
    """Has it a code or a discount given by staff? A manual discount may be the mark of a gift."""
    return any(each.type in ("discount_code", "manual") for each in raw.discount_applications or ())


def _without_titles(order: Order) -> Order:
    """*order* without what staff wrote as the title of a discount: it may be anything, a customer's name included."""
    if order.applications is None or not any(each.type == "manual" for each in order.applications):
        return order
    # One without a title may be what the plain list of codes means by what no other discount mentions.
    nameless = any(each.type == "manual" and not each.title for each in order.applications)
    typed = {folded(code) for code in order.codes} - {folded(code) for code in order.unapplied if nameless}
    return replace(
        order,
        applications=tuple(
            [replace(a, code=None, title=None) if a.type == "manual" else a for a in order.applications]
        ),
        used_codes=tuple([used for used in order.used_codes if folded(used.code) in typed]),
    )


def _skeleton(raw: OrderHead, key: bytes) -> Order:
    return Order(**_head(raw, key), skeleton=True)


def _head(raw: OrderHead, key: bytes) -> dict[str, Any]:
    """What is kept of every order."""
    buyer = raw.customer
    email = raw.email or (buyer.email if buyer else None)
    return {
        "order_id": raw.id,
        "name": raw.name or f"#{raw.id}",
        "created_at": raw.created_at,
        "processed_at": raw.processed_at or raw.created_at,
        "updated_at": raw.updated_at or raw.created_at,
        "currency": raw.currency or "",
        "financial_status": raw.financial_status,
        "cancelled_at": raw.cancelled_at,
        "test": bool(raw.test),
        "customer_id": buyer.id if buyer else None,
        "customer_created_at": buyer.created_at if buyer else None,
        "email_key": email_key(key, email) if email and is_email(email) else None,
    }


_NO_TIP = (ABSENT, "", None)


def _lines(raw: Sequence[LineItem]) -> tuple[Line, ...]:
    """The lines; what only a tip has, has a tip, even without a value.

    Where every line has it, something in between has filled it in, and only a value tells.
    """
    marked = [line.tip_payment_gateway != ABSENT or line.tip_payment_method != ABSENT for line in raw]
    filled = all(marked)
    return tuple([_line(line, tip and not filled) for line, tip in zip(raw, marked, strict=True)])


def _line(raw: LineItem, tip: bool) -> Line:
    return Line(
        raw.id,
        raw.quantity,
        in_shop_money(raw.price_set, raw.price, "line_items.price"),
        raw.current_quantity,
        _allocations(raw.discount_allocations or ()),
        sum((in_shop_money(each.price_set, each.price) for each in raw.tax_lines or ()), Decimal(0)),
        bool(raw.gift_card),
        tip or raw.tip_payment_gateway not in _NO_TIP or raw.tip_payment_method not in _NO_TIP,
        raw.product_id,
        raw.variant_id,
        raw.sku or None,
        raw.title,
    )


def _allocations(raw: Iterable[DiscountAllocation]) -> tuple[Allocation, ...]:
    amount = "discount_allocations.amount"
    return tuple([(a.discount_application_index, in_shop_money(a.amount_set, a.amount, amount)) for a in raw])


def _refund(raw: RefundJson, currency: str, included: bool) -> Refund:
    shipping = [
        (in_shop_money(each.subtotal_amount_set, None), in_shop_money(each.tax_amount_set, None))
        for each in raw.refund_shipping_lines or ()
    ]
    net, tax = sum((each[0] for each in shipping), Decimal(0)), sum((each[1] for each in shipping), Decimal(0))
    return Refund(
        raw.id,
        raw.created_at,
        tuple([_refund_line(each, currency) for each in raw.refund_line_items or ()]),
        tuple([_adjustment(each) for each in raw.order_adjustments or ()]),
        None if raw.transactions is None else tuple([_transaction(each) for each in raw.transactions]),
        net if included else net + tax,
        net - tax if included else net,
    )


def _refund_line(raw: RefundLineItem, currency: str) -> RefundLine:
    abroad = raw.subtotal_set.presentment_money if raw.subtotal_set else None
    amount = exact(abroad.amount) if abroad else None
    paid_in = None
    if abroad is not None and amount is not None and abroad.currency_code not in (None, currency):
        tax = raw.total_tax_set.presentment_money if raw.total_tax_set else None
        paid_in = (amount, (tax and exact(tax.amount)) or Decimal(0))
    return RefundLine(
        raw.line_item_id or 0,
        raw.quantity,
        in_shop_money(raw.subtotal_set, raw.subtotal, "refunds.refund_line_items.subtotal"),
        in_shop_money(raw.total_tax_set, raw.total_tax),
        paid_in,
    )


def _adjustment(raw: OrderAdjustment) -> Adjustment:
    return Adjustment(
        raw.kind or "",
        in_shop_money(raw.amount_set, raw.amount, "refunds.order_adjustments.amount"),
        in_shop_money(raw.tax_amount_set, raw.tax_amount),
        raw.reason or "",
    )


def _transaction(raw: RefundTransaction) -> Transaction:
    if (amount := exact(raw.amount)) is None:
        raise Unreadable("refunds.transactions.amount")
    return Transaction(raw.kind or "", raw.status or "", amount, raw.currency or "")
