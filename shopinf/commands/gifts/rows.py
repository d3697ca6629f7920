"""A gift as operators see it, in a plan and on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopinf.gifts.plan import Ask, GiftRecord, Line, Parcel, Step, standing, worth
from shopinf.people.influencers import Influencer
from shopinf.results import Cell, columns
from shopinf.times import in_zone

if TYPE_CHECKING:
    from datetime import datetime

    from shopinf.stores import Store

SEND_COLUMNS = columns(
    numbers="quantity draft_order_id order_id",
    money="retail_value",
    order="store campaign influencer items quantity ship_to retail_value currency draft_order_id order_id status error "
    "notes",
    shown="influencer status items ship_to retail_value error notes store",
)
GIFT_COLUMNS = columns(
    numbers="draft_order_id order_id",
    money="retail_value",
    times="sent_at updated_at",
    order="store campaign influencer draft_order_id order_id order_name status fulfillment_status shipment_status "
    "tracking_company tracking_number tracking_url sent_at updated_at retail_value currency",
    shown="influencer status order_name shipment_status tracking_number sent_at campaign store",
)


def send_row(store: Store, campaign: str, step: Step, record: GiftRecord | None, status: str) -> dict[str, Cell]:
    """The row of a gift that was asked for; *record* is what the ledger has of it by now."""
    lines = record.lines if record is not None and record.lines else step.lines
    there = record if record is not None and record.draft_order_id is not None else None
    return {
        "store": store.name,
        "campaign": campaign,
        "influencer": step.ask.influencer.influencer,
        "items": described(lines) or ", ".join(item.word for item in step.ask.items),
        "quantity": sum(line.quantity for line in lines) or None,
        "ship_to": destination(step.ask),
        "retail_value": there.worth if there else worth(lines, store.currency),
        "currency": store.currency,
        "draft_order_id": there.draft_order_id if there else None,
        "order_id": there.order_id if there else None,
        "status": status,
        "error": step.error,
        "notes": "; ".join(step.notes) or None,
    }


def gift_row(store: Store, record: GiftRecord, parcel: Parcel | None, person: Influencer | None) -> dict[str, Cell]:
    """The row of a gift that shopinf made; of somebody who was forgotten only the opaque id is left."""

    def at(moment: datetime | None) -> datetime | None:
        return None if moment is None else in_zone(moment, store.zone)

    news = parcel.updated_at if parcel else None
    return {
        "store": store.name,
        "campaign": record.campaign,
        "influencer": person.influencer if person else record.person,
        "draft_order_id": record.draft_order_id,
        "order_id": record.order_id,
        "order_name": parcel.name if parcel else None,
        "status": standing(record, parcel),
        "fulfillment_status": parcel.fulfillment_status if parcel else None,
        "shipment_status": parcel.shipment_status if parcel else None,
        "tracking_company": parcel.tracking_company if parcel else None,
        "tracking_number": parcel.tracking_number if parcel else None,
        "tracking_url": parcel.tracking_url if parcel else None,
        "sent_at": at(record.completed_at),
        "updated_at": at(news or record.completed_at or record.made_at),
        "retail_value": record.worth,
        "currency": record.currency,
    }


def described(lines: Sequence[Line]) -> str:
    """What is in a gift: `Serum, 30 ml (SER30); 2 × Balm`."""
    return "; ".join(line.name if line.quantity == 1 else f"{line.quantity} × {line.name}" for line in lines)


def destination(ask: Ask) -> str | None:
    """Roughly where a gift goes."""
    if ask.recipient.address is not None:
        return ask.recipient.address.place
    return "the customer's own address" if ask.recipient.customer_id is not None else None
