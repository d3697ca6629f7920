"""What a command line says about stores and form, before any of it is looked up."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from shopinf.errors import BadInput


class StoreChoice(NamedTuple):
    """Which stores a command line means: by name, by group, or all of them."""

    names: tuple[str, ...] = ()
    group: str | None = None
    all_stores: bool = False


class FormChoice(NamedTuple):
    """`--format` and `--output` as they were typed."""

    format: str | None = None
    output: Path | None = None


class ReportForm(NamedTuple):
    """The same for reports, which can also be xlsx and html."""

    format: str | None = None
    output: Path | None = None


def exactly_one(**given: object) -> str:
    """The one option that was given; none or several are wrong usage."""
    chosen = [name for name, value in given.items() if value not in (None, False)]
    names = [f"--{name.replace('_', '-')}" for name in given]
    listed = " or ".join([", ".join(names[:-1]), names[-1]])
    if len(chosen) != 1:
        raise BadInput(f"Choose exactly one of {listed}" if not chosen else f"Only one of {listed} can be given")
    return chosen[0]
