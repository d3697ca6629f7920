"""Looking leads up: who of them is an influencer, written down as it is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.livecapture import Kept
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Base, Purse
from shopinf.results import Failure
from shopinf.sources.specs import Spec
from shopinf.stores import Store
from shopinf.work.customers.found import enrol_found
from shopinf.work.customers.opened import open_sources
from shopinf.work.customers.waterfall import Seen, Terms, Waterfall

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True)
class LookedUp:
    """What a person should know of a search, and the sources that failed in it; who was found is in the ledger."""

    notes: list[str]
    failures: list[Failure]


def look_up(
    desk: Desk, stores: Sequence[Store], kept: Sequence[Kept], specs: Sequence[Spec], max_credits: Decimal | None
) -> LookedUp:
    """Look the leads *kept* of these stores up in *specs*, spending at most *max_credits*."""
    opened = open_sources(desk, specs, {}, max_credits)
    groups = {store.shop_id: [each for each in kept if each.shop_id == store.shop_id] for store in stores}
    seen = [Seen(store, Base([_customer(each) for each in groups[store.shop_id]], None)) for store in stores]
    waterfall = Waterfall(desk, seen, Terms(), Purse(max_credits))
    waterfall.go_through(opened, before_profiles=lambda: enrol_found(desk, seen))
    enrol_found(desk, seen)
    desk.ledger.leads.recognised(
        {
            (shop_id, mine[place].email_key): hit.person
            for (shop_id, mine), each in zip(groups.items(), seen, strict=True)
            for place, hit in each.hits.items()
            if hit.person
        }
    )
    return LookedUp([*waterfall.notes], [*waterfall.failures])


def _customer(lead: Kept) -> Customer:
    """A lead as the sources look at people; there is no customer record behind it."""
    return Customer(0, lead.lead.email, lead.lead.first_name, lead.lead.last_name, consented=True)
