"""The visits before an order, as the GraphQL door tells them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from .api_orders import window_start
from .graph_discounts import need

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]
Allowed = Callable[[str], bool]
READ = "read_orders"
WORDS = """
scalar URL
enum MarketingTactic {
  ABANDONED_CART AD AFFILIATE LINK LOYALTY MESSAGE NEWSLETTER NOTIFICATION POST RETARGETING SEO STOREFRONT_APP
  TRANSACTIONAL
}
type UTMParameters { source: String medium: String campaign: String content: String term: String }
type CustomerVisit implements Node {
  id: ID! occurredAt: DateTime! landingPage: URL referrerUrl: URL referralCode: String source: String!
  sourceType: MarketingTactic utmParameters: UTMParameters
}
type CustomerJourneySummary {
  ready: Boolean! customerOrderIndex: Int daysToConversion: Int firstVisit: CustomerVisit lastVisit: CustomerVisit
}
type Order implements Node { id: ID! customerJourneySummary: CustomerJourneySummary }
"""
_SEARCH = ("google.", "bing.", "duckduckgo.", "ecosia.")
_FIRST = timedelta(days=3)  # before the last visit, where somebody came back
_LAST = timedelta(minutes=12)  # before the order


def fields(shop: PracticeStore, allowed: Allowed) -> Json:
    """Give what this part answers at the root: nothing, since an order is a node."""
    return {}


def find(shop: PracticeStore, number: int, allowed: Allowed) -> Json | None:
    """Find an order that the app may see."""
    need(allowed, READ, "order")
    if number not in shop.orders:
        return None
    start = window_start(shop)
    if start is not None and shop.orders.stamp(number, "created_at") < start:
        return None
    order = shop.orders.peek(number)
    id = f"gid://shopify/Order/{number}"
    return {"__typename": "Order", "id": id, "customerJourneySummary": journey(shop, order)}


NODES = {"Order": find}


def journey(shop: PracticeStore, order: Json) -> Json | None:
    """Tell the visits before an order; None where nobody visited, or would not be tracked."""
    if order["source_name"] != "web" or order["landing_site"] is None:
        return None
    ordered = datetime.fromisoformat(order["created_at"])
    if shop.now() < ordered + timedelta(seconds=shop.graph.journey_lag):
        return {"ready": False}
    last = visit(shop, order, ordered - _LAST, order["landing_site"], order["referring_site"])
    earlier = shop.first_visits.get(order["id"])
    first = visit(shop, order, ordered - _LAST - _FIRST, *earlier) if earlier else last
    customer = order.get("customer")
    before = [key for key in shop.orders_of(customer["id"]) if key < order["id"]] if customer else []
    return {
        "ready": True,
        "customerOrderIndex": len(before),
        "daysToConversion": _FIRST.days if earlier else 0,
        "firstVisit": first,
        "lastVisit": last,
    }


def visit(shop: PracticeStore, order: Json, at: datetime, landing: str, referrer: str | None) -> Json:
    """Write one visit: where somebody came from, and the page they saw first."""
    asked = parse_qs(urlsplit(landing).query)
    host = urlsplit(referrer or "").hostname or ""
    utm = {
        name: asked[f"utm_{name}"][0]
        for name in ("source", "medium", "campaign", "content", "term")
        if f"utm_{name}" in asked
    }
    return {
        "__typename": "CustomerVisit",
        "id": f"gid://shopify/CustomerVisit/{order['id'] + int(at.timestamp())}",
        "occurredAt": shop.time(at),
        "landingPage": f"https://{shop.primary_domain}{landing}",
        "referrerUrl": referrer or None,
        "referralCode": next(iter(asked.get("ref", [])), None),
        "source": host.removeprefix("www.") or "direct",
        "sourceType": "SEO" if any(name in host for name in _SEARCH) else None,
        "utmParameters": utm or None,
    }
