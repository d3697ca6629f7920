"""What somebody says of orders: held, released, rejected; written with the entries that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from shopinf.errors import Busy
from shopinf.payouts.entries import NO_ORDER, Entry, OrderKey, Recorded, rejected, restored
from shopinf.payouts.statements import Action, Mark
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

_TRIES = 5


@dataclass(frozen=True)
class About:
    """Which orders are meant: one, those of a code, or those of an influencer; the latter from a day on."""

    stores: Sequence[Store]
    order: OrderKey = NO_ORDER
    code: str = ""
    person: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Judged:
    """An order that it was said of, with what is recorded of it and what was added."""

    known: Recorded
    added: Entry | None = None


def judge(desk: Desk, action: Action, about: About, reason: str) -> list[Judged]:
    """Say *action* of orders, also of those not entered yet; what was entered is rejected or restored at once."""
    from shopinf.ledger.accounts import Outdated

    found: list[Judged] = []
    for mark, orders in _marks(desk, action, about, reason):
        for _ in range(_TRIES):
            judged = _judged(desk, mark, orders)
            try:
                desk.ledger.accounts.judge(mark, [each.added for each in judged if each.added])
            except Outdated:
                continue
            found += judged
            break
        else:
            raise Busy("Others are entering these orders all the time", hint="Run the same command again in a while.")
    return found


def _marks(desk: Desk, action: Action, about: About, reason: str) -> list[tuple[Mark, list[OrderKey]]]:
    """What is written down, for each store where it is about a code, and which entered orders it is about."""
    now, accounts = desk.clock.now(), desk.ledger.accounts
    if about.order:
        return [(Mark(action, reason, now, about.order), [about.order])]
    if about.code:
        marks = []
        for store in about.stores:
            since = _midnight(about.since, store)
            mark = Mark(action, reason, now, shop_id=store.shop_id, code=about.code.casefold(), since=since)
            marks.append((mark, accounts.orders_of(shops=[store.shop_id], code=about.code, since=since)))
        return marks
    since = _midnight(about.since, about.stores[0])
    orders = accounts.orders_of(person=about.person, since=since)
    return [(Mark(action, reason, now, person=about.person, since=since), orders)]


def _midnight(day: date | None, store: Store) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), store.zone)


def _judged(desk: Desk, mark: Mark, orders: Sequence[OrderKey]) -> list[Judged]:
    """The entered orders that *mark* is about, and the entry that it makes for each."""
    by_shop: dict[int, list[int]] = {}
    for key in orders:
        by_shop.setdefault(key.shop_id, []).append(key.order_id)
    found = []
    for shop, ids in by_shop.items():
        for known, _ in desk.ledger.accounts.recorded(shop, ids):
            first = known.first
            if not mark.concerns(first.order, first.code, first.account.person, first.happened_at):
                continue
            match mark.action:
                case Action.REJECT:
                    found.append(Judged(known, rejected(known, mark.at, mark.reason)))
                case Action.RELEASE:
                    found.append(Judged(known, restored(known, mark.at, mark.reason)))
                case Action.HOLD:
                    found.append(Judged(known))
    return sorted(found, key=lambda each: (each.known.first.happened_at, each.known.first.order.order_id))
