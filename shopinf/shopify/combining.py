"""What codes combine with, at Shopify: read for many, set for one, by GraphQL, for REST has no words for it.

A price rule's id is that of its `DiscountCodeNode`; where a store does not know it as such, the code leads there.
Fields: https://shopify.dev/docs/api/admin-graphql/latest/objects/DiscountCodeNode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field

from shopinf.discounts.combining import Applies, Combining, With
from shopinf.errors import BadInput, NoSuchThing
from shopinf.shopify.client import Shop
from shopinf.shopify.graphql import Query, Written, ask, change, in_parts
from shopinf.shopify.records import Facts

DOING, FEATURE = "combining codes", "discounts"
FEW = 3  # rules that are looked up one by one
MOST_LOOKED_UP = 250  # of many that are not found by their ids
TOGETHER = 100  # nodes in one question, of four objects each: well below the thousand points it may cost

_GID = "gid://shopify/DiscountCodeNode/"
_DISCOUNT = """
      id
      codeDiscount {
        __typename
        ... on DiscountCodeBasic {
          combinesWith { orderDiscounts productDiscounts shippingDiscounts }
          customerGets { appliesOnOneTimePurchase appliesOnSubscription }
        }
        ... on DiscountCodeFreeShipping {
          combinesWith { orderDiscounts productDiscounts shippingDiscounts }
          appliesOnOneTimePurchase
          appliesOnSubscription
        }
        ... on DiscountCodeBxgy { combinesWith { orderDiscounts productDiscounts shippingDiscounts } }
        ... on DiscountCodeApp { combinesWith { orderDiscounts productDiscounts shippingDiscounts } }
      }
"""


class Sort(StrEnum):
    """What kind of discount a node is, by the name of its type."""

    BASIC = "DiscountCodeBasic"
    FREE_SHIPPING = "DiscountCodeFreeShipping"
    BXGY = "DiscountCodeBxgy"
    APP = "DiscountCodeApp"  # worked out by another app's function


@dataclass(frozen=True, slots=True)
class Node:
    """A price rule as GraphQL has it."""

    id: str
    sort: Sort | None  # None: of a kind that is not known here
    combining: Combining


class _Combines(Facts):
    orderDiscounts: bool = False
    productDiscounts: bool = False
    shippingDiscounts: bool = False


class _Gets(Facts):
    appliesOnOneTimePurchase: bool | None = None
    appliesOnSubscription: bool | None = None


class _Discount(_Gets):
    typename: str = Field(default="", alias="__typename")
    combinesWith: _Combines | None = None
    customerGets: _Gets | None = None


class _Node(Facts):
    id: str = ""
    codeDiscount: _Discount | None = None

    def node(self) -> Node | None:
        found = self.codeDiscount
        if not self.id or found is None:
            return None
        sort = Sort(found.typename) if found.typename in list(Sort) else None
        return Node(self.id, sort, Combining(_classes(found.combinesWith), _applies(found.customerGets or found)))


class _Nodes(Facts):
    nodes: list[_Node | None]


class _Found(Facts):
    codeDiscountNodeByCode: _Node | None = None


class _Changed(Facts):
    discountCodeBasicUpdate: Written | None = None
    discountCodeFreeShippingUpdate: Written | None = None
    discountCodeBxgyUpdate: Written | None = None

    @property
    def written(self) -> Written | None:
        return self.discountCodeBasicUpdate or self.discountCodeFreeShippingUpdate or self.discountCodeBxgyUpdate


NODES = Query(
    "CodesCombining",
    "query CodesCombining($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    ... on DiscountCodeNode {"
    + _DISCOUNT
    + "    }\n  }\n}",
    _Nodes,
    DOING,
    FEATURE,
    cost=1,
    each=4,
)
BY_CODE = Query(
    "CodeCombining",
    "query CodeCombining($code: String!) {\n  codeDiscountNodeByCode(code: $code) {" + _DISCOUNT + "  }\n}",
    _Found,
    DOING,
    FEATURE,
    cost=4,
)


def _mutation(name: str, field: str, argument: str, given: str) -> Query[_Changed]:
    text = f"""mutation {name}($id: ID!, $discount: {given}!) {{
  {field}(id: $id, {argument}: $discount) {{
    userErrors {{ field message code extraInfo }}
  }}
}}"""
    return Query(name, text, _Changed, DOING, FEATURE, writes=True)


COMBINE = _mutation("CombineCode", "discountCodeBasicUpdate", "basicCodeDiscount", "DiscountCodeBasicInput")
COMBINE_FREE_SHIPPING = _mutation(
    "CombineFreeShipping",
    "discountCodeFreeShippingUpdate",
    "freeShippingCodeDiscount",
    "DiscountCodeFreeShippingInput",
)
COMBINE_BXGY = _mutation("CombineBuyXGetY", "discountCodeBxgyUpdate", "bxgyCodeDiscount", "DiscountCodeBxgyInput")
QUERIES = (NODES, BY_CODE, COMBINE, COMBINE_FREE_SHIPPING, COMBINE_BXGY)


def gid(price_rule_id: int) -> str:
    """How GraphQL calls a price rule."""
    return f"{_GID}{price_rule_id}"


def read_rules(shop: Shop, codes: Mapping[int, str]) -> dict[int, Node]:
    """The nodes of price rules, each with one of its codes, which leads there where the rule's id does not."""
    found = read_nodes(shop, list(codes)) if len(codes) > FEW else {}
    for rule_id in [each for each in codes if each not in found][:MOST_LOOKED_UP]:
        if (node := look_up_node(shop, codes[rule_id])) is not None:
            found[rule_id] = node
    return found


