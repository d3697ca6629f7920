"""Forty stores in one command, four of them broken: wall time beside that of the slowest store alone.

    python tests/benchmarks/portfolio.py --stores 8 --pages 20 --slowest-pages 60
    python tests/benchmarks/portfolio.py --recorded --slowest-pages 200
    python tests/benchmarks/portfolio.py

The practice stores run in a process of their own, of all plans mixed, and answer after --latency seconds. They are
connected, their codes are tracked, and then one is frozen, one revokes its token, one takes its scopes back and one
answers 500 to everything. The real program runs as a subprocess: all stores from nothing, a file for each; then, with
another home, the slowest store alone. Each file is held against the number of orders in its store, and against a run
for that store alone.

Stores work side by side, so the slowest one alone is the bound, as long as no processor is: with two of them the pages
of all stores cost what `CPU bound` says. A practice store makes each order anew and takes longer for a page than the
program does; with `--recorded` it sends what it sent before, as cheaply as a far side that is no part of this machine.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from recorded import record, recorded

from shopinf.desk import Setting
from shopinf.main import main
from shopinf.practice import PracticeStore, serve
from shopinf.stores import variable_stem

LEAKS = {"standard": (2, 40), "advanced": (4, 80), "plus": (20, 400)}  # requests a second, size of the bucket
MIX = ("standard", "standard", "advanced", "standard", "plus")
SLOWEST, BROKEN = "slowest", ("frozen", "revoked", "scopeless", "failing")
MERCHANTS = {"welcome10", "summer20", "freeship", "bfcm25"}  # codes of the shop's own, nobody's
PAGE = 250
CURRENCIES = ("USD", "EUR", "GBP")
RECORDED = 10_000  # orders that a recorded store repeats
ATTRIBUTE = ("orders", "attribute", "--period", "last-month", "-q", "-o")


@dataclass(frozen=True)
class Plan:
    """A store to be: how it is called, on which plan, with how many pages of orders."""

    handle: str
    plan: str
    pages: int

    @property
    def bound(self) -> float:
        """Seconds that its rate limit alone takes."""
        leak, size = LEAKS[self.plan]
        return max(self.pages - size, 0) / leak


@dataclass(frozen=True)
class Told:
    """What the stores' process says of itself and its stores."""

    cpu: float
    memory: float
    requests: dict[str, int]
    throttled: dict[str, int]


@dataclass(frozen=True)
class Spent:
    """What a run of the program took."""

    code: int
    began: float  # as time.time() tells it
    wall: float
    cpu: float
    memory: float
    said: str
    before: Told
    after: Told

    @property
    def store_cpu(self) -> float:
        return self.after.cpu - self.before.cpu

    def requests(self) -> tuple[int, int]:
        """How many there were, and how many of them were answered 429."""
        counts = (sum(each.requests.values()) for each in (self.after, self.before))
        throttled = (sum(each.throttled.values()) for each in (self.after, self.before))
        return next(counts) - next(counts), next(throttled) - next(throttled)


def plans(asked: argparse.Namespace) -> list[Plan]:
    healthy = asked.stores - len(BROKEN) - 1
    named = [Plan(f"shop-{number:02}", MIX[number % len(MIX)], asked.pages) for number in range(healthy)]
    return [Plan(SLOWEST, "standard", asked.slowest_pages), *named, *(Plan(name, "standard", 1) for name in BROKEN)]


def make_stores(stores: list[Plan], cheap: bool) -> dict[str, PracticeStore]:
    made: dict[str, PracticeStore] = {}
    tails: dict[str, list[bytes]] = {}
    for place, each in enumerate(stores):
        currency, orders = CURRENCIES[place % len(CURRENCIES)], each.pages * PAGE
        kept = min(orders, RECORDED) if cheap else orders
        shop = PracticeStore(
            each.handle, seed=place + 1, orders=kept, customers=kept // 4, plan=each.plan, currency=currency
        )
        made[each.handle] = shop
        if not cheap:
            warm_up(shop)
        elif each.handle not in BROKEN:
            tails.setdefault(currency, record(shop, RECORDED))
            recorded(shop, tails[currency], orders)
    return made


