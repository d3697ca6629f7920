"""Draft orders at Shopify: made as gifts, found again, completed; and the parcels of the orders that came of them.

Fields and their rules: the DraftOrder and Order resource pages of the REST Admin API
(https://shopify.dev/docs/api/admin-rest/latest/resources/draftorder).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from shopinf.errors import LostResponse, NoAnswer, NoSuchThing, Refused
from shopinf.gifts.addresses import Address
from shopinf.gifts.plan import GIFT_TAG, Line, Parcel, Recipient
from shopinf.money import Money, rounded
from shopinf.shopify.client import PAGE, Answer, Shop
from shopinf.shopify.orderjson import Amount, Moment
from shopinf.shopify.pages import numbers_in
from shopinf.shopify.records import Facts, mended, place_of, unreadable
from shopinf.unread import Unread

_REFERENCE = "shopinf_ref"
_CAMPAIGN = "shopinf_campaign"
_TAG = "shopinf-"
# What is asked for of a draft: no name and no address.
_FIELDS = (
    "id,status,order_id,total_price,currency,tags,note_attributes,line_items,created_at,completed_at,name,updated_at"
)
_UNFINISHED = re.compile(r"finished calculating|still calculating|being calculated", re.IGNORECASE)
_LONGEST_WAIT = 30.0
_PARCEL_FIELDS = "id,name,created_at,updated_at,cancelled_at,fulfillment_status,fulfillments"


@dataclass(frozen=True, slots=True)
class Wish:
    """A gift as it is to be made."""

    reference: str
    lines: Sequence[Line]
    recipient: Recipient
    note: str
    tags: Sequence[str] = ()
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft order as the store has it; `wait` is there while its totals are being calculated."""

    id: int
    status: str = "open"
    order_id: int | None = None
    total: Decimal | None = None
    retail: Money | None = None
    reference: str | None = None
    completed_at: datetime | None = None
    created_at: datetime | None = None
    campaign: str = ""  # that the gift says it belongs to
    wait: float | None = None  # seconds

    @property
    def completed(self) -> bool:
        return self.order_id is not None

    @property
    def calculated(self) -> bool:
        return self.wait is None and self.total is not None


def make_draft(shop: Shop, wish: Wish, currency: str) -> Draft:
    """Make the draft of a gift: everything at 100 % off, shipping free; a lost answer raises `LostResponse`."""
    answer = shop.answer("POST", "draft_orders.json", {"draft_order": body(wish, currency)})
    draft = _read(answer, currency)
    if draft is not None:
        return draft
    where = numbers_in(answer.headers.get("Location", ""))
    if answer.status == 202 and where:
        return Draft(where[-1], wait=_wait(answer))
    raise LostResponse(f"{shop.access.name} took a draft order, but its answer cannot be read")


def find_draft(shop: Shop, draft_id: int, currency: str) -> Draft | None:
    """A draft by its id, as it stands; None when it is gone. One that cannot be read is a broken answer."""
    try:
        answer = shop.answer("GET", f"draft_orders/{draft_id}.json", params={"fields": _FIELDS})
    except NoSuchThing:
        return None
    draft = _read(answer, currency)
    if draft is None:
        raise NoAnswer(
            f"{shop.access.name} sent a draft order that cannot be read",
            hint="Run the same command again: it looks at the store first.",
        )
    return draft


def order_of_draft(shop: Shop, draft_id: int, currency: str) -> Draft | Unread | None:
    """What became of a draft: its goods and amounts are not looked at; None when it is gone."""
    try:
        found = shop.get(f"draft_orders/{draft_id}.json", fields=_FIELDS)["draft_order"]
        return _DraftHead.model_validate(mended(found, _DraftHead)).draft(currency)
    except NoSuchThing:
        return None
    except (KeyError, TypeError):
        return Unread("draft_orders", draft_id, None, "the start")
    except ValidationError as error:
        return unreadable("draft_orders", found, place_of(error))


def complete_draft(shop: Shop, draft_id: int, currency: str) -> Draft | None:
    """Make the order of a draft, marked as paid; a lost answer raises `LostResponse`, see `is_unfinished` for a race.

    None: it was accepted, and what came of it is yet to be seen.
    """
    return _read(shop.answer("PUT", f"draft_orders/{draft_id}/complete.json"), currency)


def is_unfinished(error: Refused) -> bool:
    """Was a draft refused because its totals are still being calculated? It will do in a moment."""
    return bool(_UNFINISHED.search(error.message))


def delete_draft(shop: Shop, draft_id: int) -> None:
    """Delete a draft that is no order yet."""
    shop.delete(f"draft_orders/{draft_id}.json")


