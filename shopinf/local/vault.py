"""Where a store's credentials are: the environment, systemd's credential files, the operating system's keyring.

One source serves a connection, never a mixture: the first that holds any of the three values is the one, and what it
lacks is an error, not a reason to look further. Only the keyring is ever written to. No text made here holds a secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shopinf.errors import CredentialsMissing, CredentialsProblem, KeyringProblem
from shopinf.local.oskeyring import Backend, KeyringBackendLike, OSKeyring, Refusal, Why, unlock_hint
from shopinf.shell import quoted
from shopinf.stores import HANDLE, Auth, Credentials, Secret, Store, variable_stem
from shopinf.valuelines import bare

DIRECTORY = "CREDENTIALS_DIRECTORY"
# Windows keeps 2,560 bytes of UTF-16 in one credential. The same everywhere, so that a home can move.
LONGEST_ENTRY = 1280
# Both halves of a client credentials app go together; a token goes alone.
FIELDS = {"access_token": "ACCESS_TOKEN", "api_key": "API_KEY", "api_secret_key": "API_SECRET_KEY"}


class SourceKind(StrEnum):
    """The kinds of places that credentials come from."""

    ENVIRONMENT = "environment"
    FILES = "files"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class Found:
    """Credentials, and where they were."""

    credentials: Credentials
    source: str  # in words: `environment (SHOPINF_MAYA_SHOP_ACCESS_TOKEN)`
    kind: SourceKind


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a secret that was to go; true when there was one and it is gone."""

    removed: bool
    problem: str | None = None  # a sentence, when the keyring could not be asked or would not let go

    def __bool__(self) -> bool:
        return self.removed


_FILES = f"or put files of these names in lower case into ${DIRECTORY} (systemd credentials)"


class Vault:
    """The credentials of this machine's stores."""

    def __init__(self, environ: Mapping[str, str], keyring: KeyringBackendLike | None = None) -> None:
        self._environ = environ
        self._keyring = OSKeyring(environ, keyring)

    def find(self, store: Store) -> Found:
        """The credentials of *store*, from the one source that holds any."""
        if found := self.in_environment(_handles(store)):
            return found
        try:
            text = self._keyring.get(store.account)
        except Refusal as refusal:
            raise KeyringProblem(
                f"{refusal}, and nothing else has the credentials of {store.name}", hint=self._ways_out(store, refusal)
            ) from None
        if text is None:
            raise CredentialsMissing(
                f"There are no credentials for {store.name}, neither in the environment nor in the keyring "
                f"({self._keyring.name()})",
                hint=f"shopinf connect {quoted(store.name)}, or {self._variables_to_set(store)}, {_FILES}",
            )
        source = f"keyring ({self._keyring.name()})"
        return Found(_usable(_parsed(text, store), store), source, SourceKind.KEYRING)

    def in_environment(self, handles: Sequence[str]) -> Found | None:
        """What the environment, else the credential files, hold for the first of *handles* that they know.

        `CredentialsMissing` when that is not enough to log in with.
        """
        for stem in _stems(handles):
            if present := self._variables(stem):
                names = [variable for variable in _names(stem).values() if variable in present]
                source = f"environment ({', '.join(names)})"
                return Found(_assembled(stem, present, "The environment"), source, SourceKind.ENVIRONMENT)
        for stem in _stems(handles):
            if present := self._files(stem):
                where = f"files in ${DIRECTORY}"
                return Found(_assembled(stem, present, f"${DIRECTORY}"), where, SourceKind.FILES)
        return None

    def keep(self, store: Store, credentials: Credentials) -> None:
        """Put *credentials* into the keyring as *store*'s, and read them back to be sure."""
        values = {name: value.reveal() for name in FIELDS if (value := getattr(credentials, name))}
        text = json.dumps(values)
        if len(text) > LONGEST_ENTRY:
            raise KeyringProblem(
                f"The credentials of {store.name} are longer than the {LONGEST_ENTRY:,} characters a keyring takes",
                hint="Look whether more than the values themselves was pasted.",
            )
        try:
            self._keyring.set(store.account, text)
        except Refusal as refusal:
            raise self._not_kept(store, refusal) from None
        try:
            kept = self._keyring.get(store.account) == text
        except Refusal as refusal:
            self._drop(store)
            raise self._not_kept(store, refusal) from None
        if not kept:
            self._drop(store)
            raise KeyringProblem(
                f"The keyring ({self._keyring.name()}) took the credentials of {store.name} and did not keep them",
                hint=self._ways_out(store, None),
            )

    def holds(self, store: Store) -> bool:
        """Is there an entry of *store*'s in the keyring?

        `KeyringProblem` where it is locked and nothing else serves the store: then there surely is one to be removed.
        """
        try:
            return self._keyring.get(store.account) is not None
        except Refusal as refusal:
            if refusal.why not in (Why.LOCKED, Why.SILENT) or self.overshadowing(store):
                return False
            raise KeyringProblem(
                f"{refusal}, so the credentials of {store.name} cannot be removed from it",
                hint=f"{unlock_hint(self._environ, refusal)}, then run the same command again.",
            ) from None

    def forget(self, store: Store) -> Forgotten:
        """Take *store*'s credentials out of the keyring. What hinders that is told in the answer, not raised."""
        try:
            if self._keyring.get(store.account) is None:
                return Forgotten(removed=False)
            self._keyring.delete(store.account)
            if self._keyring.get(store.account) is not None:
                return Forgotten(False, f"The keyring ({self._keyring.name()}) still holds the entry {store.account}")
        except Refusal as refusal:
            return Forgotten(False, f"{refusal}; if it has an entry {store.account}, it still has it")
        return Forgotten(removed=True)

    def backend(self) -> Backend:
        """The keyring behind this vault, and whether it can be used now."""
        return self._keyring.look()

    def overshadowing(self, store: Store) -> list[str]:
        """The variables and files that are used for *store* instead of what the keyring holds."""
        for stem in _stems(_handles(store)):
            if present := self._variables(stem):
                return [*present]
        for stem in _stems(_handles(store)):
            with suppress(CredentialsProblem):
                if present := self._files(stem):
                    return [f"${DIRECTORY}/{variable.lower()}" for variable in present]
        return []

    def _variables(self, stem: str) -> dict[str, str]:
        """The variables of *stem* that hold something."""
        read = {variable: bare(self._environ.get(variable, "")) for variable in _names(stem).values()}
        return {variable: value for variable, value in read.items() if value}

    def _files(self, stem: str) -> dict[str, str]:
        """What the credential files of *stem* hold, by the variables they stand for."""
        folder = self._environ.get(DIRECTORY, "").strip()
        if not folder:
            return {}
        read = {variable: credential_file(Path(folder) / variable.lower()) for variable in _names(stem).values()}
        return {variable: value for variable, value in read.items() if value}

    def _not_kept(self, store: Store, refusal: Refusal) -> KeyringProblem:
        return KeyringProblem(
            f"{refusal}, so the credentials of {store.name} cannot be kept", hint=self._ways_out(store, refusal)
        )

    def _drop(self, store: Store) -> None:
        with suppress(Refusal):
            self._keyring.delete(store.account)

    def _ways_out(self, store: Store, refusal: Refusal | None) -> str:
        unlock = unlock_hint(self._environ, refusal)
        elsewhere = f"{self._variables_to_set(store)}, {_FILES}."
        return f"{unlock}; or {elsewhere}" if unlock else elsewhere[0].upper() + elsewhere[1:]

    def _variables_to_set(self, store: Store) -> str:
        stem = variable_stem(store.handle)
        if store.auth is Auth.CLIENT_CREDENTIALS:
            return f"set {stem}_API_KEY and {stem}_API_SECRET_KEY"
        return f"set {stem}_ACCESS_TOKEN"


