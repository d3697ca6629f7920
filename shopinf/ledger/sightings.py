"""What was seen in the stores that carries our sign, whether or not this ledger knows it; and how far was looked.

A ledger that was lost, restored or moved has its own idea of how far it looked, so that what it lacks is looked for
from there on, and what it has is not read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from shopinf.ledger.tables.journal import gifts, price_rules
from shopinf.ledger.tables.mirror import looks, sightings
from shopinf.ledger.upserts import parts, upsert

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class Carrier(StrEnum):
    """What carries a sign of ours in a store."""

    RULE = "rule"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A thing of ours in a store: Shopify's id of it, its reference, and the rest of what it says of itself."""

    theirs: int
    reference: str
    label: str  # of a price rule its title without the reference, of a gift its campaign; "" where it does not say


class Sightings:
    """What was seen, by store and kind."""

    def __init__(self, ledger: Journal) -> None:
        self._database = ledger.database

    def upto(self, shop_id: int, carrier: Carrier) -> int:
        """The id up to which everything was looked at; 0 in a new ledger."""
        query = select(looks.c.upto).where(looks.c.shop_id == shop_id, looks.c.kind == carrier)
        with self._database.reading() as db:
            return int(db.execute(query).scalar() or 0)

    def keep(self, shop_id: int, carrier: Carrier, found: Sequence[Sighting], upto: int) -> None:
        """Keep what was *found*, and that everything *upto* that id was looked at."""
        place = {"shop_id": shop_id, "kind": carrier}
        rows = [
            place | {"theirs": each.theirs, "reference": each.reference, "label": each.label[:300]} for each in found
        ]
        with self._database.writing() as db:
            upsert(db, sightings, rows)
            upsert(db, looks, [place | {"upto": upto}])

    def lacking(self, shop_id: int, carrier: Carrier) -> dict[str, list[Sighting]]:
        """What was seen and this ledger does not know, by reference, the oldest first."""
        known = price_rules.c.price_rule_id if carrier is Carrier.RULE else gifts.c.draft_order_id
        ours = select(known).where(known.table.c.shop_id == shop_id, known.is_not(None))
        query = select(sightings.c.theirs, sightings.c.reference, sightings.c.label).where(
            sightings.c.shop_id == shop_id, sightings.c.kind == carrier, sightings.c.theirs.not_in(ours)
        )
        found: dict[str, list[Sighting]] = defaultdict(list)
        with self._database.reading() as db:
            for row in db.execute(query.order_by(sightings.c.theirs)):
                found[row.reference].append(Sighting(row.theirs, row.reference, row.label))
        return dict(found)

    def references(self, shop_id: int) -> frozenset[str]:
        """The references of all price rules of a store that this ledger knows."""
        query = select(price_rules.c.reference).where(price_rules.c.shop_id == shop_id)
        with self._database.reading() as db:
            return frozenset(db.execute(query).scalars())

    def rules(self, shop_id: int, campaign: str) -> dict[str, tuple[str, int | None]]:
        """The price rules of a campaign by key: the reference of each, and Shopify's id once it is live."""
        query = select(price_rules).where(price_rules.c.shop_id == shop_id, price_rules.c.campaign == campaign)
        with self._database.reading() as db:
            return {row.terms_key: (row.reference, row.price_rule_id) for row in db.execute(query)}

    def gifts(self, shop_id: int) -> dict[str, tuple[str, str, str]]:
        """The references of all gifts of a store that this ledger knows: campaign, person and slot of each."""
        query = select(gifts.c.reference, gifts.c.campaign, gifts.c.influencer, gifts.c.slot)
        with self._database.reading() as db:
            return {row[0]: (row[1], row[2], row[3]) for row in db.execute(query.where(gifts.c.shop_id == shop_id))}

    def drop(self, shop_id: int, carrier: Carrier, gone: Collection[int]) -> None:
        """Forget what is no longer in the store."""
        here = (sightings.c.shop_id == shop_id, sightings.c.kind == carrier)
        with self._database.writing() as db:
            for part in parts(sorted(gone)):
                db.execute(delete(sightings).where(*here, sightings.c.theirs.in_(part)))
