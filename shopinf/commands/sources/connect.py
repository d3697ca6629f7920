"""`shopinf sources connect`: its key from wherever it is given, a live look, the consent, and then it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.keeping import kept_notes
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.sources.choice import ProviderArgument
from shopinf.commands.sources.rows import SOURCE_COLUMNS, source_row
from shopinf.errors import BadInput, CredentialsMissing, Stopped
from shopinf.local.keyvault import SOURCES, check_sendable
from shopinf.results import Result
from shopinf.sources.catalogue import kind_called
from shopinf.stores import Secret
from shopinf.valuelines import handed_over
from shopinf.work.customers.providers import make_provider, vault_of

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.local.keyvault import Keys
    from shopinf.sources.catalogue import Kind

app = Noun()


@app.command(
    "connect",
    columns=SOURCE_COLUMNS,
    epilog=examples(
        "sources connect modash",
        "sources connect modash --stdin --consent < key.txt",
        "sources connect gravatar --consent",
    ),
)
def connect(
    desk: DeskContext,
    name: ProviderArgument,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read API_KEY=…, or CLIENT_ID=… and CLIENT_SECRET=….")] = False,
    consent: Annotated[bool, typer.Option("--consent", help="Agree that customers' data is sent there.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Connect a source: its key is tried and kept, and you agree once that customers' data is sent there.

    The key goes into the keyring, unless the environment has it. --yes does not give the consent. Nothing is kept
    unless the key is good and somebody agreed.
    """
    kind = kind_called(name)
    record = desk.ledger.enrichment.source(kind.name)
    agreed = consent or bool(record and record.consent_at)
    if not (agreed or desk.out.attended):
        raise BadInput(
            f"Somebody has to agree that {kind.sends} go to {kind.title}",
            hint=f"shopinf sources connect {kind.name} --consent; --yes does not give it.",
        )
    keys, where = _keys(desk, kind, stdin=stdin)
    credits = make_provider(desk, kind, keys).balance()
    if not agreed:
        _ask_consent(desk, kind)
    notes: list[str] = []
    if where is None and keys:
        where = f"keyring ({vault_of(desk).keep(kind.name, keys)})"
        notes += kept_notes(desk, vault_of(desk).overshadowing(kind.name, kind.fields))
    desk.ledger.enrichment.connect(kind.name, consent=True)
    row = source_row(desk, kind, where, credits)
    desk.show(Result("shopinf.sources.connect/1", SOURCE_COLUMNS, [row], notes=notes), form)
    desk.out.say(f"{kind.title} is connected.  Next: shopinf customers enrich --source {kind.name}")


def _ask_consent(desk: Desk, kind: Kind) -> None:
    """The question that --yes does not answer."""
    answer = desk.out.ask(
        f"To look customers up, {kind.sends} will be sent to {kind.title}. Do you agree to that? [y/N]",
        otherwise="Add --consent.",
    )
    if answer.strip().lower() not in ("y", "yes"):
        raise Stopped(f"{kind.title} was not connected, and nothing is sent there")


def _keys(desk: Desk, kind: Kind, *, stdin: bool) -> tuple[Keys, str | None]:
    """The keys, and where they stay; None for those that still have to be kept."""
    if stdin:
        command, prefix = f"shopinf sources connect {kind.name}", SOURCES.variable(kind.name, "")
        given = handed_over(desk.setting.stdin, kind.fields, prefix=prefix, command=command)
        return ({} if kind.optional and not given else _checked(kind, given)), None
    if found := vault_of(desk).outside(kind.name, kind.fields):
        return found.keys, found.where
    if not desk.out.attended:
        if kept := vault_of(desk).find(kind.name, kind.fields, optional=kind.optional):
            return kept.keys, kept.where
        if kind.optional:
            return {}, "none"
        raise CredentialsMissing(
            f"There is no key for {kind.title}, and nobody is here to type it",
            hint=f"Give it with --stdin, or set {' and '.join(kind.variables)}.",
        )
    if not kind.optional:
        vault_of(desk).check_usable(kind.name, kind.fields)
    more = ", or leave it empty to go without" if kind.optional else ""
    typed = {field: desk.out.ask_hidden(f"{kind.title} {field}{more}") for field in kind.fields}
    if kind.optional and not any(typed.values()):
        return {}, "none"
    return _checked(kind, typed), None


def _checked(kind: Kind, given: dict[str, str]) -> Keys:
    if missing := [field for field in kind.fields if not given.get(field)]:
        raise CredentialsMissing(
            f"{kind.title} needs {' and '.join(kind.fields)}; {' and '.join(missing)} is missing",
            hint=f"shopinf sources connect {kind.name}",
        )
    for field in kind.fields:
        check_sendable(kind.name, field, given[field])
    return {field: Secret(given[field]) for field in kind.fields}
