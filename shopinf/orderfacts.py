"""An order as the ledger keeps it: compact JSON, in a numbered form.

Form 2 has of each refund what it sent and why beside its lines. Orders without refunds are the same in both forms, and
what is in form 1 stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from shopinf.errors import MachineProblem
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
)

FACTS_VERSION = 2


def to_facts(order: Order) -> dict[str, Any]:
    """*order* as compact JSON: amounts as text, what is empty left out, `v` the version of the form.

    Orders from a store are written in the same form without making one, for speed (`shopify/wholeorders.py`); a test
    holds both equal, with every key of the form in it.
    """
    return in_form(
        order,
        name=order.name,
        at=[order.created_at.isoformat(), order.processed_at.isoformat(), order.updated_at.isoformat()],
        financial=order.financial_status,
        fulfillment=order.fulfillment_status,
        cancelled=_text(order.cancelled_at),
        test=order.test,
        included=order.taxes_included,
        lines=[_line_facts(line) for line in order.lines],
        shipping=_allocation_facts(order.shipping_discounts),
        refunds=[refund_facts(refund) for refund in order.refunds],
        totals=[
            None if total is None else str(total)
            for total in (
                order.total_line_items_price,
                order.total_discounts,
                order.subtotal_price,
                order.current_subtotal_price,
            )
        ],
        customer=order.customer_id,
        customer_since=_text(order.customer_created_at),
        keys=[order.email_key, order.phone_key, order.address_key],
        referrer=order.referrer,
        source=order.source_name,
    )


def in_form(
    known: Order,
    *,
    name: str,
    at: list[str],
    financial: str | None,
    fulfillment: str | None,
    cancelled: str | None,
    test: bool | None,
    included: bool,
    lines: list[list[Any]],
    shipping: list[list[Any]],
    refunds: list[list[Any]],
    totals: list[str | None],
    customer: int | None,
    customer_since: str | None,
    keys: list[str | None],
    referrer: str | None,
    source: str | None,
) -> dict[str, Any]:
    """The facts of an order, of these parts and what is *known* of it: its codes, its link, what it is.

    The one place that has the names in the form, their order, and what is left out. An empty *referrer* is not, for
    it says that a visit came from nowhere; nor are applications of which nothing is known.
    """
    facts: dict[str, Any] = {"v": FACTS_VERSION, "id": known.order_id, "name": name, "at": at, "cur": known.currency}
    for key, value in (
        ("fin", financial),
        ("ful", fulfillment),
        ("cancelled", cancelled),
        ("test", test),
        ("incl", included),
        ("lines", lines),
        ("codes", _code_facts(known)),
        ("ship", shipping),
        ("refunds", refunds),
        ("totals", totals if any(totals) else None),
        ("cust", customer),
        ("cust_at", customer_since),
        ("keys", keys if any(keys) else None),
        ("land", _landing_facts(known.landing)),
        ("from", referrer),
        ("src", source),
        ("tags", known.tags),
        ("gift", known.gift),
        ("skel", known.skeleton),
        ("old", known.outdated),
    ):
        if value or (value == "" and key == "from"):
            facts[key] = value
    if known.applications is None or known.applications:
        facts["apps"] = _application_facts(known)
    return facts


def _application_facts(order: Order) -> list[list[Any]] | None:
    """Its discounts."""
    if order.applications is None:
        return None
    return [[a.type, a.code, a.title, a.target_type] for a in order.applications]


def _code_facts(order: Order) -> list[list[Any]]:
    """Its plain list of codes."""
    return [[used.code, str(used.amount), used.type] for used in order.used_codes]


def _landing_facts(landing: Landing | None) -> list[Any] | None:
    """What its landing page tells."""
    return [landing.code, landing.ref, [*map(list, landing.utm)]] if landing else None


def from_facts(facts: Mapping[str, Any]) -> Order:
    """The order that `to_facts` was given; facts of a later version are refused, never guessed at."""
    if facts["v"] > FACTS_VERSION:
        raise MachineProblem(
            f"the ledger's orders are kept in form {facts['v']}, this shopinf reads form {FACTS_VERSION}",
            hint="Update shopinf, or read the orders anew: shopinf orders sync --full",
        )
    have = facts.get
    at = facts["at"]
    totals = have("totals") or (None, None, None, None)
    keys = have("keys") or (None, None, None)
    apps = have("apps", ())
    land = have("land")
    refunds = have("refunds", ())
    return Order(
        order_id=facts["id"],
        name=facts["name"],
        created_at=datetime.fromisoformat(at[0]),
        processed_at=datetime.fromisoformat(at[1]),
        updated_at=datetime.fromisoformat(at[2]),
        currency=facts["cur"],
        financial_status=have("fin"),
        lines=tuple([_line(each) for each in have("lines", ())]),
        taxes_included=have("incl", False),
        applications=None if apps is None else tuple([Application(*each) for each in apps]),
        used_codes=tuple([UsedCode(code, Decimal(amount), kind) for code, amount, kind in have("codes", ())]),
        shipping_discounts=_allocations(have("ship", ())),
        refunds=tuple([_refund(each) for each in refunds]) if refunds else (),
        cancelled_at=_moment(have("cancelled")),
        test=have("test", False),
        fulfillment_status=have("ful"),
        total_line_items_price=_amount(totals[0]),
        total_discounts=_amount(totals[1]),
        subtotal_price=_amount(totals[2]),
        current_subtotal_price=_amount(totals[3]),
        customer_id=have("cust"),
        customer_created_at=_moment(have("cust_at")),
        email_key=keys[0],
        phone_key=keys[1],
        address_key=keys[2],
        landing=Landing(land[0], land[1], tuple([(key, value) for key, value in land[2]])) if land else None,
        referrer=have("from"),
        source_name=have("src"),
        tags=tuple(have("tags", ())),
        gift=have("gift", False),
        skeleton=have("skel", False),
        outdated=have("old", False) or (facts["v"] < FACTS_VERSION and bool(refunds)),
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _allocation_facts(allocations: Sequence[Allocation]) -> list[list[Any]]:
    return [[place, str(amount)] for place, amount in allocations]


def _allocations(facts: Iterable[Sequence[Any]]) -> tuple[Allocation, ...]:
    return tuple([(place, Decimal(amount)) for place, amount in facts])


def _line_facts(line: Line) -> list[Any]:
    kind = 1 if line.gift_card else 2 if line.tip else 0
    money = [str(line.price), str(line.tax), _allocation_facts(line.allocations)]
    counts = [line.quantity, line.current_quantity]
    return [line.line_id, *counts, *money, kind, line.product_id, line.variant_id, line.sku, line.title]


def _line(facts: Sequence[Any]) -> Line:
    line_id, quantity, current, price, tax, allocations, kind, product_id, variant_id, sku, title = facts
    return Line(
        line_id,
        quantity,
        Decimal(price),
        current,
        _allocations(allocations),
        Decimal(tax),
        kind == 1,
        kind == 2,
        product_id,
        variant_id,
        sku,
        title,
    )


def refund_facts(refund: Refund) -> list[Any]:
    """One refund, in the present form."""
    sent = refund.transactions
    facts = [
        refund.refund_id,
        _text(refund.created_at),
        [
            [line.line_id, line.quantity, str(line.subtotal), str(line.tax), *map(str, line.paid_in or ())]
            for line in refund.lines
        ],
        [[each.kind, str(each.amount), str(each.tax), each.reason] for each in refund.adjustments],
        None if sent is None else [[each.kind, each.status, str(each.amount), each.currency] for each in sent],
    ]
    return [*facts, [str(refund.shipping), str(refund.shipping_net)]] if refund.shipping else facts


def _refund(facts: Sequence[Any]) -> Refund:
    """A refund of either form: the first knew neither what was sent nor why."""
    refund_id, at, lines, adjustments, *more = facts
    sent = more[0] if more else None
    shipping, net = more[1] if len(more) > 1 else (0, 0)
    return Refund(
        refund_id,
        datetime.fromisoformat(at),
        tuple([_refund_line(*each) for each in lines]),
        tuple([Adjustment(each[0], Decimal(each[1]), Decimal(each[2]), *each[3:]) for each in adjustments]),
        None if sent is None else tuple([Transaction(each[0], each[1], Decimal(each[2]), each[3]) for each in sent]),
        Decimal(shipping),
        Decimal(net),
    )


def _refund_line(line_id: int, quantity: int, subtotal: str, tax: str, *paid_in: str) -> RefundLine:
    both = (Decimal(paid_in[0]), Decimal(paid_in[1])) if paid_in else None
    return RefundLine(line_id, quantity, Decimal(subtotal), Decimal(tax), both)