def _handles(store: Store) -> list[str]:
    name = store.name.lower()
    return [store.handle, *store.aliases, *([name] if HANDLE.fullmatch(name) else [])]


def _stems(handles: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(variable_stem(handle) for handle in handles if handle)]


def _names(stem: str) -> dict[str, str]:
    return {field: f"{stem}_{suffix}" for field, suffix in FIELDS.items()}


def credential_file(path: Path) -> str:
    """What the credential file at *path* holds; nothing where there is none."""
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as problem:
        words = problem.strerror or type(problem).__name__
        raise CredentialsProblem(
            f"The credential file {path} cannot be read: {words}", hint="Look at LoadCredential= in the systemd unit."
        ) from None
    # What is no text is refused with the other characters that no credential has; an exception would carry the bytes.
    return bare(raw.decode("utf-8", errors="replace"))


def _assembled(stem: str, present: Mapping[str, str], where: str) -> Credentials:
    """The credentials that *present* variables make, or what is missing among them."""
    for variable, value in present.items():
        _check_characters(value, variable)
    names = _names(stem)
    credentials = Credentials(
        **{field: Secret(present[variable]) for field, variable in names.items() if variable in present}
    )
    if credentials.usable:
        return credentials
    lacking = [names[field] for field in ("api_key", "api_secret_key") if names[field] not in present]
    raise CredentialsMissing(
        f"{where} has {' and '.join(present)} but not {' and '.join(lacking)}, and nothing else is looked at then",
        hint=f"Set {' and '.join(lacking)} too, or {names['access_token']}, or unset {' and '.join(present)}.",
    )


def _check_characters(value: str, what: str) -> None:
    # A header cannot carry anything else, and the library that refuses it would show the value.
    if not all("!" <= character <= "~" for character in value):
        raise CredentialsProblem(
            f"{what} holds characters that no Shopify credential has, such as spaces or line breaks",
            hint="Copy the value from Shopify again, without anything around it.",
        )


def _parsed(text: str, store: Store) -> Credentials:
    values = _entry(text)
    if values is None:
        raise CredentialsProblem(
            f"The keyring's entry for {store.name} is damaged", hint=f"shopinf connect {quoted(store.name)}"
        )
    for value in values.values():
        _check_characters(value, f"The keyring's entry for {store.name}")
    return Credentials(**{field: Secret(values[field]) for field in FIELDS if values.get(field)})


def _entry(text: str) -> dict[str, str] | None:
    """The values in a keyring entry; None when it is damaged, since an exception would carry its text along."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, dict):
        return None
    known = {field: values[field] for field in FIELDS if field in values}
    return known if all(isinstance(value, str) for value in known.values()) else None


def _usable(credentials: Credentials, store: Store) -> Credentials:
    if not credentials.usable:
        raise CredentialsProblem(
            f"The keyring's entry for {store.name} is incomplete", hint=f"shopinf connect {quoted(store.name)}"
        )
    return credentials
