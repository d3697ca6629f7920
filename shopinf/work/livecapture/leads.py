"""Leads as rows, and looking them up: who of them is an influencer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shopinf.errors import PartlyDone
from shopinf.livecapture import UTM, Kept
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Base, Purse, account_words
from shopinf.people.influencers import Influencer
from shopinf.people.profiles import Account, tier
from shopinf.results import Failure, columns
from shopinf.sources.catalogue import Sign, kinds
from shopinf.sources.specs import Spec
from shopinf.stores import Store
from shopinf.work.customers.found import enrol_found
from shopinf.work.customers.opened import open_sources
from shopinf.work.customers.waterfall import Seen, Terms, Waterfall

if TYPE_CHECKING:
    from shopinf.desk import Desk

COLUMNS = columns(
    order="store email first_name last_name form consent landing_page utm_source utm_medium utm_campaign utm_term "
    "utm_content discount_code referrer events first_seen_at last_seen_at influencer platform handle profile_url "
    "followers tier accounts",
    numbers="events followers",
    times="first_seen_at last_seen_at",
)


@dataclass(frozen=True)
class Lookup:
    """How leads are looked up in the sources."""

    specs: Sequence[Spec]
    max_credits: Decimal | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Listed:
    """Leads ready to be shown."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def settle(self) -> None:
        """End the run as partly done where a source failed; called after the rest was shown."""
        if self.failures:
            raise PartlyDone(
                f"Not everything was done: {', '.join(each.what for each in self.failures)}",
                hint="Run the same command again; what was found is kept.",
            )


def listed(desk: Desk, stores: Sequence[Store], since: date | None, lookup: Lookup | None) -> Listed:
    """The leads of these stores, the latest first; with *lookup* they are looked up before."""
    desk.ledger.leads.purge()
    by_id = {store.shop_id: store for store in stores}
    kept = [each for each in desk.ledger.leads.of_shops(by_id) if _wanted(each, by_id[each.shop_id], since)]
    answer = Listed()
    if lookup is not None and kept:
        _look_up(desk, by_id, kept, lookup, answer)
        spots = {(each.shop_id, each.email_key) for each in kept}
        kept = [each for each in desk.ledger.leads.of_shops(by_id) if (each.shop_id, each.email_key) in spots]
    people = _people(desk, kept)
    accounts = desk.ledger.roster.accounts_of(one.id for one in people.values())
    for each in kept:
        one = people.get(each.email_key)
        answer.rows.append(_row(each, by_id[each.shop_id], one, accounts.get(one.id, ()) if one else ()))
    return answer


def connected_sources(desk: Desk) -> list[Spec]:
    """The providers that customers' data may be sent to, as far as they can look somebody up by e-mail."""
    agreed = [each for each in kinds() if (known := desk.ledger.enrichment.source(each.name)) and known.consent_at]
    return [Spec(each.name) for each in agreed] if any(each.by is Sign.EMAIL for each in agreed) else []


def _wanted(lead: Kept, store: Store, since: date | None) -> bool:
    return since is None or lead.last_seen_at >= datetime.combine(since, time(), store.zone)


def _people(desk: Desk, kept: Sequence[Kept]) -> dict[str, Influencer]:
    """Who leads are, by hash: as they were looked up, or as somebody known anyway has that e-mail."""
    wanted = {each.email_key for each in kept}
    everybody = desk.ledger.people.by_id(one.id for one in desk.ledger.roster.everybody()) if kept else {}
    keys = desk.ledger.people.email_keys(everybody)
    found = {key: everybody[id] for id, mine in keys.items() for key in mine & wanted}
    linked = desk.ledger.people.by_id(each.person for each in kept if each.person)
    return {**found, **{each.email_key: linked[each.person] for each in kept if each.person in linked}}


def _look_up(desk: Desk, stores: Mapping[int, Store], kept: Sequence[Kept], lookup: Lookup, answer: Listed) -> None:
    opened = open_sources(desk, lookup.specs, lookup.mapping, lookup.max_credits)
    groups = {shop_id: [each for each in kept if each.shop_id == shop_id] for shop_id in stores}
    seen = [Seen(stores[shop_id], Base([_customer(each) for each in mine], None)) for shop_id, mine in groups.items()]
    waterfall = Waterfall(desk, seen, Terms(), Purse(lookup.max_credits))
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
    answer.notes += waterfall.notes
    answer.failures += waterfall.failures


def _customer(lead: Kept) -> Customer:
    """A lead as the sources look at people; there is no customer record behind it."""
    return Customer(0, lead.lead.email, lead.lead.first_name, lead.lead.last_name, consented=True)


def _row(kept: Kept, store: Store, one: Influencer | None, accounts: Sequence[Account]) -> dict[str, Any]:
    lead, utm = kept.lead, dict(kept.lead.utm)
    main = accounts[0] if accounts else None
    return {
        "store": store.name,
        "email": lead.email,
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "form": lead.form.value,
        "consent": lead.consent.words,
        "landing_page": lead.landing,
        **{f"utm_{name}": utm.get(name) for name in UTM},
        "discount_code": lead.code,
        "referrer": lead.referrer,
        "events": kept.events,
        "first_seen_at": kept.first_seen_at.astimezone(store.zone),
        "last_seen_at": kept.last_seen_at.astimezone(store.zone),
        "influencer": one and one.influencer,
        "platform": main and main.platform,
        "handle": main and main.handle,
        "profile_url": main and main.profile_url,
        "followers": main and main.followers,
        "tier": main and tier(main.followers),
        "accounts": [account_words(each) for each in accounts],
    }
