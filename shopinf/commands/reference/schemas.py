"""`shopinf reference schemas`: the JSON Schema of each command's answer."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.reference.answers import chosen_answers
from shopinf.results import Result, columns

app = Noun()

COLUMNS = columns("name command keys")


@app.command(
    "schemas",
    columns=COLUMNS,
    epilog=examples("reference schemas", "reference schemas discounts create -f json"),
)
def schemas(
    desk: DeskContext,
    name: Annotated[
        list[str] | None, typer.Argument(help="A command, or the name of its JSON, like codes.", metavar="NAME")
    ] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Show what the JSON of each command looks like; with -f json as JSON Schema."""
    found = chosen_answers(name or [])
    rows = [
        {"name": each.name, "command": each.command, "keys": ", ".join(column.key for column in each.columns)}
        for each in found
    ]
    body = {"rows": rows, "schemas": {each.command: each.schema() for each in found}}
    desk.show(Result("shopinf.reference.schemas/1", COLUMNS, rows, body=body), form)
