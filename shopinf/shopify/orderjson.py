"""The Order resource as Shopify writes it, read tolerantly (REST Admin API, resources/order).

What may be withheld, empty or missing is so here as well; amounts are strings, but refunds have some as numbers. Of an
amount that comes in two currencies, the shop's own counts. An amount that must be there and is not makes an order
unreadable: what is missing is not nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from shopinf.shopify.records import Facts, Unreadable
from shopinf.shopify.strict import exact

# What is asked for; Shopify trims an order at its top level only.
FIELDS = (
    "id,name,created_at,processed_at,updated_at,cancelled_at,test,currency,taxes_included,financial_status,"
    "fulfillment_status,total_line_items_price,total_discounts,subtotal_price,current_subtotal_price,discount_codes,"
    "discount_applications,line_items,shipping_lines,refunds,landing_site,landing_site_ref,referring_site,source_name,"
    "tags,customer,email,phone,shipping_address"
)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


ABSENT = "\0"  # stands for a text whose very key is missing, where that says something
_NOTHING = Decimal(0)
DRAFT = "shopify_draft_order"  # the source of an order that was a draft, as gifts are
Amount = Decimal  # pydantic lets no NaN and no infinity in
Moment = Annotated[datetime, AfterValidator(_aware)]


class ShopMoney(Facts):
    amount: Amount | None = None


class MoneySet(Facts):
    shop_money: ShopMoney | None = None


class BuyersMoney(Facts):
    amount: Amount | None = None
    currency_code: str | None = None


class BothMoney(MoneySet):
    """An amount of a refund, in the buyer's currency too: in that its transactions are."""

    presentment_money: BuyersMoney | None = None


def in_shop_money(both: MoneySet | None, plain: Decimal | None, place: str = "") -> Decimal:
    """An amount in the shop's currency, from the pair of currencies where there is one.

    One that is missing is nothing, unless *place* says where it must be.
    """
    other = exact(plain)  # must be an amount, wanted or not
    amount = exact(both.shop_money.amount) if both is not None and both.shop_money is not None else None
    if amount is None:
        amount = other
    if amount is None and place:
        raise Unreadable(place)
    return _NOTHING if amount is None else amount


class TaxLine(Facts):
    price: Amount | None = None
    price_set: MoneySet | None = None


class DiscountAllocation(Facts):
    amount: Amount | None = None
    amount_set: MoneySet | None = None
    discount_application_index: int = 0


class LineItem(Facts):
    id: int
    quantity: int = 0
    current_quantity: int | None = None
    price: Amount | None = None
    price_set: MoneySet | None = None
    gift_card: bool | None = None
    tip_payment_gateway: str | None = ABSENT
    tip_payment_method: str | None = ABSENT
    product_id: int | None = None
    variant_id: int | None = None
    sku: str | None = None
    title: str | None = None
    tax_lines: list[TaxLine] | None = None
    discount_allocations: list[DiscountAllocation] | None = None


class ShippingLine(Facts):
    discount_allocations: list[DiscountAllocation] | None = None


class DiscountApplication(Facts):
    type: str | None = None
    code: str | None = None
    title: str | None = None
    target_type: str | None = None


class DiscountCode(Facts):
    code: str | None = None
    amount: Amount | None = None
    type: str | None = None


class RefundLineItem(Facts):
    line_item_id: int | None = None
    quantity: int = 0
    subtotal: Amount | None = None
    subtotal_set: BothMoney | None = None
    total_tax: Amount | None = None
    total_tax_set: BothMoney | None = None


class RefundTransaction(Facts):
    kind: str | None = None
    status: str | None = None
    amount: Amount | None = None
    currency: str | None = None


class RefundShippingLine(Facts):
    """Refunded shipping, as newer orders have it."""

    subtotal_amount_set: MoneySet | None = None
    tax_amount_set: MoneySet | None = None


class OrderAdjustment(Facts):
    kind: str | None = None
    reason: str | None = None
    amount: Amount | None = None
    amount_set: MoneySet | None = None
    tax_amount: Amount | None = None
    tax_amount_set: MoneySet | None = None


