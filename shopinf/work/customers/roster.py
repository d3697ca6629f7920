"""Looking after those who are known: listed, shown, renamed, merged, rated, forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shopinf.attribution.codebook import Since, on_day
from shopinf.attribution.commissions import read_commission
from shopinf.errors import BadInput
from shopinf.ledger import erasing
from shopinf.people.enrichment import account_row, account_words, money
from shopinf.people.influencers import Influencer
from shopinf.people.persons import read_typed
from shopinf.people.profiles import Account, tier
from shopinf.periods import read_day

if TYPE_CHECKING:
    from shopinf.desk import Desk

Rates = Mapping[str, tuple[Since[str | None], ...]]


def listed(desk: Desk, search: str | None) -> list[dict[str, Any]]:
    """Everybody as rows, those with most followers first."""
    people = desk.ledger.roster.everybody()
    accounts = desk.ledger.roster.accounts_of(one.id for one in people)
    rates = desk.ledger.roster.rates(one.id for one in people)
    rows = [_row(desk, one, accounts.get(one.id, ()), rates) for one in people]
    if search:
        word = search.strip().casefold()
        rows = [row for row in rows if any(word in str(value).casefold() for value in row.values() if value)]
    return sorted(rows, key=lambda row: (-(row["followers"] or 0), row["influencer"]))


def _row(desk: Desk, one: Influencer, accounts: tuple[Account, ...], rates: Rates) -> dict[str, Any]:
    primary = accounts[0] if accounts else None
    return {
        "influencer": one.influencer,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "platform": primary and primary.platform,
        "handle": primary and primary.handle,
        "profile_url": primary and primary.profile_url,
        "followers": primary and primary.followers,
        "engagement_rate_pct": primary and primary.engagement_rate_pct,
        "tier": primary and tier(primary.followers),
        "accounts": [account_words(each) for each in accounts],
        "commission": on_day(rates.get(one.id, ()), desk.clock.now().astimezone().date()),
    }


def shown(desk: Desk, name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Everything about one person: as lines for people, and as one object."""
    one = desk.ledger.people.called(name)
    ledger = desk.ledger
    accounts = ledger.roster.accounts_of([one.id]).get(one.id, ())
    rates = ledger.roster.rates([one.id])
    stores = {store.shop_id: store.name for store in desk.book.all()}
    whole = _row(desk, one, accounts, rates)
    whole["accounts"] = [account_row(each, primary=place == 0) for place, each in enumerate(accounts)]
    whole["rates"] = [
        {"commission": each.value, "since": each.day and each.day.isoformat()} for each in rates.get(one.id, ())
    ]
    whole["customers"] = [
        {
            "store": stores.get(each.shop_id),
            "customer_id": each.customer_id,
            "matched_on": each.matched_on,
            "confidence": each.confidence,
            "source": each.source,
            "orders_count": each.purchases.orders_count,
            "total_spent": money(each.purchases.total_spent, each.currency),
            "currency": each.currency,
            "first_order_at": each.purchases.first_order_at,
            "last_order_at": each.purchases.last_order_at,
        }
        for each in ledger.enrichment.earlier(people=[one.id])
    ]
    whole["codes"] = [
        {"store": store, "campaign": code.campaign, "code": code.code, "state": code.state}
        for shop_id, store in stores.items()
        for code in ledger.codes.of_shop(shop_id, person=one.id)
    ]
    return list(_lines(whole, accounts)), whole


def _lines(whole: Mapping[str, Any], accounts: Iterable[Account]) -> Iterable[dict[str, Any]]:
    for field in ("influencer", "first_name", "last_name", "email", "tier", "commission"):
        yield {"field": field, "value": whole[field]}
    for account in accounts:
        followers = "" if account.followers is None else f", {account.followers:,} followers"
        rate = "" if account.engagement_rate_pct is None else f", {account.engagement_rate_pct:f} % engagement"
        where = f" {account.profile_url}" if account.profile_url else ""
        yield {"field": "account", "value": f"{account_words(account)}{followers}{rate}{where}"}
    for each in whole["rates"]:
        yield {"field": "rate", "value": f"{each['commission'] or 'none'} from {each['since'] or 'the beginning'}"}
    for each in whole["customers"]:
        spent = f"{each['total_spent']} {each['currency']}" if each["total_spent"] is not None else "unknown"
        yield {
            "field": f"customer of {each['store'] or 'a store that is not connected'}",
            "value": f"{each['customer_id']}, {each['orders_count'] or 0} orders, {spent} ({each['confidence']})",
        }
    for each in whole["codes"]:
        yield {"field": f"code in {each['store']}", "value": f"{each['code']} ({each['campaign']}, {each['state']})"}


def exported(desk: Desk) -> list[dict[str, Any]]:
    """Everybody, one account a row; who has none gets a row as well."""
    people = desk.ledger.roster.everybody()
    accounts = desk.ledger.roster.accounts_of(one.id for one in people)
    rates = desk.ledger.roster.rates(one.id for one in people)
    rows = []
    for one in people:
        person = {
            "influencer": one.influencer,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": one.email,
            "commission": on_day(rates.get(one.id, ()), desk.clock.now().astimezone().date()),
        }
        for each in accounts.get(one.id) or (None,):
            own = {} if each is None else {**account_row(each, primary=False)}
            rows.append({**own, **person})
    return rows


def rename_person(desk: Desk, name: str, to: str) -> tuple[Influencer, Influencer]:
    """Call somebody otherwise; returns them as they were and as they are."""
    one = desk.ledger.people.called(name)
    return one, desk.ledger.roster.rename(one, read_typed(to).named.name)


def merge_people(desk: Desk, name: str, into: str) -> tuple[str, dict[str, int]]:
    """Make one person of two, after a question; returns who stays and what was moved."""
    gone, kept = desk.ledger.people.called(name), desk.ledger.people.called(into)
    if gone.id == kept.id:
        raise BadInput(f"{name} and {into} are one person already")
    desk.out.confirm(f"Make {gone.influencer} and {kept.influencer} one person, called {kept.influencer}?")
    return kept.influencer, erasing.merge(desk.ledger, gone, kept)


def rate_person(desk: Desk, name: str, commission: str, since: str | None) -> dict[str, Any]:
    """Agree on a commission with somebody from a day on."""
    one = desk.ledger.people.called(name)
    agreed = None if commission.strip().casefold() in ("none", "-") else str(read_commission(commission))
    day = read_day(since) if since else desk.clock.now().astimezone().date()
    desk.ledger.roster.agree(one, agreed, day)
    return {"influencer": one.influencer, "commission": agreed, "since": day.isoformat()}


def forget_person(desk: Desk, typed: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Erase somebody, after a question; returns what was removed, and what stays without a name.

    An e-mail by which nobody is known is noted all the same, so that nobody is found by it later.
    """
    email, one = read_typed(typed).email, desk.ledger.people.find(typed)
    if email is None and one is None:
        raise desk.ledger.people.unknown(typed)
    who = f"{one.influencer}'s" if one else "this person's"
    desk.out.confirm(f"Erase {who} names, e-mails, accounts and matches for good?")
    gone = erasing.forget(desk.ledger, email, one)
    rows = [{"what": what, "count": count} for what, count in gone.items()]
    notes = [] if gone else ["nothing was kept of that e-mail; later runs will not look it up either"]
    if gone:
        notes.append(
            "codes, gifts and commissions stay under an opaque id; the texts of codes and what the stores themselves "
            "know stay as they are"
        )
    return rows, notes
