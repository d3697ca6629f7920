"""Orders and codes for the rules' tests, written as short as the sentences about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.attribution.buyers import Rank
from shopinf.attribution.codebook import Codes, Person, Since, TrackedCode
from shopinf.attribution.commissions import Commission, read_commission
from shopinf.attribution.credits import Credit, Rules, attribute
from shopinf.orders import Adjustment, Application, Line, Order, Refund, RefundLine, Transaction
from shopinf.payouts.rates import Agreed, Rate, RateBook, Subject, read_rate

UTC_ZONE = ZoneInfo("UTC")
TEN = read_commission("10%")
D = Decimal


def on(day: str) -> datetime:
    """Noon of a day in UTC, or the moment itself."""
    return datetime.fromisoformat(day if "T" in day else f"{day}T12:00:00+00:00").astimezone(UTC)


def line(
    line_id: int, price: str, *allocations: str, quantity: int = 1, current: int | None = None, **more: Any
) -> Line:
    """A line; the first allocation belongs to the order's first discount, and so on; an empty one is none."""
    laid = tuple((place, D(amount)) for place, amount in enumerate(allocations) if amount)
    kept = quantity if current is None else current
    tax = D(more.pop("tax", "0"))
    return Line(line_id, quantity, D(price), kept, laid, tax, **more)


def code_used(code: str, target: str = "line_item") -> Application:
    return Application("discount_code", code=code, target_type=target)


def order(*lines: Line, codes: Iterable[str] = (), order_id: int = 1, day: str = "2026-06-10", **more: Any) -> Order:
    at = on(day)
    more.setdefault("applications", tuple(code_used(code) for code in codes))
    more.setdefault("financial_status", "paid")
    more.setdefault("currency", "USD")
    return Order(order_id, f"#{1000 + order_id}", at, at, more.pop("updated_at", at), lines=lines, **more)


def refund(
    *lines: tuple[int, int, str, str],
    day: str = "2026-06-20",
    refund_id: int = 1,
    sent: str | None = None,
    status: str = "success",
    rows: Iterable[Adjustment] = (),
    **kinds: str,
) -> Refund:
    """A refund of lines (line, quantity, subtotal, tax) and of adjustments by kind, or as *rows*.

    *sent* is the amount of its transaction; "" for none. What it sent is not known unless that is said.
    """
    transactions = (
        None if sent is None else tuple(Transaction("refund", status, D(each), "USD") for each in sent.split())
    )
    return Refund(
        refund_id,
        on(day),
        tuple(RefundLine(at, quantity, D(subtotal), D(tax)) for at, quantity, subtotal, tax in lines),
        (*(Adjustment(kind, D(amount)) for kind, amount in kinds.items()), *rows),
        transactions,
    )


def less(amount: str, reason: str = "Refund discrepancy", kind: str = "refund_discrepancy") -> Adjustment:
    """A row that stands for less than the goods were worth, or with a minus for more."""
    return Adjustment(kind, D(amount), reason=reason)


def settled(amount: str) -> Adjustment:
    """A row that takes back what stood for a refund on its way."""
    return less(f"-{amount}", "Pending refund discrepancy")


NUMBERS = count(1)
OWN_RATES: dict[int, Rate] = {}  # of the codes made with a commission


def tracked(code: str, influencer: str, made: str = "2026-01-01", **more: Any) -> TrackedCode:
    number = next(NUMBERS)
    if "commission" in more:
        OWN_RATES[number] = read_rate(more.pop("commission"))
    names, owners = more.pop("names", (Since(code),)), more.pop("owners", (Since(influencer),))
    return TrackedCode(names, owners, made_at=on(made), id=number, **more)


MIA, LEO = tracked("MIA10", "mia"), tracked("LEO5", "leo", made="2026-02-01")


def book(*codes: TrackedCode, **more: Any) -> Codes:
    more.setdefault("zone", UTC_ZONE)
    known = codes or (MIA, LEO)
    agreed = [Agreed(Subject(code=each.id), OWN_RATES[each.id]) for each in known if each.id in OWN_RATES]
    return Codes(known, rates=RateBook([*agreed, *more.pop("agreed", ())]), **more)


def agreed(rate: str, since: str | None = None, **subject: Any) -> Agreed:
    """A rate of somebody, of a campaign, of a product."""
    return Agreed(Subject(**subject), read_rate(rate), day(since) if since else None)


def credits(
    bought: Order, codes: Codes | None = None, *, rate: Commission | None = TEN, rank: Rank | None = None, **rules: Any
) -> list[Credit]:
    """The credits of an order that is not excluded, at ten per cent where no other rate is said."""
    outcome = attribute(bought, codes or book(), Rules(default=rate, **rules), rank)
    assert isinstance(outcome, list)
    return outcome


def credit(bought: Order, codes: Codes | None = None, **rules: Any) -> Credit:
    """The one credit of an order."""
    (only,) = credits(bought, codes, **rules)
    return only


def person(**keys: Iterable[Any]) -> Person:
    return Person(**{key: frozenset(values) for key, values in keys.items()})


def day(text: str) -> date:
    return date.fromisoformat(text)


# 60.00 and 40.00 by a code of ten per cent, the example that most others begin with.
SHIRT, MUG = line(1, "60.00", "6.00", tax="4.32"), line(2, "40.00", "4.00", tax="2.88")
PLAIN = order(SHIRT, MUG, codes=["MIA10"], total_line_items_price=D("100.00"))


def with_refund(what: Refund, *lines: Line, **more: Any) -> Order:
    return replace(PLAIN, lines=lines or PLAIN.lines, refunds=(what,), financial_status="partially_refunded", **more)


def mug_back() -> Line:
    return replace(MUG, current_quantity=0)
