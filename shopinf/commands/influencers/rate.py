"""`shopinf influencers rate`: what was agreed with somebody, from a day on."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.influencers.choice import InfluencerArgument
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.rates.particular import Reach, particular_notes
from shopinf.commands.rates.rows import entered_notes
from shopinf.payouts.rates import Subject, read_rate
from shopinf.periods import read_day
from shopinf.results import Cell, Result, columns

app = Noun()

COLUMNS = columns("influencer commission since")


@app.command(
    "rate",
    columns=COLUMNS,
    epilog=examples(
        "influencers rate maya --commission 12% --from 2026-12-01", "influencers rate maya --commission none"
    ),
)
def rate(
    desk: DeskContext,
    influencer: InfluencerArgument,
    commission: Annotated[str, typer.Option("--commission", help="10%, 5.00 an order, or none.", metavar="10%|5.00")],
    since: Annotated[
        str | None,
        typer.Option("--from", help="The first day; today if not given.", metavar="DATE"),
    ] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Agree on a commission with somebody from a day on; orders before it stay with what was agreed then.

    What is more particular goes before it, like a code's own commission: that is said, and how to change it.
    """
    one = desk.ledger.people.called(influencer)
    agreed = None if commission.strip().casefold() in ("none", "-") else str(read_rate(commission))
    day = read_day(since) if since else desk.clock.now().astimezone().date()
    desk.ledger.rates.agree(Subject(person=one.id), agreed, day)
    row: dict[str, Cell] = {"influencer": one.influencer, "commission": agreed, "since": day.isoformat()}
    notes = particular_notes(desk, [Reach(Subject(person=one.id), day, agreed)])
    notes += entered_notes(desk, [Subject(person=one.id)], day, "rate")
    desk.show(Result("shopinf.influencers.rate/1", COLUMNS, [row], notes=notes), form)
    desk.out.say(
        f"{one.influencer} earns {agreed} from {day} on." if agreed else f"From {day} on {one.influencer} has no rate."
    )
