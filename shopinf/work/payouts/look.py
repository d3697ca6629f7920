"""Looking over a store for a closing: which orders are new, what earlier ones have come to, and what stands in the way.

Everything comes from the ledger; the store's orders were read before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.attribution.codebook import Codes
from shopinf.attribution.commissions import Commission
from shopinf.attribution.credits import Credit
from shopinf.attribution.decisions import Decision
from shopinf.attribution.earning import NOTHING_EARNED, Earned, Part, at_moment
from shopinf.attribution.sales import Sale, sale
from shopinf.attribution.standing import Status, is_decision, looked_at
from shopinf.orders import Order
from shopinf.payouts.closing import Again, Fresh, unchanged
from shopinf.payouts.entries import Account, OrderKey, Recorded, payable_from
from shopinf.payouts.rates import Tiers
from shopinf.payouts.statements import HoldFrom, Terms
from shopinf.periods import Period
from shopinf.stores import Store
from shopinf.windows import OVERLAP
from shopinf.work.orders.codebook import code_book
from shopinf.work.orders.crediting import Which, credit_orders

if TYPE_CHECKING:
    from shopinf.attribution.credits import Rules
    from shopinf.desk import Desk

_NO_RATE = Part(Commission(percent=Decimal(0)))  # of an order that earns nothing, at whatever rate


@dataclass
class Looked:
    """What a store has for a closing."""

    store: Store
    seen: datetime  # everything that changed before it was looked at
    fresh: list[Fresh] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)
    pools: set[tuple[int, str]] = field(default_factory=set)  # statements and influencers whose tiers may have moved
    review: list[Order] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)  # why each of them needs a look
    unrated: dict[str, int] = field(default_factory=dict)  # influencers without a rate, with how many orders
    pending: int = 0
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    sent: Mapping[int, datetime] = field(default_factory=dict)  # when the first goods of orders were sent, if it counts

    def doubt(self, order: Order, reasons: Iterable[str]) -> None:
        """An order needs a look, whatever influencers it is of."""
        if order.order_id not in self.reasons:
            self.review.append(order)
            self.reasons[order.order_id] = "; ".join(reasons)


@dataclass(frozen=True)
class Scope:
    """What a store is looked over for."""

    payer: str
    period: Period
    began: date  # older orders are settled elsewhere
    terms: Terms
    rules: Rules


def look_over(desk: Desk, store: Store, scope: Scope) -> Looked:
    """What *store* has for a closing of its payer, by all that its ledger knows."""
    sync = desk.ledger.orders.sync(store.shop_id)
    assert sync is not None, "the orders were read before"
    sent = desk.ledger.orders.sent(store.shop_id) if scope.terms.hold_from is HoldFrom.FULFILLED else {}
    looked = Looked(store, sync.watermark, decisions=desk.ledger.decisions.of(store.shop_id), sent=sent)
    codes = code_book(desk, store, by_id=True)
    entered = desk.ledger.accounts.entered(store.shop_id)
    _look_at_new(desk, scope, looked, codes, entered)
    _look_again(desk, scope, looked, entered)
    return looked


def _look_at_new(desk: Desk, scope: Scope, looked: Looked, codes: Codes, entered: set[int]) -> None:
    store = looked.store
    begin, end = Period(scope.began, scope.period.last, "").bounds(store.zone)
    which = Which(begin, end, but=entered, owned=True)
    for outcome in credit_orders(desk, store, codes, scope.rules, which).outcomes:
        if isinstance(outcome, list) and outcome:
            _enter(scope, looked, [credit for credit in outcome if credit.influencer])


def _enter(scope: Scope, looked: Looked, credits: Sequence[Credit]) -> None:
    """An order that was credited, if it is due: one entry for each influencer, whatever codes of theirs it has."""
    people: dict[str, list[Credit]] = {}
    for credit in credits:
        people.setdefault(credit.influencer, []).append(credit)
        match credit.status:
            case Status.NEEDS_REVIEW:
                looked.doubt(credit.order, [why for why in credit.reasons if not why.startswith(("code ", "link "))])
                return
            case Status.PENDING:
                looked.pending += 1
                return
        if not credit.parts and credit.status is not Status.REVERSED:
            looked.unrated[credit.influencer] = looked.unrated.get(credit.influencer, 0) + 1
    for person, mine in people.items():
        looked.fresh.append(_fresh(scope, looked, person, mine))


def _fresh(scope: Scope, looked: Looked, person: str, credits: Sequence[Credit]) -> Fresh:
    first = credits[0]
    order = first.order
    parts = tuple(part for credit in credits for part in credit.parts) or (_NO_RATE,)
    return Fresh(
        Account(scope.payer, person, order.currency),
        OrderKey(looked.store.shop_id, order.order_id),
        order.name,
        first.code,
        parts,
        _come_to(order, first.sale, parts),
        sum((credit.amounts.net_sales for credit in credits), Decimal(0)),
        order.processed_at,
        first.rank.customer_type if first.rank else None,
        _free_at(scope.terms, order, looked),
        "; ".join(_said(first)),
    )


def _said(credit: Credit) -> list[str]:
    """What the influencer should know of an order: why it earns less than the rate says, or nothing."""
    known = {"self_referral", "assumed", "cancelled"}
    said = [
        each
        for each in credit.reasons
        if each in known or each.startswith(("payment ", "split with")) or is_decision(each)
    ]
    last = credit.sale.moments[-1]
    returned = credit.status is Status.APPROVED and last.amounts.returns > 0
    return said or ([str(last.what)] if returned else [])


def _come_to(order: Order, worth: Sale, parts: Sequence[Part]) -> Earned:
    if worth.moments[-1].over:
        return NOTHING_EARNED
    return at_moment(order, worth, parts, len(worth.moments) - 1) or NOTHING_EARNED


def _free_at(terms: Terms, order: Order, looked: Looked) -> datetime | None:
    began = order.processed_at if terms.hold_from is HoldFrom.ORDER else looked.sent.get(order.order_id)
    return payable_from(began, terms.hold_days, looked.store.zone)


# what is entered already


def _look_again(desk: Desk, scope: Scope, looked: Looked, entered: set[int]) -> None:
    """Work out anew what was entered and has changed since the last closing; note which tiers it moves."""
    store, accounts = looked.store, desk.ledger.accounts
    last = accounts.last_look(store.shop_id)
    if last is None or not entered:
        return
    changed = desk.ledger.orders.changed(store.shop_id, last.seen - OVERLAP) & entered
    # Not by when it was said: the clock of whoever said it may have been behind.
    changed |= accounts.just_restored(store.shop_id) | (looked.decisions.keys() & entered)
    found = accounts.recorded(store.shop_id, changed)
    orders = {order.order_id: order for order in desk.ledger.orders.full(store.shop_id, changed)}
    for recorded, statement in found:
        order = orders.get(recorded.first.order.order_id)
        if order is None:
            continue
        if (settled := _settled(order, looked)) is None:
            looked.seen = min(looked.seen, order.updated_at)  # the next closing looks at it again
            continue
        looked.again.append(_again(scope, looked, order, settled, recorded, statement or 0))
        if statement and any(isinstance(part.rate, Tiers) for part in recorded.parts):
            looked.pools.add((statement, recorded.first.account.person))
    looked.pools |= accounts.moved_elsewhere(store.shop_id, last)


def others_in_tiers(desk: Desk, looked: Sequence[Looked]) -> list[Again]:
    """The other orders of the tiered periods that anything moves in: they move too, by what is recorded of them.

    Of stores that are not closed now they only count, and are moved by their own closing.
    """
    ours = {each.store.shop_id for each in looked}
    known = {_key(again.known) for each in looked for again in each.again}
    pools: dict[int, set[str]] = {}
    for statement, person in sorted(pool for each in looked for pool in each.pools):
        pools.setdefault(statement, set()).add(person)
    return [
        unchanged(recorded, desk.clock.now(), statement, only_counts=recorded.first.order.shop_id not in ours)
        for statement, people in pools.items()
        for recorded in desk.ledger.accounts.pool(statement, people)
        if _key(recorded) not in known
    ]


def _key(recorded: Recorded) -> tuple[OrderKey, str]:
    return recorded.first.order, recorded.first.account.person


def _settled(order: Order, looked: Looked) -> tuple[Sale, str] | None:
    """What an order has come to, and who said so if somebody did.

    None where it needs a look first, or is not paid any more: it waits.
    """
    decision = looked.decisions.get(order.order_id)
    worth, status, reasons = looked_at(order, sale(order), decision, looked.store.zone)
    if status is Status.NEEDS_REVIEW:
        looked.doubt(order, reasons)
    if status not in (Status.APPROVED, Status.REVERSED):
        return None
    return worth, "; ".join(filter(is_decision, reasons))


def _again(
    scope: Scope, looked: Looked, order: Order, settled: tuple[Sale, str], recorded: Recorded, pool: int
) -> Again:
    worth, decided = settled
    parts = recorded.parts
    places = {(part.shares, part.place): part for part in parts}
    net = sum(
        (worth.amounts.split(part.shares, order.currency)[part.place].net_sales for part in places.values()), Decimal(0)
    )
    last = worth.moments[-1]
    earned = _come_to(order, worth, parts)
    return Again(recorded, earned, net, last.at, pool, decided or str(last.what), _free_at(scope.terms, order, looked))


def waiting(looked: Sequence[Looked]) -> Mapping[str, int]:
    """How many orders wait for their payment, by store."""
    return {each.store.name: each.pending for each in looked if each.pending}
