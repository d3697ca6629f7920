"""What each refund of an order took away: goods, less what was withheld, and money beside them.

Each is read by itself, by what it sent. A refund on its way, one that is owed and one that was sent all take the same
goods away. What was sent for goods that are gone already is not taken away again. Amounts are in the shop's currency;
goods count without tax, money beside them counts whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from shopinf.money import minor_unit
from shopinf.orders import Adjustment, Line, Order, Refund, RefundLine, Transaction

_NOTHING = Decimal(0)

BARE = "restocked without a refund"


class Sent(StrEnum):
    """What is known of the money of a refund."""

    DONE = "sent"
    PENDING = "on its way"
    NOTHING = "nothing was sent"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def something(self) -> bool:
        return self in {Sent.DONE, Sent.PENDING}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one refund took away."""

    refund: Refund
    sent: Sent
    by_lines: Decimal = _NOTHING  # the goods taken back, without tax
    bare: Decimal = _NOTHING  # of these, goods that are gone without money
    withheld: Decimal = _NOTHING  # kept back of what the goods were worth
    goodwill: Decimal = _NOTHING  # sent beside the goods
    covered: Decimal = _NOTHING  # sent for goods that were gone already, which takes nothing away

    @property
    def effect(self) -> Decimal:
        """Between nothing and the worth of the goods, and the goodwill: what is withheld gives nothing else back."""
        return max(self.by_lines - self.withheld, _NOTHING) + self.goodwill


@dataclass(frozen=True, slots=True)
class Reading:
    """All refunds of an order in their course, and what edits took away without any."""

    taken: tuple[Taken, ...]
    removed: Mapping[int, int]  # units by line, gone without a refund line
    kept: Mapping[int, int]  # units by line, as far as anybody knows
    failed: bool = False  # a refund failed, and its goods are gone all the same, or may be


def slack(order: Order) -> Decimal:
    """How far sums of *order* may differ by rounding.

    Half a minor unit for each unit of all lines, since converted prices are rounded each; at least one for each line.
    """
    unit = minor_unit(order.currency)
    return max(unit / 2 * sum([line.quantity for line in order.lines]), unit * max(len(order.lines), 1))


def unit_base(line: Line, included: bool) -> Decimal:
    """What one of the line was worth, after its discounts; *included*: without the tax in it."""
    if not line.quantity:
        return _NOTHING
    return (line.gross - line.discount - (line.tax if included else _NOTHING)) / line.quantity


def without_tax(refunded: RefundLine, line: Line | None, currency: str, *, taxes_included: bool) -> Decimal:
    """What a refund line takes from net sales: its subtotal without the tax in it.

    A refund line's subtotal follows the shop's prices: with tax where prices include it. One that is without it all
    the same is recognised by being just what so many of the line were worth without tax.
    """
    if not taxes_included or not refunded.tax:
        return refunded.subtotal
    if line is not None:
        bare = unit_base(line, included=True) * refunded.quantity
        shelf = unit_base(line, included=False) * refunded.quantity
        off = abs(refunded.subtotal - bare)
        if off < abs(refunded.subtotal - shelf) and off <= minor_unit(currency):
            return refunded.subtotal
    return refunded.subtotal - refunded.tax


def discrepancies(refund: Refund) -> tuple[Decimal, Decimal]:
    """What stands for less than the goods were worth, and for more: two amounts, neither below zero.

    A row that is called pending takes back its twin of the other sign. Refunded shipping is neither.
    """
    less = more = settled = _NOTHING
    for each in refund.adjustments:
        if is_shipping(each, refund):
            continue
        if each.amount > 0:
            less += each.amount
        elif each.pending:
            settled -= each.amount
        else:
            more -= each.amount
    return max(less - settled, _NOTHING), more


def is_shipping(adjustment: Adjustment, refund: Refund) -> bool:
    """Is it refunded shipping? Shopify gives its kind no more; then the reason tells, or that it is just as much."""
    match adjustment.kind:
        case "shipping_refund":
            return True
        case "refund_discrepancy":
            return False
    if "shipping" in adjustment.reason.casefold():
        return True
    told = bool(adjustment.reason) and "discrepancy" in adjustment.reason.casefold()
    return not told and bool(refund.shipping) and -adjustment.amount in (refund.shipping, refund.shipping_net)


def read_refunds(order: Order, lines: Sequence[Line], earned: Collection[int], added: Iterable[Line]) -> Reading:
    """Read the refunds of *order* against its *lines*; *earned* are those that count, *added* came by an edit."""
    return _Reader(order, lines, earned, added).read()


