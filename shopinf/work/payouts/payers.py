"""Who pays: a group that was chosen as one, or each store by itself; and the payers that the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shopinf.payouts.statements import Terms
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.accountrows import Payer


_SKEW = timedelta(minutes=10)  # by which the clocks of a team may differ


@dataclass(frozen=True, slots=True)
class Paying:
    """A payer with its stores; a store is its own payer where no group was chosen."""

    key: str
    name: str
    stores: tuple[Store, ...]

    @property
    def store(self) -> Store:
        """What it goes by where outcomes are told by store: its only one, or the first under the group's name."""
        first = self.stores[0]
        return first if self.key == store_key(first) else replace(first, name=self.name)


def store_key(store: Store) -> str:
    return f"shop:{store.shop_id}"


def group_key(name: str) -> str:
    return f"group:{name.strip().casefold()}"


def payers_of(stores: Sequence[Store], group: str | None) -> list[Paying]:
    """The payers that a command line means, to be closed."""
    if group is not None:
        return [Paying(group_key(group), group.strip(), tuple(stores))]
    return [Paying(store_key(each), each.name, (each,)) for each in stores]


def known_payers(desk: Desk, stores: Sequence[Store], *, whole: bool = False) -> list[Payer]:
    """The payers that were closed before and have something to do with *stores*: all of them, if *whole*."""
    chosen = {each.shop_id for each in stores}
    members = desk.ledger.accounts.stores_of_payers()
    return [
        each
        for each in desk.ledger.accounts.payers()
        if (shops := members.get(each.key, frozenset()) & _connected(desk))
        and (shops <= chosen if whole else bool(shops & chosen))
    ]


def _connected(desk: Desk) -> frozenset[int]:
    return frozenset(store.shop_id for store in desk.book.all())


def payer_names(desk: Desk, payers: Iterable[Payer]) -> dict[str, str]:
    """What operators call each payer: a store's present name, a group's own."""
    stores = {store_key(store): store.name for store in desk.book.all()}
    return {each.key: stores.get(each.key, each.name) for each in payers}


def terms_of(desk: Desk, payer: str) -> Terms:
    """What was agreed with a payer last."""
    known = desk.ledger.accounts.payer(payer)
    return known.terms if known else Terms()


def clock_notes(desk: Desk) -> list[str]:
    """What to know where this machine's clock is behind what the ledger has: hold days and days of payment go by it."""
    last, now = desk.ledger.accounts.written_at(), desk.clock.now()
    if last is None or now >= last - _SKEW:
        return []
    return [
        f"This machine's clock says {now.astimezone():%Y-%m-%d %H:%M}, but the books were written on "
        f"{last.astimezone():%Y-%m-%d %H:%M}: hold days and days of payment go by the clock, so look at it first."
    ]
