"""`shopinf livecapture leads`: who left an e-mail on the storefront, and who of them is an influencer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.livecapture.sources import connected_sources
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.sources.choice import MaxCreditsOption, SourceOption
from shopinf.errors import BadInput, PartlyDone
from shopinf.livecapture import UTM, Kept
from shopinf.outcomes import Done, Outcomes
from shopinf.people.enrichment import account_words
from shopinf.people.influencers import Influencer
from shopinf.people.profiles import Account, tier
from shopinf.periods import read_day
from shopinf.results import Failure, Result, columns
from shopinf.sources.specs import Spec, read_specs
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns(
    order="store email first_name last_name form consent landing_page utm_source utm_medium utm_campaign utm_term "
    "utm_content discount_code referrer events first_seen_at last_seen_at influencer platform handle profile_url "
    "followers tier accounts",
    numbers="events followers",
    times="first_seen_at last_seen_at",
    shown="email influencer last_seen_at followers platform form discount_code store",
)


@app.command(
    "leads",
    asks=True,
    columns=COLUMNS,
    sheet=True,
    epilog=examples(
        "livecapture leads --since 2026-11-01 -o leads.csv", "livecapture leads --enrich --source csv:influencers.csv"
    ),
)
def leads(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    since: Annotated[
        str | None, typer.Option("--since", help="Only those heard of since that day.", metavar="DATE")
    ] = None,
    enrich: Annotated[bool, typer.Option("--enrich", help="Look them up in the sources first.")] = False,
    source: SourceOption = None,
    max_credits: MaxCreditsOption = None,
    form: FormChoice = FormChoice(),
) -> None:
    """List who left an e-mail on the storefront, the latest first, and who of them is an influencer.

    With --enrich they are looked up: in the sources named, else in those that are connected.
    """
    from shopinf.work.livecapture.lookup import look_up
    from shopinf.work.livecapture.taking import take_what_waits

    if source and not enrich:
        raise BadInput("--source is for --enrich", hint="Add --enrich, or leave --source out.")
    chosen = desk.stores(stores)
    take_what_waits(desk)
    kept = _kept(desk, chosen, read_day(since) if since else None)
    notes: list[str] = []
    lost: list[Failure] = []
    specs: Sequence[Spec] = ()
    if enrich:
        specs = read_specs(source) if source else connected_sources(desk)
        if kept:
            looked = look_up(desk, chosen, kept, specs, max_credits)
            notes, lost = looked.notes, looked.failures
            kept = _again(desk, chosen, kept)
        if not specs:
            notes.append("no source is connected, so leads were only compared with the influencers you know")
    every = _rows(desk, chosen, kept)

    def answer(done: Done[Store], failures: Sequence[Failure]) -> Result:
        names = {store.name for store, _ in done}
        rows = [row for row in every if row["store"] in names]
        return Result("shopinf.livecapture.leads/1", COLUMNS, rows, notes=notes, failures=[*failures, *lost])

    desk.deliver(Outcomes.of((store, store) for store in chosen), answer, form)
    if not kept:
        names = ", ".join(store.name for store in chosen)
        desk.out.say(f"Nobody left an e-mail in {names}{f' since {since}' if since else ''}, as far as was heard here.")
    elif enrich and not any(row["influencer"] for row in every):
        places = " and ".join(spec.shown for spec in specs) or "the influencers you know"
        desk.out.say(
            f"{counted(len(kept), 'lead')} looked up in {places}: {agreeing(len(kept), 'it is', 'none of them is')} "
            f"{agreeing(len(kept), 'not ', '')}in it."
        )
    if lost:
        raise PartlyDone(
            f"Not everything was done: {', '.join(each.what for each in lost)}",
            hint="Run the same command again; what was found is kept.",
        )


def _kept(desk: Desk, stores: Sequence[Store], since: date | None) -> list[Kept]:
    """The leads of *stores* that were heard of since that day, the latest first; those too old to be kept go before."""
    desk.ledger.leads.purge()
    by_id = {store.shop_id: store for store in stores}
    return [each for each in desk.ledger.leads.of_shops(by_id) if _is_recent(each, by_id[each.shop_id], since)]


def _again(desk: Desk, stores: Sequence[Store], kept: Sequence[Kept]) -> list[Kept]:
    """The same leads as they are now that they were looked up."""
    spots = {(each.shop_id, each.email_key) for each in kept}
    shops = {store.shop_id: store for store in stores}
    return [each for each in desk.ledger.leads.of_shops(shops) if (each.shop_id, each.email_key) in spots]


def _is_recent(lead: Kept, store: Store, since: date | None) -> bool:
    return since is None or lead.last_seen_at >= datetime.combine(since, time(), store.zone)


def _rows(desk: Desk, stores: Sequence[Store], kept: Sequence[Kept]) -> list[dict[str, Any]]:
    by_id = {store.shop_id: store for store in stores}
    people = _people(desk, kept)
    accounts = desk.ledger.roster.accounts_of(one.id for one in people.values())
    rows = []
    for each in kept:
        one = people.get(each.email_key)
        rows.append(_row(each, by_id[each.shop_id], one, accounts.get(one.id, ()) if one else ()))
    return rows


def _people(desk: Desk, kept: Sequence[Kept]) -> dict[str, Influencer]:
    """Who leads are, by hash: as they were looked up, or as somebody known anyway has that e-mail."""
    wanted = {each.email_key for each in kept}
    everybody = desk.ledger.people.by_id(one.id for one in desk.ledger.roster.everybody()) if kept else {}
    keys = desk.ledger.people.email_keys(everybody)
    found = {key: everybody[id] for id, mine in keys.items() for key in mine & wanted}
    linked = desk.ledger.people.by_id(each.person for each in kept if each.person)
    return {**found, **{each.email_key: linked[each.person] for each in kept if each.person in linked}}


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