class RefundJson(Facts):
    id: int
    created_at: Moment
    refund_line_items: list[RefundLineItem] | None = None
    order_adjustments: list[OrderAdjustment] | None = None
    transactions: list[RefundTransaction] | None = None
    refund_shipping_lines: list[RefundShippingLine] | None = None

    @classmethod
    def mended(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """A refund without its time was made when it was processed."""
        return raw if raw.get("created_at") else {**raw, "created_at": raw.get("processed_at")}


class Buyer(Facts):
    """The customer in an order; null for guests at the counter, redacted and erased people."""

    id: int | None = None
    email: str | None = None
    phone: str | None = None
    created_at: Moment | None = None


class Address(Facts):
    address1: str | None = None
    zip: str | None = None
    country_code: str | None = None


class OrderHead(Facts):
    """What is read of every order: its times, its buyer, and what tells whether there is more to it."""

    id: int
    name: str | None = None
    created_at: Moment
    processed_at: Moment | None = None
    updated_at: Moment | None = None
    cancelled_at: Moment | None = None
    test: bool | None = None
    currency: str | None = None
    financial_status: str | None = None
    discount_codes: list[DiscountCode] | None = None
    discount_applications: list[DiscountApplication] | None = None
    landing_site: str | None = None
    landing_site_ref: str | None = None
    source_name: str | None = None
    customer: Buyer | None = None
    email: str | None = None


def came_by_link(order: OrderHead) -> bool:
    """Could the first page tell where the buyer came from? Most cannot, and reading them all takes its time."""
    page = (order.landing_site or "").lower()
    return bool(order.landing_site_ref) or "discount" in page or "ref=" in page or "utm_" in page


def is_plain(order: OrderHead) -> bool:
    """Has it no discount, link or mark of a gift? Its head is all that is kept of it."""
    discounted = order.discount_codes or order.discount_applications
    return not discounted and order.source_name != DRAFT and not came_by_link(order)


NoList = Annotated[list[Any], Field(max_length=0)] | None


class PlainOrder(OrderHead):
    """An order without any discount, link or mark of a gift; its head is all that we want of it."""

    discount_codes: NoList = None
    discount_applications: NoList = None

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if not is_plain(self):
            raise ValueError("there is more to it")
        return self


class OrderJson(OrderHead):
    """All that is read of an order."""

    taxes_included: bool | None = None
    fulfillment_status: str | None = None
    total_line_items_price: Amount | None = None
    total_discounts: Amount | None = None
    subtotal_price: Amount | None = None
    current_subtotal_price: Amount | None = None
    line_items: list[LineItem] | None = None
    shipping_lines: list[ShippingLine] | None = None
    refunds: list[RefundJson] | None = None
    referring_site: Any = None
    tags: str | None = None
    phone: str | None = None
    shipping_address: Address | None = None

    @classmethod
    def mended(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """An order without its time was made when it was processed; one discount needs no number to be told."""
        if not raw.get("created_at"):
            raw = {**raw, "created_at": raw.get("processed_at")}
        applications, lines = raw.get("discount_applications"), raw.get("line_items")
        only = 0 if isinstance(applications, list) and len(applications) == 1 else _NO_PLACE
        if isinstance(lines, list):
            raw = {**raw, "line_items": [_numbered(line, only) for line in lines]}
        return raw


_NO_PLACE = -1  # of a discount that points to none of the order's applications


def _numbered(line: Any, place: int) -> Any:
    """*line* with its discounts that point nowhere pointing to *place*."""
    laid = line.get("discount_allocations") if isinstance(line, dict) else None
    if not isinstance(laid, list):
        return line
    index = "discount_application_index"
    return {
        **line,
        "discount_allocations": [
            {**each, index: place} if isinstance(each, dict) and each.get(index, 0) is None else each for each in laid
        ],
    }


# Most orders are plain. Of these the larger part of a page is only passed over, which takes half the time and a tenth
# of the memory that reading it all would.
AnyOrder = Annotated[PlainOrder | OrderJson, Field(union_mode="left_to_right")]