def serve_stores(stores: list[Plan], latency: float, cheap: bool, pipe: Connection) -> None:
    """Serve all stores; answer each word with how much was done so far, `break` by breaking four of them.

    `rest` empties their buckets.
    """
    made = make_stores(stores, cheap)
    with serve(list(made.values())) as served:
        pipe.send(
            [
                (each.handle, url, each.access_token, [name for name in each.codes if name not in MERCHANTS])
                for each, url in zip(made.values(), served.urls, strict=True)
            ]
        )
        while (word := pipe.recv()) is not None:
            if word == "rest":  # as after half a minute in which nobody calls
                for shop in made.values():
                    shop.bucket.fill(0)
            if word == "break":
                for shop in made.values():
                    shop.latency = latency
                made["frozen"].faults.frozen = True
                made["revoked"].faults.unauthorized = True
                made["scopeless"].scopes -= {"read_orders", "write_orders", "read_all_orders"}
                made["failing"].faults.fail(lambda method, path: True, 500, times=None)
            pipe.send(
                Told(
                    time.process_time(),
                    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                    {name: len(shop.calls) + getattr(shop.app, "requests", 0) for name, shop in made.items()},
                    {
                        name: sum(call.status == 429 for call in shop.calls) + getattr(shop.app, "throttled", 0)
                        for name, shop in made.items()
                    },
                )
            )


def warm_up(shop: PracticeStore) -> None:
    """Let a practice store put its past in order before anybody asks; a real one has it so."""
    from werkzeug.test import Client

    caller = Client(shop.app)
    for query in ("limit=1", "limit=1&since_id=0", "limit=1&created_at_min=2020-01-01T00:00:00Z&since_id=0"):
        headers = {"X-Shopify-Access-Token": shop.access_token}
        assert caller.get(f"/admin/api/2026-07/orders.json?status=any&{query}", headers=headers).status_code == 200


class Home:
    """A home of shopinf with its stores connected, and the program that runs there."""

    def __init__(self, folder: Path, environ: Mapping[str, str], tell: Callable[[str], Told]) -> None:
        self.folder = folder
        self._environ = {**os.environ, "SHOPINF_HOME": str(folder / "home"), **environ}
        self._tell = tell

    def quickly(self, *argv: str) -> str:
        """Run the program in this process; for what is not measured."""
        out, err = io.StringIO(), io.StringIO()
        code = main(argv, Setting(self._environ, io.StringIO(), out, err, signals=False))
        assert code == 0, err.getvalue()
        return out.getvalue()

    def run(self, *argv: str) -> Spent:
        """Run the program as a process of its own."""
        before = self._tell("rest")
        began, begun = time.time(), time.perf_counter()
        with tempfile.TemporaryFile("w+") as talk:
            process = subprocess.Popen(
                [sys.executable, "-m", "shopinf", *argv], cwd=self.folder, env=self._environ, stderr=talk
            )
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            talk.seek(0)
            said = talk.read()
        after = self._tell("how much")
        cpu = used.ru_utime + used.ru_stime
        return Spent(process.returncode, began, wall, cpu, used.ru_maxrss / 1024, said, before, after)

    def connect(self, handle: str, url: str, codes: list[str]) -> None:
        """Connect a store, and track its codes."""
        self.quickly("connect", handle, "--url", url, "-q")
        if codes:
            sheet = self.folder / "codes.csv"
            sheet.write_text("code,influencer\n" + "".join(f"{code},{code.lower()}\n" for code in codes))
            self.quickly("discounts", "import", str(sheet), "-s", handle, "--yes", "-q")

    def orders(self) -> dict[str, int]:
        """How many orders the ledger has of each store."""
        query = "SELECT shop_id, count(*) FROM orders GROUP BY shop_id"
        with sqlite3.connect(self.folder / "home" / "ledger.db") as ledger:
            counts = dict(ledger.execute(query))
        rows = json.loads(self.quickly("stores", "list", "-f", "json"))["rows"]
        return {row["store"]: counts.get(row["shop_id"], 0) for row in rows}


def last_healthy(home: Home, spent: Spent) -> tuple[str, float]:
    """The store that was read last, and after how many seconds; one that failed never was."""
    with sqlite3.connect(home.folder / "home" / "ledger.db") as ledger:
        ended = dict(ledger.execute("SELECT shop_id, finished_at FROM syncs WHERE what = 'orders'"))
    rows = json.loads(home.quickly("stores", "list", "-f", "json"))["rows"]
    at, name = max((ended[row["shop_id"]], row["store"]) for row in rows if row["shop_id"] in ended)
    moment = datetime.fromisoformat(at)
    return name, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - spent.began


def complete(home: Home, stores: list[Plan]) -> list[str]:
    """The stores whose file is whole: every order was read, and a run for this store alone says the same."""
    known, whole = home.orders(), []
    for each in stores:
        found = list(home.folder.glob(f"{each.handle}-*.json"))
        if len(found) != 1 or known[each.handle] != each.pages * PAGE:
            continue
        said = json.loads(found[0].read_text())
        alone = json.loads(
            home.quickly(
                "orders", "attribute", "--period", "last-month", "-s", each.handle, "-f", "json", "--no-sync", "-q"
            )
        )
        if comparable(said) == comparable(alone) and said["rows"] and not said["failures"]:
            whole.append(each.handle)
    return whole


