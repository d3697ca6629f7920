"""Which column of a sheet is which field: names that people and other systems give them, and `--map`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shopinf.errors import BadInput, BadSheet
from shopinf.plain import harmless
from shopinf.sheets.names import KNOWN
from shopinf.shell import quoted
from shopinf.words import few


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A column's name without case, accents, spaces and signs; `%` counts as `percent`."""
    name = unicodedata.normalize("NFKD", harmless(name).replace("%", " percent ")).casefold()
    return "".join(sign for sign in name if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Field:
    """One field and the column names it is recognised by, the surest first."""

    key: str
    names: tuple[str, ...] = ()

    def accepted(self) -> list[str]:
        return [name for name in dict.fromkeys(folded(name) for name in (self.key, *self.names)) if name]


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields a command reads from a sheet.

    `required` has groups of keys; of every group the sheet must have one column at least.
    """

    fields: tuple[Field, ...]
    required: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, keys: str, *, required: str = "", also: Mapping[str, Iterable[str]] | None = None) -> Fields:
        """Fields from space-separated *keys* with the names everybody gives them, and *also* names by key.

        `required="code influencer|email"` needs a code, and one of the two others.
        """
        extra = also or {}
        fields = tuple(Field(key, (*KNOWN.get(key, "").split("|"), *extra.get(key, ()))) for key in keys.split())
        return cls(fields, tuple(tuple(group.split("|")) for group in required.split()))

    @property
    def keys(self) -> list[str]:
        return [field.key for field in self.fields]

    def recognised(self, headers: Sequence[str], mapping: Mapping[str, str]) -> int:
        """How many of *headers* name a field."""
        known = {name for field in self.fields for name in field.accepted()} | {folded(name) for name in mapping}
        return sum(folded(header) in known for header in headers)


def read_mapping(options: Iterable[str]) -> dict[str, str]:
    """Read `--map column=field` options."""
    mapping = {}
    for option in options:
        column, sign, key = option.rpartition("=")
        if not sign or not column.strip() or not key.strip():
            raise BadInput(
                f"--map {option} is not of the form column=field", hint='Like --map "Insta name=influencer".'
            )
        mapping[column.strip()] = key.strip().lower().replace("-", "_").replace(" ", "_")
    return mapping


@dataclass(frozen=True, slots=True)
class Places:
    """Where each field is in a row: `at` has its position, `headers` its column's name, `rest` the other columns."""

    at: Mapping[str, int]
    headers: Mapping[str, str]
    rest: Mapping[str, int]


def find_places(file: str, line: int, headers: Sequence[str], fields: Fields, mapping: Mapping[str, str]) -> Places:
    """Find each field's column among *headers*; refuses two columns of one name, and a sheet without what is needed."""
    at = _mapped(headers, fields, mapping)
    taken = set(at.values())
    names = [folded(header) for header in headers]
    # The field's own name first, so that a column `handle` is the handle, even where `influencer` would accept it.
    for rank in range(max((len(field.accepted()) for field in fields.fields), default=0)):
        for field in fields.fields:
            accepted = field.accepted()
            if field.key in at or rank >= len(accepted):
                continue
            found = [place for place, name in enumerate(names) if name == accepted[rank] and place not in taken]
            if len(found) > 1:
                raise BadSheet(
                    file,
                    f"two columns are both the {field.key}",
                    line=line,
                    column=headers[found[1]],
                    hint="Remove or rename one of them.",
                )
            if found:
                at[field.key] = found[0]
                taken.add(found[0])
    _need(file, line, headers, fields, at)
    rest: dict[str, int] = {}
    for place, header in enumerate(headers):
        if place not in taken and header:
            rest.setdefault(header, place)
    return Places(at, {key: headers[place] for key, place in at.items()}, rest)


def _mapped(headers: Sequence[str], fields: Fields, mapping: Mapping[str, str]) -> dict[str, int]:
    at: dict[str, int] = {}
    for column, key in mapping.items():
        if key not in fields.keys:
            raise BadInput(f"--map {column}={key} names no field", hint=f"The fields are {', '.join(fields.keys)}.")
        found = [place for place, header in enumerate(headers) if header == column] or [
            place for place, header in enumerate(headers) if folded(header) == folded(column)
        ]
        if not found:
            raise BadInput(f"--map {column}={key} names no column", hint=f"The columns are {_listed(headers)}.")
        if key in at:
            raise BadInput(f"Two --map options say which column is the {key}", hint="Give one of them.")
        at[key] = found[0]
    return at


def _need(file: str, line: int, headers: Sequence[str], fields: Fields, at: Mapping[str, int]) -> None:
    missing = [group for group in fields.required if not any(key in at for key in group)]
    if not missing and at:
        return
    spare = next((header for place, header in enumerate(headers) if header and place not in at.values()), "Column")
    if missing:
        what = " or ".join(missing[0])
        message, key = f"there is no column for {what}; found {_listed(headers)}", missing[0][0]
    else:
        message, key = f"no column is known; found {_listed(headers)}", fields.keys[0]
    raise BadSheet(
        file, message, line=line, hint=f"Name a column {key}, or say which one it is: --map {quoted(f'{spare}={key}')}"
    )


def _listed(headers: Sequence[str]) -> str:
    shown = [f'"{harmless(header)[:60]}"' for header in headers if header]
    return few(shown, 20) or "no column names"
