"""The later orders of customers whom influencers won: which of them are known whole, and how far that was looked at.

An order without a code of anybody's is kept as its time and buyer alone. What it came to matters once its buyer was
won by an influencer; then its facts are kept too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic_core import from_json
from sqlalchemy import bindparam, select

from shopinf.attribution.buyers import Purchase
from shopinf.ledger.asking import Among
from shopinf.ledger.buyers import purchases
from shopinf.ledger.orders import FACTS
from shopinf.ledger.tables.mirror import order_codes, order_facts, syncs
from shopinf.ledger.upserts import upsert
from shopinf.orderfacts import from_facts
from shopinf.orders import Order

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

WHAT = "repeats"


@dataclass(frozen=True, slots=True)
class Looked:
    """How far it was looked for later orders that are to be read whole."""

    changes: datetime  # in all orders that changed up to then
    sight: str  # a digest of the codes that were known, and of how far back orders were read


class Repeats:
    """The later orders of customers who were won, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def looked(self, shop_id: int) -> Looked | None:
        """How far it was looked for them; None where it never was."""
        query = select(syncs.c.watermark, syncs.c.scopes).where(syncs.c.shop_id == shop_id, syncs.c.what == WHAT)
        with self._database.reading() as db:
            row = db.execute(query).first()
        return None if row is None or row[0] is None else Looked(*row)

    def keep_looked(self, shop_id: int, looked: Looked) -> None:
        row = {"shop_id": shop_id, "what": WHAT, "watermark": looked.changes, "scopes": looked.sight}
        left = {"reach": None, "truncated": False, "round": 0, "finished_at": self._ledger.clock.now(), "facts": None}
        with self._database.writing() as db:
            upsert(db, syncs, [row | left])

    def purchases(self, shop_id: int, ids: Sequence[int]) -> list[Purchase]:
        """What these orders tell of new and returning."""
        with self._database.reading() as db:
            return purchases(db, shop_id, ids)

    def with_codes(self, shop_id: int, ids: Sequence[int], texts: Collection[str]) -> set[int]:
        """Those of *ids* that used one of these codes, given folded."""
        with self._database.reading() as db:
            rows = _CODES.rows(db, ids, shop=shop_id)
            return {order_id for order_id, text, method in rows if text in texts and method == "code"}

    def lacking(self, shop_id: int, ids: Collection[int]) -> list[int]:
        """Those of *ids* of which only time and buyer are known, by rising id."""
        wanted = sorted(ids)
        with self._database.reading() as db:
            whole = {order_id for (order_id,) in _WHOLE.rows(db, wanted, shop=shop_id)}
        return [order_id for order_id in wanted if order_id not in whole]

    def whole(self, shop_id: int, ids: Collection[int]) -> Iterator[Order]:
        """Those of *ids* that are known whole."""
        with self._database.reading() as db:
            rows = [facts for _, facts in FACTS.rows(db, sorted(ids), shop=shop_id)]
        return (from_facts(from_json(facts)) for facts in rows)


_CODES = Among(
    select(order_codes.c.order_id, order_codes.c.folded, order_codes.c.method).where(
        order_codes.c.shop_id == bindparam("shop")
    ),
    order_codes.c.order_id,
)
_WHOLE = Among(select(order_facts.c.order_id).where(order_facts.c.shop_id == bindparam("shop")), order_facts.c.order_id)
