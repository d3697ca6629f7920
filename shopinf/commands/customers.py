"""`shopinf customers`: find the influencers among a store's customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, decimal, examples
from shopinf.errors import BadInput
from shopinf.people.enrichment import Sort, Wanted
from shopinf.periods import read_day

customers = Noun(help="Find the influencers among a store's customers.")
app = Noun()
app.add_typer(customers, name="customers")


@customers.callback()
def _noun() -> None:
    """Find the influencers among a store's customers."""


@customers.command(
    "enrich",
    asks=True,
    epilog=examples(
        "customers enrich --source csv:influencers.csv",
        "customers enrich --source csv:known.xlsx --source modash --max-credits 50 --min-followers 10000 -o found.csv",
        "customers enrich --source gravatar --source upfluence --max-credits 20 --all --tag influencer --yes",
    ),
)
def enrich(
    desk: DeskContext,
    source: Annotated[
        list[str],
        typer.Option("--source", help="csv:FILE, modash, influencersclub, gravatar, upfluence; in order.", metavar="S"),
    ],
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
    new: Annotated[bool, typer.Option("--new", help="Only customers created or changed since the last run.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", help="Only those created or changed since that day.", metavar="DATE")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every customer again.")] = False,
    min_followers: Annotated[
        int | None, typer.Option("--min-followers", help="Only who has so many followers.", metavar="N", min=0)
    ] = None,
    platform: Annotated[
        list[str] | None, typer.Option("--platform", help="Only accounts there; may be repeated.", metavar="P")
    ] = None,
    consented_only: Annotated[
        bool, typer.Option("--consented-only", help="Only customers who agreed to marketing by e-mail.")
    ] = False,
    possible: Annotated[
        bool, typer.Option("--possible", help="Also match a name together with a domain or a handle.")
    ] = False,
    max_credits: Annotated[
        Decimal | None,
        typer.Option("--max-credits", help="The most that may be spent, never passed.", metavar="N", parser=decimal),
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Tag them in the store.", metavar="TAG")] = None,
    sort: Annotated[Sort, typer.Option("--sort", help="What the list is ranked by.")] = Sort.FOLLOWERS,
    include_unmatched: Annotated[
        bool, typer.Option("--include-unmatched", help="Also list those who were not found, at the end.")
    ] = False,
    rematch_after: Annotated[
        int | None, typer.Option("--rematch-after", help="Ask again after so many days.", metavar="DAYS", min=0)
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="Say which field a column of the sheet is; may be repeated.", metavar="COLUMN=FIELD"
        ),
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Find the influencers among a store's customers, with their social profiles and what they bought.

    Sources are tried in the order given until one finds somebody. After a first run only customers created or changed
    since then are looked at. Nobody is asked about twice at a provider, whether somebody was found or not.
    """
    from shopinf.people.customers import read_tag
    from shopinf.people.profiles import read_platforms
    from shopinf.sheets.fields import read_mapping
    from shopinf.sources.specs import read_specs
    from shopinf.work.customers.enriching import Asked
    from shopinf.work.customers.enriching import enrich as carry_out

    if sum((new, since is not None, everybody)) > 1:
        raise BadInput("--new, --since and --all exclude each other", hint="Give one of them, or none.")
    if max_credits is not None and max_credits < 0:
        raise BadInput("--max-credits cannot be below 0", hint="Give the most that may be spent, like 50.")
    platforms = read_platforms(platform or ())
    asked = Asked(
        specs=read_specs(source),
        wanted=Wanted(min_followers, platforms, sort),
        new=new,
        since=read_day(since) if since else None,
        everybody=everybody,
        consented_only=consented_only,
        possible=possible,
        max_credits=max_credits,
        rematch_after=rematch_after,
        tag=read_tag(tag) if tag is not None else None,
        include_unmatched=include_unmatched,
        dry_run=dry_run,
        mapping=read_mapping(map_ or ()),
    )
    enriched = carry_out(desk, desk.stores(stores), asked)
    enriched.settle(desk.deliver(enriched.outcomes, enriched.answer, form))
    if enriched.anybody and not dry_run:
        desk.out.say(
            "Next: shopinf influencers list, or shopinf discounts create --campaign NAME --from FILE --percent 15"
        )
