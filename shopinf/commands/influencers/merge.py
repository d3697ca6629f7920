"""`shopinf influencers merge`: two who are one person become one."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.influencers.choice import WHO, InfluencerArgument, influencer_names
from shopinf.commands.influencers.rows import CHANGED_COLUMNS
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.rows import balances, open_balances
from shopinf.errors import BadInput
from shopinf.results import Cell, Result

app = Noun()


@app.command("merge", columns=CHANGED_COLUMNS, asks=True, epilog=examples("influencers merge maya.old maya --yes"))
def merge(
    desk: DeskContext,
    influencer: InfluencerArgument,
    into: Annotated[
        str,
        typer.Argument(help=f"Who they really are, and stay. {WHO}", metavar="INTO", autocompletion=influencer_names),
    ],
    form: FormChoice = FormChoice(),
) -> None:
    """Make one person of two: the first one's accounts, codes, gifts and matches become the second one's.

    So do rates, balances, payments under way and what is on hold. Statements that were made stay as they are; the next
    one of the second has both balances.
    """
    from shopinf.ledger import erasing

    gone, kept = desk.ledger.people.called(influencer), desk.ledger.people.called(into)
    if gone.id == kept.id:
        raise BadInput(f"{influencer} and {into} are one person already", hint="shopinf influencers list")
    desk.out.confirm(f"Make {gone.influencer} and {kept.influencer} one person, called {kept.influencer}?")
    moved = erasing.merge(desk.ledger, gone, kept)
    rows: list[dict[str, Cell]] = [
        {"influencer": kept.influencer, "what": what, "count": count} for what, count in moved.items()
    ]
    desk.show(Result("shopinf.influencers.merge/1", CHANGED_COLUMNS, rows), form)
    desk.out.say(f"{gone.influencer} is {kept.influencer} from now on.")
    if owed := open_balances(balances(desk, kept.id)):
        desk.out.say(f"{kept.influencer} is owed {', '.join(owed)}: both balances together.")
