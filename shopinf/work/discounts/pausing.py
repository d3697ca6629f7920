"""Pausing all that is live in a store, before it is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.discounts.plan import Origin, State
from shopinf.errors import PartlyDone
from shopinf.work.discounts.tending import Act, _Tending

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


def pause_all(desk: Desk, store: Store) -> int:
    """Pause every live code of *store* that shopinf manages; returns how many were paused.

    `PartlyDone` when some could not be, so that nothing is forgotten which is still needed to pause them.
    """
    codes = desk.ledger.codes.of_shop(store.shop_id)
    live = [code.id for code in codes if code.state is State.LIVE and code.origin is not Origin.TRACKED]
    with desk.writing(store):
        done = _Tending(desk, store, Act.PAUSE).tend(live)
    if done.failures:
        failed = ", ".join(failure.what for failure in done.failures)
        raise PartlyDone(
            f"{store.name} stays connected, since not all of its codes could be paused: {failed}",
            hint="Run the same command again, or without --pause-codes.",
        )
    return done.changed
