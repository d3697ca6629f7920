"""Where the header of a sheet is, which file of another system it is of, and which column a missing one could be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shopinf.errors import BadInput, BadSheet
from shopinf.people.emails import read_emails
from shopinf.people.handles import platform_names, read_handle, read_platform
from shopinf.sheets.fields import Fields, Places, find_places, listed
from shopinf.sheets.records import Record
from shopinf.sheets.spelling import folded
from shopinf.shell import quoted

_FAR = 60  # rows before a header; titles and figures of a report
_NUMBER = re.compile(r"[-+~]?[\d.,\s]+(%|[kKmM])?")

DISCOUNTS, ORDERS = "Shopify's export of discounts", "Shopify's export of orders"
_CHECKOUTS, _CARDS = "Shopify's export of abandoned checkouts", "Shopify's export of gift cards"
_GOODS, _STOCK = "Shopify's export of products", "Shopify's export of its inventory"
_FILES: Mapping[str, frozenset[str]] = {
    DISCOUNTS: frozenset({"name", "value", "valuetype"}),
    ORDERS: frozenset({"name", "email", "financialstatus"}),
    _CHECKOUTS: frozenset({"email", "acceptsmarketing", "lineitemname"}),
    _CARDS: frozenset({"email", "initialbalance", "currentbalance"}),
    _GOODS: frozenset({"handle", "title", "vendor"}),
    _STOCK: frozenset({"handle", "title", "option1name"}),
}
# What a file of another system calls a field otherwise than people do.
_RENAMED = {DISCOUNTS: {"name": "code"}}
_WAYS = {
    DISCOUNTS: "Take its codes in with: shopinf discounts import FILE",
    ORDERS: "Its e-mails are the buyers'; shopinf orders sync reads orders from the store itself.",
    _CHECKOUTS: "Its e-mails are the buyers'.",
    _CARDS: "Its e-mails are the buyers'.",
    _GOODS: "Its handles are products'; shopinf products import reads products from the store itself.",
    _STOCK: "Its handles are products'; shopinf products import reads products from the store itself.",
}


@dataclass(frozen=True, slots=True)
class Header:
    """Which of the records the header is, where its columns are, and of which system's file."""

    at: int
    places: Places
    names: tuple[str, ...]
    known: str | None = None


def find_header(file: str, records: Sequence[Record], fields: Fields, mapping: Mapping[str, str]) -> Header:
    """The first of *records* that names the columns which *fields* needs; else `BadSheet`, never a row of values.

    A file of another system that the command does not take is refused by its name.
    """
    best: tuple[int, int] | None = None
    for at, record in enumerate(records[:_FAR]):
        names: tuple[str, ...] = tuple(record.cells)
        below = _below(records, at)
        if not _may_be_header(names, below, fields, first=at == 0):
            continue
        if (named := _under_groups(records, at, fields)) is not None:
            at, names = at + 1, named
            below = _below(records, at)
        known = known_file(names)
        if known and known not in fields.takes:
            raise BadSheet(file, f"this is {known}", line=record.line, hint=_WAYS[known].replace("FILE", quoted(file)))
        meant = _meant(names, known, mapping)
        count = fields.recognised(names, meant)
        if best is None or count > best[0]:
            best = count, at
        if not count:
            continue
        try:
            places = find_places(file, record.line, names, fields, meant, below)
        except BadInput:
            if count == 1:
                continue
            raise
        if places.at and not fields.missing(places.at):
            return Header(at, places, names, known)
    if best is None:
        raise BadSheet(
            file,
            f"there is no line of column names; the sheet begins with {listed(records[0].cells, 5)}",
            line=records[0].line,
            hint=f"Put a line with the names of the columns above the rows, like {', '.join(_examples(fields))}.",
        )
    record = records[best[1]]
    raise lacking(file, record.line, tuple(record.cells), fields, mapping, _below(records, best[1]))


def _under_groups(records: Sequence[Record], at: int, fields: Fields) -> tuple[str, ...] | None:
    """The column names in the row below, where the one at *at* has headings of groups; those of a platform count."""
    if at + 1 >= len(records):
        return None
    groups, names = records[at].cells, records[at + 1].cells
    below = _below(records, at + 1)
    if not _may_be_header(names, below, fields, first=False):
        return None
    if fields.recognised(names, {}) <= max(1, fields.recognised(groups, {})):
        return None
    group, found = "", list[str]()
    for place, name in enumerate(names):
        group = (groups[place].strip() if place < len(groups) else "") or group
        whole = f"{group} {name}"
        found.append(whole if name and read_platform(group) in platform_names() and fields.meant(whole) else name)
    return tuple(found)


