"""What was decided about orders that needed a look: entries of the journal, of which the latest counts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.attribution.decisions import Decision, Verdict

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

DECIDED = "order.decided"


class Decisions:
    """The decisions about the orders of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger

    def add(self, shop_id: int, made: Decision) -> None:
        """Write down what was decided; an earlier decision stays in the journal and counts no more."""
        data = {
            "verdict": str(made.verdict),
            "net": None if made.net is None else str(made.net),
            "at": made.at.isoformat(),
            "by": made.by,
            "reason": made.reason,
            "about": made.about,
        }
        with self._ledger.database.writing() as db:
            self._ledger.note(db, shop_id, DECIDED, f"order:{made.order_id}", data)

    def of(self, shop_id: int) -> dict[int, Decision]:
        """The latest decision about each order, by its id."""
        found: dict[int, Decision] = {}
        for entry in self._ledger.entries(shop_id, kind=DECIDED):
            order_id, data = int(entry["subject"].removeprefix("order:")), entry["data"]
            found[order_id] = Decision(
                order_id,
                Verdict(data["verdict"]),
                None if data["net"] is None else Decimal(data["net"]),
                datetime.fromisoformat(data["at"]),
                data["by"],
                data["reason"],
                data["about"],
            )
        return found
