"""Taking back gifts that are no orders yet: what is in the store is looked up first, and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopinf.errors import Refused
from shopinf.gifts.plan import GiftRecord
from shopinf.shopify import drafts as remote
from shopinf.work.gifts.send import Sending

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


def take_back(desk: Desk, store: Store, records: Sequence[GiftRecord], why: str) -> list[GiftRecord]:
    """Delete the drafts of *records* and write down *why*; returns them as they are now, completed ones too."""
    gifts = desk.ledger.gifts
    ids = [record.id for record in records]
    with desk.writing(store):
        sending = Sending(desk, store, desk.shop(store))
        sending.doubt.settle([record for record in gifts.by_ids(ids) if record.in_doubt])
        for record in gifts.by_ids(ids):
            if not record.is_open:
                continue
            if record.draft_order_id is not None and not _deleted(sending, record, record.draft_order_id):
                continue
            gifts.cancel(store.shop_id, record, why)
    return gifts.by_ids(ids)


def _deleted(sending: Sending, record: GiftRecord, draft_id: int) -> bool:
    """Is the draft gone from the store? One that was completed meanwhile stays, and its order is written down."""
    try:
        remote.delete_draft(sending.shop, draft_id)
    except Refused:
        draft = remote.find_draft(sending.shop, draft_id, record.currency)
        if draft is None:
            return True
        if not draft.completed:
            raise
        sending.keep(record, draft)
        return False
    return True
