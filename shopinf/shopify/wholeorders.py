"""What is kept of an order with a code, a link or the mark of a gift: from Shopify's shape straight to its facts.

Written as `to_facts` writes an order, without making one: amounts and times are texts in both, and most need only be
handed on. A test holds both equal, with every key of the form in it. Shapes may be the tolerant models or their strict
twins, whose amounts and times are texts still.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shopinf.gifts.plan import GIFT_TAG
from shopinf.leaks.visits import host_of
from shopinf.orderfacts import in_form, refund_facts
from shopinf.orderrows import OrderRow
from shopinf.orders import (
    Adjustment,
    Application,
    Landing,
    Order,
    Refund,
    RefundLine,
    Transaction,
    UsedCode,
    folded,
    is_gift,
)
from shopinf.people.keys import address_key, phone_key
from shopinf.shopify.orderjson import (
    ABSENT,
    DiscountAllocation,
    LineItem,
    MoneySet,
    OrderAdjustment,
    OrderJson,
    RefundJson,
    RefundLineItem,
    RefundTransaction,
    in_shop_money,
)
from shopinf.shopify.records import Unreadable
from shopinf.shopify.strict import exact
from shopinf.times import parse_time
from shopinf.windows import EVER

_NO_TIP = (ABSENT, "", None)


def marked(raw: OrderJson, landing: Landing | None) -> Order:
    """The order as far as its codes, its link and its tags: what tells how it came about, and whether it is a gift."""
    if not raw.currency:
        raise Unreadable("currency")
    applications = raw.discount_applications
    order = Order(
        raw.id,
        "",
        EVER,
        EVER,
        EVER,
        raw.currency,
        applications=None
        if applications is None
        else tuple([Application(a.type or "", a.code, a.title, a.target_type or "line_item") for a in applications]),
        used_codes=tuple(
            [UsedCode(c.code, exact(c.amount) or Decimal(0), c.type or "") for c in raw.discount_codes or () if c.code]
        ),
        landing=landing,
        tags=tuple(tag.strip() for tag in raw.tags.split(",") if tag.strip() and "@" not in tag) if raw.tags else (),
    )
    return _without_titles(replace(order, gift=True) if is_gift(order, gift_tags=(GIFT_TAG,)) else order)


def whole_facts(raw: OrderJson, known: Order, key: bytes, bare: OrderRow) -> dict[str, Any]:
    """The facts of *raw*, of which *known* and the *bare* row are already read; people are hashes under *key*."""
    buyer, home = raw.customer, raw.shipping_address
    phone = raw.phone or (buyer.phone if buyer else None)
    included = bool(raw.taxes_included)
    created = _time(raw.created_at) or ""
    totals = (raw.total_line_items_price, raw.total_discounts, raw.subtotal_price, raw.current_subtotal_price)
    return in_form(
        known,
        name=bare.name,
        at=[created, _time(raw.processed_at) or created, _time(raw.updated_at) or created],
        financial=raw.financial_status,
        fulfillment=raw.fulfillment_status,
        cancelled=_time(raw.cancelled_at),
        test=raw.test,
        included=included,
        lines=_lines(raw.line_items or ()),
        shipping=_allocations([a for line in raw.shipping_lines or () for a in line.discount_allocations or ()]),
        refunds=[refund_facts(_refund(each, known.currency, included)) for each in raw.refunds or ()],
        totals=[None if amount is None else _text(amount) for amount in totals],
        customer=buyer.id if buyer else None,
        customer_since=_time(buyer.created_at) if buyer else None,
        keys=[
            bare.email_key,
            phone_key(key, phone) if phone else None,
            address_key(key, home.country_code, home.zip or "", home.address1 or "") if home else None,
        ],
        referrer=_referrer(raw),
        source=raw.source_name,
    )


def _time(moment: Any) -> str | None:
    """A time as it is in facts: ISO 8601 with the store's own offset, as most stand there already."""
    if not moment:
        return None
    if isinstance(moment, datetime):
        return moment.isoformat()
    text = str(moment)
    if len(text) == 25 and text[10] == "T" and text[4] == text[7] == "-" and text[19] in "+-" and text[19:] != "-00:00":
        return text  # of the head it was read as a time
    return parse_time(text).isoformat()


def _text(amount: Any) -> str:
    return _text_of(amount) if type(amount) is str else str(exact(amount))


@lru_cache(maxsize=8192)  # prices come again and again
def _text_of(amount: str) -> str:
    return str(exact(amount))


def _money(both: MoneySet | None, plain: Any, place: str = "") -> str:
    """What `in_shop_money` finds, as a text."""
    amount: Any = both.shop_money.amount if both is not None and both.shop_money is not None else None
    if type(amount) is str and type(plain) is str:
        _text_of(plain)  # must be an amount, wanted or not
        return _text_of(amount)
    return str(in_shop_money(both, plain, place))


def _lines(raw: Sequence[LineItem]) -> list[list[Any]]:
    """The lines; what only a tip has, has a tip, even without a value.

    Where every line has it, something in between has filled it in, and only a value tells.
    """
    marks = [line.tip_payment_gateway != ABSENT or line.tip_payment_method != ABSENT for line in raw]
    filled = all(marks)
    return [_line(line, tip and not filled) for line, tip in zip(raw, marks, strict=True)]


def _line(raw: LineItem, tip: bool) -> list[Any]:
    tip = tip or raw.tip_payment_gateway not in _NO_TIP or raw.tip_payment_method not in _NO_TIP
    return [
        raw.id,
        raw.quantity,
        raw.current_quantity,
        _money(raw.price_set, raw.price, "line_items.price"),
        _tax(raw),
        _allocations(raw.discount_allocations) if raw.discount_allocations else [],
        1 if raw.gift_card else 2 if tip else 0,
        raw.product_id,
        raw.variant_id,
        raw.sku or None,
        raw.title,
    ]


def _tax(raw: LineItem) -> str:
    """The sum of a line's taxes."""
    if not raw.tax_lines:
        return "0"
    return str(sum([in_shop_money(each.price_set, each.price) for each in raw.tax_lines], Decimal(0)))


def _allocations(raw: Iterable[DiscountAllocation]) -> list[list[Any]]:
    amount = "discount_allocations.amount"
    return [[a.discount_application_index, _money(a.amount_set, a.amount, amount)] for a in raw]


def _refund(raw: RefundJson, currency: str, included: bool) -> Refund:
    shipping = [
        (in_shop_money(each.subtotal_amount_set, None), in_shop_money(each.tax_amount_set, None))
        for each in raw.refund_shipping_lines or ()
    ]
    net, tax = sum((each[0] for each in shipping), Decimal(0)), sum((each[1] for each in shipping), Decimal(0))
    return Refund(
        raw.id,
        raw.created_at if isinstance(raw.created_at, datetime) else parse_time(raw.created_at),
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


def _referrer(raw: OrderJson) -> str | None:
    """The host that the last visit came from; empty where it came from none, None where no visit is known."""
    host = host_of(raw.referring_site) if isinstance(raw.referring_site, str) else None
    return host or ("" if raw.landing_site else None)


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
