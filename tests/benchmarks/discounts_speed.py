"""How fast codes are made, against what the store allows.

    python tests/benchmarks/discounts_speed.py --count 10000 --job-seconds 2
    python tests/benchmarks/discounts_speed.py --own 500

With `--count` codes are filled into one rule by jobs, and the bound is the sum of the jobs' times. With `--own` each
code has a rule of its own under standard limits, and the bound is (requests - bucket) / leak. The practice store runs
in a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

LEAK, BUCKET = 2, 40  # standard: requests a second, and at once


def serve_store(job_seconds: float, plan: str, pipe: Connection) -> None:
    from shopinf.practice import PracticeStore, serve

    shop = PracticeStore("maya-shop", plan=plan, job_seconds=job_seconds, latency=0.05)
    with serve([shop]) as served:
        pipe.send((served.urls[0], shop.access_token))
        pipe.recv()
        kinds = Counter(f"{c.method} {'job' if '/batch/' in c.path else c.path.split('/')[-1]}" for c in shop.calls)
        refused = sum(call.status == 429 for call in shop.calls)
        pipe.send((len(shop.calls), refused, len(shop.discount_codes), len(shop.price_rules), kinds.most_common(6)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--own", type=int, default=0)
    parser.add_argument("--job-seconds", type=float, default=2.0)
    parser.add_argument("--plan", default="standard")
    given = parser.parse_args()
    pipe, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=serve_store, args=(given.job_seconds, given.plan, theirs), daemon=True).start()
    url, token = pipe.recv()
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "SHOPINF_HOME": f"{folder}/home", "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": token}
        shopinf = [sys.executable, "-m", "shopinf"]
        subprocess.run([*shopinf, "connect", "maya-shop", "--url", url, "-q"], env=environ, check=True, stdout=-3)
        if given.own:
            people = Path(folder) / "people.csv"
            people.write_text("influencer\n" + "".join(f"person{n}\n" for n in range(given.own)))
            asked = ["--from", str(people)]
        else:
            asked = ["--count", str(given.count)]
        command = [*shopinf, "discounts", "create", "--campaign", "speed", *asked, "--percent", "10", "--yes", "-q"]
        begun = time.perf_counter()
        subprocess.run([*command, "-f", "csv"], env=environ, check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    pipe.send("done")
    requests, refused, codes, rules, kinds = pipe.recv()
    jobs = -(-given.count // 100)
    bound = max((requests - BUCKET) / LEAK, 0) if given.own else jobs * given.job_seconds
    print(f"{codes} codes under {rules} rules: {requests} requests {dict(kinds)}, {refused} of them throttled")
    print(f"{wall:.1f} s against a bound of {bound:.1f} s = {wall / bound:.2f}; {memory:.0f} MB at the most")
    if jobs:
        polls = dict(kinds).get("GET job", 0) / jobs
        print(f"{polls:.2f} looks at each of {jobs} jobs")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
