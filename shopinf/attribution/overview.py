"""The overview: one attribution run from all its sides, as a report page or a workbook lays it out.

The same credits added up by influencer, by code, by order and over time, with the totals of each currency and what
stayed outside. Every number comes from `report`; currencies are never added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shopinf.attribution.growth import growth
from shopinf.attribution.report import By, Choice, DateBasis, Report, StoreOrders, report, report_columns
from shopinf.attribution.tally import Row, Tally
from shopinf.money import Money
from shopinf.periods import Period
from shopinf.results import Column

# Up to so many days a period is shown by day, then by week, then by month: some twenty to fifty columns of a chart.
_BY_DAY, _BY_WEEK = 45, 190


@dataclass(frozen=True, slots=True)
class Covered:
    """A store that the overview covers, and how much of its part is known."""

    name: str
    title: str
    currency: str
    timezone: str
    period: Period
    provisional: bool = False  # its period is not over yet
    complete_from: datetime | None = None  # earlier orders of the period could not be read; None: all were

    @property
    def shown(self) -> str:
        """The shop's own name, else the operator's."""
        return self.title.strip() or self.name


@dataclass(frozen=True, slots=True)
class Missing:
    """A store that was asked for and could not be read."""

    name: str
    error: str


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


@dataclass(frozen=True, slots=True)
class Overview:
    """A report from all its sides; the tables are whole, `sections` divides them by currency."""

    stores: Sequence[Covered]
    choice: Choice
    step: By
    made_at: datetime
    reports: Mapping[By, Report]
    courses: Report  # the stretches of each store, the empty ones too
    former: Report | None = None
    missing: Sequence[Missing] = ()
    notes: Sequence[str] = ()  # for the operator; a client's copy has none
    client: bool = False

    def columns(self, by: By) -> list[Column]:
        return report_columns(by, client=self.client)

    @property
    def first(self) -> date:
        return min(store.period.first for store in self.stores)

    @property
    def last(self) -> date:
        return max(store.period.last for store in self.stores)

    @property
    def former_period(self) -> tuple[date, date] | None:
        """From the first to the last day of what it is compared with."""
        if self.former is None:
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
        return self.reports[By.ORDER].excluded

    @property
    def left_out(self) -> Sequence[Row]:
        return self.reports[By.ORDER].left_out

    @property
    def sections(self) -> list[Section]:
        """One for each currency; a currency in which nothing was sold has one with zeros."""
        currencies = {store.currency for store in self.stores}
        currencies |= {str(total["currency"]) for total in self.reports[By.INFLUENCER].totals}
        return [self._section(currency) for currency in sorted(currencies)]

    def _section(self, currency: str) -> Section:
        total = _of(self.reports[By.INFLUENCER].totals, currency)
        before = _of(self.former.totals, currency) if self.former else []
        nothing = {"currency": currency, **Tally(currency).figures()}
        return Section(
            currency,
            total[0] if total else nothing,
            (before[0] if before else nothing) if self.former else None,
            _course(_of(self.courses.rows, currency), self.step, currency),
            {by: _of(found.rows, currency) for by, found in self.reports.items()},
        )


def overview(
    stores: Iterable[tuple[Covered, StoreOrders, StoreOrders | None]],
    choice: Choice,
    *,
    made_at: datetime,
    missing: Sequence[Missing] = (),
    notes: Sequence[str] = (),
    client: bool = False,
) -> Overview:
    """Add up from all sides what was attributed in *stores*, and in the period before where that is given.

    What *choice* groups by decides the stretches of the course when it is a day, a week or a month, and adds the
    campaigns or the stores as a table; else these are added where there are several.
    """
    every = list(stores)
    covered, orders = [each[0] for each in every], [each[1] for each in every]
    former = [each[2] for each in every if each[2] is not None]
    step = _step(choice.by, covered)
    sides = {by: report(orders, replace(choice, by=by)) for by in (By.INFLUENCER, By.CODE, By.ORDER)}
    campaigns = {row["campaign"] for row in sides[By.CODE].rows}
    for by, several in ((By.CAMPAIGN, len(campaigns) > 1), (By.STORE, len(covered) > 1)):
        if several or choice.by is by:
            sides[by] = report(orders, replace(choice, by=by))
    return Overview(
        covered,
        choice,
        step,
        made_at,
        sides,
        courses=report(orders, replace(choice, by=step, include_zero=True)),
        former=report(former, replace(choice, by=By.INFLUENCER)) if former else None,
        missing=missing,
        notes=() if client else notes,
        client=client,
    )


def _figure(key: str, total: Row, former: Row | None) -> Figure:
    value, before = total[key], former[key] if former else None
    assert value is None or isinstance(value, (Money, int))
    assert before is None or isinstance(before, (Money, int))
    return Figure(key, value, before)


def _step(by: By, stores: Sequence[Covered]) -> By:
    if by in {By.DAY, By.WEEK, By.MONTH}:
        return by
    days = max(((store.period.last - store.period.first).days + 1 for store in stores), default=1)
    return By.DAY if days <= _BY_DAY else By.WEEK if days <= _BY_WEEK else By.MONTH


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
