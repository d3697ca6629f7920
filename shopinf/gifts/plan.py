"""Gifts to influencers: who gets what, how far each gift has come, and where its parcel is.

A gift is a draft order at 100 % discount with free shipping, completed into an order that costs nothing. One influencer
gets one gift of a campaign; a replacement is another one, known by its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shopinf.discounts.campaigns import same_campaign
from shopinf.gifts.addresses import Address
from shopinf.money import Money
from shopinf.people.influencers import Influencer

GIFT_TAG = "shopinf-gift"  # on every order that is a gift of ours, whoever's ledger knows of it
LONGEST_TAG = 40  # signs, as orders take them
RECENT = timedelta(days=90)  # somebody who had a gift since then is pointed out


class State(StrEnum):
    """How far a gift has come."""

    INTENDED = "intended"  # written down here; the draft may or may not be in the store
    DRAFTED = "drafted"  # the draft is in the store
    SENT = "sent"  # completed: there is an order
    FAILED = "failed"  # nothing of it is in the store
    CANCELLED = "cancelled"  # taken back before it was an order; not made again


@dataclass(frozen=True, slots=True)
class Line:
    """One variant of a gift, at what it costs in the shop."""

    variant_id: int
    quantity: int
    name: str
    price: Money

    @property
    def worth(self) -> Money:
        return Money(self.price.amount * self.quantity, self.price.currency)

    def facts(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {"id": self.variant_id, "n": self.quantity, "name": self.name, "price": str(self.price.amount)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], currency: str) -> Line:
        return cls(facts["id"], facts["n"], facts["name"], Money(Decimal(facts["price"]), currency))


@dataclass(frozen=True, slots=True)
class GiftRecord:
    """A gift as the ledger has it; people go by their opaque id, and the address is not kept."""

    id: int
    campaign: str
    person: str
    slot: str  # "" for the first of a campaign, else the reason of the replacement, folded
    reference: str
    state: State
    lines: tuple[Line, ...]
    currency: str
    retail: Money | None = None
    draft_order_id: int | None = None
    order_id: int | None = None
    before_id: int | None = None
    sent_at: datetime | None = None
    completing_at: datetime | None = None
    run: str | None = None
    error: str | None = None
    made_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Was it begun and is not yet an order?"""
        return self.state in (State.INTENDED, State.DRAFTED)

    @property
    def in_doubt(self) -> bool:
        """May the store have more of it than is known here? Then it is looked up before anything is sent again."""
        match self.state:
            case State.INTENDED:
                return self.sent_at is not None
            case State.DRAFTED:
                return self.completing_at is not None
        return False

    @property
    def worth(self) -> Money:
        """What it costs in the shop: as the store said, else as it was planned."""
        return self.retail or worth(self.lines, self.currency)


