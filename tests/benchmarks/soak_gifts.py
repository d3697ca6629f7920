"""Kill `gifts send` again and again, with a store that loses answers, and see that nobody gets two parcels or a bill.

    python tests/benchmarks/soak_gifts.py --kills 50 --gifts 50 [--trouble 0.02] [--drops 0.1]

Each kill falls at a random moment after one of the run's next writes, many of them while a request is under way: the
store takes its time, and what was sent takes effect although nobody waits for the answer any more.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from losing import Losing

from shopinf.practice import PracticeStore, serve

HURRIED = Path(__file__).parents[1] / "discounts" / "hurried.py"


class Soak:
    """A practice store on loopback and a home; `run` is the real program in a hurry."""

    def __init__(
        self,
        home: Path,
        *,
        trouble: float = 0.0,
        drops: float = 0.0,
        seed: int = 1,
        latency: float = 0.1,
        lose: float = 0.0,
    ) -> None:
        self.random = random.Random(seed)
        self.losing = Losing(home, lose, random.Random(seed))
        self.latency = latency
        self.store = PracticeStore("soak-shop", throttle=False, latency=latency, products=2)
        self.variant = next(iter(self.store.products.values()))["variants"][0]
        self.variant["inventory_quantity"] = 100_000
        self.store.bucket.size = 20  # so few that a run has two requests under way, and many kills find work
        self.served = serve([self.store])
        self.environ = {
            **os.environ,
            "SHOPINF_HOME": str(home),
            "SHOPINF_SOAK_SHOP_ACCESS_TOKEN": self.store.access_token,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        done = self.run("connect", "soak-shop", "--url", self.served.urls[0])
        assert done.returncode == 0, done.stderr
        self._lose(trouble, drops)

    def _lose(self, trouble: float, drops: float) -> None:
        if trouble:
            self.store.faults.random(trouble, random.Random(self.random.random()))
        if drops:
            self.store.faults.drop_after(lambda method, path: method != "GET" and self.random.random() < drops, None)

    @property
    def writes(self) -> int:
        return sum(method != "GET" for method, _, _ in list(self.store.requests))

    def start(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(HURRIED), *argv],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*argv)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def command(self, sheet: Path) -> list[str]:
        return ["gifts", "send", "--campaign", "soak", "--from", str(sheet), "--variant", self.variant["sku"], "--yes"]

    def kill_at_random(self, kills: int, *argv: str) -> int:
        """Start the command and kill it, so many times or until it ends by itself; returns how often it was killed."""
        killed = 0
        for _ in range(kills):
            more = self.random.choice([0, 0, 1, 1, 2])
            until = self.writes + (more or 1)
            # Without a write to wait for: while it starts, looks around, or looks for what is in doubt.
            patience = time.monotonic() + (60.0 if more else self.random.uniform(0.3, 2.5))
            self.losing()
            process = self.start(*argv)
            while process.poll() is None and self.writes < until and time.monotonic() < patience:
                time.sleep(0.002)
            try:
                process.wait(self.random.uniform(0.0, 2 * self.latency) if more else 0.001)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                killed += 1
            _, err = process.communicate()
            assert process.returncode in (-signal.SIGKILL, 0, 6, 7), err
        return killed

    def finish(self, *argv: str) -> dict[str, Any]:
        """Run the command until it reports that everything is there."""
        self.store.faults.clear()
        done = self.run(*argv, "--format", "json")
        assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def check(self, count: int) -> None:
        """One order a person, none of which costs anything, no draft left behind, and the ledger knows each."""
        orders = [order for order in self.store.orders.values() if order["source_name"] == "shopify_draft_order"]
        people = Counter(order["email"] for order in orders)
        assert len(people) == count, f"{len(people)} people got something instead of {count}"
        assert not [email for email, times in people.items() if times > 1]
        assert {order["total_price"] for order in orders} == {"0.00"}
        left = [draft for draft in self.store.drafts.values() if draft["status"] != "completed"]
        assert not left, f"{len(left)} drafts were left behind"
        told = self.run("gifts", "status", "--format", "json")
        assert told.returncode == 0, told.stderr
        known = {row["order_id"] for row in json.loads(told.stdout)["rows"]}
        assert known == {order["id"] for order in orders}, "ledger and store do not agree"

    def close(self) -> None:
        self.served.close()


def sheet(path: Path, count: int) -> Path:
    rows = [f"person{n},p{n}@x.example,Ann,Lee{n},{n + 1} Main St,Ottawa,ON,CA,K1A 0B1\n" for n in range(count)]
    path.write_text("influencer,email,first_name,last_name,address1,city,province,country,zip\n" + "".join(rows))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--gifts", type=int, default=50)
    parser.add_argument("--trouble", type=float, default=0.02)
    parser.add_argument("--drops", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lose", type=float, default=0.0, help="how often the ledger is lost between two kills")
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder) / "home", trouble=given.trouble, drops=given.drops, seed=given.seed, lose=given.lose)
        try:
            command = soak.command(sheet(Path(folder) / "people.csv", given.gifts))
            killed = soak.kill_at_random(given.kills, *command)
            before = sum(draft["status"] == "completed" for draft in soak.store.drafts.values())
            answer = soak.finish(*command)
            soak.check(given.gifts)
            passed = time.monotonic() - begun
            print(f"killed {killed} times{soak.losing} ({before} gifts by then), {answer['summary']}, {passed:.0f} s")
        finally:
            soak.close()


if __name__ == "__main__":
    main()
