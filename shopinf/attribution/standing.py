"""How an order stands: whether its commission is due, or what speaks against it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from shopinf.attribution.decisions import Decision
from shopinf.attribution.refunds import slack
from shopinf.attribution.sales import Sale, is_void
from shopinf.orders import Order


class Status(StrEnum):
    APPROVED = "approved"
    PENDING = "pending"
    REVERSED = "reversed"
    NEEDS_REVIEW = "needs_review"


# Where nothing more is expected to be paid in; what is refunded of it is in the amounts.
_SETTLED = frozenset({"paid", "partially_refunded", "refunded"})
_DECIDED = " decided on "
_UNPAID = frozenset({"pending", "authorized", "partially_paid"})


def standing(order: Order, worth: Sale) -> tuple[Status, tuple[str, ...]]:
    """Whether an order's commission is due, with the reason when it is not simply so."""
    if order.cancelled_at is not None:
        return Status.REVERSED, ("cancelled",)
    if is_void(order):
        return Status.REVERSED, (f"payment {order.financial_status}",)
    reasons = _unsettled(order)
    if problems := (*worth.problems, *_unlaid(order)):
        return Status.NEEDS_REVIEW, (*worth.remarks, *problems, *reasons)
    return (Status.PENDING if reasons else Status.APPROVED), (*worth.remarks, *reasons)


def looked_at(
    order: Order, worth: Sale, decision: Decision | None, zone: ZoneInfo
) -> tuple[Sale, Status, tuple[str, ...]]:
    """What an order is worth and how it stands, after somebody has looked at it where it needed that."""
    status, reasons = standing(order, worth)
    if status is not Status.NEEDS_REVIEW or decision is None:
        return worth, status, reasons
    when = f"{decision.at.astimezone(zone):%Y-%m-%d}"
    if not decision.holds(order):
        return worth, status, (*reasons, f"it has changed since {decision.by} looked at it on {when}")
    why = f"{decision.by}{_DECIDED}{when}: {decision.says(order.currency)} ({decision.reason})"
    unpaid = _unsettled(order)
    return decision.settle(order, worth), Status.PENDING if unpaid else Status.APPROVED, (why, *unpaid)


def is_decision(reason: str) -> bool:
    """Is that the word of somebody who looked at an order?"""
    return _DECIDED in reason


def _unlaid(order: Order) -> tuple[str, ...]:
    """What is odd about codes that no discount application mentions: something was taken off, nobody knows where."""
    if not order.unapplied or order.total_discounts is None:
        return ()
    laid = sum([line.discount for line in order.lines], Decimal(0))
    laid += sum([amount for _, amount in order.shipping_discounts], Decimal(0))
    if abs(order.total_discounts - laid) <= slack(order):
        return ()
    return (f"what code {' and '.join(order.unapplied)} took off is not said of any line",)


def _unsettled(order: Order) -> tuple[str, ...]:
    """Why it is not taken for paid, where it is not."""
    if order.financial_status in _SETTLED:
        return ()
    return (_unheard(order.financial_status) if is_unheard_of(order) else f"payment {order.financial_status}",)


def is_unheard_of(order: Order) -> bool:
    """Does the order have a payment status that these rules do not know? It is not taken for paid."""
    return order.financial_status not in _SETTLED | _UNPAID and not is_void(order)


def _unheard(status: str | None) -> str:
    said = f"a payment status that is new to us, {status}" if status else "no payment status"
    return f"Shopify gives {said}: not taken for paid"
