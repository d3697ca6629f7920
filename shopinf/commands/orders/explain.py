"""`shopinf orders explain`: find an order, credit it as a report would, and tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.attribution.buyers import rank
from shopinf.attribution.credits import Links, Rules
from shopinf.attribution.credits import attribute as credits_of
from shopinf.attribution.explain import Step
from shopinf.attribution.explain import explain as told
from shopinf.attribution.sales import sale
from shopinf.commands.options import DeskContext, FormChoice, NoSyncOption, Noun, StoreChoice, examples
from shopinf.commands.orders.finding import find_order
from shopinf.commands.orders.rules import RuleChoice
from shopinf.gifts.plan import GIFT_TAG
from shopinf.orders import Order
from shopinf.payouts.rates import read_rate
from shopinf.results import Result, columns
from shopinf.stores import Store
from shopinf.work.orders.codebook import code_book
from shopinf.work.orders.visits import by_first_visit, trails

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

COLUMNS = columns("about says", money="amount")


@app.command(
    "explain", columns=COLUMNS, epilog=examples("orders explain 1001", "orders explain '#1001' --store maya-shop")
)
def explain(
    desk: DeskContext,
    order: Annotated[str, typer.Argument(help="Its name like #1001, its number, or its id.", metavar="ORDER")],
    stores: StoreChoice = StoreChoice(),
    rules: RuleChoice = RuleChoice(),
    no_sync: NoSyncOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Explain one order: its lines, discounts and refunds, the codes it used, the rule applied and the sum."""
    store = desk.store(stores)
    rate = rules.rate(desk, [store])
    default = read_rate(rate, store.currency) if rate else None
    gifts = desk.ledger.gifts.order_ids(store.shop_id)
    found = find_order(desk, store, order, live=not no_sync)
    decisions = desk.ledger.decisions.of(store.shop_id)
    by = Rules(rules.several(desk), rules.links, default, gifts, (GIFT_TAG,), decisions=decisions)
    steps = _steps(desk, store, found, by, live=not no_sync)
    rows = [{"about": step.about, "says": step.says, "amount": step.amount} for step in steps]
    body = {"store": store.name, "order_id": found.order_id, "order_name": found.name, "currency": found.currency}
    result = Result("shopinf.orders.explain/1", COLUMNS, rows, body={**body, "rows": rows}, card=True)
    desk.show(result, form, store=store)


def _steps(desk: Desk, store: Store, order: Order, rules: Rules, *, live: bool) -> list[Step]:
    """*order* told step by step, credited as a report would."""
    codes, mirror = code_book(desk, store), desk.ledger.orders
    place = None
    if (sync := mirror.sync(store.shop_id)) is not None:  # else the buyer's other orders are not known
        ranks = rank(
            mirror.of_buyers(store.shop_id, [order]),
            gift_orders=rules.gift_orders,
            gift_tags=rules.gift_tags,
            history_since=sync.reach,
        )
        place = ranks.get(order.order_id)
    (order,) = by_first_visit(desk, store, codes, [order], live=live) if rules.links is Links.FIRST else (order,)
    trail = trails(desk, store, [order], live=live).of(order)
    return told(order, sale(order), codes, credits_of(order, codes, rules, place), place, trail)
