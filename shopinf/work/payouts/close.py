"""Closing a period: the stores are read, each payer's orders are entered, and every account gets its statement.

A payer is closed as a whole or not at all, in one writing block; a run that was killed before it converges by being run
again. Two at once make one: whoever comes second finds the period closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.attribution.credits import Rules
from shopinf.errors import BadInput, Busy, ShopinfError, Stopped
from shopinf.ledger.accountrows import Closed, Draft, Entered
from shopinf.ledger.accounts import Outdated
from shopinf.orders import Order
from shopinf.outcomes import Outcome, Outcomes
from shopinf.payouts.closing import first_entries, later_entries
from shopinf.payouts.entries import Entry
from shopinf.payouts.statements import HoldFrom, Statement, Terms
from shopinf.periods import Period
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.words import counted
from shopinf.work.orders.seats import Seats
from shopinf.work.orders.sync import Synced, cut_note, sync_orders
from shopinf.work.payouts.look import Looked, Scope, look_over, others_in_tiers
from shopinf.work.payouts.payers import Paying, payer_names
from shopinf.work.payouts.sent import read_sent

if TYPE_CHECKING:
    from shopinf.desk import Desk

_TRIES = 5  # of a closing that others disturb by entering orders of the same stores
_NAMED = 20  # orders that are named one by one


@dataclass(frozen=True)
class Ask:
    """What a closing was asked for, besides its payers and its period; what is None stays as it was agreed last."""

    rules: Mapping[str, Rules]  # by store, since a default rate can be an amount of its currency
    hold_days: int | None = None
    hold_from: HoldFrom | None = None
    minimum: Decimal | None = None
    leave_review: bool = False
    dry_run: bool = False

    def terms(self, known: Terms) -> Terms:
        """The terms that hold from now on."""
        return Terms(
            known.hold_days if self.hold_days is None else self.hold_days,
            self.hold_from or known.hold_from,
            known.minimum if self.minimum is None else self.minimum,
        )


@dataclass
class Closing:
    """What came of one payer's closing."""

    paying: Paying
    period: Period
    statements: Sequence[Statement] = ()
    entries: Mapping[int, Sequence[Entered]] = field(default_factory=dict)  # of a rehearsal, by statement
    before: Closed | None = None  # it was closed already
    left: list[tuple[Store, Order, str]] = field(default_factory=list)  # for the next closing, since they need a look
    notes: list[str] = field(default_factory=list)


def close_period(desk: Desk, payers: Sequence[Paying], periods: Mapping[str, Period], ask: Ask) -> Outcomes[Closing]:
    """Close *periods* (by store) for each of *payers*; a payer one of whose stores fails is not closed."""
    spans = {paying.key: _period(paying, periods) for paying in payers}
    for paying in payers:
        _check_over(desk, paying, spans[paying.key])
    open_ = [paying for paying in payers if not _is_closed(desk, paying, spans[paying.key])]
    stores = {store.shop_id: store for paying in open_ for store in paying.stores}
    synced = _read(desk, list(stores.values()))
    found: list[Outcome[Closing]] = []
    with desk.out.progress("closing", len(payers), "payers") as progress:
        for paying in payers:
            period = spans[paying.key]
            try:
                found.append(Outcome(paying.store, value=_close(desk, paying, period, ask, synced)))
            except Stopped:
                raise
            except ShopinfError as error:
                found.append(Outcome(paying.store, error=error))
            progress.advance()
    return Outcomes(found)


def _is_closed(desk: Desk, paying: Paying, period: Period) -> bool:
    closings = desk.ledger.accounts.closings(paying.key)
    return any((each.first, each.last) == (period.first, period.last) for each in closings)


def _read(desk: Desk, stores: Sequence[Store]) -> Mapping[int, Outcome[Synced]]:
    """Bring the orders of *stores* up to date; what came of each."""
    seats = Seats(len(stores))
    found = desk.each_store(stores, lambda store: sync_orders(desk, store, seats=seats)).all if stores else ()
    return {each.store.shop_id: each for each in found}


def _period(paying: Paying, periods: Mapping[str, Period]) -> Period:
    meant = {(period.first, period.last) for period in (periods[store.name] for store in paying.stores)}
    if len(meant) > 1:
        raise BadInput(
            f"The period is not the same in all stores of {paying.name}",
            hint="Name it, like --period 2026-06, or give --from and --to.",
        )
    return periods[paying.stores[0].name]


def _check_over(desk: Desk, paying: Paying, period: Period) -> None:
    for store in paying.stores:
        if period.provisional(desk.clock.now(), store.zone):
            raise BadInput(
                f"The period {period.dated.replace('_', ' to ')} is not over yet in {store.name}",
                hint="A statement is made once, so it is made when the period is over: name an earlier one.",
            )


def _closed_before(desk: Desk, paying: Paying, period: Period) -> Closing | None:
    """The closing of just that period that was made before; an earlier one than the last cannot be made any more."""
    accounts = desk.ledger.accounts
    former = accounts.closings(paying.key)
    for each in former:
        if (each.first, each.last) == (period.first, period.last):
            return Closing(paying, period, accounts.of_period(paying.key, period), before=each)
    if former and period.last <= (latest := max(former, key=lambda each: each.last)).last:
        began = min(each.first for each in former)
        raise BadInput(
            f"{paying.name} is closed up to {latest.last} already, so {period.dated.replace('_', ' to ')} "
            "cannot be closed any more",
            hint="Orders before the first closing are settled elsewhere; put what is owed of them in with shopinf "
            "payouts adjust."
            if period.first < began
            else f"Close the days since then: --from {latest.last + timedelta(days=1)} --to DAY",
        )
    return None


