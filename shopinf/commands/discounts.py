"""`shopinf discounts`: influencers' codes, made and looked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.choices import exactly_one
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import BadInput

if TYPE_CHECKING:
    from shopinf.desk import Desk

discounts = Noun(help="Make and look after influencers' discount codes.")
app = Noun()
app.add_typer(discounts, name="discounts")

CampaignOption = Annotated[str, typer.Option("--campaign", help="The campaign the codes belong to.", metavar="NAME")]
SomeCampaignOption = Annotated[str | None, typer.Option("--campaign", help="Only this campaign.", metavar="NAME")]
InfluencerOption = Annotated[str | None, typer.Option("--influencer", help="Only this influencer.")]
CodeOption = Annotated[list[str] | None, typer.Option("--code", help="Only this code; may be repeated.")]
CodeArgument = Annotated[str, typer.Argument(help="A code that shopinf made or imported.", metavar="CODE")]
RedirectOption = Annotated[str | None, typer.Option("--redirect", help="The page that links lead to.", metavar="PATH")]
UtmOption = Annotated[
    list[str] | None, typer.Option("--utm", help="Goes into links, like source=maya; may be repeated.", metavar="K=V")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="Say which field a column is; may be repeated.", metavar="COLUMN=FIELD"),
]


@discounts.command(
    "create",
    asks=True,
    epilog=examples(
        "discounts create --campaign q4 --influencer maya --percent 15",
        "discounts create --campaign q4 --from influencers.csv --percent 15 --ends 2026-12-31 --yes",
        "discounts create --campaign wave2 --count 500 --amount 10 --once-per-customer --dry-run",
    ),
)
def create(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: CampaignOption,
    from_: Annotated[
        Path | None, typer.Option("--from", help="A sheet with one influencer a row; - is standard input.")
    ] = None,
    count: Annotated[int | None, typer.Option("--count", help="So many codes for nobody in particular.", min=1)] = None,
    influencer: Annotated[str | None, typer.Option("--influencer", help="One influencer.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="The code for --influencer, as it is to be.")] = None,
    slot: Annotated[str, typer.Option("--slot", help="Tells an influencer's second code from the first.")] = "",
    percent: Annotated[str | None, typer.Option("--percent", help="Per cent off.", metavar="P")] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", help="An amount off, in the shop's currency.", metavar="A")
    ] = None,
    free_shipping: Annotated[bool, typer.Option("--free-shipping", help="Free shipping.")] = False,
    track_only: Annotated[
        bool, typer.Option("--track-only", help="Nothing off: the code only tells whose sale.")
    ] = False,
    pattern: Annotated[
        str | None,
        typer.Option(
            "--pattern",
            help="How codes are named: {first_name} {last_name} {influencer} {username} {value} {campaign} {n} "
            "{random:6}.",
            metavar="TEXT",
        ),
    ] = None,
    starts: Annotated[
        str | None, typer.Option("--starts", help="The first day, in the shop's zone.", metavar="D")
    ] = None,
    ends: Annotated[str | None, typer.Option("--ends", help="The last day, included.", metavar="D")] = None,
    once_per_customer: Annotated[
        bool | None, typer.Option("--once-per-customer/--not-once-per-customer", help="Each customer may use it once.")
    ] = None,
    usage_limit: Annotated[int | None, typer.Option("--usage-limit", help="Uses of each code.", min=1)] = None,
    min_subtotal: Annotated[
        str | None, typer.Option("--min-subtotal", help="The least an order must be worth.", metavar="A")
    ] = None,
    min_quantity: Annotated[int | None, typer.Option("--min-quantity", help="The fewest items.", min=1)] = None,
    product: Annotated[
        list[str] | None,
        typer.Option("--product", help="Only for this product or SKU; may be repeated.", metavar="ID|SKU"),
    ] = None,
    collection: Annotated[
        list[int] | None, typer.Option("--collection", help="Only for this collection; may be repeated.", metavar="ID")
    ] = None,
    commission: Annotated[
        str | None, typer.Option("--commission", help="What the influencer earns.", metavar="10%|5.00")
    ] = None,
    redirect: RedirectOption = None,
    utm: UtmOption = None,
    shared_rule: Annotated[
        bool, typer.Option("--shared-rule", help="One price rule for all codes of equal terms.")
    ] = False,
    own_rules: Annotated[bool, typer.Option("--own-rules", help="A price rule for each code.")] = False,
    update_terms: Annotated[
        bool, typer.Option("--update-terms", help="Change codes that exist with other terms.")
    ] = False,
    map_: MapOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Make discount codes with their affiliate links; safe to run again."""
    from shopinf.discounts.campaigns import read_campaign
    from shopinf.sheets.fields import read_mapping
    from shopinf.work.discounts.asking import Options
    from shopinf.work.discounts.creating import create as create_codes
    from shopinf.work.discounts.creating import read_choices

    exactly_one(**{"from": from_, "count": count, "influencer": influencer})
    options = Options(
        campaign=read_campaign(campaign),
        file=from_,
        count=count,
        influencer=influencer,
        code=code,
        slot=slot.strip(),
        percent=percent,
        amount=amount,
        free_shipping=free_shipping,
        track_only=track_only,
        starts=starts,
        ends=ends,
        once_per_customer=once_per_customer,
        usage_limit=usage_limit,
        min_subtotal=min_subtotal,
        min_quantity=min_quantity,
        products=product or (),
        collections=collection or (),
        commission=commission,
        redirect=redirect,
        utm=utm or (),
        mapping=read_mapping(map_ or ()),
    )
    choices = read_choices(options, pattern, shared=shared_rule, own=own_rules, update=update_terms, dry_run=dry_run)
    create_codes(desk, desk.stores(stores), options, choices, form)


