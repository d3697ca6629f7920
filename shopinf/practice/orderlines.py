"""The lines of an order as the Order resource has them: goods and shipping, with their taxes and discounts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from .basket import Line
from .money import Purse, text

Json = dict[str, Any]
Off = tuple[tuple[int, int], ...]  # what came off: (number of the discount, amount)
Taxing = tuple[str, float]  # what the tax is called, and its rate


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


def order_line(
    key: int, line: Line, off: Off, tax: int | None, shipped: str | None, purse: Purse, taxing: Taxing
) -> Json:
    """Write a line; *tax* is None where there is none, *shipped* is its fulfilment status."""
    written = line_item(key, line, purse.shop, purse.both)
    written["fulfillment_status"] = shipped
    if shipped:
        written["fulfillable_quantity"] = 0
    written["tax_lines"] = [] if tax is None else [tax_line(tax, purse, taxing)]
    written["discount_allocations"] = allocated(off, purse)
    return written


def shipping_line(
    key: int, title: str, price: int, paid: int, off: Off, tax: int | None, purse: Purse, taxing: Taxing
) -> Json:
    """Write the shipping line; *paid* is what is left of the *price*."""
    return {
        "id": key,
        "carrier_identifier": None,
        "code": title,
        "discounted_price": text(paid, purse.shop),
        "discounted_price_set": purse.both(paid),
        "is_removed": False,
        "phone": None,
        "price": text(price, purse.shop),
        "price_set": purse.both(price),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": title,
        "tax_lines": [] if tax is None else [tax_line(tax, purse, taxing)],
        "discount_allocations": allocated(off, purse),
    }


def tax_line(tax: int, purse: Purse, taxing: Taxing) -> Json:
    title, rate = taxing
    return {
        "price": text(tax, purse.shop),
        "rate": rate,
        "title": title,
        "price_set": purse.both(tax),
        "channel_liable": False,
    }


def allocated(off: Off, purse: Purse) -> list[Json]:
    return [
        {"amount": text(units, purse.shop), "discount_application_index": i, "amount_set": purse.both(units)}
        for i, units in off
    ]


# Lines are much alike, so each kind is written once, and only gets its own id where it is used. Lines and purses are
# told apart by what they are, not by what they hold: a past has few of either.
_ID = 4_611_686_018_427_387_905  # no id of ours; stands for it meanwhile


def line_text(key: int, *kind: Any) -> bytes:
    """Write a line as JSON, from what :func:`order_line` takes."""
    return str(key).encode().join(_line_pieces(*kind))


def shipping_text(key: int, *kind: Any) -> bytes:
    """Write the shipping line as JSON, from what :func:`shipping_line` takes."""
    return str(key).encode().join(_shipping_pieces(*kind))


@lru_cache(maxsize=1 << 14)
def _line_pieces(*kind: Any) -> list[bytes]:
    return to_json(order_line(_ID, *kind)).split(str(_ID).encode())


@lru_cache(maxsize=1 << 10)
def _shipping_pieces(*kind: Any) -> list[bytes]:
    return to_json(shipping_line(_ID, *kind)).split(str(_ID).encode())
