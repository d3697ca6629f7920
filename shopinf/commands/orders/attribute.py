"""`shopinf orders attribute`: whose the orders of a period are, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf import unread
from shopinf.attribution.report import INTERNAL, By, Choice, DateBasis, report_columns
from shopinf.attribution.tally import PAYMENTS
from shopinf.commands.completion import campaign_names
from shopinf.commands.influencers.choice import InfluencersOption, called
from shopinf.commands.options import DeskContext, NeededPeriod, NoSyncOption, Noun, StoreChoice, examples
from shopinf.commands.orders.rows import ODD_ORDERS
from shopinf.commands.orders.rules import RuleChoice
from shopinf.commands.papers import LanguageOption, ReportForm, letterhead_of, spoken
from shopinf.discounts.campaigns import find_campaign
from shopinf.leaks.verdict import BACK, Suspect
from shopinf.letterhead import Letterhead
from shopinf.results import Audience, Failure, Format, Result, of_every_kind
from shopinf.times import iso
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.attribution.overview import Covered, Overview
    from shopinf.attribution.tally import Row
    from shopinf.attribution.worth import Sums
    from shopinf.desk import Desk
    from shopinf.outcomes import Done
    from shopinf.stores import Store
    from shopinf.work.orders.attribute import Attributed

app = Noun()

# Of every kind of row; which of them there are is decided by --by, and payments only where they are asked for.
COLUMNS = of_every_kind((report_columns(by, compared=True, payments=True) for by in By), asked_for=PAYMENTS)
PIECES = ("influencer", "campaign")  # in --output they mean a file for each
_FOR_CLIENTS = " and ".join(format for format in Format if format.readers is Audience.CLIENT)


class Compare(StrEnum):
    """What a report can be compared with."""

    PREVIOUS = "previous"


@dataclass(frozen=True)
class RowChoice:
    """What a report shows: its rows, which orders are in them, and for whom."""

    by: Annotated[By, typer.Option("--by", help="What a row stands for.")] = By.INFLUENCER
    date: Annotated[
        DateBasis | None, typer.Option("--date", help="Count refunds on the order's day, or each on its own.")
    ] = None
    campaign: Annotated[
        list[str] | None,
        typer.Option("--campaign", help="Only this one; may be repeated.", autocompletion=campaign_names),
    ] = None
    influencer: InfluencersOption = None
    include_pending: Annotated[bool, typer.Option("--include-pending", help="Count orders not paid yet.")] = False
    include_zero: Annotated[bool, typer.Option("--include-zero", help="Show those who sold nothing too.")] = False
    with_payments: Annotated[
        bool, typer.Option("--with-payments", help="Show what of the commission is paid, and what is open.")
    ] = False
    compare: Annotated[Compare | None, typer.Option("--compare", help="Show what it was in the period before.")] = None
    audience: Annotated[
        Audience | None,
        typer.Option(
            "--for", help=f"A client's copy leaves out commission and reasons; {_FOR_CLIENTS} is one by default."
        ),
    ] = None

    def of(self, desk: Desk, stores: Sequence[Store]) -> Choice:
        """The choice with the names that campaigns and influencers have here."""
        basis = self.date or DateBasis(desk.config.date)
        campaigns = tuple(_campaign(desk, stores, text) for text in self.campaign or ())
        people = called(desk, self.influencer)
        zero, paid = self.include_zero, self.with_payments
        return Choice(self.by, basis, self.include_pending, zero, paid, campaigns, people)


@app.command(
    "attribute",
    columns=COLUMNS,
    fills=tuple(PIECES),
    epilog=examples(
        "orders attribute --period last-month",
        "orders attribute --period 2026-06 --by order -o june.csv",
        "orders attribute --from 2026-06-01 --to 2026-06-15 --all-stores --date event -f json",
        "orders attribute --period 2026-06 --compare previous -o june.html",
        "orders attribute --period 2026-06 --by order -o '{influencer}-{period}.xlsx'",
    ),
)
def attribute(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: NeededPeriod = NeededPeriod(),
    shown: RowChoice = RowChoice(),
    rules: RuleChoice = RuleChoice(),
    no_sync: NoSyncOption = False,
    language: LanguageOption = None,
    form: ReportForm = ReportForm(),
) -> None:
    """Attribute orders to the influencers whose codes they used: sales, returns and commission.

    Only codes that shopinf made or imported count. Orders changed since the last time are read first; everything else
    comes from the ledger. Days are days in each shop's own time zone.
    """
    from shopinf.work.orders.attribute import Asked, attribute_stores, overview_of

    chosen = desk.stores(stores)
    spans = period.of(desk, chosen)
    letterhead = letterhead_of(desk, desk.form(form).format, language)
    rate = rules.rate(desk, chosen)
    asked = Asked(
        shown.of(desk, chosen),
        rules.several(desk),
        rules.links,
        rate,
        compare=shown.compare is not None,
        sync=not no_sync,
        sums=not desk.form(form).format.is_report,
    )
    outcomes = attribute_stores(desk, chosen, spans, asked)
    now = desk.clock.now()
    client = (shown.audience or desk.form(form).format.readers) is Audience.CLIENT

    out = _suspects(desk, outcomes.done, now) if not client and desk.form(form).format.readers else {}
    back = _back(desk, outcomes.done, rate) if desk.form(form).format.readers else {}

    def answer(done: Done[Attributed], failures: Sequence[Failure], asked: Asked = asked) -> Result:
        suspects = [each for store, _ in done for each in out.get(store.name, ())]
        whole = overview_of(done, failures, asked, now=now, client=client, suspects=suspects, back=back)
        return _answer(whole, spoken(desk, letterhead, language, (store.name for store, _ in done)))

    def pieces(done: Done[Attributed]) -> Iterator[tuple[Mapping[str, str], Result]]:
        whole = overview_of(done, [], replace(asked, choice=replace(asked.choice, by=By.CODE)), now=now)
        nowhere.append(sum(int(str(row["orders"])) for row in whole.rows if not row.get("influencer")))
        for stem, choice in _pieces(whole, asked.choice, form.output):
            if (piece := answer(done, [], replace(asked, choice=choice))).rows:
                yield stem, piece

    nowhere: list[int] = []  # orders by codes of nobody in particular, who has no file
    apart = pieces if _apart(form.output) else None
    result = desk.deliver(outcomes, answer, form, periods=spans, pieces=apart)
    if not result.rows:
        desk.out.say("No order of this period used a code that shopinf made or imported.")
    _tell_nowhere(desk, form, sum(nowhere))
    if client:
        _warn_of_several(desk, form, len(outcomes.done))
    outcomes.settle()
    unread.settle((odd for _, part in outcomes.done for odd in part.unread), ODD_ORDERS)


def _tell_nowhere(desk: Desk, form: ReportForm, count: int) -> None:
    """Say how many orders by codes of nobody in particular are in none of the files that influencers have."""
    if count and "influencer" in _apart(form.output):
        are = agreeing(count, "is by a code of nobody's, and", "are by codes of nobody's, and")
        desk.out.note(
            f"{counted(count, 'order')} {are} in no influencer's file; an --output without {{influencer}} has all."
        )


def _warn_of_several(desk: Desk, form: ReportForm, count: int) -> None:
    """Warn where one file for a client shows *count* stores, whose figures may be another's."""
    meant = desk.form(form)
    if meant.format.readers and count > 1 and "{store}" not in str(meant.output):
        desk.out.warn(
            f"{meant.output} is for a client and shows {counted(count, 'store')} to whoever reads it. "
            f"A file for each: -o '{{store}}{meant.format.suffixes[0]}'"
        )


