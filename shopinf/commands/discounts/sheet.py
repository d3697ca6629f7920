"""Sheets of codes: their rows read into one ask a code, and how their cells are read, here and in `import`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.sheets import rate_in, refuse_forgotten, tell_other_names, tell_sheet
from shopinf.discounts.links import read_redirect
from shopinf.discounts.plan import Ask
from shopinf.discounts.terms import Kind, Wish
from shopinf.errors import BadInput, BadSheet
from shopinf.money import read_amount, said_currencies
from shopinf.payouts.rates import has_amounts, read_rate
from shopinf.people.identity import known_of, one_each
from shopinf.people.influencers import Influencer
from shopinf.people.profiles import Known
from shopinf.periods import read_day
from shopinf.sheets.fields import Fields
from shopinf.sheets.names import PERSON, WHO
from shopinf.sheets.persons import no_profiles, read_reachable
from shopinf.sheets.reading import Row, each_row
from shopinf.sheets.spelling import Unit, unit_of
from shopinf.sheets.telling import in_a_line
from shopinf.words import counted, few

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.roster import Roster
    from shopinf.stores import Store

FIELDS = Fields.of(
    f"{PERSON} code percent amount value value_type starts ends usage_limit commission commission_type redirect slot "
    "note",
    required=WHO,
)
_BETWEEN = re.compile(r"\s*[;,|\n]\s*|\s+/\s+")  # several codes in one cell
# What a column of discounts says of a code that takes off the shipping.
_FREE_SHIPPING = frozenset(
    "free shipping|free_shipping|gratisversand|gratis versand|kostenloser versand|livraison gratuite|livraison offerte|"
    "envío gratis|envio gratis|spedizione gratuita|gratis verzending|frete grátis|frete gratis".split("|")
)


@dataclass(frozen=True)
class Asked:
    """What was asked for: one entry a code, and who each is for (None for codes by number, and for rows that fail)."""

    asks: Sequence[Ask]
    people: Sequence[Known | None]

    def known(self, roster: Roster, *, enrol: bool) -> list[Ask]:
        """The asks with their influencers; only with *enrol* are new ones written down."""
        known = [each for each in self.people if each is not None]
        found = iter(roster.enrol(known) if enrol else roster.recognise(known))
        return [ask if who is None else _for(ask, next(found)) for ask, who in zip(self.asks, self.people, strict=True)]

    def tell(self, desk: Desk, asks: Sequence[Ask]) -> None:
        """Say which rows name somebody otherwise than they are known, with *asks* as `known` gave them."""
        rows = [(ask, who) for ask, who in zip(asks, self.people, strict=True) if who is not None]
        people = [ask.influencer for ask, _ in rows if ask.influencer]
        tell_other_names(desk, [(ask.place or "", who) for ask, who in rows], people)


def _for(ask: Ask, influencer: Influencer) -> Ask:
    return replace(ask, person=influencer.id, influencer=influencer)


def read_rows(desk: Desk, file: Path, mapping: Mapping[str, str], general: Ask, money: Amounts) -> Asked:
    """The rows of the sheet, one code each; what a row does not say is as in *general*.

    A row that cannot be read fails alone; a sheet of nothing else is refused.
    """
    sheet = desk.sheet(file, FIELDS, mapping=mapping)
    now = desk.clock.now()
    asks: list[Ask] = []
    people: list[Known | None] = []

    def read(row: Row) -> tuple[Ask, Known]:
        ask, known = _asked(row, general, money, now)
        refuse_forgotten(desk, row, known)
        return ask, known

    for number, (row, found) in enumerate(each_row(sheet, read), 1):
        if isinstance(found, BadSheet):
            problem = in_a_line(found)
            typed = next((row[key] for key in ("influencer", "handle", "email", "name") if row[key]), "")
            bad = replace(general, number=number, code=row["code"] or None, place=row.place, problem=problem)
            asks.append(replace(bad, username=typed))
            people.append(None)
        else:
            sheet.told.remarks += no_profiles(row)
            asks.append(replace(found[0], number=number))
            people.append(found[1])
    tell_sheet(desk, sheet, len(asks))
    if not asks:
        desk.out.say(f"There is nobody in {sheet.file}: no row stands below its column names.")
    if "code" in sheet.headers and (without := sum(ask.code is None for ask in asks if not ask.problem)):
        desk.out.note(
            f"{counted(without, 'row')} without a code of {'its' if without == 1 else 'their'} own: the "
            "pattern makes one."
        )
    known = iter(one_each([each for each in people if each is not None]))
    return Asked(asks, [None if each is None else next(known) for each in people])


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

    def check(self, row: Row, key: str) -> None:
        """Refuse an amount that its cell or column says to be in another currency than the stores'."""
        kind = row.written.get("value_type" if key == "value" else f"{key}_type", "")
        said = said_currencies(f"{row.written.get(key, '')} {row.headers.get(key, '')} {kind}")
        if said and "%" not in row[key] and not said & set(self._currencies):
            raise row.problem(
                f"{row.written.get(key, '')!r} is in {' or '.join(sorted(said))}, and the store has {self.currency}",
                key=key,
                hint=f"Write it in {self.currency}, or give a percentage.",
            )

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


