"""Every query that goes out is one that Shopify's schema knows, with variables that it takes.

The part of the schema that they touch stands beside this test. With the whole of it at hand (its introspection as JSON,
gzipped or not), `SHOPINF_SHOPIFY_SCHEMA` names the file, and everything is held against that as well.
"""

from __future__ import annotations

import gzip
import importlib
import json
import os
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_client_schema, build_schema, parse, validate
from graphql.execution.values import get_variable_values

import shopinf.shopify
from shopinf.discounts.combining import Applies, Combining, With
from shopinf.errors import ShopinfError
from shopinf.gifts.addresses import Address
from shopinf.gifts.plan import Line, Recipient
from shopinf.money import Money
from shopinf.shopify.client import Shop
from shopinf.shopify.combining import Sort, combine, look_up_node, read_nodes
from shopinf.shopify.drafts import Wish
from shopinf.shopify.graphql import Query
from shopinf.shopify.totals import total_of

from .farside import ScriptedWire, reply, shop_on

EXCERPT = Path(__file__).parent / "schema-2026-10.graphql"
WHOLE = os.environ.get("SHOPINF_SHOPIFY_SCHEMA", "")


def the_excerpt() -> GraphQLSchema:
    return build_schema(EXCERPT.read_text("utf-8"))


def the_whole() -> GraphQLSchema:
    if not WHOLE:
        pytest.skip("SHOPINF_SHOPIFY_SCHEMA names no introspection of the whole schema")
    raw = Path(WHOLE).read_bytes()
    data = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    return build_client_schema(data.get("data", data), assume_valid=True)


@pytest.fixture(params=[the_excerpt, the_whole], ids=["the excerpt", "the whole schema"], scope="module")
def schema(request: pytest.FixtureRequest) -> GraphQLSchema:
    found: GraphQLSchema = request.param()
    return found


def queries() -> Iterator[Query[Any]]:
    for module in pkgutil.iter_modules(shopinf.shopify.__path__):
        yield from getattr(importlib.import_module(f"shopinf.shopify.{module.name}"), "QUERIES", ())


@pytest.mark.parametrize("query", list(queries()), ids=lambda query: query.name)
def test_the_schema_knows_a_query(schema: GraphQLSchema, query: Query[Any]) -> None:
    document = parse(query.text)
    assert validate(schema, document) == []
    [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    assert operation.name
    assert operation.name.value == query.name


def test_no_query_is_left_out_of_those_that_are_held_against_the_schema() -> None:
    listed = {query.name for query in queries()}
    for module in pkgutil.iter_modules(shopinf.shopify.__path__):
        named = vars(importlib.import_module(f"shopinf.shopify.{module.name}")).values()
        assert {each.name for each in named if isinstance(each, Query)} <= listed


def sent(work: Any) -> list[Mapping[str, Any]]:
    """The bodies that *work* has sent to a store that answers nothing of use."""
    wire = ScriptedWire(reply({"data": {}}))
    with suppress(ShopinfError):
        work(shop_on(wire))
    return [json.loads(request.content) for request in wire.sent]


def gift(recipient: Recipient) -> Any:
    wish = Wish("ref", [Line(39072856, 2, "Serum", Money(Decimal("40.00"), "USD"))], recipient, "note")
    return lambda shop: total_of(shop, wish, "USD")


BERLIN = Address("Weg 1", "Berlin", "Germany", "DE", "Hof 2", "Berlin", "BE", "10115")
ALL = Combining((With.PRODUCT, With.ORDER, With.SHIPPING), Applies.BOTH)
WORKS: Mapping[str, Any] = {
    "reading nodes": lambda shop: read_nodes(shop, [1, 2]),
    "looking a code up": lambda shop: look_up_node(shop, "MAYA15"),
    "a code": lambda shop: combine(shop, 1, "MAYA15", ALL, None),
    "free shipping": lambda shop: combine(shop, 1, "MAYA15", ALL, Sort.FREE_SHIPPING),
    "buy x get y": lambda shop: combine(shop, 1, "MAYA15", ALL, Sort.BXGY),
    "a gift to an address": gift(Recipient("Maya", "Lee", "maya@example.com", "+49 30 1", BERLIN)),
    "a gift to a customer": gift(Recipient("Maya", "Lee", "maya@example.com", customer_id=207119551)),
}


@pytest.mark.parametrize("work", list(WORKS))
def test_the_schema_takes_what_is_sent_with_a_query(schema: GraphQLSchema, work: str) -> None:
    bodies = sent(WORKS[work])
    assert bodies
    for body in bodies:
        document = parse(body["query"])
        [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        assert body["operationName"] == (operation.name and operation.name.value)
        found = get_variable_values(schema, operation.variable_definitions or (), body["variables"])
        assert not isinstance(found, list), found


def test_a_query_goes_to_the_version_whose_schema_has_it_or_to_a_newer_one() -> None:
    def path(version: str) -> str:
        wire = ScriptedWire(reply({"data": {"codeDiscountNodeByCode": None}}))
        shop = shop_on(wire)
        object.__setattr__(shop.access, "api_version", version)
        look_up_node(shop, "MAYA15")
        return httpx.URL(wire.sent[0].url).path

    assert path("2026-07") == "/admin/api/2026-10/graphql.json"
    assert path("2027-01") == "/admin/api/2027-01/graphql.json"
    assert path("unstable") == "/admin/api/unstable/graphql.json"


def test_a_total_is_read_to_the_cent() -> None:
    answer = {"calculatedDraftOrder": {"totalPriceSet": {"shopMoney": {"amount": "0.00"}}}, "userErrors": []}
    shop: Shop = shop_on(ScriptedWire(reply({"data": {"draftOrderCalculate": answer}})))
    assert gift(Recipient("Maya", "Lee", "maya@example.com", customer_id=1))(shop) == Decimal("0.00")
