"""One order, written as the Order resource is: lines, discounts, taxes, totals, to the cent.

Discounts are worked out in the shop's currency: those on single products first, then those on the whole order, all
from the price that is left; each is divided over the lines by the largest remainder, so that the allocations add up.
Percentages, taxes and conversions are rounded half up to the minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from . import money
from .money import Purse, minor, text

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


@dataclass(frozen=True)
class Line:
    """What is bought: a variant of a product, how many, at which price (minor units)."""

    product: Json
    variant: Json
    quantity: int
    price: int

    @property
    def gift_card(self) -> bool:
        return bool(self.product["product_type"] == "Gift card")

    @property
    def total(self) -> int:
        return self.price * self.quantity


@dataclass(frozen=True)
class Discount:
    """A discount about to be applied; *kind* is discount_code, automatic, manual or script.

    *value* is positive, as Shopify writes it in an order. ``entitled`` holds product and variant ids, or is None.
    """

    kind: str
    name: str
    value: str
    value_type: str = "percentage"
    target_type: str = "line_item"
    target_selection: str = "all"
    allocation_method: str = "across"
    entitled: frozenset[int] | None = None
    description: str | None = None

    @property
    def on_products(self) -> bool:
        """Tell whether it is taken off single products, before discounts on the whole order."""
        return self.target_selection != "all" or self.allocation_method == "each" or self.kind == "automatic"

    def covers(self, line: Line) -> bool:
        """Tell whether it may lower that line; gift cards are never discounted."""
        if line.gift_card:
            return False
        return self.entitled is None or line.product["id"] in self.entitled or line.variant["id"] in self.entitled

    def application(self) -> Json:
        """Write it as an entry of ``discount_applications``."""
        entry: Json = {
            "target_type": self.target_type,
            "type": self.kind,
            "value": self.value,
            "value_type": self.value_type,
            "allocation_method": self.allocation_method,
            "target_selection": self.target_selection,
        }
        if self.kind == "discount_code":
            entry["code"] = self.name
        else:
            entry["title"] = self.name
            if self.kind == "manual":
                entry["description"] = self.description or self.name
        return entry


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


def allocations(lines: Sequence[Line], shipping: int, discounts: Sequence[Discount], currency: str) -> list[list[int]]:
    """Work out what each discount takes off each line; the last entry of a row is the shipping."""
    left = [line.total for line in lines]
    left_shipping = shipping
    taken = [[0] * (len(lines) + 1) for _ in discounts]
    for stage in (True, False):
        base = list(left)
        for i, discount in enumerate(discounts):
            if discount.target_type == "shipping_line":
                if stage:
                    share = min(left_shipping, percent(shipping, discount.value))
                    taken[i][-1] = share
                    left_shipping -= share
                continue
            if discount.on_products is not stage:
                continue
            open_ = [base[j] if discount.covers(line) else 0 for j, line in enumerate(lines)]
            for j, amount in enumerate(cut(discount, lines, open_, currency)):
                share = min(amount, left[j])
                taken[i][j] = share
                left[j] -= share
    return taken


def percent(units: int, value: str) -> int:
    """Take *value* per cent of *units*, half up."""
    return money.rounded(units * Decimal(value) / 100)


def cut(discount: Discount, lines: Sequence[Line], open_: Sequence[int], currency: str) -> list[int]:
    """Divide one discount over the lines, given what is left of each line that it covers."""
    whole = sum(open_)
    if discount.value_type == "percentage":
        return money.spread(min(whole, percent(whole, discount.value)), open_)
    amount = minor(discount.value, currency)
    if discount.allocation_method == "each":
        return [min(amount * line.quantity, left) for line, left in zip(lines, open_, strict=True)]
    return money.spread(min(amount, whole), open_)


def tax_of(units: int, rate: Decimal, included: bool) -> int:
    """Work out the tax on (or inside) *units*."""
    return money.rounded(units * rate / (1 + rate) if included else units * rate)


@lru_cache(maxsize=64)
def sums_in_both(fields: tuple[str, ...] | None) -> bool:
    """Tell whether an order's sums in both currencies are among *fields*."""
    return fields is None or any(name.endswith("_set") for name in fields)


