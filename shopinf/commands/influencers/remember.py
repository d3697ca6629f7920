"""`shopinf influencers remember`: somebody who asked to be forgotten may be taken in again."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.errors import BadInput, NotFound
from shopinf.people.persons import read_typed
from shopinf.results import Result, columns

app = Noun()

COLUMNS = columns("email forgotten_at")


@app.command("remember", columns=COLUMNS, epilog=examples("influencers remember maya@example.com"))
def remember(
    desk: DeskContext,
    email: Annotated[str, typer.Argument(help="The e-mail of whoever is to be known again.", metavar="EMAIL")],
    form: FormChoice = FormChoice(),
) -> None:
    """Let somebody who asked to be forgotten be taken in again; what was erased does not come back.

    From now on sheets, imports and matches with that e-mail are used as anybody's.
    """
    typed = read_typed(email).email
    if typed is None:
        raise BadInput(f"{email} is not an e-mail address", hint="shopinf influencers remember maya@example.com")
    since = desk.ledger.forgetting.lift(typed)
    if since is None:
        raise NotFound(
            "Nobody with that e-mail asked to be forgotten", hint="shopinf influencers list shows who is known."
        )
    desk.show(Result("shopinf.influencers.remember/1", COLUMNS, [{"email": typed, "forgotten_at": since}]), form)
    desk.out.say(f"{typed} may be taken in again, for instance by shopinf influencers import.")