def worth(lines: Iterable[Line], currency: str) -> Money:
    """What *lines* cost in the shop."""
    return Money.sum((line.worth for line in lines), currency)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a gift goes: to an address, or to the default address of a customer."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    customer_id: int | None = None  # whose default address it is


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be in a gift, as it was asked for: a word for a variant, and how many."""

    word: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """One gift as it was asked for."""

    person: str
    influencer: Influencer
    recipient: Recipient
    items: tuple[Item, ...]
    note: str | None = None
    place: str = ""  # where it stands in the sheet
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Good:
    """A variant that can be given, and how many are left: None where that is not counted or does not matter."""

    variant_id: int
    name: str
    price: Money
    left: int | None = None
    problem: str | None = None  # why it cannot be given
    doubt: str | None = None


class Fate(StrEnum):
    """What becomes of an ask."""

    SEND = "send"
    RESUME = "resume"  # begun by an earlier run
    EXISTS = "exists"
    CANCELLED = "cancelled"  # by the operator or in the store: not made again
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Step:
    """What will be done about one ask, and why."""

    ask: Ask
    fate: Fate
    lines: tuple[Line, ...] = ()
    record: GiftRecord | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def sends(self) -> bool:
        return self.fate in (Fate.SEND, Fate.RESUME)

    @property
    def is_drafted(self) -> bool:
        """Has the store its draft, with its address and its lines?"""
        return self.fate is Fate.RESUME and self.record is not None and self.record.state is State.DRAFTED


@dataclass(frozen=True)
class Shape:
    """What holds for all gifts of one command."""

    campaign: str
    now: datetime
    reason: str = ""  # of replacements

    @property
    def slot(self) -> str:
        return fold_reason(self.reason)


def fold_reason(reason: str) -> str:
    """A reason as it is compared: the same reason again is the same replacement."""
    return " ".join(reason.casefold().split())


@dataclass
class _Shelf:
    """What is left while the gifts are handed out on paper."""

    goods: Mapping[str, Good]
    left: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for good in self.goods.values():
            if good.left is not None:
                self.left[good.variant_id] = good.left

    def take(self, lines: Sequence[Line]) -> str | None:
        """Take *lines* off the shelf; why that is not possible, else None."""
        for line in lines:
            left = self.left.get(line.variant_id)
            if left is not None and left < line.quantity:
                return f"{line.name} is out of stock" if left <= 0 else f"only {left} of {line.name} are left"
        for line in lines:
            if line.variant_id in self.left:
                self.left[line.variant_id] -= line.quantity
        return None


def plan(asks: Sequence[Ask], goods: Mapping[str, Good], records: Sequence[GiftRecord], shape: Shape) -> list[Step]:
    """What becomes of each of *asks*, in their order; *records* are all gifts of these people in the store.

    What was begun is finished as it was begun, and gets its share of the stock first.
    """
    known: dict[str, list[GiftRecord]] = {}
    for record in records:
        known.setdefault(record.person, []).append(record)
    steps = [fate_of(ask, known.get(ask.person, ()), shape) for ask in asks]
    shelf = _Shelf(goods)
    for step in steps:
        if step.is_drafted:
            shelf.take(step.lines)  # completing it will tell whether that was enough
    return [_supplied(step, shelf) for step in steps]


def fate_of(ask: Ask, known: Sequence[GiftRecord], shape: Shape) -> Step:
    """Whether *ask* is new, was begun, or is done, by what is known of the influencer's gifts."""
    campaign = [each for each in known if same_campaign(each.campaign, shape.campaign)]
    former = [each for each in campaign if each.slot == shape.slot and each.state is not State.FAILED]
    if not former and shape.slot:
        begun = next((each for each in campaign if each.is_open), None)
        if begun is not None:
            hint = "an earlier gift of this campaign is not finished: send it without --again, or cancel it"
            return Step(ask, Fate.FAIL, begun.lines, begun, hint)
    if not former and not shape.slot:  # a replacement will do as the campaign's gift
        former = [each for each in campaign if each.state is State.SENT or each.is_open]
    notes = tuple(_recent(known, shape)) if not former or former[0].is_open else ()
    if not former:
        failed = next((each for each in campaign if each.slot == shape.slot), None)
        return Step(ask, Fate.SEND, record=failed, notes=notes)
    record = former[0]
    match record.state:
        case State.SENT:
            return Step(ask, Fate.EXISTS, record.lines, record)
        case State.CANCELLED:
            return Step(ask, Fate.CANCELLED, record.lines, record, record.error)
        case _ if record.slot == shape.slot:
            return Step(ask, Fate.RESUME, record.lines, record, notes=notes)
        case _:
            return Step(ask, Fate.FAIL, record.lines, record, "its replacement is not finished: use the same --reason")


def _recent(known: Sequence[GiftRecord], shape: Shape) -> Iterable[str]:
    for each in known:
        if each.state is State.SENT and each.completed_at and each.completed_at >= shape.now - RECENT:
            yield f"had a gift on {each.completed_at:%Y-%m-%d} ({each.campaign})"