def compose(sale: Sale, fields: tuple[str, ...] | None = None) -> Json:
    """Write the order; with *fields* its fulfilments and its own sums in both currencies only where they are asked for.

    A past of half a million orders is read by these fields, and few readers ask for those.
    """
    purse, currency = sale.purse, sale.purse.shop
    both, key = purse.both, order_id(sale.n)
    shipping = sale.shipping or 0
    taken = allocations(sale.lines, shipping, sale.discounts, currency)
    in_both = sums_in_both(fields)

    def pair(units: int) -> Json | None:
        return both(units) if in_both else None

    def allocation(i: int, units: int) -> Json:
        return {"amount": text(units, currency), "discount_application_index": i, "amount_set": both(units)}

    def tax_line(units: int) -> Json:
        title, rate = sale.tax_title, float(sale.tax_rate)
        return {
            "price": text(units, currency),
            "rate": rate,
            "title": title,
            "price_set": both(units),
            "channel_liable": False,
        }

    lines, gross, net, total_tax = [], 0, 0, 0
    for j, line in enumerate(sale.lines):
        off = [(i, row[j]) for i, row in enumerate(taken) if row[j]]
        line_net = line.total - sum(units for _, units in off)
        taxable = bool(line.variant.get("taxable", True)) and not line.gift_card
        tax = tax_of(line_net, sale.tax_rate, sale.taxes_included) if taxable and sale.tax_rate else 0
        gross, net, total_tax = gross + line.total, net + line_net, total_tax + tax
        written_ = line_item(line_id(sale.n, j), line, currency, both)
        written_["fulfillment_status"] = (
            sale.fulfillment_status if sale.fulfillment_status != "partial" or not j else None
        )
        if written_["fulfillment_status"]:
            written_["fulfillable_quantity"] = 0
        written_["tax_lines"] = [tax_line(tax)] if taxable and sale.tax_rate else []
        written_["discount_allocations"] = [allocation(i, units) for i, units in off]
        lines.append(written_)
    shipping_off = [(i, row[-1]) for i, row in enumerate(taken) if row[-1]]
    shipping_net = shipping - sum(units for _, units in shipping_off)
    shipping_tax = (
        tax_of(shipping_net, sale.tax_rate, sale.taxes_included) if sale.tax_shipping and sale.tax_rate else 0
    )
    total_tax += shipping_tax
    total = net + shipping_net + sale.tip + (0 if sale.taxes_included else total_tax)
    discounted = sum(sum(row) for row in taken)
    unpaid = sale.financial_status in ("pending", "authorized")
    shipping_lines = []
    if sale.shipping is not None:
        shipping_lines.append(
            {
                "id": line_id(sale.n, 60),
                "carrier_identifier": None,
                "code": sale.shipping_title,
                "discounted_price": text(shipping_net, currency),
                "discounted_price_set": both(shipping_net),
                "is_removed": False,
                "phone": None,
                "price": text(shipping, currency),
                "price_set": both(shipping),
                "requested_fulfillment_service_id": None,
                "source": "shopify",
                "title": sale.shipping_title,
                "tax_lines": [tax_line(shipping_tax)] if sale.tax_shipping and sale.tax_rate else [],
                "discount_allocations": [allocation(i, units) for i, units in shipping_off],
            }
        )
    codes = []
    for discount, row in zip(sale.discounts, taken, strict=True):
        if discount.kind in ("discount_code", "manual"):
            kind = "shipping" if discount.target_type == "shipping_line" else discount.value_type
            codes.append({"code": discount.name, "amount": text(sum(row), currency), "type": kind})
    total_text, subtotal_text, tax_text = text(total, currency), text(net, currency), text(total_tax, currency)
    discount_text = text(discounted, currency)
    all_taxes = [tax_line(total_tax)] if total_tax else []
    order: Json = {
        "id": key,
        "admin_graphql_api_id": f"gid://shopify/Order/{key}",
        "app_id": 580111 if sale.source_name == "web" else 1354745,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": None,
        "cancelled_at": None,
        "cart_token": None,
        "checkout_id": key + 29_000_000_000_000 if sale.source_name == "web" else None,
        "checkout_token": None,
        "client_details": None,
        "closed_at": sale.closed,
        "confirmation_number": base36(sale.n + 1_679_616, 9)
        if fields is None or "confirmation_number" in fields
        else "",
        "confirmed": True,
        "contact_email": sale.email,
        "created_at": sale.created,
        "currency": currency,
        "current_shipping_price_set": pair(shipping_net),
        "current_subtotal_price": subtotal_text,
        "current_subtotal_price_set": pair(net),
        "current_total_additional_fees_set": None,
        "current_total_discounts": discount_text,
        "current_total_discounts_set": pair(discounted),
        "current_total_duties_set": None,
        "current_total_price": total_text,
        "current_total_price_set": pair(total),
        "current_total_tax": tax_text,
        "current_total_tax_set": pair(total_tax),
        "customer_locale": "en",
        "device_id": None,
        "discount_codes": codes,
        "duties_included": False,
        "email": sale.email,
        "estimated_taxes": False,
        "financial_status": sale.financial_status,
        "fulfillment_status": sale.fulfillment_status,
        "landing_site": sale.landing_site,
        "landing_site_ref": sale.landing_site_ref,
        "location_id": None,
        "merchant_of_record_app_id": None,
        "name": f"#{1001 + sale.n}",
        "note": sale.note,
        "note_attributes": sale.note_attributes,
        "number": 1 + sale.n,
        "order_number": 1001 + sale.n,
        "order_status_url": f"https://{sale.domain}/orders/{key:x}",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": [sale.gateway],
        "phone": sale.phone,
        "po_number": None,
        "presentment_currency": purse.buyer,
        "processed_at": sale.processed or sale.created,
        "reference": None,
        "referring_site": sale.referring_site,
        "source_identifier": None,
        "source_name": sale.source_name,
        "source_url": None,
        "subtotal_price": subtotal_text,
        "subtotal_price_set": pair(net),
        "tags": sale.tags,
        "tax_exempt": False,
        "tax_lines": all_taxes,
        "taxes_included": sale.taxes_included,
        "test": sale.test,
        "token": f"{key * 2654435761 % (1 << 62):032x}",
        "total_cash_rounding_payment_adjustment_set": pair(0),
        "total_cash_rounding_refund_adjustment_set": pair(0),
        "total_discounts": discount_text,
        "total_discounts_set": pair(discounted),
        "total_line_items_price": text(gross, currency),
        "total_line_items_price_set": pair(gross),
        "total_outstanding": total_text if unpaid else text(0, currency),
        "total_price": total_text,
        "total_price_set": pair(total),
        "total_shipping_price_set": pair(shipping),
        "total_tax": tax_text,
        "total_tax_set": pair(total_tax),
        "total_tip_received": text(sale.tip, currency),
        "total_weight": sum(line.variant.get("grams", 0) * line.quantity for line in sale.lines),
        "updated_at": sale.updated or sale.created,
        "user_id": None,
        "billing_address": sale.address,
        "customer": sale.customer,
        "discount_applications": [discount.application() for discount in sale.discounts],
        "fulfillments": [],
        "line_items": lines,
        "payment_terms": None,
        "refunds": [],
        "shipping_address": sale.address if sale.shipping is not None else None,
        "shipping_lines": shipping_lines,
    }
    if sale.fulfillment_status in ("fulfilled", "partial") and (fields is None or "fulfillments" in fields):
        order["fulfillments"].append(fulfillment(order, sale.updated or sale.created))
    return order


def line_id(n: int, j: int) -> int:
    """Give the id of the *j*-th thing below the *n*-th order: lines from 0, shipping 60, refunds from 64."""
    return 14_100_000_000_000 + n * 32768 + j * 101 + 7


def line_item(key: int, line: Line, currency: str, both: Any) -> Json:
    """Write a line without its taxes and discounts."""
    product, variant = line.product, line.variant
    plain = variant["title"] == "Default Title"
    return {
        "id": key,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{key}",
        "attributed_staffs": [],
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": line.gift_card,
        "grams": variant.get("grams", 0),
        "name": product["title"] if plain else f"{product['title']} - {variant['title']}",
        "price": text(line.price, currency),
        "price_set": both(line.price),
        "product_exists": True,
        "product_id": product["id"],
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": variant.get("requires_shipping", True),
        "sales_line_item_group_id": None,
        "sku": variant.get("sku", ""),
        "taxable": variant.get("taxable", True),
        "title": product["title"],
        "total_discount": text(0, currency),
        "total_discount_set": both(0),
        "variant_id": variant["id"],
        "variant_inventory_management": variant.get("inventory_management"),
        "variant_title": None if plain else variant["title"],
        "vendor": product["vendor"],
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


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
