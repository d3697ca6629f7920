"""What a person decided about an order whose numbers needed a look.

A decision is about the order as it was then: its lines, codes, discounts, refunds, totals and payment. When any of
these changes, the order needs another look.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from shopinf.attribution.sales import Amounts, Happening, Moment, Sale
from shopinf.money import Money, rounded
from shopinf.orderfacts import to_facts
from shopinf.orders import Order

# What a note, a tag or a parcel changes is nothing that anybody looked at.
_LOOKED_AT = ("cur", "fin", "cancelled", "test", "incl", "lines", "codes", "apps", "ship", "refunds", "totals")


class Verdict(StrEnum):
    """What an order counts with, once somebody has looked."""

    NET = "net"
    AS_COMPUTED = "as_computed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what about an order, when and why."""

    order_id: int
    verdict: Verdict
    net: Decimal | None  # with Verdict.NET
    at: datetime
    by: str
    reason: str
    about: str  # the fingerprint of the order as it was looked at

    def holds(self, order: Order) -> bool:
        """Is the order still what was looked at?"""
        return self.about == fingerprint(order)

    def says(self, currency: str) -> str:
        """What was decided, in words."""
        match self.verdict:
            case Verdict.NET:
                return f"net sales of {Money(self.net or Decimal(0), currency)} {currency}"
            case Verdict.AS_COMPUTED:
                return "as computed"
            case Verdict.NOTHING:
                return "nothing"

    def same_as(self, other: Decision) -> bool:
        """Do both say the same of the same order, whoever said it and when?"""
        return (self.order_id, self.verdict, self.net, self.about) == (
            other.order_id,
            other.verdict,
            other.net,
            other.about,
        )

    def settle(self, order: Order, worth: Sale) -> Sale:
        """*worth* as it counts by this decision, from its own day on.

        The order was in no sum before, so whatever happened to it counts on the day of the decision at the earliest.
        """
        moments = [replace(moment, at=max(moment.at, self.at)) for moment in worth.moments]
        if self.verdict is not Verdict.AS_COMPUTED:
            net = rounded(self.net or Decimal(0), order.currency) if self.verdict is Verdict.NET else Decimal(0)
            sold = moments[0].amounts
            # More than was sold by the lines that are known: so more was sold.
            sold = replace(sold, gross_sales=sold.gross_sales + max(net - sold.base, Decimal(0)))
            last: Amounts = replace(sold, returns=sold.base - net)
            over = self.verdict is Verdict.NOTHING
            moments = [
                replace(moments[0], amounts=sold),
                Moment(moments[-1].at, Happening.DECISION, last, over=over),
            ]
        return replace(worth, moments=tuple(moments), problems=())


def fingerprint(order: Order) -> str:
    """What tells whether an order is still the one that somebody looked at."""
    facts = to_facts(order)
    seen = {name: facts[name] for name in _LOOKED_AT if name in facts}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:24]
