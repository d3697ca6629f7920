"""The collector killed again and again while events come and the ledger is locked: nothing is lost or doubled.

    python tests/benchmarks/soak_collector.py --kills 20

Each event has an e-mail of its own. In the end every one that was acknowledged stands in the ledger, with one event; of
those that were not (the kill came first) each stands there with one event, or not at all.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent))
from bench import Bench
from livecapture.capturing import PAGE, collecting_apart, desk_of, event, key_of

CLIENTS = 8


class Visitors:
    """Post events until they are stopped, each with an e-mail of its own."""

    def __init__(self, key: str) -> None:
        self.key, self.url = key, ""
        self.stopped = threading.Event()
        self.told: Counter[int] = Counter()
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self._guard = threading.Lock()

    def __call__(self, client: int) -> None:
        with httpx.Client(trust_env=False, timeout=60) as http:
            number = 0
            while not self.stopped.is_set():
                number += 1
                email = f"c{client}n{number}r{random.getrandbits(32)}@soak.example"
                headers = {
                    "Origin": PAGE,
                    "Content-Type": "text/plain",
                    "X-Forwarded-For": f"10.{client}.{number >> 8 & 255}.{number & 255}",
                }
                with self._guard:
                    self.sent.add(email)
                try:
                    answer = http.post(
                        f"{self.url}/events", content=json.dumps(event(self.key, email=email)), headers=headers
                    )
                except httpx.HTTPError:
                    return
                with self._guard:
                    self.told[answer.status_code] += 1
                    if answer.status_code in (202, 204):
                        self.acknowledged.add(email)


def round_of(run: Bench, visitors: Visitors, chance: random.Random) -> None:
    """One collector, from its start to its kill."""
    with collecting_apart(run) as (process, url), ThreadPoolExecutor(CLIENTS) as pool:
        visitors.url = url
        for client in range(CLIENTS):
            pool.submit(visitors, client)
        time.sleep(chance.uniform(0.1, 1.0))
        if chance.random() < 0.6:
            with closing(run.ledger()) as other, other.database.writing():
                time.sleep(chance.uniform(0.1, 2.5))
                if chance.random() < 0.5:
                    process.kill()
            time.sleep(chance.uniform(0, 0.5))
        process.kill()
        process.wait()


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        run = Bench(Path(folder) / "home")
        run.connect(run.open(throttle=False)).ok()
        visitors = Visitors(key_of(run))
        for _ in range(given.kills):
            round_of(run, visitors, chance)
        run("livecapture", "leads").ok()
        with desk_of(run) as desk:
            kept = {each.lead.email: each.events for each in desk.ledger.leads.of_shops([desk.book.all()[0].shop_id])}
    lost, doubled = visitors.acknowledged - set(kept), [email for email, events in kept.items() if events != 1]
    print(f"{given.kills} kills, {len(visitors.sent):,} sent, answered {dict(sorted(visitors.told.items()))}")
    print(f"acknowledged {len(visitors.acknowledged):,}, in the ledger {len(kept):,}")
    print(f"lost {len(lost)}, doubled {len(doubled)}")
    assert not lost
    assert not doubled
    assert set(kept) <= visitors.sent


if __name__ == "__main__":
    main()
