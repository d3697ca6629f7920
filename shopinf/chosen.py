"""What a command line chooses, as whoever acts on it sees it: which stores, and the form of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class ChosenStores(Protocol):
    """Which stores a command line means: by name, by group, or all of them."""

    @property
    def store(self) -> Sequence[str] | None: ...
    @property
    def group(self) -> str | None: ...
    @property
    def all_stores(self) -> bool: ...


class ChosenForm(Protocol):
    """`--format`, `--output`, `--columns` and `--wide` as typed; with *reports* a report's formats are known too."""

    @property
    def format(self) -> str | None: ...
    @property
    def output(self) -> Path | None: ...
    @property
    def columns(self) -> str | None: ...
    @property
    def wide(self) -> bool: ...
    @property
    def reports(self) -> bool: ...
