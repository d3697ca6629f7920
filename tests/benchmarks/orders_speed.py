"""How fast orders are read: wall time against the rate limit, CPU a page on both sides, memory, and the reports after.

    python tests/benchmarks/orders_speed.py --orders 20000 --no-throttle
    python tests/benchmarks/orders_speed.py --orders 500000 --recorded
    python tests/benchmarks/orders_speed.py --orders 60000 --plan standard

The practice store runs in a process of its own and answers after --latency seconds. The bound is what the store's
bucket alone takes: pages beyond its size at its leak, and one round trip. On a machine with two cores both processes
must stay below the 50 ms a page that the largest plan allows; the CPU a page is the figure to steer by. With --recorded
the store sends orders that it made before, for a tenth of the time; nothing changes in it then.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import multiprocessing
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from recorded import record, recorded

from shopinf.desk import Setting
from shopinf.main import main
from shopinf.shopify.orderjson import FIELDS

PLANS = {"standard": (2, 40), "advanced": (4, 80), "plus": (20, 400)}  # requests a second, size of the bucket
PAGE = 250
RECORDED = 5000  # orders that a recorded store repeats


@dataclass(frozen=True)
class Spent:
    """What one run took: ours in seconds, and what the store saw of it."""

    wall: float
    cpu: float
    store_cpu: float
    requests: int
    throttled: int


def serve_store(asked: argparse.Namespace, pipe: Connection) -> None:
    """Serve the store and answer, until None comes: how much it did so far, or so many orders changed."""
    from shopinf.practice import PracticeStore, serve

    made = min(asked.orders, RECORDED) if asked.recorded else asked.orders
    shop = PracticeStore(
        "maya-shop",
        orders=made,
        customers=made // 4,
        plan=asked.plan,
        throttle=asked.throttle,
        latency=asked.latency,
    )
    if asked.recorded:
        recorded(shop, record(shop, RECORDED), asked.orders)
    with serve([shop]) as served:
        pipe.send((served.urls[0], shop.access_token))
        while (changed := pipe.recv()) is not None:
            if changed:
                for order_id in random.Random(7).sample(list(shop.orders), changed):
                    shop.touch(order_id)
            calls = len(shop.calls) + getattr(shop.app, "requests", 0)
            throttled = sum(call.status == 429 for call in shop.calls) + getattr(shop.app, "throttled", 0)
            pipe.send((time.process_time(), calls, throttled))


class Bench:
    """The real program with a home of its own, beside a store that tells what it did."""

    def __init__(self, home: Path, token: str, ask: Callable[[int], tuple[float, int, int]]) -> None:
        self._environ = {**os.environ, "SHOPINF_HOME": str(home), "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": token}
        self.ask = ask

    def __call__(self, *argv: str) -> Spent:
        out, err = io.StringIO(), io.StringIO()
        before = self.ask(0)
        cpu, wall = processor_time(), time.perf_counter()
        code = main(argv, Setting(self._environ, io.StringIO(), out, err, signals=False))
        cpu, wall = processor_time() - cpu, time.perf_counter() - wall
        assert code == 0, err.getvalue()
        after = self.ask(0)
        return Spent(wall, cpu, after[0] - before[0], after[1] - before[1], after[2] - before[2])


def processor_time() -> float:
    """Seconds of this process and of those that it had read pages."""
    return sum(os.times()[:4])


def bare_loop(url: str, token: str, pages: int, pipe: Connection) -> None:
    """Read pages one after another and parse them with Python's own parser; tells the CPU seconds of each."""
    client = httpx.Client(headers={"X-Shopify-Access-Token": token}, trust_env=False)
    cpu, after = time.process_time(), 0
    for _ in range(pages):
        params: dict[str, Any] = {"status": "any", "limit": PAGE, "since_id": after, "fields": FIELDS}
        while (answer := client.get(f"{url}/admin/api/2026-07/orders.json", params=params)).status_code == 429:
            time.sleep(1)  # the store lets us read no faster; what waits takes no processor time
        rows = json.loads(answer.content)["orders"]
        after = rows[-1]["id"]
    pipe.send((time.process_time() - cpu) / pages)


