"""Connecting a source: its key from wherever it is given, a live look, the consent, and then it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shopinf.errors import BadInput, CredentialsMissing, CredentialsProblem, Stopped
from shopinf.local.sourcevault import Keys, SourceVault, check_sendable
from shopinf.stores import Secret
from shopinf.work.customers.opening import KINDS, Kind, kind_of, make_provider, vault_of

if TYPE_CHECKING:
    from decimal import Decimal

    from shopinf.desk import Desk


def connect_source(desk: Desk, name: str, *, stdin: bool, consent: bool) -> tuple[dict[str, Any], list[str]]:
    """Connect the source *name*; nothing is kept unless its key is good and somebody agreed."""
    kind = kind_of(name)
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
    notes = []
    if where is None and keys:
        where = f"keyring ({vault_of(desk).keep(kind.name, keys)})"
        if vault_of(desk).outside(kind.name, kind.fields):
            notes.append("the environment has another key of this source and overshadows what was stored just now")
    desk.ledger.enrichment.connect(kind.name, consent=True)
    return _row(desk, kind, where, credits), notes


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
        return _from_stdin(desk, kind), None
    if found := vault_of(desk).outside(kind.name, kind.fields):
        return found.keys, found.where
    if not desk.out.attended:
        if kept := vault_of(desk).find(kind.name, kind.fields, optional=kind.optional):
            return kept.keys, kept.where
        if kind.optional:
            return {}, "none"
        variables = " and ".join(f"SHOPINF_SOURCE_{kind.name.upper()}_{field}" for field in kind.fields)
        raise CredentialsMissing(
            f"There is no key for {kind.title}, and nobody is here to type it",
            hint=f"Give it with --stdin, or set {variables}.",
        )
    more = ", or leave it empty to go without" if kind.optional else ""
    typed = {field: desk.out.ask_hidden(f"{kind.title} {field}{more}") for field in kind.fields}
    if kind.optional and not any(typed.values()):
        return {}, "none"
    return _checked(kind, typed), None


def _from_stdin(desk: Desk, kind: Kind) -> Keys:
    stdin = desk.setting.stdin
    if stdin is None or stdin.isatty():
        raise BadInput(
            "--stdin reads the key from a pipe or a file, and nothing is connected to it",
            hint=f"shopinf sources connect {kind.name} --stdin < key.txt, or without --stdin to type it unseen.",
        )
    given: dict[str, str] = {}
    for number, line in enumerate(stdin, 1):
        text = line.strip().lstrip("\ufeff").removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        field, sign, value = text.partition("=")
        field = field.strip().upper().removeprefix(f"SHOPINF_SOURCE_{kind.name.upper()}_")
        if not sign or field not in kind.fields:
            raise CredentialsProblem(
                f"Line {number} of standard input is not {' or '.join(f'{each}=…' for each in kind.fields)}",
                hint="Give one value a line, by these names.",
            )
        given[field] = value.strip().strip("\"'").strip()
    if kind.optional and not any(given.values()):
        return {}
    return _checked(kind, given)


def _checked(kind: Kind, given: dict[str, str]) -> Keys:
    if missing := [field for field in kind.fields if not given.get(field)]:
        raise CredentialsMissing(
            f"{kind.title} needs {' and '.join(kind.fields)}; {' and '.join(missing)} is missing",
            hint=f"shopinf sources connect {kind.name}",
        )
    for field in kind.fields:
        check_sendable(kind.name, field, given[field])
    return {field: Secret(given[field]) for field in kind.fields}


def listed_sources(desk: Desk) -> list[dict[str, Any]]:
    """Every source as a row; a keyring that cannot be asked is told in its place."""
    vault = vault_of(desk)
    return [_row(desk, kind, _where(vault, kind), None) for kind in KINDS.values()]


def _where(vault: SourceVault, kind: Kind) -> str:
    try:
        found = vault.find(kind.name, kind.fields, optional=kind.optional)
    except CredentialsProblem as problem:
        return problem.message
    return found.where if found else "none"


def _row(desk: Desk, kind: Kind, where: str | None, credits: Decimal | None) -> dict[str, Any]:
    record = desk.ledger.enrichment.source(kind.name)
    return {
        "source": kind.name,
        "title": kind.title,
        "connected": record is not None,
        "consent_at": record and record.consent_at,
        "key": where,
        "credits": credits,
        "credits_per_match": kind.price,
        "sends": kind.sends,
        "gives": kind.gives,
    }


def disconnect_source(desk: Desk, name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Remove the key and the consent of the source *name*."""
    kind = kind_of(name)
    notes = []
    gone = vault_of(desk).forget(kind.name)
    if gone.problem:
        notes.append(f"the keyring was not cleared: {gone.problem}")
    if vault_of(desk).outside(kind.name, kind.fields):
        notes.append(f"the environment still has a key of {kind.title}; whoever set it should take it away")
    consent = desk.ledger.enrichment.disconnect(kind.name)
    rows = [
        {"source": kind.name, "what": "key in the keyring", "removed": bool(gone)},
        {"source": kind.name, "what": "connection and consent", "removed": consent},
    ]
    return rows, notes
