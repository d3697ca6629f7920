"""The attribution report: credits added up into the rows that an operator, or a client, reads.

Rows are sums of rounded credits, never of anything unrounded; currencies are never added up. An order whose numbers
need a look is listed and counted, but in no sum; one that was cancelled is in the sums with what it sold and all of it
returned, and is not counted as an order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from shopinf.attribution.codebook import Codes, TrackedCode
from shopinf.attribution.credits import Credit, Excluded, Exclusion, Status
from shopinf.attribution.keeping import Cell, Sum
from shopinf.attribution.sales import Happening
from shopinf.attribution.tally import MONEY, PAYMENTS, Aside, Part, Row, Tally
from shopinf.periods import Period, Step, label
from shopinf.results import Column, columns


class By(StrEnum):
    """What a row of the report stands for."""

    INFLUENCER = "influencer"
    CODE = "code"
    CAMPAIGN = "campaign"
    STORE = "store"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ORDER = "order"


class DateBasis(StrEnum):
    """`order`: an order with all its later refunds on the day it was made; `event`: each on its own day."""

    ORDER = "order"
    EVENT = "event"


_GROUP_COLUMNS: dict[By, tuple[str, ...]] = {
    By.INFLUENCER: ("influencer",),
    By.CODE: ("code", "influencer", "campaign"),
    By.CAMPAIGN: ("campaign",),
    By.STORE: (),
    By.DAY: ("day",),
    By.WEEK: ("week",),
    By.MONTH: ("month",),
}
_FIGURES = (
    "orders",
    *MONEY,
    "new_customers",
    "returning_customers",
    "average_order_value",
    "first_order_at",
    "last_order_at",
)
_ORDER_COLUMNS = (
    "store",
    "order_id",
    "order_name",
    "processed_at",
    "influencer",
    "code",
    "method",
    "campaign",
    "currency",
    *MONEY,
    "customer_type",
    "status",
    "reasons",
    "other_codes",
)
# What stays between an agency and its influencers when a page goes to a client.
INTERNAL = frozenset({"commission", "reasons", *PAYMENTS})
_COMPARED = ("previous_orders", "previous_net_sales", "change_pct")
_NUMBERS = "order_id orders new_customers returning_customers previous_orders change_pct"
_AMOUNTS = " ".join((*MONEY, *PAYMENTS, "average_order_value", "previous_net_sales"))
_TIMES = "processed_at first_order_at last_order_at"
# What a table shows, the most important first.
_FEW = "net_sales change_pct orders previous_net_sales commission returns new_customers store currency"
_FEW_BY_ORDER = "order_name net_sales influencer processed_at code commission status store currency"


def report_columns(by: By, *, client: bool = False, compared: bool = False, payments: bool = False) -> list[Column]:
    """The report's columns in their order; a client's copy leaves out commission and reasons.

    *compared* are those that also say what it was in the period before, *payments* those that say what was paid.
    """
    names = _ORDER_COLUMNS if by is By.ORDER else ("store", "currency", *_GROUP_COLUMNS[by], *_FIGURES)
    if payments:
        at = names.index("commission") + 1
        names = (*names[:at], *PAYMENTS, *names[at:])
    order = [name for name in (*names, *(_COMPARED if compared else ())) if not (client and name in INTERNAL)]
    few = _FEW_BY_ORDER.split() if by is By.ORDER else [*(_GROUP_COLUMNS[by] or ("store",)), *_FEW.split()]
    if payments:  # who asks for them wants to see them
        after = few.index("commission") + 1
        few[after:after] = PAYMENTS
    return columns(
        numbers=_NUMBERS,
        money=_AMOUNTS,
        times=_TIMES,
        order=" ".join(order),
        shown=" ".join(name for name in dict.fromkeys(few) if name in order),
    )


LEFT_OUT_COLUMNS = columns(
    numbers="order_id", times="processed_at", order="store order_id order_name processed_at codes excluded"
)


@dataclass(frozen=True, slots=True)
class StoreOrders:
    """One store's part of a report: what `attribute` said of its orders, and the period on its own calendar."""

    store: str
    currency: str
    zone: ZoneInfo
    outcomes: Iterable[list[Credit] | Excluded]
    period: Period | None = None  # None: all time
    codes: Codes | None = None  # for rows of those who sold nothing
    # What was paid of orders and what was not, by order and influencer; None where it was not asked for.
    payments: Mapping[tuple[int, str], tuple[Decimal, Decimal]] | None = None
    # Credits that are added up already, by influencers' names, and in no outcome; never for rows by order.
    sums: Sequence[Sum] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a report shows, as the operator asked for it."""

    by: By = By.INFLUENCER
    basis: DateBasis = DateBasis.ORDER
    include_pending: bool = False
    include_zero: bool = False
    payments: bool = False
    campaigns: Collection[str] = ()
    influencers: Collection[str] = ()

    def wants(self, campaign: str, influencer: str) -> bool:
        return _among(campaign, self.campaigns) and _among(influencer, self.influencers)


@dataclass(frozen=True, slots=True)
class Report:
    """Rows with Money, moments in the shop's zone, text, numbers, tuples of text, and None for what is unknown."""

    by: By
    columns: list[Column]
    rows: list[Row]
    totals: list[Row]  # one for each currency
    excluded: dict[str, int]
    notes: list[str] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)  # the orders that are counted in `excluded`
    assumed: int = 0  # orders of which it is not known whether the buyer is new


