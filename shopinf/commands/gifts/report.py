"""`shopinf gifts report`: what gifts were worth in the shop, beside the net sales that their influencers brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from shopinf.attribution.credits import Status
from shopinf.attribution.report import By, Choice, StoreOrders
from shopinf.attribution.report import report as added_up
from shopinf.commands.gifts.choice import GiftChoice, choose_gifts, people_of
from shopinf.commands.options import DeskContext, FormChoice, NoSyncOption, Noun, StoreChoice, examples
from shopinf.discounts.campaigns import same_campaign
from shopinf.gifts.plan import GiftRecord, is_given
from shopinf.money import Money
from shopinf.outcomes import Done
from shopinf.periods import Period
from shopinf.results import Cell, Failure, Result, columns
from shopinf.times import in_zone

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store
    from shopinf.work.orders.attribute import Attributed

app = Noun()

REPORT_COLUMNS = columns(
    numbers="gifts orders all_orders",
    money="retail_value net_sales all_net_sales",
    times="first_sent_at",
    order="store campaign influencer gifts retail_value orders net_sales all_orders all_net_sales currency "
    "first_sent_at",
    shown="influencer retail_value net_sales orders gifts campaign currency store",
)
_EVER = date(2000, 1, 1)
MEANING = (
    "net_sales are those by codes of the gift's own campaign, all_net_sales by all of the influencer's codes, both of "
    "orders after the first gift; orders not paid yet, cancelled ones and gifts are in neither."
)


@app.command(
    "report",
    columns=REPORT_COLUMNS,
    epilog=examples("gifts report", "gifts report --campaign spring --no-sync -f csv"),
)
def report(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    choice: GiftChoice = GiftChoice(),
    no_sync: NoSyncOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Show what gifts were worth beside the net sales their influencers brought."""
    from shopinf.work.orders.attribute import Asked, attribute_stores

    asked = desk.stores(stores)
    chosen = choose_gifts(desk, asked, choice)
    periods = {store.name: Period(_EVER, desk.today(store), "all time") for store in asked}
    outcomes = attribute_stores(desk, asked, periods, Asked(Choice(), sync=not no_sync))

    def answer(done: Done[Attributed], failures: Sequence[Failure]) -> Result:
        rows = [row for store, one in done for row in _rows(desk, store, one.orders, chosen[store.shop_id])]
        notes = [note for _, one in done if one.synced for note in one.synced.said]
        notes += [MEANING] if rows else []
        return Result("shopinf.gifts.report/1", REPORT_COLUMNS, rows, notes=notes, failures=failures)

    rows = desk.deliver(outcomes, answer, form).rows
    if not rows and outcomes.done:
        names = ", ".join(store.name for store, _ in outcomes.done)
        desk.out.say(f"No gift was sent in {names}, so there is nothing to report.  Next: shopinf gifts send --help")
    outcomes.settle()


@dataclass(frozen=True)
class _Sold:
    """An order that an influencer brought, or their share of it."""

    order_id: str
    at: datetime
    campaign: str
    net_sales: Money


def _rows(desk: Desk, store: Store, orders: StoreOrders, records: Sequence[GiftRecord]) -> list[dict[str, Cell]]:
    """A row for each influencer of each campaign; what was cancelled or came back is no gift."""
    seen = desk.ledger.gifts.parcels(store.shop_id, [each.order_id for each in records if each.order_id is not None])
    given: dict[tuple[str, str], list[GiftRecord]] = {}
    for record in records:
        if is_given(record, seen.get(record.order_id or 0)):
            given.setdefault((record.campaign, record.person), []).append(record)
    people = people_of(desk, records)
    sold = _sold(orders)
    rows: list[dict[str, Cell]] = []
    for (campaign, person), gifts in given.items():
        name = people[person].influencer if person in people else person
        since = min((gift.completed_at for gift in gifts if gift.completed_at is not None), default=None)
        after = [each for each in sold.get(name, ()) if since is None or each.at >= since]
        own = [each for each in after if same_campaign(each.campaign, campaign)]
        rows.append(
            {
                "store": store.name,
                "campaign": campaign,
                "influencer": name,
                "gifts": len(gifts),
                "retail_value": Money.sum((gift.worth for gift in gifts), store.currency),
                "orders": len({each.order_id for each in own}),
                "net_sales": Money.sum((each.net_sales for each in own), store.currency),
                "all_orders": len({each.order_id for each in after}),
                "all_net_sales": Money.sum((each.net_sales for each in after), store.currency),
                "currency": store.currency,
                "first_sent_at": in_zone(since, store.zone) if since else None,
            }
        )
    return rows


def _sold(orders: StoreOrders) -> Mapping[str, list[_Sold]]:
    """The orders that each influencer brought."""
    found: dict[str, list[_Sold]] = {}
    for row in added_up([orders], Choice(By.ORDER)).rows:
        net, at = row["net_sales"], row["processed_at"]
        counts = row["status"] == Status.APPROVED and isinstance(net, Money) and net.currency == orders.currency
        if counts and isinstance(net, Money) and isinstance(at, datetime):
            sold = _Sold(str(row["order_id"]), at, str(row["campaign"] or ""), net)
            found.setdefault(str(row["influencer"]), []).append(sold)
    return found
