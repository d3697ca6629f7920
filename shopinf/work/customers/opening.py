"""Sources as they are named on the command line, and what opens each: a file, or a key and a consent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shopinf.errors import BadInput, CredentialsMissing
from shopinf.local.sourcevault import Keys, SourceVault
from shopinf.people.enrichment import Answer, Purse
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.sheets.fields import Fields
    from shopinf.sources.calls import Reach


class Provider(Protocol):
    """A source that is asked over the network."""

    name: str
    title: str
    price: Decimal  # credits for a match, at most; 0 where nothing is paid

    def balance(self) -> Decimal | None: ...

    def search(self, wanted: Sequence[str], purse: Purse) -> Iterator[Answer]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A provider, as people should know it before they send anything there."""

    name: str
    title: str
    fields: tuple[str, ...]  # of its key
    optional: bool  # does it work without a key?
    price: Decimal
    sends: str
    gives: str


KINDS = {
    each.name: each
    for each in (
        Kind(
            "modash",
            "Modash",
            ("API_KEY",),
            False,
            Decimal("0.02"),
            "customers' e-mail addresses",
            "accounts, followers",
        ),
        Kind(
            "influencersclub",
            "influencers.club",
            ("API_KEY",),
            False,
            Decimal("0.1"),
            "customers' e-mail addresses",
            "the strongest account, followers",
        ),
        Kind(
            "gravatar",
            "Gravatar",
            ("API_KEY",),
            True,
            Decimal(0),
            "a hash of each customer's e-mail address",
            "accounts, without followers",
        ),
        Kind(
            "upfluence",
            "Upfluence",
            ("CLIENT_ID", "CLIENT_SECRET"),
            False,
            Decimal(1),
            "the addresses of social profiles that another source found",
            "followers",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Spec:
    """A source as it was named: `modash`, `csv:FILE`."""

    name: str
    file: str | None = None

    @property
    def key(self) -> str:
        """What it is remembered by; a sheet by its place."""
        if self.file is None or self.file == "-":
            return self.name
        return f"csv:{Path(self.file).expanduser().resolve()}"

    @property
    def shown(self) -> str:
        return KINDS[self.name].title if self.name in KINDS else self.file or self.name


def read_specs(texts: Sequence[str]) -> list[Spec]:
    """The sources of `--source` options, in their order."""
    specs = [_spec(text.strip()) for text in texts]
    if not specs:
        raise BadInput("No source was named", hint=f"Like --source csv:influencers.csv, or one of {', '.join(KINDS)}.")
    if len(set(specs)) < len(specs):
        raise BadInput("A source was named twice", hint="Name each --source once.")
    if specs[0].name == "upfluence":
        raise BadInput(
            "Upfluence has no search by e-mail: it goes on from the profiles that another source found",
            hint="Name the other source first, like --source gravatar --source upfluence.",
        )
    return specs


def _spec(text: str) -> Spec:
    name, sign, file = text.partition(":")
    if name.lower() == "csv" and sign and file.strip():
        return Spec("csv", file.strip())
    if text.lower() in KINDS:
        return Spec(text.lower())
    if text.lower().endswith((".csv", ".tsv", ".jsonl", ".xlsx")):
        raise BadInput(f"{text} is not a source", hint=f"A sheet is named like --source {quoted(f'csv:{text}')}")
    raise BadInput(f"{text!r} is not a source", hint=f"Choose csv:FILE, {', '.join(KINDS)}.")


def kind_of(name: str) -> Kind:
    """The provider that an operator calls *name*."""
    kind = KINDS.get(name.strip().lower())
    if kind is None:
        more = " A sheet needs no connection: --source csv:FILE." if name.lower().startswith("csv") else ""
        raise BadInput(f"{name!r} is not a source to connect", hint=f"Choose one of {', '.join(KINDS)}.{more}")
    return kind


def vault_of(desk: Desk) -> SourceVault:
    return SourceVault(desk.environ, desk.places.config, desk.setting.keyring)


def open_provider(desk: Desk, name: str, waiting: Callable[[str], None] = lambda text: None) -> Provider:
    """A provider with its key, which may be asked: the consent to send customers' data there was given."""
    kind = KINDS[name]
    found = vault_of(desk).find(name, kind.fields, optional=kind.optional)
    if found is None and not kind.optional:
        variables = " and ".join(f"SHOPINF_SOURCE_{name.upper()}_{field}" for field in kind.fields)
        raise CredentialsMissing(
            f"There is no key for {kind.title}, neither in the environment nor in the keyring",
            hint=f"shopinf sources connect {name}, or set {variables}",
        )
    record = desk.ledger.enrichment.source(name)
    if record is None or record.consent_at is None:
        raise BadInput(
            f"Nobody has agreed yet that {kind.sends} go to {kind.title}",
            hint=f"shopinf sources connect {name} asks for it once; --yes does not answer it.",
        )
    return make_provider(desk, kind, found.keys if found else {}, waiting)


def make_provider(desk: Desk, kind: Kind, keys: Keys, waiting: Callable[[str], None] = lambda text: None) -> Provider:
    """A provider with these keys, whether or not it may be asked yet."""
    from shopinf.sources.calls import Reach

    reach = Reach(desk.wire, desk.clock, desk.trace, desk.environ, waiting)
    return _MAKERS[kind.name](desk, keys, reach)


def _modash(desk: Desk, keys: Keys, reach: Reach) -> Provider:
    from shopinf.sources.modash import Modash

    return Modash(keys["API_KEY"], reach)


def _influencersclub(desk: Desk, keys: Keys, reach: Reach) -> Provider:
    from shopinf.sources.influencersclub import InfluencersClub

    return InfluencersClub(keys["API_KEY"], reach, desk.ledger.enrichment)


def _gravatar(desk: Desk, keys: Keys, reach: Reach) -> Provider:
    from shopinf.sources.gravatar import Gravatar

    return Gravatar(keys.get("API_KEY"), reach)


def _upfluence(desk: Desk, keys: Keys, reach: Reach) -> Provider:
    from shopinf.sources.upfluence import Upfluence

    return Upfluence(keys["CLIENT_ID"], keys["CLIENT_SECRET"], reach)


_MAKERS: Mapping[str, Callable[[Desk, Keys, Reach], Provider]] = {
    "modash": _modash,
    "influencersclub": _influencersclub,
    "gravatar": _gravatar,
    "upfluence": _upfluence,
}


def sheet_fields() -> Fields:
    """The columns of a sheet of influencers."""
    from shopinf.sheets.fields import Field, Fields
    from shopinf.sources.csv import COLUMNS, REQUIRED

    fields = tuple(Field(key, names) for key, names in COLUMNS.items())
    either = [*REQUIRED.split("|"), *(key for key in COLUMNS if key.endswith(("_handle", "_url")))]
    return Fields(fields, (tuple(dict.fromkeys(either)),))
