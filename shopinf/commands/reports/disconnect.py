"""`shopinf reports disconnect`: a way's secret goes; what was sent stays written down, so that nothing goes twice."""

from __future__ import annotations

from shopinf.commands.keeping import left_notes
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.reports.choice import WayArgument
from shopinf.delivery.ways import WAYS
from shopinf.results import Cell, Result, columns
from shopinf.work.reports.keys import vault_of

app = Noun()

GONE_COLUMNS = columns("via what removed")


@app.command("disconnect", columns=GONE_COLUMNS, epilog=examples("reports disconnect smtp"))
def disconnect(desk: DeskContext, way: WayArgument, form: FormChoice = FormChoice()) -> None:
    """Remove what connects a mail server or a Slack webhook; what was sent stays written down."""
    notes = []
    gone = vault_of(desk).forget(way)
    if gone.problem:
        notes.append(f"the keyring was not cleared: {gone.problem}")
    notes += left_notes(vault_of(desk).overshadowing(way, WAYS[way].every))
    rows: list[dict[str, Cell]] = [{"via": way, "what": "secret in the keyring", "removed": bool(gone)}]
    desk.show(Result("shopinf.reports.disconnect/1", GONE_COLUMNS, rows, notes=notes), form)
    title = WAYS[way].title[0].upper() + WAYS[way].title[1:]
    if gone:
        desk.out.say(f"{title} is disconnected here.")
    elif not notes:  # which tell why it is connected still, or may be
        desk.out.say(f"{title} was not connected here.")
