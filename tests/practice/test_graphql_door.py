"""The practice store's GraphQL door: what it answers, what it costs, and how it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from shopinf.practice import PracticeStore
from shopinf.practice.graph_discounts import set_combining
from shopinf.practice.sitewide import Sitewide

from .conftest import Caller, Clock, Make

BY_CODE = """
query Look($code: String!) {
  codeDiscountNodeByCode(code: $code) {
    id
    codeDiscount {
      __typename
      ... on DiscountCodeBasic { title codesCount { count } combinesWith { orderDiscounts } }
      ... on DiscountCodeFreeShipping { combinesWith { orderDiscounts } }
    }
  }
}
"""
COMBINE = """
mutation Combine($id: ID!, $given: DiscountCodeBasicInput!) {
  discountCodeBasicUpdate(id: $id, basicCodeDiscount: $given) { userErrors { field message code } }
}
"""
NODES = "query Many($ids: [ID!]!) { nodes(ids: $ids) { ... on DiscountCodeNode { codeDiscount { __typename } } } }"
CALCULATE = """
mutation Worth($input: DraftOrderInput!) {
  draftOrderCalculate(input: $input) {
    calculatedDraftOrder { totalPriceSet { shopMoney { amount currencyCode } } } userErrors { message }
  }
}
"""


@pytest.fixture
def shop(make: Make) -> PracticeStore:
    return make(throttle=True)


def ask(call: Caller, query: str, **variables: Any) -> Any:
    response = call.post("graphql.json", {"query": query, "variables": variables})
    assert response.status_code == 200, response.text
    return response.json()


def gid(rule: dict[str, Any]) -> str:
    return f"gid://shopify/DiscountCodeNode/{rule['id']}"


def combining(**what: bool) -> dict[str, Any]:
    return {"combinesWith": {f"{name}Discounts": value for name, value in what.items()}}


def test_a_code_made_by_rest_combines_with_nothing_until_it_is_told_to(shop: PracticeStore, call: Caller) -> None:
    rule = shop.add_rule("Maya")
    shop.codes.make("MAYA15", rule["id"])
    found = ask(call, BY_CODE, code="maya15")["data"]["codeDiscountNodeByCode"]
    assert found["id"] == gid(rule)
    assert found["codeDiscount"] == {
        "__typename": "DiscountCodeBasic",
        "title": "Maya",
        "codesCount": {"count": 1},
        "combinesWith": {"orderDiscounts": False},
    }
    told = ask(call, COMBINE, id=gid(rule), given=combining(order=True))
    assert told["data"]["discountCodeBasicUpdate"]["userErrors"] == []
    again = ask(call, BY_CODE, code="MAYA15")["data"]["codeDiscountNodeByCode"]
    assert again["codeDiscount"]["combinesWith"] == {"orderDiscounts": True}
    assert [path.rpartition("/")[2] for _, path, _ in shop.writes] == ["graphql.json"]  # asking is no writing
    assert "combines" not in str(call.get(f"price_rules/{rule['id']}.json").json())


def test_what_a_query_costs_is_told_and_taken(shop: PracticeStore, call: Caller, clock: Clock) -> None:
    rule = shop.add_rule("Maya")
    cost = ask(call, COMBINE, id=gid(rule), given=combining(order=True))["extensions"]["cost"]
    assert cost["requestedQueryCost"] == cost["actualQueryCost"] == 10
    assert cost["throttleStatus"] == {"maximumAvailable": 2000, "currentlyAvailable": 1990, "restoreRate": 100}
    clock.sleep(0.0625)
    ids = [gid(rule), *(f"gid://shopify/DiscountCodeNode/{number}" for number in range(199))]
    cost = ask(call, NODES, ids=ids)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (400, 2)  # what is not there comes back
    assert cost["throttleStatus"]["currentlyAvailable"] in (1993, 1994)
    assert shop.bucket.used == 0  # REST's limit is another


def test_what_does_not_fit_into_the_bucket_is_throttled_and_not_carried_out(
    shop: PracticeStore, call: Caller, clock: Clock
) -> None:
    rule = shop.add_rule("Maya")
    shop.graph.points.drain()
    answer = ask(call, COMBINE, id=gid(rule), given=combining(order=True))
    assert answer["errors"] == [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    assert "data" not in answer
    assert (shop.graph.changes, shop.writes) == ([], [])
    clock.sleep(0.25)
    assert ask(call, COMBINE, id=gid(rule), given=combining(order=True))["data"]


@pytest.mark.parametrize(
    ("query", "variables", "code", "words"),
    [
        (NODES, {"ids": [f"gid://shopify/DiscountCodeNode/{n}" for n in range(251)]}, "MAX_INPUT_SIZE_EXCEEDED", "251"),
        (BY_CODE.replace("title", "price"), {"code": "A"}, "undefinedField", "Field 'price' doesn't exist on type"),
        (BY_CODE, {"code": None}, "INVALID_VARIABLE", "Variable $code"),
        ("{", {}, "parseError", "Syntax Error"),
    ],
)
def test_what_it_does_not_take_is_an_error_with_a_code(
    call: Caller, query: str, variables: dict[str, Any], code: str, words: str
) -> None:
    [error] = ask(call, query, **variables)["errors"]
    assert error["extensions"]["code"] == code
    assert words in error["message"]


def test_a_query_over_a_thousand_points_is_refused_whatever_the_bucket(call: Caller) -> None:
    each = "codeDiscount { __typename }"
    thrice = f"a: {each} b: {each} c: {each}"
    ids = ["gid://shopify/DiscountCodeNode/1"] * 250
    fits = ask(call, NODES.replace(each, thrice), ids=ids)
    assert fits["extensions"]["cost"]["requestedQueryCost"] == 1000
    [error] = ask(call, NODES.replace(each, f"{thrice} d: {each}"), ids=ids)["errors"]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["message"] == "Query cost is 1250, which exceeds the single query max cost limit (1000)"


def test_price_rule_scopes_do_not_open_discounts(shop: PracticeStore, call: Caller) -> None:
    rule = shop.add_rule("Maya")
    shop.scopes -= {"read_discounts", "write_discounts"}
    answer = ask(call, COMBINE, id=gid(rule), given=combining(order=True))
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert "`write_discounts` access scope" in error["message"]
    assert answer["data"] == {"discountCodeBasicUpdate": None}
    assert call.get("price_rules.json").status_code == 200


def test_shipping_does_not_combine_with_shipping(shop: PracticeStore, call: Caller) -> None:
    rule = shop.add_rule("Free", target_type="shipping_line", value="-100.0", allocation_method="each")
    query = COMBINE.replace("Basic", "FreeShipping").replace("basic", "freeShipping")
    told = ask(call, query, id=gid(rule), given=combining(shipping=True))["data"]["discountCodeFreeShippingUpdate"]
    assert told["userErrors"][0]["code"] == "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS"
    unknown = ask(call, COMBINE, id="gid://shopify/DiscountCodeNode/5", given=combining(order=True))
    assert unknown["data"]["discountCodeBasicUpdate"]["userErrors"] == [
        {"field": ["id"], "message": "Discount does not exist", "code": None}
    ]


def test_what_was_changed_is_read_back_after_the_lag(shop: PracticeStore, call: Caller, clock: Clock) -> None:
    rule = shop.add_rule("Maya")
    shop.codes.make("MAYA15", rule["id"])
    shop.graph.lag = 3.0
    ask(call, COMBINE, id=gid(rule), given=combining(order=True))

    def seen() -> bool:
        found = ask(call, BY_CODE, code="MAYA15")["data"]["codeDiscountNodeByCode"]
        return bool(found["codeDiscount"]["combinesWith"]["orderDiscounts"])

    assert not seen()
    clock.sleep(3)
    assert seen()


def test_trouble_comes_as_it_was_ordered(shop: PracticeStore, call: Caller) -> None:
    shop.graph.fail("INTERNAL_SERVER_ERROR", times=1)
    assert ask(call, BY_CODE, code="X")["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert ask(call, BY_CODE, code="X")["data"] == {"codeDiscountNodeByCode": None}


def test_a_draft_is_worked_out_and_none_is_made(shop: PracticeStore, call: Caller) -> None:
    product = shop.products[next(iter(shop.products))]
    line = {"variantId": f"gid://shopify/ProductVariant/{product['variants'][0]['id']}", "quantity": 2}
    free = {"title": "Gift", "value": 100.0, "valueType": "PERCENTAGE"}

    def worth(**given: Any) -> Any:
        return ask(call, CALCULATE, input={"lineItems": [line], **given})["data"]["draftOrderCalculate"]

    assert worth(appliedDiscount=free)["calculatedDraftOrder"]["totalPriceSet"]["shopMoney"]["amount"] == "0.00"
    dear = worth()["calculatedDraftOrder"]["totalPriceSet"]["shopMoney"]
    assert float(dear["amount"]) > 2 * float(product["variants"][0]["price"])
    assert worth(lineItems=[])["userErrors"][0]["message"] == "can't be blank"
    assert (len(shop.drafts), shop.writes) == (0, [])


# the sale


def sold(shop: PracticeStore, code: str) -> tuple[list[str], list[str]]:
    order = shop.sell(code)
    applied = [each["title"] for each in order["discount_applications"] if each["type"] == "automatic"]
    return [each["code"] for each in order["discount_codes"]], applied


def test_a_better_site_wide_discount_takes_the_sale_from_a_code_that_does_not_combine(shop: PracticeStore) -> None:
    rule = shop.add_rule("Maya", value="-15.0")
    shop.codes.make("MAYA15", rule["id"])
    assert sold(shop, "MAYA15") == (["MAYA15"], [])
    shop.graph.sitewide = Sitewide("Black Friday", "20")
    assert sold(shop, "MAYA15") == ([], ["Black Friday"])
    set_combining(shop, rule["id"], order=True)
    assert sold(shop, "MAYA15") == (["MAYA15"], ["Black Friday"])


def test_a_worse_site_wide_discount_gives_way_to_a_code_that_does_not_combine(shop: PracticeStore) -> None:
    rule = shop.add_rule("Maya", value="-30.0")
    shop.codes.make("MAYA30", rule["id"])
    shop.graph.sitewide = Sitewide("Sale", "20")
    assert sold(shop, "MAYA30") == (["MAYA30"], [])
    set_combining(shop, rule["id"], order=True)
    shop.graph.sitewide = Sitewide("Sale", "20", combines=frozenset({"product"}))
    assert sold(shop, "MAYA30") == (["MAYA30"], [])  # both have to allow it
