"""`shopinf orders decide`: settle an order that needed a look, with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.attribution.credits import Status
from shopinf.attribution.decisions import Decision, Verdict, fingerprint
from shopinf.attribution.sales import sale
from shopinf.attribution.standing import standing
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.orders.finding import find_order
from shopinf.errors import BadInput
from shopinf.money import Money, read_amount
from shopinf.results import Result, columns
from shopinf.times import iso

if TYPE_CHECKING:
    from shopinf.orders import Order
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns(
    numbers="order_id",
    money="net_sales",
    times="decided_at",
    order="store order_id order_name decision currency net_sales decided_by decided_at reason",
)


@dataclass(frozen=True)
class VerdictChoice:
    """What an order counts with, once somebody has looked; exactly one of them."""

    net: Annotated[str | None, typer.Option("--net", help="With these net sales, in its currency.", metavar="A")] = None
    as_computed: Annotated[bool, typer.Option("--as-computed", help="With what the report works out.")] = False
    nothing: Annotated[bool, typer.Option("--nothing", help="With nothing.")] = False

    def __post_init__(self) -> None:
        if sum((self.net is not None, self.as_computed, self.nothing)) != 1:
            raise BadInput(
                "Say what the order counts with, in one way",
                hint="Give one of --net AMOUNT, --as-computed and --nothing.",
            )

    def of(self, order: Order) -> tuple[Verdict, Money | None]:
        """The verdict, and the net sales that were typed."""
        if self.net is None:
            return Verdict.AS_COMPUTED if self.as_computed else Verdict.NOTHING, None
        amount = read_amount(self.net, order.currency)
        if amount.amount < 0:
            raise BadInput("An order cannot count with less than nothing", hint="--nothing counts it with 0.")
        return Verdict.NET, amount


@app.command(
    "decide",
    columns=COLUMNS,
    epilog=examples(
        "orders decide 1001 --as-computed --reason 'the restock is right'",
        "orders decide '#1001' --net 54.00 --reason 'the client says the mug came back'",
        "orders decide 1001 --nothing --reason 'bought by our own office'",
    ),
)
def decide(
    desk: DeskContext,
    order: Annotated[str, typer.Argument(help="Its name like #1001, its number, or its id.", metavar="ORDER")],
    verdict: VerdictChoice,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; it stands in reports beside the order.", metavar="TEXT")
    ],
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Settle an order that needs a look: it counts in reports and statements from today on.

    Recorded with who, when and why. When the order changes again afterwards, it needs another look.
    """
    store = desk.store(stores)
    if not (why := " ".join(reason.split())):
        raise BadInput("--reason is empty", hint="Say in a few words why it counts like that.")
    found = find_order(desk, store, order, live=False)
    status, _ = standing(found, sale(found))
    if status is not Status.NEEDS_REVIEW:
        raise BadInput(
            f"{found.name} needs no look: it is {status}", hint="shopinf orders review lists the orders that do."
        )
    kind, net = verdict.of(found)
    made = Decision(
        found.order_id,
        kind,
        net.amount if net else None,
        desk.clock.now(),
        desk.ledger.by,
        why,
        fingerprint(found),
    )
    before = desk.ledger.decisions.of(store.shop_id).get(found.order_id)
    if before is not None and before.same_as(made):
        made = before
    else:
        desk.ledger.decisions.add(store.shop_id, made)
    row = _row(store, found, made)
    desk.show(Result("shopinf.orders.decide/1", COLUMNS, [row], card=True), form, store=store)
    already = "counted so already:" if made is before else "counts from now on with"
    desk.out.say(f"{found.name} {already} {row['net_sales']} {found.currency}; if it changes, it needs another look.")


def _row(store: Store, order: Order, made: Decision) -> dict[str, Any]:
    return {
        "store": store.name,
        "order_id": order.order_id,
        "order_name": order.name,
        "decision": str(made.verdict),
        "currency": order.currency,
        "net_sales": Money(made.settle(order, sale(order)).amounts.net_sales, order.currency),
        "decided_by": made.by,
        "decided_at": iso(made.at, store.zone),
        "reason": made.reason,
    }
