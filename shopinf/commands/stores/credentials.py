"""The three values of a connection: from standard input, the environment, credential files, or a person."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.credentials import FIELDS, handed_credentials
from shopinf.errors import CredentialsMissing, CredentialsProblem, KeyringProblem
from shopinf.stores import HANDLE, Credentials, Secret, Store, variable_stem

if TYPE_CHECKING:
    from shopinf.commands.stores.target import Target
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Given:
    """Credentials, and the source that will go on serving them when that is not the keyring."""

    credentials: Credentials
    source: str | None = None


def read_credentials(desk: Desk, target: Target, name: str | None, *, stdin: bool) -> Given:
    """The three values, from standard input, the environment, credential files, or a person at hidden prompts."""
    if stdin:
        return Given(_from_stdin(desk))
    former = target.former
    handles = [target.handle, target.typed.handle or "", *([name.lower()] if name else [])]
    handles += [former.handle, *former.aliases, former.name.lower()] if former else []
    found = desk.vault.in_environment([handle for handle in dict.fromkeys(handles) if HANDLE.fullmatch(handle)])
    if found:
        return Given(found.credentials, found.source)
    stem = variable_stem(target.handle)
    ways_out = (
        f"Set {stem}_ACCESS_TOKEN (or {stem}_API_KEY and {stem}_API_SECRET_KEY), put files of these names in lower "
        "case into $CREDENTIALS_DIRECTORY, or give the values with --stdin."
    )
    if not desk.out.attended:
        raise CredentialsMissing(
            f"There are no credentials for {target.handle}, and nobody is here to type them", hint=ways_out
        )
    backend = desk.vault.backend()
    if not backend.usable:  # said before anybody types three values in vain
        raise KeyringProblem(
            f"{backend.problem or 'There is no keyring'}, so credentials typed here could not be kept",
            hint=f"{backend.way_out}; or {ways_out[0].lower()}{ways_out[1:]}" if backend.way_out else ways_out,
        )
    return Given(_from_a_person(desk, former))


def _from_stdin(desk: Desk) -> Credentials:
    given = handed_credentials(desk.setting.stdin)
    if not given.usable:
        raise CredentialsMissing(
            "Standard input gave neither ACCESS_TOKEN=… nor both API_KEY=… and API_SECRET_KEY=…",
            hint="Give one value a line, by these names.",
        )
    return given


def _from_a_person(desk: Desk, former: Store | None) -> Credentials:
    kept: Credentials | None = None
    if former:
        with suppress(CredentialsProblem):
            kept = desk.vault.find(former).credentials
    desk.out.say(
        "Three values from the store's app, none of them shown; leave the token empty for a Dev Dashboard app."
        + (" Leave all three empty to go on with those in the keyring." if kept else "")
    )
    answers = {field: desk.out.ask_hidden(name) for field, name in FIELDS.items()}
    given = Credentials(**{field: Secret(answer) for field, answer in answers.items() if answer})
    if given.empty and kept:
        return kept
    if not given.usable:
        raise CredentialsMissing(
            "A connection needs the Admin API access token, or both the API key and the API secret key",
            hint="shopinf connect --guide explains where a store's owner finds them.",
        )
    return given
