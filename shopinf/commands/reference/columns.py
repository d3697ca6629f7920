"""`shopinf reference columns`: the columns of each command's answer."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.reference.answers import chosen_answers
from shopinf.results import Cell, Result, columns

app = Noun()

COLUMNS = columns("command column kind shown")


@app.command(
    "columns",
    columns=COLUMNS,
    epilog=examples("reference columns discounts list", "reference columns -f csv"),
)
def columns_(
    desk: DeskContext,
    name: Annotated[list[str] | None, typer.Argument(help="A command, like discounts list.", metavar="NAME")] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Show which columns each command answers with, and which of them its table shows."""
    rows: list[dict[str, Cell]] = [
        {
            "command": each.command,
            "column": column.key,
            "kind": str(column.kind),
            "shown": column.rank is not None or all(other.rank is None for other in each.columns),
        }
        for each in chosen_answers(name or [])
        for column in each.columns
    ]
    desk.show(Result("shopinf.reference.columns/1", COLUMNS, rows), form)
