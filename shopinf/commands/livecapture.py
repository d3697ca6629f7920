"""`shopinf livecapture`: hear of influencers who show interest in a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shopinf.commands.customers.choice import (
    ConsentedOption,
    MinFollowersOption,
    PlatformOption,
    TagOption,
    read_wanted,
)
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.sources.choice import MaxCreditsOption, SourceOption
from shopinf.errors import BadInput, PartlyDone
from shopinf.livecapture import KEEP_DAYS, PORT, Method, read_endpoint, read_src
from shopinf.outcomes import Done, Outcomes
from shopinf.periods import read_day
from shopinf.results import Failure, Result, columns
from shopinf.stores import Store
from shopinf.words import counted

livecapture = Noun(help="Hear of influencers who show interest in a store.")
app = Noun()
app.add_typer(livecapture, name="livecapture")

INSTALL_COLUMNS = columns("store method status src id file paste_at ends_at")
STATUS_COLUMNS = columns(order="store what status id src ours ends_at at", times="at")
REMOVED_COLUMNS = columns("store id src status")


@livecapture.command(
    "install",
    epilog=examples(
        "livecapture install --endpoint https://capture.example.com",
        "livecapture install --src https://cdn.example.com/capture.js --method snippet --out ./client",
    ),
)
def install(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    src: Annotated[
        str | None, typer.Option("--src", help="Another party's script instead of ours.", metavar="URL")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="Your collector's public address.", metavar="URL")
    ] = None,
    method: Annotated[Method, typer.Option("--method", help="How it gets onto the storefront.")] = Method.AUTO,
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the files to paste.", metavar="DIR", file_okay=False)
    ] = Path("shopinf-livecapture"),
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Put a capture on the storefront, or hand over what has to be pasted.

    Shopify has refused new script tags since 2026-10-01 and stops loading existing ones on 2027-03-01, so a custom
    pixel and a theme snippet are written, ready to paste. Nothing is collected before a visitor consents.
    """
    from shopinf.work.livecapture.installing import Installed, Wish, all_rows
    from shopinf.work.livecapture.installing import install as carry_out

    if src and endpoint:
        raise BadInput("Only one of --src and --endpoint can be given", hint="--endpoint is for our own script.")
    wish = Wish(read_src(src) if src else None, read_endpoint(endpoint) if endpoint else None, method, out, dry_run)
    outcomes = desk.each_store(desk.stores(stores), lambda store: carry_out(desk, store, wish)).or_nothing()

    def answer(done: Done[Installed], failures: Sequence[Failure]) -> Result:
        rows, notes = all_rows(done)
        return Result("shopinf.livecapture.install/1", INSTALL_COLUMNS, rows, notes=notes, failures=failures)

    desk.deliver(outcomes, answer, form)
    outcomes.settle()


@livecapture.command("status", epilog=examples("livecapture status", "livecapture status --all-stores -f json"))
def status(desk: DeskContext, stores: StoreChoice = StoreChoice(), form: FormChoice = FormChoice()) -> None:
    """Show script tags and when they end, whether the storefront loads the script, and the last event.

    A pixel cannot be seen from outside; its events can.
    """
    from shopinf.work.livecapture.tending import Seen, looked_at

    outcomes = desk.each_store(desk.stores(stores), lambda store: looked_at(desk, store)).or_nothing()

    def answer(done: Done[Seen], failures: Sequence[Failure]) -> Result:
        rows = [row for _, (mine, _) in done for row in mine]
        notes = [note for _, (_, mine) in done for note in mine]
        return Result("shopinf.livecapture.status/1", STATUS_COLUMNS, rows, notes=notes, failures=failures)

    desk.deliver(outcomes, answer, form)
    outcomes.settle()


