"""`shopinf influencers worth`: whether the customers whom influencers won came back, and what is left of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.attribution.worth import By, Sums, Worth, sums, worth_columns
from shopinf.attribution.worth import worth as added_up
from shopinf.commands.influencers.choice import InfluencersOption, called
from shopinf.commands.options import DeskContext, Noun, PeriodChoice, StoreChoice, examples
from shopinf.commands.papers import LanguageOption, ReportForm, letterhead_of, spoken
from shopinf.periods import together
from shopinf.results import Failure, Format, Result, of_every_kind
from shopinf.words import few

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.outcomes import Done
    from shopinf.reports.worth import WorthPage
    from shopinf.stores import Store

app = Noun()

# Of every kind of row; which of them there are is decided by --by.
COLUMNS = of_every_kind(map(worth_columns, By), asked_for=(By.CAMPAIGN, By.MONTH))


@app.command(
    "worth",
    columns=COLUMNS,
    epilog=examples(
        "influencers worth",
        "influencers worth --by month --influencer maya",
        "influencers worth --period 2026-Q2 --all-stores -o worth.html",
    ),
)
def worth(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: PeriodChoice = PeriodChoice(),
    influencer: InfluencersOption = None,
    by: Annotated[By, typer.Option("--by", help="What a row stands for.")] = By.INFLUENCER,
    language: LanguageOption = None,
    form: ReportForm = ReportForm(),
) -> None:
    """Show whether the customers whom influencers won came back, and what they were worth.

    A customer is won by whoever's code their first order ever used; orders and net sales are all of theirs since, with
    and without a code. A period is the one in which they were won. again_30 to again_180 count their orders within so
    many days after the first, net_30 to net_180 what these came to; where that time has not passed for everybody they
    are left open. Profit is net sales less commission and gifts. All of it comes from the ledger: nothing is read.
    """
    from shopinf.work.orders.worth import store_worth

    chosen = desk.stores(stores)
    spans = period.of(desk, chosen) if period.given else None
    people = called(desk, influencer)
    rate = desk.config.commission
    letterhead = letterhead_of(desk, desk.form(form).format, language)
    outcomes = desk.each_store(
        chosen,
        lambda store: sums(store_worth(desk, store, spans[store.name] if spans else None, rate)),
    ).or_nothing()
    span = together(spans.values()) if spans else None

    def answer(done: Done[Sums], failures: Sequence[Failure]) -> Result:
        found = added_up([each for _, each in done], by, people)
        result = Result(
            "shopinf.influencers.worth/1",
            worth_columns(by),
            found.rows,
            notes=found.notes,
            failures=failures,
            totals=found.totals,
        )

        def content(format: Format) -> bytes:
            from shopinf.reports import rows, worth

            if format is Format.XLSX:
                return rows.file(result)
            page = replace(_page(desk, done, found, failures, people), period=span)
            head = spoken(desk, letterhead, language, (store.name for store, _ in done))
            return worth.file(page, head)

        return replace(result, content=content)

    result = desk.deliver(outcomes, answer, form, periods=spans)
    if not result.rows:
        desk.out.say(_nothing(chosen, people, period))
    outcomes.settle()


def _page(desk: Desk, done: Done[Sums], found: Worth, failures: Sequence[Failure], people: Sequence[str]) -> WorthPage:
    """*found* for a page, which has the months beside it and says in its own language what a dash stands for."""
    from shopinf.reports.worth import WorthPage

    zones = {store.zone for store, _ in done}
    return WorthPage(
        found,
        added_up([each for _, each in done], By.MONTH, people, together=True),
        [store.title.strip() or store.name for store, _ in done],
        desk.clock.now().astimezone(zones.pop() if len(zones) == 1 else UTC),
        influencers=people,
        notes=[
            *(note for note in found.notes if note not in found.open),
            *(failure.sentence for failure in failures),
        ],
    )


def _nothing(stores: Sequence[Store], people: Sequence[str], period: PeriodChoice) -> str:
    """What was looked at in vain."""
    who = few(people) if people else "an influencer"
    when = " in this period" if period.given else ""
    return f"No customer of {few([store.name for store in stores])} was won by {who}{when}, and no gift was sent."