def report(stores: Iterable[StoreOrders], choice: Choice | None = None) -> Report:
    """Add up what was attributed, in the rows that *choice* asks for."""
    choice = choice or Choice()
    aside = Aside()
    groups: dict[tuple[str, str, tuple[str, ...]], Tally] = {}
    totals: dict[str, Tally] = {}
    listed: dict[tuple[object, ...], Tally] = {}
    for store in stores:
        for part in _parts(store, choice, aside):
            credit, currency = part.credit, part.credit.order.currency
            if choice.by is By.ORDER:
                key = (store.store, credit.order.order_id, credit.influencer, credit.code)
                _tally(listed, key, currency, choice).add(part)
            else:
                group = (store.store, currency, _group(credit, part.at.date(), choice.by))
                _tally(groups, group, currency, choice).add(part)
            if credit.status is not Status.NEEDS_REVIEW:
                _tally(totals, currency, currency, choice).add(part)
        for sum in _sums(store, choice, aside):
            currency, counts = sum.cell.currency, sum.cell.status in _COUNTED
            group = (store.store, currency, _group(sum.cell, date.fromordinal(sum.day), choice.by))
            for each in (_tally(groups, group, currency, choice), _tally(totals, currency, currency, choice)):
                each.add_sum(sum, store.zone, counts=counts)
        for each in (*totals.values(), *groups.values()):
            each.settle()
        if choice.include_zero:
            for names in _could_have_sold(store, choice):
                _tally(groups, (store.store, store.currency, names), store.currency, choice)
    if choice.by is By.ORDER:
        rows = [each.order_row() for each in sorted(listed.values(), key=Tally.when)]
    else:
        names = _GROUP_COLUMNS[choice.by]
        rows = [
            {"store": name, "currency": currency, **dict(zip(names, group, strict=True)), **each.figures()}
            for (name, currency, group), each in sorted(groups.items(), key=lambda item: _place(choice.by, *item))
        ]
    sums = [{"currency": currency, **totals[currency].figures()} for currency in sorted(totals)]
    return Report(
        choice.by,
        report_columns(choice.by, payments=choice.payments),
        rows,
        sums,
        aside.counts(),
        aside.notes(),
        aside.rows(),
        aside.assumptions,
    )


Key = TypeVar("Key")


def _tally(among: dict[Key, Tally], key: Key, currency: str, choice: Choice) -> Tally:
    """The one of *among* with that key, made where it is needed: there may be a sum for every code and day."""
    if (found := among.get(key)) is None:
        found = among[key] = Tally(currency, choice.payments)
    return found


def _parts(store: StoreOrders, choice: Choice, aside: Aside) -> Iterator[Part]:
    """What goes into the store's rows; the rest is noted in *aside*."""
    bounds = store.period.bounds(store.zone) if store.period else None
    for outcome in store.outcomes:
        if isinstance(outcome, Excluded):
            order = outcome.order
            if _inside(order.processed_at, bounds) and _concerns(outcome, choice):
                aside.leave_out(outcome.reason, store.store, order, store.zone)
            continue
        for credit in outcome:
            if not choice.wants(credit.campaign, credit.influencer):
                continue
            for part in _of_credit(store, credit, choice, bounds):
                aside.hear(part)
                unpaid = credit.status is Status.PENDING and not choice.include_pending
                if unpaid or credit.status is Status.NEEDS_REVIEW:
                    aside.leave_out(credit.status, store.store, credit.order, store.zone)
                if not unpaid and (choice.by is By.ORDER or credit.status is not Status.NEEDS_REVIEW):
                    aside.hear_row(part)
                    yield part


_COUNTED = frozenset({str(Status.APPROVED), str(Status.PENDING)})


def _sums(store: StoreOrders, choice: Choice, aside: Aside) -> Iterator[Sum]:
    """The sums that go into the store's rows; the rest is noted in *aside*."""
    for sum in store.sums:
        cell = sum.cell
        if choice.wants(cell.campaign, cell.influencer):
            unpaid = cell.status == Status.PENDING and not choice.include_pending
            aside.hear_sum(sum, cell.influencer or cell.code, unpaid=unpaid)
            if not unpaid:
                yield sum