def drafts_since(shop: Shop, since_id: int, currency: str, status: str = "open") -> Iterator[Draft]:
    """The drafts of that status made after the one with *since_id*, each with what can be read of it."""
    params = {"since_id": since_id, "status": status, "fields": _FIELDS}
    listed: Any = _AnyDraft
    for raw in shop.pages("draft_orders.json", "draft_orders", params=params, model=listed):
        yield raw.draft(currency)


def some_newest_draft(shop: Shop) -> int:
    """The id of a draft below all that are made later: the newest of one page, 0 where there is none."""
    drafts = shop.get("draft_orders.json", limit=PAGE, fields="id").get("draft_orders") or []
    return max((int(draft["id"]) for draft in drafts), default=0)


def body(wish: Wish, currency: str) -> dict[str, Any]:
    """A gift as the fields of a draft order."""
    to = wish.recipient
    draft: dict[str, Any] = {
        "line_items": [{"variant_id": line.variant_id, "quantity": line.quantity} for line in wish.lines],
        "applied_discount": {
            "title": "Influencer gift",
            "description": "Influencer gift",
            "value_type": "percentage",
            "value": "100.0",
        },
        "shipping_line": {"title": "Gift shipping", "price": f"{rounded(Decimal(0), currency):f}", "handle": None},
        "tax_exempt": True,
        "note": wish.note,
        "tags": ", ".join([GIFT_TAG, f"{_TAG}{wish.reference}", *wish.tags]),
        "note_attributes": [
            {"name": _REFERENCE, "value": wish.reference},
            *([{"name": _CAMPAIGN, "value": wish.campaign}] if wish.campaign else ()),
        ],
    }
    if to.email:
        draft["email"] = to.email
    if to.customer_id is not None:
        draft["customer"] = {"id": to.customer_id}
    if to.address is not None:
        draft["shipping_address"] = address_body(to.address, to)
    elif to.customer_id is not None:
        draft["use_customer_default_address"] = True
    return draft


def address_body(address: Address, to: Recipient) -> dict[str, Any]:
    """An address as Shopify takes it; without first and last name it would be ignored."""
    found = {
        "first_name": to.first_name,
        "last_name": to.last_name,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "province": address.province or None,
        "country": address.country,
        "country_code": address.country_code,
        "zip": address.zip,
        "phone": to.phone or None,
    }
    return found | ({"province_code": address.province_code} if address.province_code else {})


# customers


@dataclass(frozen=True, slots=True)
class Home:
    """A customer with the default address, as the store gives it."""

    customer_id: int
    fields: dict[str, str]  # first_name, last_name, address1 …; empty where there is none


def customer_home(shop: Shop, email: str) -> Home | None:
    """The customer with that e-mail; the search knows more than the very address, so what it finds is compared."""
    quoted = email.replace('"', "").replace("\\", "")
    params = {"query": f'email:"{quoted}"', "limit": PAGE, "fields": "id,email,first_name,last_name,default_address"}
    answer = shop.get("customers/search.json", **params)
    for raw in answer.get("customers") or []:
        if str(raw.get("email") or "").casefold() == email.casefold():
            home = raw.get("default_address") or {}
            home = home if isinstance(home, dict) else {}
            # An address with a country only, or with nothing, is none.
            texts = {key: str(value) for key, value in home.items() if isinstance(value, str) and value.strip()}
            return Home(int(raw["id"]), texts if texts.get("address1") else {})
    return None


# parcels


def parcels(shop: Shop, order_ids: Sequence[int], odd: Callable[[Unread], None]) -> Iterator[Parcel]:
    """What the store says of these orders, many of them in one request; those that cannot be seen are left out.

    *odd* hears of each that cannot be read.
    """
    for start in range(0, len(order_ids), PAGE):
        params = {"ids": list(order_ids[start : start + PAGE]), "status": "any", "fields": _PARCEL_FIELDS}
        for raw in shop.pages("orders.json", "orders", params=params, model=_Order, odd=odd):
            yield raw.parcel()


# Shopify's shapes


class _Attribute(Facts):
    name: str | None = None
    value: Any = None


class _Line(Facts):
    quantity: int = 0
    price: Amount | None = None


