"""Orders that are known by facts of the first form, which knew nothing of what refunds sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from shopinf.ledger.orders import Orders
from shopinf.ledger.tables.mirror import order_facts
from shopinf.ledger.upserts import upsert
from shopinf.orderfacts import to_facts
from shopinf.orderrows import facts_text

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class OldFacts:
    """The facts of the first form of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._database = ledger.database
        self._orders = Orders(ledger)

    def of(self, shop_id: int) -> list[int]:
        """The orders whose facts lack what matters: those with refunds first of all.

        The first form also took a tip without a value for goods, and passed over codes that no discount application
        mentions.
        """
        facts = order_facts.c.facts
        lacking = or_(
            facts.like('%,"refunds":[[%'),
            facts.like('%,0,null,null,%,"Tip"]%'),
            and_(facts.like('%,"codes":[[%'), facts.not_like('%,"apps":%')),
        )
        query = select(order_facts.c.order_id).where(order_facts.c.shop_id == shop_id, facts.like('{"v":1,%'), lacking)
        with self._database.reading() as db:
            return list(db.execute(query.order_by(order_facts.c.order_id)).scalars())

    def keep(self, shop_id: int, ids: Collection[int]) -> int:
        """Keep what is known of orders that the store no longer shows, in the present form.

        Returns of how many it stays unknown what their refunds sent.
        """
        kept = list(self._orders.full(shop_id, ids))
        rows = [{"shop_id": shop_id, "order_id": each.order_id, "facts": facts_text(to_facts(each))} for each in kept]
        with self._database.writing() as db:
            upsert(db, order_facts, rows)
        return sum(each.outdated for each in kept)
