"""One order, written as the Order resource is: lines, discounts, taxes, totals, to the cent.

Percentages, taxes and conversions are rounded half up to the minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from pydantic_core import to_json

from .basket import Discount, Line, allocations, tax_of
from .money import Purse, minor, text
from .orderlines import line_id, line_text, order_line, shipping_line, shipping_text, tax_line

Json = dict[str, Any]

FIRST_ORDER = 5_480_000_000_001
STEP = 4096
LOCATION = 71_870_000_017


def order_id(n: int) -> int:
    """Give the id of the shop's *n*-th order (from 0)."""
    return FIRST_ORDER + n * STEP + n * 2654435761 % 4093


def order_number(key: int) -> int | None:
    """Give the number of an order id, or None when no order can have it."""
    n = (key - FIRST_ORDER) // STEP
    return n if n >= 0 and order_id(n) == key else None


@dataclass
class Sale:
    """Everything that decides what an order says."""

    n: int
    lines: Sequence[Line]
    created: str
    purse: Purse
    processed: str = ""
    updated: str = ""
    discounts: Sequence[Discount] = ()
    customer: Json | None = None
    address: Json | None = None
    email: str | None = None
    phone: str | None = None
    shipping: int | None = 0  # None: nothing is shipped
    shipping_title: str = "Standard"
    tax_rate: Decimal = Decimal("0.072")
    tax_title: str = "State tax"
    taxes_included: bool = False
    tax_shipping: bool = False
    tip: int = 0
    financial_status: str = "paid"
    fulfillment_status: str | None = None
    test: bool = False
    landing_site: str | None = None
    landing_site_ref: str | None = None
    referring_site: str | None = ""
    source_name: str = "web"
    tags: str = ""
    note: str | None = None
    note_attributes: list[Json] = field(default_factory=list)
    gateway: str = "shopify_payments"
    closed: str | None = None
    domain: str = ""

    @property
    def ships(self) -> bool:
        return self.shipping is not None

    @cached_property
    def taxing(self) -> tuple[str, float]:
        """What the tax is called, and its rate."""
        return self.tax_title, float(self.tax_rate)


@dataclass(frozen=True)
class Worth:
    """What an order comes to, in minor units of the shop's currency."""

    taken: list[list[int]]  # by each discount off each line; the last of a row off the shipping
    taxes: list[int | None]  # on each line; None where there is no tax
    gross: int
    net: int
    shipping: int
    shipping_net: int
    shipping_tax: int | None
    tax: int
    total: int

    def off(self, place: int) -> tuple[tuple[int, int], ...]:
        """Give what came off a line: (number of the discount, amount)."""
        return tuple([(i, row[place]) for i, row in enumerate(self.taken) if row[place]])


def worth(sale: Sale) -> Worth:
    """Work out what a sale comes to."""
    rate, included, shipping = sale.tax_rate, sale.taxes_included, sale.shipping or 0
    taken = allocations(sale.lines, shipping, sale.discounts, sale.purse.shop) if sale.discounts else []
    taxes: list[int | None] = []
    gross = net = tax = 0
    for j, line in enumerate(sale.lines):
        left = line.total - sum([row[j] for row in taken])
        taxes.append(tax_of(left, rate, included) if rate and line.taxable else None)
        gross, net, tax = gross + line.total, net + left, tax + (taxes[-1] or 0)
    shipping_net = shipping - sum([row[-1] for row in taken])
    shipping_tax = tax_of(shipping_net, rate, included) if rate and sale.tax_shipping else None
    tax += shipping_tax or 0
    total = net + shipping_net + sale.tip + (0 if included else tax)
    return Worth(taken, taxes, gross, net, shipping, shipping_net, shipping_tax, tax, total)


def compose(sale: Sale, fields: tuple[str, ...] | None = None) -> Json:
    """Write the order; with *fields* perhaps without what is not among them."""
    sums = worth(sale)
    order = head(sale, sums, fields)
    order["line_items"] = [order_line(line_id(sale.n, j), *goods(sale, sums, j)) for j in range(len(sale.lines))]
    order["shipping_lines"] = [shipping_line(line_id(sale.n, 60), *postage(sale, sums))] if sale.ships else []
    order.setdefault("current_shipping_price_set", sale.purse.both(sums.shipping_net))  # refunds and edits look at it
    if sale.fulfillment_status in ("fulfilled", "partial") and (fields is None or "fulfillments" in fields):
        order["fulfillments"].append(fulfillment(order, sale.updated or sale.created))
    return order


