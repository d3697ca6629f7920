"""`shopinf discounts list`: the codes that shopinf made or imported, as they stand now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from shopinf.commands.discounts.choice import CodeChoice, choose_codes
from shopinf.commands.discounts.combination import applies_notes
from shopinf.commands.discounts.rows import LIST_COLUMNS, found_rows
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.discounts.records import Standing
from shopinf.errors import BadInput
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result
from shopinf.words import counted

app = Noun()

SHOWN = ("active", "scheduled", "paused", "expired", "missing", "retired", "unfinished")


@app.command(
    "list",
    columns=LIST_COLUMNS,
    epilog=examples("discounts list --campaign q4", "discounts list --status active --status scheduled -f csv"),
)
def list_(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    choice: CodeChoice,
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status",
            help="active, scheduled, paused, expired, missing, retired or unfinished; may be repeated.",
            metavar="STATUS",
        ),
    ] = None,
) -> None:
    """List the codes that shopinf made or imported, as they stand now."""
    chosen, wanted = desk.stores(stores), _read_standings(status or ())
    meant = choose_codes(desk, chosen, choice)

    def answer(done: Done[list[dict[str, Cell]]], failures: Sequence[Failure]) -> Result:
        rows = [
            row
            for _, found in done
            for row in found
            if (row["status"] in wanted if wanted else row["status"] != Standing.FAILED)
        ]
        notes = [note for store, _ in done for note in applies_notes(store, meant[store.name])]
        return Result("shopinf.discounts.list/1", LIST_COLUMNS, rows, notes=notes, failures=failures)

    found = found_rows(desk, chosen, choice)
    if not desk.deliver(found, answer, form).rows:
        count, asked = sum(len(rows) for _, rows in found.done), " or ".join(sorted(wanted))
        looked = f"{counted(count, 'code')} looked at: none is {asked}." if count and wanted else "No codes to show."
        desk.out.say(f"{looked}  Next: shopinf discounts create --help")


def _read_standings(words: Collection[str]) -> set[Standing]:
    """Read `--status` options."""
    for word in words:
        if word.strip().lower() not in SHOWN:
            raise BadInput(f"There is no status {word!r}", hint=f"Choose one of {', '.join(SHOWN)}.")
    return {Standing(word.strip().lower()) for word in words}
