"""From matches to people: the influencers of one store, each with all their records, accounts and purchases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shopinf.errors import ShopinfError, Stopped
from shopinf.people.enrichment import Found, Hit, Matched, Purchases, Wanted
from shopinf.results import Failure
from shopinf.work.customers.purchasing import purchases
from shopinf.work.customers.waterfall import Seen
from shopinf.work.orders.seats import MOST_WORKERS

if TYPE_CHECKING:
    from shopinf.desk import Desk


def find_people(
    desk: Desk, seen: Seen, wanted: Wanted, names: Mapping[str, str], notes: list[str], failures: list[Failure]
) -> list[Found]:
    """The people of one store who belong in the list; *names* has those whom a dry run does not write down."""
    ledger = desk.ledger
    records: dict[str, list[tuple[int, Hit]]] = {}
    for place, hit in seen.hits.items():
        if hit.person:
            records.setdefault(hit.person, []).append((place, hit))
    known = ledger.roster.accounts_of(records)
    accounts = {
        person: [*known.get(person, ()), *(account for _, hit in spots for account in hit.profile.accounts)]
        for person, spots in records.items()
    }
    records = {person: spots for person, spots in records.items() if wanted.wants(accounts[person])}
    called = {**names, **{id: one.influencer for id, one in ledger.people.by_id(records).items()}}
    bought = _bought(desk, seen, [place for spots in records.values() for place, _ in spots], notes, failures)
    earlier = _earlier(desk, seen, records)
    customers = seen.base.customers
    return [
        Found(
            seen.store.name,
            seen.store.currency,
            person,
            called.get(person, person),
            wanted.accounts(accounts[person]),
            tuple(Matched(customers[place], hit, bought.get(customers[place].customer_id)) for place, hit in spots),
            tuple(earlier.get(person, ())),
        )
        for person, spots in records.items()
    ]


def _bought(
    desk: Desk, seen: Seen, places: list[int], notes: list[str], failures: list[Failure]
) -> Mapping[int, Purchases]:
    """What they bought; a store that stops answering here costs the dates, not the list."""
    customers = [seen.base.customers[place] for place in places]
    try:
        return purchases(desk, seen.store, customers, notes, workers=MOST_WORKERS // 4)
    except Stopped:
        raise
    except ShopinfError as error:
        failures.append(Failure.of(error, store=seen.store.name, what="dates of orders"))
        return {}


def _earlier(desk: Desk, seen: Seen, people: Mapping[str, object]) -> dict[str, list[Purchases]]:
    """Other records of the same people in this store, which an earlier run matched and this one did not read."""
    read = {each.customer_id for each in seen.base.customers}
    found: dict[str, list[Purchases]] = {}
    for each in desk.ledger.enrichment.earlier(shop_id=seen.store.shop_id, people=people):
        if each.customer_id not in read:
            found.setdefault(each.person, []).append(each.purchases)
    return found