class _DraftHead(Facts):
    """What tells a gift's draft from others; read of a draft whose goods or amounts cannot be."""

    id: int
    status: str | None = None
    order_id: int | None = None
    tags: str | None = None
    note_attributes: list[_Attribute] | None = None
    completed_at: Moment | None = None
    created_at: Moment | None = None

    def draft(self, currency: str, wait: float | None = None) -> Draft:
        return self._of(None, None, wait)

    def _of(self, total: Decimal | None, retail: Money | None, wait: float | None) -> Draft:
        return Draft(
            self.id,
            self.status or "open",
            self.order_id,
            total,
            retail,
            self._reference(),
            self.completed_at,
            self.created_at,
            self._said(_CAMPAIGN),
            wait,
        )

    def _said(self, name: str) -> str:
        """What the gift says of itself under *name*; "" where it says nothing."""
        found = (str(each.value).strip() for each in self.note_attributes or () if each.name == name and each.value)
        return next(found, "")

    def _reference(self) -> str | None:
        if said := self._said(_REFERENCE):
            return said.casefold()
        tags = [tag.strip().casefold() for tag in (self.tags or "").split(",")]
        own = [tag.removeprefix(_TAG) for tag in tags if tag.startswith(_TAG) and tag != GIFT_TAG]
        return own[0] if len(own) == 1 else None


class _Draft(_DraftHead):
    total_price: Amount | None = None
    line_items: list[_Line] | None = None

    def draft(self, currency: str, wait: float | None = None) -> Draft:
        lines = self.line_items
        retail = sum(((line.price or Decimal(0)) * line.quantity for line in lines or ()), Decimal(0))
        return self._of(self.total_price, None if lines is None else Money(retail, currency), wait)


class _OddDraft(Facts):
    """A draft of which something else is odd: each of its fields counts as far as it can be read by itself."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    id: int

    @classmethod
    def mended(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """What another kind of draft makes of it."""
        return dict(mended(raw, _Draft))

    def draft(self, currency: str) -> Draft:
        has: dict[str, Any] = {"id": self.id}
        for name, value in (self.model_extra or {}).items():
            with suppress(ValidationError):
                _DraftHead.model_validate(mended({"id": self.id, name: value}, _DraftHead))
                has[name] = value
        return _DraftHead.model_validate(mended(has, _DraftHead)).draft(currency)


_AnyDraft = Annotated[_Draft | _DraftHead | _OddDraft, Field(union_mode="left_to_right")]


def _read(answer: Answer, currency: str) -> Draft | None:
    """The draft in an answer; None where there is none that can be read."""
    found = answer.json.get("draft_order") if isinstance(answer.json, dict) else None
    try:
        draft = _Draft.model_validate(mended(found, _Draft))
        return draft.draft(currency, _wait(answer) if answer.status == 202 else None)
    except ValidationError:
        return None


def _wait(answer: Answer) -> float:
    """How long a draft is yet to be calculated, as Shopify says; what cannot be read counts as 1.5 seconds."""
    try:
        seconds = float(answer.headers.get("Retry-After", "1.5"))
    except ValueError:
        seconds = 1.5
    return min(max(seconds, 0.5), _LONGEST_WAIT) if seconds == seconds else 1.5


class _Shipment(Facts):
    id: int
    status: str | None = None
    shipment_status: str | None = None
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_numbers: list[str] | None = None
    tracking_url: str | None = None
    tracking_urls: list[str] | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


_GONE = frozenset({"cancelled", "error", "failure"})
_ARRIVED = frozenset({"delivered", "picked_up"})


class _Order(Facts):
    id: int
    name: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    cancelled_at: Moment | None = None
    fulfillment_status: str | None = None
    fulfillments: list[_Shipment] | None = Field(default=None)

    def parcel(self) -> Parcel:
        sent = sorted((each for each in self.fulfillments or () if each.status not in _GONE), key=lambda each: each.id)
        behind = [each for each in sent if each.shipment_status not in _ARRIVED]
        shown = (behind or sent)[-1] if sent else None  # of several parcels the one that is still under way
        news = [self.cancelled_at, *(each.updated_at or each.created_at for each in sent)]
        return Parcel(
            order_id=self.id,
            name=self.name,
            fulfillment_status=self.fulfillment_status,
            shipment_status=shown.shipment_status if shown else None,
            delivered=bool(sent) and not behind,
            tracking_company=shown.tracking_company if shown else None,
            tracking_number=_first(shown.tracking_number, shown.tracking_numbers) if shown else None,
            tracking_url=_link(_first(shown.tracking_url, shown.tracking_urls)) if shown else None,
            cancelled_at=self.cancelled_at,
            updated_at=max((each for each in news if each is not None), default=self.created_at),
        )


def _first(one: str | None, several: Sequence[str] | None) -> str | None:
    return one or next(iter(several or ()), None)


def _link(text: str | None) -> str | None:
    """A web address, or nothing: what stands in its place might be anything else."""
    return text if text and re.match(r"https?://", text, re.IGNORECASE) else None
