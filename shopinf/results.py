"""What a command answers with: rows under declared columns, once, for every format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from shopinf.errors import ShopinfError
from shopinf.money import Money

Cell = str | int | bool | Decimal | Money | datetime | date | None | Sequence[str]


class Kind(StrEnum):
    """What a column holds; decides alignment in a table and the cell type in a spreadsheet."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` in JSON and CSV; `title` above a table."""

    key: str
    kind: Kind = Kind.TEXT

    @property
    def title(self) -> str:
        return self.key.replace("_", " ")


def columns(text: str = "", *, numbers: str = "", money: str = "", times: str = "", order: str = "") -> list[Column]:
    """Columns from space-separated keys; `order` names all keys in their order, else text, numbers, money, times."""
    kinds = {
        **dict.fromkeys(text.split(), Kind.TEXT),
        **dict.fromkeys(numbers.split(), Kind.NUMBER),
        **dict.fromkeys(money.split(), Kind.MONEY),
        **dict.fromkeys(times.split(), Kind.TIME),
    }
    return [Column(key, kinds.get(key, Kind.TEXT)) for key in (order.split() or kinds)]


@dataclass(frozen=True, slots=True)
class Failure:
    """One store or row that failed, while the rest was delivered."""

    store: str | None
    what: str
    error: str
    code: int
    hint: str | None = None  # said to a person, and no part of any format

    @classmethod
    def of(cls, error: ShopinfError, *, store: str | None, what: str) -> Failure:
        return cls(store, what, error.message, error.code, error.hint)

    @property
    def of_store(self) -> str | None:
        """The store, where all of it failed and not only a row."""
        return self.store if self.what == self.store else None

    @property
    def sentence(self) -> str:
        """Which store, which of its rows, and why."""
        if self.of_store and self.error.startswith(self.of_store):
            return self.error
        return ": ".join(part for part in (self.store, "" if self.of_store else self.what, self.error) if part)


@dataclass(frozen=True, slots=True)
class Told:
    """A failure as it is told to a person, or one that many stores have alike: a sentence, and what to do."""

    stores: Sequence[str]
    words: str
    hint: str | None = None

    @property
    def several(self) -> bool:
        return len(self.stores) > 1


_ALIKE = 3  # stores that failed alike and are told of at once
_DOMAIN = re.compile(r"\b[a-z0-9-]+\.myshopify\.com\b")
_REQUEST = re.compile(r" \(request [^)]*\)")


def told(failures: Iterable[Failure]) -> list[Told]:
    """*failures* in their order; stores that failed alike, but for their names, share one sentence."""
    every = list(failures)
    groups: dict[tuple[str, str], list[str]] = {}
    for each in every:
        if each.of_store:
            groups.setdefault(_nameless(each), []).append(each.of_store)
    said: list[Told] = []
    for each in every:
        if not each.of_store:
            said.append(Told([each.store] if each.store else [], each.sentence))
            continue
        words, hint = _nameless(each)
        stores = groups[words, hint]
        if len(stores) < _ALIKE:
            said.append(Told([each.of_store], each.sentence, each.hint))
        elif stores[0] == each.of_store:
            said.append(Told(stores, words, hint or None))
    return said


def common_hint(failures: Iterable[Failure]) -> str | None:
    """What to do about all of these stores, where it is the same but for their names."""
    hints = {_nameless(each)[1] for each in failures}
    return (hints.pop() or None) if len(hints) == 1 else None


def _nameless(failure: Failure) -> tuple[str, str]:
    """Why a store failed and what to do, without what is only this store's own: its name, address and requests."""
    name = re.compile(rf"(?<![\w-]){re.escape(failure.store or '')}(?![\w-])")

    def general(text: str, store: str) -> str:
        return name.sub(store, _DOMAIN.sub(store, _REQUEST.sub("", text)), count=1)

    return general(failure.error, "the store"), general(failure.hint or "", "STORE")


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Form:
    """What `--format` and `--output` asked for."""

    format: Format = Format.TABLE
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A command's answer.

    JSON is one object: `schema`, then `body` (or `rows` when there is none), then `notes` and `failures`. Table, CSV
    and JSON lines show `rows` under `columns`.
    """

    schema: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    body: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()
    failures: Sequence[Failure] = ()
    totals: Sequence[Mapping[str, Cell]] = field(default=())  # shown under a table, and nowhere else
    said: Sequence[str] = ()  # notes that the person has read already: JSON has them, and they are not said again
    content: Callable[[], bytes] | None = None  # makes the whole file, where a report writes it
