"""Sources as they are named on the command line: `csv:FILE`, or a provider of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shopinf.errors import BadInput
from shopinf.shell import quoted
from shopinf.sources.catalogue import NAMES, Kind, Sign, kind

SHEET = "csv"  # whatever kind of sheet it is
_SUFFIXES = (".csv", ".tsv", ".jsonl", ".xlsx")


@dataclass(frozen=True, slots=True)
class Spec:
    """A source as it was named: `modash`, `csv:FILE`."""

    name: str
    file: str | None = None

    @property
    def kind(self) -> Kind | None:
        """The provider; None for a sheet."""
        return kind(self.name) if self.file is None else None

    @property
    def by(self) -> Sign:
        """What it knows people by."""
        return self.kind.by if self.kind else Sign.EMAIL

    @property
    def is_paid(self) -> bool:
        return bool(self.kind and self.kind.price)

    @property
    def key(self) -> str:
        """What it is remembered by; a sheet by its place."""
        if self.file is None or self.file == "-":
            return self.name
        return f"{SHEET}:{Path(self.file).expanduser().resolve()}"

    @property
    def shown(self) -> str:
        return self.kind.title if self.kind else self.file or self.name


def remembered_spec(key: str) -> Spec | None:
    """The source that is remembered by *key*; None for one that cannot be gone through again."""
    if key.startswith(f"{SHEET}:"):
        return Spec(SHEET, key.removeprefix(f"{SHEET}:"))
    return Spec(key) if key in NAMES else None


def place(spec: Spec) -> int:
    """Where it stands where nobody gave an order: sheets first, then as the catalogue lists them."""
    return [SHEET, *NAMES].index(spec.name)


def read_specs(texts: Sequence[str]) -> list[Spec]:
    """The sources of `--source` options, in their order."""
    specs = [_spec(text.strip()) for text in texts]
    if not specs:
        raise BadInput("No source was named", hint=f"Like --source csv:influencers.csv, or one of {', '.join(NAMES)}.")
    if len(set(specs)) < len(specs):
        raise BadInput("A source was named twice", hint="Name each --source once.")
    if specs[0].by is Sign.PROFILE:
        raise BadInput(
            f"{specs[0].shown} has no search by e-mail: it goes on from the profiles that another source found",
            hint=f"Name the other source first, like --source gravatar --source {specs[0].name}.",
        )
    return specs


def _spec(text: str) -> Spec:
    name, sign, file = text.partition(":")
    if name.lower() == SHEET and sign and file.strip():
        return Spec(SHEET, file.strip())
    if text.lower() in NAMES:
        return Spec(text.lower())
    if text.lower().endswith(_SUFFIXES):
        raise BadInput(f"{text} is not a source", hint=f"A sheet is named like --source {quoted(f'{SHEET}:{text}')}")
    raise BadInput(f"{text!r} is not a source", hint=f"Choose {SHEET}:FILE, {', '.join(NAMES)}.")
