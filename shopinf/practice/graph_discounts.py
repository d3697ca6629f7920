"""Discounts at the GraphQL door: what codes combine with and apply to, beside the price rules that REST knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .discounts import is_bogo

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]
Allowed = Callable[[str], bool]
READ, WRITE = "read_discounts", "write_discounts"
CLASSES = ("order", "product", "shipping")
WORDS = """
type DiscountCodeNode implements Node { id: ID! codeDiscount: DiscountCode! }
union DiscountCode = DiscountCodeBasic | DiscountCodeFreeShipping | DiscountCodeBxgy | DiscountCodeApp
enum DiscountStatus { ACTIVE EXPIRED SCHEDULED }
type Count { count: Int! }
type DiscountCombinesWith { orderDiscounts: Boolean! productDiscounts: Boolean! shippingDiscounts: Boolean! }
type DiscountCustomerGets { appliesOnOneTimePurchase: Boolean! appliesOnSubscription: Boolean! }
type DiscountCodeBasic {
  title: String! startsAt: DateTime! endsAt: DateTime usageLimit: Int appliesOncePerCustomer: Boolean!
  codesCount: Count asyncUsageCount: Int! recurringCycleLimit: Int
  combinesWith: DiscountCombinesWith! customerGets: DiscountCustomerGets!
}
type DiscountCodeFreeShipping {
  title: String! startsAt: DateTime! endsAt: DateTime usageLimit: Int appliesOncePerCustomer: Boolean!
  codesCount: Count asyncUsageCount: Int! recurringCycleLimit: Int
  combinesWith: DiscountCombinesWith! appliesOnOneTimePurchase: Boolean! appliesOnSubscription: Boolean!
}
type DiscountCodeBxgy {
  title: String! startsAt: DateTime! endsAt: DateTime
  combinesWith: DiscountCombinesWith! customerGets: DiscountCustomerGets!
}
type DiscountCodeApp {
  title: String! startsAt: DateTime! endsAt: DateTime
  combinesWith: DiscountCombinesWith! appliesOnOneTimePurchase: Boolean! appliesOnSubscription: Boolean!
}
input DiscountCombinesWithInput {
  orderDiscounts: Boolean = false productDiscounts: Boolean = false shippingDiscounts: Boolean = false
}
input DiscountCustomerGetsInput { appliesOnOneTimePurchase: Boolean appliesOnSubscription: Boolean }
input DiscountCodeBasicInput {
  title: String combinesWith: DiscountCombinesWithInput customerGets: DiscountCustomerGetsInput recurringCycleLimit: Int
}
input DiscountCodeBxgyInput { title: String combinesWith: DiscountCombinesWithInput }
input DiscountCodeFreeShippingInput {
  title: String combinesWith: DiscountCombinesWithInput recurringCycleLimit: Int
  appliesOnOneTimePurchase: Boolean appliesOnSubscription: Boolean
}
enum DiscountErrorCode { APPLIES_ON_NOTHING INVALID INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS }
type DiscountUserError implements DisplayableError {
  field: [String!] message: String! code: DiscountErrorCode extraInfo: String
}
type DiscountCodeBasicUpdatePayload { codeDiscountNode: DiscountCodeNode userErrors: [DiscountUserError!]! }
type DiscountCodeBxgyUpdatePayload { codeDiscountNode: DiscountCodeNode userErrors: [DiscountUserError!]! }
type DiscountCodeFreeShippingUpdatePayload { codeDiscountNode: DiscountCodeNode userErrors: [DiscountUserError!]! }
extend type QueryRoot {
  codeDiscountNodeByCode(code: String!): DiscountCodeNode
  codeDiscountNode(id: ID!): DiscountCodeNode
}
extend type Mutation {
  discountCodeBasicUpdate(id: ID!, basicCodeDiscount: DiscountCodeBasicInput!): DiscountCodeBasicUpdatePayload
  discountCodeBxgyUpdate(id: ID!, bxgyCodeDiscount: DiscountCodeBxgyInput!): DiscountCodeBxgyUpdatePayload
  discountCodeFreeShippingUpdate(
    id: ID!, freeShippingCodeDiscount: DiscountCodeFreeShippingInput!
  ): DiscountCodeFreeShippingUpdatePayload
}
"""


def fields(shop: PracticeStore, allowed: Allowed) -> dict[str, Any]:
    """Give what this part answers at the root."""

    def by_code(info: Any, code: str) -> Json | None:
        need(allowed, READ, "codeDiscountNodeByCode")
        rule_id = shop.codes.get(code)
        return None if rule_id is None else discount_node(shop, rule_id)

    def changer(kind: str) -> Callable[..., Json]:
        def change(info: Any, id: str, **given: Json) -> Json:
            need(allowed, WRITE, info.field_name)
            [(name, sent)] = given.items()
            return changed(shop, kind, rule_of(shop, id), name, sent)

        return change

    return {
        "codeDiscountNodeByCode": by_code,
        "codeDiscountNode": lambda info, id: find(shop, rule_of(shop, id), allowed),
        "discountCodeBasicUpdate": changer("DiscountCodeBasic"),
        "discountCodeBxgyUpdate": changer("DiscountCodeBxgy"),
        "discountCodeFreeShippingUpdate": changer("DiscountCodeFreeShipping"),
    }


def find(shop: PracticeStore, rule_id: int, allowed: Allowed) -> Json | None:
    """Find the node of a price rule."""
    need(allowed, READ, "codeDiscountNode")
    return discount_node(shop, rule_id) if rule_id in shop.price_rules else None


NODES = {"DiscountCodeNode": lambda shop, number, allowed: find(shop, number - shop.graph.shift, allowed)}


def need(allowed: Allowed, scope: str, field: str) -> None:
    """Refuse a field to an app that lacks a scope."""
    if allowed(scope):
        return
    from graphql import GraphQLError

    access = f"`{scope}` access scope."
    raise GraphQLError(
        f"Access denied for {field} field. Required access: {access}",
        extensions={
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": access,
        },
    )


def rule_of(shop: PracticeStore, id: str) -> int:
    """Read the price rule's id out of a discount's."""
    from .graph import split

    return split(id)[1] - shop.graph.shift


def class_of(rule: Json) -> str:
    """Derive the class of a rule's codes: order, product or shipping."""
    if rule["target_type"] == "shipping_line":
        return "shipping"
    return "product" if rule["target_selection"] == "entitled" or is_bogo(rule) else "order"


