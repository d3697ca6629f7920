"""JSON lines: one object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Generator
from typing import Any, BinaryIO

from shopinf.errors import BadSheet
from shopinf.sheets.records import Record
from shopinf.sheets.texts import checked_lines


def json_records(file: str, stream: BinaryIO, encoding: str) -> Generator[Record, None, None]:
    """The objects of a JSON lines file, their numbers as they are written there."""
    text = io.TextIOWrapper(stream, encoding=encoding)
    try:
        for line, found in enumerate(checked_lines(file, text), start=1):
            if not found.strip():
                continue
            row = _object(file, line, found)
            cells = [_text(value) for value in row.values()]
            if any(cells):
                yield Record(line, cells, tuple(row))
    finally:
        text.detach()  # the stream is its owner's to close


def _object(file: str, line: int, found: str) -> dict[str, Any]:
    try:
        row = json.loads(found, parse_int=str, parse_float=str, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise BadSheet(
            file,
            f"this is not JSON: {error.msg} at sign {error.colno}",
            line=line,
            hint="Write one object a line, like {...}, without line breaks in it.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadSheet(file, "this is not a row in JSON", line=line, hint="Write one flat object a line.") from error
    if not isinstance(row, dict):
        raise BadSheet(file, "this is not an object", line=line, hint="Write one object a line, like {...}.")
    return row


def _refuse(name: str) -> None:
    raise ValueError(name)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case list():
            return "; ".join(_text(one) for one in value)
        case _:
            return json.dumps(value, ensure_ascii=False)
