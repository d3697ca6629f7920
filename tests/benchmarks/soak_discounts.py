"""Kill `discounts create` again and again, with a store that loses answers, and see that nothing is made twice.

    python tests/benchmarks/soak_discounts.py --kills 100 --codes 1000 --way shared --job-seconds 4
    python tests/benchmarks/soak_discounts.py --kills 100 --codes 100 --way own --together 2 --drops 0.05
    python tests/benchmarks/soak_discounts.py --kills 100 --codes 1000 --together 2 --ledger postgresql
    python tests/benchmarks/soak_discounts.py --kills 0 --codes 1000 --together 2 --ledger postgresql

Killing goes on, at random moments, until the wanted number is reached or all codes are there; jobs take long enough
that the kills fall into the work. `--drops` loses connections before or after a write took effect, `--trouble` answers
any request with a 5xx, `--together 2` starts two processes at once each time. With `--ledger postgresql` these have a
home each and share a ledger; with no kills both simply start at once.
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
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import postgres
from losing import Losing

from shopinf.practice import PracticeStore, serve

HURRIED = Path(__file__).parents[1] / "discounts" / "hurried.py"


class Soak:
    """A practice store on loopback and a home; `run` is the real program."""

    def __init__(
        self,
        home: Path,
        *,
        trouble: float = 0.0,
        drops: float = 0.0,
        seed: int = 1,
        latency: float = 0.004,
        job_seconds: float = 0.05,
        together: int = 1,
        ledger_url: str | None = None,
        lose: float = 0.0,
    ) -> None:
        self.random = random.Random(seed)
        self.losing = Losing(home, lose, random.Random(seed))
        self.drops, self.together = drops, together
        self.store = PracticeStore("soak-shop", throttle=False, latency=latency, job_seconds=job_seconds, plan="plus")
        self.served = serve([self.store])
        environ = {
            **os.environ,
            "SHOPINF_SOAK_SHOP_ACCESS_TOKEN": self.store.access_token,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        # Those who share a database have a home each; on one machine they share the home.
        shared = {"SHOPINF_LEDGER_URL": ledger_url} if ledger_url else {}
        self.environs = [
            {**environ, **shared, "SHOPINF_HOME": f"{home}{number if shared else ''}"} for number in range(together)
        ]
        for number in range(together):
            done = self.run("connect", "soak-shop", "--url", self.served.urls[0], who=number)
            assert done.returncode == 0, done.stderr
        if trouble:
            self.store.faults.random(trouble, random.Random(seed))

    def start(self, *argv: str, who: int = 0) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(HURRIED), *argv],
            env=self.environs[who],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *argv: str, who: int = 0) -> subprocess.CompletedProcess[str]:
        process = self.start(*argv, who=who)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def kill_at_random(self, kills: int, longest: float, *argv: str) -> int:
        """Start the command and kill it, so many times or until it ends by itself; returns how often it was killed."""
        killed = 0
        while killed < kills:
            self._lose_some()
            self.losing()
            processes = [self.start(*argv, who=number) for number in range(self.together)]
            left = self.random.uniform(0.3, longest)
            for process in processes:
                begun = time.monotonic()
                try:
                    process.wait(max(left, 0.01))
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    killed += 1
                left -= time.monotonic() - begun
            codes = [process.communicate() and process.returncode for process in processes]
            if 0 in codes:
                break
        return killed

    def at_once(self, *argv: str) -> list[int]:
        """Start the command in every home at the same time, and let all end; returns their exit codes."""
        processes = [self.start(*argv, who=number) for number in range(self.together)]
        return [process.communicate() and process.returncode for process in processes]

    def _lose_some(self) -> None:
        """Have this round lose the connection around a share of its writes, before or after they took effect."""

        def sometimes(method: str, path: str) -> bool:
            return method != "GET" and self.random.random() < self.drops

        if self.drops:
            self.store.faults._plans.clear()
            self.store.faults.drop_before(sometimes, times=None)
            self.store.faults.drop_after(sometimes, times=None)

    def finish(self, *argv: str) -> dict[str, object]:
        """Run the command until it reports that everything is there."""
        self.store.faults.clear()
        done = self.run(*argv, "--format", "json")
        assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    def check(self, count: int, rules: int) -> None:
        """As many codes and rules as were asked for, none twice, and the ledger agrees with the store."""
        codes = Counter(code["code"].casefold() for code in self.store.discount_codes.values())
        assert len(codes) == count, f"{len(codes)} codes instead of {count}"
        assert not [code for code, times in codes.items() if times > 1]
        assert len(self.store.price_rules) == rules, f"{len(self.store.price_rules)} rules instead of {rules}"
        of_rules = Counter(code["price_rule_id"] for code in self.store.discount_codes.values())
        assert len(of_rules) == rules, "a rule without a code"

    def close(self) -> None:
        self.served.close()


def sheet(path: Path, count: int) -> Path:
    path.write_text("influencer,email\n" + "".join(f"person{n},p{n}@x.com\n" for n in range(count)))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--codes", type=int, default=1000)
    parser.add_argument("--way", choices=["own", "shared", "both"], default="both")
    parser.add_argument("--trouble", type=float, default=0.01)
    parser.add_argument("--longest", type=float, default=2.0)
    parser.add_argument("--drops", type=float, default=0.0)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--job-seconds", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lose", type=float, default=0.0, help="how often the ledger is lost between two kills")
    parser.add_argument("--ledger", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    ways = ["own", "shared"] if given.way == "both" else [given.way]
    for way in ways:
        begun = time.monotonic()
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            bin = postgres.programs() if given.ledger == "postgresql" else None
            server = stack.enter_context(postgres.server(bin)) if bin else None
            soak = Soak(
                Path(folder) / "home",
                trouble=given.trouble,
                drops=given.drops,
                seed=given.seed,
                lose=given.lose,
                job_seconds=given.job_seconds,
                together=given.together,
                ledger_url=server.ledger() if server else None,
            )
            asked = ["--from", str(sheet(Path(folder) / "people.csv", given.codes))]
            if way == "shared":
                asked = ["--count", str(given.codes)]
            command = ["discounts", "create", "--campaign", "soak", *asked, "--percent", "15", "--yes"]
            try:
                killed = soak.kill_at_random(given.kills, given.longest, *command)
                codes = soak.at_once(*command, "--wait", "36000") if not given.kills else []
                before = len(soak.store.discount_codes)
                answer = soak.finish(*command)
                soak.check(given.codes, given.codes if way == "own" else 1)
                passed = time.monotonic() - begun
                how = (
                    f"at once, exit codes {codes}"
                    if codes
                    else f"killed {killed} times{soak.losing} ({before} codes by then)"
                )
                print(f"{way}: {how}, {answer['summary']}, {passed:.0f} s")
            finally:
                soak.close()


if __name__ == "__main__":
    main()