def sort_of(shop: PracticeStore, rule_id: int) -> str:
    """Give the name of a discount's type."""
    rule = shop.price_rules[rule_id]
    if rule_id in shop.graph.sorts:
        return shop.graph.sorts[rule_id]
    if is_bogo(rule):
        return "DiscountCodeBxgy"
    return "DiscountCodeFreeShipping" if rule["target_type"] == "shipping_line" else "DiscountCodeBasic"


def setting(shop: PracticeStore, rule_id: int, *, lagging: bool = False) -> Json:
    """Give what a rule combines with and applies to; *lagging* as it is read back."""
    found: Json = {"order": False, "product": False, "shipping": False, "one_time": True, "subscription": False}
    for since, what in shop.graph.settings.get(rule_id, ()):
        if not lagging or since + shop.graph.lag <= shop.monotonic():
            found = what
    return found


def set_combining(shop: PracticeStore, rule_id: int, **what: bool) -> None:
    """Set what a rule combines with (order, product, shipping) and applies to (one_time, subscription)."""
    now = setting(shop, rule_id)
    unknown = what.keys() - now.keys()
    if unknown:
        raise ValueError(f"no such settings: {sorted(unknown)}")
    shop.graph.settings.setdefault(rule_id, []).append((shop.monotonic(), now | what))


def discount_node(shop: PracticeStore, rule_id: int) -> Json:
    """Write the node of a price rule."""
    rule, now = shop.price_rules[rule_id], setting(shop, rule_id, lagging=True)
    applies = {"appliesOnOneTimePurchase": now["one_time"], "appliesOnSubscription": now["subscription"]}
    codes = shop.codes.of_rule(rule_id)
    discount = {
        "__typename": sort_of(shop, rule_id),
        "title": rule["title"],
        "startsAt": rule["starts_at"],
        "endsAt": rule["ends_at"],
        "usageLimit": rule["usage_limit"],
        "appliesOncePerCustomer": rule["once_per_customer"],
        "codesCount": {"count": len(codes)},
        "asyncUsageCount": sum(shop.discount_codes[code]["usage_count"] for code in codes),
        "recurringCycleLimit": 1,
        "combinesWith": {f"{name}Discounts": now[name] for name in CLASSES},
        "customerGets": applies,
        **applies,
    }
    id = f"gid://shopify/DiscountCodeNode/{rule_id + shop.graph.shift}"
    return {"__typename": "DiscountCodeNode", "id": id, "codeDiscount": discount}


def changed(shop: PracticeStore, kind: str, rule_id: int, name: str, sent: Json) -> Json:
    """Change what was given of a discount, or say why not."""

    def refused(message: str, code: str | None, *place: str) -> Json:
        error = {"field": list(place) or ["id"], "message": message, "code": code, "extraInfo": None}
        return {"codeDiscountNode": None, "userErrors": [error]}

    if rule_id not in shop.price_rules:
        return refused("Discount does not exist", None)
    if sort_of(shop, rule_id) != kind:
        return refused("Code discount does not exist.", "INVALID")
    what: dict[str, bool] = {}
    combines = sent.get("combinesWith")
    if combines is not None:
        what |= {each: bool(combines.get(f"{each}Discounts")) for each in CLASSES}
        own = class_of(shop.price_rules[rule_id])
        if (own == "shipping" and what["shipping"]) or (
            own == "order" and what["order"] and not shop.graph.several_order_discounts
        ):
            words = "The combinesWith settings are not valid for the discount class."
            return refused(words, "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS", name, "combinesWith")
    applies = sent.get("customerGets") or sent
    for field, key in (("appliesOnOneTimePurchase", "one_time"), ("appliesOnSubscription", "subscription")):
        if applies.get(field) is not None:
            what[key] = bool(applies[field])
    after = setting(shop, rule_id) | what
    if not (after["one_time"] or after["subscription"]):
        return refused("Discount must apply to one-time purchases or subscriptions", "APPLIES_ON_NOTHING", name)
    set_combining(shop, rule_id, **what)
    shop.graph.changes.append((kind, rule_id))
    return {"codeDiscountNode": discount_node(shop, rule_id), "userErrors": []}
