"""Adding up a report: what goes into one row, and what is said beside the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from shopinf.attribution.credits import Credit, Exclusion, Status
from shopinf.attribution.keeping import Sum, person_number
from shopinf.attribution.sales import Amounts
from shopinf.attribution.standing import is_unheard_of
from shopinf.money import Money
from shopinf.orders import Order
from shopinf.results import Cell
from shopinf.words import counted, few

PAYMENTS = ("paid", "open")  # of the commission, where they were asked for
MONEY = ("gross_sales", "discounts", "included_tax", "returns", "net_sales", "commission")

Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Part:
    """What one credit, or one event of it, brings into a row."""

    store: str
    credit: Credit
    at: datetime  # on the shop's own wall clock
    amounts: Amounts
    commission: Decimal | None
    counts: bool  # as an order, once
    paid: tuple[Decimal, Decimal] | None = None  # what was paid of its commission, and what was not

    @property
    def order_key(self) -> tuple[str, int]:
        return self.store, self.credit.order.order_id


class Tally:
    """A row while it is being added up, store by store."""

    def __init__(self, currency: str, payments: bool = False) -> None:
        self.currency = currency
        self.payments = payments
        self.parts: list[Part] = []
        self.rated = self.unrated = False
        self.paid: dict[tuple[str, int, str], tuple[Decimal, Decimal]] = {}  # each order's once
        self._sold, self._earned = Amounts(), Decimal(0)
        self._units = [0] * 5  # the same of sums, in minor units
        self._orders: set[tuple[str, int]] = set()
        self._summed = 0  # orders in sums
        self._first: _When | None = None
        self._last: _When | None = None
        self._buyers = _Buyers()

    def add(self, part: Part) -> None:
        self.parts.append(part)
        self._sold += part.amounts
        self._earned += part.commission or 0
        self.rated = self.rated or part.credit.rate is not None
        self.unrated = self.unrated or part.commission is None
        if part.paid is not None:
            self.paid[(*part.order_key, part.credit.influencer)] = part.paid
        if part.counts:
            self._orders.add(part.order_key)
            at, zone = part.credit.order.processed_at.astimezone(UTC), part.at.tzinfo
            self._see(at, at, zone)
            if (rank := part.credit.rank) is not None:
                self._buyers.add(rank.new, (person_number(rank.person),))

    def add_sum(self, sum: Sum, zone: ZoneInfo, *, counts: bool) -> None:
        """Add credits that were added up before; *counts*: they are orders."""
        earned = (sum.gross_sales, sum.discounts, sum.included_tax, sum.returns, sum.commission)
        for place, units in enumerate(earned):
            self._units[place] += units
        self.rated = self.rated or sum.cell.rate is not None
        self.unrated = self.unrated or sum.unrated > 0
        if counts:
            self._summed += sum.orders
            self._see(sum.first_at, sum.last_at, zone)
            self._buyers.new += sum.lone_new
            self._buyers.returning += sum.lone_returning
            self._buyers.add(True, sum.newcomers)
            self._buyers.add(False, sum.returners)

    def settle(self) -> None:
        """A store has been added: who bought there is somebody else in the next."""
        self._buyers.settle()

    def _see(self, first: datetime, last: datetime, zone: tzinfo | None) -> None:
        """Take note of orders of these times, in UTC, and of the zone of their store; of two
        at once the earlier one is first, the later one last."""
        if self._first is None or first < self._first[0]:
            self._first = first, zone
        if self._last is None or last >= self._last[0]:
            self._last = last, zone

    @property
    def amounts(self) -> Amounts:
        return self._sold + Amounts(*map(self._decimal, self._units[:4]))

    @property
    def commission(self) -> Decimal:
        return self._earned + self._decimal(self._units[4])

    def _decimal(self, units: int) -> Decimal:
        return Money.from_minor(units, self.currency).amount

    def when(self) -> tuple[datetime, str, int, Decimal, str, str]:
        """Its place among orders: by time, a split order's larger share first."""
        credit = self.parts[0].credit
        at = credit.order.processed_at.astimezone(UTC)
        share = -Decimal(credit.share.numerator) / credit.share.denominator
        return at, self.parts[0].store, credit.order.order_id, share, credit.influencer, credit.code

    def money(self) -> Row:
        """The money columns. Commission is unknown where nobody has a rate, and never 0 for that reason."""
        amounts = self.amounts
        worth = (amounts.gross_sales, amounts.discounts, amounts.included_tax, amounts.returns, amounts.net_sales)
        row: Row = {name: Money(amount, self.currency) for name, amount in zip(MONEY, worth, strict=False)}
        row["commission"] = None if self.unrated and not self.rated else Money(self.commission, self.currency)
        for place, name in enumerate(PAYMENTS if self.payments else ()):
            amount = sum((each[place] for each in self.paid.values()), Decimal(0))
            row[name] = Money(amount, self.currency)
        return row

    def figures(self) -> Row:
        """Everything that a group or a total shows."""
        self.settle()
        orders = len(self._orders) + self._summed
        average = Money(self.amounts.net_sales / orders, self.currency).rounded() if orders else None
        return {
            "orders": orders,
            **self.money(),
            "new_customers": self._buyers.new,
            "returning_customers": self._buyers.returning,
            "average_order_value": average,
            "first_order_at": self._first and self._first[0].astimezone(self._first[1]),
            "last_order_at": self._last and self._last[0].astimezone(self._last[1]),
        }

    def order_row(self) -> Row:
        """One order, or one influencer's share of it."""
        part = self.parts[0]
        credit, order = part.credit, part.credit.order
        return {
            "store": part.store,
            "order_id": order.order_id,
            "order_name": order.name,
            "processed_at": order.processed_at.astimezone(part.at.tzinfo),
            "influencer": credit.influencer,
            "code": credit.code,
            "method": str(credit.method),
            "campaign": credit.campaign,
            "currency": order.currency,
            **self.money(),
            "customer_type": credit.rank.customer_type if credit.rank else None,
            "status": str(credit.status),
            "reasons": credit.reasons,
            "other_codes": credit.other_codes,
        }


