"""`shopinf gifts status`: what the stores say of the gifts' orders, asked for many at once and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf import unread
from shopinf.commands.gifts.choice import GiftChoice, choose_gifts, people_of
from shopinf.commands.gifts.rows import GIFT_COLUMNS, gift_row
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import CustomerDataProtected, ScopeMissing
from shopinf.gifts.plan import GiftRecord, Parcel, Standing, State, is_stale
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result
from shopinf.unread import Unread
from shopinf.words import agreeing, counted, few

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()


@app.command(
    "status",
    columns=GIFT_COLUMNS,
    epilog=examples("gifts status --campaign spring", "gifts status --stale 10 -f csv"),
)
def status(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    choice: GiftChoice = GiftChoice(),
    stale: Annotated[
        int | None,
        typer.Option("--stale", help="Only gifts without news for so many days.", metavar="DAYS", min=0),
    ] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Follow the parcels of gifts that shopinf sent.

    Shipped is not delivered: some carriers tell no more than that.
    """
    chosen = desk.stores(stores)
    looked = desk.each_store(chosen, lambda store: _lacked(desk, store, choice)).or_raise()
    lacked = dict(looked.done)
    gifts = choose_gifts(desk, chosen, choice)
    outcomes = desk.each_store(list(lacked), lambda store: _followed(desk, store, gifts[store.shop_id])).after(looked)
    outcomes = outcomes.or_raise()
    now = desk.clock.now()

    def answer(done: Done[Followed], failures: Sequence[Failure]) -> Result:
        rows: list[dict[str, Cell]] = []
        for store, one in done:
            people = people_of(desk, one.records)
            for record in one.records:
                parcel = one.parcel(record)
                if stale is None or is_stale(record, parcel, now, stale):
                    rows.append(gift_row(store, record, parcel, people.get(record.person)))
        notes = [note for store, one in done for note in (*lacked[store], *one.notes)]
        odd = [each for store, one in done for each in unread.failures(store.name, one.unread)]
        return Result("shopinf.gifts/1", GIFT_COLUMNS, rows, notes=notes, failures=[*failures, *odd])

    if rows := desk.deliver(outcomes, answer, form).rows:
        desk.out.say(f"{counted(len(rows), 'gift')}: {_where([Standing(str(row['status'])) for row in rows])}.")
    elif outcomes.done:
        desk.out.say(_none(outcomes.done, choice, stale))
    outcomes.settle()
    unread.settle(
        (odd for _, one in outcomes.done for odd in one.unread),
        "They are shown as they were last; look at them in Shopify's admin.",
    )


def _none(done: Done[Followed], choice: GiftChoice, stale: int | None) -> str:
    """Why no gift is shown."""
    if count := sum(len(one.records) for _, one in done):
        return f"{counted(count, 'gift')} followed: none is without news for {counted(stale or 0, 'day')}."
    stores = ", ".join(store.name for store, _ in done)
    asked = " that this asks for" if choice.campaign or choice.influencer else " yet"
    return f"No gift was sent in {stores}{asked}.  Next: shopinf gifts send --help"


def _lacked(desk: Desk, store: Store, choice: GiftChoice) -> list[str]:
    """What the store has of gifts that the ledger did not know, in words; taken up where it is known whose they are."""
    from shopinf.work.gifts.found import take_up_known

    if choice.influencer:
        return []
    try:
        taken, unknown = take_up_known(desk, store, choice.campaign)
    except (ScopeMissing, CustomerDataProtected):
        return []
    notes = []
    if taken:
        were = agreeing(taken, "was", "were")
        notes.append(f"{store.name}: {counted(taken, 'gift')} that the ledger lacked {were} taken up")
    if unknown:
        of = few(sorted({each.label for each in unknown}))
        notes.append(
            f"{store.name} has {counted(len(unknown), 'gift')} of {of} that the ledger does not know; gifts send with "
            "the same sheet takes up whose they are, and sends none again"
        )
    return notes


def _where(standings: Sequence[Standing]) -> str:
    """How many gifts are where: `2 delivered, 1 shipped`."""
    counts = Counter(standings)
    return ", ".join(f"{counts[each]} {each.replace('_', ' ')}" for each in Standing if counts[each])


@dataclass(frozen=True)
class Followed:
    """Where the gifts of one store are."""

    records: Sequence[GiftRecord]
    parcels: Mapping[int, Parcel]  # by the order's id
    notes: Sequence[str] = ()
    unread: Sequence[Unread] = ()

    def parcel(self, record: GiftRecord) -> Parcel | None:
        return self.parcels.get(record.order_id) if record.order_id is not None else None


def _followed(desk: Desk, store: Store, records: Sequence[GiftRecord]) -> Followed:
    """Ask the store about the orders of *records*, and keep what it says."""
    from shopinf.shopify import drafts as remote

    gifts = desk.ledger.gifts
    notes: list[str] = []
    odd: list[Unread] = []
    try:
        records = _completed_by_hand(desk, store, records, odd.append)
        ids = [record.order_id for record in records if record.order_id is not None]
        strange = len(odd)
        found = list(remote.parcels(desk.shop(store), ids, odd.append)) if ids else []
        if gone := len(ids) - len(found) - (len(odd) - strange):
            notes.append(
                f"{store.name}: {counted(gone, 'order')} can no longer be seen and "
                f"{agreeing(gone, 'is shown as it was', 'are shown as they were')} last: deleted, or older than 60 "
                "days and read_all_orders is not granted"
            )
    except (ScopeMissing, CustomerDataProtected) as refused:
        found = []
        notes.append(f"{store.name}: the parcels are as they were last seen, since {refused.message}")
    gifts.seen(store.shop_id, found)
    if unsure := sum(record.is_open for record in records):
        begun = f"{counted(unsure, 'gift')} {agreeing(unsure, 'was', 'were')} begun and not finished"
        notes.append(f"{store.name}: {begun}; run gifts send again, or gifts cancel")
    known = gifts.parcels(store.shop_id, [record.order_id for record in records if record.order_id is not None])
    return Followed(records, known, notes, odd)


def _completed_by_hand(
    desk: Desk, store: Store, records: Sequence[GiftRecord], odd: Callable[[Unread], None]
) -> list[GiftRecord]:
    """*records*, with the orders of those drafts that somebody completed in the Shopify admin.

    *odd* hears of each draft that cannot be read.
    """
    from shopinf.shopify import drafts as remote

    gifts = desk.ledger.gifts
    for record in records:
        if record.state is State.DRAFTED and record.draft_order_id is not None:
            draft = remote.order_of_draft(desk.shop(store), record.draft_order_id, record.currency)
            if isinstance(draft, Unread):
                odd(draft)
            elif draft is not None and draft.order_id is not None:
                gifts.completed(store.shop_id, record, draft.order_id, draft.completed_at)
    return gifts.by_ids([record.id for record in records])
