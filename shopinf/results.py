"""What a command answers with: rows under declared columns, once, for every format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    @classmethod
    def of(cls, error: ShopinfError, *, store: str | None, what: str) -> Failure:
        return cls(store, what, error.message, error.code)


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
