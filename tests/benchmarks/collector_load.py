"""The collector under load: good, flooding, malformed and oversized events, and that nothing acknowledged was lost.

    python tests/benchmarks/collector_load.py --events 10000

The collector runs as `shopinf livecapture serve` does, in a process of its own, on a ledger in a temporary folder. Each
good event has an e-mail of its own, so that the ledger can be counted afterwards.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from bench import Bench

GOOD, FLOOD, MALFORMED, OVERSIZED = "good", "flood", "malformed", "oversized"
ORIGIN = "https://www.maya-shop.example"


def body(kind: str, key: str, email: str) -> bytes:
    """An event of a kind."""
    consent = {"marketing": True, "analytics": True}
    event = {"v": 1, "key": key, "form": "newsletter", "email": email, "consent": consent, "landing": "/products/linen"}
    whole = json.dumps({**event, "utm": {"source": "instagram", "campaign": "autumn"}, "code": "MAYA15"}).encode()
    match kind:
        case "malformed":
            return whole[: len(whole) // 2]
        case "oversized":
            return whole + b" " * 5000
    return whole


def serve(home: Path, pipe: Connection) -> None:
    from shopinf.desk import Desk, Setting
    from shopinf.errors import Stopped
    from shopinf.livecapture import Bounds
    from shopinf.local.clock import SystemClock
    from shopinf.work.livecapture.collect import Place, collect

    run = Bench(home)
    run.connect(run.open(throttle=False)).ok()
    clock = SystemClock()
    desk = Desk(Setting({"SHOPINF_HOME": str(home)}, io.StringIO(), io.StringIO(), io.StringIO(), clock, signals=False))
    store = desk.book.all()[0]
    key = desk.ledger.leads.open(store.shop_id).key

    def watch() -> None:
        pipe.recv()
        clock.stop.set()

    with ThreadPoolExecutor(1) as waiting:
        waiting.submit(watch)
        with suppress(Stopped):
            collect(
                desk, [store], Place("127.0.0.1", 0, 60, 1_000_000, Bounds(30)), lambda port: pipe.send((port, key))
            )
    cpu = time.process_time()
    pipe.send(({each.lead.email for each in desk.ledger.leads.of_shops([store.shop_id])}, cpu))
    desk.close()


def caller_of(kind: str, number: int) -> str:
    """Good events come from many visitors, a flood from one."""
    if kind != GOOD:
        return {FLOOD: "203.0.113.1", MALFORMED: f"198.51.{number % 200}.7", OVERSIZED: f"192.0.{number % 200}.7"}[kind]
    return f"10.{number >> 14 & 255}.{number >> 7 & 127}.{number & 127}"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--events", type=int, default=10_000)
    asked.add_argument("--clients", type=int, default=16)
    given = asked.parse_args()
    chance = random.Random(7)
    kinds = chance.choices([GOOD, FLOOD, MALFORMED, OVERSIZED], [70, 10, 10, 10], k=given.events)
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.Process(target=serve, args=(Path(folder) / "home", theirs))
        process.start()
        port, key = ours.recv()

        def client(mine: list[int]) -> list[tuple[str, str, int, float]]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            done = []
            for number in mine:
                kind, email = kinds[number], f"visitor{number}@load.example"
                headers = {"Content-Type": "text/plain", "Origin": ORIGIN}
                headers["X-Forwarded-For"] = caller_of(kind, number)
                begun = time.perf_counter()
                connection.request("POST", "/events", body(kind, key, email), headers)
                answer = connection.getresponse()
                answer.read()
                done.append((kind, email, answer.status, time.perf_counter() - begun))
            return done

        begun = time.perf_counter()
        with ThreadPoolExecutor(given.clients) as pool:
            parts = [list(range(first, given.events, given.clients)) for first in range(given.clients)]
            answers = [one for part in pool.map(client, parts) for one in part]
        seconds = time.perf_counter() - begun
        ours.send(None)
        kept, cpu = ours.recv()
        process.join()
    told = Counter((kind, status) for kind, _, status, _ in answers)
    acknowledged = {email for _, email, status, _ in answers if status == 204}
    took = sorted(each[3] * 1000 for each in answers if each[2] == 204)
    for (kind, status), count in sorted(told.items()):
        print(f"{kind:10} {status}  {count:>7,}")
    print(
        f"{given.events:,} events in {seconds:.1f} s, {given.events / seconds:,.0f} a second, collector CPU {cpu:.1f} s"
    )
    print(f"acknowledged after {statistics.median(took):.1f} ms (median), {took[int(len(took) * 0.99)]:.1f} ms (99 %)")
    print(f"acknowledged {len(acknowledged):,}, in the ledger {len(kept):,}, lost {len(acknowledged - kept):,}")
    assert acknowledged == kept, json.dumps(sorted(acknowledged ^ kept)[:5])


if __name__ == "__main__":
    main()
