"""What codes are asked for: options and a sheet, read into one list whatever they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from shopinf.attribution.commissions import read_commission
from shopinf.choices import exactly_one
from shopinf.discounts.links import read_redirect, read_utm
from shopinf.discounts.plan import Ask
from shopinf.discounts.terms import Kind, Wish
from shopinf.errors import BadInput
from shopinf.money import read_amount
from shopinf.people.handles import read_handle
from shopinf.people.influencers import Influencer, Named, Source
from shopinf.people.persons import read_typed
from shopinf.periods import read_day
from shopinf.sheets.fields import Fields
from shopinf.sheets.persons import read_person
from shopinf.sheets.reading import Row, read_sheet

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.people import People
    from shopinf.stores import Store

T = TypeVar("T")

FIELDS = Fields.of(
    "influencer handle email first_name last_name name code percent amount starts ends usage_limit redirect "
    "commission slot note",
    required="influencer|handle|email",
)


@dataclass(frozen=True)
class Options:
    """The options of `discounts create` as typed, before a store's currency and zone give them their meaning."""

    campaign: str
    file: Path | None = None
    count: int | None = None
    influencer: str | None = None
    code: str | None = None
    slot: str = ""
    percent: str | None = None
    amount: str | None = None
    free_shipping: bool = False
    track_only: bool = False
    starts: str | None = None
    ends: str | None = None
    once_per_customer: bool | None = None
    usage_limit: int | None = None
    min_subtotal: str | None = None
    min_quantity: int | None = None
    products: Sequence[str] = ()
    collections: Sequence[int] = ()
    commission: str | None = None
    redirect: str | None = None
    utm: Sequence[str] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse options that exclude each other."""
        kinds = {"percent": self.percent, "amount": self.amount}
        flags = {"free_shipping": self.free_shipping, "track_only": self.track_only}
        if sum(value not in (None, False) for value in (kinds | flags).values()) > 1:
            exactly_one(**kinds, **flags)
        if self.code is not None and self.influencer is None:
            raise BadInput(
                "--code is for one influencer", hint="Use it with --influencer, or fill a column code in the sheet."
            )
        if self.slot and self.count is not None:
            raise BadInput("--slot is for influencers' codes", hint="Leave it out with --count.")
        if self.min_subtotal is not None and self.min_quantity is not None:
            raise BadInput("Only one of --min-subtotal and --min-quantity can be given")


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


def read_asked(desk: Desk, options: Options, stores: Sequence[Store]) -> Asked:
    """Everything that was asked for; amounts are refused where the stores' currencies differ."""
    money = Amounts(stores)
    general = Ask(
        slot=options.slot,
        wish=_wish(options, money),
        commission=given_commission(options.commission, money),
        redirect=read_redirect(options.redirect) if options.redirect else None,
        utm=read_utm(options.utm) if options.utm else None,
    )
    if options.count is not None:
        asks = [replace(general, slot=str(n), number=n) for n in range(1, options.count + 1)]
        return Asked(asks, [None] * len(asks))
    if options.influencer is not None:
        typed, known = read_typed(options.influencer), desk.ledger.people.find(options.influencer)
        named = Named(known.influencer, Source.INFLUENCER) if known else typed.named
        return Asked([replace(general, code=options.code, username=typed.written.handle or named.name)], [named])
    assert options.file is not None
    sheet = read_sheet(options.file, FIELDS, mapping=options.mapping, stdin=desk.setting.stdin)
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


def given_commission(text: str | None, money: Amounts) -> str | None:
    """A commission as it is kept: `10%`, or an amount with the currency's decimals."""
    if text is None:
        return None
    commission = read_commission(text)
    return str(commission if commission.flat is None else read_commission(text, money.currency))


def _wish(options: Options, money: Amounts) -> Wish:
    kind, value = _kind(options, money)
    return Wish(
        kind,
        value,
        starts=read_day(options.starts) if options.starts else None,
        ends=read_day(options.ends) if options.ends else None,
        once_per_customer=options.once_per_customer,
        usage_limit=options.usage_limit,
        min_subtotal=None if options.min_subtotal is None else money.read(options.min_subtotal),
        min_quantity=options.min_quantity,
    )


def _kind(options: Options, money: Amounts) -> tuple[Kind | None, Decimal | None]:
    if options.percent is not None:
        return Kind.PERCENTAGE, percentage(options.percent)
    if options.amount is not None:
        return Kind.FIXED_AMOUNT, money.read(options.amount)
    if options.free_shipping:
        return Kind.FREE_SHIPPING, Decimal(0)
    if options.track_only:
        return Kind.TRACK_ONLY, Decimal(0)
    return None, None


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
        starts=cell(row, "starts", day_in_cell),
        ends=cell(row, "ends", day_in_cell),
        usage_limit=cell(row, "usage_limit", uses),
    )
    if row["percent"]:
        own = replace(own, kind=Kind.PERCENTAGE, value=cell(row, "percent", percentage))
    elif row["amount"]:
        own = replace(own, kind=Kind.FIXED_AMOUNT, value=cell(row, "amount", money.read))
    return replace(
        general,
        number=number,
        slot=row["slot"] or general.slot,
        username=read_handle(row["handle"]).handle or read_handle(row["influencer"]).handle,
        code=row["code"] or None,
        wish=own.over(general.wish),
        commission=cell(row, "commission", lambda text: given_commission(text, money)) or general.commission,
        redirect=cell(row, "redirect", read_redirect) or general.redirect,
        place=row.place,
    )


def cell(row: Row, key: str, read: Callable[[str], T]) -> T | None:
    """A cell's meaning; None where it is empty, and a bad one named by its place."""
    if not row[key]:
        return None
    try:
        return read(row[key])
    except BadInput as wrong:
        raise row.problem(wrong.message, key=key, hint=wrong.hint) from None


def day_in_cell(text: str) -> date:
    """A day; a spreadsheet may hand over midnight with it."""
    return read_day(text.replace("T", " ").removesuffix(" 00:00:00").removesuffix(" 00:00"))


def uses(text: str) -> int:
    """A number of uses; a spreadsheet may hand over `5.0`."""
    number = text.strip().removesuffix(".0")
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**31):
        raise BadInput(f"{text!r} is not a number of uses", hint="Write a whole number from 1.")
    return int(number)
