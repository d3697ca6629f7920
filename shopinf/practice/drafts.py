"""Draft orders: what they cost, and the order that comes of one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from . import money, past
from .basket import Discount, Line, tax_of
from .discounts import decimal_text, number
from .money import Purse, minor, text
from .orders import Sale, compose

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]
Pairs = list[tuple[Line, Discount | None]]
Errors = dict[str, list[str]]
FIRST_DRAFT = 1_069_920_475
ADDRESS = ("first_name", "last_name", "company", "address1", "address2", "city", "province", "country", "zip", "phone")


def lines_from(shop: PracticeStore, sent: Any, wrong: Errors) -> list[tuple[Line, Discount | None]]:
    """Read the line items of a draft: variants of the shop, or own lines with a title and a price."""
    made: list[tuple[Line, Discount | None]] = []
    if not isinstance(sent, list) or not sent:
        wrong["line_items"] = ["can't be blank"]
        return made
    for i, wish in enumerate(sent):
        quantity = wish.get("quantity", 1)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            wrong.setdefault("line_items", []).append("Quantity must be greater than or equal to 1")
            continue
        if wish.get("variant_id"):
            found = shop.variant(wish["variant_id"])
            if found is None:
                wrong.setdefault("line_items", []).append("Product variant does not exist")
                continue
            line = Line(found[0], found[1], quantity, minor(found[1]["price"], shop.currency))
        else:
            price = number(wish.get("price"))
            if not wish.get("title") or price is None or price < 0:
                wrong.setdefault("line_items", []).append("Title and price can't be blank")
                continue
            product = {"id": None, "title": wish["title"], "product_type": "", "vendor": None}
            variant = {
                "id": None,
                "title": "Default Title",
                "sku": wish.get("sku"),
                "taxable": wish.get("taxable", True),
            }
            line = Line(product, variant, quantity, minor(price, shop.currency))
        made.append((line, discount_from(wish.get("applied_discount"), wrong, on=(i, line))))
    return made


def discount_from(sent: Any, wrong: Errors, on: tuple[int, Line] | None = None) -> Discount | None:
    """Read an applied_discount, of the draft or of one line."""
    if not sent:
        return None
    value = number(sent.get("value")) if isinstance(sent, dict) else None
    kind = sent.get("value_type", "fixed_amount") if isinstance(sent, dict) else None
    if (
        value is None
        or value < 0
        or kind not in ("percentage", "fixed_amount")
        or (kind == "percentage" and value > 100)
    ):
        wrong["applied_discount"] = ["is invalid"]
        return None
    return Discount(
        "manual",
        sent.get("title") or "Custom discount",
        decimal_text(value),
        kind,
        target_selection="explicit" if on else "all",
        allocation_method="each" if on and kind == "fixed_amount" else "across",
        entitled=frozenset({on[1].variant["id"]}) if on else None,
        description=sent.get("description"),
    )


def amount_of(shop: PracticeStore, discount: Discount, line: Line | None, subtotal: int) -> int:
    """Work out a draft's discount: a percentage is rounded down to the minor unit."""
    whole = line.total if line else subtotal
    if discount.value_type == "percentage":
        return int((whole * Decimal(discount.value) / 100).to_integral_value(ROUND_FLOOR))
    amount = minor(discount.value, shop.currency) * (line.quantity if line else 1)
    return min(amount, whole)


def address_from(shop: PracticeStore, sent: Any) -> Json | None:
    """Write an address that was sent; one without first and last name is ignored."""
    if not isinstance(sent, dict) or not sent.get("first_name") or not sent.get("last_name"):
        return None
    made: Json = {name: sent.get(name) for name in ADDRESS}
    made["name"] = f"{made['first_name']} {made['last_name']}"
    made |= {"country_code": sent.get("country_code"), "province_code": sent.get("province_code")}
    return made | {"latitude": None, "longitude": None}


@dataclass(frozen=True)
class Sums:
    """What a draft comes to, in minor units."""

    offs: list[int]  # the discount of each line
    off_whole: int
    nets: list[int]  # of each line, all discounts off
    taxes: list[int]
    shipping: int
    total: int


