"""Looking over a store for what carries our sign, before anything is made in it.

A ledger can be lost, restored from an older copy, or be one of several machines'; what it lacks is in the store all
the same, and would be made a second time. Each thing of ours carries a reference that any machine makes alike, so the
store is looked over, the first time whole and later from there on, and what is found is taken up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shopinf.discounts.codes import ALPHABET
from shopinf.ledger.sightings import Carrier, Sighting
from shopinf.references import RULE_SIGNS
from shopinf.shopify import discounts, drafts

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

# What is younger than this beside the newest is looked at again next time: answers may lag behind writes.
SETTLED = timedelta(minutes=10)
_RULE = re.compile(rf"(.*) - ([{ALPHABET}]{{{RULE_SIGNS}}})", re.DOTALL)

_Seen = tuple[int, datetime | None, Sighting | None]


def look_for_rules(desk: Desk, store: Store, shop: Shop) -> dict[str, list[Sighting]]:
    """The price rules of ours in *store* that the ledger lacks, by reference."""
    since = desk.ledger.sightings.upto(store.shop_id, Carrier.RULE)
    return _kept(desk, store, Carrier.RULE, since, map(_rule_seen, discounts.rules_since(shop, since)))


def look_for_gifts(desk: Desk, store: Store, shop: Shop) -> dict[str, list[Sighting]]:
    """The gifts of ours in *store*, drafts or orders by now, that the ledger lacks, by reference."""
    since = desk.ledger.sightings.upto(store.shop_id, Carrier.GIFT)
    found = (
        _gift_seen(draft)
        for status in ("open", "invoice_sent", "completed")
        for draft in drafts.drafts_since(shop, since, store.currency, status)
    )
    return _kept(desk, store, Carrier.GIFT, since, found)


def _kept(desk: Desk, store: Store, carrier: Carrier, since: int, found: Iterable[_Seen]) -> dict[str, list[Sighting]]:
    seen = list(found)
    newest = max((at for _, at, _ in seen if at is not None), default=None)
    settled = [id for id, at, _ in seen if newest is not None and at is not None and at <= newest - SETTLED]
    sightings = desk.ledger.sightings
    if seen:
        ours = [sighting for _, _, sighting in seen if sighting is not None]
        sightings.keep(store.shop_id, carrier, ours, max([since, *settled]))
    return sightings.lacking(store.shop_id, carrier)


def _rule_seen(rule: discounts.Titled) -> _Seen:
    found = _RULE.fullmatch(rule.title)
    return rule.id, rule.created_at, Sighting(rule.id, found[2], found[1]) if found else None


def _gift_seen(draft: drafts.Draft) -> _Seen:
    ours = Sighting(draft.id, draft.reference, draft.campaign) if draft.reference else None
    return draft.id, draft.created_at, ours
