"""`shopinf ledger export`: the whole ledger in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopinf.commands.ledger.rows import COLUMNS, moved
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.console import files
from shopinf.errors import BadInput

app = Noun()


@app.command(
    "export",
    columns=COLUMNS,
    epilog=examples("ledger export backup.db", "ledger export 'backups/ledger-{date}.db' --quiet"),
)
def export(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="The file; {date} in its name is today.", metavar="FILE")],
    form: FormChoice = FormChoice(),
) -> None:
    """Write the whole ledger to a file, wherever it is kept: a backup, and the way to another machine or database.

    The file is a ledger itself and holds the same names and e-mails, so it is made readable by you alone. Other runs
    may go on meanwhile; the file has one consistent state.
    """
    from shopinf.ledger.copying import write_file
    from shopinf.local.copies import Copies
    from shopinf.local.disk import beside, working_name

    path = files.filled(file, {"date": desk.clock.now().astimezone().date().isoformat()})
    files.check_place(path)
    if path.resolve() == desk.places.ledger_file.resolve():
        raise BadInput(f"{path} is the ledger itself", hint="Name another file.")
    ledger, working = desk.ledger, working_name(path)
    with Copies(desk.places.data).noted(working), beside(path, working) as new:
        copied = write_file(ledger.database, new)
    desk.show(moved("export", copied), form)
    desk.out.say(f"The ledger {desk.ledger.shown} was written to {path}.  Keep it as safe as the ledger itself.")
