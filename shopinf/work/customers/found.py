"""From matches to people: the influencers of one store, each with all their records, accounts and purchases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shopinf.errors import ShopinfError, Stopped
from shopinf.people.enrichment import Found, Hit, Matched, Purchases, Wanted
from shopinf.people.identity import known_of, one_each
from shopinf.people.profiles import Account
from shopinf.results import Failure
from shopinf.work.customers.purchases import purchases
from shopinf.work.customers.waterfall import Seen
from shopinf.work.orders.seats import MOST_WORKERS

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer

_AT_ONCE = 5000  # people written down in one transaction


def enrol_found(
    desk: Desk, seen: Sequence[Seen], wants: Callable[[Iterable[Account]], bool] | None = None, *, dry_run: bool = False
) -> list[Influencer]:
    """Write down whom sheets found, of those whose accounts *wants* wants, and return them.

    In a dry run they are only recognised; who is new has a provisional id then.
    """
    spots = [
        (each, place)
        for each in seen
        for place, hit in each.hits.items()
        if not hit.person and (wants is None or wants(hit.profile.accounts))
    ]
    known = one_each([known_of(each.hits[place].profile, each.base.customers[place]) for each, place in spots])
    roster = desk.ledger.roster
    people = roster.recognise(known) if dry_run else []
    if not dry_run:
        people = [one for start in range(0, len(known), _AT_ONCE) for one in roster.enrol(known[start:][:_AT_ONCE])]
    for (each, place), one in zip(spots, people, strict=True):
        each.hits[place] = replace(each.hits[place], person=one.id)
    return people


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