def _suspects(desk: Desk, done: Done[Attributed], now: datetime) -> dict[str, list[Suspect]]:
    """By store the codes that may have got out, where the report reaches into the last fortnight."""
    from shopinf.work.codes.watch import suspects

    reaches = now - timedelta(days=BACK)
    return {store.name: suspects(desk, store) for store, part in done if part.period.bounds(store.zone)[1] > reaches}


def _back(desk: Desk, done: Done[Attributed], rate: str | None) -> dict[str, Sums | None]:
    """By store whether customers came back who were won in the year up to the report's last day."""
    from shopinf.work.orders.worth import came_back

    return {store.name: came_back(desk, store, part.period.last, rate) for store, part in done}


def _apart(output: Path | None) -> list[str]:
    """What *output* means a file for each of."""
    return [name for name in PIECES if f"{{{name}}}" in str(output or "")]


def _pieces(whole: Overview, choice: Choice, output: Path | None) -> Iterator[tuple[Mapping[str, str], Choice]]:
    """What stands in the name of each file of *output*, and what goes into it."""
    names = _apart(output)
    for values in sorted({tuple(str(row[name]) for name in names) for row in whole.rows if all(map(row.get, names))}):
        stem = dict(zip(names, values, strict=True))
        people, campaigns = [(stem[name],) if name in stem else () for name in PIECES]
        yield stem, replace(choice, influencers=people or choice.influencers, campaigns=campaigns or choice.campaigns)


def _campaign(desk: Desk, stores: Sequence[Store], text: str) -> str:
    """The campaign *text*; one that nobody knows is a slip of the pen, and an empty report would hide it."""
    return find_campaign(text, (name for store in stores for name in desk.ledger.codes.campaigns(store.shop_id)))


def _answer(whole: Overview, letterhead: Letterhead) -> Result:
    """The report as rows for people, as JSON for programs, and as a file of whichever format."""
    from shopinf.reports import report_file

    rows, totals = [_shown(row, whole) for row in whole.rows], [_shown(row, whole) for row in whole.totals]
    body: dict[str, Any] = {
        "period": {
            "from": whole.first,
            "to": whole.last,
            "timezone": whole.zones[0] if len(whole.zones) == 1 else None,  # each store's own stands with the store
            "date_basis": str(whole.basis),
            "provisional": any(store.provisional for store in whole.stores),
        },
        "stores": [_store(store) for store in whole.stores],
        "rows": [{column.key: row.get(column.key) for column in whole.row_columns} for row in rows],
        "totals": totals,
        "excluded": whole.excluded,
        "truncated": any(store.cut for store in whole.stores),
    }
    if whole.before and whole.former_period:
        first, last = whole.former_period
        before = [_shown(row, whole) for row in whole.before.totals]
        body["previous"] = {"period": {"from": first, "to": last}, "totals": before}
    return Result(
        "shopinf.attribution/1",
        whole.row_columns,
        rows,
        body=body,
        notes=whole.notes,
        failures=whole.missing,
        totals=totals,
        content=lambda format: report_file(format, whole, letterhead),
    )


def _shown(row: Row, whole: Overview) -> Row:
    """A row as it is shown: a code made by number is nobody's; a client sees no commission."""
    hidden = INTERNAL if whole.client else ()
    return {name: value if value != "" else None for name, value in row.items() if name not in hidden}


def _store(store: Covered) -> dict[str, Any]:
    return {
        "store": store.name,
        "currency": store.currency,
        "timezone": store.timezone,
        "from": store.period.first,
        "to": store.period.last,
        "provisional": store.provisional,
        "truncated": store.cut is not None,
        "complete_from": iso(store.reach),
        "synced_at": iso(store.synced_at),
    }
