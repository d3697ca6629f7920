"""What a draft order would come to, before there is one: worked out by Shopify, and nothing is made.

Fields: https://shopify.dev/docs/api/admin-graphql/latest/mutations/draftOrderCalculate.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shopinf.errors import NoAnswer
from shopinf.shopify.client import Shop
from shopinf.shopify.drafts import Wish, body
from shopinf.shopify.graphproblems import user_refusal
from shopinf.shopify.graphql import Query, Written, ask
from shopinf.shopify.records import Facts

DOING, FEATURE = "working out drafts", "gifts"
_CUSTOMER = "gid://shopify/Customer/"
_VARIANT = "gid://shopify/ProductVariant/"
_ADDRESS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "province_code": "provinceCode",
    "country_code": "countryCode",
    "zip": "zip",
    "phone": "phone",
}


class _Money(Facts):
    amount: Decimal


class _Bag(Facts):
    shopMoney: _Money


class _Calculated(Facts):
    totalPriceSet: _Bag


class _Worked(Written):
    calculatedDraftOrder: _Calculated | None = None


class _Answer(Facts):
    draftOrderCalculate: _Worked | None = None


CALCULATE = Query(
    "CalculateDraft",
    """
mutation CalculateDraft($input: DraftOrderInput!) {
  draftOrderCalculate(input: $input) {
    calculatedDraftOrder { totalPriceSet { shopMoney { amount } } }
    userErrors { field message }
  }
}
""",
    _Answer,
    DOING,
    FEATURE,  # it makes nothing, so it is asked again like a question
)
QUERIES = (CALCULATE,)


def total_of(shop: Shop, wish: Wish, currency: str) -> Decimal:
    """What the draft of *wish* would cost; raises what the store has against it."""
    worked = ask(shop, CALCULATE, input=draft_input(wish, currency)).draftOrderCalculate
    if worked is not None and worked.complaints:
        raise user_refusal(worked.complaints, shop.access.name, DOING)
    if worked is None or worked.calculatedDraftOrder is None:
        raise NoAnswer(f"{shop.access.name} did not say what a draft comes to", hint="Run the same command again.")
    return worked.calculatedDraftOrder.totalPriceSet.shopMoney.amount


def draft_input(wish: Wish, currency: str) -> dict[str, Any]:
    """A gift as GraphQL is told of it: the same draft that REST is told of."""
    rest = body(wish, currency)
    free = rest["applied_discount"]
    draft: dict[str, Any] = {
        "lineItems": [
            {"variantId": f"{_VARIANT}{line['variant_id']}", "quantity": line["quantity"]}
            for line in rest["line_items"]
        ],
        "appliedDiscount": {
            "title": free["title"],
            "description": free["description"],
            "value": 100.0,
            "valueType": "PERCENTAGE",
        },
        "shippingLine": {
            "title": rest["shipping_line"]["title"],
            "priceWithCurrency": {"amount": rest["shipping_line"]["price"], "currencyCode": currency},
        },
        "taxExempt": True,
    }
    if "email" in rest:
        draft["email"] = rest["email"]
    if "customer" in rest:
        draft["purchasingEntity"] = {"customerId": f"{_CUSTOMER}{rest['customer']['id']}"}
    if "use_customer_default_address" in rest:
        draft["useCustomerDefaultAddress"] = True
    if address := rest.get("shipping_address"):
        draft["shippingAddress"] = {
            theirs: address[ours] for ours, theirs in _ADDRESS.items() if address.get(ours) is not None
        }
    return draft
