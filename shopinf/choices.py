"""What a command line says about stores and form, before any of it is looked up."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


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
