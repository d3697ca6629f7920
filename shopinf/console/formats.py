"""A result as CSV, JSON and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shopinf.money import Money
from shopinf.plain import formula_safe, harmless
from shopinf.results import NUMBER, Cell, Column, Kind, Result
from shopinf.times import iso


def as_json(value: Any) -> Any:
    """*value* as JSON has it: money, rates and times are strings, counts are numbers, unknown is null."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return harmless(str(value), lines=True)
        case dict():
            return {_key(key): as_json(one) for key, one in value.items()}
        case Money():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {_key(key): as_json(one) for key, one in value.items()}
        case Sequence() | set() | frozenset():
            return [as_json(one) for one in value]
        case _:
            return harmless(str(value), lines=True)


@lru_cache(maxsize=1024, typed=True)
def _key(key: object) -> str:
    return harmless(str(key))


def as_text(value: Cell, *, lines: bool = False) -> str:
    """*value* as one cell of text; unknown is empty, lists are joined by `; `."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return harmless(str(value), lines=lines)
        case Money():
            return str(value)
        case int():
            return str(int(value))
        case Decimal():
            return f"{value:f}"
        case datetime():
            return iso(value) or ""
        case date():
            return value.isoformat()
        case Sequence():
            return "; ".join(as_text(one, lines=lines) for one in value)
        case _:
            return harmless(str(value), lines=lines)


def json_row(columns: Sequence[Column], row: Mapping[str, Cell]) -> dict[str, Any]:
    """One row with every column in it, unknown ones as null."""
    return {column.key: as_json(row.get(column.key)) for column in columns}


def json_text(result: Result) -> str:
    """One object: `schema`, the body or `rows`, `notes`, `failures`."""
    from pydantic_core import to_json

    if result.body is None:
        body: dict[str, Any] = {"rows": [json_row(result.columns, row) for row in result.rows]}
    else:
        body = {_key(key): _lazily(key, value) for key, value in result.body.items()}
    notes = [*body.pop("notes", ()), *(harmless(note) for note in (*result.said, *result.notes))]
    failures = [
        {
            "store": as_json(failure.store),
            "what": as_json(failure.what),
            "error": as_json(failure.error),
            "code": failure.code,
        }
        for failure in result.failures
    ]
    whole = {
        "schema": result.schema,
        **body,
        "notes": list(dict.fromkeys(notes)),
        "failures": [*body.get("failures", ()), *failures],
    }
    # Python's own encoder is some five times as slow where lines are indented, and takes memory for every sign.
    return to_json(whole, indent=2).decode() + "\n"


def _lazily(key: str, value: Any) -> Any:
    """A list as JSON has it, one after the other while it is written: a copy of all would take twice the memory."""
    if isinstance(value, list) and key not in ("notes", "failures"):
        return (as_json(one) for one in value)
    return as_json(value)


def jsonl_text(result: Result) -> str:
    """The bare rows, one a line."""
    return "".join(json.dumps(json_row(result.columns, row), ensure_ascii=False) + "\n" for row in result.rows)


def csv_text(result: Result) -> str:
    """A header and the rows, as RFC 4180 quotes them, with plain line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in result.columns])
    cells = [(column.key, column.kind in (Kind.NUMBER, Kind.MONEY)) for column in result.columns]
    writer.writerows([_csv_cell(row.get(key), numbers=numbers) for key, numbers in cells] for row in result.rows)
    return text.getvalue()


def _csv_cell(value: Cell, *, numbers: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):  # most cells of a long answer are money
        return str(value)
    text = as_text(value, lines=True)
    if not isinstance(value, str) and isinstance(value, (bool, int, float, Decimal, date)):
        return text
    # A number that came as text is still a number in a column of numbers; in a column of text it is text.
    if numbers and NUMBER.fullmatch(text):
        return text
    return formula_safe(text)