def _of_credit(
    store: StoreOrders, credit: Credit, choice: Choice, bounds: tuple[datetime, datetime] | None
) -> Iterator[Part]:
    """The parts of *credit* that fall into the period."""
    match choice.basis:
        case DateBasis.ORDER:
            at = credit.order.processed_at
            if _inside(at, bounds):
                counts = credit.status in {Status.APPROVED, Status.PENDING}
                here, paid = at.astimezone(store.zone), _paid(store, credit)
                yield Part(store.store, credit, here, credit.amounts, credit.commission, counts, paid)
        case DateBasis.EVENT:
            for event in credit.events:
                if _inside(event.at, bounds):
                    counts = event.what is Happening.SALE and _stood(credit, bounds)
                    at = event.at.astimezone(store.zone)
                    yield Part(store.store, credit, at, event.amounts, event.commission, counts, _paid(store, credit))


def _paid(store: StoreOrders, credit: Credit) -> tuple[Decimal, Decimal] | None:
    """What was paid of a credit's commission and what was not; of an order that no closing entered all is open.

    What nobody earns is owed to nobody.
    """
    if store.payments is None:
        return None
    nothing = Decimal(0), (credit.commission or Decimal(0)) if credit.influencer else Decimal(0)
    return store.payments.get((credit.order.order_id, credit.influencer), nothing)


def _stood(credit: Credit, bounds: tuple[datetime, datetime] | None) -> bool:
    """Was it an order at the end of the period? A cancellation after it leaves what was counted then alone."""
    match credit.status:
        case Status.APPROVED | Status.PENDING:
            return True
        case Status.NEEDS_REVIEW:
            return False
        case Status.REVERSED:
            cancelled = credit.order.cancelled_at
            return cancelled is not None and bounds is not None and cancelled >= bounds[1]


def _inside(at: datetime, bounds: tuple[datetime, datetime] | None) -> bool:
    return bounds is None or bounds[0] <= at < bounds[1]


def _concerns(excluded: Excluded, choice: Choice) -> bool:
    """Would anybody look for it here? A test, or a bought gift card, only where one of our codes was used.

    Gifts carry no code, so they are counted as they are, but not in a report on some campaigns or influencers.
    """
    if excluded.claims:
        return any(choice.wants(claim.code.campaign, claim.influencer) for claim in excluded.claims)
    return excluded.reason is Exclusion.GIFT and not (choice.campaigns or choice.influencers)


def _among(name: str, wanted: Collection[str]) -> bool:
    return not wanted or name.casefold() in {each.strip().casefold() for each in wanted}


def _group(whose: Credit | Cell, day: date, by: By) -> tuple[str, ...]:
    match by:
        case By.INFLUENCER:
            return (whose.influencer,)
        case By.CODE:
            return (whose.code, whose.influencer, whose.campaign)
        case By.CAMPAIGN:
            return (whose.campaign,)
        case By.STORE | By.ORDER:
            return ()
        case By.DAY | By.WEEK | By.MONTH:
            return (label(day, Step(by)),)


def _could_have_sold(store: StoreOrders, choice: Choice) -> Iterator[tuple[str, ...]]:
    """The rows of a report in which nothing was left out for having sold nothing."""
    match choice.by:
        case By.ORDER:
            return
        case By.STORE:
            yield ()
        case By.DAY | By.WEEK | By.MONTH:
            if store.period:
                yield from ((step.name,) for step in store.period.steps(Step(choice.by)))
        case By.INFLUENCER | By.CODE | By.CAMPAIGN:
            for code in store.codes.tracked if store.codes else ():
                for owner in _owners(code, store.period):
                    if choice.wants(code.campaign, owner):
                        every = {By.INFLUENCER: (owner,), By.CODE: (code.code, owner, code.campaign)}
                        yield every.get(choice.by, (code.campaign,))


def _owners(code: TrackedCode, period: Period | None) -> Iterator[str]:
    """Those who had *code* on some day of the period."""
    spells = sorted(code.owners, key=lambda owner: owner.day or date.min)
    for place, owner in enumerate(spells):
        following = spells[place + 1].day if place + 1 < len(spells) else None
        begun = period is None or owner.day is None or owner.day <= period.last
        if begun and (period is None or following is None or following > period.first):
            yield owner.value


def _place(by: By, key: tuple[str, str, tuple[str, ...]], each: Tally) -> tuple[object, ...]:
    """Stores by name; in each, time in its course, and people by what they sold."""
    store, currency, group = key
    if by in {By.DAY, By.WEEK, By.MONTH}:
        return store, currency, group
    return store, currency, -each.amounts.net_sales, group
