"""A report as one web page: no script, nothing from the network, made for a phone, a screen and paper alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from shopinf.attribution.overview import Figure, Overview, Section
from shopinf.attribution.report import INTERNAL, By
from shopinf.leaks.verdict import Suspect
from shopinf.money import Money
from shopinf.reports import charts
from shopinf.reports.house import house
from shopinf.reports.tables import Table, shown, table
from shopinf.reports.words import LEFT_OUT, amount, count, heading, stamps, together
from shopinf.words import counted, few

if TYPE_CHECKING:
    from jinja2 import Template

_WIDE, _NARROW = 760, 340
_BARS = 10  # influencers in the chart; the table has them all
_TABLES = (By.INFLUENCER, By.CAMPAIGN, By.STORE, By.CODE, By.ORDER)
_STRETCHES = {By.DAY: "day", By.WEEK: "week", By.MONTH: "month"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart in both its widths, and the same in numbers."""

    title: str
    wide: Markup
    narrow: Markup
    rows: Sequence[tuple[str, str, str]] = ()  # name, orders, amount


@dataclass(frozen=True, slots=True)
class Part:
    """One currency's part of the page."""

    section: Section
    figures: Sequence[Figure]
    charts: Sequence[Drawn]
    tables: Sequence[Table]
    together: str  # whose sales these are, where the page is of several stores


def file(overview: Overview) -> bytes:
    """*overview* as an HTML page of one file, in UTF-8."""
    parts = [_part(overview, section) for section in overview.sections]
    text = _template().render(
        overview=overview,
        parts=parts,
        heading=few([store.shown for store in overview.stores], 4) or "Stores",
        several=len(overview.stores) > 1,
        stamps=stamps(overview),
        suspects=[] if overview.client else [_told(overview, each) for each in overview.suspects],
        left_out=[(LEFT_OUT.get(why, why), number) for why, number in overview.excluded.items() if number],
        campaigns=overview.choice.campaigns or _only_campaign(overview),
        stretch=_STRETCHES[overview.step],
        assumed=overview.side(By.ORDER).assumed,
    )
    return text.encode()


def _told(overview: Overview, one: Suspect) -> tuple[Suspect, str, str]:
    """A code that may have got out, whose it is, and what is said of it."""
    verdict = one.verdict
    where = f" in {one.store}" if len(overview.stores) > 1 else ""
    since = f"{verdict.since:%d %b %H:%M}" if verdict.since else "today"
    stake = f"; commission {amount(one.at_stake)} {one.at_stake.currency}" if one.at_stake else ""
    text = f"since {since}{where}: {counted(verdict.orders_since or 0, 'order')}{stake}. {'; '.join(verdict.reasons)}."
    return one, one.influencer or "nobody", text


def _only_campaign(overview: Overview) -> list[str]:
    """The campaign of everything on the page, where there is but one."""
    found = {str(row["campaign"]) for row in overview.side(By.CODE).rows}
    return sorted(found - {""}) if len(found) == 1 else []


@cache
def _template() -> Template:
    made = house()
    made.filters |= {"heading": heading, "mood": _mood}
    return made.get_template("report.html")


def _mood(figure: Figure) -> str:
    """Is the change welcome? More returns are not; more commission is neither."""
    if not figure.change or figure.key == "commission":
        return "same"
    return "good" if (figure.change > 0) == (figure.key != "returns") else "bad"


def _part(overview: Overview, section: Section) -> Part:
    return Part(
        section,
        [figure for figure in section.figures if not (overview.client and figure.key in INTERNAL)],
        [drawn for drawn in (_over_time(overview, section), _by_influencer(section)) if drawn],
        [
            table(section, by, client=overview.client, names=_names(overview))
            for by in _TABLES
            if _tells(overview, section, by)
        ],
        together(overview, section.currency),
    )


def _names(overview: Overview) -> dict[str, str]:
    """What each store calls itself, where no two of them are called alike."""
    shown = [store.shown for store in overview.stores]
    return {store.name: store.shown for store in overview.stores if shown.count(store.shown) == 1}


def _tells(overview: Overview, section: Section, by: By) -> bool:
    """Is there something to show? One campaign or one store alone only says the total again."""
    rows = section.tables.get(by, ())
    return len(rows) > 1 or (bool(rows) and (by not in {By.CAMPAIGN, By.STORE} or by is overview.choice.by))


def _over_time(overview: Overview, section: Section) -> Drawn | None:
    course = section.course
    if not course or not section.total["orders"]:
        return None
    stretch = _STRETCHES[overview.step]
    best = max(course, key=lambda each: each.net_sales.amount)
    chart = charts.Chart(
        f"time-{section.currency}",
        f"Net sales by {stretch}, {section.currency}",
        f"{counted(len(course), 'column')} from {course[0].label} to {course[-1].label}; the highest is {best.label} "
        f"with {amount(best.net_sales)} {section.currency}. The numbers stand in the table below.",
        [charts.Point(each.label, each.net_sales.amount, amount(each.net_sales)) for each in course],
    )
    return Drawn(
        chart.title,
        charts.columns(chart, width=_WIDE, height=230),
        charts.columns(chart, width=_NARROW, height=190),
        [(each.label, count(each.orders), amount(each.net_sales)) for each in course],
    )


def _by_influencer(section: Section) -> Drawn | None:
    sold: dict[str, Money] = {}  # in several stores of one currency somebody has several rows
    for row in section.tables[By.INFLUENCER]:
        name, net = shown("influencer", row["influencer"]).text, row["net_sales"]
        assert isinstance(net, Money)
        sold[name] = sold.get(name, Money.zero(section.currency)) + net
    points = [charts.Point(name, net.amount, amount(net)) for name, net in sold.items() if net]
    points.sort(key=lambda point: -point.value)
    if not points:
        return None
    few = points[:_BARS]
    more = f" The first {len(few)} of {len(sold)}." if len(points) > len(few) else ""
    chart = charts.Chart(
        f"people-{section.currency}",
        f"Net sales by influencer, {section.currency}",
        f"{few[0].name} is first with {few[0].shown} {section.currency}.{more} All are in the table of influencers.",
        few,
    )
    title = f"{chart.title}: the first {len(few)} of {len(sold)}" if more else chart.title
    return Drawn(title, charts.bars(chart, width=_WIDE), charts.bars(chart, width=_NARROW))
