"""The overview: one attribution run from all its sides, as a report page or a workbook lays it out.

The same credits added up by influencer, by code, by order and over time, with the totals of each currency and what
stayed outside. Every number comes from `report`; currencies are never added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from shopinf.attribution.growth import compared, growth
from shopinf.attribution.report import By, Choice, DateBasis, Report, StoreOrders, report, report_columns
from shopinf.attribution.tally import NO_RATE, OWN, Row, Tally
from shopinf.attribution.worth import By as WorthBy
from shopinf.attribution.worth import Sums, Worth, worth
from shopinf.leaks.verdict import Suspect
from shopinf.money import Money
from shopinf.periods import Period
from shopinf.results import Column, Failure
from shopinf.words import few

# Up to so many days a period is shown by day, then by week, then by month: some twenty to fifty columns of a chart.
_BY_DAY, _BY_WEEK = 45, 190
_PASSING = {By.DAY, By.WEEK, By.MONTH, By.ORDER}  # their rows have no counterpart in another period
_SUMMED = ("currency",)


@dataclass(frozen=True, slots=True)
class Covered:
    """A store's part of the overview: its orders, and how much of them is known."""

    name: str
    title: str
    currency: str
    timezone: str
    period: Period
    orders: StoreOrders
    former: StoreOrders | None = None  # those of the period before, where that was asked for
    provisional: bool = False  # its period is not over yet
    reach: datetime | None = None  # how far back its orders were read; None: all of them were
    synced_at: datetime | None = None
    cut: str | None = None  # why orders of the period, or of the one before it, are missing; None: none are
    remarks: Sequence[str] = ()  # what reading them had to say besides

    def begun(self, now: datetime) -> bool:
        """Has its period begun?"""
        return now >= self.period.bounds(ZoneInfo(self.timezone))[0]

    @property
    def shown(self) -> str:
        """The shop's own name, else the operator's."""
        return self.title.strip() or self.name

    @property
    def complete_from(self) -> datetime | None:
        """The moment before which orders are missing; None where none are."""
        return self.reach if self.cut else None


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure; `former` is what it was in the period before, None when that was not asked for."""

    key: str
    value: Money | int | None
    former: Money | int | None = None

    @property
    def change(self) -> Decimal | None:
        """By how many per cent it grew; None where there was nothing to grow from."""
        return growth(self.former, self.value)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a day, week or month brought; `label` is how that stretch is written."""

    label: str
    orders: int
    net_sales: Money


@dataclass(frozen=True, slots=True)
class Section:
    """What an overview has in one currency."""

    currency: str
    total: Row
    former: Row | None
    course: Sequence[Stretch]  # empty stretches included
    tables: Mapping[By, Sequence[Row]]

    @property
    def figures(self) -> list[Figure]:
        """The key figures in the order of their weight; commission last, None in a client's copy too."""
        return [_figure(key, self.total, self.former) for key in _KEY_FIGURES]


_KEY_FIGURES = ("net_sales", "orders", "new_customers", "average_order_value", "returns", "commission")


