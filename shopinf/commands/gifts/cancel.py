"""`shopinf gifts cancel`: take back gifts that are no orders yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopinf.commands.gifts.choice import GiftChoice, choose_gifts, people_of
from shopinf.commands.gifts.rows import GIFT_COLUMNS, gift_row
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import BadInput, PartlyDone
from shopinf.gifts.plan import GiftRecord, State
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

BY_HAND = "it was cancelled with gifts cancel"
TOO_LATE = "it is an order already: cancel the order in the Shopify admin"


@app.command(
    "cancel",
    columns=GIFT_COLUMNS,
    asks=True,
    epilog=examples("gifts cancel --campaign spring", "gifts cancel --influencer maya --yes"),
)
def cancel(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    choice: GiftChoice = GiftChoice(),
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Take back gifts that are not completed yet; they are not made again."""
    from shopinf.work.gifts.cancel import take_back

    if not (choice.campaign or choice.influencer):
        raise BadInput(
            "It was not said which gifts to cancel", hint="Give at least one of --campaign and --influencer."
        )
    asked = desk.stores(stores)
    chosen = choose_gifts(desk, asked, choice)
    waiting = {store.shop_id: [each for each in chosen[store.shop_id] if each.is_open] for store in asked}
    count = sum(len(found) for found in waiting.values())
    if dry_run or not count:
        planned = Outcomes.of((store, waiting[store.shop_id]) for store in asked)
        desk.deliver(planned, lambda done, failures: _answer(desk, done, failures, done_with=False), form)
        if not count:
            desk.out.say("No gift waits to be completed; orders are cancelled in the Shopify admin.")
        return
    desk.out.confirm(f"Cancel {counted(count, 'gift')} not completed yet?")
    concerned = [store for store in asked if waiting[store.shop_id]]
    outcomes = desk.each_store(
        concerned, lambda store: take_back(desk, store, waiting[store.shop_id], BY_HAND)
    ).or_raise()
    whole = desk.deliver(outcomes, lambda done, failures: _answer(desk, done, failures, done_with=True), form)
    if whole.failures:
        left = sum(each.of_store is None for each in whole.failures)
        left += sum(len(waiting[store.shop_id]) for store in outcomes.lost)
        raise PartlyDone(f"{counted(left, 'gift')} could not be cancelled", hint="shopinf gifts status shows them.")
    done = Counter(str(row["campaign"]) for row in whole.rows)
    desk.out.say("; ".join(f"{campaign}: {number} cancelled" for campaign, number in done.items()) + ".")


def _answer(desk: Desk, done: Done[list[GiftRecord]], lost: Sequence[Failure], *, done_with: bool) -> Result:
    """The gifts of these stores; once it is *done_with*, those that are not cancelled are failures."""
    rows: list[dict[str, Cell]] = []
    failures = list(lost)
    for store, records in done:
        people = people_of(desk, records)
        for record in records:
            row = gift_row(store, record, None, people.get(record.person))
            rows.append(row)
            if done_with and record.state is not State.CANCELLED:
                failures.append(Failure(store.name, str(row["influencer"]), TOO_LATE, BadInput.code))
    return Result("shopinf.gifts.cancel/1", GIFT_COLUMNS, rows, failures=failures)
