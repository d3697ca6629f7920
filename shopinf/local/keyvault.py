"""Where the keys of everything but stores are: the environment, systemd's credential files, the keyring.

As with stores, one place serves a source, never a mixture, and only the keyring is ever written to. Its entries are
named by the folder of the connected stores too, so that two homes of one user never delete each other's.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shopinf.errors import CredentialsMissing, CredentialsProblem, KeyringProblem
from shopinf.local.oskeyring import KeyringBackendLike, OSKeyring, Refusal, Why, unlock_hint
from shopinf.local.vault import DIRECTORY, LONGEST_ENTRY, Forgotten, credential_file
from shopinf.stores import Secret
from shopinf.valuelines import bare
from shopinf.words import listed

Keys = Mapping[str, Secret]


@dataclass(frozen=True, slots=True)
class Family:
    """Things of one kind that are opened by keys, and what is called after them."""

    stem: str  # of the variables that may hold a key: `SOURCE`, between our own name and the thing's and the field's
    entry: str  # what the keyring's entries begin with
    connect: str  # the command that takes a key
    in_headers: bool = True  # their keys go into headers of HTTP, which take few signs

    def variable(self, name: str, field: str) -> str:
        """The variable that may hold *field* of *name*.

        Like `SHOPINF_SOURCE_MODASH_API_KEY`, or `SHOPINF_SOURCE_UPFLUENCE_CLIENT_ID` and its `…_CLIENT_SECRET`.
        """
        return f"SHOPINF_{self.stem}_{name.upper()}_{field}"


SOURCES = Family("SOURCE", "source", "shopinf sources connect")
REPORTS = Family("REPORTS", "reports", "shopinf reports connect", in_headers=False)


@dataclass(frozen=True, slots=True)
class FoundKeys:
    """The keys of a source, and where they were, in words."""

    keys: Keys
    where: str


class KeyVault:
    """The keys of this machine's sources, or of another *family*; *fields* are like `API_KEY`.

    Of the fields called *more* each may be missing; what has a place for one of them is its source all the same.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        home: Path,
        keyring: KeyringBackendLike | None = None,
        family: Family = SOURCES,
    ) -> None:
        self._environ = environ
        self._family = family
        self._home = hashlib.sha256(os.path.realpath(home).encode("utf-8", "surrogateescape")).hexdigest()[:8]
        self._keyring = OSKeyring(environ, keyring)

    def find(
        self, name: str, fields: Sequence[str], *, more: Sequence[str] = (), optional: bool = False
    ) -> FoundKeys | None:
        """The keys of the source *name*; None where nothing holds any.

        Where there is no keyring there is no key in it: no obstacle for a source whose key is *optional*.
        """
        return self.outside(name, fields, more) or self._kept(name, fields, more, optional)

    def outside(self, name: str, fields: Sequence[str], more: Sequence[str] = ()) -> FoundKeys | None:
        """What the environment, else the credential files, hold of a source's keys."""
        variables = {field: self._family.variable(name, field) for field in (*fields, *more)}
        if any((present := self._set(variables)).values()):
            return FoundKeys(self._whole(name, present, variables, more), "environment")
        if any((present := self._filed(variables)).values()):
            return FoundKeys(self._whole(name, present, variables, more), f"files in ${DIRECTORY}")
        return None

    def overshadowing(self, name: str, fields: Sequence[str]) -> list[str]:
        """The variables and files that are used instead of what the keyring holds, be they complete or not."""
        variables = {field: self._family.variable(name, field) for field in fields}
        if present := [variables[field] for field, value in self._set(variables).items() if value]:
            return present
        with suppress(CredentialsProblem):
            return [f"${DIRECTORY}/{variables[field].lower()}" for field, it in self._filed(variables).items() if it]
        return []

    def _set(self, variables: Mapping[str, str]) -> dict[str, str]:
        """What the environment holds, by field."""
        return {field: bare(self._environ.get(each, "")) for field, each in variables.items()}

    def _filed(self, variables: Mapping[str, str]) -> dict[str, str]:
        """What the credential files hold, by field."""
        if not (folder := self._environ.get(DIRECTORY, "").strip()):
            return {}
        return {field: credential_file(Path(folder) / each.lower()) for field, each in variables.items()}

    def keep(self, name: str, keys: Keys) -> str:
        """Put the keys into the keyring, and read them back to be sure; returns the keyring's name."""
        text = json.dumps({field: secret.reveal() for field, secret in keys.items()})
        if len(text) > LONGEST_ENTRY:
            raise KeyringProblem(
                f"The key of {name} is longer than the {LONGEST_ENTRY:,} characters a keyring takes",
                hint="Look whether more than the key itself was pasted.",
            )
        try:
            self._keyring.set(self._account(name), text)
            kept = self._keyring.get(self._account(name)) == text
        except Refusal as refusal:
            raise KeyringProblem(
                f"{refusal}, so the key of {name} cannot be kept", hint=self._ways_out(name, [*keys], refusal)
            ) from None
        if not kept:
            raise KeyringProblem(
                f"The keyring ({self._keyring.name()}) took the key of {name} and did not keep it",
                hint=self._ways_out(name, [*keys], None),
            )
        return self._keyring.name()

    def check_usable(self, name: str, fields: Sequence[str]) -> None:
        """Refuse a keyring that cannot be used, before anybody types in vain what it would not keep."""
        backend = self._keyring.look()
        if not backend.usable:
            ways_out = self._or_elsewhere(name, fields, backend.way_out)
            problem = backend.problem or "There is no keyring"
            raise KeyringProblem(f"{problem}, so a key of {name} typed here could not be kept", hint=ways_out)

    def forget(self, name: str) -> Forgotten:
        """Take a source's keys out of the keyring; what hinders that is told, not raised."""
        try:
            if self._keyring.get(self._account(name)) is None:
                return Forgotten(removed=False)
            self._keyring.delete(self._account(name))
        except Refusal as refusal:
            return Forgotten(False, str(refusal))
        return Forgotten(removed=True)

    def _account(self, name: str) -> str:
        return f"{self._family.entry}/{name}/{self._home}"

    def _kept(self, name: str, fields: Sequence[str], more: Sequence[str], optional: bool) -> FoundKeys | None:
        try:
            text = self._keyring.get(self._account(name))
        except Refusal as refusal:
            if optional and refusal.why is Why.NONE_THERE:
                return None
            raise KeyringProblem(
                f"{refusal}, and nothing else has the key of {name}",
                hint=self._ways_out(name, (*fields, *more), refusal),
            ) from None
        if text is None:
            return None
        values = _entry(text, fields, more)
        if values is None:
            raise CredentialsProblem(
                f"The keyring's entry for {name} is damaged", hint=f"{self._family.connect} {name}"
            )
        return FoundKeys(values, f"keyring ({self._keyring.name()})")

    def _ways_out(self, name: str, fields: Sequence[str], refusal: Refusal | None) -> str:
        return self._or_elsewhere(name, fields, unlock_hint(self._environ, refusal))

    def _or_elsewhere(self, name: str, fields: Sequence[str], unlock: str | None) -> str:
        variables = listed([self._family.variable(name, field) for field in fields])
        elsewhere = (
            f"set {variables}, or put files of these names in lower case into ${DIRECTORY} (systemd credentials)."
        )
        return f"{unlock}; or {elsewhere}" if unlock else elsewhere[0].upper() + elsewhere[1:]

    def _whole(self, name: str, present: Mapping[str, str], variables: Mapping[str, str], more: Sequence[str]) -> Keys:
        if missing := [variables[field] for field, value in present.items() if not value and field not in more]:
            raise CredentialsMissing(
                f"The key of {name} is incomplete: {', '.join(missing)} is missing",
                hint=f"Set {', '.join(missing)} too.",
            )
        given = {field: value for field, value in present.items() if value}
        for field, value in given.items():
            check_sendable(name, variables[field], value, in_headers=self._family.in_headers)
        return {field: Secret(value) for field, value in given.items()}


def check_sendable(name: str, field: str, value: str, *, in_headers: bool = True) -> None:
    """Refuse what cannot be sent; a library that refuses it would show the value."""
    fits = all("!" <= sign <= "~" for sign in value) if in_headers else value.isprintable()
    if not value or not fits:
        raise CredentialsProblem(
            f"The value given as {field} of {name} is empty or has a sign in it that no such value has",
            hint="Copy it anew, with nothing around it.",
        )


def _entry(text: str, fields: Sequence[str], more: Sequence[str]) -> Keys | None:
    """The values in a keyring entry; None when it is damaged, since an exception would carry its text along."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, dict) or not all(isinstance(values.get(field), str) for field in fields if values):
        return None
    return {field: Secret(values[field]) for field in (*fields, *more) if isinstance(values.get(field), str)}
