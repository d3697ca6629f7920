"""Send gifts to a troublesome store under standard limits, and follow them; in the store's time, which passes at once.

    python tests/benchmarks/gifts_speed.py --gifts 200 --followed 1000

Of the drafts 30 % are still being calculated when they are made, some completions come too soon, and some answers are
lost after the write took effect.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import Bench

from shopinf.practice import PracticeStore

SHEET = "influencer,email,first_name,last_name,address1,city,province,country,zip\n"


class Hesitant(PracticeStore):
    """A store that takes its time over 30 % of its drafts."""

    rng = random.Random(11)
    share = 0.3

    @property
    def draft_seconds(self) -> float:
        return 2.5 if self.rng.random() < self.share else 0.0

    @draft_seconds.setter
    def draft_seconds(self, seconds: float) -> None:
        pass


def opened(home: Path, plan: str, share: float) -> tuple[Bench, PracticeStore]:
    run = Bench(home)
    Hesitant.share = share
    clock = run.clock
    store = Hesitant(
        "maya-shop", now=clock.now, monotonic=clock.monotonic, sleep=clock.wait, plan=plan, latency=0.4, products=3
    )
    run.wire.stores[store.domain] = store
    run.connect(store).ok()
    for product in store.products.values():
        product["variants"][0]["inventory_quantity"] = 100_000
    return run, store


def people(path: Path, count: int) -> str:
    rows = [f"person{n},p{n}@x.example,Ann,Lee{n},{n + 1} Main St,Ottawa,ON,CA,K1A 0B1\n" for n in range(count)]
    path.write_text(SHEET + "".join(rows))
    return str(path)


def send(run: Bench, store: PracticeStore, folder: Path, count: int) -> str:
    sku = next(iter(store.products.values()))["variants"][0]["sku"]
    begun, asked, worked = run.clock.monotonic(), len(store.requests), time.monotonic()
    file = people(folder / "people.csv", count)
    done = run("gifts", "send", "--campaign", "speed", "--from", file, "--variant", sku, "--yes", "-f", "json").ok()
    passed, requests = run.clock.monotonic() - begun, len(store.requests) - asked
    orders = [order for order in store.orders.values() if order["source_name"] == "shopify_draft_order"]
    per_person = Counter(order["email"] for order in orders)
    assert len(per_person) == count, f"{len(per_person)} people instead of {count}"
    assert set(per_person.values()) == {1}, "somebody got two"
    assert {order["total_price"] for order in orders} == {"0.00"}, "somebody was charged"
    assert {row["order_id"] for row in done.json["rows"]} == {order["id"] for order in orders}, "the ledger differs"
    throttled = sum(status == 429 for _, _, status in store.requests[asked:])
    work = time.monotonic() - worked
    return f"{passed:.0f} s of the store's time, {requests} requests, {throttled} throttled, {work:.0f} s of work"


def follow(run: Bench, store: PracticeStore) -> str:
    begun, asked = run.clock.monotonic(), len(store.requests)
    done: Any = run("gifts", "status", "-f", "json").ok()
    requests, passed = len(store.requests) - asked, run.clock.monotonic() - begun
    return f"{len(done.json['rows'])} gifts followed with {requests} requests in {passed:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gifts", type=int, default=200)
    parser.add_argument("--followed", type=int, default=1000)
    given = parser.parse_args()
    rng = random.Random(5)
    for plan, count in (("standard", given.gifts), ("development", min(given.gifts, 20))):
        with tempfile.TemporaryDirectory() as folder:
            run, store = opened(Path(folder) / "home", plan, 0.3)
            store.draft_races = count // 10
            store.faults.drop_after(lambda method, path: method in ("POST", "PUT") and rng.random() < 0.1, None)
            print(f"{plan}: {count} gifts sent: {send(run, store, Path(folder), count)}")
    with tempfile.TemporaryDirectory() as folder:
        run, store = opened(Path(folder) / "home", "plus", 0.0)
        send(run, store, Path(folder), given.followed)
        print(follow(run, store))


if __name__ == "__main__":
    main()
