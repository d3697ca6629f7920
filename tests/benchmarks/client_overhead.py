"""What the client adds to a request: CPU per request against a bare httpx loop, and a listing of many orders.

    python tests/benchmarks/client_overhead.py --requests 2000 --orders 10000

The practice store runs in a process of its own, without throttling, so that its CPU is not counted as ours.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import httpx

from shopinf.local.clock import SystemClock
from shopinf.network.wire import NetworkWire
from shopinf.shopify.client import Access, Shop
from shopinf.stores import Credentials, Secret

FIELDS = (
    "id,name,created_at,processed_at,updated_at,financial_status,"
    "discount_codes,discount_applications,line_items,refunds"
)


def store(orders: int, pipe: Connection) -> None:
    from shopinf.practice import PracticeStore, serve

    shop = PracticeStore("maya-shop", orders=orders, customers=orders // 4, throttle=False)
    with serve([shop]) as served:
        pipe.send((served.urls[0], shop.access_token))
        pipe.recv()


def timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """CPU seconds, wall seconds, and what the work returned."""
    cpu, wall = time.process_time(), time.perf_counter()
    count = work()
    return time.process_time() - cpu, time.perf_counter() - wall, count


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--requests", type=int, default=2000)
    options.add_argument("--orders", type=int, default=10_000)
    asked = options.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=store, args=(asked.orders, theirs), daemon=True)
    process.start()
    url, token = ours.recv()
    bare = httpx.Client(headers={"X-Shopify-Access-Token": token}, trust_env=False)
    wire = NetworkWire()
    credentials = Credentials(access_token=Secret(token))
    shop = Shop(Access("maya-shop", url, "maya-shop.myshopify.com", "2026-07", credentials), wire, SystemClock())
    path = f"{url}/admin/api/2026-07/shop.json"

    def bare_loop() -> int:
        return sum(bool(bare.get(path).json()) for _ in range(asked.requests))

    def our_loop() -> int:
        return sum(bool(shop.get("shop.json")) for _ in range(asked.requests))

    def our_listing() -> int:
        return sum(1 for _ in shop.pages("orders.json", "orders", params={"status": "any", "fields": FIELDS}))

    bare_loop()  # both sides warm
    bare_cpu, bare_wall, _ = timed(bare_loop)
    our_cpu, our_wall, _ = timed(our_loop)
    for name, cpu, wall in (("bare httpx", bare_cpu, bare_wall), ("our client", our_cpu, our_wall)):
        print(f"{name:12} {1000 * cpu / asked.requests:.2f} CPU ms, {1000 * wall / asked.requests:.2f} ms a request")
    print(f"ratio        {our_cpu / bare_cpu:.2f} CPU, {our_wall / bare_wall:.2f} wall")
    cpu, wall, count = timed(our_listing)
    print(f"listing      {count} orders in {wall:.2f} s ({cpu:.2f} CPU s) by one page after the other")
    ours.send("done")
    process.join(10)
    wire.close()


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
