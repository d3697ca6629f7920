"""Many random histories: every report from the credits that are kept is the one from the facts, to the byte.

    python tests/benchmarks/soak_credits.py --histories 200

The first that differs ends it with its seed; tests/orders/test_orders_kept_credits.py has a few of the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import Bench
from orders.histories import History


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--histories", type=int, default=50)
    options.add_argument("--steps", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    begun, reports, from_kept = time.monotonic(), 0, 0
    for seed in range(asked.seed, asked.seed + asked.histories):
        with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
            history = History.begin(Bench(Path(folder) / "home"), Random(seed))
            with pytest.MonkeyPatch.context() as patch:
                for step in range(asked.steps):
                    history.step()
                    try:
                        history.compare(patch)
                    except AssertionError:
                        print(f"seed {seed}, step {step}")
                        raise
            reports += history.reports
            from_kept += history.from_kept
    took = time.monotonic() - begun
    print(
        f"{asked.histories} histories, {reports} reports compared, {from_kept} answers from kept credits: {took:.0f} s"
    )


if __name__ == "__main__":
    main()