@livecapture.command(
    "uninstall",
    asks=True,
    epilog=examples("livecapture uninstall --yes", "livecapture uninstall -s maya-shop --dry-run"),
)
def uninstall(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    src: Annotated[
        str | None, typer.Option("--src", help="Also the tags that load this script.", metavar="URL")
    ] = None,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Remove the script tags that shopinf installed; pixels and snippets go where they were pasted."""
    from shopinf.work.livecapture.tending import Removed, removal_row, remove, tags_to_remove

    chosen = desk.stores(stores)
    found = desk.each_store(chosen, lambda store: tags_to_remove(desk, store, src)).or_nothing()
    wanted = dict(found.done)
    count = sum(map(len, wanted.values()))
    if count and not dry_run:
        names = ", ".join(store.name for store, tags in found.done if tags)
        desk.out.confirm(f"Remove {counted(count, 'script tag')} from {names}?")

    def work(store: Store) -> Removed:
        if dry_run or not wanted[store]:
            return [removal_row(store, tag, "would be removed") for tag in wanted[store]], []
        return remove(desk, store, wanted[store])

    def answer(done: Done[Removed], failures: Sequence[Failure]) -> Result:
        rows = [row for _, (mine, _) in done for row in mine]
        notes = [] if rows else ["no script tag of ours is there"]
        lost = [*failures, *(each for _, (_, mine) in done for each in mine)]
        return Result("shopinf.livecapture.uninstall/1", REMOVED_COLUMNS, rows, notes=notes, failures=lost)

    removed = desk.each_store(list(wanted), work).after(found).or_raise()
    whole = desk.deliver(removed, answer, form)
    desk.out.say("A pixel is removed under Settings > Customer events, a snippet in the theme's code.")
    _settle(whole.failures)


@livecapture.command(
    "serve",
    attended=True,
    epilog=examples("livecapture serve", "livecapture serve --all-stores --port 8788 --keep-days 90"),
)
def serve(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    host: Annotated[str, typer.Option("--host", help="The address to listen at; this machine's own.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port; 0 takes a free one.", min=0, max=65535)] = PORT,
    keep_days: Annotated[
        int, typer.Option("--keep-days", help="Days that a lead is kept after its last event.", metavar="N", min=1)
    ] = KEEP_DAYS,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="A further domain of the store; may be repeated.", metavar="URL"),
    ] = None,
    per_minute: Annotated[
        int, typer.Option("--per-minute", help="Events that one visitor may send a minute.", metavar="N", min=1)
    ] = 30,
) -> None:
    """Take the script's events and keep them as leads, until Ctrl-C.

    Storefronts call it by https, so put a reverse proxy in front. Only pages of the stores are listened to.
    """
    from shopinf.work.livecapture.serving import Place, collect

    collect(desk, desk.stores(stores), Place(host, port, keep_days, per_minute, tuple(origin or ())))


@livecapture.command(
    "leads",
    asks=True,
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
    from shopinf.sources.specs import read_specs
    from shopinf.work.livecapture.leads import COLUMNS, Lookup, connected_sources, listed

    if source and not enrich:
        raise BadInput("--source is for --enrich", hint="Add --enrich, or leave --source out.")
    chosen = desk.stores(stores)
    lookup = Lookup(read_specs(source) if source else connected_sources(desk), max_credits) if enrich else None
    found = listed(desk, chosen, read_day(since) if since else None, lookup)
    if lookup and not lookup.specs:
        found.notes.append("no source is connected, so leads were only compared with the influencers you know")

    def answer(done: Done[Store], failures: Sequence[Failure]) -> Result:
        names = {store.name for store, _ in done}
        rows = [row for row in found.rows if row["store"] in names]
        lost = [*failures, *found.failures]
        return Result("shopinf.livecapture.leads/1", COLUMNS, rows, notes=found.notes, failures=lost)

    desk.deliver(Outcomes.of((store, store) for store in chosen), answer, form)
    found.settle()


@livecapture.command(
    "run",
    asks=True,
    epilog=examples(
        "livecapture run --source csv:influencers.csv", "livecapture run --all-stores --max-credits 20 --yes -q"
    ),
)
def run(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    source: SourceOption = None,
    retroactive: Annotated[
        bool, typer.Option("--retroactive", "--all", help="Every customer again, not only since the last run.")
    ] = False,
    min_followers: MinFollowersOption = None,
    platform: PlatformOption = None,
    consented_only: ConsentedOption = False,
    max_credits: MaxCreditsOption = None,
    tag: TagOption = None,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Find the influencers among customers created or changed since the last run, without any script.

    Without --source it goes through the sources of earlier runs. The first run looks at everybody; one that was stopped
    goes on where it was. Made for cron.
    """
    from shopinf.commands.customers.rows import show_enriched
    from shopinf.people.customers import read_tag
    from shopinf.sources.specs import read_specs
    from shopinf.work.customers.enrich import Asked, enrich
    from shopinf.work.livecapture.running import Remembered, sources_of

    chosen = desk.stores(stores)
    remembered = Remembered(read_specs(source)) if source else sources_of(desk, chosen)
    asked = Asked(
        specs=remembered.specs,
        wanted=read_wanted(min_followers, platform),
        new=not retroactive,
        everybody=retroactive,
        consented_only=consented_only or remembered.consented_only,
        possible=remembered.possible,
        max_credits=max_credits,
        tag=read_tag(tag) if tag is not None else None,
        dry_run=dry_run,
    )
    show_enriched(desk, enrich(desk, chosen, asked), form)


def _settle(failures: Sequence[Failure]) -> None:
    if failures:
        raise PartlyDone(
            f"{len(failures)} could not be removed", hint="Run the same command again; the others are gone."
        )
