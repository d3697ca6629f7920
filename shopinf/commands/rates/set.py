"""`shopinf rates set`: agree on what is earned, from a day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.rates.particular import Reach, particular_notes
from shopinf.commands.rates.rows import COLUMNS, entered_notes, rate_rows
from shopinf.commands.rates.subject import Meant, SubjectChoice, meant_by, read_for
from shopinf.errors import BadInput
from shopinf.payouts.rates import HINT, TierMode, read_rate
from shopinf.periods import read_day
from shopinf.results import Result

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

_NONE = frozenset({"none", "-"})


@app.command(
    "set",
    columns=COLUMNS,
    epilog=examples(
        "rates set 10%",
        "rates set 12% --influencer maya --from 2026-12-01",
        "rates set 'new 15% returning 5%' --campaign autumn",
        "rates set '10%, from 1000 15%' --tiers whole --influencer maya",
        "rates set 0% --code MAYA15 --product GIFTCARD-50",
    ),
)
def set_(
    desk: DeskContext,
    rate: Annotated[
        str | None, typer.Argument(help="10%, 5.00 an order, tiers, or none.", metavar="RATE", show_default=False)
    ] = None,
    typed: Annotated[
        str | None, typer.Option("--commission", "--rate", help="The same as an option.", metavar="RATE")
    ] = None,
    of: SubjectChoice = SubjectChoice(),
    since: Annotated[
        str | None,
        typer.Option("--from", help="The first day; from ever where nothing was agreed before.", metavar="D"),
    ] = None,
    tiers: Annotated[
        TierMode | None, typer.Option("--tiers", help="What a tier holds for: what is above it, or the whole.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept and shown.", metavar="TEXT")] = "",
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Say what an influencer, a code, a campaign or a product earns; without any, everybody who has no rate.

    What is more particular wins: a product's rate, then the code's, the influencer's in a campaign, the influencer's,
    the campaign's, the default. Orders that were entered in a statement keep the rate they were entered with.
    """
    if (rate is None) == (typed is None):
        raise BadInput("Give one rate", hint=HINT)
    text = rate or typed or ""
    day = read_day(since) if since else None
    found = meant_by(desk, of, stores)
    kept = None if text.strip().casefold() in _NONE else read_rate(text, mode=tiers)
    for meant in found:
        worded = None if kept is None else read_for(desk, text, meant, kept)
        _agree(desk, meant, worded, day, reason.strip())
    rows = rate_rows(desk, desk.ledger.rates.of_subjects([meant.subject for meant in found]))
    desk.show(Result("shopinf.rates.set/1", COLUMNS, rows), form)
    desk.out.say(f"{text} from {day or 'the beginning'}.  Next: shopinf rates list")
    first, said = day or desk.clock.now().astimezone().date(), None if kept is None else text.strip()
    for note in particular_notes(desk, [Reach(meant.subject, first, said) for meant in found]):
        desk.out.note(note)
    _tell_entered(desk, found, day)


def _agree(desk: Desk, meant: Meant, worded: str | None, day: date | None, reason: str) -> None:
    """Write the rate down; a code's own is what its terms say too."""
    if day is None and desk.ledger.rates.of_subjects([meant.subject]):
        day = desk.today(meant.store) if meant.store else desk.clock.now().astimezone().date()
    if not desk.ledger.rates.agree(meant.subject, worded, day, reason):
        return
    if meant.record is not None and meant.store is not None and not meant.subject.product:
        desk.ledger.codes.tell_commission(meant.store.shop_id, meant.record, worded)


def _tell_entered(desk: Desk, found: list[Meant], day: date | None) -> None:
    """Say that orders that were entered keep the rate they were entered with."""
    for note in entered_notes(desk, [meant.subject for meant in found], day, "rate"):
        desk.out.note(note)