class _Reader:
    """An order's refunds while they are read, from the first to the last."""

    def __init__(self, order: Order, lines: Sequence[Line], earned: Collection[int], added: Iterable[Line]) -> None:
        self.order = order
        self.included = order.taxes_included
        self.lines = {line.line_id: line for line in lines}
        self.earned = earned
        self.slack = slack(order)
        self.refunds = sorted(order.refunds, key=lambda each: (each.created_at, each.refund_id))
        self.sent = {id(refund): _sent(refund) for refund in self.refunds}
        # What buys the goods of an exchange is neither withheld nor owed.
        self.swapped = sum((self._shelf(line) * _left(line) for line in added), _NOTHING)
        self._count_units()
        # With tax: the worth of goods that are gone and only restocked, and of those whose money was not sent.
        self.restocked = self.unsent = _NOTHING
        self._owe(sum((self._shelf(self.lines[each]) * units for each, units in self.removed.items()), _NOTHING))

    def read(self) -> Reading:
        taken: list[Taken] = []
        for refund in self.refunds:
            taken.append(self._take(refund, taken))
        lost = self.lost and self.unsent > self.slack  # else it was sent again, and arrived
        return Reading(tuple(taken), self.removed, self.kept, failed=self.unclear or lost)

    # units

    def _count_units(self) -> None:
        """Share out what is gone of each line: paid back, taken back by a refund that failed, restocked, removed."""
        paid, failed, bare = Counter[int](), Counter[int](), Counter[int]()
        for refund in self.refunds:
            for each in refund.lines:
                units = bare if self._is_bare(each) else failed if self._failed(refund) else paid
                units[each.line_id] += each.quantity
        self.bare, self.failed, self.removed = Counter[int](), Counter[int](), dict[int, int]()
        self.kept, self.unclear, self.lost = dict[int, int](), False, False
        for key, line in self.lines.items():
            if line.current_quantity is None:  # an order older than that: what was not paid back is kept
                self.kept[key] = max(line.quantity - paid[key], 0)
                self.unclear |= bool(failed[key]) and key in self.earned
                continue
            self.kept[key] = line.current_quantity
            left = max(line.quantity - line.current_quantity - paid[key], 0)
            self.failed[key] = min(failed[key], left)
            self.lost |= bool(self.failed[key]) and key in self.earned
            self.bare[key] = min(bare[key], left - self.failed[key])
            if (removed := left - self.failed[key] - self.bare[key]) and key in self.earned:
                self.removed[key] = removed

    def _is_bare(self, refunded: RefundLine) -> bool:
        """Was it only restocked? Goods that cost nothing have nothing to give back."""
        line = self.lines.get(refunded.line_id)
        return not refunded.subtotal and (line is None or bool(unit_base(line, included=False)))

    def _failed(self, refund: Refund) -> bool:
        return self.sent[id(refund)] is Sent.FAILED

    def _counts(self, line_id: int) -> bool:
        """Does taking it back take from what is earned? A line that the order lacks is not passed over."""
        return line_id in self.earned or line_id not in self.lines

    def _shelf(self, line: Line) -> Decimal:
        """What the buyer paid for one, with tax."""
        return unit_base(line, included=False) + (
            _NOTHING if self.included or not line.quantity else line.tax / line.quantity
        )

    # money

    def _take(self, refund: Refund, before: list[Taken]) -> Taken:
        sent = self.sent[id(refund)]
        by_lines, worth = self._goods(refund)
        bare, bare_worth = self._bare(refund)
        withheld, goodwill, short = self._beside(refund, sent, worth)
        if bare_worth and not goodwill and self._was_paid_before(before, bare, bare_worth):
            bare = bare_worth = _NOTHING
        self.restocked += bare_worth
        covered = self._cover(goodwill, sent)
        withheld = min(withheld, by_lines)
        if worth:
            self._owe(short - withheld)
        return Taken(refund, sent, by_lines + bare, bare, withheld, goodwill - covered, covered)

    def _cover(self, goodwill: Decimal, sent: Sent) -> Decimal:
        """What of it was sent for goods that are gone already, and is paid off with it."""
        first = min(goodwill, self.restocked)
        self.restocked -= first
        # What nobody sent pays for nothing that was not sent before.
        second = min(goodwill - first, self.unsent) if sent is not Sent.NOTHING else _NOTHING
        self.unsent -= second
        return first + second

    def _goods(self, refund: Refund) -> tuple[Decimal, Decimal]:
        """The goods that it took back and paid for: those that are earned, without tax, and all with tax.

        Where the money failed to arrive, only what is gone all the same.
        """
        net = worth = _NOTHING
        for each in refund.lines:
            if self._is_bare(each):
                continue
            part = self._net(each)
            taxed = part + each.tax
            if self._failed(refund) and each.line_id in self.lines:
                units = min(each.quantity, self.failed[each.line_id])
                self.failed[each.line_id] -= units
                share = Decimal(units) / each.quantity if each.quantity else _NOTHING
                part, taxed = part * share, taxed * share
            net += max(part, _NOTHING) if self._counts(each.line_id) else _NOTHING
            worth += taxed
        return net, worth

    def _net(self, refunded: RefundLine) -> Decimal:
        return without_tax(
            refunded, self.lines.get(refunded.line_id), self.order.currency, taxes_included=self.included
        )

    def _bare(self, refund: Refund) -> tuple[Decimal, Decimal]:
        """The goods that it only restocked and that are gone, without tax and with it."""
        net = worth = _NOTHING
        for each in refund.lines:
            line = self.lines.get(each.line_id)
            if line is None or not self._is_bare(each) or not (units := min(each.quantity, self.bare[line.line_id])):
                continue
            self.bare[line.line_id] -= units
            net += unit_base(line, self.included) * units if line.line_id in self.earned else _NOTHING
            worth += self._shelf(line) * units
        return net, worth

    def _given(self, refund: Refund, worth: Decimal) -> tuple[Decimal, Decimal, Decimal] | None:
        """What it sent or is sending, and what failed, in the shop's currency; None where that cannot be told.

        The third is how far these may be off: by a minor unit of the buyer's currency for each that was converted.
        """
        paid = sum((self._paid_in(each) for each in refund.lines), _NOTHING)
        given = lost = blur = _NOTHING
        for each in _refunding(refund.transactions):
            amount = each.amount
            if each.currency != self.order.currency and (each.currency or paid):
                if not (paid and worth):
                    return None
                amount *= worth / paid
                blur += minor_unit(each.currency or self.order.currency) * worth / paid
            given, lost = (given, lost + amount) if each.failed else (given + amount, lost)
        return given, lost, blur

    def _paid_in(self, refunded: RefundLine) -> Decimal:
        """The worth of a refund line with tax, in the buyer's currency."""
        if refunded.paid_in is None:
            return _NOTHING
        subtotal, tax = refunded.paid_in
        return subtotal if self.included and self._net(refunded) != refunded.subtotal else subtotal + tax

    def _beside(self, refund: Refund, sent: Sent, goods: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """What it withheld, what it gave beside the goods, and how much less than all was worth was sent."""
        less, more = discrepancies(refund)
        worth = goods + max(
            refund.shipping,
            sum((-each.amount - each.tax for each in refund.adjustments if is_shipping(each, refund)), _NOTHING),
        )
        match sent:
            case Sent.FAILED:
                return _NOTHING, _NOTHING, worth
            case Sent.NOTHING:
                return _NOTHING, max(more - less, _NOTHING), worth
        told = self._given(refund, goods) if sent is not Sent.UNKNOWN else None
        if told is None:  # older facts, or money that cannot be compared
            held = max(less - more, _NOTHING)
            goodwill = more if sent is not Sent.UNKNOWN else max(more - less, _NOTHING)
            return (self._fee(held) if held < worth - self.slack else _NOTHING), goodwill, held
        given, lost, blur = told
        allowed = self.slack + blur
        short = worth - given
        if abs(short) <= allowed or (sent is Sent.PENDING and abs(less - given) <= allowed):
            short = min(short, _NOTHING)
        goodwill = min(more, _nearest(max(-short, _NOTHING), [more], allowed) if less else given)
        # What failed to arrive was not kept back on purpose; what was is said by the store to the cent.
        meant = short - lost if lost and short >= lost - allowed else short
        rows = [each.amount for each in refund.adjustments if each.amount > 0 and not is_shipping(each, refund)]
        held = max(less - more, _NOTHING)
        held = min(held, _nearest(max(meant, _NOTHING), [held, *rows], allowed))
        return self._fee(held), goodwill, max(short, _NOTHING)

    def _fee(self, held: Decimal) -> Decimal:
        """What of the money kept back is really withheld: what pays for the goods of an exchange is not."""
        return max(held - self.swapped, _NOTHING) if self.swapped and held >= self.swapped - self.slack else held

    def _owe(self, amount: Decimal) -> None:
        """Money that should have been sent for goods that are gone, unless other goods went out for it."""
        if amount <= self.slack:
            return
        spent = min(amount, self.swapped)
        self.swapped -= spent
        self.unsent += amount - spent

    def _was_paid_before(self, before: list[Taken], net: Decimal, worth: Decimal) -> bool:
        """Did an earlier refund send just that much without naming goods? Then it was for these, on its own day."""
        for place, each in enumerate(before):
            if each.goodwill and min(abs(each.goodwill - worth), abs(each.goodwill - net)) <= self.slack:
                before[place] = replace(
                    each, by_lines=each.by_lines + net, covered=each.goodwill - net, goodwill=_NOTHING
                )
                return True
        return False


def _left(line: Line) -> int:
    return line.quantity if line.current_quantity is None else line.current_quantity


def _nearest(amount: Decimal, said: Sequence[Decimal], allowed: Decimal) -> Decimal:
    """The one of the amounts *said* that *amount* is, as far as it may be off; else *amount* itself."""
    near = min(said, key=lambda each: abs(each - amount))
    return near if abs(near - amount) <= allowed else amount


def _refunding(transactions: Iterable[Transaction] | None) -> list[Transaction]:
    return [each for each in transactions or () if each.kind.casefold() in {"refund", ""}]


def _sent(refund: Refund) -> Sent:
    if refund.transactions is None:
        return Sent.UNKNOWN
    sending = _refunding(refund.transactions)
    good = [each for each in sending if not each.failed]
    if not good:
        return Sent.FAILED if sending else Sent.NOTHING
    return Sent.PENDING if any(each.status.casefold() == "pending" for each in good) else Sent.DONE
