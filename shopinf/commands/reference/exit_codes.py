"""`shopinf reference exit-codes`: what a run's exit code says, from the failures that have them."""

from __future__ import annotations

from shopinf import errors
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.results import Cell, Result, columns

app = Noun()

COLUMNS = columns(order="code meaning", numbers="code")


@app.command("exit-codes", columns=COLUMNS, epilog=examples("reference exit-codes"))
def exit_codes(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Show what each exit code means."""
    known = meanings()
    rows: list[dict[str, Cell]] = [{"code": code, "meaning": known[code]} for code in sorted(known)]
    desk.show(Result("shopinf.reference.exit_codes/1", COLUMNS, rows, card=True), form)


def meanings() -> dict[int, str]:
    """What each exit code means, by the failures that have it."""
    known = {0: "Done, also when there was nothing to show."}
    for kind in errors.ShopinfError.__subclasses__():
        if kind.__module__ == errors.__name__:
            known.setdefault(kind.code, (kind.__doc__ or "").strip().partition("\n")[0])
    return known