@discounts.command(
    "list", epilog=examples("discounts list --campaign q4", "discounts list --status active --status scheduled -f csv")
)
def list_(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status",
            help="active, scheduled, paused, expired, missing or retired; may be repeated.",
            metavar="STATUS",
        ),
    ] = None,
) -> None:
    """List the codes that shopinf made or imported, as they stand now."""
    from shopinf.work.discounts.codechoice import CodeChoice
    from shopinf.work.discounts.listing import list_codes, read_standings

    list_codes(desk, desk.stores(stores), CodeChoice(campaign, influencer), read_standings(status or ()), form)


@discounts.command(
    "links",
    epilog=examples(
        "discounts links --campaign q4 -o links.csv",
        "discounts links --influencer maya --redirect /products/serum --utm source={influencer}",
    ),
)
def links(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    code: CodeOption = None,
    redirect: RedirectOption = None,
    utm: UtmOption = None,
    qr: Annotated[
        Path | None, typer.Option("--qr", help="Write a QR code of each link into this folder.", metavar="DIR")
    ] = None,
) -> None:
    """Show affiliate links of codes; what is given here stands in for what they were made with."""
    from shopinf.discounts.links import read_redirect, read_utm
    from shopinf.work.discounts.codechoice import CodeChoice
    from shopinf.work.discounts.listing import list_links

    list_links(
        desk,
        desk.stores(stores),
        CodeChoice(campaign, influencer, code or ()),
        form,
        redirect=read_redirect(redirect) if redirect else None,
        utm=read_utm(utm) if utm else None,
        qr=qr,
    )


