"""How fast reports are: from the credits that are kept against from the facts, in one run; time and memory of each.

    python tests/benchmarks/reports_speed.py --orders 50000
    python tests/benchmarks/reports_speed.py --orders 500000 --facts
    python tests/benchmarks/reports_speed.py --orders 125000 --stores 40 --facts

The ledger is written directly: a year of orders, each with a tracked code, one in eight refunded in part, two in five
by buyers who come again. The first store's credits are worked out by the program itself, in its first report; those of
the other stores are the first one's, copied without the orders below them. Each report is a program of its own, so what
it takes includes its start.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.filling import track, write

from shopinf.attribution.credits import MultiCode
from shopinf.desk import Desk, Setting
from shopinf.ledger.orders import Sync
from shopinf.ledger.tables.credits import credit_inputs, credit_states
from shopinf.orderrows import OrderRow, row_of
from shopinf.orders import Application, Line, Order, Refund, RefundLine, Transaction
from shopinf.payouts.rates import Subject
from shopinf.stores import Store
from shopinf.times import utc_z
from shopinf.work.orders.creditkey import credit_key

YEAR = 2025
BEGIN = datetime(YEAR, 1, 1, tzinfo=UTC)
D = Decimal
PLAIN = """
import sys
from shopinf.work.orders import attribute
if sys.argv[1] == "facts":
    attribute.kept_credits = lambda *given: None
from shopinf.main import main
sys.exit(main(sys.argv[2:]))
"""
REPORT = ("orders", "attribute", "--period", str(YEAR), "--no-sync", "-q", "-f", "json")


@dataclass(frozen=True)
class Took:
    """What one report took, and what it said."""

    seconds: float
    cpu: float
    megabytes: float
    out: bytes


def report(home: Path, how: str, *argv: str) -> Took:
    """Run one report in a program of its own, from what is *kept* or from the *facts*."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", PLAIN, how, *REPORT, *argv]
    with tempfile.TemporaryFile() as out:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, env={**environ, "SHOPINF_HOME": str(home)})
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, f"{argv} ended with {child.returncode}"
        out.seek(0)
        return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read())


def templates(codes: Sequence[str]) -> dict[tuple[str, bool], OrderRow]:
    """An order of each code, whole and partly refunded, whose numbers and times are put in later."""
    found = {}
    for code in codes:
        for refunded in (False, True):
            lines = (
                Line(1, 1, D("80.00"), 0 if refunded else 1, ((0, D("8.00")),), D("12.77"), sku="A", title="Serum"),
                Line(2, 2, D("20.00"), 2, ((0, D("4.00")),), D("6.39"), sku="B", title="Cleanser"),
            )
            sent = (Transaction("refund", "success", D("72.00"), "EUR"),)
            back = Refund(1, BEGIN, (RefundLine(1, 1, D("72.00"), D("0.00")),), (), sent)
            order = Order(
                987654321,
                "#987654321",
                BEGIN,
                BEGIN,
                BEGIN,
                "EUR",
                "partially_refunded" if refunded else "paid",
                lines,
                applications=(Application("discount_code", code),),
                refunds=(back,) if refunded else (),
                customer_id=123456789,
                customer_created_at=BEGIN,
            )
            found[code, refunded] = row_of(order)
    return found


