"""The sheet of `gifts send`: its rows read into one ask a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.gifts.addresses import FIELDS as ADDRESS
from shopinf.gifts.addresses import nameless, read_address
from shopinf.gifts.plan import Ask, Item, Recipient
from shopinf.people.influencers import Influencer, Named
from shopinf.sheets.fields import Fields
from shopinf.sheets.persons import read_person
from shopinf.sheets.reading import Row

if TYPE_CHECKING:
    from shopinf.desk import Desk

FIELDS = Fields.of(
    "influencer handle email first_name last_name name address1 address2 city province country zip phone variant sku "
    "quantity note",
    required="influencer|handle|email",
)
LONGEST_NOTE = 2000  # signs


@dataclass(frozen=True)
class Wanted:
    """One row of the sheet."""

    named: Named
    items: tuple[Item, ...]
    place: str
    note: str
    phone: str
    address: Mapping[str, str]  # empty where the row has none


def read_wanted(desk: Desk, file: Path, mapping: Mapping[str, str], variants: Sequence[str]) -> list[Wanted]:
    """The rows of the sheet; one that names no variant means *variants*."""
    sheet = desk.sheet(file, FIELDS, mapping=mapping)
    rows = [_wanted(row, variants) for row in sheet]
    for note in sheet.notes:
        desk.out.note(note)
    if not rows:
        raise BadInput(f"{sheet.file} has no rows", hint="It needs one influencer a row below the column names.")
    return rows


def _wanted(row: Row, variants: Sequence[str]) -> Wanted:
    named = read_person(row)
    if named is None:
        raise row.problem(
            "the row does not say who it is for", hint="Fill one of the columns influencer, handle, username and email."
        )
    quantity = row.read("quantity", read_quantity) or 1
    words = [word.strip() for key in ("variant", "sku") for word in row[key].split(";") if word.strip()]
    words = words or [word.strip() for word in variants if word.strip()]
    if not words:
        raise row.problem(
            "the row does not say what to send", hint="Fill the column variant or sku, or give --variant for all rows."
        )
    return Wanted(
        named,
        tuple(Item(_number(word), quantity) for word in dict.fromkeys(words)),
        row.place,
        row["note"][:LONGEST_NOTE],
        row["phone"],
        {key: row[key] for key in ADDRESS} if any(row[key] for key in ADDRESS) else {},
    )


def read_quantity(text: str) -> int:
    """A number of pieces; a spreadsheet may hand over `2.0`."""
    number = text.strip().removesuffix(".0")
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 10_000):
        raise BadInput(f"{text!r} is not a number of pieces", hint="Write a whole number from 1.")
    return int(number)


def _number(word: str) -> str:
    """A variant's number as a spreadsheet writes it, without the decimals that it never has."""
    head, dot, tail = word.partition(".")
    return head if dot and head.isdigit() and not tail.strip("0") else word


def asks_of(wanted: Sequence[Wanted], people: Sequence[Influencer]) -> list[Ask]:
    """One ask a person, in the order of the sheet; several rows of one person are one gift."""
    grouped: dict[str, list[tuple[Wanted, Influencer]]] = {}
    for row, person in zip(wanted, people, strict=True):
        grouped.setdefault(person.id, []).append((row, person))
    return [_ask(rows) for rows in grouped.values()]


def _ask(rows: Sequence[tuple[Wanted, Influencer]]) -> Ask:
    first, person = rows[0]
    problems: list[str] = []
    doubts: list[str] = []
    items = [item for row, _ in rows for item in row.items]
    words = [item.word.casefold() for item in items]
    problems += [f"{word} is asked for twice" for word in dict.fromkeys(words) if words.count(word) > 1]
    given = [row.address for row, _ in rows if row.address]
    if any(each != given[0] for each in given):
        problems.append("two rows give different addresses")
    named = [row.named for row, _ in rows]
    to = Recipient(
        first_name=next((each.first_name for each in named if each.first_name), person.first_name) or "",
        last_name=next((each.last_name for each in named if each.last_name), person.last_name) or "",
        email=next((each.email for each in named if each.email), person.email),
        phone=next((row.phone for row, _ in rows if row.phone), None),
    )
    if given:
        checked = read_address(given[0])
        problems += [*checked.problems, *nameless(to.first_name, to.last_name)]
        doubts += checked.doubts
        to = replace(to, address=checked.address)
    elif not to.email:
        problems.append("there is neither an address nor an e-mail to find the customer's by")
    note = "\n".join(dict.fromkeys(row.note for row, _ in rows if row.note))
    return Ask(person.id, person, to, tuple(items), note or None, first.place, tuple(problems), tuple(doubts))
