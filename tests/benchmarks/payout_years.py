"""Live through many generated years of closings, returns and payments, and hold each to what has to be true.

    python tests/benchmarks/payout_years.py --years 1000 [--seed 0]

A year that fails is named by its seed; `--years 1 --seed N` lives through it again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
from payouts.years import Year

TABLES = ("closings", "statements", "entries", "payments")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first year; each later one has the next")
    given = parser.parse_args()
    begun, failed = time.monotonic(), []
    made: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.years):
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            year = Year.begin(Path(folder), Random(seed))
            with closing(year.desk):
                try:
                    year.live_through(patch)
                except Exception:
                    failed.append(seed)
                    traceback.print_exc()
                made += Counter({name: year.count(name) for name in TABLES})
    lived = ", ".join(f"{made[name]} {name}" for name in TABLES)
    print(f"{given.years} years: {lived}, {time.monotonic() - begun:.0f} s; failed: {failed or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
