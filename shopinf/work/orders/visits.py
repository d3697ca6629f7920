"""The visits before orders: what the ledger has, and of the store only what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shopinf.attribution.codebook import Codes
from shopinf.errors import CustomerDataProtected, Refused, RequestRejected, ScopeMissing
from shopinf.leaks.visits import Trail, Visit, leads_to
from shopinf.ledger.visits import KnownTrail
from shopinf.orders import Order, folded
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

AGAIN = timedelta(minutes=30)  # until a store that was not ready is asked again
SETTLED = timedelta(days=3)  # after an order; what is not ready by then never is
_NOT_VISITED = ("pos", "shopify_draft_order")
_NOT_TOLD = (
    Refused,
    RequestRejected,
    ScopeMissing,
    CustomerDataProtected,
)  # no words on visits, whatever else it gives


@dataclass(frozen=True, slots=True)
class Trails:
    """The trail of each order, None where none is known; and why it is REST's alone, where it is."""

    by_order: Mapping[int, Trail | None]
    lacking: str | None = None

    def of(self, order: Order) -> Trail | None:
        """The visits before *order*."""
        return self.by_order.get(order.order_id)


def trails(desk: Desk, store: Store, orders: Sequence[Order], *, live: bool = True) -> Trails:
    """The visits before *orders*, read where the store tells them and they are not known yet.

    Where it does not tell them, what REST says of the last visit serves.
    """
    known = desk.ledger.visits.of(store.shop_id, [order.order_id for order in orders])
    lacking = None
    if live:
        wanted = [order for order in orders if _is_wanted(desk, order, known.get(order.order_id))]
        try:
            _read(desk, store, wanted)
        except _NOT_TOLD as refused:
            lacking = str(refused)
        if wanted and lacking is None:
            known = desk.ledger.visits.of(store.shop_id, [order.order_id for order in orders])
    found: dict[int, Trail | None] = {}
    for order in orders:
        told = known.get(order.order_id)
        found[order.order_id] = told.trail if told and (told.trail or told.ready) else by_rest(order)
    return Trails(found, lacking)


def by_first_visit(
    desk: Desk, store: Store, codes: Codes, orders: Sequence[Order], *, live: bool, told: list[str] | None = None
) -> list[Order]:
    """*orders*, those that came by a link with what the first visit carried, if that was a link of *codes* too.

    Orders that used a code are left alone, for it counts more than any link. Where the store does not tell first
    visits, the last ones stay, and *told* gets the sentence that says so.
    """
    linked = [order for order in orders if order.landing is not None and not order.codes]
    known = trails(desk, store, linked, live=live)
    if known.lacking and told is not None:
        cost = (
            f"{known.lacking.rstrip('.')}. So orders count by the link of the last visit where the first is not known."
        )
        told += [cost] if cost not in told else []
    names = {folded(name.value) for code in codes.tracked for name in code.names}
    marks = {folded(mark) for code in codes.tracked for mark in code.marks}
    first = {
        order.order_id: trail.first.landing
        for order in linked
        if (trail := known.of(order)) and trail.first and leads_to(trail.first, names, marks | names)
    }
    return [replace(order, landing=first[order.order_id]) if order.order_id in first else order for order in orders]


def by_rest(order: Order) -> Trail | None:
    """What REST says of the last visit; None where it says nothing."""
    if order.referrer is None and order.landing is None:
        return None
    return Trail(None, Visit(host=order.referrer or None, landing=order.landing))


def _is_wanted(desk: Desk, order: Order, known: KnownTrail | None) -> bool:
    if order.skeleton or order.source_name in _NOT_VISITED:
        return False
    if known is None:
        return True
    now = desk.clock.now()
    return not known.ready and now - known.asked_at >= AGAIN and now - order.created_at < SETTLED


def _read(desk: Desk, store: Store, wanted: Sequence[Order]) -> None:
    from shopinf.shopify.visits import read_visits

    if not wanted:
        return
    with desk.out.progress("reading visits", len(wanted), "orders", store=store.name) as progress:
        ids = sorted((order.order_id for order in wanted), reverse=True)
        for told in read_visits(desk.shop(store), ids):
            desk.ledger.visits.keep(store.shop_id, told)
            progress.advance(len(told))
