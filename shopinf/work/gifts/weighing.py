"""`gifts report`: what the gifts were worth in the shop, beside the net sales that their influencers brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from shopinf.attribution.report import By, Choice, StoreOrders, report
from shopinf.gifts.plan import GiftRecord, Standing, standing
from shopinf.money import Money
from shopinf.outcomes import Done
from shopinf.periods import Period
from shopinf.results import Cell, Failure, Result, columns
from shopinf.times import in_zone
from shopinf.work.gifts.choosing import GiftChoice, choose_gifts, people_of
from shopinf.work.orders.attributing import Asked, Attributed, attribute_stores

if TYPE_CHECKING:
    from shopinf.desk import ChosenForm, Desk
    from shopinf.stores import Store

REPORT_COLUMNS = columns(
    numbers="gifts orders all_orders",
    money="retail_value net_sales all_net_sales",
    times="first_sent_at",
    order="store campaign influencer gifts retail_value orders net_sales all_orders all_net_sales currency "
    "first_sent_at",
)
_EVER = date(2000, 1, 1)
_NOT_GIVEN = frozenset({Standing.CANCELLED, Standing.RESTOCKED})
MEANING = (
    "net_sales are those by codes of the gift's own campaign, all_net_sales by all of the influencer's codes; "
    "orders not paid yet, cancelled ones and gifts are in neither."
)


@dataclass(frozen=True)
class _Sold:
    """What an influencer sold."""

    orders: int
    net_sales: Money


def weigh(desk: Desk, stores: Sequence[Store], choice: GiftChoice, form: ChosenForm, *, sync: bool) -> None:
    """Show the gifts of *stores* by campaign and influencer, each with what was sold since ever."""
    chosen = choose_gifts(desk, stores, choice)
    periods = {store.name: Period(_EVER, desk.today(store), "all time") for store in stores}
    outcomes = attribute_stores(desk, stores, periods, Asked(Choice(), sync=sync))

    def answer(done: Done[Attributed], failures: Sequence[Failure]) -> Result:
        rows = [row for store, one in done for row in _rows(desk, store, one, chosen[store.shop_id])]
        notes = [note for _, one in done if one.synced for note in one.synced.said]
        notes += [MEANING] if rows else []
        return Result("shopinf.gifts.report/1", REPORT_COLUMNS, rows, notes=notes, failures=failures)

    desk.deliver(outcomes, answer, form)
    outcomes.settle()


def _rows(desk: Desk, store: Store, one: Attributed, records: Sequence[GiftRecord]) -> list[dict[str, Cell]]:
    """A row for each influencer of each campaign; what was cancelled or came back is no gift."""
    seen = desk.ledger.gifts.parcels(store.shop_id, [each.order_id for each in records if each.order_id is not None])
    given: dict[tuple[str, str], list[GiftRecord]] = {}
    for record in records:
        if record.order_id is not None and standing(record, seen.get(record.order_id)) not in _NOT_GIVEN:
            given.setdefault((record.campaign, record.person), []).append(record)
    people = people_of(desk, records)
    everything = _sold(one.orders, None)
    of_campaign = {campaign: _sold(one.orders, campaign) for campaign, _ in given}
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
    for row in report([orders], choice).rows:
        count, net = row["orders"], row["net_sales"]
        if isinstance(count, int) and isinstance(net, Money) and net.currency == orders.currency:
            found[str(row["influencer"])] = _Sold(count, net)
    return found


def _first(gifts: Sequence[GiftRecord], store: Store) -> datetime | None:
    times = [gift.completed_at for gift in gifts if gift.completed_at is not None]
    return in_zone(min(times), store.zone) if times else None
