"""Which column of a sheet is which field: names that people and other systems give them, and `--map`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from shopinf.errors import BadInput, BadSheet
from shopinf.plain import harmless
from shopinf.sheets.names import Kind, kind_of, names_of
from shopinf.words import few


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A column's name without case, accents, spaces and signs; `%` counts as `percent`."""
    name = unicodedata.normalize("NFKD", harmless(name).replace("%", " percent ")).casefold()
    return "".join(sign for sign in name if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Field:
    """One field, the column names it is recognised by, the surest first, and how its cells are read."""

    key: str
    names: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT

    def accepted(self) -> list[str]:
        return [name for name in dict.fromkeys(folded(name) for name in (self.key, *self.names)) if name]


@dataclass(frozen=True)
class Fields:
    """The fields a command reads from a sheet.

    `required` has groups of keys; of every group the sheet must have one column at least. `takes` names the files of
    other systems that the command reads though they are about something else.
    """

    fields: tuple[Field, ...]
    required: tuple[tuple[str, ...], ...] = ()
    takes: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        keys: str,
        *,
        required: str = "",
        also: Mapping[str, Iterable[str]] | None = None,
        takes: Iterable[str] = (),
    ) -> Fields:
        """Fields from space-separated *keys* with the names everybody gives them, and *also* names by key.

        `required="code influencer|email"` needs a code, and one of the two others.
        """
        extra, wanted = also or {}, list(dict.fromkeys(keys.split()))
        fields = [Field(key, (*names_of(key), *extra.get(key, ())), kind_of(key)) for key in wanted]
        if "handle" not in wanted:  # then a handle is as good as an id
            fields = [
                replace(each, names=(*each.names, "handle", *names_of("handle"))) if each.key == "influencer" else each
                for each in fields
            ]
        return cls(tuple(fields), tuple(tuple(group.split("|")) for group in required.split()), frozenset(takes))

    @property
    def keys(self) -> list[str]:
        return [field.key for field in self.fields]

    @cached_property
    def ranks(self) -> Mapping[str, Sequence[tuple[int, str]]]:
        """The fields that a folded name may be, each with how surely: 0 is the field's own name."""
        found: dict[str, list[tuple[int, str]]] = {}
        for field in self.fields:
            for rank, name in enumerate(field.accepted()):
                found.setdefault(name, []).append((rank, field.key))
        return found

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        return {field.key: field.kind for field in self.fields}

    def recognised(self, headers: Sequence[str], mapping: Mapping[str, str]) -> int:
        """How many of *headers* name a field."""
        mapped = {folded(name) for name in mapping}
        return sum(bool(name) and (name in self.ranks or name in mapped) for name in map(folded, headers))

    def missing(self, at: Mapping[str, int]) -> list[tuple[str, ...]]:
        """The groups of which a sheet with these columns has none."""
        return [group for group in self.required if not any(key in at for key in group)]


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

    @classmethod
    def of(cls, headers: Sequence[str], at: Mapping[str, int]) -> Places:
        taken, rest = set(at.values()), dict[str, int]()
        for place, header in enumerate(headers):
            if place not in taken and header:
                rest.setdefault(header, place)
        at = dict(sorted(at.items(), key=lambda pair: pair[1]))
        return cls(at, {key: headers[place] for key, place in at.items()}, rest)


# A column of these beside a given one is what the words say, and nothing else.
_PAID_OUT = ("payoutdate", "paidat", "paidon", "paymentdate", "datepaid")
_BARE = re.compile(r"\d{1,6}(\.0)?")


def find_places(
    file: str,
    line: int,
    headers: Sequence[str],
    fields: Fields,
    mapping: Mapping[str, str],
    below: Sequence[Sequence[str]] = (),
) -> Places:
    """Find each field's column among *headers*, with the rows *below* to tell what only values can tell.

    Refuses two columns of one name.
    """
    at = _mapped(headers, fields, mapping)
    mapped, taken = set(at), set(at.values())
    names = ["" if _is_never(header, fields) else folded(header) for header in headers]
    # The field's own name first, so that a column `handle` is the handle, even where `influencer` would accept it.
    candidates = sorted(
        (rank, fields.keys.index(key), place)
        for place, name in enumerate(names)
        if name and place not in taken
        for rank, key in fields.ranks.get(name, ())
    )
    ranked: dict[str, int] = {}
    for rank, number, place in candidates:
        key = fields.fields[number].key
        if place in taken:
            continue
        if key in at:
            if key not in mapped and ranked.get(key) == rank and names[at[key]] == names[place]:
                raise BadSheet(
                    file,
                    f"two columns are both the {key}",
                    line=line,
                    column=headers[place],
                    hint="Remove or rename one of them.",
                )
            continue
        at[key], ranked[key] = place, rank
        taken.add(place)
    _weigh(names, fields, at, mapped, below)
    return Places.of(headers, at)


