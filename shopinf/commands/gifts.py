"""`shopinf gifts`: gifts to influencers, sent and followed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import BadInput

gifts = Noun(help="Send influencers gifts and follow the parcels.")
app = Noun()
app.add_typer(gifts, name="gifts")

CampaignOption = Annotated[str, typer.Option("--campaign", help="The campaign the gifts belong to.", metavar="NAME")]
SomeCampaignOption = Annotated[str | None, typer.Option("--campaign", help="Only this campaign.", metavar="NAME")]
InfluencerOption = Annotated[str | None, typer.Option("--influencer", help="Only this influencer.")]


@gifts.command(
    "send",
    asks=True,
    epilog=examples(
        "gifts send --campaign spring --from people.csv --variant SER30 --dry-run",
        "gifts send --campaign spring --from people.csv --variant SER30 --message 'Enjoy!' --yes",
        "gifts send --campaign spring --from lost.csv --variant SER30 --again --reason 'lost in the mail'",
    ),
)
def send(
    desk: DeskContext,
    campaign: CampaignOption,
    from_: Annotated[Path, typer.Option("--from", help="A sheet with one influencer a row; - is standard input.")],
    stores: StoreChoice = StoreChoice(),
    variant: Annotated[
        list[str] | None,
        typer.Option("--variant", help="What to send where a row names nothing; may be repeated.", metavar="ID|SKU"),
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", help="Goes into the order's note.", metavar="TEXT")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="A further tag of the orders; may be repeated.", metavar="T")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Send what can be sent, leave out the rest.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Send a replacement.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why a replacement; the same one is sent once.", metavar="TEXT")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Say which field a column is; may be repeated.", metavar="COLUMN=FIELD"),
    ] = None,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Send a gift to each influencer of a sheet; safe to run again, nobody gets two.

    Each gift is a draft order at 100 % discount with free shipping, checked to cost nothing and completed. Addresses
    come from the sheet, else from the store's customer with that e-mail; shopinf does not keep them.
    """
    from shopinf.sheets.fields import read_mapping
    from shopinf.work.gifts.asking import LONGEST_NOTE, Options, read_tags
    from shopinf.work.gifts.giving import send as send_gifts

    named = campaign.strip()
    if not named or not named.isprintable() or len(named) > 100:
        raise BadInput(
            "The campaign's name is empty, too long or not printable", hint="Give it like --campaign spring."
        )
    if again != bool(reason and reason.strip()):
        raise BadInput(
            "A replacement needs both --again and --reason", hint="Like --again --reason 'lost in the mail'."
        )
    if message and len(message) > LONGEST_NOTE:
        raise BadInput(f"The message is longer than {LONGEST_NOTE} signs", hint="Shorten --message.")
    options = Options(
        campaign=named,
        file=from_,
        variants=variant or (),
        message=message,
        tags=read_tags(tag or ()),
        partial=partial,
        reason=(reason or "").strip(),
        dry_run=dry_run,
        mapping=read_mapping(map_ or ()),
    )
    send_gifts(desk, desk.stores(stores), options, form)


@gifts.command("status", epilog=examples("gifts status --campaign spring", "gifts status --stale 10 -f csv"))
def status(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    stale: Annotated[
        int | None,
        typer.Option("--stale", help="Only gifts without news for so many days.", metavar="DAYS", min=0),
    ] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Follow the parcels of gifts that shopinf sent.

    Shipped is not delivered: some carriers tell no more than that.
    """
    from shopinf.work.gifts.choosing import GiftChoice
    from shopinf.work.gifts.following import follow

    follow(desk, desk.stores(stores), GiftChoice(campaign, influencer), form, stale=stale)


@gifts.command(
    "cancel", asks=True, epilog=examples("gifts cancel --campaign spring", "gifts cancel --influencer maya --yes")
)
def cancel(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Take back gifts that are not completed yet; they are not made again."""
    from shopinf.work.gifts.choosing import GiftChoice
    from shopinf.work.gifts.withdrawing import withdraw

    if not (campaign or influencer):
        raise BadInput(
            "It was not said which gifts to cancel", hint="Give at least one of --campaign and --influencer."
        )
    withdraw(desk, desk.stores(stores), GiftChoice(campaign, influencer), form, dry_run=dry_run)


@gifts.command("report", epilog=examples("gifts report", "gifts report --campaign spring --no-sync -f csv"))
def report(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Work from the ledger alone, offline.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Show what gifts were worth beside the net sales their influencers brought."""
    from shopinf.work.gifts.choosing import GiftChoice
    from shopinf.work.gifts.weighing import weigh

    weigh(desk, desk.stores(stores), GiftChoice(campaign, influencer), form, sync=not no_sync)
