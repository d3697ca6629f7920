"""Reading TOML so that whatever is wrong with it is named by file and line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shopinf.errors import BrokenConfig
from shopinf.local import disk

_KINDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
_LONG_NUMBER = re.compile(r"[\d_]{4000}")
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Toml:
    """A TOML file as it was read."""

    path: Path
    text: str
    values: dict[str, Any]

    def line_of(self, key: str, *, after: int = 1) -> int | None:
        """The line that sets *key* or opens its table, from line *after* on."""
        word = re.escape(key)
        setting = re.compile(rf"""\s*(\[+\s*["']?{word}["']?\s*[\].]|["']?{word}["']?\s*[=.])""")
        for number, line in enumerate(self.text.splitlines(), start=1):
            if number >= after and setting.match(line):
                return number
        return None

    def wrong(self, what: str, line: int | None, *, hint: str | None = None) -> BrokenConfig:
        """The error for *what* at *line*."""
        place = str(self.path) if line is None else f"{self.path}, line {line}"
        return BrokenConfig(f"{place}: {what}", hint=hint)


def read_toml(path: Path, *, hint: str) -> Toml | None:
    """Read *path*; None when there is no such file. *hint* says what to do about one that is broken."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise BrokenConfig(
            f"{path} is a folder, and a file of this name is read", hint=f"Move it away: mv {path} {path}.old"
        ) from None
    except OSError as problem:
        raise disk.machine_problem(problem, path) from None
    try:
        text = raw.decode("utf-8-sig")  # Windows' Notepad begins a file with a mark
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise BrokenConfig(f"{path}, line {line}: this is not UTF-8 text", hint=hint) from None
    try:
        file = Toml(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        words = str(problem)
        if at := _AT_LINE.search(words):
            line, words = int(at[1]), f"{words[: at.start()]} (column {at[2]})"
        else:
            line, words = (
                len(text.splitlines()),
                words.removesuffix(" (at end of document)") + " at the end of the file",
            )
        raise BrokenConfig(f"{path}, line {line}: {words[0].lower()}{words[1:]}", hint=hint) from None
    except RecursionError:
        raise BrokenConfig(f"{path}: lists or tables stand in one another too deeply to be read", hint=hint) from None
    except ValueError:  # Python reads no number of thousands of digits
        line = next((n for n, row in enumerate(text.splitlines(), start=1) if _LONG_NUMBER.search(row)), 1)
        raise BrokenConfig(f"{path}, line {line}: the number is too long", hint=hint) from None
    for key, value in file.values.items():
        if odd := _long_number(key, value):
            raise file.wrong(f"{odd} is too long a number", file.line_of(odd), hint=hint)
    return file


def _long_number(key: str, value: object) -> str | None:
    """The key, *key* or one within its value, of a whole number that TOML has no room for, which is 64 bits."""
    match value:
        case dict():
            return next(filter(None, (_long_number(*each) for each in value.items())), None)
        case list():
            return next(filter(None, (_long_number(key, each) for each in value)), None)
    return key if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63 else None


def kind_of(value: object) -> str:
    """What a TOML value is, in words: `a whole number`."""
    return _KINDS.get(type(value), "a date or time")


def kind_named(kind: type) -> str:
    """What a value of *kind* looks like in TOML, in words."""
    return _KINDS.get(kind, "a date and time")