@discounts.command(
    "pause", asks=True, epilog=examples("discounts pause --code MAYA15", "discounts pause --campaign q4 --yes")
)
def pause(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    code: CodeOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Pause codes: a rule of its own ends now; on a shared rule the code is deleted, after a question."""
    _tend(desk, stores, form, "pause", campaign, influencer, code, dry_run)


@discounts.command("resume", asks=True, epilog=examples("discounts resume --campaign q4 --yes"))
def resume(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    code: CodeOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Resume paused codes with their former dates."""
    _tend(desk, stores, form, "resume", campaign, influencer, code, dry_run)


@discounts.command("retire", asks=True, epilog=examples("discounts retire --influencer maya --yes"))
def retire(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    code: CodeOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """End codes for good; they are never made again, and old orders stay attributed."""
    _tend(desk, stores, form, "retire", campaign, influencer, code, dry_run)


def _tend(
    desk: Desk,
    stores: StoreChoice,
    form: FormChoice,
    verb: str,
    campaign: str | None,
    influencer: str | None,
    code: list[str] | None,
    dry_run: bool,
) -> None:
    from shopinf.work.discounts.codechoice import CodeChoice
    from shopinf.work.discounts.tending import Act, tend

    if not (campaign or influencer or code):
        raise BadInput(
            f"It was not said which codes to {verb}", hint="Give at least one of --campaign, --influencer and --code."
        )
    tend(desk, desk.stores(stores), CodeChoice(campaign, influencer, code or ()), Act(verb), form, dry_run=dry_run)


@discounts.command("assign", epilog=examples("discounts assign MAYA15 leo --from 2026-11-01"))
def assign(
    desk: DeskContext,
    code: CodeArgument,
    influencer: Annotated[str, typer.Argument(help="Whose it is to be.", metavar="INFLUENCER")],
    stores: StoreChoice,
    form: FormChoice,
    since: Annotated[
        str | None, typer.Option("--from", help="The first day, in the shop's zone; today by default.", metavar="D")
    ] = None,
) -> None:
    """Give a code to another influencer; earlier orders stay with the former one."""
    from shopinf.periods import read_day
    from shopinf.work.discounts.handing import assign as assign_code

    assign_code(desk, desk.store(stores), code, influencer, read_day(since) if since else None, form)


@discounts.command("rename", epilog=examples("discounts rename MAYA15 MAYA20"))
def rename(
    desk: DeskContext,
    code: CodeArgument,
    new: Annotated[str, typer.Argument(help="Its new name.", metavar="NEW")],
    stores: StoreChoice,
    form: FormChoice,
) -> None:
    """Give a code another name; orders with the old name stay attributed, links with it end."""
    from shopinf.work.discounts.handing import rename as rename_code

    rename_code(desk, desk.store(stores), code, new.strip(), form)


@discounts.command("check", epilog=examples("discounts check --campaign q4"))
def check(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    campaign: SomeCampaignOption = None,
    influencer: InfluencerOption = None,
    code: CodeOption = None,
) -> None:
    """Compare the codes with what the stores have, each difference with its fix; exit 7 if there are any."""
    from shopinf.work.discounts.checking import check as check_codes
    from shopinf.work.discounts.codechoice import CodeChoice

    check_codes(desk, desk.stores(stores), CodeChoice(campaign, influencer, code or ()), form)


@discounts.command(
    "import",
    asks=True,
    epilog=examples(
        "discounts import codes.csv --campaign upfluence",
        "discounts import codes.csv --mode adopt --map 'Promo=code'",
    ),
)
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A sheet with a code a row; - is standard input.", metavar="FILE")],
    stores: StoreChoice,
    form: FormChoice,
    mode: Annotated[
        str, typer.Option("--mode", help="track: only attribute; adopt: also manage their price rules.", metavar="MODE")
    ] = "track",
    campaign: Annotated[
        str, typer.Option("--campaign", help="The campaign of rows that name none.", metavar="NAME")
    ] = "imported",
    map_: MapOption = None,
) -> None:
    """Take in codes from a previous provider, each checked in the store; nothing in the store changes."""
    from shopinf.discounts.campaigns import read_campaign
    from shopinf.sheets.fields import read_mapping
    from shopinf.work.discounts.tracking import Mode, import_codes

    if mode not in ("track", "adopt"):
        raise BadInput(f"There is no mode {mode!r}", hint="Choose --mode track or --mode adopt.")
    import_codes(desk, desk.stores(stores), file, Mode(mode), read_campaign(campaign), read_mapping(map_ or ()), form)
