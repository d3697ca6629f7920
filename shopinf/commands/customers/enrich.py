"""`shopinf customers enrich`: whom to look for, where, and who was found, ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.customers.choice import (
    ConsentedOption,
    MinFollowersOption,
    PlatformOption,
    TagOption,
    read_wanted,
)
from shopinf.commands.customers.rows import COLUMNS
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, MapOption, Noun, StoreChoice, examples
from shopinf.commands.sources.choice import MaxCreditsOption, SourcesOption
from shopinf.errors import BadInput
from shopinf.people.customers import read_tag
from shopinf.people.enrichment import Sort
from shopinf.periods import read_day
from shopinf.sheets.fields import read_mapping
from shopinf.sources.specs import read_specs

if TYPE_CHECKING:
    from shopinf.work.customers.enrich import Asked

app = Noun()


@dataclass(frozen=True)
class EnrichOptions:
    """Where influencers are looked for, among which customers, and who belongs in the list."""

    source: SourcesOption
    new: Annotated[
        bool, typer.Option("--new", help="Ask only about customers created or changed since the last run.")
    ] = False
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Answer with this run's matches, not with every one known.")
    ] = False
    since: Annotated[
        str | None, typer.Option("--since", help="Only those created or changed since that day.", metavar="DATE")
    ] = None
    everybody: Annotated[bool, typer.Option("--all", help="Every customer again.")] = False
    min_followers: MinFollowersOption = None
    platform: PlatformOption = None
    consented_only: ConsentedOption = False
    possible: Annotated[
        bool, typer.Option("--possible", help="Also match a name together with a domain or a handle.")
    ] = False
    max_credits: MaxCreditsOption = None
    tag: TagOption = None
    sort: Annotated[Sort, typer.Option("--sort", help="What the list is ranked by.")] = Sort.FOLLOWERS
    include_unmatched: Annotated[
        bool, typer.Option("--include-unmatched", help="Also list those who were not found, at the end.")
    ] = False
    rematch_after: Annotated[
        int | None, typer.Option("--rematch-after", help="Ask again after so many days.", metavar="DAYS", min=0)
    ] = None
    map_: MapOption = None

    def __post_init__(self) -> None:
        if sum((self.new, self.since is not None, self.everybody)) > 1:
            raise BadInput("--new, --since and --all exclude each other", hint="Give one of them, or none.")

    def asked(self, *, dry_run: bool) -> Asked:
        """What they ask for; what cannot be read is refused."""
        from shopinf.work.customers.enrich import Asked

        return Asked(
            specs=read_specs(self.source),
            wanted=read_wanted(self.min_followers, self.platform, self.sort),
            new=self.new,
            only_new=self.only_new,
            since=read_day(self.since) if self.since else None,
            everybody=self.everybody,
            consented_only=self.consented_only,
            possible=self.possible,
            max_credits=self.max_credits,
            rematch_after=self.rematch_after,
            tag=read_tag(self.tag) if self.tag is not None else None,
            include_unmatched=self.include_unmatched,
            dry_run=dry_run,
            mapping=read_mapping(self.map_ or ()),
        )


@app.command(
    "enrich",
    columns=COLUMNS,
    sheet=True,
    asks=True,
    epilog=examples(
        "customers enrich --source csv:influencers.csv",
        "customers enrich --source csv:known.xlsx --source modash --max-credits 50 --min-followers 10000 -o found.csv",
        "customers enrich --source gravatar --source upfluence --max-credits 20 --all --tag influencer --yes",
    ),
)
def enrich(
    desk: DeskContext,
    options: EnrichOptions,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
    dry_run: DryRunOption = False,
) -> None:
    """Find the influencers among a store's customers, with their social profiles and what they bought.

    Sources are tried in the order given until one finds somebody. After a first run only customers created or changed
    since then are asked about; the answer still holds everybody who was found before. Nobody is asked about twice at a
    provider, whether somebody was found or not.
    """
    from shopinf.commands.customers.rows import say_nobody, show_enriched
    from shopinf.work.customers.enrich import enrich as carry_out

    asked = options.asked(dry_run=dry_run)
    enriched = carry_out(desk, desk.stores(stores), asked)
    show_enriched(desk, enriched, form)
    say_nobody(desk, enriched, [spec.shown for spec in asked.specs])
    if dry_run:
        desk.out.say("Nothing was written.")
    elif enriched.anybody:
        desk.out.say(
            "Next: shopinf influencers list, or shopinf discounts create --campaign NAME --sheet FILE --percent 15"
        )
