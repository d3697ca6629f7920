"""`shopinf orders explain`: find an order, credit it as a report would, and tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.attribution.buyers import rank
from shopinf.attribution.credits import Rules
from shopinf.attribution.credits import attribute as credits_of
from shopinf.attribution.explain import Step
from shopinf.attribution.explain import explain as told
from shopinf.attribution.sales import sale
from shopinf.commands.options import DeskContext, FormChoice, NoSyncOption, Noun, StoreChoice, examples
from shopinf.commands.orders.rules import RuleChoice
from shopinf.errors import BadInput, NotFound
from shopinf.gifts.plan import GIFT_TAG
from shopinf.orders import Order
from shopinf.payouts.rates import read_rate
from shopinf.results import Result, columns
from shopinf.stores import Store
from shopinf.work.orders.codebook import code_book

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

COLUMNS = columns("about says", money="amount")
_SHORTEST_ID = 9  # digits; order numbers that people read out are shorter


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
    found = _found(desk, store, order.strip(), live=not no_sync)
    steps = _steps(desk, store, found, Rules(rules.several(desk), rules.links, default, gifts, (GIFT_TAG,)))
    rows = [{"about": step.about, "says": step.says, "amount": step.amount} for step in steps]
    body = {"store": store.name, "order_id": found.order_id, "order_name": found.name, "currency": found.currency}
    result = Result("shopinf.orders.explain/1", COLUMNS, rows, body={**body, "rows": rows}, card=True)
    desk.show(result, form, store=store)


def _steps(desk: Desk, store: Store, order: Order, rules: Rules) -> list[Step]:
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
    return told(order, sale(order), codes, credits_of(order, codes, rules, place), place)


def _found(desk: Desk, store: Store, text: str, *, live: bool) -> Order:
    orders = _live(desk, store, text) if live else _kept(desk, store, text)
    if not orders:
        known = desk.ledger.orders.called(store.shop_id, _names(text))
        if known and not live:
            raise NotFound(
                f"Of {text} only time and buyer are in the ledger: it has no code and no link",
                hint="Leave out --no-sync to read it from the store.",
            )
        raise NotFound(
            f"{store.name} has no order {text} that we can see",
            hint="Give its name like #1001, its number or its id; without read_all_orders Shopify shows 60 days.",
        )
    if len(orders) > 1:
        listed = ", ".join(f"{order.name} of {order.processed_at:%Y-%m-%d} (id {order.order_id})" for order in orders)
        raise BadInput(f"{text} is more than one order: {listed}", hint="Give the id instead.")
    return orders[0]


def _live(desk: Desk, store: Store, text: str) -> list[Order]:
    from shopinf.shopify.orders import find_orders

    shop, key = desk.shop(store), desk.ledger.database.key()
    if text.isdecimal() and len(text) >= _SHORTEST_ID and (found := find_orders(shop, key, order_id=int(text))):
        return found
    for name in _names(text):
        # Shopify finds more than the very name.
        if found := [each for each in find_orders(shop, key, name=name) if each.name in _names(text)]:
            return found
    known = desk.ledger.orders.called(store.shop_id, _names(text))
    return [order for each in known for order in find_orders(shop, key, order_id=each)]


def _kept(desk: Desk, store: Store, text: str) -> list[Order]:
    mirror = desk.ledger.orders
    ids = mirror.called(store.shop_id, _names(text))
    if text.isdecimal():
        ids = [int(text), *ids]
    return list(mirror.full(store.shop_id, set(ids)))


def _names(text: str) -> list[str]:
    """What the order may be called: with its sign, which a shell takes for a comment, and without."""
    return list(dict.fromkeys([text, f"#{text.removeprefix('#')}", text.removeprefix("#")]))
