"""`shopinf reports list`: the ways that are connected, and what was sent when, from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.reports.rows import way_row
from shopinf.delivery.ways import WAYS
from shopinf.errors import CredentialsProblem
from shopinf.ledger.dispatches import State
from shopinf.results import Cell, Result, columns
from shopinf.work.reports.keys import found

if TYPE_CHECKING:
    from shopinf.delivery.ways import Way
    from shopinf.desk import Desk
    from shopinf.ledger.dispatches import Dispatch

app = Noun()

LIST_COLUMNS = columns(
    order="at via file to status times error server sender key",
    numbers="times",
    times="at",
    shown="file to at via status server key error",
)


@app.command("list", columns=LIST_COLUMNS, epilog=examples("reports list", "reports list -f csv -o sent.csv"))
def list_(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """List what connects mail and Slack here, and which file went to whom and when; no secret, nothing asked there.

    A status of in_doubt is that of a mail whose answer was lost: nobody knows whether it arrived. A way that is
    unusable lacks something, or its keyring cannot be asked. Addresses are kept as hashes; of each as much is shown as
    recognises it.
    """
    ways = [row for way in WAYS.values() if (row := _way(desk, way))]
    sent = [_sent(each) for each in desk.ledger.dispatches.all()]
    notes = [] if ways else ["neither mail nor Slack is connected: shopinf reports connect smtp"]
    if not sent:
        notes.append("nothing was sent from this ledger yet")
    desk.show(Result("shopinf.reports.list/1", LIST_COLUMNS, [*ways, *sent], notes=notes), form)


def _way(desk: Desk, way: Way) -> dict[str, Cell] | None:
    """A way that is connected, or that cannot be looked at; None where nothing connects it."""
    empty: dict[str, Cell] = {"at": None, "file": None, "to": None, "times": None, "error": None}
    try:
        there = found(desk, way)
        return {**empty, "status": "connected", **way_row(way, there)} if there else None
    except CredentialsProblem as problem:
        unusable: dict[str, Cell] = {"via": way.via, "server": None, "sender": None, "key": None}
        return {**empty, **unusable, "status": "unusable", "error": problem.message}


def _sent(one: Dispatch) -> dict[str, Cell]:
    status = "in_doubt" if one.state.in_doubt else "not_sent" if one.state is State.INTENDED else str(one.state)
    return {
        "at": one.at,
        "via": one.via,
        "file": one.file or None,
        "to": one.shown or None,
        "status": status,
        "times": one.times,
        "error": one.error,
        "server": None,
        "sender": None,
        "key": None,
    }
