"""The visits before an order, at the GraphQL door: what tells a leak from a post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shopinf.practice import ALL_SCOPES, PracticeStore

from .conftest import Caller, Clock

VISIT = """{
  occurredAt landingPage referrerUrl referralCode source sourceType
  utmParameters { source medium campaign content term }
}"""
VISITS = f"""
query Visits($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id customerJourneySummary {{ ready customerOrderIndex daysToConversion firstVisit {VISIT} lastVisit {VISIT} }}
    }}
  }}
}}
"""


def asked(call: Caller, *orders: dict[str, Any]) -> Any:
    variables = {"ids": [f"gid://shopify/Order/{order['id']}" for order in orders]}
    return call.post("graphql.json", {"query": VISITS, "variables": variables}).json()


def journeys(call: Caller, *orders: dict[str, Any]) -> list[Any]:
    return [node["customerJourneySummary"] for node in asked(call, *orders)["data"]["nodes"]]


def test_a_visit_by_the_link_tells_the_link_and_what_was_agreed_in_it(call: Caller, shop: PracticeStore) -> None:
    landing = "/discount/MAYA15?redirect=%2F&utm_source=maya&utm_medium=influencer&ref=m1"
    order = shop.sell(landing_site=landing, referring_site="https://l.instagram.com/", customer="ann@ann.test")
    again = shop.sell(customer="ann@ann.test", referring_site="https://www.google.com/")
    first, second = journeys(call, order, again)
    assert first["firstVisit"] == first["lastVisit"]
    assert (first["ready"], first["customerOrderIndex"], first["daysToConversion"]) == (True, 0, 0)
    visit = first["lastVisit"]
    assert visit["landingPage"] == f"https://{shop.primary_domain}{landing}"
    assert (visit["referrerUrl"], visit["source"]) == ("https://l.instagram.com/", "l.instagram.com")
    assert visit["utmParameters"] == {
        "source": "maya",
        "medium": "influencer",
        "campaign": None,
        "content": None,
        "term": None,
    }
    assert visit["referralCode"] == "m1"
    assert second["customerOrderIndex"] == 1
    assert (second["lastVisit"]["source"], second["lastVisit"]["sourceType"]) == ("google.com", "SEO")


def test_who_came_back_without_the_link_had_come_by_it_first(call: Caller, shop: PracticeStore) -> None:
    order = shop.sell(first_visit=("/discount/MAYA15", "https://www.tiktok.com/"))
    (journey,) = journeys(call, order)
    assert journey["firstVisit"]["landingPage"].endswith("/discount/MAYA15")
    assert (journey["lastVisit"]["referrerUrl"], journey["lastVisit"]["source"]) == (None, "direct")
    assert journey["daysToConversion"] == 3


@pytest.mark.parametrize("wish", [{"landing_site": None}, {"source_name": "pos"}])
def test_nobody_is_followed_who_does_not_want_it_or_visits_no_page(
    call: Caller, shop: PracticeStore, wish: dict[str, Any]
) -> None:
    assert journeys(call, shop.sell(**wish)) == [None]


def test_a_fresh_order_has_no_visits_yet(call: Caller, shop: PracticeStore, clock: Clock) -> None:
    shop.graph.journey_lag = 600.0
    order = shop.sell()
    assert journeys(call, order)[0]["ready"] is False
    clock.at += timedelta(minutes=11)
    assert journeys(call, order)[0]["ready"] is True


def test_orders_are_seen_as_far_as_the_app_may(call: Caller, shop: PracticeStore, clock: Clock) -> None:
    old, new = shop.sell(at=clock.now() - timedelta(days=70)), shop.sell()
    assert all(journeys(call, old, new))
    shop.scopes = set(ALL_SCOPES) - {"read_all_orders"}
    assert [node is not None for node in asked(call, old, new)["data"]["nodes"]] == [False, True]
    shop.scopes = {"read_products"}
    assert asked(call, new)["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
