"""`shopinf sources disconnect`: a provider's key and the consent go; what was found with it stays."""

from __future__ import annotations

from shopinf.commands.keeping import left_notes
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.sources.choice import ProviderArgument
from shopinf.results import Cell, Result, columns
from shopinf.sources.catalogue import kind_called
from shopinf.work.customers.providers import vault_of

app = Noun()

GONE_COLUMNS = columns("source what removed")


@app.command("disconnect", columns=GONE_COLUMNS, epilog=examples("sources disconnect modash"))
def disconnect(desk: DeskContext, name: ProviderArgument, form: FormChoice = FormChoice()) -> None:
    """Remove a source's key, and take the consent back; what was found with it stays."""
    kind = kind_called(name)
    notes = []
    gone = vault_of(desk).forget(kind.name)
    if gone.problem:
        notes.append(f"the keyring was not cleared: {gone.problem}")
    notes += left_notes(vault_of(desk).overshadowing(kind.name, kind.fields))
    consent = desk.ledger.enrichment.disconnect(kind.name)
    rows: list[dict[str, Cell]] = [
        {"source": kind.name, "what": "key in the keyring", "removed": bool(gone)},
        {"source": kind.name, "what": "connection and consent", "removed": consent},
    ]
    desk.show(Result("shopinf.sources.disconnect/1", GONE_COLUMNS, rows, notes=notes), form)
