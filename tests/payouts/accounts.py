"""Entries and dues for the payouts' tests, written as short as the sentences about them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shopinf.attribution.earning import Earned, Part, earned
from shopinf.attribution.sales import Amounts
from shopinf.payouts.closing import Again, Fresh, first_entries, later_entries
from shopinf.payouts.entries import Account, Entry, OrderKey, Recorded, payable_from
from shopinf.payouts.rates import for_customer, read_rate
from shopinf.payouts.statements import Due

D = Decimal
UTC_ZONE = ZoneInfo("UTC")
MIA = Account("shop:1", "mia", "USD")


def on(day: str) -> datetime:
    """Noon of a day, or the moment itself."""
    return datetime.fromisoformat(day if "T" in day else f"{day}T12:00:00+00:00").astimezone(UTC)


def stake(rate: str, *, new: bool | None = None) -> tuple[Part, ...]:
    return (Part(for_customer(read_rate(rate), new=new)),)


def worth(net: str, base: str | None = None) -> Amounts:
    return Amounts(gross_sales=D(base or net), returns=D(base or net) - D(net))


def fresh(
    number: int, net: str, day: str, rate: str = "10%", *, base: str | None = None, hold: int = 0, **more: object
) -> Fresh:
    parts = stake(rate, new=more.pop("new", None))  # type: ignore[arg-type]
    account = more.pop("account", MIA)
    currency = account.currency  # type: ignore[attr-defined]
    return Fresh(
        account,  # type: ignore[arg-type]
        OrderKey(1, number),
        f"#{1000 + number}",
        "MIA10",
        parts,
        earned(parts, worth(net, base), currency),
        D(net),
        on(day),
        payable_at=payable_from(on(day), hold, UTC_ZONE),
        **more,  # type: ignore[arg-type]
    )


def entered(*orders: Fresh) -> list[Entry]:
    return first_entries(orders)


def again(known: Entry | Recorded, net: str, day: str, base: str | None = None, pool: int = 0) -> Again:
    """What an entered order has come to."""
    found = known if isinstance(known, Recorded) else Recorded.of([known])
    came = earned(found.parts, worth(net, base), found.first.account.currency)
    return Again(found, came, D(net), on(day), pool, "refund", found.last.payable_at)


def adjustment(known: Entry | Recorded, net: str, day: str, base: str | None = None) -> Entry | None:
    found = later_entries([again(known, net, day, base)])
    return found[0] if found else None


def due(entry: Entry, number: int, **more: object) -> Due:
    return Due(
        number,
        entry.account,
        entry.amount,
        entry.order,
        entry.code,
        entry.payable_at,
        entry.happened_at,
        step=entry.step,
        **more,  # type: ignore[arg-type]
    )


def nothing() -> Earned:
    return Earned(D("0.00"))