def sums_of(shop: PracticeStore, pairs: Pairs, whole: Discount | None, wishes: Json) -> Sums:
    """Work out what a draft comes to."""
    lines = [line for line, _ in pairs]
    subtotal = sum(line.total for line in lines)
    offs = [amount_of(shop, d, line, subtotal) if d else 0 for line, d in pairs]
    left = [line.total - off for line, off in zip(lines, offs, strict=True)]
    off_whole = amount_of(shop, whole, None, sum(left)) if whole else 0
    nets = [a - b for a, b in zip(left, money.spread(off_whole, left), strict=True)]
    rate = rate_of(shop, wishes)
    taxes = [
        tax_of(net, rate, shop.taxes_included) if line.variant.get("taxable", True) and not line.gift_card else 0
        for net, line in zip(nets, lines, strict=True)
    ]
    postage = wishes.get("shipping_line") or {}
    shipping = minor(postage.get("price") or 0, shop.currency)
    total = sum(nets) + shipping + (0 if shop.taxes_included else sum(taxes))
    return Sums(offs, off_whole, nets, taxes, shipping, total)


def rate_of(shop: PracticeStore, wishes: Json) -> Decimal:
    """Give the tax rate of a draft."""
    return Decimal(0) if wishes.get("tax_exempt") else shop.tax_rate


def customer_of(shop: PracticeStore, wishes: Json, wrong: Errors) -> Json | None:
    """Find the customer that a draft names."""
    given = wishes.get("customer") or ({"id": wishes["customer_id"]} if wishes.get("customer_id") else None)
    if not given:
        return None
    customer = shop.customers.get(int(given.get("id") or 0)) if isinstance(given, dict) else None
    if customer is None:
        wrong["customer"] = ["does not exist"]
    return customer


def draft_from(shop: PracticeStore, sent: Json, former: Json | None) -> tuple[Json, Errors]:
    """Make a draft of what was sent, over *former* when it is an update, with totals; and what is wrong with it."""
    wrong: Errors = {}
    wishes = {**(shop.draft_wishes.get(former["id"], {}) if former else {}), **sent}
    pairs = lines_from(shop, wishes.get("line_items"), wrong)
    whole = discount_from(wishes.get("applied_discount"), wrong)
    customer = customer_of(shop, wishes, wrong)
    home = address_from(shop, wishes.get("shipping_address"))
    if home is None and customer and wishes.get("use_customer_default_address"):
        home = address_from(shop, customer.get("default_address"))
    if wrong:
        return {}, wrong
    n = len(shop.drafts) + shop.drafts_deleted
    now = shop.time()
    key = former["id"] if former else FIRST_DRAFT + 2 * (n + 1)
    made: Json = {
        "id": key,
        "note": wishes.get("note"),
        "email": wishes.get("email") or (customer["email"] if customer else None),
        "invoice_sent_at": None,
        "created_at": former["created_at"] if former else now,
        "updated_at": now,
        "tax_exempt": bool(wishes.get("tax_exempt")),
        "completed_at": None,
        "name": former["name"] if former else f"#D{n + 1}",
        "allow_discount_codes_in_checkout?": False,
        "b2b?": False,
        "status": former["status"] if former else "open",
        "api_client_id": 1354745,
        "shipping_address": home,
        "billing_address": address_from(shop, wishes.get("billing_address")) or home,
        "invoice_url": f"https://{shop.primary_domain}/{shop.id}/invoices/{key * 2654435761 % (1 << 62):032x}",
        "created_on_api_version_handle": shop.version,
        "order_id": None,
        "tags": tags_of(wishes),
        "note_attributes": wishes.get("note_attributes") or [],
        "payment_terms": None,
        "admin_graphql_api_id": f"gid://shopify/DraftOrder/{key}",
        "customer": past.inside_order(customer) if customer else None,
        **account(shop, key, pairs, whole, wishes),
    }
    shop.draft_wishes[key] = wishes
    return made, {}


def account(shop: PracticeStore, key: int, pairs: Pairs, whole: Discount | None, wishes: Json) -> Json:
    """Write the part of a draft that is money: lines, discount, shipping, taxes and totals."""
    currency, sums, rate = shop.currency, sums_of(shop, pairs, whole, wishes), rate_of(shop, wishes)
    postage, tax = wishes.get("shipping_line") or None, sum(sums.taxes)
    shipping = None
    if postage:
        shipping = {
            "title": postage.get("title") or "Shipping",
            "custom": not postage.get("handle"),
            "handle": postage.get("handle"),
            "price": text(sums.shipping, currency),
        }
    return {
        "taxes_included": shop.taxes_included,
        "currency": currency,
        "line_items": [
            draft_line(shop, key * 1000 + i, line, discount, off, line_tax, rate)
            for i, ((line, discount), off, line_tax) in enumerate(zip(pairs, sums.offs, sums.taxes, strict=True))
        ],
        "applied_discount": applied(whole, sums.off_whole, currency),
        "shipping_line": shipping,
        "tax_lines": [{"rate": float(rate), "title": shop.tax_title, "price": text(tax, currency)}] if tax else [],
        "total_price": text(sums.total, currency),
        "subtotal_price": text(sum(sums.nets), currency),
        "total_tax": text(tax, currency),
    }


