"""What a draft order would come to, worked out at the GraphQL door before there is one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import drafts
from .graph_discounts import need

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]
Allowed = Callable[[str], bool]
WRITE = "write_draft_orders"
MOST_LINES = 499
WORDS = """
type MoneyV2 { amount: Decimal! currencyCode: String! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
type CalculatedDraftOrder {
  currencyCode: String! totalPriceSet: MoneyBag! subtotalPriceSet: MoneyBag! totalTaxSet: MoneyBag!
}
type DraftOrderCalculatePayload { calculatedDraftOrder: CalculatedDraftOrder userErrors: [UserError!]! }
input MoneyInput { amount: Decimal! currencyCode: String! }
enum DraftOrderAppliedDiscountType { FIXED_AMOUNT PERCENTAGE }
input DraftOrderAppliedDiscountInput {
  title: String description: String value: Float! valueType: DraftOrderAppliedDiscountType!
}
input ShippingLineInput { title: String priceWithCurrency: MoneyInput shippingRateHandle: String }
input PurchasingEntityInput { customerId: ID }
input MailingAddressInput {
  firstName: String lastName: String company: String address1: String address2: String city: String
  provinceCode: String countryCode: String zip: String phone: String
}
input DraftOrderLineItemInput { variantId: ID quantity: Int! }
input DraftOrderInput {
  lineItems: [DraftOrderLineItemInput!] appliedDiscount: DraftOrderAppliedDiscountInput
  shippingLine: ShippingLineInput taxExempt: Boolean email: String purchasingEntity: PurchasingEntityInput
  shippingAddress: MailingAddressInput useCustomerDefaultAddress: Boolean
}
extend type Mutation { draftOrderCalculate(input: DraftOrderInput!): DraftOrderCalculatePayload }
"""
NODES: dict[str, Any] = {}
ADDRESS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "provinceCode": "province_code",
    "countryCode": "country_code",
    "zip": "zip",
    "phone": "phone",
}


def fields(shop: PracticeStore, allowed: Allowed) -> dict[str, Any]:
    """Give what this part answers at the root."""

    def calculate(info: Any, input: Json) -> Json:
        need(allowed, WRITE, "draftOrderCalculate")
        return calculated(shop, input)

    return {"draftOrderCalculate": calculate}


def calculated(shop: PracticeStore, sent: Json) -> Json:
    """Work out a draft and make none."""
    lines = sent.get("lineItems") or []
    if len(lines) > MOST_LINES:
        return refused(["input", "lineItems"], f"Line items cannot exceed {MOST_LINES} items")
    known = dict(shop.draft_wishes)
    made, wrong = drafts.draft_from(shop, as_rest(sent), None)
    shop.draft_wishes.clear()
    shop.draft_wishes.update(known)
    if wrong:
        name, messages = next(iter(wrong.items()))
        return refused(["input", name], messages[0])
    total = Decimal(made["total_price"]) + Decimal(shop.graph.surcharge)
    money = {
        "totalPriceSet": bag(shop, total),
        "subtotalPriceSet": bag(shop, Decimal(made["subtotal_price"])),
        "totalTaxSet": bag(shop, Decimal(made["total_tax"])),
    }
    return {"calculatedDraftOrder": {"currencyCode": shop.currency, **money}, "userErrors": []}


def refused(field: list[str], message: str) -> Json:
    """Write the one complaint about a draft."""
    return {"calculatedDraftOrder": None, "userErrors": [{"field": field, "message": message}]}


def bag(shop: PracticeStore, amount: Decimal) -> Json:
    """Write an amount in both currencies, which are one here."""
    pair = {"amount": str(amount), "currencyCode": shop.currency}
    return {"shopMoney": pair, "presentmentMoney": pair}


def as_rest(sent: Json) -> Json:
    """Write a draft as REST is told of it."""
    made: Json = {
        "line_items": [
            {"variant_id": number(line.get("variantId")), "quantity": line["quantity"]}
            for line in sent.get("lineItems") or []
        ],
        "email": sent.get("email"),
        "tax_exempt": bool(sent.get("taxExempt")),
        "use_customer_default_address": bool(sent.get("useCustomerDefaultAddress")),
    }
    if off := sent.get("appliedDiscount"):
        made["applied_discount"] = {
            "title": off.get("title"),
            "description": off.get("description"),
            "value": off["value"],
            "value_type": off["valueType"].lower(),
        }
    if line := sent.get("shippingLine"):
        price = (line.get("priceWithCurrency") or {}).get("amount") or 0
        made["shipping_line"] = {"title": line.get("title"), "price": str(price)}
    if who := (sent.get("purchasingEntity") or {}).get("customerId"):
        made["customer"] = {"id": number(who)}
    if home := sent.get("shippingAddress"):
        made["shipping_address"] = {theirs: home.get(ours) for ours, theirs in ADDRESS.items()}
    return made


def number(id: Any) -> int:
    """Read the number of an id."""
    tail = str(id or "").rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0
