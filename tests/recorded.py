"""A practice store whose orders are recorded: it sends what it sent before, for a tenth of the processor's time.

A store makes each order anew when it is asked for it, in the process of a test or a benchmark; what Shopify needs for
that is no part of this machine. So `recorded` lets a practice store write some orders once and then sends them again
and again, each time under another id, name and moment, at the store's own pace: with its bucket, its latency and its
headers. Everything but listings and counts of orders is answered by the practice store.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from werkzeug.http import http_date

from shopinf.practice import PracticeStore
from shopinf.practice.bucket import Reading
from shopinf.practice.orders import order_id, order_number
from shopinf.shopify.orderjson import FIELDS

DAYS = 730
_CUT = b'"cancelled_at":'  # what comes before it in an order is written anew


def record(shop: PracticeStore, orders: int) -> list[bytes]:
    """So many orders of *shop* as it sends them, without what is written anew for each."""
    shop.orders.settle()
    fields = tuple(FIELDS.split(","))
    texts = [shop.orders.text(key, fields) for key in sorted(shop.orders)[:orders]]
    return [text[text.index(_CUT) :] for text in texts]


class Recorded:
    """The WSGI app of *shop* with so many *orders*, made of the *tails* of recorded ones."""

    def __init__(self, shop: PracticeStore, tails: list[bytes], orders: int) -> None:
        self.shop, self._tails, self._orders = shop, tails, orders
        self._app = shop.app
        self._newest = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self._step = timedelta(days=DAYS).total_seconds() / max(orders, 1)
        self.requests = self.throttled = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"].rpartition("/2026-07/")[2]
        asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        if path not in ("orders.json", "orders/count.json") or "name" in asked or self.shop.faults._plans:
            return self._app(environ, start_response)
        self.shop.sleep(self.shop.latency)
        with self.shop.lock:
            self.requests += 1
            bucket = self.shop.bucket
            reading = bucket.take() if self.shop.throttle else Reading(True, 1, bucket.size)
            self.throttled += not reading.admitted
        headers = [("Content-Type", "application/json"), ("Date", http_date(self.shop.now()))]
        headers += [("X-Request-Id", str(uuid.uuid4())), ("X-Shopify-API-Version", "2026-07")]
        if not reading.admitted:
            start_response("429 Too Many Requests", [*headers, ("Retry-After", "2.0")])
            return [b'{"errors":"Exceeded the calls per second for api client."}']
        headers.append(("X-Shopify-Shop-Api-Call-Limit", reading.header))
        if "ids" in asked:
            start_response("200 OK", headers)
            known = sorted(
                number for each in asked["ids"].split(",") if (number := order_number(int(each))) is not None
            )
            texts = [self._text(number) for number in known if number < self._orders]
            return [b'{"orders":[', b",".join(texts), b"]}"]
        first, end = self._between(asked)
        if path != "orders.json":
            start_response("200 OK", headers)
            return [b'{"count":%d}' % max(end - first, 0)]
        limit = int(asked.get("limit", "50"))
        if first + limit < end:
            place = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}"
            info = f"{first + limit}.{end}"
            headers.append(("Link", f'<{place}?limit={limit}&page_info={info}>; rel="next"'))
        start_response("200 OK", headers)
        return [b'{"orders":[', b",".join(map(self._text, range(first, min(first + limit, end)))), b"]}"]

    def _between(self, asked: dict[str, str]) -> tuple[int, int]:
        """The numbers of the orders that are asked for: the first, and the one after the last."""
        if "page_info" in asked:
            begin, _, stop = asked["page_info"].partition(".")
            return int(begin), int(stop)
        first, end = 0, self._orders
        for name in ("created_at_min", "updated_at_min"):
            if name in asked:
                first = max(first, math.ceil(self._number(asked[name])))
        if "created_at_max" in asked:
            end = min(end, math.floor(self._number(asked["created_at_max"])) + 1)
        if since := int(asked.get("since_id", "0")):
            first = max(first, (order_number(since) or 0) + 1)
        return first, max(end, first)

    def _at(self, number: int) -> datetime:
        return self._newest - timedelta(seconds=math.floor((self._orders - 1 - number) * self._step))

    def _number(self, text: str) -> float:
        """The number of an order that was made at that time, perhaps between two."""
        away = (self._newest - datetime.fromisoformat(text)).total_seconds()
        number = self._orders - 1 - away / self._step
        # `_at` knows whole seconds alone, so the neighbour may be meant.
        near = round(number)
        return (
            near if abs(near - number) * self._step <= 1 and self._at(near) == datetime.fromisoformat(text) else number
        )

    def _text(self, number: int) -> bytes:
        at = self._at(number).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        head = f'{{"id":{order_id(number)},"name":"#{1001 + number}","created_at":"{at}","processed_at":"{at}"'
        return head.encode() + b',"updated_at":"%b",' % at.encode() + self._tails[number % len(self._tails)]


def recorded(shop: PracticeStore, tails: list[bytes], orders: int) -> Recorded:
    """Have *shop* answer with recorded orders from now on."""
    made = Recorded(shop, tails, orders)
    shop._app = made
    return made
