"""`shopinf orders review`: the orders whose numbers need a look, with what is odd about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shopinf import unread
from shopinf.attribution.credits import Credit, Excluded, Rules, Status
from shopinf.commands.options import DeskContext, FormChoice, NoSyncOption, Noun, PeriodChoice, StoreChoice, examples
from shopinf.commands.orders.rows import ODD_ORDERS, REVIEW_COLUMNS, review_row
from shopinf.outcomes import Done
from shopinf.periods import Period
from shopinf.results import Cell, Failure, Result
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.unread import Unread
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.attribution.credits import MultiCode
    from shopinf.desk import Desk

app = Noun()


@dataclass
class Reviewed:
    """What needs a look in one store."""

    looked_at: int = 0
    rows: list[dict[str, Cell]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@app.command(
    "review",
    columns=REVIEW_COLUMNS,
    epilog=examples("orders review", "orders review --period last-month --all-stores -f json"),
)
def review(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: PeriodChoice = PeriodChoice(),
    no_sync: NoSyncOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """List the orders that need a look before anything is paid on them, and what is odd about each.

    They are in no sum until somebody has decided: shopinf orders decide. Without a period: all that are known.
    """
    from shopinf.attribution.credits import MultiCode

    chosen = desk.stores(stores)
    spans = period.of(desk, chosen) if period.given else {}
    several = MultiCode(desk.config.multi_code)
    outcomes = desk.each_store(
        chosen, lambda store: _reviewed(desk, store, spans.get(store.name), several, sync=not no_sync)
    ).or_raise()
    result = desk.deliver(outcomes, _answer, form, periods=spans or None)
    looked_at = counted(sum(found.looked_at for _, found in outcomes.done), "order")
    if not result.rows:
        desk.out.say(f"Nothing needs a look: {looked_at} by codes of ours were gone through.")
    else:
        first = result.rows[0]
        at = next(desk.pointing_at(store) for store in chosen if store.name == first["store"])
        explain = f"shopinf orders explain {quoted(str(first['order_name']))}{at}"
        desk.out.say(f"{counted(len(result.rows), 'order')} of {looked_at}.  Next: {explain}")
    outcomes.settle()
    unread.settle((odd for _, found in outcomes.done for odd in found.unread), ODD_ORDERS)


def _answer(done: Done[Reviewed], failures: Sequence[Failure]) -> Result:
    rows = [row for _, found in done for row in found.rows]
    odd = [each for store, found in done for each in unread.failures(store.name, found.unread)]
    return Result("shopinf.orders.review/1", REVIEW_COLUMNS, rows, failures=[*failures, *odd], card=True)


def _reviewed(desk: Desk, store: Store, period: Period | None, several: MultiCode, *, sync: bool) -> Reviewed:
    from shopinf.work.orders.attribute import check_read
    from shopinf.work.orders.codebook import code_book
    from shopinf.work.orders.crediting import Which, credit_orders
    from shopinf.work.orders.sync import sync_orders

    found = Reviewed()
    if sync:
        found.unread = sync_orders(desk, store).unread
    else:
        check_read(desk, store)
        found.unread = desk.ledger.unread.of(store.shop_id, "orders")
    begin, end = period.bounds(store.zone) if period else (None, None)
    for outcome in credit_orders(desk, store, code_book(desk, store), Rules(several), Which(begin, end)).outcomes:
        if not isinstance(outcome, Excluded) and outcome:
            found.looked_at += 1
            found.rows += [review_row(store, credit) for credit in outcome if _is_odd(credit)]
    return found


def _is_odd(credit: Credit) -> bool:
    return credit.status is Status.NEEDS_REVIEW
