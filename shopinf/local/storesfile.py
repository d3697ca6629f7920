"""The form of `stores.toml`: a version, the default store, and one table per store.

What a later shopinf wrote beside what is known here stays where it is when the file is rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shopinf import installation
from shopinf.errors import MachineProblem
from shopinf.local.storevalues import lacking
from shopinf.local.toml import Toml, kind_named, kind_of, read_toml
from shopinf.stores import Auth, Store

VERSION = 1
HEADER = b"# Written by shopinf; `shopinf connect` and `shopinf stores` change it. There are no secrets in it.\n\n"

_REQUIRED = {"name": str, "shop_id": int, "domain": str, "connection": str}
_OPTIONAL = {
    "auth": str,
    "title": str,
    "storefront": str,
    "plan": str,
    "currency": str,
    "timezone": str,
    "api_version": str,
    "url": str,
    "group": str,
    "read_only": bool,
    "disabled": bool,
    "aliases": list,
    "scopes": list,
    "connected_at": datetime,
    "leaving_at": datetime,
}


@dataclass(slots=True)
class Entry:
    """A store and the table it stands in, whose unknown keys are kept."""

    store: Store
    table: dict[str, Any]


@dataclass(slots=True)
class Book:
    """The file's content."""

    entries: list[Entry] = field(default_factory=list)
    default: str | None = None
    rest: dict[str, Any] = field(default_factory=dict)

    @property
    def stores(self) -> list[Store]:
        return [entry.store for entry in self.entries]


def read_book(path: Path) -> Book:
    """The stores kept at *path*; none when there is no such file."""
    hint = f"Correct that line, or move {path} away and connect the stores again."
    file = read_toml(path, hint=hint)
    return _book(file, hint) if file else Book()


def written(book: Book) -> bytes:
    """*book* as the file's content."""
    import tomli_w

    content: dict[str, Any] = {"version": VERSION}
    if book.default:
        content["default"] = book.default
    content |= book.rest
    content["stores"] = [_table(entry) for entry in book.entries]
    return HEADER + tomli_w.dumps(content).encode()


def _table(entry: Entry) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for known in fields(Store):
        value = getattr(entry.store, known.name)
        if value is None or value == ():
            continue
        table[known.name] = [*value] if isinstance(value, tuple) else str(value) if isinstance(value, Auth) else value
    unknown = {key: value for key, value in entry.table.items() if key not in {known.name for known in fields(Store)}}
    return table | unknown


def _book(file: Toml, hint: str) -> Book:
    version = file.values.get("version", VERSION)
    if isinstance(version, bool) or not isinstance(version, int):
        raise file.wrong("version must be a whole number", file.line_of("version"), hint=hint)
    if version > VERSION:
        raise MachineProblem(f"{file.path} was written by a newer shopinf", hint=installation.to_update())
    tables = file.values.get("stores", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise file.wrong("stores must be [[stores]] tables", file.line_of("stores"), hint=hint)
    default = file.values.get("default")
    if default is not None and not isinstance(default, str):
        raise file.wrong(f"default must be text in quotes, not {kind_of(default)}", file.line_of("default"), hint=hint)
    book = Book(default=default)
    book.rest = {key: value for key, value in file.values.items() if key not in ("version", "default", "stores")}
    begin = 0
    for table in tables:
        begin = file.line_of("stores", after=begin + 1) or begin
        entry = Entry(_store(file, table, begin, hint), table)
        for other in book.stores:
            if other.name.casefold() == entry.store.name.casefold():
                raise file.wrong(f"{entry.store.name} stands here a second time", begin or None, hint=hint)
            if other.shop_id == entry.store.shop_id:
                raise file.wrong(f"shop {other.shop_id} stands here a second time", begin or None, hint=hint)
        book.entries.append(entry)
    return book


def _store(file: Toml, table: dict[str, Any], begin: int, hint: str) -> Store:
    for key in _REQUIRED:
        if key not in table:
            raise file.wrong(f"this store has no {key}", begin or None, hint=hint)
    values = {}
    for key, kind in {**_REQUIRED, **_OPTIONAL}.items():
        if key not in table:
            continue
        value = table[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            line = file.line_of(key, after=begin)
            raise file.wrong(f"{key} must be {kind_named(kind)}, not {kind_of(value)}", line, hint=hint)
        if words := lacking(key, value):
            raise file.wrong(f"{key} must be {words}", file.line_of(key, after=begin), hint=hint)
        if isinstance(value, list):
            if odd := next((item for item in value if not isinstance(item, str)), None):
                line = file.line_of(key, after=begin)
                raise file.wrong(f"{key} must be a list of texts in quotes, not of {kind_of(odd)}", line, hint=hint)
            value = tuple(value)
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        values[key] = value
    if "auth" in values:
        try:
            values["auth"] = Auth(values["auth"])
        except ValueError:
            known = " or ".join(Auth)
            raise file.wrong(f"auth must be {known}", file.line_of("auth", after=begin), hint=hint) from None
    return Store(**values)
