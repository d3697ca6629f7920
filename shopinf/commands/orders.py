"""`shopinf orders`: read orders, attribute them to influencers, and explain the sums."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf import periods
from shopinf.attribution.commissions import read_commission
from shopinf.attribution.credits import MultiCode, Rules
from shopinf.attribution.report import By, Choice, DateBasis
from shopinf.commands.options import DeskContext, FormChoice, Noun, ReportForm, StoreChoice, examples
from shopinf.errors import BadInput, PartlyDone
from shopinf.results import Failure, Format, Result, columns
from shopinf.times import iso

if TYPE_CHECKING:
    from shopinf.outcomes import Done
    from shopinf.work.orders.reconciling import Reconciled
    from shopinf.work.orders.sync import Synced

orders = Noun(help="Read orders and attribute them to influencers.")
app = Noun()
app.add_typer(orders, name="orders")


PeriodOption = Annotated[
    str | None, typer.Option("--period", help=f"One of {periods.NAMES}.", metavar="P", show_default=False)
]
SinceOption = Annotated[str | None, typer.Option("--from", help="The first day, YYYY-MM-DD.", metavar="D")]
UntilOption = Annotated[str | None, typer.Option("--to", help="The last day, included.", metavar="D")]

SYNC_COLUMNS = columns(
    "store",
    numbers="read removed",
    times="complete_from synced_at",
    order="store read removed complete_from synced_at truncated",
)
EXPLAIN_COLUMNS = columns("about says", money="amount")
RECONCILE_COLUMNS = columns(
    order="store order_id order_name currency figure ours theirs difference",
    numbers="order_id",
    money="ours theirs difference",
)


class Compare(StrEnum):
    """What a report can be compared with."""

    PREVIOUS = "previous"


class Audience(StrEnum):
    """Who will read a report."""

    INTERNAL = "internal"
    CLIENT = "client"


@orders.command(
    "sync", epilog=examples("orders sync", "orders sync --all-stores --quiet", "orders sync --since 2026-01-01")
)
def sync(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    since: Annotated[
        str | None, typer.Option("--since", help="How far back orders are read; earlier days can follow.", metavar="D")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read all of them again; deleted ones are found.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Bring the ledger's copy of the orders up to date; only what changed is read.

    The first time everything is read that Shopify shows, as fast as the store's rate limit allows; a reading that was
    interrupted goes on where it was.
    """
    from shopinf.work.orders.seats import Seats
    from shopinf.work.orders.sync import sync_orders

    day = periods.read_day(since) if since else None
    chosen = desk.stores(stores)
    seats = Seats(len(chosen))
    outcomes = desk.each_store(
        chosen, lambda store: sync_orders(desk, store, since=day, full=full, seats=seats)
    ).or_raise()
    desk.deliver(outcomes, _synced, form)
    outcomes.settle()


@orders.command(
    "attribute",
    epilog=examples(
        "orders attribute --period last-month",
        "orders attribute --period 2026-06 --by order -o june.csv",
        "orders attribute --from 2026-06-01 --to 2026-06-15 --all-stores --date event -f json",
        "orders attribute --period 2026-06 --compare previous -o june.html",
    ),
)
def attribute(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    by: Annotated[By, typer.Option("--by", help="What a row stands for.")] = By.INFLUENCER,
    date: Annotated[
        DateBasis | None, typer.Option("--date", help="Count refunds on the order's day, or each on its own.")
    ] = None,
    campaign: Annotated[list[str] | None, typer.Option("--campaign", help="Only this one; may be repeated.")] = None,
    influencer: Annotated[
        list[str] | None, typer.Option("--influencer", help="Only this one; may be repeated.")
    ] = None,
    multi_code: Annotated[
        MultiCode | None, typer.Option("--multi-code", help="Who gets an order with several influencers' codes.")
    ] = None,
    links: Annotated[bool, typer.Option("--links", help="Count orders that came by a link and used no code.")] = False,
    include_pending: Annotated[bool, typer.Option("--include-pending", help="Count orders not paid yet.")] = False,
    include_zero: Annotated[bool, typer.Option("--include-zero", help="Show those who sold nothing too.")] = False,
    commission: Annotated[
        str | None, typer.Option("--commission", help="For rows without a rate: 10% or 5.00.", metavar="R")
    ] = None,
    compare: Annotated[Compare | None, typer.Option("--compare", help="Show what it was in the period before.")] = None,
    audience: Annotated[
        Audience | None,
        typer.Option("--for", help="A client's copy leaves out commission and reasons; html is one by default."),
    ] = None,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Work from the ledger alone, offline.")] = False,
    form: ReportForm = ReportForm(),
) -> None:
    """Attribute orders to the influencers whose codes they used: sales, returns and commission.

    Only codes that shopinf made or imported count. Orders changed since the last time are read first; everything else
    comes from the ledger. Days are days in each shop's own time zone.
    """
    from shopinf.work.orders.attributing import Asked, attribute_stores, check_rate, named
    from shopinf.work.orders.presenting import presented

    format = desk.form(form).format
    chosen = desk.stores(stores)
    spans = periods.read_periods(period, since, until, todays={store.name: desk.today(store) for store in chosen})
    rate = commission or desk.config.commission
    check_rate(rate, chosen)
    choice = Choice(
        by,
        date or DateBasis(desk.config.date),
        include_pending,
        include_zero,
        tuple(campaign or ()),
        tuple(influencer or ()),
    )
    asked = Asked(
        named(desk, chosen, choice),
        multi_code or MultiCode(desk.config.multi_code),
        links,
        rate,
        compare=compare is not None,
        client=audience is Audience.CLIENT or (audience is None and format is Format.HTML),
        sync=not no_sync,
    )
    outcomes = attribute_stores(desk, chosen, spans, asked)
    now = desk.clock.now()
    result = desk.deliver(
        outcomes, lambda done, failures: presented(format, done, failures, asked, now), form, periods=spans
    )
    if not result.rows:
        desk.out.say("No order of this period used a code that shopinf made or imported.")
    outcomes.settle()