def comparable(said: dict[str, Any]) -> dict[str, Any]:
    """What two runs must agree in; notes about what a sync found belong to that run."""
    return {key: value for key, value in said.items() if key != "notes"}


@contextmanager
def served(stores: list[Plan], latency: float, cheap: bool) -> Iterator[tuple[list[Any], Callable[[str], Told]]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve_stores, args=(stores, latency, cheap, theirs), daemon=True)
    process.start()

    def tell(word: str) -> Told:
        ours.send(word)
        told: Told = ours.recv()
        return told

    try:
        yield ours.recv(), tell
    finally:
        ours.send(None)
        process.join(20)


def told(name: str, spent: Spent, pages: int) -> None:
    requests, throttled = spent.requests()
    print(f"{name}: {spent.wall:.1f} s, exit {spent.code}")
    print(f"  {requests:,} requests for {pages:,} pages of orders, {throttled} answered 429")
    print(
        f"  CPU: ours {spent.cpu:.1f} s ({spent.cpu / pages * 1000:.0f} ms a page), "
        f"the stores' {spent.store_cpu:.1f} s ({spent.store_cpu / pages * 1000:.0f} ms a page)"
    )
    print(f"  of a processor: ours {spent.cpu / spent.wall:.0%}, the stores' {spent.store_cpu / spent.wall:.0%}")
    print(f"  peak memory: ours {spent.memory:.0f} MB, the stores' {spent.after.memory:.0f} MB")


def measure(asked: argparse.Namespace) -> None:
    stores = plans(asked)
    slowest, healthy = stores[0], stores[: -len(BROKEN)]
    pages = sum(each.pages for each in healthy)
    begun = time.perf_counter()
    with served(stores, asked.latency, asked.recorded) as (doors, tell), tempfile.TemporaryDirectory() as folder:
        environ = {f"{variable_stem(handle)}_ACCESS_TOKEN": token for handle, _, token, _ in doors}
        for name in ("all", "alone"):
            (Path(folder) / name).mkdir()
        everything, alone = (Home(Path(folder) / name, environ, tell) for name in ("all", "alone"))
        for handle, url, _, codes in doors:
            everything.connect(handle, url, codes)
        alone.connect(SLOWEST, *next((url, codes) for handle, url, _, codes in doors if handle == SLOWEST))
        tell("break")
        print(f"{len(stores)} stores with {pages:,} pages, connected after {time.perf_counter() - begun:.0f} s")
        both = everything.run(*ATTRIBUTE, "{store}-{period}.json", "--all-stores")
        told(f"all {len(stores)} stores", both, pages)
        name, after = last_healthy(everything, both)
        print(f"  the last healthy store, {name}, was read after {after:.1f} s")
        print(
            f"rate bound of the slowest store: {slowest.bound:.1f} s; CPU bound: {max(both.cpu, both.store_cpu):.1f} s"
        )
        whole = complete(everything, healthy)
        print(f"  {len(whole)} of {len(healthy)} results are complete; the failures:")
        print("".join(f"    {line}\n" for line in both.said.splitlines()), end="")
        assert both.code == 7, both.said
        assert len(whole) == len(healthy), {each.handle for each in healthy} - set(whole)
        if asked.alone:
            compare(everything, both, alone, slowest)


def compare(everything: Home, both: Spent, alone: Home, slowest: Plan) -> None:
    """Run the slowest store alone, and hold what came of it against the run of all."""
    one = alone.run(*ATTRIBUTE, "{store}-{period}.json", "--store", SLOWEST)
    told(f"{SLOWEST} alone", one, slowest.pages)
    print(f"all stores against the slowest alone: {both.wall / one.wall:.2f}")
    assert one.code == 0, one.said
    (mine,) = (json.loads(path.read_text()) for path in everything.folder.glob(f"{SLOWEST}-*.json"))
    (its,) = (json.loads(path.read_text()) for path in alone.folder.glob(f"{SLOWEST}-*.json"))
    same = [key for key in ("rows", "totals", "excluded", "period") if mine[key] == its[key]]
    print(f"the slowest store's file is that of the run for it alone in: {', '.join(same)}")
    assert len(same) == 4


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--stores", type=int, default=40, help="broken ones included")
    options.add_argument("--pages", type=int, default=200, help="pages of 250 orders in each store")
    options.add_argument("--slowest-pages", type=int, default=1000, help="in the slowest one, on the standard plan")
    options.add_argument("--alone", action=argparse.BooleanOptionalAction, default=True, help="the slowest, too")
    options.add_argument("--recorded", action="store_true", help="stores send what they sent before")
    options.add_argument("--latency", type=float, default=0.15, help="seconds before each answer")
    measure(options.parse_args())
