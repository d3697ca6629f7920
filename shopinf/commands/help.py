"""`shopinf help`: the help of a command, as `--help` shows it."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.completion import one_of
from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.commands.tree import COMMANDS, help_of

app = Noun()


@app.command("help", epilog=examples("help", "help discounts create"))
def help_(
    desk: DeskContext,
    command: Annotated[
        list[str] | None,
        typer.Argument(help="A command, like orders attribute.", metavar="COMMAND", autocompletion=one_of(*COMMANDS)),
    ] = None,
) -> None:
    """Show the help of a command."""
    desk.out.print(help_of(command or []))
