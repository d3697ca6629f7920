"""What the tests of orders share: a look into the ledger, trouble on the wire, and codes made in one line."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, timedelta
from email.utils import format_datetime

import httpx
from bench import Bench, PracticeWire
from middleman import Middleman as Middleman
from sqlalchemy import update

from shopinf.ledger.tables.mirror import order_facts, syncs
from shopinf.practice import PracticeStore


def mirrored(run: Bench) -> dict[int, str]:
    """The orders in the ledger, by id, with the name of each."""
    return dict(run.look("SELECT order_id, name FROM orders"))


def orders_asked(shop: PracticeStore, since: int = 0) -> list[str]:
    """The queries of the order lists that the store was asked for, from the call *since* on."""
    return [call.query for call in shop.calls[since:] if call.path.endswith("/orders.json")]


class Troubled(PracticeWire):
    """The practice wire, with something done before or instead of each request for a list of orders."""

    def __init__(self, wire: PracticeWire, before: Callable[[int, httpx.Request], httpx.Response | None]) -> None:
        super().__init__()
        self.stores = wire.stores
        self.lists = 0
        self._before = before
        self._guard = threading.Lock()

    def send(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/orders.json"):
            with self._guard:
                self.lists += 1
                answer = self._before(self.lists, request)
            if answer is not None:
                return answer
        return super().send(request)


def make_code(run: Bench, code: str, influencer: str, *more: str, campaign: str = "q4") -> None:
    """Make a code, by default for 10 %, that earns 10 %."""
    terms = more or ("--percent", "10", "--commission", "10%")
    run("discounts", "create", "--campaign", campaign, "--influencer", influencer, "--code", code, *terms, "--yes").ok()


def variant(shop: PracticeStore) -> int:
    """Something on sale that is no gift card."""
    found: int = next(p["variants"][0]["id"] for p in shop.products.values() if p["product_type"] != "Gift card")
    return found


def goods(shop: PracticeStore, *prices: str) -> list[tuple[int, int, str]]:
    """Lines of one piece each, at these prices."""
    return [(variant(shop), 1, price) for price in prices]


def as_kept_before(run: Bench) -> None:
    """Bring the facts of the ledger into their first form, which knew neither what a refund sent nor why."""
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:
        for order_id, text in db.exec_driver_sql("SELECT order_id, facts FROM order_facts").all():
            facts = json.loads(text) | {"v": 1}
            for place, (key, at, lines, beside, *_) in enumerate(facts.get("refunds", [])):
                facts["refunds"][place] = [key, at, [each[:4] for each in lines], [each[:3] for each in beside]]
            facts = json.dumps(facts, separators=(",", ":"))
            db.execute(update(order_facts).where(order_facts.c.order_id == order_id).values(facts=facts))
        db.execute(update(syncs).values(facts=None))


@contextmanager
def dated(run: Bench, ahead: timedelta) -> Iterator[None]:
    """Answers in the block have a `Date` that is so far ahead."""
    send = run.wire.send

    def later(request: httpx.Request) -> httpx.Response:
        answer = send(request)
        answer.headers["Date"] = format_datetime((run.clock.now() + ahead).astimezone(UTC), usegmt=True)
        return answer

    run.wire.send = later  # type: ignore[method-assign]
    yield
    run.wire.send = send  # type: ignore[method-assign]
