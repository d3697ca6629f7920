"""A report as one web page: no script, nothing from the network, made for a phone, a screen and paper alike."""

from __future__ import annotations

from markupsafe import Markup

from shopinf.attribution.overview import Overview, Section
from shopinf.attribution.report import INTERNAL, By
from shopinf.leaks.verdict import Suspect
from shopinf.letterhead import PLAIN, Letterhead
from shopinf.money import Money
from shopinf.reports import charts
from shopinf.reports.back import back_table, came_back
from shopinf.reports.charts import NARROW, WIDE, Drawn
from shopinf.reports.house import apart, page
from shopinf.reports.part import Part, mood
from shopinf.reports.tables import Table, shown, table
from shopinf.reports.tongue import Tongue, tongue_of
from shopinf.reports.words import left_out, stamps, together

_BARS = 10  # influencers in the chart; the table has them all
_TABLES = (By.INFLUENCER, By.CAMPAIGN, By.STORE, By.CODE, By.ORDER)


def file(overview: Overview, letterhead: Letterhead = PLAIN) -> bytes:
    """*overview* as an HTML page of one file, in UTF-8."""
    tongue = tongue_of(letterhead.language)
    text = page(
        "report.html",
        letterhead,
        overview=overview,
        parts=[_part(overview, section, tongue) for section in overview.sections],
        heading=tongue.few([store.shown for store in overview.stores], 4) or tongue.say("page.stores"),
        several=len(overview.stores) > 1,
        stamps=stamps(overview, tongue),
        suspects=[] if overview.client else [_told(overview, each, tongue) for each in overview.suspects],
        left_out=", ".join(f"{what} ({tongue.count(number)})" for what, number in left_out(overview, tongue)),
        campaigns=overview.choice.campaigns or _only_campaign(overview),
        assumed=overview.side(By.ORDER).assumed,
        mood=mood,
    )
    return text.encode()


def _told(overview: Overview, one: Suspect, tongue: Tongue) -> tuple[str, str]:
    """A code that may have got out: whose it is and since when, and why that is thought."""
    verdict, say = one.verdict, tongue.say
    since = tongue.moment(verdict.since) if verdict.since else say("suspects.today")
    text = say(
        "suspects.line_stake" if one.at_stake else "suspects.line",
        level=Markup("<b>{}</b>").format(say(f"suspects.{verdict.level}")),
        code=apart(one.code),
        who=apart(one.influencer or say("suspects.nobody")),
        since=f"{since} ({one.store})" if len(overview.stores) > 1 else since,
        orders=say("count.orders", verdict.orders_since or 0),
        stake=tongue.money(one.at_stake) if one.at_stake else "",
    )
    return text, "; ".join(verdict.reasons)


def _only_campaign(overview: Overview) -> list[str]:
    """The campaign of everything on the page, where there is but one."""
    found = {str(row["campaign"]) for row in overview.side(By.CODE).rows}
    return sorted(found - {""}) if len(found) == 1 else []


def _part(overview: Overview, section: Section, tongue: Tongue) -> Part:
    drawn = (
        _over_time(overview, section, tongue),
        _by_influencer(section, tongue),
        came_back(overview.back_together, section.currency, tongue),
    )
    tables = _tables(overview, section, tongue)
    former = overview.former_period if section.former is not None else None
    return Part(
        section.currency,
        [figure for figure in section.figures if not (overview.client and figure.key in INTERNAL)],
        [each for each in drawn if each],
        tables,
        together(overview, section.currency, tongue),
        tongue.say("page.compared", days=tongue.days(*former)) if former else "",
        "" if tables else tongue.say("page.nothing"),
    )


def _tables(overview: Overview, section: Section, tongue: Tongue) -> list[Table]:
    """What there is to show, the single orders last."""
    names = _names(overview)
    sides = [
        table(section, by, tongue, client=overview.client, names=names)
        for by in _TABLES
        if _tells(overview, section, by)
    ]
    if (back := back_table(overview.back_together, section.currency, tongue)) is not None:
        sides.insert(len(sides) - _tells(overview, section, By.ORDER), back)
    return sides


def _names(overview: Overview) -> dict[str, str]:
    """What each store calls itself, where no two of them are called alike."""
    shown = [store.shown for store in overview.stores]
    return {store.name: store.shown for store in overview.stores if shown.count(store.shown) == 1}


def _tells(overview: Overview, section: Section, by: By) -> bool:
    """Is there something to show? One campaign or one store alone only says the total again."""
    rows = section.tables.get(by, ())
    return len(rows) > 1 or (bool(rows) and (by not in {By.CAMPAIGN, By.STORE} or by is overview.choice.by))


def _over_time(overview: Overview, section: Section, tongue: Tongue) -> Drawn | None:
    course = section.course
    if not course or not section.total["orders"]:
        return None
    best = max(course, key=lambda each: each.net_sales.amount)
    names = [tongue.stretch(each.label) for each in course]
    chart = charts.Chart(
        f"time-{section.currency}",
        tongue.say(f"chart.by_{overview.step}", currency=section.currency),
        tongue.say(
            "chart.over_time",
            len(course),
            first=names[0],
            last=names[-1],
            best=names[course.index(best)],
            amount=tongue.money(best.net_sales),
        ),
        [
            charts.Point(name, each.net_sales.amount, tongue.amount(each.net_sales), tongue.mark(each.label))
            for name, each in zip(names, course, strict=True)
        ],
        tongue.short,
    )
    return Drawn(
        chart.title,
        charts.columns(chart, width=WIDE, height=230),
        charts.columns(chart, width=NARROW, height=190),
        [
            (name, tongue.count(each.orders), tongue.amount(each.net_sales))
            for name, each in zip(names, course, strict=True)
        ],
        [tongue.heading(key) for key in (overview.step, "orders", "net_sales")],
    )


def _by_influencer(section: Section, tongue: Tongue) -> Drawn | None:
    sold: dict[str, Money] = {}  # in several stores of one currency somebody has several rows
    for row in section.tables[By.INFLUENCER]:
        name, net = shown("influencer", row["influencer"], tongue).text, row["net_sales"]
        assert isinstance(net, Money)
        sold[name] = sold.get(name, Money.zero(section.currency)) + net
    points = [charts.Point(name, net.amount, tongue.amount(net)) for name, net in sold.items() if net]
    points.sort(key=lambda point: -point.value)
    if not points:
        return None
    few = points[:_BARS]
    first = "_first" if len(points) > len(few) else ""
    values = {"currency": section.currency, "n": len(few), "all": len(sold), "name": few[0].name}
    values["amount"] = tongue.money(sold[few[0].name])
    title = tongue.say(f"chart.people{first}", **values)
    chart = charts.Chart(
        f"people-{section.currency}",
        tongue.say("chart.people", **values),
        tongue.say(f"chart.people_text{first}", **values),
        few,
        tongue.short,
    )
    return Drawn(title, charts.bars(chart, width=WIDE), charts.bars(chart, width=NARROW))
