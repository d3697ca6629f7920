"""From matches to people: the influencers of one store, each with all their records, accounts and purchases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shopinf.errors import ShopinfError, Stopped
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Found, Hit, Matched, Purchases, Wanted
from shopinf.people.identity import known_of, one_each
from shopinf.people.matching import Confidence
from shopinf.people.profiles import Account, Profile
from shopinf.results import Failure
from shopinf.work.customers.purchases import purchases
from shopinf.work.customers.waterfall import Seen
from shopinf.work.orders.seats import MOST_WORKERS

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.enrichment import Earlier
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store

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
    read = {each.customer_id for each in customers}
    return [
        Found(
            seen.store.name,
            seen.store.currency,
            person,
            called.get(person, person),
            wanted.accounts(accounts[person]),
            tuple(Matched(customers[place], hit, bought.get(customers[place].customer_id)) for place, hit in spots),
            tuple(each.purchases for each in earlier.get(person, ()) if each.customer_id not in read),
            min((each.matched_at for each in earlier.get(person, ())), default=None),
        )
        for person, spots in records.items()
    ]


def known_people(desk: Desk, store: Store, found: Sequence[Found], wanted: Wanted, *, possible: bool) -> list[Found]:
    """Those whom earlier runs found in *store* and this one did not look at, as far as they belong in the list.

    What they bought is as it was when they were last looked at.
    """
    ledger = desk.ledger
    here = {each.person for each in found}
    records: dict[str, list[Earlier]] = {}
    for each in ledger.enrichment.earlier(shop_id=store.shop_id):
        if each.person not in here and (possible or each.confidence != Confidence.POSSIBLE):
            records.setdefault(each.person, []).append(each)
    people, accounts = ledger.people.by_id(records), ledger.roster.accounts_of(records)
    return [
        Found(
            store.name,
            store.currency,
            person,
            people[person].influencer,
            wanted.accounts(accounts.get(person, ())),
            tuple(_remembered(each, people[person]) for each in mine),
            found_at=min(each.matched_at for each in mine),
        )
        for person, mine in records.items()
        if person in people and wanted.wants(accounts.get(person, ()))
    ]


def _remembered(each: Earlier, one: Influencer) -> Matched:
    """A customer record as it was when it was matched; names and e-mail are the influencer's."""
    bought = each.purchases
    customer = Customer(
        each.customer_id,
        one.email,
        one.first_name,
        one.last_name,
        orders_count=bought.orders_count,
        total_spent=bought.total_spent,
    )
    hit = Hit(Profile(), Confidence(each.confidence), each.matched_on, each.source, each.person)
    return Matched(customer, hit, bought)


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


def _earlier(desk: Desk, seen: Seen, people: Mapping[str, object]) -> dict[str, list[Earlier]]:
    """The records of the same people in this store that an earlier run matched."""
    found: dict[str, list[Earlier]] = {}
    for each in desk.ledger.enrichment.earlier(shop_id=seen.store.shop_id, people=people):
        found.setdefault(each.person, []).append(each)
    return found
