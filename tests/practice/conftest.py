from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shopinf.practice import PracticeStore

API = "/admin/api/2026-07/"


class Clock:
    """Stands still until it is moved or waited on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
        self.waited: list[float] = []

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += timedelta(seconds=seconds)


class Caller:
    """Calls one store's API in memory, with its token."""

    def __init__(self, shop: PracticeStore, **headers: str) -> None:
        transport = httpx.WSGITransport(shop.app)
        everything = {"X-Shopify-Access-Token": shop.access_token, **headers}
        self.client = httpx.Client(transport=transport, base_url=f"https://{shop.domain}", headers=everything)

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.client.request(method, path if path.startswith(("/", "http")) else API + path, **more)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self("GET", path, params=params or None)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self("POST", path, json=body)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self("PUT", path, json=body)

    def pages(self, path: str, **params: Any) -> Iterator[list[Any]]:
        answer = self.get(path, **params)
        while True:
            yield next(iter(answer.json().values()))
            if "next" not in answer.links:
                return
            answer = self("GET", answer.links["next"]["url"])


Make = Callable[..., PracticeStore]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(clock: Clock) -> Make:
    def make_one(handle: str = "maya-shop", **wishes: Any) -> PracticeStore:
        wishes = {"now": clock.now, "monotonic": clock.monotonic, "sleep": clock.sleep, "throttle": False, **wishes}
        return PracticeStore(handle, **wishes)

    return make_one


@pytest.fixture
def shop(make: Make) -> PracticeStore:
    return make()


@pytest.fixture
def call(shop: PracticeStore) -> Caller:
    return Caller(shop)


@pytest.fixture
def goods(shop: PracticeStore) -> list[int]:
    """Ids of variants on sale."""
    return [v["id"] for p in shop.products.values() if p["published_at"] for v in p["variants"]]


RULE = {
    "title": "MAYA15",
    "target_type": "line_item",
    "target_selection": "all",
    "allocation_method": "across",
    "value_type": "percentage",
    "value": "-15.0",
    "customer_selection": "all",
    "starts_at": "2026-11-01T00:00:00Z",
}


@pytest.fixture
def rule() -> dict[str, Any]:
    return dict(RULE)