def text_of(sale: Sale, fields: tuple[str, ...]) -> bytes:
    """Write just these *fields* of the order as JSON: what :func:`compose` says, in a fraction of the time.

    A past of half a million orders is read like that. Fulfilments are left out.
    """
    sums = worth(sale)
    known = head(sale, sums, fields)
    parts = [to_json({name: known[name] for name in fields if name in known})[1:-1]]
    if "line_items" in fields:
        lines = [line_text(line_id(sale.n, j), *goods(sale, sums, j)) for j in range(len(sale.lines))]
        parts.append(b'"line_items":[%b]' % b",".join(lines))
    if "shipping_lines" in fields:
        line = shipping_text(line_id(sale.n, 60), *postage(sale, sums)) if sale.ships else b""
        parts.append(b'"shipping_lines":[%b]' % line)
    return b"{%b}" % b",".join(filter(None, parts))


def goods(sale: Sale, sums: Worth, place: int) -> tuple[Any, ...]:
    """Give what the line at *place* is written from."""
    shipped = sale.fulfillment_status if sale.fulfillment_status != "partial" or not place else None
    return sale.lines[place], sums.off(place), sums.taxes[place], shipped, sale.purse, sale.taxing


def postage(sale: Sale, sums: Worth) -> tuple[Any, ...]:
    """Give what the shipping line is written from."""
    off = sums.off(-1)
    return sale.shipping_title, sums.shipping, sums.shipping_net, off, sums.shipping_tax, sale.purse, sale.taxing


# Fields that many readers ask for, and those that a refund or an edit looks at.
USUAL = frozenset(
    """
    id name created_at processed_at updated_at closed_at cancelled_at cancel_reason test currency presentment_currency
    taxes_included financial_status fulfillment_status total_line_items_price total_discounts subtotal_price total_tax
    total_price total_outstanding current_subtotal_price current_total_discounts current_total_price current_total_tax
    discount_codes discount_applications line_items shipping_lines refunds landing_site landing_site_ref source_name
    referring_site payment_gateway_names tags note note_attributes customer email phone shipping_address
    """.split()
)


@lru_cache(maxsize=64)
def asks_for_more(fields: tuple[str, ...] | None) -> bool:
    """Tell whether *fields* go beyond the usual ones."""
    return fields is None or not USUAL.issuperset(fields)


def head(sale: Sale, sums: Worth, fields: tuple[str, ...] | None) -> Json:
    """Write an order without its lines; the unusual fields only where they are asked for."""
    currency = sale.purse.shop
    subtotal, tax, total = text(sums.net, currency), text(sums.tax, currency), text(sums.total, currency)
    discounted = text(sum([sum(row) for row in sums.taken]), currency)
    unpaid = sale.financial_status in ("pending", "authorized")
    order: Json = {
        "id": order_id(sale.n),
        "cancel_reason": None,
        "cancelled_at": None,
        "closed_at": sale.closed,
        "created_at": sale.created,
        "currency": currency,
        "current_subtotal_price": subtotal,
        "current_total_discounts": discounted,
        "current_total_price": total,
        "current_total_tax": tax,
        "discount_codes": code_entries(sale, sums),
        "email": sale.email,
        "financial_status": sale.financial_status,
        "fulfillment_status": sale.fulfillment_status,
        "landing_site": sale.landing_site,
        "landing_site_ref": sale.landing_site_ref,
        "name": f"#{1001 + sale.n}",
        "note": sale.note,
        "note_attributes": sale.note_attributes,
        "payment_gateway_names": [sale.gateway],
        "phone": sale.phone,
        "presentment_currency": sale.purse.buyer,
        "processed_at": sale.processed or sale.created,
        "referring_site": sale.referring_site,
        "source_name": sale.source_name,
        "subtotal_price": subtotal,
        "tags": sale.tags,
        "taxes_included": sale.taxes_included,
        "test": sale.test,
        "total_discounts": discounted,
        "total_line_items_price": text(sums.gross, currency),
        "total_outstanding": total if unpaid else text(0, currency),
        "total_price": total,
        "total_tax": tax,
        "updated_at": sale.updated or sale.created,
        "customer": sale.customer,
        "discount_applications": [discount.application() for discount in sale.discounts],
        "refunds": [],
        "shipping_address": sale.address if sale.ships else None,
    }
    if asks_for_more(fields):
        order |= unusual(sale, sums)
    return order


