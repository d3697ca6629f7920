"""The visits before orders, by GraphQL: REST knows no more than the last one, and of that no time.

https://shopify.dev/docs/api/admin-graphql/latest/objects/CustomerJourneySummary: a window of thirty days; not ready for
fresh orders; null where the buyer would not be tracked, and for orders that were not made in the online store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import field_validator

from shopinf.leaks.visits import Trail, Visit, read_visit
from shopinf.shopify.client import Shop
from shopinf.shopify.graphql import Query, ask, in_parts
from shopinf.shopify.records import Facts
from shopinf.times import parse_time

DOING, FEATURE = "reading the visits before orders", "orders"
TOGETHER = 50  # orders in one question, of six objects each

_ORDER = "gid://shopify/Order/"
_VISIT = """occurredAt landingPage referrerUrl referralCode source sourceType
          utmParameters { source medium campaign content term }"""


class _Utm(Facts):
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    content: str | None = None
    term: str | None = None


class _Visit(Facts):
    occurredAt: datetime | None = None
    landingPage: str | None = None
    referrerUrl: str | None = None
    referralCode: str | None = None
    source: str | None = None
    sourceType: str | None = None
    utmParameters: _Utm | None = None

    @field_validator("occurredAt", mode="before")
    @classmethod
    def _aware(cls, value: object) -> datetime | None:
        try:
            return parse_time(str(value)) if value else None
        except ValueError:
            return None

    def visit(self) -> Visit:
        utm = self.utmParameters.model_dump() if self.utmParameters else {}
        network = self.sourceType if (self.sourceType or "").upper() == "SOCIAL" else self.source
        return read_visit(
            self.landingPage, self.referrerUrl, ref=self.referralCode, utm=utm, network=network, at=self.occurredAt
        )


class _Journey(Facts):
    ready: bool | None = None
    firstVisit: _Visit | None = None
    lastVisit: _Visit | None = None


class _Order(Facts):
    id: str = ""
    customerJourneySummary: _Journey | None = None

    def told(self) -> tuple[Trail | None, bool]:
        journey = self.customerJourneySummary
        if journey is None:
            return None, True
        first, last = journey.firstVisit, journey.lastVisit
        trail = Trail(first.visit() if first else None, last.visit() if last else None)
        return (trail if trail.visits else None), journey.ready is not False


class _Orders(Facts):
    nodes: list[_Order | None]


VISITS = Query(
    "OrderVisits",
    f"""query OrderVisits($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id
      customerJourneySummary {{
        ready
        firstVisit {{
          {_VISIT}
        }}
        lastVisit {{
          {_VISIT}
        }}
      }}
    }}
  }}
}}""",
    _Orders,
    DOING,
    FEATURE,
    cost=1,
    each=6,
)
QUERIES = (VISITS,)


def read_visits(shop: Shop, order_ids: Sequence[int]) -> Iterator[dict[int, tuple[Trail | None, bool]]]:
    """The visits before these orders, so many at a time: each order's trail, and whether it is complete.

    Orders that the store does not show are left out.
    """
    ids = [f"{_ORDER}{each}" for each in order_ids]
    for answer in in_parts(ids, TOGETHER, lambda some: ask(shop, VISITS, ids=some)):
        found = (each for each in answer.nodes if each and each.id.removeprefix(_ORDER).isdigit())
        yield {int(each.id.removeprefix(_ORDER)): each.told() for each in found}