def _supplied(step: Step, shelf: _Shelf) -> Step:
    """*step* with its lines, or failed for what keeps it from being sent."""
    if not step.sends or step.is_drafted:
        return step
    record = step.record
    problems = list(step.ask.problems)
    notes = [*step.notes, *step.ask.doubts]
    lines: list[Line] = []
    for item in step.ask.items:
        good = shelf.goods.get(item.word)
        if good is None:
            problems.append(f"the store has no variant or SKU {item.word}")
            continue
        if good.problem:
            problems.append(good.problem)
        if good.doubt:
            notes.append(good.doubt)
        if any(line.variant_id == good.variant_id for line in lines):
            problems.append(f"{good.name} is asked for twice")
            continue
        lines.append(Line(good.variant_id, item.quantity, good.name, good.price))
    if step.fate is Fate.RESUME and record is not None and record.sent_at is not None:
        if _counts(lines) != _counts(record.lines):
            notes.append("it was begun with other items and is finished as it was begun")
        lines = list(record.lines)
    if not problems and (short := shelf.take(lines)):
        problems.append(short)
    fate = Fate.FAIL if problems else step.fate
    return Step(step.ask, fate, tuple(lines), record, "; ".join(dict.fromkeys(problems)) or None, tuple(notes))


def _counts(lines: Sequence[Line]) -> dict[int, int]:
    return {line.variant_id: line.quantity for line in lines}


# following


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a store says of a gift's order."""

    order_id: int
    name: str | None = None
    fulfillment_status: str | None = None
    shipment_status: str | None = None
    delivered: bool = False
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    cancelled_at: datetime | None = None
    updated_at: datetime | None = None


class Standing(StrEnum):
    """Where a gift is."""

    PLANNED = "planned"  # written down here, nothing sent
    UNKNOWN = "unknown"  # the store may or may not have it; sending again finds out
    DRAFT = "draft"  # a draft in the store, not completed
    CANCELLED = "cancelled"
    FAILED = "failed"
    ORDERED = "ordered"  # nothing of it has left
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"  # which is not delivered: some carriers tell no more
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    RESTOCKED = "restocked"


def standing(record: GiftRecord, parcel: Parcel | None) -> Standing:
    """Where a gift is, by the ledger and what the store said last."""
    match record.state:
        case State.INTENDED:
            return Standing.UNKNOWN if record.in_doubt else Standing.PLANNED
        case State.DRAFTED:
            return Standing.DRAFT
        case State.CANCELLED:
            return Standing.CANCELLED
        case State.FAILED:
            return Standing.FAILED
    if parcel is None:
        return Standing.ORDERED
    if parcel.cancelled_at is not None:
        return Standing.CANCELLED
    match parcel.fulfillment_status, parcel.shipment_status:
        case "restocked", _:
            return Standing.RESTOCKED
        case _, "failure":
            return Standing.UNDELIVERABLE
        case "fulfilled", _ if parcel.delivered:
            return Standing.DELIVERED
        case "fulfilled", _:
            return Standing.SHIPPED
        case "partial", _:
            return Standing.PARTLY_SHIPPED
    return Standing.ORDERED


_NOT_GIVEN = frozenset({Standing.CANCELLED, Standing.RESTOCKED})


def is_given(record: GiftRecord, parcel: Parcel | None) -> bool:
    """Is it an order that was neither cancelled nor came back?"""
    return record.order_id is not None and standing(record, parcel) not in _NOT_GIVEN


_OVER = frozenset({Standing.DELIVERED, Standing.CANCELLED, Standing.RESTOCKED, Standing.FAILED})


def is_stale(record: GiftRecord, parcel: Parcel | None, now: datetime, days: int) -> bool:
    """Has nothing been heard of a gift under way for *days* days?"""
    if standing(record, parcel) in _OVER:
        return False
    told = [record.made_at, record.completed_at, parcel.updated_at if parcel else None]
    last = max((each for each in told if each is not None), default=None)
    return last is None or last <= now - timedelta(days=days)
