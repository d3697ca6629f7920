"""What `hold`, `release` and `reject` share: which orders are meant, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.influencers.choice import influencer_names
from shopinf.commands.options import exactly_one
from shopinf.commands.payouts.choice import ReasonOption, reason_of
from shopinf.errors import BadInput, NotFound
from shopinf.money import Money
from shopinf.nearest import did_you_mean
from shopinf.payouts.entries import OrderKey
from shopinf.payouts.statements import Action
from shopinf.periods import read_day
from shopinf.results import Cell, Result, columns
from shopinf.shell import quoted
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store
    from shopinf.work.payouts.judge import About, Judged

COLUMNS = columns(
    numbers="order_id",
    money="recorded amount",
    order="action store order_id order_name influencer code currency recorded amount reason",
    shown="order_name influencer code recorded amount reason",
)


@dataclass(frozen=True)
class OrdersMeant:
    """One order, the orders of a code, or those of an influencer; and why it is said of them."""

    reason: ReasonOption
    order: Annotated[
        str | None, typer.Option("--order", help="An order, by its name like #1001 or its id.", metavar="O")
    ] = None
    code: Annotated[str | None, typer.Option("--code", help="All orders of a code.", metavar="C")] = None
    influencer: Annotated[
        str | None,
        typer.Option("--influencer", help="All of an influencer.", metavar="I", autocompletion=influencer_names),
    ] = None
    since: Annotated[
        str | None, typer.Option("--from", help="Only orders from this day on, YYYY-MM-DD.", metavar="D")
    ] = None

    def __post_init__(self) -> None:
        if exactly_one(order=self.order, code=self.code, influencer=self.influencer) == "order" and self.since:
            raise BadInput("--from goes with --code and --influencer; an order is one", hint="Leave out --from.")
        if self.since:
            read_day(self.since)
        reason_of(self.reason)

    @property
    def why(self) -> str:
        return reason_of(self.reason)

    @property
    def typed(self) -> str:
        """The same orders for another command, as it is typed, a blank before each option."""
        named = [("order", self.order), ("code", self.code), ("influencer", self.influencer), ("from", self.since)]
        return "".join(f" --{option} {quoted(value)}" for option, value in named if value)

    def about(self, desk: Desk, stores: Sequence[Store]) -> About:
        """What is meant, by the names that are known here."""
        from shopinf.work.payouts.judge import About

        day: date | None = read_day(self.since) if self.since else None
        if self.influencer is not None:
            return About(stores, person=desk.ledger.people.called(self.influencer).id, since=day)
        if self.code is not None:
            return About([*_having(desk, stores, self.code)], code=self.code.strip(), since=day)
        return About(stores, order=_order(desk, stores, (self.order or "").strip()))


def _having(desk: Desk, stores: Sequence[Store], code: str) -> Sequence[Store]:
    """The stores that know the code, by its present name."""
    found = [store for store in stores if desk.ledger.codes.named(store.shop_id, code) is not None]
    if not found:
        known = [record.code for store in stores for record in desk.ledger.codes.of_shop(store.shop_id)]
        raise NotFound(
            f"No code is called {code}", hint=did_you_mean(code, known, "shopinf discounts list shows the codes.")
        )
    return found


def _order(desk: Desk, stores: Sequence[Store], text: str) -> OrderKey:
    """The order that is meant, in the one store that has it."""
    names = list(dict.fromkeys([text, f"#{text.removeprefix('#')}", text.removeprefix("#")]))
    found = []
    for store in stores:
        ids = {*desk.ledger.orders.called(store.shop_id, names)}
        if not ids and text.isdecimal():
            ids = {order.order_id for order in desk.ledger.orders.full(store.shop_id, {int(text)})}
        found += [(store, each) for each in sorted(ids)]
    if len(found) != 1:
        listed = ", ".join(f"{each} in {store.name}" for store, each in found)
        raise (
            BadInput(f"{text} is more than one order: {listed}", hint="Give its id, and the store with -s.")
            if found
            else NotFound(
                f"No order {text} is known here", hint="shopinf orders sync reads the newest; or give its id."
            )
        )
    store, order_id = found[0]
    return OrderKey(store.shop_id, order_id)


def judged_result(desk: Desk, action: Action, found: Sequence[Judged], reason: str) -> Result:
    """The orders that it was said of, with what is recorded of each and what was added."""
    stores = {store.shop_id: store.name for store in desk.book.all()}
    people = desk.ledger.people.by_id({each.known.first.account.person for each in found})
    rows: list[dict[str, Cell]] = []
    for each in found:
        first, added = each.known.first, each.added
        person, currency = first.account.person, first.account.currency
        rows.append(
            {
                "action": str(action),
                "store": stores.get(first.order.shop_id),
                "order_id": first.order.order_id,
                "order_name": first.order_name,
                "influencer": people[person].influencer if person in people else person,
                "code": first.code or None,
                "currency": currency,
                "recorded": Money(each.known.total, currency),
                "amount": Money(added.amount, currency) if added else None,
                "reason": reason,
            }
        )
    return Result(f"shopinf.payouts.{action}/1", COLUMNS, rows)


def orders_words(found: Sequence[Judged]) -> str:
    return counted(len(found), "entered order")
