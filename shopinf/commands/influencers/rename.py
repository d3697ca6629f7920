"""`shopinf influencers rename`: another id for somebody; the former one goes on finding them."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.influencers.choice import InfluencerArgument
from shopinf.commands.influencers.rows import CHANGED_COLUMNS
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.people.persons import read_typed
from shopinf.results import Cell, Result

app = Noun()


@app.command("rename", columns=CHANGED_COLUMNS, epilog=examples("influencers rename maya mayalind"))
def rename(
    desk: DeskContext,
    influencer: InfluencerArgument,
    to: Annotated[str, typer.Argument(help="The new id.", metavar="NEW")],
    form: FormChoice = FormChoice(),
) -> None:
    """Call an influencer otherwise; codes and orders follow, and old sheets still find them."""
    one = desk.ledger.people.called(influencer)
    now = desk.ledger.roster.rename(one, read_typed(to).named.name)
    row: dict[str, Cell] = {"influencer": now.influencer, "what": f"was called {one.influencer}", "count": 1}
    desk.show(Result("shopinf.influencers.rename/1", CHANGED_COLUMNS, [row]), form)
