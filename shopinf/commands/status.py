"""`shopinf status`: how it stands with every store, from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreArguments, StoreChoice, examples
from shopinf.discounts.records import CodeRecord, standing
from shopinf.discounts.records import Standing as CodeStanding
from shopinf.gifts.plan import Standing as GiftStanding
from shopinf.gifts.plan import standing as standing_of_gift
from shopinf.money import Money
from shopinf.periods import Period, read_period
from shopinf.results import Cell, Failure, Result, columns
from shopinf.times import in_zone
from shopinf.work.payouts.payers import known_payers, payer_names, store_key

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.accountrows import Payer
    from shopinf.outcomes import Done
    from shopinf.stores import Store

app = Noun()

ENDING = timedelta(days=7)
_UNDER_WAY = {GiftStanding.DRAFT, GiftStanding.ORDERED, GiftStanding.PARTLY_SHIPPED, GiftStanding.SHIPPED}

COLUMNS = columns(
    order="store currency active_codes ending_codes orders_this_month net_sales_this_month orders_last_month "
    "net_sales_last_month gifts_under_way payable synced_at",
    numbers="active_codes ending_codes orders_this_month orders_last_month gifts_under_way",
    money="net_sales_this_month net_sales_last_month payable",
    times="synced_at",
    shown="store active_codes net_sales_this_month net_sales_last_month payable orders_this_month ending_codes "
    "gifts_under_way synced_at currency",
)


@app.command("status", columns=COLUMNS, epilog=examples("status", "status maya-shop -f json"))
def status(
    desk: DeskContext,
    names: StoreArguments = None,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Show how it stands with the stores: codes, sales, gifts, what is payable, and the last sync.

    Everything comes from the ledger: nothing is asked of a store. `shopinf orders sync` brings it up to date.
    """
    named = [*(names or ()), *(stores.store or ())]
    everything = not named and stores.group is None
    chosen = desk.stores(StoreChoice(named or None, stores.group, stores.all_stores or everything))
    outcomes = desk.each_store(chosen, lambda store: _row(desk, store))

    def answer(done: Done[dict[str, Cell]], failures: Sequence[Failure]) -> Result:
        rows = [row for _, row in done]
        never = [str(row["store"]) for row in rows if row["synced_at"] is None]
        notes = [f"The orders of {', '.join(never)} were never read: shopinf orders sync"] if never else []
        notes += _payable_together(desk, [store for store, _ in done])
        return Result("shopinf.status/1", COLUMNS, rows, notes=notes, failures=failures)

    desk.deliver(outcomes, answer, form)
    outcomes.settle()


def _row(desk: Desk, store: Store) -> dict[str, Cell]:
    now, today = desk.clock.now(), desk.today(store)
    known = desk.ledger.codes.of_shop(store.shop_id)
    codes = [record for record in known if standing(record, now) is CodeStanding.ACTIVE]
    sync = desk.ledger.orders.sync(store.shop_id)
    row: dict[str, Cell] = {
        "store": store.name,
        "currency": store.currency,
        "active_codes": len(codes),
        "ending_codes": sum(_ends_soon(record, now + ENDING) for record in codes),
        "gifts_under_way": _gifts_under_way(desk, store),
        "payable": _payable(desk, desk.ledger.accounts.payer(store_key(store))).get(store.currency or ""),
        "synced_at": in_zone(sync.finished_at, store.zone) if sync and sync.finished_at else None,
    }
    for month in ("this", "last"):
        period = read_period(f"{month}-month", None, None, today=today)
        orders, net = _sold(desk, store, period) if sync else (None, None)
        row |= {f"orders_{month}_month": orders, f"net_sales_{month}_month": net}
    return row


def _ends_soon(record: CodeRecord, by: datetime) -> bool:
    ends = record.rule.terms.ends
    return ends is not None and ends <= by


def _gifts_under_way(desk: Desk, store: Store) -> int:
    """Gifts that were sent and have not arrived, as the store said last."""
    records = desk.ledger.gifts.of_shop(store.shop_id)
    parcels = desk.ledger.gifts.parcels(store.shop_id, [each.order_id for each in records if each.order_id is not None])
    return sum(standing_of_gift(each, parcels.get(each.order_id or 0)) in _UNDER_WAY for each in records)


def _payable(desk: Desk, payer: Payer | None) -> dict[str, Money]:
    """What a run would pay out for *payer* now, by currency; nothing where no month was ever closed."""
    if payer is None:
        return {}
    found: dict[str, Money] = {}
    for each in desk.ledger.payments.candidates(payer.key, payer.terms.minimum):
        currency = each.statement.account.currency
        amount = each.now.amount if each.payment is None and each.now.entries else Decimal(0)
        found[currency] = found.get(currency, Money.zero(currency)) + Money(amount, currency)
    return found


def _payable_together(desk: Desk, stores: Sequence[Store]) -> Iterator[str]:
    """What is payable of groups that pay as one: it belongs to none of their stores alone."""
    alone = {store_key(store) for store in desk.book.all()}
    payers = [payer for payer in known_payers(desk, stores) if payer.key not in alone]
    names = payer_names(desk, payers)
    for payer in payers:
        if amounts := [f"{amount} {currency}" for currency, amount in sorted(_payable(desk, payer).items()) if amount]:
            yield f"Payable by the group {names[payer.key]}: {', '.join(amounts)}."


def _sold(desk: Desk, store: Store, period: Period) -> tuple[Cell, Cell]:
    """The orders and net sales of a month that count in a report."""
    from shopinf.attribution.credits import MultiCode
    from shopinf.attribution.report import By, Choice, DateBasis
    from shopinf.work.orders.attribute import Asked, attribute_stores, overview_of

    # With the options of every report, so that what is kept serves both; what is earned is not asked for.
    several, plain = MultiCode(desk.config.multi_code), desk.config.commission is None
    asked = Asked(Choice(By.STORE, DateBasis(desk.config.date)), several, sync=False, sums=plain)
    done = attribute_stores(desk, [store], {store.name: period}, asked).done
    totals = overview_of(done, [], asked, now=desk.clock.now()).totals
    if totals:
        return totals[0]["orders"], totals[0]["net_sales"]
    return 0, Money.zero(store.currency)  # nothing was sold, and that is known
