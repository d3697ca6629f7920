"""What customers are worth, over a large ledger: processor time and memory of `influencers worth`.

    python tests/benchmarks/worth_speed.py --orders 500000 --share 0.1

The orders go straight into the ledger, over two years: a share of them used a code of ours, of customers who come back
now and then, with a code or without. Each command runs in a process of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import Bench, StillClock
from benchmarks.filling import apart, track, write

from shopinf.ledger.orders import Sync
from shopinf.ledger.repeats import Looked
from shopinf.orderrows import OrderRow, row_of
from shopinf.orders import Application, Line, Order, Refund, RefundLine, UsedCode
from shopinf.payouts.rates import Subject

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAYS = 730
D = Decimal


def orders(asked: argparse.Namespace) -> Iterator[OrderRow]:
    """Orders by rising time; a customer's second and later ones are three in ten of all."""
    dice = random.Random(11)
    won: list[int] = []
    others: list[int] = []
    for number in range(asked.orders):
        at = NOW - timedelta(days=DAYS) + timedelta(days=DAYS) * number / asked.orders
        coded = dice.random() < asked.share
        back = dice.random() < 0.3
        pool = won if dice.random() < asked.share else others
        customer = dice.choice(pool) if back and pool else number + 1
        if customer == number + 1:
            (won if coded else others).append(customer)
        yield row_of(order(number + 1, at, customer, dice, coded=coded, whole=coded or (back and pool is won)))


def order(number: int, at: datetime, customer: int, dice: random.Random, *, coded: bool, whole: bool) -> Order:
    price, quantity = D(dice.randrange(1000, 20000)) / 100, dice.randrange(1, 4)
    head = (number, f"#{number}", at, at, at, "USD", "paid")
    who = {"customer_id": customer, "customer_created_at": at, "email_key": f"{customer:064x}"}
    if not whole:
        return Order(*head, **who, skeleton=True)  # type: ignore[arg-type]
    off = (price * quantity / 10).quantize(D("0.01")) if coded else D(0)
    line = Line(
        number, quantity, price, quantity, ((0, off),) if coded else (), product_id=quantity, title=f"No. {quantity}"
    )
    code = f"CODE{dice.randrange(300)}"
    back: tuple[Refund, ...] = ()
    if dice.random() < 0.06:
        back = (
            Refund(number, at + timedelta(days=9), (RefundLine(number, quantity, price * quantity - off),), (), ()),
        )
        line = Line(number, quantity, price, 0, line.allocations, product_id=quantity, title=line.title)
    return Order(
        *head,
        (line,),
        applications=(Application("discount_code", code),) if coded else (),
        used_codes=(UsedCode(code, off),) if coded else (),
        refunds=back,
        **who,  # type: ignore[arg-type]
    )


def fill(run: Bench, shop: int, asked: argparse.Namespace) -> None:
    with closing(run.ledger()) as ledger:
        track(ledger, [shop], {f"person{number}": f"CODE{number}" for number in range(300)})
        ledger.rates.agree(Subject(), "new 15% returning 5%", None)
        write(ledger, shop, orders(asked))
        ledger.orders.keep(shop, Sync(NOW, scopes=frozenset({"read_all_orders"})))
        ledger.repeats.keep_looked(shop, Looked(NOW, ""))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=500_000)
    options.add_argument("--share", type=float, default=0.1, help="of the orders, with a code of ours")
    options.add_argument("--home", type=Path, help="keep the ledger there, and use it again")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder)
        run = Bench(home, StillClock(NOW))
        store = run.open()
        if not (home / "ledger.db").exists():
            run.connect(store).ok()
            apart(lambda: fill(run, store.id, asked))
        (facts,) = run.look("SELECT count(*) FROM order_facts")[0]
        size = (home / "ledger.db").stat().st_size / 1e6
        print(f"{asked.orders:,} orders, {facts:,} of them whole, {size:.0f} MB")
        for line in ("", "--by month", "--period 2026-Q1"):
            argv = ("influencers", "worth", *line.split(), "-f", "json")
            spent = apart(lambda: run(*argv).ok())  # noqa: B023
            print(f"{' '.join(argv):46} {spent.wall:6.2f} s {spent.cpu:6.2f} CPU s {spent.memory:6.0f} MB")
        rows = run("influencers", "worth", "-f", "json").ok().json["rows"]
        won, bought = (sum(row[name] for row in rows) for name in ("customers_won", "orders"))
        print(f"{won:,} customers won, with {bought:,} orders")


if __name__ == "__main__":
    main()
