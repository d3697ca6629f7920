"""Rows that are about nobody though something stands in them: totals, headings of groups, the header once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from shopinf.gifts.addresses import country_code
from shopinf.people.handles import platform_names, read_platform
from shopinf.sheets.records import Record
from shopinf.sheets.telling import Told

_TOTALS = frozenset(
    "total totals sum sums grandtotal subtotal summe gesamt gesamtsumme insgesamt somme totale totaal suma soma "
    "average durchschnitt media moyenne summa razem toplam 合計 totalgeneral".split()
)
_BEGINNINGS = frozenset({"", *(word[:3] for word in _TOTALS)})
_NUMBER = re.compile(r"[^\w\s]{0,3}\s*[\d.,'  ]+\s*(?:[%kKmM€$£]|[A-Z]{3})?")
_VALUE = re.compile(r"\d|@\w|://")
_LONGEST = 30  # signs of a word for totals
_SAME = 2  # cells of a row that are the header's


def passing(names: Sequence[str], meant: Callable[[str], Sequence[object]]) -> Callable[[Sequence[str]], str | None]:
    """Made for a sheet with these column names: why a row is passed over, or None for one that is to be read.

    *meant* knows what may be a column's name; the first row may have them in another language.
    """
    first = next((place for place, name in enumerate(names) if name), 0)
    many = sum(map(bool, names)) >= _SAME
    unread = True

    def reason(cells: Sequence[str]) -> str | None:
        nonlocal unread
        head = cells[first] if first < len(cells) else ""
        written = len(cells) - cells.count("")
        # A sheet may have millions of rows, and nearly all of them are about somebody.
        if not unread and written > 1 and head != names[first] and head[:3].casefold() not in _BEGINNINGS:
            return None
        filled = [cell for cell in cells if cell and not cell.isspace()]
        if not filled:
            return None
        if len(filled) == 1:
            return "it is the heading of a group" if many and _is_group(filled[0]) else None
        if _word(filled[0]) in _TOTALS and all(_NUMBER.fullmatch(cell.strip()) for cell in filled[1:]):
            return "it has the totals"
        if unread:
            unread = False
            known = sum(bool(meant(cell)) for cell in filled)
            if known >= _SAME and known * 2 > len(filled) and not any(map(_VALUE.search, filled)):
                return "it is the header once more"
        if head == names[first] and _repeats(cells, names):
            return "it is the header once more"
        return None

    return reason


def _word(text: str) -> str:
    return text.strip(" :.*").replace(" ", "").casefold() if len(text) < _LONGEST else ""


def _repeats(cells: Sequence[str], names: Sequence[str]) -> bool:
    same = sum(bool(name) and cell == name for cell, name in zip(cells, names, strict=False))
    return same >= _SAME and same * 2 > sum(map(bool, cells))


def _is_group(text: str) -> bool:
    """Is it a country or a platform, under which the people of it follow?"""
    word = text.strip().rstrip(":")
    return len(word) > 3 and (country_code(word) is not None or read_platform(word) in platform_names())


def one_table(records: Iterable[Record], *, block: bool, told: Told | None = None, file: str = "") -> Iterator[Record]:
    """The rows of the table that begins here: in a *block* of several, a blank line and a title end it."""
    records = iter(records)
    for record in records:
        if block and record.gap and sum(bool(cell.strip()) for cell in record.cells) == 1:
            left = 1 + sum(1 for _ in records)
            if told is not None:
                told.notes.append(
                    f"{file}: from line {record.line} on there is another table; {left} rows passed over."
                )
            return
        yield record
