"""The visits before orders, as the stores told them; with the orders they may be dropped and read anew."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from shopinf.leaks.visits import Trail, from_facts, to_facts
from shopinf.ledger.tables.mirror import order_visits
from shopinf.ledger.upserts import parts, upsert

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class KnownTrail:
    """What a store said of the visits before an order; *trail* is None where it knows none."""

    trail: Trail | None
    ready: bool
    asked_at: datetime


class OrderVisits:
    """The visits before the orders of every store, by store and order."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger

    def of(self, shop_id: int, order_ids: Collection[int]) -> dict[int, KnownTrail]:
        """What is known of these orders."""
        found: dict[int, KnownTrail] = {}
        with self._ledger.database.reading() as db:
            for part in parts(sorted(order_ids)):
                query = select(order_visits).where(order_visits.c.shop_id == shop_id, order_visits.c.order_id.in_(part))
                for row in db.execute(query).mappings():
                    trail = from_facts(json.loads(row["trail"])) if row["trail"] else None
                    found[row["order_id"]] = KnownTrail(trail, row["ready"], row["asked_at"])
        return found

    def keep(self, shop_id: int, told: Mapping[int, tuple[Trail | None, bool]]) -> None:
        """Keep what the store told: the trail of each order, and whether it is complete."""
        now = self._ledger.clock.now()
        rows = [
            {
                "shop_id": shop_id,
                "order_id": id,
                "trail": json.dumps(to_facts(trail), separators=(",", ":")) if trail else None,
                "ready": ready,
                "asked_at": now,
            }
            for id, (trail, ready) in told.items()
        ]
        with self._ledger.database.writing() as db:
            upsert(db, order_visits, rows)