_When = tuple[datetime, tzinfo | None]


class _Buyers:
    """How many buyers were new and how many returned, each once in a store; who did both was new."""

    def __init__(self) -> None:
        self.new = self.returning = 0
        self._here: dict[bool, set[int]] = {True: set(), False: set()}  # in the store that is being added

    def add(self, new: bool, people: Iterable[int]) -> None:
        self._here[new].update(people)

    def settle(self) -> None:
        new, returning = self._here[True], self._here[False]
        if new or returning:
            self.new += len(new)
            self.returning += len(returning - new)
            self._here = {True: set(), False: set()}


NO_RATE = "No commission rate"
OWN = "Bought by the influencers themselves, so it earns nothing"


class Aside:
    """What is said beside the rows: the orders left out of them, each once, and what a person should know."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[tuple[str, int], Row]] = {
            reason: {} for reason in (*Exclusion, Status.PENDING, Status.NEEDS_REVIEW)
        }
        self.unrated: set[str] = set()
        self.own: dict[tuple[str, int], str] = {}
        self.assumed: set[tuple[str, int]] = set()
        self.unheard: set[str] = set()
        self.outdated: dict[tuple[str, int], str] = {}
        self.unpaid = self.guessed = 0  # orders in sums, not paid and not counted, and such with an assumed buyer

    def hear_sum(self, sum: Sum, shown: str, *, unpaid: bool) -> None:
        """Take note of credits that were added up before; *shown* is their influencer's name, or the code."""
        if unpaid:
            self.unpaid += sum.orders
            return
        if sum.unrated:
            self.unrated.add(shown)
        self.guessed += sum.assumed

    def leave_out(self, reason: Exclusion | Status, store: str, order: Order, zone: ZoneInfo) -> None:
        self.orders[reason][store, order.order_id] = {
            "store": store,
            "order_id": order.order_id,
            "order_name": order.name,
            "processed_at": order.processed_at.astimezone(zone),
            "codes": order.codes,
            "excluded": str(reason),
        }

    def hear(self, part: Part) -> None:
        """Take note of a part of the report, whether or not it goes into a row."""
        credit = part.credit
        if is_unheard_of(credit.order):
            self.unheard.add(credit.order.financial_status or "none")

    def hear_row(self, part: Part) -> None:
        """Take note of a part that goes into a row."""
        if part.commission is None:
            self.unrated.add(part.credit.influencer or part.credit.code)
        elif not part.commission and "self_referral" in part.credit.reasons:
            self.own[part.order_key] = part.credit.order.name
        if part.credit.order.outdated:
            self.outdated[part.order_key] = part.credit.order.name
        if part.credit.rank and part.credit.rank.assumed:
            self.assumed.add(part.order_key)

    def rows(self) -> list[Row]:
        """The orders left out, reason by reason."""
        return [row for orders in self.orders.values() for row in orders.values()]

    def counts(self) -> dict[str, int]:
        counts = {str(reason): len(orders) for reason, orders in self.orders.items()}
        return {**counts, str(Status.PENDING): counts[Status.PENDING] + self.unpaid}

    @property
    def assumptions(self) -> int:
        """How many orders there are of which it is not known whether the buyer is new."""
        return len(self.assumed) + self.guessed

    def notes(self) -> list[str]:
        """Sentences for a person, none where there is nothing to say."""
        said = []
        excluded = [f"{count} {_EXCLUDED[reason]}" for reason, count in self.counts().items() if count]
        if excluded:
            said.append(f"Orders not counted: {', '.join(excluded)}.")
        if self.unrated:
            said.append(
                f"{NO_RATE} for {few(sorted(self.unrated))} on the days of these orders: "
                "commission left open. Give --commission, or agree on one with shopinf rates set."
            )
        if self.own:
            said.append(f"{OWN}: {few(list(self.own.values()))}.")
        if review := self.orders[Status.NEEDS_REVIEW]:
            names = [str(row["order_name"]) for row in review.values()]
            said.append(f"In no sum until looked at: {few(names)}. See shopinf orders review.")
        if self.assumptions:
            said.append(
                f"New or returning is assumed for {counted(self.assumptions, 'order')}: earlier orders cannot be seen."
            )
        if self.outdated:
            said.append(
                f"What refunds sent is not known of {few(list(self.outdated.values()))}, read by an older shopinf: "
                "one on its way may be missing. shopinf orders sync reads anew what the store still shows."
            )
        if self.unheard:
            said.append(f"Payment status new to us, not taken for paid: {few(sorted(self.unheard))}.")
        return said


_EXCLUDED = {
    "test": "test",
    "gift": "gift",
    "gift_card_only": "of gift cards only",
    "pending": "not paid yet",
    "needs_review": "to be looked at",
}