def _asked(row: Row, general: Ask, money: Amounts, now: datetime) -> tuple[Ask, Known]:
    """One row: what it says itself, else what the options say for all, and who it is about."""
    who = read_reachable(row, now)
    known = known_of(who.profile, None)
    row.check("percent", "amount", "value")
    money.check(row, "commission")
    kind, value = gives(row, money, general.wish.kind)
    own = Wish(
        kind,
        value,
        starts=row.read("starts", day_in_cell),
        ends=row.read("ends", day_in_cell),
        usage_limit=row.read("usage_limit", uses),
    )
    ask = replace(
        general,
        slot=row["slot"] or general.slot,
        username=who.profile.accounts[0].handle if who.profile.accounts else known.named.name,
        code=_one_code(row),
        wish=own.over(general.wish),
        commission=rate_in(row, money.commission) or general.commission,
        redirect=row.read("redirect", read_redirect) or general.redirect,
        place=row.place,
    )
    return ask, known


def gives(row: Row, money: Amounts, otherwise: Kind | None) -> tuple[Kind | None, Decimal | None]:
    """What a row says that its code takes off: a percentage or an amount, or nothing.

    A bare number in a column like `Discount` is what its type column says, else what is asked for all, else per cent.
    """
    if row["percent"] and row["amount"]:
        raise row.problem("a code takes off either a percentage or an amount", key="amount")
    if row["percent"]:
        return Kind.PERCENTAGE, row.read("percent", percentage)
    if row["amount"] and Unit.PERCENT in (unit_of(row.headers.get("amount", "")), unit_of(row["value_type"])):
        return Kind.PERCENTAGE, row.read("amount", percentage)
    if row["amount"]:
        money.check(row, "amount")
        return Kind.FIXED_AMOUNT, row.read("amount", money.read)
    said = row["value_type"].casefold()
    if _FREE_SHIPPING & {row["value"].casefold().strip(), said.strip()}:
        return Kind.FREE_SHIPPING, Decimal(0)
    if not row["value"]:
        return None, None
    written = row.written.get("value", "")
    unit = unit_of(said) or unit_of(row.headers.get("value", ""))
    bare = not ("%" in written or any(not (sign.isdigit() or sign in ".,+- ") for sign in written))
    fixed = "fix" in said or "amount" in said or "betrag" in said or unit is Unit.MONEY
    per_cent = "%" in row["value"] or unit is Unit.PERCENT
    if per_cent or (bare and not fixed and otherwise is not Kind.FIXED_AMOUNT):
        return Kind.PERCENTAGE, row.read("value", lambda text: percentage(text.lstrip("-")))
    money.check(row, "value")
    return Kind.FIXED_AMOUNT, row.read("value", lambda text: money.read(text.lstrip("-")))


def codes_in(text: str) -> list[str]:
    """The codes in one cell."""
    return [code for each in _BETWEEN.split(text) if (code := each.strip())]


def _one_code(row: Row) -> str | None:
    codes = codes_in(row["code"])
    if len(codes) > 1:
        raise row.problem(
            f"the cell has several codes: {few(codes)}",
            key="code",
            hint="Write a row for each, with a slot for each further one of the same influencer.",
        )
    return row["code"] or None


def day_in_cell(text: str) -> date:
    """A day; a spreadsheet may hand over a time with it, at which nothing begins or ends."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*", text)
    return read_day(found[1] if found else text)


def uses(text: str) -> int:
    """A number of uses; a spreadsheet may hand over `5.0`."""
    number = text.strip().removesuffix(".0")
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**31):
        raise BadInput(f"{text!r} is not a number of uses", hint="Write a whole number from 1.")
    return int(number)