def read_nodes(shop: Shop, price_rule_ids: Sequence[int]) -> dict[int, Node]:
    """The nodes of these price rules, as far as the store has them by these ids."""
    by_gid = {gid(each): each for each in price_rule_ids}
    found: dict[int, Node] = {}
    for answer in in_parts(list(by_gid), TOGETHER, lambda ids: ask(shop, NODES, ids=ids)):
        for raw in answer.nodes:
            node = raw.node() if raw else None
            if node is not None and node.id in by_gid:
                found[by_gid[node.id]] = node
    return found


def look_up_node(shop: Shop, code: str) -> Node | None:
    """The node of the code of that name."""
    found = ask(shop, BY_CODE, code=code).codeDiscountNodeByCode
    return found.node() if found else None


def combine(shop: Shop, price_rule_id: int, code: str, wanted: Combining, sort: Sort | None) -> None:
    """Have a price rule combine as *wanted*; what is not said stays. A lost answer raises `LostResponse`.

    Twice is the same as once. *code* is one of its codes, which leads to it where the rule's id does not.
    """
    try:
        _combine(shop, gid(price_rule_id), code, wanted, sort)
    except NoSuchThing:
        node = look_up_node(shop, code)
        if node is None or node.id == gid(price_rule_id):
            raise
        _combine(shop, node.id, code, wanted, node.sort)


def _combine(shop: Shop, id: str, code: str, wanted: Combining, sort: Sort | None) -> None:
    applies = {} if wanted.applies is None else _applying(wanted.applies)
    body: dict[str, Any] = {} if wanted.combines is None else {"combinesWith": _combining(wanted.combines)}
    match sort:
        case Sort.FREE_SHIPPING:
            _change(shop, COMBINE_FREE_SHIPPING, id=id, discount=body | applies)
        case Sort.BXGY | Sort.APP if applies and not body:
            raise BadInput(
                f"{code} is no plain code, so Shopify does not let us choose what it applies to",
                hint="Leave out --applies-to for it.",
            )
        case Sort.BXGY:
            _change(shop, COMBINE_BXGY, id=id, discount=body)
        case Sort.APP:
            raise BadInput(
                f"{code} is worked out by another app, which alone can have it combine",
                hint="Choose what it combines with in that app.",
            )
        case _:
            gets = {"customerGets": applies} if applies else {}
            _change(shop, COMBINE, id=id, discount=body | gets)


def _change(shop: Shop, query: Query[_Changed], *, id: str, discount: dict[str, Any]) -> None:
    change(shop, query, lambda answer: answer.written, id=id, discount=discount)


def _combining(classes: Sequence[With]) -> dict[str, bool]:
    return {
        "orderDiscounts": With.ORDER in classes,
        "productDiscounts": With.PRODUCT in classes,
        "shippingDiscounts": With.SHIPPING in classes,
    }


def _applying(applies: Applies) -> dict[str, bool]:
    return {
        "appliesOnOneTimePurchase": applies in (Applies.ONE_TIME, Applies.BOTH),
        "appliesOnSubscription": applies in (Applies.SUBSCRIPTION, Applies.BOTH),
    }


def _classes(found: _Combines | None) -> tuple[With, ...] | None:
    if found is None:
        return None
    said = {
        With.PRODUCT: found.productDiscounts,
        With.ORDER: found.orderDiscounts,
        With.SHIPPING: found.shippingDiscounts,
    }
    return tuple(each for each in With if said[each])


def _applies(found: _Gets) -> Applies | None:
    match found.appliesOnOneTimePurchase, found.appliesOnSubscription:
        case True, True:
            return Applies.BOTH
        case True, False:
            return Applies.ONE_TIME
        case False, True:
            return Applies.SUBSCRIPTION
    return None