def _meant(names: Sequence[str], known: str | None, mapping: Mapping[str, str]) -> dict[str, str]:
    renamed = _RENAMED.get(known or "", {})
    given = {folded(column) for column in mapping}
    own = {name: renamed[folded(name)] for name in names if folded(name) in renamed and folded(name) not in given}
    return own | dict(mapping)


def _below(records: Sequence[Record], at: int) -> list[Sequence[str]]:
    return [record.cells for record in records[at + 1 :]]


def known_file(names: Sequence[str]) -> str | None:
    """Which file of another system has this header."""
    words = {folded(name) for name in names}
    return next((file for file, needed in _FILES.items() if needed <= words), None)


def _may_be_header(names: Sequence[str], below: Sequence[Sequence[str]], fields: Fields, *, first: bool) -> bool:
    """Does a row name columns, as far as it can be told; or are they values?"""
    cells = [name for name in names if name.strip()]
    if not cells or any("@" in cell and (read_emails(cell) or _is_handle(cell, fields)) for cell in cells):
        return False
    if any("://" in cell or re.match(r"www\.", cell, re.IGNORECASE) for cell in cells):
        return False
    known = [place for place, name in enumerate(names) if fields.meant(name)]
    telling = [place for place in known if read_platform(names[place]) not in platform_names()]
    if any(_NUMBER.fullmatch(cell.strip()) for cell in cells) and len(telling) < 2:
        return False
    if known and not telling:  # names of platforms, which stand in rows too
        under = [row[place] for place in known for row in below[:20] if place < len(row) and row[place].strip()]
        return first if not under else any(read_platform(cell) not in platform_names() for cell in under)
    return True


def _is_handle(cell: str, fields: Fields) -> bool:
    """Is it somebody's handle? `@ do Instagram` and `@username` are columns."""
    return re.match(r"@[\w.]", cell) is not None and not fields.meant(cell)


def lacking(
    file: str,
    line: int,
    names: Sequence[str],
    fields: Fields,
    mapping: Mapping[str, str],
    below: Sequence[Sequence[str]],
) -> BadSheet:
    """The error for a sheet without a column that is needed; its hint has a column that could be it by its values."""
    at = find_places(file, line, names, fields, mapping, below).at
    missing = fields.missing(at)
    message = f"there is no column for {' or '.join(missing[0][:3])}" if missing else "no column is known"
    wanted = missing[0] if missing else fields.keys
    free = [place for place, name in enumerate(names) if name and place not in at.values()]
    hint = f"Name a column {wanted[0]}, or say which one it is with --map COLUMN={wanted[0]}."
    for key in (key for key in _LIKE if key in wanted):
        for place in free:
            values = [row[place].strip() for row in below[:50] if place < len(row) and row[place].strip()]
            if values and sum(map(_LIKE[key], values)) * 3 >= len(values) * 2:
                said = quoted(f"{names[place]}={key}")
                return BadSheet(
                    file,
                    f"{message}; found {listed(names)}",
                    line=line,
                    hint=f"Name a column {wanted[0]}, or say which one it is, perhaps --map {said}",
                )
    return BadSheet(file, f"{message}; found {listed(names)}", line=line, hint=hint)


def looks_like_codes(names: Sequence[str], places: Places, fields: Fields, rows: Sequence[Sequence[str]]) -> str | None:
    """The name of a column that is not used and has codes by its values, where the sheet has no other for them."""
    if "code" not in fields.keys or "code" in places.at:
        return None
    for place, name in enumerate(names):
        values = [row[place] for row in rows if place < len(row) and row[place]]
        if name in places.rest and values and len(set(values)) == len(values) and all(map(_is_code, values)):
            return name
    return None


def _is_code(text: str) -> bool:
    return re.fullmatch(r"(?=.*\d)[A-Z][A-Z0-9_-]{3,30}", text) is not None


def _is_link(text: str) -> bool:
    return bool(read_handle(text).address and read_handle(text).handle)


# What the values of a field look like.
_LIKE: Mapping[str, Callable[[str], bool]] = {
    "email": lambda text: bool(read_emails(text)),
    "profile_url": _is_link,
    "code": lambda text: re.fullmatch(r"(?=.*[A-Z])[A-Z0-9_-]{4,30}", text) is not None,
    "handle": lambda text: re.fullmatch(r"@[\w.]{2,30}", text) is not None,
    "influencer": lambda text: re.fullmatch(r"@?(?=.*[a-z])[a-z0-9._]{3,30}", text) is not None,
}


def _examples(fields: Fields) -> list[str]:
    needed = [group[0] for group in fields.required]
    return list(dict.fromkeys([*needed, *fields.keys]))[:3]