def tags_of(wishes: Json) -> str:
    """Write tags as Shopify does: each once, by name."""
    tags = wishes.get("tags") or ""
    listed = tags if isinstance(tags, list) else str(tags).split(",")
    return ", ".join(sorted({str(tag).strip() for tag in listed if str(tag).strip()}))


def applied(discount: Discount | None, amount: int, currency: str) -> Json | None:
    """Write an applied_discount with its amount."""
    if discount is None:
        return None
    return {
        "description": discount.description,
        "value": discount.value,
        "title": discount.name,
        "amount": text(amount, currency),
        "value_type": discount.value_type,
    }


def draft_line(
    shop: PracticeStore, key: int, line: Line, discount: Discount | None, off: int, tax: int, rate: Decimal
) -> Json:
    """Write a line of a draft."""
    plain = line.variant["title"] == "Default Title"
    return {
        "id": key,
        "variant_id": line.variant["id"],
        "product_id": line.product["id"],
        "title": line.product["title"],
        "variant_title": None if plain else line.variant["title"],
        "sku": line.variant.get("sku"),
        "vendor": line.product["vendor"],
        "quantity": line.quantity,
        "requires_shipping": line.variant.get("requires_shipping", True),
        "taxable": line.variant.get("taxable", True),
        "gift_card": line.gift_card,
        "fulfillment_service": "manual",
        "grams": line.variant.get("grams", 0),
        "tax_lines": [{"rate": float(rate), "title": shop.tax_title, "price": text(tax, shop.currency)}] if tax else [],
        "applied_discount": applied(discount, off, shop.currency),
        "name": line.product["title"] if plain else f"{line.product['title']} - {line.variant['title']}",
        "properties": [],
        "custom": line.variant["id"] is None,
        "price": text(line.price, shop.currency),
        "admin_graphql_api_id": f"gid://shopify/DraftOrderLineItem/{key}",
    }


def complete(shop: PracticeStore, draft: Json, pending: bool) -> Json:
    """Make the order of a draft: stock is taken, the customer linked (or made, of an e-mail), the draft closed."""
    wishes = shop.draft_wishes[draft["id"]]
    pairs = lines_from(shop, wishes.get("line_items"), {})
    lines = [line for line, _ in pairs]
    discounts = [d for _, d in pairs if d]
    whole = discount_from(wishes.get("applied_discount"), {})
    if whole:
        discounts.append(whole)
    customer = shop.customers.get(draft["customer"]["id"]) if draft["customer"] else None
    if customer is None and draft["email"]:
        home = draft["shipping_address"] or {}
        names = {k: home.get(k) for k in ("first_name", "last_name")} if home else {}
        customer = shop.customer_by_email(draft["email"]) or shop.add_customer(draft["email"], **names)
    postage = draft["shipping_line"]
    n = shop._next_order
    shop._next_order += 1
    now = shop.time()
    order = compose(
        Sale(
            n=n,
            lines=lines,
            created=now,
            purse=Purse(shop.currency),
            discounts=discounts,
            customer=past.inside_order(customer) if customer else None,
            address=draft["shipping_address"],
            email=draft["email"],
            shipping=minor(postage["price"], shop.currency) if postage else None,
            shipping_title=postage["title"] if postage else "Standard",
            tax_rate=Decimal(0) if draft["tax_exempt"] else shop.tax_rate,
            tax_title=shop.tax_title,
            taxes_included=shop.taxes_included,
            financial_status="pending" if pending else "paid",
            landing_site=None,
            referring_site=None,
            source_name="shopify_draft_order",
            tags=draft["tags"],
            note=draft["note"],
            note_attributes=list(draft["note_attributes"]),
            gateway="manual",
            domain=shop.primary_domain,
        )
    )
    for line in lines:
        if line.variant.get("inventory_management"):
            line.variant["inventory_quantity"] -= line.quantity
    shop.orders[order["id"]] = order
    if customer:
        shop._buyers.setdefault(customer["id"], {})[order["id"]] = None
        shop.settle_customer(order)
    draft |= {"status": "completed", "completed_at": now, "updated_at": now, "order_id": order["id"]}
    shop.drafts.tell(draft["id"])
    return draft
