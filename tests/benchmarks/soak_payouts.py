"""Kill closings and runs of payments again and again, two processes at once: nothing is paid twice or lost.

    python tests/benchmarks/soak_payouts.py --kills 200
    python tests/benchmarks/soak_payouts.py --kills 200 --ledger postgresql

Days are closed one after the other while orders come back; beside it runs are made, noted as paid, and payments fail or
come back after they were paid. Each of two processes is killed at a random moment of its work. With `--ledger
postgresql` these have a home each and share a ledger. In the end all days are closed and all that is payable is paid,
and every cent is counted: by order, by statement, by payment and by file.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import postgres
from bench import StillClock

from shopinf.ledger.ledger import Ledger
from shopinf.practice import PracticeStore, serve

HURRIED = Path(__file__).parents[1] / "discounts" / "hurried.py"
FIRST = date(2026, 1, 1)
LIVE = ("claimed", "paid")


class Soak:
    """A practice store on loopback that sold every day of a year, and homes; `run` is the real program in a hurry."""

    def __init__(
        self, home: Path, *, seed: int = 1, days: int = 300, people: int = 8, ledger_url: str | None = None
    ) -> None:
        self.random = random.Random(seed)
        self.store = PracticeStore("soak-shop", throttle=False, latency=0.0, products=1)
        self.served = serve([self.store])
        self.home, self.last, self.tries = home, FIRST + timedelta(days=days - 1), 0
        environ = {
            **os.environ,
            "SHOPINF_SOAK_SHOP_ACCESS_TOKEN": self.store.access_token,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        shared = {"SHOPINF_LEDGER_URL": ledger_url} if ledger_url else {}
        self.environs = [{**environ, **shared, "SHOPINF_HOME": f"{home}{who if shared else ''}"} for who in range(2)]
        for who in range(2):
            self.must("connect", "soak-shop", "--url", self.served.urls[0], who=who)
        clock = StillClock(datetime.now(UTC))
        file = home / "ledger.db"
        self.ledger = Ledger.at(ledger_url, shown="", clock=clock) if ledger_url else Ledger.in_file(file, clock=clock)
        self._sell(days, people)
        begun = time.monotonic()
        self.must(*self.closing(FIRST))
        self.span = time.monotonic() - begun  # what a closing takes here, so that kills fall into the work

    def _sell(self, days: int, people: int) -> None:
        names = [f"person{number}" for number in range(people)]
        sheet = self.home.with_name("people.csv")
        sheet.write_text("influencer,code\n" + "".join(f"{name},{name.upper()}\n" for name in names))
        made = ("--from", str(sheet), "--percent", "10", "--yes")
        self.must("discounts", "create", "--campaign", "soak", *made)
        self.must("rates", "set", "10%")
        self.payees = self.home.with_name("payees.csv")
        self.payees.write_text("influencer,name\n" + "".join(f"{name},Mx {name}\n" for name in names))
        goods = next(product["variants"][0]["id"] for product in self.store.products.values())
        for day in range(days):
            for hour in (9, 15):
                price = f"{self.random.randrange(1, 20) * 10}.00"  # so that a tenth of nine tenths is whole cents
                at = f"{FIRST + timedelta(days=day)}T{hour:02}:00:00-05:00"
                code = self.random.choice(names).upper()
                self.store.sell(code, lines=[(goods, 2, price)], at=at, force=True)

    # running and killing

    def start(self, *argv: str, who: int = 0) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(HURRIED), *argv],
            env=self.environs[who],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def must(self, *argv: str, who: int = 0) -> None:
        """Run a command that has to go well."""
        process = self.start(*argv, who=who)
        _, err = process.communicate(timeout=600)
        assert process.returncode == 0, f"{' '.join(argv)}: {process.returncode}: {err}"

    def kill_at_random(self, kills: int) -> int:
        """Start two commands at once and kill each at a random moment, so many times; returns how often that was."""
        killed = 0
        while killed < kills:
            if self.random.random() < 0.7:
                self._bring_back()
            commands = [self.any_command() for _ in range(2)]
            processes = [self.start(*argv, who=who) for who, argv in enumerate(commands)]
            left = self.random.uniform(0.3, 2.0) * self.span  # two at once take longer than one
            for argv, process in zip(commands, processes, strict=True):
                begun = time.monotonic()
                try:
                    process.wait(max(left, 0.01))
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    killed += 1
                left += self.random.uniform(-0.2, 0.2) * self.span - (time.monotonic() - begun)
                _, err = process.communicate()
                # What a command is about may have ended in the other process meanwhile (2), or be held by it (8).
                assert process.returncode in (-signal.SIGKILL, 0, 2, 8), f"{' '.join(argv)}: {err}"
            self.check()
        return killed

    def any_command(self) -> list[str]:
        """What somebody may do next."""
        written = "SELECT name FROM runs r WHERE written_at IS NOT NULL AND EXISTS (SELECT 1 FROM payments p "
        runs = self.ask(f"{written} WHERE p.run = r.id AND p.state = 'claimed')")
        sent = self.ask(
            "SELECT s.name FROM payments p JOIN statements s ON s.id = p.statement WHERE p.state <> 'dropped'"
        )
        match self.random.randrange(8):
            case 0 | 1:
                return self.paying()
            case 2 | 3 if runs:
                return ["payouts", "paid", "--run", self.random.choice(runs)[0]]
            case 4 if sent:
                return ["payouts", "failed", self.random.choice(sent)[0], "--reason", "the account is closed"]
            case 5 if runs:
                return ["payouts", "drop", self.random.choice(runs)[0], "--reason", "the wrong day"]
            case _:
                return self.closing(self.next_day())

    def next_day(self) -> date:
        """The first day that is not closed."""
        ((last,),) = self.ask("SELECT MAX(period_to) FROM closings")
        return date.fromisoformat(last) + timedelta(days=1) if last else FIRST

    def closing(self, first: date, last: date | None = None) -> list[str]:
        return ["payouts", "close", "--from", f"{first}", "--to", f"{last or first}"]

    def paying(self) -> list[str]:
        self.tries += 1
        file = str(self.home.with_name(f"run-{self.tries}.csv"))
        return ["payouts", "pay", "--rail", "csv", "--payees", str(self.payees), "-o", file]

    def _bring_back(self) -> None:
        """A piece of some order comes back."""
        order = self.random.choice([*self.store.orders.values()])
        (line,) = order["line_items"]
        if not order["refunds"]:
            self.store.refund(order["id"], [(line["id"], 1)])

    def finish(self) -> None:
        """Close all days that are left, and pay all that is payable."""
        if (day := self.next_day()) <= self.last:
            self.must(*self.closing(day, self.last))
        self.must(*self.closing(self.last + timedelta(days=1)))  # news of orders that came after they were closed
        claimed = "SELECT DISTINCT r.name FROM runs r JOIN payments p ON p.run = r.id WHERE p.state = 'claimed'"
        for _ in range(5):
            if all(amount <= 0 for _, amount in self.owed()):
                break
            self.must(*self.paying())
            for (name,) in self.ask(claimed):
                self.must("payouts", "paid", "--run", name)

    # counting

    def ask(self, query: str) -> list[Any]:
        with self.ledger.database.reading() as db:
            return list(db.exec_driver_sql(query).all())

    def owed(self) -> list[Any]:
        """What everybody is owed, in minor units."""
        return self.ask("SELECT person, SUM(amount) FROM entries GROUP BY person")

    def check(self) -> None:
        """At any moment: what is recorded agrees with itself."""
        with self.ledger.database.reading() as db:
            payments = {row.id: row for row in db.exec_driver_sql("SELECT * FROM payments")}
            entries = {row.id: row for row in db.exec_driver_sql("SELECT * FROM entries ORDER BY id")}
            claims = list(db.exec_driver_sql("SELECT entry, payment FROM claims"))
            statements = list(db.exec_driver_sql("SELECT * FROM statements ORDER BY id"))
        claimed: Counter[int] = Counter()
        for entry, payment in claims:
            claimed[payment] += entries[entry].amount
        live = {id: row.amount for id, row in payments.items() if row.state in LIVE}
        assert dict(claimed) == live, "a payment is not the sum of what it claims"
        told: Counter[tuple[int, str]] = Counter((row.payment, row.kind) for row in entries.values() if row.payment)
        for id, row in payments.items():
            out, back = told[id, "pay"], told[id, "pay_failed"]
            assert (out, out - back) in ((0, 0), (1, int(row.state == "paid"))), f"payment {id} is noted wrongly"
        moved: Counter[int] = Counter()
        for row in entries.values():
            moved[row.statement] += row.amount
        closing: dict[str, int] = {}
        for each in statements:
            assert each.opening == closing.get(each.person, 0), f"{each.name} does not begin where the former one ended"
            assert each.closing == each.opening + moved[each.id], f"{each.name} does not add up"
            closing[each.person] = each.closing

    def check_all(self) -> str:
        """In the end: every order has earned what it is worth, once, and all of it was paid; in words what that was."""
        self.check()
        found = self.ask("SELECT order_id, SUM(amount) FROM entries WHERE order_id <> 0 GROUP BY order_id")
        assert {order: int(amount) for order, amount in found} == dict(self._earned()), "orders are lost or count twice"
        assert all(amount <= 0 for _, amount in self.owed()), "somebody was not paid"
        paid = self.ask(
            "SELECT r.name, s.name, p.amount FROM payments p JOIN runs r ON r.id = p.run "
            "JOIN statements s ON s.id = p.statement WHERE p.state = 'paid'"
        )
        filed = {(row["run"], row["statement"]): row["amount"] for row in self._rows()}
        assert all(filed[run, name] == f"{Decimal(amount) / 100:.2f}" for run, name, amount in paid), (
            "paid without a file"
        )
        ((closings,),) = self.ask("SELECT COUNT(*) FROM closings")
        whole = Decimal(sum(amount for _, _, amount in paid)) / 100
        return f"{closings} closings, {len(found)} orders, {len(paid)} payments, {whole:.2f} paid"

    def _earned(self) -> Iterator[tuple[int, int]]:
        """What each order is worth to its influencer in minor units, as the store has it: a tenth of nine tenths."""
        for order in self.store.orders.values():
            (line,) = order["line_items"]
            yield order["id"], int(Decimal(line["price"]) * (1 if order["refunds"] else 2) * 9)

    def _rows(self) -> Iterator[dict[str, str]]:
        for file in self.home.parent.glob("run-*.csv"):
            with file.open(encoding="utf-8", newline="") as rows:
                yield from csv.DictReader(rows)

    def close(self) -> None:
        self.ledger.close()
        self.served.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--days", type=int, default=300, help="on each of which two orders are made")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ledger", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        bin = postgres.programs() if given.ledger == "postgresql" else None
        server = stack.enter_context(postgres.server(bin)) if bin else None
        url = server.ledger() if server else None
        soak = Soak(Path(folder) / "home", seed=given.seed, days=given.days, ledger_url=url)
        stack.callback(soak.close)
        killed = soak.kill_at_random(given.kills)
        soak.finish()
        print(f"{given.ledger}: killed {killed} times, {soak.check_all()}, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
