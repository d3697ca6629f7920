"""Which gifts are asked for: a sheet and options, read into one ask a person, with where each gift goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.gifts.addresses import FIELDS as ADDRESS
from shopinf.gifts.addresses import read_address
from shopinf.gifts.plan import Ask, Item, Recipient
from shopinf.people.influencers import Influencer, Named
from shopinf.sheets.fields import Fields
from shopinf.sheets.reading import Row, read_sheet
from shopinf.shopify.drafts import LONGEST_TAG, Home, customer_home
from shopinf.shopify.pages import at_once
from shopinf.work.discounts.asking import cell, read_person

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop

FIELDS = Fields.of(
    "influencer handle email first_name last_name name address1 address2 city province country zip phone variant sku "
    "quantity note",
    required="influencer|handle|email",
)
LONGEST_NOTE = 2000  # signs


@dataclass(frozen=True)
class Options:
    """The options of `gifts send` as typed."""

    campaign: str
    file: Path
    variants: Sequence[str] = ()
    message: str | None = None
    tags: Sequence[str] = ()
    partial: bool = False
    reason: str = ""  # of replacements
    dry_run: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """One row of the sheet."""

    named: Named
    items: tuple[Item, ...]
    place: str
    note: str
    phone: str
    address: Mapping[str, str]  # empty where the row has none


def read_tags(tags: Iterable[str]) -> list[str]:
    """Read `--tag` options."""
    for tag in tags:
        if not tag.strip() or "," in tag or len(tag.strip()) > LONGEST_TAG or not tag.isprintable():
            raise BadInput(f"{tag!r} cannot be a tag", hint=f"A tag has up to {LONGEST_TAG} signs and no comma.")
    return [tag.strip() for tag in tags]


def read_wanted(desk: Desk, options: Options) -> list[Wanted]:
    """The rows of the sheet."""
    sheet = read_sheet(options.file, FIELDS, mapping=options.mapping, stdin=desk.setting.stdin)
    rows = [_wanted(row, options) for row in sheet]
    for note in sheet.notes:
        desk.out.note(note)
    if not rows:
        raise BadInput(f"{sheet.file} has no rows", hint="It needs one influencer a row below the column names.")
    return rows


def _wanted(row: Row, options: Options) -> Wanted:
    named = read_person(row)
    if named is None:
        raise row.problem(
            "the row does not say who it is for", hint="Fill one of the columns influencer, handle, username and email."
        )
    quantity = cell(row, "quantity", read_quantity) or 1
    words = [word.strip() for key in ("variant", "sku") for word in row[key].split(";") if word.strip()]
    words = words or [word.strip() for word in options.variants if word.strip()]
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
        problems += [*checked.problems, *_nameless(to)]
        doubts += checked.doubts
        to = replace(to, address=checked.address)
    elif not to.email:
        problems.append("there is neither an address nor an e-mail to find the customer's by")
    note = "\n".join(dict.fromkeys(row.note for row, _ in rows if row.note))
    return Ask(person.id, person, to, tuple(items), note or None, first.place, tuple(problems), tuple(doubts))


def _nameless(to: Recipient) -> list[str]:
    missing = [word for word, text in (("first", to.first_name), ("last", to.last_name)) if not text]
    return [f"the {' and '.join(missing)} name is missing, and Shopify ignores an address without"] if missing else []


def with_homes(shop: Shop, asks: Sequence[Ask], needed: Callable[[Ask], bool], workers: int) -> list[Ask]:
    """*asks*, those without an address with that of the customer who has their e-mail; looked up where *needed*."""
    without = [ask for ask in asks if ask.recipient.address is None and ask.recipient.email and needed(ask)]
    jobs = (partial(_looked_up, shop, ask) for ask in without)
    found = {ask.person: home for ask, home in at_once(jobs, workers=workers, clock=shop.clock)}
    return [_at_home(ask, found[ask.person]) if ask.person in found else ask for ask in asks]


def _looked_up(shop: Shop, ask: Ask) -> tuple[Ask, Home | None]:
    return ask, customer_home(shop, ask.recipient.email or "")


def _at_home(ask: Ask, home: Home | None) -> Ask:
    if home is None:
        problem = "there is no address, and the store has no customer with this e-mail"
        return replace(ask, problems=(*ask.problems, problem))
    if not home.fields:
        problem = "there is no address, and the customer has none that we can see"
        return replace(ask, problems=(*ask.problems, problem))
    # The country's code says more than its name.
    fields = home.fields | {"country": home.fields.get("country_code") or home.fields.get("country", "")}
    checked = read_address(fields | {"province": fields.get("province_code") or fields.get("province", "")})
    to = replace(
        ask.recipient,
        first_name=fields.get("first_name", ""),
        last_name=fields.get("last_name", ""),
        customer_id=home.customer_id,
    )
    problems = [f"the customer's address: {problem}" for problem in (*checked.problems, *_nameless(to))]
    doubts = [f"the customer's address: {doubt}" for doubt in checked.doubts]
    return replace(
        ask,
        recipient=to,
        problems=(*ask.problems, *problems),
        doubts=(*ask.doubts, *doubts),
    )
