"""Taking back gifts that are no orders yet: what is in the store is looked up first, and deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopinf.desk import ChosenForm
from shopinf.errors import BadInput, PartlyDone, Refused
from shopinf.gifts.plan import GiftRecord, State
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.shopify import drafts as remote
from shopinf.words import counted
from shopinf.work.gifts.choosing import GiftChoice, choose_gifts, people_of
from shopinf.work.gifts.rows import GIFT_COLUMNS, gift_row
from shopinf.work.gifts.sending import Sending

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

BY_HAND = "it was cancelled with gifts cancel"
TOO_LATE = "it is an order already: cancel the order in the Shopify admin"


def withdraw(desk: Desk, stores: Sequence[Store], choice: GiftChoice, form: ChosenForm, *, dry_run: bool) -> None:
    """Take back the gifts of *stores* that are not completed, after a question; they are not made again."""
    chosen = choose_gifts(desk, stores, choice)
    waiting = {store.shop_id: [each for each in chosen[store.shop_id] if each.is_open] for store in stores}
    count = sum(len(found) for found in waiting.values())
    if dry_run or not count:
        planned = Outcomes.of((store, waiting[store.shop_id]) for store in stores)
        desk.deliver(planned, lambda done, failures: _answer(desk, done, failures, done_with=False), form)
        if not count:
            desk.out.say("No gift waits to be completed; orders are cancelled in the Shopify admin.")
        return
    desk.out.confirm(f"Cancel {counted(count, 'gift')} not completed yet?")
    concerned = [store for store in stores if waiting[store.shop_id]]
    outcomes = desk.each_store(concerned, lambda store: _withdraw(desk, store, waiting[store.shop_id])).or_raise()
    whole = desk.deliver(outcomes, lambda done, failures: _answer(desk, done, failures, done_with=True), form)
    if whole.failures:
        left = sum(each.of_store is None for each in whole.failures)
        left += sum(len(waiting[store.shop_id]) for store in outcomes.lost)
        raise PartlyDone(f"{left} gifts could not be cancelled", hint="shopinf gifts status shows them.")
    done = Counter(str(row["campaign"]) for row in whole.rows)
    desk.out.say("; ".join(f"{campaign}: {number} cancelled" for campaign, number in done.items()) + ".")


def _answer(desk: Desk, done: Done[list[GiftRecord]], lost: Sequence[Failure], *, done_with: bool) -> Result:
    """The gifts of these stores; once it is *done_with*, those that are not cancelled are failures."""
    rows: list[dict[str, Cell]] = []
    failures = list(lost)
    for store, records in done:
        made = _rows(desk, store, records)
        rows += made
        failures += [
            Failure(store.name, str(row["influencer"]), TOO_LATE, BadInput.code)
            for row, record in zip(made, records, strict=True)
            if done_with and record.state is not State.CANCELLED
        ]
    return Result("shopinf.gifts.cancel/1", GIFT_COLUMNS, rows, failures=failures)


def _withdraw(desk: Desk, store: Store, records: Sequence[GiftRecord]) -> list[GiftRecord]:
    """Delete the drafts of *records*, and write down what became of each."""
    gifts, shop = desk.ledger.gifts, desk.shop(store)
    ids = [record.id for record in records]
    with desk.writing(store):
        sending = Sending(desk, store, shop, lambda count: None, {})
        doubtful = [record for record in gifts.by_ids(ids) if record.in_doubt]
        if doubtful:
            sending.settle(doubtful)
        for record in gifts.by_ids(ids):
            if not record.is_open:
                continue
            if record.draft_order_id is not None and not _deleted(sending, record):
                continue
            gifts.cancel(store.shop_id, record, BY_HAND)
    return gifts.by_ids(ids)


def _deleted(sending: Sending, record: GiftRecord) -> bool:
    """Is the draft gone from the store? One that was completed meanwhile stays, and its order is written down."""
    assert record.draft_order_id is not None
    try:
        remote.delete_draft(sending.shop, record.draft_order_id)
    except Refused:
        draft = remote.find_draft(sending.shop, record.draft_order_id, record.currency)
        if draft is None:
            return True
        if not draft.completed:
            raise
        sending.keep(record, draft)
        return False
    return True


def _rows(desk: Desk, store: Store, records: Sequence[GiftRecord]) -> list[dict[str, Cell]]:
    people = people_of(desk, records)
    return [gift_row(store, record, None, people.get(record.person)) for record in records]
