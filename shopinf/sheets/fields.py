"""Which column of a sheet is which field: names that people and other systems give them, and `--map`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from shopinf.errors import BadInput, BadSheet
from shopinf.plain import harmless
from shopinf.sheets.names import PLATFORMS, SIDES, Kind, kind_of, names_of
from shopinf.sheets.spelling import counted_thing, folded, halves, looser, owned_thing
from shopinf.sheets.weighing import Weighing
from shopinf.words import few

# What of somebody a column says that begins with what they are: `Ambassador email`, `Publisher name`.
_OWNED = frozenset({"email", "name", "first_name", "last_name", "phone", "country"})
_HANDLES = frozenset(parts["handle"] for parts in SIDES.values())
_LOOSE = 1000  # what a name is only after words were left out is less sure than any name itself


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
    def _looser(self) -> Mapping[str, Sequence[tuple[int, str]]]:
        """The same for names as they are meant, without the words around them."""
        found: dict[str, list[tuple[int, str]]] = {}
        for field in self.fields:
            of_side = field.key.partition("_")[0] in PLATFORMS  # hundreds of names, without words around them
            for rank, name in enumerate((field.key, *field.names)):
                for form in (folded(name), *(() if of_side else looser(name, unit=True))):
                    found.setdefault(form, []).append((_LOOSE + rank, field.key))
        return found

    @cached_property
    def _known(self) -> dict[str, Sequence[tuple[int, str]]]:
        return {}

    def meant(self, header: str) -> Sequence[tuple[int, str]]:
        """The fields that a column of this name may be, each with how surely: 0 is the field's own name."""
        if header not in self._known:
            self._known[header] = self._meaning(header)
        return self._known[header]

    def _meaning(self, header: str) -> Sequence[tuple[int, str]]:
        if not (name := folded(header)):
            return ()
        if found := self.ranks.get(name):
            return found
        for form in looser(header):
            if found := self._looser.get(form):
                return found
        if (thing := counted_thing(header)) and (found := self._looser.get(thing)):
            return [each for each in found if self.kinds[each[1]] is Kind.COUNT or each[1] == "house_number"]
        if owned := owned_thing(header):
            return [(2 * _LOOSE + rank, key) for rank, key in self.meant(owned) if key in _OWNED or key in _HANDLES]
        if parts := halves(header):
            several = [[key for _, key in self.meant(part)[:1]] for part in parts]
            if all(several) and len({key for each in several for key in each}) == 1:
                return [(2 * _LOOSE, several[0][0])]
        return ()

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        return {field.key: field.kind for field in self.fields}

    def recognised(self, headers: Sequence[str], mapping: Mapping[str, str]) -> int:
        """How many of *headers* name a field."""
        mapped = {folded(name) for name in mapping}
        return sum(bool(folded(name)) and (folded(name) in mapped or bool(self.meant(name))) for name in headers)

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


def find_places(
    file: str,
    line: int,
    headers: Sequence[str],
    fields: Fields,
    mapping: Mapping[str, str],
    below: Sequence[Sequence[str]] = (),
) -> Places:
    """Find each field's column among *headers*, with the rows *below* to tell what only values can tell.

    Refuses two columns of one name that do not say the same.
    """
    at = _mapped(headers, fields, mapping)
    mapped, taken = set(at), set(at.values())
    names = ["" if _is_never(header, fields) else folded(header) for header in headers]
    # The field's own name first, so that a column `handle` is the handle, even where `influencer` would accept it; but
    # one without anything in it after all others.
    candidates = sorted(
        (bool(below) and not any(_column(below, place)), rank, fields.keys.index(key), place)
        for place, name in enumerate(names)
        if name and place not in taken
        for rank, key in fields.meant(headers[place])
    )
    ranked: dict[str, int] = {}
    for _, rank, number, place in candidates:
        key = fields.fields[number].key
        if place in taken:
            continue
        if key in at:
            same = key not in mapped and ranked.get(key) == rank and names[at[key]] == names[place]
            if same and _differ(_column(below, at[key]), _column(below, place)):
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
    Weighing(names, fields.keys, at, mapped, below).settle()
    return Places.of(headers, at)


def _column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() if place < len(row) else "" for row in rows]


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Do two columns of one name say different things, as far as the second says anything?"""
    return not one or any(more and more != first for first, more in zip(one, other, strict=True))


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


def listed(headers: Sequence[str], most: int = 20) -> str:
    """Column names in quotation marks, so many of them at most."""
    shown = [f'"{harmless(header)[:60]}"' for header in headers if header]
    return few(shown, most) or "no column names"
