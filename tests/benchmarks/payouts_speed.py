"""How long twelve monthly closings take, and how much memory, beside the report of the same month.

    python tests/benchmarks/payouts_speed.py --orders 500000 --influencers 2000 [--pay]

The orders go straight into the ledger, month by month, each before it is closed; a share of the month before comes
back meanwhile. Every command runs in a process of its own, with the real program on a clock of its own; neither the
closing nor the report asks the store, which has nothing. `--pay` claims and notes a run after each closing, else
nothing is ever paid, which is the most that a closing has to look through.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import Bench, StillClock
from benchmarks.filling import Spent, apart, track, write

from shopinf.ledger.ledger import Ledger
from shopinf.ledger.orders import Sync
from shopinf.orderrows import row_of
from shopinf.orders import Application, Line, Order, Refund, RefundLine
from shopinf.outcomes import Outcome
from shopinf.payouts.rates import Subject
from shopinf.practice import PracticeStore
from shopinf.work.orders.sync import Synced
from shopinf.work.payouts import close as engine

MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
RATES = ("new 15% returning 5%", "10%, from 500 15%", "8.00", "12%")  # of every tenth influencer each; others 10%
D = Decimal


class Year:
    """A store, its influencers, and the orders of a year as they come in."""

    def __init__(self, home: Path, asked: argparse.Namespace) -> None:
        self.asked, self.home = asked, home
        self.clock = StillClock(datetime(2025, 1, 1, 6, tzinfo=UTC))
        self.run = Bench(home, self.clock)
        store: PracticeStore = self.run.open()
        self.run.connect(store).ok()
        self.run("orders", "sync").ok()
        self.shop = store.id
        apart(self._begin)

    def command(self, *argv: str) -> Spent:
        """Run a command; it does not ask the store."""

        def unread(desk: Any, stores: Sequence[Any]) -> dict[int, Outcome[Synced]]:
            return {store.shop_id: Outcome(store, value=Synced(store)) for store in stores}

        def work() -> None:
            engine._read = unread
            self.run(*argv).ok()

        return apart(work)

    def _ledger(self) -> closing[Ledger]:
        return closing(Ledger.in_file(self.home / "ledger.db", clock=self.clock))

    def _begin(self) -> None:
        with self._ledger() as ledger:
            codes = {f"person{number}": code(number) for number in range(self.asked.influencers)}
            people = track(ledger, [self.shop], codes)
            ledger.rates.agree(Subject(), "10%", None)
            for number, one in enumerate(people):
                if number % 10 < len(RATES):
                    ledger.rates.agree(Subject(person=one.id), RATES[number % 10], None)

    # what happens in a month

    def pass_month(self, number: int) -> None:
        """Let the month come in, and go on to the second day of the next."""
        first = datetime.fromisoformat(f"{MONTHS[number]}-01T12:00:00+00:00")
        following = (first + timedelta(days=32)).replace(day=2)
        apart(lambda: self._write(number, following))
        self.clock.pass_(seconds=(following - self.clock.now()).total_seconds())

    def _write(self, number: int, now: datetime) -> None:
        each_month = self.asked.orders // len(MONTHS)
        with self._ledger() as ledger:
            news = [*self._month(number, each_month)]
            if number:
                returned = random.Random(number).sample(range(each_month), int(each_month * self.asked.returns))
                former = {order.order_id: order for order in self._month(number - 1, each_month)}
                news += [came_back(former[(number - 1) * each_month + each + 1], now) for each in returned]
            write(ledger, self.shop, map(row_of, news))
            ledger.orders.keep(self.shop, Sync(now, scopes=frozenset({"read_all_orders"})))

    def _month(self, number: int, count: int) -> Iterator[Order]:
        """The orders of a month, the same ones each time."""
        dice = random.Random(f"month {number}")
        begin = datetime.fromisoformat(f"{MONTHS[number]}-01T06:00:00+00:00")
        for place in range(count):
            at = begin + timedelta(seconds=place * 27 * 86400 // count)
            price, quantity = D(dice.randrange(1000, 20000)) / 100, dice.randrange(1, 4)
            off = (price * quantity / 10).quantize(D("0.01"))
            yield Order(
                number * count + place + 1,
                f"#{number * count + place + 1001}",
                at,
                at,
                at,
                "USD",
                "paid",
                (Line(1, quantity, price, quantity, ((0, off),), sku="A"),),
                applications=(Application("discount_code", code=code(dice.randrange(self.asked.influencers))),),
                customer_id=dice.randrange(1, self.asked.orders),
                customer_created_at=at,
                total_line_items_price=price * quantity,
            )


def came_back(order: Order, now: datetime) -> Order:
    """The order after a piece of it came back."""
    (line,) = order.lines
    one = ((line.gross - line.discount) / line.quantity).quantize(D("0.01"))
    kept = (replace(line, current_quantity=line.quantity - 1),)
    refund = Refund(1, now - timedelta(days=5), (RefundLine(line.line_id, 1, one),))
    return replace(order, lines=kept, refunds=(refund,), updated_at=now - timedelta(days=5))


def code(number: int) -> str:
    return f"PERSON{number}"


def told(what: str, spent: Spent) -> str:
    return f"{what} {spent.wall:.2f} s ({spent.cpu:.2f} s of CPU), {spent.memory:.0f} MB"


def close_all(year: Year, asked: argparse.Namespace) -> None:
    answer = str(year.home / f"answer.{asked.format}")
    payees = year.home / "payees.csv"
    people = (f"person{number},Person {number},person{number}@pay.example\n" for number in range(asked.influencers))
    payees.write_text("influencer,name,email\n" + "".join(people))
    ratios = []
    for number, month in enumerate(MONTHS):
        year.pass_month(number)
        report = ("orders", "attribute", "--no-sync", "--period", month, "-q", "-o", answer)
        reported = year.command(*report)
        closed = year.command("payouts", "close", "--period", month, "--leave-review", "-q", "-o", answer)
        ratios.append(closed.cpu / reported.cpu)
        print(f"{month}: {told('report', reported)}; {told('closing', closed)}; ratio {ratios[-1]:.2f}", end="")
        if asked.pay:
            run = year.command("payouts", "pay", "--rail", "csv", "--payees", str(payees), "-o", f"{answer}.csv", "-q")
            with sqlite3.connect(year.home / "ledger.db") as db:
                (name,) = db.execute("SELECT name FROM runs ORDER BY id DESC LIMIT 1").fetchone()
            print(f"; {told('pay', run)}; {told('paid', year.command('payouts', 'paid', '--run', name, '-q'))}", end="")
        print(flush=True)
    print(f"CPU of closings beside their months' reports: {min(ratios):.2f} to {max(ratios):.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--orders", type=int, default=50_000)
    options.add_argument("--influencers", type=int, default=200)
    options.add_argument("--returns", type=float, default=0.04, help="the share of a month that comes back in the next")
    options.add_argument("--format", choices=["csv", "json"], default="csv", help="JSON has every entry of a closing")
    options.add_argument("--pay", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        year = Year(Path(folder), asked)
        print(told("a process that does nothing:", apart(lambda: None)))
        close_all(year, asked)
        print(told("payouts list:", year.command("payouts", "list", "-q", "-f", "csv")))
        print(told("payouts list --period 2025-12:", year.command("payouts", "list", "--period", "2025-12", "-q")))
        print(
            told("payouts list -f json:", year.command("payouts", "list", "-q", "-f", "json", "-o", f"{folder}/l.json"))
        )
        with sqlite3.connect(year.home / "ledger.db") as db:
            counts = [db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("statements", "entries")]
        print("{:,} statements, {:,} entries".format(*counts))


if __name__ == "__main__":
    main()
