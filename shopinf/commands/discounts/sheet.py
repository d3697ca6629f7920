"""Sheets of codes: their rows read into one ask a code, and how their cells are read, here and in `import`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.discounts.links import read_redirect
from shopinf.discounts.plan import Ask
from shopinf.discounts.terms import Kind, Wish
from shopinf.errors import BadInput
from shopinf.money import read_amount
from shopinf.payouts.rates import has_amounts, read_rate
from shopinf.people.handles import read_handle
from shopinf.people.influencers import Influencer, Named
from shopinf.periods import read_day
from shopinf.sheets.fields import Fields
from shopinf.sheets.persons import read_person
from shopinf.sheets.reading import Row

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.people import People
    from shopinf.stores import Store

FIELDS = Fields.of(
    "influencer handle email first_name last_name name code percent amount starts ends usage_limit redirect "
    "commission slot note",
    required="influencer|handle|email",
)


@dataclass(frozen=True)
class Asked:
    """What was asked for: one entry a code, and who each is for (None for codes by number)."""

    asks: Sequence[Ask]
    people: Sequence[Named | None]

    def known(self, people: People, *, enrol: bool) -> list[Ask]:
        """The asks with their influencers; only with *enrol* are new ones written down."""
        named = [each for each in self.people if each is not None]
        found = iter(people.enrol(named) if enrol else people.recognise(named))
        return [ask if who is None else _for(ask, next(found)) for ask, who in zip(self.asks, self.people, strict=True)]


def _for(ask: Ask, influencer: Influencer) -> Ask:
    return replace(ask, person=influencer.id, influencer=influencer)


def read_rows(desk: Desk, file: Path, mapping: Mapping[str, str], general: Ask, money: Amounts) -> Asked:
    """The rows of the sheet, one code each; what a row does not say is as in *general*."""
    sheet = desk.sheet(file, FIELDS, mapping=mapping)
    rows = [(_ask(row, number, general, money), _named(row)) for number, row in enumerate(sheet, 1)]
    for note in sheet.notes:
        desk.out.note(note)
    return Asked([ask for ask, _ in rows], [named for _, named in rows])


class Amounts:
    """Amounts as typed, in the one currency of the stores."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = stores
        self._currencies = sorted({store.currency for store in stores})

    @property
    def currency(self) -> str:
        if len(self._currencies) > 1:
            named = ", ".join(f"{store.name} {store.currency}" for store in self._stores)
            raise BadInput(
                f"An amount means different money in these stores: {named}",
                hint="Run the command for the stores of each currency by themselves, or use a percentage.",
            )
        return self._currencies[0] if self._currencies else "USD"

    def read(self, text: str) -> Decimal:
        return read_amount(text, self.currency).amount

    def commission(self, text: str) -> str:
        """A commission as it is kept: `10%`, or an amount with the currency's decimals."""
        rate = read_rate(text)
        return str(read_rate(text, self.currency) if has_amounts(rate) else rate)


def percentage(text: str) -> Decimal:
    """A percentage as typed: `15`, `15 %`."""
    try:
        number = Decimal(text.strip().removesuffix("%").strip())
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 1 <= number <= 100:
        raise BadInput(f"{text!r} is not a percentage", hint="Write it as a number from 1 to 100, like 15.")
    return number


def _named(row: Row) -> Named:
    """Who a row is about; a row without influencer, handle and e-mail is a bad one."""
    if (named := read_person(row)) is not None:
        return named
    raise row.problem(
        "the row does not say who it is for", hint="Fill one of the columns influencer, handle, username and email."
    )


def _ask(row: Row, number: int, general: Ask, money: Amounts) -> Ask:
    """One row: what it says itself, else what the options say for all."""
    if row["percent"] and row["amount"]:
        raise row.problem("a code takes off either a percentage or an amount", key="amount")
    own = Wish(
        starts=row.read("starts", day_in_cell),
        ends=row.read("ends", day_in_cell),
        usage_limit=row.read("usage_limit", uses),
    )
    if row["percent"]:
        own = replace(own, kind=Kind.PERCENTAGE, value=row.read("percent", percentage))
    elif row["amount"]:
        own = replace(own, kind=Kind.FIXED_AMOUNT, value=row.read("amount", money.read))
    return replace(
        general,
        number=number,
        slot=row["slot"] or general.slot,
        username=read_handle(row["handle"]).handle or read_handle(row["influencer"]).handle,
        code=row["code"] or None,
        wish=own.over(general.wish),
        commission=row.read("commission", money.commission) or general.commission,
        redirect=row.read("redirect", read_redirect) or general.redirect,
        place=row.place,
    )


def day_in_cell(text: str) -> date:
    """A day; a spreadsheet may hand over midnight with it."""
    return read_day(text.replace("T", " ").removesuffix(" 00:00:00").removesuffix(" 00:00"))


def uses(text: str) -> int:
    """A number of uses; a spreadsheet may hand over `5.0`."""
    number = text.strip().removesuffix(".0")
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**31):
        raise BadInput(f"{text!r} is not a number of uses", hint="Write a whole number from 1.")
    return int(number)