@orders.command("explain", epilog=examples("orders explain 1001", "orders explain '#1001' --store maya-shop"))
def explain(
    desk: DeskContext,
    order: Annotated[str, typer.Argument(help="Its name like #1001, its number, or its id.", metavar="ORDER")],
    stores: StoreChoice = StoreChoice(),
    multi_code: Annotated[
        MultiCode | None, typer.Option("--multi-code", help="Who gets an order with several influencers' codes.")
    ] = None,
    links: Annotated[bool, typer.Option("--links", help="Count orders that came by a link and used no code.")] = False,
    commission: Annotated[
        str | None, typer.Option("--commission", help="Where nobody has a rate: 10% or 5.00.", metavar="R")
    ] = None,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Work from the ledger alone, offline.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Explain one order: its lines, discounts and refunds, the codes it used, the rule applied and the sum."""
    from shopinf.work.orders.explaining import explain_order

    store = desk.store(stores)
    rate = commission or desk.config.commission
    default = read_commission(rate, store.currency) if rate else None
    rules = Rules(multi_code or MultiCode(desk.config.multi_code), links, default)
    found, steps = explain_order(desk, store, order, rules, live=not no_sync)
    rows = [{"about": step.about, "says": step.says, "amount": step.amount} for step in steps]
    body = {"store": store.name, "order_id": found.order_id, "order_name": found.name, "currency": found.currency}
    result = Result("shopinf.orders.explain/1", EXPLAIN_COLUMNS, rows, body={**body, "rows": rows})
    desk.show(result, form, store=store)


@orders.command("reconcile", epilog=examples("orders reconcile", "orders reconcile --period last-month -f json"))
def reconcile(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Compare our gross, discounts, returns and net of all orders with the store's own totals.

    All orders are read anew for it, with and without codes. The first rows are the sums over all of them, the others
    each difference, which ends with exit code 7. Without a period: everything that Shopify shows.
    """
    from shopinf.work.orders.reconciling import reconcile as reconcile_store
    from shopinf.work.orders.seats import Seats

    chosen = desk.stores(stores)
    spans: dict[str, periods.Period] = {}
    if period or since or until:
        spans = periods.read_periods(period, since, until, todays={s.name: desk.today(s) for s in chosen})
    elif "{period}" in str(form.output):
        raise BadInput("{period} in --output needs a period", hint="Add --period, or --from and --to.")
    seats = Seats(len(chosen))
    outcomes = desk.each_store(
        chosen, lambda store: reconcile_store(desk, store, spans.get(store.name), seats)
    ).or_raise()
    done = [found for _, found in outcomes.done]
    desk.deliver(outcomes, _reconciled, form, periods=spans)
    for found in done:
        desk.out.say(f"{found.store.name}: {found.orders:,} orders compared, {found.differing:,} differ.")
    outcomes.settle()
    if differing := sum(found.differing for found in done):
        raise PartlyDone(
            f"{differing:,} orders differ from the store's own totals",
            hint=f"shopinf orders explain {next(f.differences[0]['order_id'] for f in done if f.differences)}",
        )


def _synced(done: Done[Synced], failures: Sequence[Failure]) -> Result:
    rows = [_sync_row(synced) for _, synced in done]
    notes = [note for _, synced in done for note in synced.said]
    return Result("shopinf.orders.sync/1", SYNC_COLUMNS, rows, notes=notes, failures=failures)


def _reconciled(done: Done[Reconciled], failures: Sequence[Failure]) -> Result:
    rows = [row for _, found in done for row in found.rows()]
    stores = [{"store": store.name, "orders": f.orders, "differing": f.differing} for store, f in done]
    body = {"stores": stores, "rows": rows}
    return Result("shopinf.orders.reconcile/1", RECONCILE_COLUMNS, rows, body=body, failures=failures)


def _sync_row(synced: Synced) -> dict[str, Any]:
    sync, zone = synced.sync, synced.store.zone
    return {
        "store": synced.store.name,
        "read": synced.read,
        "removed": synced.removed,
        "complete_from": iso(sync.reach, zone) if sync else None,
        "synced_at": iso(sync.finished_at, zone) if sync else None,
        "truncated": bool(sync and sync.truncated),
    }