def _close(desk: Desk, paying: Paying, period: Period, ask: Ask, synced: Mapping[int, Outcome[Synced]]) -> Closing:
    if found := _closed_before(desk, paying, period):
        return found
    for store in paying.stores:
        if error := synced[store.shop_id].error:
            raise error
    for _ in range(_TRIES):
        try:
            return _try(desk, paying, period, ask)
        except Outdated:
            if found := _closed_before(desk, paying, period):
                return found
    raise Busy(
        f"Others are entering orders of {paying.name} all the time",
        hint="Run the same command again when they are done.",
    )


def _try(desk: Desk, paying: Paying, period: Period, ask: Ask) -> Closing:
    accounts = desk.ledger.accounts
    known = accounts.payer(paying.key)
    terms = ask.terms(known.terms if known else Terms())
    began = min(known.began, period.first) if known else period.first
    version = accounts.version([store.shop_id for store in paying.stores])
    looked: list[Looked] = []
    for store in paying.stores:
        scope = Scope(paying.key, period, began, terms, ask.rules[store.name])
        if terms.hold_from is HoldFrom.FULFILLED:
            read_sent(desk, store, desk.ledger.orders.changed(store.shop_id, period.bounds(store.zone)[0]))
        looked.append(look_over(desk, store, scope))
    _check_rates(desk, paying, looked)
    left = [(each.store, order, each.reasons[order.order_id]) for each in looked for order in each.review]
    if left and not ask.leave_review:
        raise _unclear(paying, left)
    marks = accounts.marks()
    again = [*(again for each in looked for again in each.again), *others_in_tiers(desk, looked)]
    entries = [
        *first_entries((fresh for each in looked for fresh in each.fresh), marks),
        *(_here(entry, paying) for entry in later_entries(again, paying.key)),
    ]
    people = desk.ledger.people.by_id({entry.account.person for entry in entries} | accounts.people_of(paying.key))
    draft = Draft(
        paying.key,
        paying.name,
        terms,
        period,
        {each.store.shop_id: each.seen for each in looked},
        entries,
        version,
        paying.stores[0].zone,
        {id: one.influencer for id, one in people.items()},
    )
    notes = [*_notes(desk, paying, period, looked), *(note for each in looked for note in _cut(desk, each.store))]
    made = accounts.close(draft, rehearsal=ask.dry_run)
    if made is None:
        raise Outdated
    return Closing(paying, period, made.statements, made.entries, left=left, notes=notes)


def _here(entry: Entry, paying: Paying) -> Entry:
    """News of an order go to whoever closes now, also where another payer had entered it."""
    return replace(entry, account=replace(entry.account, payer=paying.key))


def _check_rates(desk: Desk, paying: Paying, looked: Sequence[Looked]) -> None:
    """Refuse to close while nobody has said what somebody earns."""
    missing: dict[str, int] = {}
    for each in looked:
        for person, count in each.unrated.items():
            missing[person] = missing.get(person, 0) + count
    if not missing:
        return
    people = desk.ledger.people.by_id(missing)
    names = {id: people[id].influencer if id in people else id for id in missing}
    named = [f"{names[id]} ({counted(count, 'order')})" for id, count in list(missing.items())[:_NAMED]]
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    raise BadInput(
        f"No rate is agreed for {', '.join(named)}{more} of {paying.name}",
        hint=f"shopinf rates set 10% --influencer {quoted(names[next(iter(missing))])}, or a default for everybody: "
        "shopinf rates set 10%",
    )


def _unclear(paying: Paying, left: Sequence[tuple[Store, Order, str]]) -> BadInput:
    named = "; ".join(f"{order.name} ({reason})" for _, order, reason in left[:_NAMED])
    more = f"; and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    needs = "needs" if len(left) == 1 else "need"
    return BadInput(
        f"{counted(len(left), 'order')} of {paying.name} {needs} a look before the period is closed: {named}{more}",
        hint=f"shopinf orders review -s {quoted(left[0][0].name)} shows them; --leave-review leaves them for the next "
        "closing.",
    )


def _notes(desk: Desk, paying: Paying, period: Period, looked: Sequence[Looked]) -> list[str]:
    """What a person should know of a payer's closing."""
    said = []
    if waiting := sum(each.pending for each in looked):
        said.append(
            f"{paying.name}: {counted(waiting, 'order')} not paid yet; entered by the closing after the payment."
        )
    former = desk.ledger.accounts.closings(paying.key)
    late = [
        fresh
        for each in looked
        for fresh in each.fresh
        if former and fresh.processed_at.astimezone(each.store.zone).date() < period.first
    ]
    if late:
        said.append(
            f"{paying.name}: {counted(len(late), 'order')} of days before {period.first} that no closing had entered."
        )
    if not former:
        said += _of_other_payers(desk, paying)
    return said


def _of_other_payers(desk: Desk, paying: Paying) -> list[str]:
    """Of a payer's first closing: who has closed its stores till now, since that is mostly who should go on."""
    mine = {store.shop_id for store in paying.stores}
    members = desk.ledger.accounts.stores_of_payers()
    others = [
        each for each in desk.ledger.accounts.payers() if each.key != paying.key and members.get(each.key, set()) & mine
    ]
    if not others:
        return []
    names = payer_names(desk, others)
    told = [f"{names[each.key]} up to {desk.ledger.accounts.closings(each.key)[-1].last}" for each in others]
    return [
        f"{paying.name} is closed for the first time; its stores were closed by {' and '.join(told)} before, and what "
        "is owed from then stays in those accounts."
    ]


def _cut(desk: Desk, store: Store) -> list[str]:
    sync = desk.ledger.orders.sync(store.shop_id)
    return [f"{store.name}: {cut_note(sync)}"] if sync and sync.truncated else []
