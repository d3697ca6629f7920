"""`shopinf influencers rate`: what was agreed with somebody, from a day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.influencers.choice import InfluencerArgument
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.rates.rows import entered_notes
from shopinf.discounts.records import CodeRecord, State
from shopinf.payouts.rates import Agreed, RateBook, Subject, read_rate
from shopinf.periods import read_day
from shopinf.results import Cell, Result, columns
from shopinf.shell import quoted
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns("influencer commission since")
_MOST = 5  # codes named one by one


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
    others = _going_before(desk, one, day)
    notes = [_said(one, *each, agreed) for each in others[:_MOST]]
    if len(others) > _MOST:
        notes.append(
            f"and so do {counted(len(others) - _MOST, 'more code')}: shopinf influencers show {quoted(one.influencer)}"
        )
    notes += entered_notes(desk, [Subject(person=one.id)], day, "rate")
    desk.show(Result("shopinf.influencers.rate/1", COLUMNS, [row], notes=notes), form)
    desk.out.say(
        f"{one.influencer} earns {agreed} from {day} on." if agreed else f"From {day} on {one.influencer} has no rate."
    )


def _going_before(desk: Desk, one: Influencer, day: date) -> list[tuple[Store, CodeRecord, Agreed]]:
    """The influencer's codes that earn by something more particular from *day* on, and by what."""
    found = []
    for store in desk.book.all():
        book = RateBook(desk.ledger.rates.of_store(store.shop_id, store.currency, {one.id: one.id}))
        for code in desk.ledger.codes.of_shop(store.shop_id, person=one.id):
            if code.state not in (State.FAILED, State.RETIRED):
                wins = book.winning(Subject(store.shop_id, code.id, code.campaign, one.id), day)
                if wins is not None and wins.subject.rank() > Subject(person=one.id).rank():
                    found.append((store, code, wins))
    return found


def _said(one: Influencer, store: Store, code: CodeRecord, wins: Agreed, agreed: str | None) -> str:
    """Which rate a code goes by all the same, and how to give it the new one."""
    said = f"{code.code} in {store.name} goes on earning {wins.rate}: {wins.why} goes before this one."
    if not wins.subject.code or agreed is None:
        return said
    slot = f" --slot {quoted(code.slot)}" if code.slot else ""
    return (
        f"{said} To change it: shopinf discounts create -s {quoted(store.name)} --campaign {quoted(code.campaign)} "
        f"--influencer {quoted(one.influencer)}{slot} --commission {quoted(agreed)} --update-terms"
    )
