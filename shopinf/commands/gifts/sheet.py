"""The sheet of `gifts send`: its rows read into one ask a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.sheets import refuse_forgotten, tell_sheet
from shopinf.errors import BadInput, BadSheet
from shopinf.gifts.addresses import FIELDS as ADDRESS
from shopinf.gifts.addresses import nameless, read_address
from shopinf.gifts.plan import Ask, Item, Recipient
from shopinf.people.identity import known_of, one_each
from shopinf.people.influencers import Influencer
from shopinf.people.profiles import Known
from shopinf.sheets.fields import Fields
from shopinf.sheets.names import PERSON, WHO
from shopinf.sheets.persons import no_profiles, read_reachable
from shopinf.sheets.reading import Row, each_row
from shopinf.sheets.telling import in_a_line

if TYPE_CHECKING:
    from shopinf.desk import Desk

FIELDS = Fields.of(
    f"{PERSON} address1 house_number address2 city province zip zip_city variant sku quantity note", required=WHO
)
LONGEST_NOTE = 2000  # signs


@dataclass(frozen=True)
class Wanted:
    """One row of the sheet."""

    known: Known | None  # None where the row cannot be read
    email: str | None
    items: tuple[Item, ...]
    place: str
    note: str
    phone: str
    address: Mapping[str, str]  # empty where the row has none
    problem: str | None = None


def read_wanted(desk: Desk, file: Path, mapping: Mapping[str, str], variants: Sequence[str]) -> list[Wanted]:
    """The rows of the sheet; one that names no variant means *variants*."""
    sheet = desk.sheet(file, FIELDS, mapping=mapping)
    now, rows = desk.clock.now(), list[Wanted]()

    def read(row: Row) -> Wanted:
        wanted = _wanted(row, variants, now)
        if wanted.known:
            refuse_forgotten(desk, row, wanted.known)
        return wanted

    for row, found in each_row(sheet, read):
        if isinstance(found, BadSheet):
            problem = in_a_line(found)
            found = Wanted(None, None, (), row.place, "", "", {}, problem)
        else:
            sheet.told.remarks += no_profiles(row)
        rows.append(found)
    tell_sheet(desk, sheet, len(rows))
    if not rows:
        raise BadInput(f"{sheet.file} has no rows", hint="It needs one influencer a row below the column names.")
    known = iter(one_each([row.known for row in rows if row.known]))
    return [replace(row, known=next(known)) if row.known else row for row in rows]


def _wanted(row: Row, variants: Sequence[str], now: datetime) -> Wanted:
    who = read_reachable(row, now)
    quantity = row.read("quantity", read_quantity) or 1
    words = [word.strip() for key in ("variant", "sku") for word in row[key].split(";") if word.strip()]
    words = words or [word.strip() for word in variants if word.strip()]
    if not words:
        raise row.problem(
            "the row does not say what to send", hint="Fill the column variant or sku, or give --variant for all rows."
        )
    return Wanted(
        known_of(who.profile, None),
        who.email,
        tuple(Item(_number(word), quantity) for word in dict.fromkeys(words)),
        row.place,
        row["note"][:LONGEST_NOTE],
        row["phone"],
        _address(row),
    )


def _address(row: Row) -> dict[str, str]:
    """The address of a row, its street with the house number; empty where the row has none.

    A country alone is none: it says where somebody lives, not where a parcel goes.
    """
    given = {key: row[key] for key in ADDRESS}
    if row["zip_city"] and not (row["zip"] or row["city"]):
        given["zip"], given["city"] = split_zip(row["zip_city"])
    if not any(given[key] for key in ("address1", "address2", "city", "zip")):
        return {}
    number = row["house_number"]
    if number and not given["address1"].endswith(f" {number}"):
        given["address1"] = f"{given['address1']} {number}".strip()
    return given


def split_zip(text: str) -> tuple[str, str]:
    """A postcode and a town in one cell, in this order or the other; without a postcode all is the town."""
    word = " ".join(text.replace(",", " ").split())
    if found := re.fullmatch(r"((?:[A-Z]{1,2}-)?\d[\d-]*(?: \d+)?(?: [A-Z]{2}(?= ))?) (\D+)", word):
        return found[1], found[2]
    if found := re.fullmatch(r"(\D+) ([A-Z\d]*\d[A-Z\d -]*)", word):
        return found[2], found[1]
    return "", word


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
    """One ask a person, in the order of the sheet; several rows of one person are one gift.

    *people* are those of the rows that can be read.
    """
    grouped: dict[str, list[tuple[Wanted, Influencer]]] = {}
    found = iter(people)
    for row in wanted:
        person = next(found) if row.known else Influencer(row.place, "")
        grouped.setdefault(person.id, []).append((row, person))
    return [_ask(rows) if rows[0][0].known else _bad(*rows[0]) for rows in grouped.values()]


def _bad(row: Wanted, nobody: Influencer) -> Ask:
    return Ask(nobody.id, nobody, Recipient("", ""), (), None, row.place, (row.problem or "",))


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
    named = [row.known.named for row, _ in rows if row.known]
    to = Recipient(
        first_name=next((each.first_name for each in named if each.first_name), person.first_name) or "",
        last_name=next((each.last_name for each in named if each.last_name), person.last_name) or "",
        email=next((row.email for row, _ in rows if row.email), person.email),
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