@dataclass(frozen=True)
class Overview:
    """A report from all its sides, for whoever reads it: rows on a console, a page, a workbook.

    Each side is added up when it is first asked for, and once. A side is whole; `sections` divides them by currency.
    """

    stores: Sequence[Covered]
    choice: Choice
    made_at: datetime
    missing: Sequence[Failure] = ()  # stores that were asked for and could not be read
    compared: bool = False  # with the period before
    client: bool = False  # a client's copy leaves out commission, reasons and what is said to the operator
    suspects: Sequence[Suspect] = ()  # codes that may have got out
    back: Sequence[Sums] = ()  # of each store whether its customers came back, where that was asked for and is known
    unseen: Sequence[str] = ()  # the stores of which that cannot be told, as older orders are out of sight

    def side(self, by: By) -> Report:
        """What was sold, in rows of *by*."""
        return self._report(replace(self.choice, by=by))

    @property
    def asked(self) -> Report:
        """The side that was asked for."""
        return self.side(self.choice.by)

    @cached_property
    def before(self) -> Report | None:
        """The side that was asked for, of the period before."""
        return report([each.former for each in self.stores if each.former], self.choice) if self.compared else None

    @cached_property
    def rows(self) -> list[Row]:
        """The rows that were asked for, each beside its like of the period before where it has one."""
        if self.before is None or self.choice.by in _PASSING:
            return self.asked.rows
        names = [column.key for column in self.asked.columns]
        return compared(self.asked.rows, self.before.rows, names[: names.index("orders")])

    @cached_property
    def back_together(self) -> Worth:
        """Whether customers came back, by the month they were won; those of several stores together."""
        return worth(self.back, WorthBy.MONTH, self.choice.influencers, self.choice.campaigns, together=True)

    @cached_property
    def back_apart(self) -> Worth:
        """The same by store."""
        return worth(self.back, WorthBy.MONTH, self.choice.influencers, self.choice.campaigns)

    @property
    def row_columns(self) -> list[Column]:
        """The columns of `rows`."""
        compared = self.compared and self.choice.by not in _PASSING
        paid = self.choice.payments
        return report_columns(self.choice.by, client=self.client, compared=compared, payments=paid)

    @cached_property
    def totals(self) -> list[Row]:
        """A row for each currency, beside that of the period before."""
        return self.asked.totals if self.before is None else compared(self.asked.totals, self.before.totals, _SUMMED)

    @cached_property
    def sides(self) -> list[By]:
        """The sides that a page lays out: campaigns and stores where there are several or they were asked for."""
        campaigns = {row["campaign"] for row in self.side(By.CODE).rows}
        more = ((By.CAMPAIGN, len(campaigns) > 1), (By.STORE, len(self.stores) > 1))
        return [By.INFLUENCER, By.CODE, By.ORDER, *(by for by, several in more if several or self.choice.by is by)]

    @cached_property
    def step(self) -> By:
        """The stretches of the course: those that were asked for, else what suits the period's length."""
        if self.choice.by in {By.DAY, By.WEEK, By.MONTH}:
            return self.choice.by
        days = max(((store.period.last - store.period.first).days + 1 for store in self.stores), default=1)
        return By.DAY if days <= _BY_DAY else By.WEEK if days <= _BY_WEEK else By.MONTH

    def columns(self, by: By) -> list[Column]:
        return report_columns(by, client=self.client, payments=self.choice.payments)

    @property
    def first(self) -> date:
        return min(store.period.first for store in self.stores)

    @property
    def last(self) -> date:
        return max(store.period.last for store in self.stores)

    @property
    def former_period(self) -> tuple[date, date] | None:
        """From the first to the last day of what it is compared with."""
        if not self.compared:
            return None
        before = [store.period.previous() for store in self.stores]
        return min(each.first for each in before), max(each.last for each in before)

    @property
    def zones(self) -> list[str]:
        return sorted({store.timezone for store in self.stores})

    @property
    def made_here(self) -> datetime:
        """When it was made: on the shop's wall clock if there is one for all, else in UTC."""
        return self.made_at.astimezone(ZoneInfo(self.zones[0]) if len(self.zones) == 1 else UTC)

    @property
    def basis(self) -> DateBasis:
        return self.choice.basis

    @property
    def excluded(self) -> dict[str, int]:
        return self.asked.excluded

    @property
    def left_out(self) -> Sequence[Row]:
        return self.asked.left_out

    @cached_property
    def sections(self) -> list[Section]:
        """One for each currency; a currency in which nothing was sold has one with zeros."""
        currencies = {store.currency for store in self.stores}
        currencies |= {str(total["currency"]) for total in self.side(By.INFLUENCER).totals}
        return [self._section(currency) for currency in sorted(currencies)]

    @property
    def notes(self) -> list[str]:
        """What a person should know of the figures; a page for a client has none of it."""
        said = [f"{store.name}: {store.cut}" for store in self.stores if store.cut]
        if provisional := [store.name for store in self.stores if store.provisional]:
            later = [store.name for store in self.stores if store.provisional and not store.begun(self.made_at)]
            running = [name for name in provisional if name not in later]
            if later:
                said.append(f"The period has not begun yet in {', '.join(later)}: there is nothing to count.")
            if running:
                said.append(f"The period is not over yet in {', '.join(running)}: the figures are provisional.")
        if self.compared and self.choice.by in _PASSING:
            said.append(f"Rows by {self.choice.by} have no counterpart in the period before; only totals are compared.")
        if self.compared:
            said += [_comparison(total) for total in self.totals]
        # What is agreed with influencers stays out of a client's copy, the lack of it too.
        said += [note for note in self.asked.notes if not (self.client and note.startswith((NO_RATE, OWN)))]
        if self.unseen:
            names = few(self.unseen)
            said.append(f"{names}: whether customers came back is not shown, as older orders cannot be seen.")
        said += self.back_apart.lacking if self.back else []
        return said + [f"{store.name}: {remark}" for store in self.stores for remark in store.remarks]

    @cached_property
    def _made(self) -> dict[tuple[By, bool], Report]:
        return {}

    def _report(self, choice: Choice) -> Report:
        key = choice.by, choice.include_zero
        if key not in self._made:
            self._made[key] = report([each.orders for each in self.stores], choice)
        return self._made[key]

    def _section(self, currency: str) -> Section:
        total = _of(self.side(By.INFLUENCER).totals, currency)
        before = _of(self.before.totals, currency) if self.before else []
        nothing = {"currency": currency, **Tally(currency).figures()}
        course = self._report(replace(self.choice, by=self.step, include_zero=True))  # the empty stretches too
        return Section(
            currency,
            total[0] if total else nothing,
            (before[0] if before else nothing) if self.before else None,
            _course(_of(course.rows, currency), self.step, currency),
            {by: _of(self.side(by).rows, currency) for by in self.sides},
        )


def _comparison(total: Row) -> str:
    change = f" ({total['change_pct']:+} %)" if total["change_pct"] is not None else ""
    if not total["previous_net_sales"]:
        change = " (nothing before)"
    before = f"in the period before {total['previous_net_sales']}{change}"
    return f"Net sales {total['net_sales']} {total['currency']}, {before}."


def _figure(key: str, total: Row, former: Row | None) -> Figure:
    value, before = total[key], former[key] if former else None
    assert value is None or isinstance(value, (Money, int))
    assert before is None or isinstance(before, (Money, int))
    return Figure(key, value, before)


def _of(rows: Iterable[Row], currency: str) -> list[Row]:
    return [row for row in rows if row["currency"] == currency]


def _course(rows: Iterable[Row], step: By, currency: str) -> list[Stretch]:
    """The stretches in their course, those of several stores together."""
    found: dict[str, Stretch] = {}
    for row in rows:
        label, orders, net = str(row[step.value]), row["orders"], row["net_sales"]
        assert isinstance(orders, int)
        assert isinstance(net, Money)
        was = found.get(label, Stretch(label, 0, Money.zero(currency)))
        found[label] = Stretch(label, was.orders + orders, was.net_sales + net)
    return [found[label] for label in sorted(found)]