def rows(count: int, codes: Sequence[str], dice: random.Random) -> Iterator[OrderRow]:
    """A year of orders, in the order of their making."""
    known, at = templates(codes), utc_z(BEGIN)
    wrote = BEGIN.isoformat()
    for number in range(count):
        row = known[dice.choice(codes), dice.random() < 0.125]
        moment = BEGIN + timedelta(seconds=number * 365 * 86400 // count)
        when = utc_z(moment)
        # Three in five buy once, the others now and then.
        buyer = 10_000_000 + number if dice.random() < 0.6 else 5_000_000 + dice.randrange(max(count // 7, 1))
        facts = (row.facts or "").replace("987654321", str(number + 1)).replace("123456789", str(buyer))
        facts = facts.replace(wrote, moment.isoformat())
        yield row._replace(
            order_id=number + 1,
            name=f"#{number + 1}",
            created_at=when,
            processed_at=when,
            updated_at=when,
            customer_id=buyer,
            customer_since=at,
            facts=facts,
        )


def prepare(home: Path, asked: argparse.Namespace) -> list[Store]:
    """Stores with codes, of which the first has orders."""
    stores = [
        Store(f"store-{n}", n, f"store-{n}.myshopify.com", f"c{n}", currency="EUR", timezone="Europe/Berlin")
        for n in range(1, asked.stores + 1)
    ]
    names = [f"creator{n}" for n in range(asked.codes)]
    codes = [f"{name.upper()}10" for name in names]
    with closing(opened(home)) as desk:
        for store in stores:
            desk.book.save(store)
        track(desk.ledger, [store.shop_id for store in stores], dict(zip(names, codes, strict=True)))
        for store in stores:
            desk.ledger.orders.keep(store.shop_id, Sync(datetime.now(UTC)))
        desk.ledger.rates.agree(Subject(), "10%", None)
        begun = time.process_time()
        write(desk.ledger, stores[0].shop_id, rows(asked.orders, codes, random.Random(asked.seed)))
        print(f"{asked.orders:,} orders of {asked.codes} codes written in {time.process_time() - begun:.0f} s of CPU")
    return stores


def opened(home: Path) -> Desk:
    streams = StringIO(), StringIO(), StringIO()
    return Desk(Setting({"SHOPINF_HOME": str(home)}, *streams, signals=False))


COPIED = ("credits", "credit_sums", "credit_months")  # of orders a report from these reads when the first and last were
ENDS = "(SELECT min(order_id) FROM orders WHERE shop_id = 1), (SELECT max(order_id) FROM orders WHERE shop_id = 1)"


def copy_first(home: Path, stores: Sequence[Store]) -> None:
    """Give every other store the kept credits of the first, and its first and last order."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(home / "ledger.db")) as file:
        file.execute("PRAGMA synchronous=OFF")
        cells = [
            each[1] for each in file.execute("PRAGMA table_info(credit_cells)") if each[1] not in ("id", "shop_id")
        ]
        for store in stores[1:]:
            ahead = store.shop_id * 1_000_000
            named = ", ".join(cells)
            file.execute(
                f"INSERT INTO credit_cells SELECT id + {ahead}, {store.shop_id}, {named} FROM credit_cells "
                "WHERE shop_id = 1"
            )
            for table in ("orders", *COPIED):
                columns = [each[1] for each in file.execute(f"PRAGMA table_info({table})")]
                values = [
                    str(store.shop_id) if name == "shop_id" else f"cell + {ahead}" if name == "cell" else name
                    for name in columns
                ]
                file.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} "
                    "WHERE shop_id = 1" + (f" AND order_id IN ({ENDS})" if table == "orders" else "")
                )
            file.commit()
    with closing(opened(home)) as desk:
        for store in stores[1:]:
            key = credit_key(desk, store, MultiCode(desk.config.multi_code), None)
            with desk.ledger.database.writing() as db:
                state = {"rules": key.digest, "inputs": key.inputs_digest, "turn": store.shop_id}
                db.execute(credit_states.insert().values(shop_id=store.shop_id, **state))
                given = [(what, subject, *value) for (what, subject), value in key.inputs.items()]
                names = ("what", "subject", "digest", "texts")
                rows: list[dict[str, Any]] = [dict(zip(names, each, strict=True)) for each in given]
                db.execute(credit_inputs.insert(), [{"shop_id": store.shop_id, **row} for row in rows])
    print(f"copied to {len(stores) - 1} more stores in {time.perf_counter() - begun:.0f} s")


def page_cost(home: Path, store: Store, asked: argparse.Namespace) -> None:
    """What noting changes adds to the writing of a page of 250 new orders; and 10,000 of them for *store*."""
    codes = [f"CREATOR{n}10" for n in range(asked.codes)]
    made = rows(10_000, codes, random.Random(asked.seed + 1))
    found = [replace_number(row, 900_000_000 + number) for number, row in enumerate(made)]
    with closing(opened(home)) as desk:
        with desk.ledger.database.writing() as db:
            db.execute(credit_states.insert().values(shop_id=98, rules="", inputs="", turn=1))
        for shop_id, how in ((97, None), (99, "no credits kept"), (98, "credits kept"), (store.shop_id, None)):
            begun = time.process_time()
            for start in range(0, len(found), 250):
                desk.ledger.orders.write(shop_id, found[start : start + 250], 1)
            spent = (time.process_time() - begun) * 250_000 / len(found)
            if how:
                print(f"a page of 250 new orders written, {how}: {spent:.2f} ms of CPU")


def replace_number(row: OrderRow, number: int) -> OrderRow:
    """The same order by another number."""
    facts = (row.facts or "").replace(f'"id":{row.order_id},', f'"id":{number},')
    return row._replace(order_id=number, facts=facts)


def tell(what: str, took: Took, facts: Took | None = None) -> None:
    ratio = f", {facts.seconds / took.seconds:.0f} times as fast as from the facts" if facts else ""
    print(f"{what}: {took.seconds * 1000:,.0f} ms, CPU {took.cpu:.2f} s, {took.megabytes:.0f} MB{ratio}")


def measure(home: Path, asked: argparse.Namespace) -> None:
    stores = prepare(home, asked)
    first = ("-s", stores[0].name)
    facts = report(home, "facts", *first) if asked.facts else None
    if facts:
        tell("a year's report from the facts", facts)
    built = report(home, "kept", *first)
    tell("the first one, which keeps credits", built, facts)
    kept = min((report(home, "kept", *first) for _ in range(3)), key=lambda took: took.seconds)
    tell("a year's report from what is kept", kept, facts)
    assert kept.out == built.out
    assert facts is None or facts.out == kept.out
    for by in ("code", "day", "month"):
        tell(f"the same by {by}", report(home, "kept", *first, "--by", by))
    if asked.stores > 1:
        copy_first(home, stores)
        took = min((report(home, "kept", "--all-stores") for _ in range(2)), key=lambda took: took.seconds)
        tell(f"the year of {asked.stores} stores with {asked.orders * asked.stores:,} orders", took)
    page_cost(home, stores[0], asked)
    tell("a year's report after 10,000 new orders", report(home, "kept", *first))
    size = sum(path.stat().st_size for path in home.glob("ledger.db*")) / 2**20
    print(f"the ledger: {size:,.0f} MB")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=50_000, help="of each store")
    options.add_argument("--stores", type=int, default=1)
    options.add_argument("--codes", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--facts", action="store_true", help="report from the facts too, which takes its time")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.parse_args())


if __name__ == "__main__":
    main()
