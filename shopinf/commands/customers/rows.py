"""The ranked list as rows and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shopinf.errors import PartlyDone
from shopinf.outcomes import Done
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Found, Summary, account_row, account_words, money, ranked
from shopinf.people.profiles import tier
from shopinf.results import Failure, Result, columns
from shopinf.stores import Store
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.commands.options import FormChoice
    from shopinf.desk import Desk
    from shopinf.work.customers.enrich import Enriched, Mine

COLUMNS = columns(
    order="store customer_id first_name last_name email influencer platform handle profile_url followers "
    "engagement_rate_pct tier accounts matched_on confidence source orders_count total_spent currency first_order_at "
    "last_order_at found_at",
    numbers="customer_id followers engagement_rate_pct orders_count",
    money="total_spent",
    times="first_order_at last_order_at found_at",
    shown="influencer followers platform orders_count total_spent email handle store",
)


def show_enriched(desk: Desk, enriched: Enriched, form: FormChoice) -> None:
    """Show what a run came to, and end it as partly done where something failed."""
    whole = desk.deliver(
        enriched.outcomes, lambda done, failures: answer(enriched, done, failures, desk.clock.now()), form
    )
    if whole.failures:
        failed = ", ".join(dict.fromkeys(each.store or each.what for each in whole.failures))
        hint = enriched.errors[0].hint if enriched.errors else None
        raise PartlyDone(
            f"Not everything was done: {failed}", hint=hint or "Run the same command again; what was found is kept."
        )


def say_nobody(desk: Desk, enriched: Enriched, sources: Sequence[str]) -> None:
    """Where this run found nobody, say who was looked up, and where."""
    done = [mine for _, mine in enriched.outcomes.done]
    if not done or any(mine.fresh for mine in done):
        return
    looked, listed = sum(mine.summary.customers for mine in done), sum(len(mine.found) for mine in done)
    if listed:
        stay = f"{counted(listed, 'influencer')} {agreeing(listed, 'is', 'are')} known from before"
        desk.out.say(f"{counted(looked, 'customer')} looked up in {' and '.join(sources)}: nobody new; {stay}.")
    elif looked:
        it = agreeing(len(sources), "it", "them")
        none = f"none of them is in {it}" + (" and as asked for" if enriched.narrowed else "")
        desk.out.say(f"{counted(looked, 'customer')} looked up in {' and '.join(sources)}: {none}.")
    else:
        desk.out.say(f"There was no customer to look up in {' and '.join(sources)}.")


def answer(enriched: Enriched, done: Done[Mine], failures: Sequence[Failure], now: datetime) -> Result:
    """The list over the stores *done*; what was spent is known of the whole run alone."""
    summary = Summary()
    for _, mine in done:
        summary = summary.plus(mine.summary)
    notes = [note for _, mine in done for note in mine.notes] + [*enriched.shared_notes]
    used = enriched.credits_used
    whole = len(done) == len(enriched.outcomes.done)
    if whole or not used:
        summary = replace(summary, credits_used=used)
    else:
        summary = replace(summary, credits_used=None)
        spent = f"{counted(used, 'credit')} {agreeing(used, 'was', 'were')} spent"
        notes.append(f"{spent} for all stores of the run together")
    return _result(
        ranked([each for _, mine in done for each in mine.found], enriched.sort),
        [(store, each) for store, mine in done for each in mine.unmatched],
        replace(summary, left=enriched.left) if whole else summary,
        zones={store.name: store.zone for store, _ in done},
        now=now,
        notes=list(dict.fromkeys(notes)),
        said=enriched.said,
        failures=[*failures, *enriched.shared_failures, *(each for _, mine in done for each in mine.failures)],
    )


def _result(
    found: Sequence[Found],
    unmatched: Sequence[tuple[Store, Customer]],
    summary: Summary,
    *,
    zones: Mapping[str, ZoneInfo],
    now: datetime,
    notes: Sequence[str],
    said: Sequence[str],
    failures: Sequence[Failure],
) -> Result:
    """Those who were found, then those who were not, where they are wanted."""
    rows = [_row(each, zones[each.store], now) for each in found]
    whole = [
        {
            **row,
            "accounts": _accounts(each, zones[each.store]),
            "customer_ids": [record.customer.customer_id for record in each.records],
        }
        for each, row in zip(found, rows, strict=True)
    ]
    rest = [_unmatched(store, customer) for store, customer in unmatched]
    whole += [{**row, "accounts": [], "customer_ids": [row["customer_id"]]} for row in rest]
    body = {"influencers": whole, "summary": summary.as_json()}
    listed = [*rows, *rest]
    return Result("shopinf.influencers/1", COLUMNS, listed, body=body, notes=notes, said=said, failures=failures)


def _row(found: Found, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    main, primary, bought = found.main, found.primary, found.bought
    profile = main.hit.profile
    return {
        "store": found.store,
        "customer_id": main.customer.customer_id,
        "first_name": main.customer.first_name or profile.first_name,
        "last_name": main.customer.last_name or profile.last_name,
        "email": main.customer.email,
        "influencer": found.influencer,
        "platform": primary and primary.platform,
        "handle": primary and primary.handle,
        "profile_url": primary and primary.profile_url,
        "followers": primary and primary.followers,
        "engagement_rate_pct": primary and primary.engagement_rate_pct,
        "tier": primary and tier(primary.followers),
        "accounts": [account_words(each) for each in found.accounts],
        "matched_on": main.hit.matched_on,
        "confidence": main.hit.confidence,
        "source": main.hit.source,
        "orders_count": bought.orders_count,
        "total_spent": money(bought.total_spent, found.currency),
        "currency": found.currency,
        "first_order_at": bought.first_order_at and bought.first_order_at.astimezone(zone),
        "last_order_at": bought.last_order_at and bought.last_order_at.astimezone(zone),
        "found_at": (found.found_at or now).astimezone(zone),
    }


def _accounts(found: Found, zone: ZoneInfo) -> list[dict[str, object]]:
    rows = [account_row(each, primary=place == 0) for place, each in enumerate(found.accounts)]
    times = [each.matched_at and each.matched_at.astimezone(zone) for each in found.accounts]
    return [{**row, "matched_at": at} for row, at in zip(rows, times, strict=True)]


def _unmatched(store: Store, customer: Customer) -> dict[str, Any]:
    return {
        **{column.key: None for column in COLUMNS},
        "store": store.name,
        "customer_id": customer.customer_id,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "orders_count": customer.orders_count,
        "total_spent": money(customer.total_spent, store.currency),
        "currency": store.currency,
    }