def _is_never(header: str, fields: Fields) -> bool:
    """Is it a column that is not read: where money goes to is nobody's address to be known by, only to be paid at?"""
    return "paypal" in folded(header) and "paypal" not in fields.keys


def _mapped(headers: Sequence[str], fields: Fields, mapping: Mapping[str, str]) -> dict[str, int]:
    at: dict[str, int] = {}
    for column, key in mapping.items():
        if key not in fields.keys:
            raise BadInput(f"--map {column}={key} names no field", hint=f"The fields are {', '.join(fields.keys)}.")
        found = [place for place, header in enumerate(headers) if header == column] or [
            place for place, header in enumerate(headers) if folded(header) == folded(column)
        ]
        if not found:
            raise BadInput(f"--map {column}={key} names no column", hint=f"The columns are {listed(headers)}.")
        if key in at:
            raise BadInput(f"Two --map options say which column is the {key}", hint="Give one of them.")
        at[key] = found[0]
    return at


def _weigh(
    names: Sequence[str], fields: Fields, at: dict[str, int], mapped: set[str], below: Sequence[Sequence[str]]
) -> None:
    """What a name means beside the other columns, and over its values."""

    def move(key: str, to: str) -> None:
        if to in fields.keys and to not in at and key not in mapped:
            at[to] = at.pop(key)

    def values(place: int) -> list[str]:
        return [text for row in below if place < len(row) and (text := row[place].strip())]

    called = {key: names[place] for key, place in at.items()}
    if called.get("first_name") in ("nombre", "nome") and "last_name" not in at:
        move("first_name", "name")
    if called.get("last_name") == "nom" and "first_name" not in at:
        move("last_name", "name")
    if "title" in names and "channelid" in names and "name" in fields.keys and "name" not in at:
        at["name"] = names.index("title")
    if "influencer" in at and "influencer" not in mapped and called["influencer"] != "influencer":
        texts = values(at["influencer"])
        if called["influencer"].endswith("id") and texts and all(_BARE.fullmatch(text) for text in texts):
            del at["influencer"]  # numbers of rows or of another system, nobody's name
    if "commission" in at and "commission" not in mapped and any(name in _PAID_OUT for name in names):
        del at["commission"]  # what was paid, no rate
    if called.get("phone") == "numero" and "phone" in at and "phone" not in mapped:
        texts = values(at["phone"])
        if texts and "house_number" in fields.keys and all(len(re.sub(r"\D", "", text)) < 6 for text in texts):
            move("phone", "house_number")
    if "value" in at and "code" in fields.keys and "code" not in at:
        texts = values(at["value"])
        if texts and all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{2,}", text) for text in texts):
            move("value", "code")
    _weak_handle(names, fields, at)


def _weak_handle(names: Sequence[str], fields: Fields, at: dict[str, int]) -> None:
    """A nickname, or a name beside a platform, is the handle where there is nothing better."""
    better = {"handle", "profile_url", "influencer"} | {key for key in fields.keys if key.endswith(("_handle", "_url"))}
    if "handle" not in fields.keys or better & set(at):
        return
    nick = next((place for place, name in enumerate(names) if name in ("nickname", "nick", "spitzname")), None)
    if nick is not None and nick not in at.values():
        at["handle"] = nick
    elif "platform" in at and "name" in at and names[at["name"]] in ("name", "nombre", "nome", "nom", "naam"):
        at["handle"] = at.pop("name")


def listed(headers: Sequence[str], most: int = 20) -> str:
    """Column names in quotation marks, so many of them at most."""
    shown = [f'"{harmless(header)[:60]}"' for header in headers if header]
    return few(shown, most) or "no column names"