def unusual(sale: Sale, sums: Worth) -> Json:
    """Write the fields that few readers ask for, among them the sums in both currencies."""
    both, key, web = sale.purse.both, order_id(sale.n), sale.source_name == "web"
    discounted = sum(sum(row) for row in sums.taken)
    return {
        "admin_graphql_api_id": f"gid://shopify/Order/{key}",
        "app_id": 580111 if web else 1354745,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cart_token": None,
        "checkout_id": key + 29_000_000_000_000 if web else None,
        "checkout_token": None,
        "client_details": None,
        "confirmation_number": base36(sale.n + 1_679_616, 9),
        "confirmed": True,
        "contact_email": sale.email,
        "current_shipping_price_set": both(sums.shipping_net),
        "current_subtotal_price_set": both(sums.net),
        "current_total_additional_fees_set": None,
        "current_total_discounts_set": both(discounted),
        "current_total_duties_set": None,
        "current_total_price_set": both(sums.total),
        "current_total_tax_set": both(sums.tax),
        "customer_locale": "en",
        "device_id": None,
        "duties_included": False,
        "estimated_taxes": False,
        "location_id": None,
        "merchant_of_record_app_id": None,
        "number": 1 + sale.n,
        "order_number": 1001 + sale.n,
        "order_status_url": f"https://{sale.domain}/orders/{key:x}",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "po_number": None,
        "reference": None,
        "source_identifier": None,
        "source_url": None,
        "subtotal_price_set": both(sums.net),
        "tax_exempt": False,
        "tax_lines": [tax_line(sums.tax, sale.purse, sale.taxing)] if sums.tax else [],
        "token": f"{key * 2654435761 % (1 << 62):032x}",
        "total_cash_rounding_payment_adjustment_set": both(0),
        "total_cash_rounding_refund_adjustment_set": both(0),
        "total_discounts_set": both(discounted),
        "total_line_items_price_set": both(sums.gross),
        "total_price_set": both(sums.total),
        "total_shipping_price_set": both(sums.shipping),
        "total_tax_set": both(sums.tax),
        "total_tip_received": text(sale.tip, sale.purse.shop),
        "total_weight": sum(line.variant.get("grams", 0) * line.quantity for line in sale.lines),
        "user_id": None,
        "billing_address": sale.address,
        "fulfillments": [],
        "payment_terms": None,
    }


def code_entries(sale: Sale, sums: Worth) -> list[Json]:
    """Write ``discount_codes``: the codes, and the manual discounts by their titles."""
    entries = []
    for discount, row in zip(sale.discounts, sums.taken, strict=True):
        if discount.kind in ("discount_code", "manual"):
            kind = "shipping" if discount.target_type == "shipping_line" else discount.value_type
            entries.append({"code": discount.name, "amount": text(sum(row), sale.purse.shop), "type": kind})
    return entries


def fulfillment(order: Json, at: str, tracked: bool = True) -> Json:
    """Write a fulfilment of the lines that are marked as shipped."""
    key = order["id"]
    number_ = f"PX{key % 10**9:09d}EX"
    return {
        "id": key + 500_000_000_000,
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{key + 500_000_000_000}",
        "created_at": at,
        "location_id": LOCATION,
        "name": f"{order['name']}.1",
        "order_id": key,
        "origin_address": {},
        "receipt": {},
        "service": "manual",
        "shipment_status": "delivered" if tracked else None,
        "status": "success",
        "tracking_company": "Practice Post",
        "tracking_number": number_,
        "tracking_numbers": [number_],
        "tracking_url": f"https://track.practice.example/{number_}",
        "tracking_urls": [f"https://track.practice.example/{number_}"],
        "updated_at": at,
        "line_items": [
            {"id": line["id"], "quantity": line["quantity"], "variant_id": line["variant_id"]}
            for line in order["line_items"]
            if line["fulfillment_status"]
        ],
    }


def base36(value: int, width: int) -> str:
    """Write a number with digits and capitals, mixed so that neighbours look unlike."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    value = value * 2862933555777941757 % 36**width
    out = ""
    for _ in range(width):
        value, rest = divmod(value, 36)
        out += digits[rest]
    return out


def purse_of(order: Json) -> Purse:
    """Find an order's two currencies and the rate between them again."""
    shop, buyer = order["currency"], order["presentment_currency"]
    if shop == buyer:
        return Purse(shop)
    pair = max(
        (line["price_set"] for line in order["line_items"]),
        key=lambda p: Decimal(p["shop_money"]["amount"]),
        default=order["total_price_set"],
    )
    amount = Decimal(pair["shop_money"]["amount"])
    return Purse(shop, buyer, Decimal(pair["presentment_money"]["amount"]) / amount if amount else 1)


def net_of(line: Json, currency: str) -> int:
    """Give a line's price less its allocations, as ordered."""
    off = sum(minor(a["amount"], currency) for a in line["discount_allocations"])
    return minor(line["price"], currency) * int(line["quantity"]) - off


def taxes_of(thing: Json, currency: str) -> int:
    """Add up the tax lines of a line."""
    return sum(minor(t["price"], currency) for t in thing["tax_lines"])


def write_money(order: Json, name: str, units: int, purse: Purse, with_set: bool = True) -> None:
    """Set a money field and its ``_set``."""
    order[name] = text(units, purse.shop)
    if with_set:
        order[f"{name}_set"] = purse.both(units)
