"""What a command answers with: rows under declared columns, once, for every format."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from shopinf.errors import BadInput, ShopinfError
from shopinf.money import Money
from shopinf.nearest import did_you_mean
from shopinf.words import agreeing

Cell = str | int | bool | Decimal | Money | datetime | date | None | Sequence[str]

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")  # text that is a number in a column of numbers
_WHOLE = re.compile(
    r"(?:^|_)(?:code|codes|id|ids|link|url|src|domain|timezone|sku|order_name|statement|run|path|file|influencer|handle|example|fix|paste_at)$"
)


class Kind(StrEnum):
    """What a column holds; decides alignment in a table and the cell type in a spreadsheet."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` in JSON and CSV; `title` above a table.

    A table shows the columns that have a *rank* (all, where none has one); of them the highest number goes first where
    they do not fit. The other formats have every column.
    """

    key: str
    kind: Kind = Kind.TEXT
    rank: int | None = None

    @property
    def whole(self) -> bool:
        """Is half of it of no use? A code, a link or an id is never cut."""
        return self.kind is not Kind.TEXT or _WHOLE.search(self.key) is not None

    @property
    def title(self) -> str:
        return self.key.replace("_", " ")


def columns(
    text: str = "", *, numbers: str = "", money: str = "", times: str = "", order: str = "", shown: str = ""
) -> list[Column]:
    """Columns from space-separated keys; `order` names all keys in their order, else text, numbers, money, times.

    *shown* are the six to eight that answer the command's question in a table, the most important first.
    """
    kinds = {
        **dict.fromkeys(text.split(), Kind.TEXT),
        **dict.fromkeys(numbers.split(), Kind.NUMBER),
        **dict.fromkeys(money.split(), Kind.MONEY),
        **dict.fromkeys(times.split(), Kind.TIME),
    }
    ranks = {key: rank for rank, key in enumerate(shown.split())}
    if unknown := ranks.keys() - set(order.split() or kinds):
        raise ValueError(f"no such columns: {sorted(unknown)}")
    return [Column(key, kinds.get(key, Kind.TEXT), ranks.get(key)) for key in (order.split() or kinds)]


def of_every_kind(kinds: Iterable[Sequence[Column]], *, asked_for: Container[str]) -> list[Column]:
    """The columns of a command whose rows are of several kinds; a table has those *asked_for* only then."""
    found = {column.key: column for each in kinds for column in each}
    return [replace(column, rank=None) if column.key in asked_for else column for column in found.values()]


def chosen_columns(declared: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """The columns that `--columns` names, in its order; a name that is none of *declared* is wrong usage."""
    known = {column.key: column for column in declared}
    if unknown := [name for name in names if name not in known]:
        raise BadInput(
            f"There {agreeing(len(unknown), 'is no column', 'are no columns')} {', '.join(unknown)}",
            hint=did_you_mean(unknown[0], list(known), f"This command has {', '.join(known)}."),
        )
    return [known[name] for name in dict.fromkeys(names)]


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
        what = "" if self.of_store or self.error.startswith(self.what) else self.what
        return ": ".join(part for part in (self.store, what, self.error) if part)


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
_VARIABLE = re.compile(r"\bSHOPINF_[A-Z0-9_]+?_(ACCESS_TOKEN|API_KEY|API_SECRET_KEY)\b")
_REQUEST = re.compile(r" \(request [^)]*\)")


def told(failures: Iterable[Failure], *, alike: int = _ALIKE) -> list[Told]:
    """*failures* in their order; so many stores that failed *alike*, but for their names, share one sentence."""
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
        if len(stores) < alike:
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
        text = _VARIABLE.sub(r"SHOPINF_<STORE>_\1", _DOMAIN.sub(store, _REQUEST.sub("", text)))
        return name.sub(store, text, count=1)

    return general(failure.error, "the store"), general(failure.hint or "", "STORE")


class Audience(StrEnum):
    """Who will read a report."""

    INTERNAL = "internal"
    CLIENT = "client"


class Format(StrEnum):
    """How an answer is written: by its name or by the suffix of a file. This is the one list of them.

    Rows are written by `console/`. The others are for reports, each with a module of that name in `reports/` which
    makes the whole file, and with those who read it where nobody says otherwise. Any rows make a workbook, too.
    """

    suffixes: tuple[str, ...]
    readers: Audience | None  # None: it is rows

    def __new__(cls, name: str, suffixes: str, readers: Audience | None = None) -> Format:
        format = str.__new__(cls, name)
        format._value_, format.suffixes, format.readers = name, tuple(suffixes.split()), readers
        return format

    TABLE = "table", ".txt"
    CSV = "csv", ".csv"
    JSON = "json", ".json"
    JSONL = "jsonl", ".jsonl .ndjson"
    XLSX = "xlsx", ".xlsx", Audience.INTERNAL
    HTML = "html", ".html .htm", Audience.CLIENT

    @property
    def is_report(self) -> bool:
        return self.readers is not None

    @classmethod
    def known(cls, *, reports: bool) -> list[Format]:
        """Those that a command can write: all of them where it *reports*, else those for rows."""
        return [format for format in cls if reports or format is not cls.HTML]


@dataclass(frozen=True, slots=True)
class Form:
    """What `--format` and `--output` asked for."""

    format: Format = Format.TABLE
    output: Path | None = None
    columns: tuple[str, ...] = ()  # the ones that `--columns` names; empty: the command's own choice
    wide: bool = False  # all of them in a table


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
    content: Callable[[Format], bytes] | None = None  # makes a whole file of a report's format
    card: bool = False  # about one thing: a table shows its fields below each other, or its lines folded

    def narrowed(self, names: Sequence[str]) -> Result:
        """The same answer with only the columns *names*, in this order, in every format."""
        if not names:
            return self
        columns = chosen_columns(self.columns, names)
        body = {key: _narrowed(value, self.columns, columns) for key, value in self.body.items()} if self.body else None
        return replace(self, columns=columns, body=body)


def _narrowed(value: Any, declared: Sequence[Column], columns: Sequence[Column]) -> Any:
    """The rows of a body with their chosen columns alone; other parts of it are left as they are."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) and declared[-1].key in row for row in value):
        return value
    return [{column.key: row.get(column.key) for column in columns} for row in value]
