"""`shopinf sources list`: every provider, and how it stands with it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.sources.rows import SOURCE_COLUMNS, source_row
from shopinf.errors import CredentialsProblem
from shopinf.results import Result
from shopinf.sources.catalogue import kinds
from shopinf.work.customers.providers import vault_of

if TYPE_CHECKING:
    from shopinf.local.keyvault import KeyVault
    from shopinf.sources.catalogue import Kind

app = Noun()


@app.command("list", columns=SOURCE_COLUMNS, epilog=examples("sources list", "sources list -f json"))
def list_(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """List the sources, whether they are connected, and what goes there; nothing is asked of them."""
    vault = vault_of(desk)
    rows = [source_row(desk, kind, _where(vault, kind), None) for kind in kinds()]
    desk.show(Result("shopinf.sources.list/1", SOURCE_COLUMNS, rows), form)


def _where(vault: KeyVault, kind: Kind) -> str:
    """Where its key is; a keyring that cannot be asked is told in its place."""
    try:
        found = vault.find(kind.name, kind.fields, optional=kind.optional)
    except CredentialsProblem as problem:
        return problem.message
    return found.where if found else "none"