def bare(url: str, token: str, pages: int) -> float:
    """The same in a process of its own, as light as such a loop is."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=bare_loop, args=(url, token, pages, theirs))
    process.start()
    spent: float = ours.recv()
    process.join()
    return spent


def first_sync(run: Bench, asked: argparse.Namespace, home: Path) -> float:
    """Read everything and tell how that compares with the bound; returns our CPU seconds a page."""
    pages: int = math.ceil(asked.orders / PAGE)
    leak, size = PLANS[asked.plan]
    spent = run("orders", "sync", "-q")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"first sync of {asked.orders:,} orders: {spent.wall:.1f} s, {asked.orders / spent.wall:,.0f} orders/s")
    if asked.throttle:
        bound = max(pages - size, 0) / leak + asked.latency
        print(f"  the rate limit of {asked.plan} alone takes {bound:.1f} s: ratio {spent.wall / bound:.2f}")
    print(f"  CPU: ours {spent.cpu * 1000 / pages:.1f} ms a page ({spent.cpu / spent.wall:.0%} of a core), ", end="")
    print(f"the practice store's {spent.store_cpu * 1000 / pages:.1f} ms ({spent.store_cpu / spent.wall:.0%})")
    print(f"  {spent.requests:,} requests for {pages:,} pages, {spent.throttled} answered 429")
    print(f"  peak memory: {memory:.0f} MB")
    bytes_ = sum(path.stat().st_size for path in home.glob("ledger.db*"))
    facts = sqlite3.connect(home / "ledger.db").execute("SELECT count(*) FROM order_facts").fetchone()[0]
    print(f"  ledger: {bytes_ / asked.orders:.0f} bytes an order, {facts:,} with facts")
    return spent.cpu / pages


def partner_codes(home: Path) -> list[str]:
    """The codes of influencers that the past was sold with: those that are called like somebody."""
    known = "SELECT folded, count(*) FROM order_codes WHERE method = 'code' GROUP BY folded ORDER BY 2 DESC"
    merchant = {"welcome10", "summer20", "freeship", "bfcm25"}
    return [name for name, _ in sqlite3.connect(home / "ledger.db").execute(known) if name not in merchant]


def reports(run: Bench, home: Path) -> None:
    """Import the codes of the past and report on the month before this one, and on a year."""
    sheet = home / "codes.csv"
    names = partner_codes(home)
    sheet.write_text("code,influencer\n" + "".join(f"{name.upper()},{name}\n" for name in names))
    run("discounts", "import", str(sheet), "--mode", "track", "--yes", "-q")
    today = datetime.now(UTC).date()
    month = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    year = (today - timedelta(days=365)).isoformat()
    for name, period in (
        ("a month", ("--period", month)),
        ("a year", ("--from", year, "--to", today.isoformat())),
    ):
        spent = run("orders", "attribute", *period, "--no-sync", "--commission", "10%", "-q", "-f", "json")
        print(f"report of {name} from the ledger, {len(names)} codes: {spent.wall:.2f} s")


def measure() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=20_000)
    options.add_argument("--changed", type=int, default=1_000)
    options.add_argument("--recorded", action="store_true", help="the store sends what it sent before")
    options.add_argument("--plan", choices=PLANS, default="plus")
    options.add_argument("--latency", type=float, default=0.15, help="seconds before each answer")
    options.add_argument("--throttle", action=argparse.BooleanOptionalAction, default=True)
    asked = options.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve_store, args=(asked, theirs), daemon=True)
    process.start()
    url, token = ours.recv()

    def ask(changed: int) -> tuple[float, int, int]:
        ours.send(changed)
        told: tuple[float, int, int] = ours.recv()
        return told

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run = Bench(home, token, ask)
        run("connect", "maya-shop", "--url", url)
        ours_a_page = first_sync(run, asked, home)
        ask(0 if asked.recorded else min(asked.changed, asked.orders))
        spent = run("orders", "sync", "-q")
        print(f"next sync, {asked.changed:,} orders changed: {spent.wall:.2f} s, {spent.requests} requests")
        reports(run, home)
    loop = bare(url, token, min(max(asked.orders // PAGE, 1), 100))
    print(f"a bare loop of httpx and json.loads: {loop * 1000:.1f} ms CPU a page; ours: {ours_a_page / loop:.2f} times")
    ours.send(None)
    process.join()


if __name__ == "__main__":
    measure()
