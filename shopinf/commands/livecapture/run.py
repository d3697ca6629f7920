"""`shopinf livecapture run`: the influencers among new customers, found without any script."""

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
from shopinf.commands.livecapture.sources import Remembered, sources_of
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.sources.choice import MaxCreditsOption, SourceOption
from shopinf.people.customers import read_tag
from shopinf.sources.specs import read_specs

if TYPE_CHECKING:
    from shopinf.work.customers.enrich import Asked

app = Noun()


@dataclass(frozen=True)
class RunOptions:
    """Where influencers are looked for, among which customers, and who belongs in the list."""

    source: SourceOption = None
    retroactive: Annotated[
        bool, typer.Option("--retroactive", "--all", help="Every customer again, not only since the last run.")
    ] = False
    min_followers: MinFollowersOption = None
    platform: PlatformOption = None
    consented_only: ConsentedOption = False
    max_credits: MaxCreditsOption = None
    tag: TagOption = None

    def asked(self, remembered: Remembered, *, dry_run: bool) -> Asked:
        """What they ask for; where they do not say, it is as it was in earlier runs."""
        from shopinf.work.customers.enrich import Asked

        return Asked(
            specs=remembered.specs,
            wanted=read_wanted(self.min_followers, self.platform),
            new=not self.retroactive,
            only_new=True,
            everybody=self.retroactive,
            consented_only=self.consented_only or remembered.consented_only,
            possible=remembered.possible,
            max_credits=self.max_credits,
            tag=read_tag(self.tag) if self.tag is not None else None,
            dry_run=dry_run,
        )


@app.command(
    "run",
    columns=COLUMNS,
    sheet=True,
    asks=True,
    epilog=examples(
        "livecapture run --source csv:influencers.csv", "livecapture run --all-stores --max-credits 20 --yes -q"
    ),
)
def run(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    options: RunOptions = RunOptions(),
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Find the influencers among customers created or changed since the last run, without any script.

    Without --source it goes through the sources of earlier runs. The first run looks at everybody; one that was stopped
    goes on where it was. Made for cron.
    """
    from shopinf.commands.customers.rows import say_nobody, show_enriched
    from shopinf.work.customers.enrich import enrich

    chosen = desk.stores(stores)
    remembered = Remembered(read_specs(options.source)) if options.source else sources_of(desk, chosen)
    enriched = enrich(desk, chosen, options.asked(remembered, dry_run=dry_run))
    show_enriched(desk, enriched, form)
    say_nobody(desk, enriched, [spec.shown for spec in remembered.specs])
