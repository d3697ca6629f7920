"""How fast orders are read: CPU for each page of 250 against a bare loop, and wall time against the rate limit.

    python tests/benchmarks/orders_speed.py --orders 10000
    python tests/benchmarks/orders_speed.py --orders 500000 --plan plus --throttle

The practice store runs in a process of its own. With --throttle its bucket is the bound: the ratio of the wall time to
what the bucket alone takes says how near we come to it, unless the practice store itself is slower (it says so).
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import sqlite3
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
from pydantic_core import from_json

from shopinf.desk import Setting
from shopinf.main import main
from shopinf.shopify.orderjson import FIELDS

LEAK = {"standard": (2, 40), "advanced": (4, 80), "plus": (20, 400)}


def serve_store(orders: int, plan: str, throttle: bool, pipe: Connection) -> None:
    from shopinf.practice import PracticeStore, serve

    shop = PracticeStore("maya-shop", orders=orders, customers=orders // 4, plan=plan, throttle=throttle)
    with serve([shop]) as served:
        pipe.send((served.urls[0], shop.access_token))
        pipe.recv()
        pipe.send((time.process_time(), len(shop.calls)))


def bare_loop(url: str, token: str, pages: int) -> float:
    """CPU seconds of reading pages one after another and parsing them, for each."""
    client = httpx.Client(headers={"X-Shopify-Access-Token": token}, trust_env=False)
    cpu, after = time.process_time(), 0
    for _ in range(pages):
        params = {"status": "any", "limit": 250, "since_id": after, "fields": FIELDS}
        answer = client.get(f"{url}/admin/api/2026-07/orders.json", params=params)
        rows = from_json(answer.content)["orders"]
        after = rows[-1]["id"]
    return (time.process_time() - cpu) / pages


def shopinf(home: Path, token: str, *argv: str) -> tuple[float, float]:
    """CPU and wall seconds of one run of the real program."""
    environ = {**os.environ, "SHOPINF_HOME": str(home), "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": token}
    out, err = io.StringIO(), io.StringIO()
    cpu, wall = time.process_time(), time.perf_counter()
    code = main(argv, Setting(environ, io.StringIO(), out, err, signals=False))
    assert code == 0, err.getvalue()
    return time.process_time() - cpu, time.perf_counter() - wall


def measure() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=10_000)
    options.add_argument("--plan", choices=LEAK, default="plus")
    options.add_argument("--throttle", action="store_true")
    asked = options.parse_args()
    ours, theirs = multiprocessing.Pipe()
    args = (asked.orders, asked.plan, asked.throttle, theirs)
    process = multiprocessing.Process(target=serve_store, args=args, daemon=True)
    process.start()
    url, token = ours.recv()
    pages = max(asked.orders // 250, 1)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shopinf(home, token, "connect", "maya-shop", "--url", url)
        cpu, wall = shopinf(home, token, "orders", "sync", "-q")
        print(f"first sync: {asked.orders:,} orders in {wall:.1f} s, {asked.orders / wall:,.0f}/s")
        print(f"  CPU: {cpu * 1000 / pages:.1f} ms a page, {cpu / wall:.0%} of one core")
        leak, size = LEAK[asked.plan]
        print(f"  CPU alone would allow {pages / cpu:.0f} pages a second; {asked.plan} allows {leak}")
        if asked.throttle:
            bound = max(pages - size, 0) / leak
            print(
                f"  the bucket alone takes {bound:.1f} s: ratio {wall / bound:.2f}" if bound else "  within the bucket"
            )
        bytes_ = sum(path.stat().st_size for path in home.glob("ledger.db*"))
        facts = sqlite3.connect(home / "ledger.db").execute("SELECT count(*) FROM order_facts").fetchone()[0]
        print(f"  ledger: {bytes_ / asked.orders:.0f} bytes an order, {facts:,} with facts")
        cpu, wall = shopinf(home, token, "orders", "sync", "-q")
        print(f"next sync: {wall:.2f} s")
        cpu, wall = shopinf(home, token, "orders", "attribute", "--period", "2026", "--no-sync", "-q")
        print(f"report over a year, from the ledger: {wall:.2f} s")
    some = min(pages, 40)
    bare = bare_loop(url, token, some)
    print(f"bare loop: {bare * 1000:.1f} ms CPU a page")
    ours.send(None)
    spent, calls = ours.recv()
    print(f"the practice store itself spent {spent:.1f} s of CPU on {calls:,} calls")


if __name__ == "__main__":
    measure()
