"""How fast codes combine, against what the store allows, and whether kills and lost answers leave any of them behind.

    python tests/benchmarks/combining.py --own 500
    python tests/benchmarks/combining.py --existing 500
    python tests/benchmarks/combining.py --kills 50 --codes 100 --drops 0.1

With `--own` codes with a rule each are made to combine under standard limits; the bound is REST's, (requests - bucket)
/ leak, and that of the points, (points - bucket) / rate. With `--existing` they are there already, and only the points
bind. With `--kills` the program is killed again and again while it has codes combine, now with one class and now with
another, by a store that loses answers; in the end every code has to be as it was asked for, and none there twice.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

LEAK, BUCKET = 2, 40  # standard: requests a second, and at once
RATE, POINTS = 100, 2000  # standard: points a second, and at once


def serve_store(free: bool, pipe: Connection) -> None:
    """Serve a store, and say when asked what it was asked; with *free* it limits nothing until the first question."""
    from shopinf.practice import PracticeStore, serve
    from shopinf.practice.graph_discounts import setting

    shop = PracticeStore("maya-shop", latency=0.05)
    shop.throttle = not free
    with serve([shop]) as served:
        pipe.send((served.urls[0], shop.access_token))
        while pipe.recv() != "end":
            rest = sum(not call.path.endswith("graphql.json") for call in shop.calls)
            graph = len(shop.calls) - rest
            combining = sum(setting(shop, rule)["order"] for rule in shop.price_rules)
            refused = sum(call.status == 429 for call in shop.calls)
            pipe.send((rest, graph, refused, shop.graph.points.refused, combining, len(shop.graph.changes)))
            shop.throttle = True


def measure(own: int, existing: int) -> None:
    """Make, or change, so many codes and print what it took."""
    pipe, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=serve_store, args=(bool(existing), theirs), daemon=True).start()
    url, token = pipe.recv()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "SHOPINF_HOME": f"{folder}/home", "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": token}
        people = Path(folder) / "people.csv"
        people.write_text("influencer\n" + "".join(f"person{n}\n" for n in range(own or existing)))

        def shopinf(*argv: str) -> None:
            command = [sys.executable, "-m", "shopinf", *argv, "-q"]
            subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)

        shopinf("connect", "maya-shop", "--url", url)
        create = ["discounts", "create", "--campaign", "speed", "--sheet", str(people), "--percent", "10", "--yes"]
        if existing:
            shopinf(*create)
        before = ask(pipe)
        begun = time.perf_counter()
        if existing:
            shopinf("discounts", "combine", "--campaign", "speed", "--with", "order", "--yes")
        else:
            shopinf(*create, "--combines-with", "order")
        wall = time.perf_counter() - begun
    rest, graph, refused, throttled, combining, changes = ask(pipe)
    pipe.send("end")
    rest, graph = rest - before[0], graph - before[1]
    points = 10 * changes
    bounds = max(0, rest - BUCKET) / LEAK, max(0, points - POINTS) / RATE
    print(f"{combining} codes combine after {changes} changes: {rest} requests to REST, {graph} to GraphQL")
    print(f"{refused} of them refused with 429, {throttled} with THROTTLED")
    print(
        f"{wall:.1f} s against {bounds[0]:.1f} s for REST and {bounds[1]:.1f} s for the points "
        f"= {wall / (sum(bounds) or wall):.2f}"
    )


def ask(pipe: Connection) -> Any:
    pipe.send("what")
    return pipe.recv()


def kill(kills: int, codes: int, drops: float, longest: float, seed: int) -> None:
    """Kill the program while it has codes combine, until it was killed so many times."""
    from benchmarks.soak_discounts import Soak, sheet

    from shopinf.practice.graph_discounts import setting

    def look(kinds: str) -> list[str]:
        """The codes that do not combine with just these."""
        store = soak.store
        wanted = {kind: kind in kinds.split(",") for kind in ("order", "product", "shipping")}
        rules = {code["code"]: code["price_rule_id"] for code in store.discount_codes.values()}
        return [code for code, rule in rules.items() if not wanted.items() <= setting(store, rule).items()]

    begun, killed, rounds = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder) / "home", drops=drops, seed=seed, latency=0.05)
        people = sheet(Path(folder) / "people.csv", codes)
        create = ["discounts", "create", "--campaign", "soak", "--sheet", str(people), "--percent", "15", "--yes"]
        try:
            while killed < kills:
                kinds = ("order", "product,shipping")[rounds % 2]
                command = [*create, "--combines-with", kinds]
                if rounds:
                    command = ["discounts", "combine", "--campaign", "soak", "--with", kinds, "--yes"]
                killed += soak.kill_at_random(min(kills - killed, 8), longest, *command)
                soak.finish(*command)
                soak.check(codes, codes)
                assert not look(kinds), f"not as asked: {look(kinds)[:5]}"
                rounds += 1
            changes = len(soak.store.graph.changes)
        finally:
            soak.close()
    print(
        f"killed {killed} times in {rounds} rounds with {drops:.0%} of the writes losing their connection before and "
        f"after: each time {codes} codes as asked, none twice; {changes} changes in {time.monotonic() - begun:.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", type=int, default=0)
    parser.add_argument("--existing", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--codes", type=int, default=60)
    parser.add_argument("--drops", type=float, default=0.05)
    parser.add_argument("--longest", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.kills:
        kill(given.kills, given.codes, given.drops, given.longest, given.seed)
    else:
        measure(given.own, given.existing)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
