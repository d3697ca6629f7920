"""`shopinf reference environment`: the variables that shopinf heeds."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.environment import VARIABLES
from shopinf.results import Result, columns

app = Noun()

COLUMNS = columns("variable meaning")


@app.command("environment", columns=COLUMNS, epilog=examples("reference environment"))
def environment(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Show the environment variables that shopinf heeds."""
    rows = [{"variable": name, "meaning": meaning} for name, meaning in VARIABLES.items()]
    desk.show(Result("shopinf.reference.environment/1", COLUMNS, rows, card=True), form)
