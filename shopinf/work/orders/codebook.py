"""The code book of a store: its codes, whose they were, what they earn, and who would be buying for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shopinf.attribution.codebook import Codes, Person, Since, TrackedCode
from shopinf.discounts.links import fill_utm
from shopinf.payouts.rates import RateBook
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.codes import History


def code_book(desk: Desk, store: Store, *, by_id: bool = False) -> Codes:
    """The codes that shopinf made or imported in *store*, by the names that operators see, or by opaque ids."""
    known = desk.ledger.codes.known(store.shop_id)
    ids = {owner.value for each in known for owner in each.owners if owner.value}
    people = desk.ledger.people.by_id(ids)
    owners = {id: one.id for id, one in people.items()}
    names = owners if by_id else {id: one.influencer for id, one in people.items()}
    tracked = [_tracked(each, names) for each in known]
    # What was agreed with somebody who was forgotten still holds, under the opaque id.
    called = {owners.get(id, id): names.get(id, id) for id in ids}
    rates = RateBook(desk.ledger.rates.of_store(store.shop_id, store.currency, called))
    own = _people(desk, store, names)
    return Codes(tracked, zone=store.zone, shop_id=store.shop_id, rates=rates, people=own)


def _tracked(known: History, names: Mapping[str, str]) -> TrackedCode:
    record = known.record
    # Of somebody who was forgotten only the opaque id is left.
    owners = tuple(Since(names.get(each.value, each.value), each.day) for each in known.owners)
    utm = fill_utm(record.utm, influencer=owners[-1].value, campaign=record.campaign, code=record.code)
    marks = {utm.get("utm_content"), utm.get("ref")}
    return TrackedCode(
        names=known.names,
        owners=owners,
        campaign=record.campaign,
        slot=record.slot,
        made_at=record.made_at,
        id=record.id,
        marks=frozenset(mark for mark in marks if mark),
    )


def _people(desk: Desk, store: Store, names: Mapping[str, str]) -> dict[str, Person]:
    """What tells that an influencer is the buyer: the e-mails, and the customer numbers that are surely theirs."""
    keys = desk.ledger.people.email_keys(names)
    customers = desk.ledger.orders.customers(store.shop_id, {key for each in keys.values() for key in each})
    found: dict[str, Person] = {}
    for id, each in keys.items():
        bought = frozenset().union(*(customers.get(key, frozenset()) for key in each))
        former = found.get(names[id], Person())
        found[names[id]] = Person(former.customer_ids | bought, former.email_keys | each)
    return found
