"""`shopinf gifts report`: what gifts were worth in the shop, beside the net sales that their influencers brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from shopinf.attribution.report import By, Choice, StoreOrders
from shopinf.attribution.report import report as added_up
from shopinf.commands.gifts.choice import GiftChoice, choose_gifts, people_of
from shopinf.commands.options import DeskContext, FormChoice, NoSyncOption, Noun, StoreChoice, examples
from shopinf.gifts.plan import GiftRecord, Standing, standing
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
_NOT_GIVEN = frozenset({Standing.CANCELLED, Standing.RESTOCKED})
MEANING = (
    "net_sales are those by codes of the gift's own campaign, all_net_sales by all of the influencer's codes; "
    "orders not paid yet, cancelled ones and gifts are in neither."
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

    desk.deliver(outcomes, answer, form)
    outcomes.settle()


@dataclass(frozen=True)
class _Sold:
    """What an influencer sold."""

    orders: int
    net_sales: Money


def _rows(desk: Desk, store: Store, orders: StoreOrders, records: Sequence[GiftRecord]) -> list[dict[str, Cell]]:
    """A row for each influencer of each campaign; what was cancelled or came back is no gift."""
    seen = desk.ledger.gifts.parcels(store.shop_id, [each.order_id for each in records if each.order_id is not None])
    given: dict[tuple[str, str], list[GiftRecord]] = {}
    for record in records:
        if record.order_id is not None and standing(record, seen.get(record.order_id)) not in _NOT_GIVEN:
            given.setdefault((record.campaign, record.person), []).append(record)
    people = people_of(desk, records)
    everything = _sold(orders, None)
    of_campaign = {campaign: _sold(orders, campaign) for campaign, _ in given}
    nothing = _Sold(0, Money.zero(store.currency))
    rows: list[dict[str, Cell]] = []
    for (campaign, person), gifts in given.items():
        name = people[person].influencer if person in people else person
        own, all_of_them = of_campaign[campaign].get(name, nothing), everything.get(name, nothing)
        rows.append(
            {
                "store": store.name,
                "campaign": campaign,
                "influencer": name,
                "gifts": len(gifts),
                "retail_value": Money.sum((gift.worth for gift in gifts), store.currency),
                "orders": own.orders,
                "net_sales": own.net_sales,
                "all_orders": all_of_them.orders,
                "all_net_sales": all_of_them.net_sales,
                "currency": store.currency,
                "first_sent_at": _first(gifts, store),
            }
        )
    return rows


def _sold(orders: StoreOrders, campaign: str | None) -> Mapping[str, _Sold]:
    """What each influencer sold, with codes of one campaign or of any."""
    choice = Choice(By.INFLUENCER, campaigns=() if campaign is None else (campaign,))
    found: dict[str, _Sold] = {}
    for row in added_up([orders], choice).rows:
        count, net = row["orders"], row["net_sales"]
        if isinstance(count, int) and isinstance(net, Money) and net.currency == orders.currency:
            found[str(row["influencer"])] = _Sold(count, net)
    return found


def _first(gifts: Sequence[GiftRecord], store: Store) -> datetime | None:
    times = [gift.completed_at for gift in gifts if gift.completed_at is not None]
    return in_zone(min(times), store.zone) if times else None
