"""Reports from the credits that are kept say what reports from the facts say, whatever happened meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bench import Bench

from shopinf.attribution.keeping import month_of
from shopinf.ledger import migrations
from shopinf.ledger.codes import Codes
from shopinf.ledger.credits import Credits
from shopinf.ledger.engine import Database
from shopinf.ledger.tables.credits import CACHE
from shopinf.orderrows import row_of
from shopinf.practice import PracticeStore
from shopinf.work.orders.crediting import credit_orders, meant

from .histories import REPORTS, History
from .mirrored import goods, make_code

pytestmark = pytest.mark.slow

YEAR = ("orders", "attribute", "--period", "2026", "--no-sync", "-f", "json")


@pytest.mark.slow
@pytest.mark.both_engines
@pytest.mark.parametrize("seed", range(2))
def test_a_report_from_what_is_kept_is_the_one_from_the_facts(
    run: Bench, ledger_url: str | None, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History.begin(run, Random(seed))
    for _ in range(25):
        history.step()
        history.compare(monkeypatch)
    assert history.from_kept > history.reports // 2


@pytest.fixture
def sold(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store with orders of one influencer's code, read, and reported on once."""

    def sell() -> None:
        make_code(run, "MIA10", "mia")
        for price in ("100.00", "50.00", "20.00"):
            shop.sell("MIA10", lines=goods(shop, price), customer=f"buyer{price}@example.com")
        run("orders", "sync").ok()

    run.once("three orders of one code", sell)
    return next(iter(run.wire.stores.values()))


def from_facts(run: Bench, *more: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(REPORTS, lambda *given: None)
        return run(*YEAR, *more).ok().out


def count(run: Bench, table: str) -> int:
    return int(run.look(f"SELECT count(*) FROM {table}")[0][0])


def test_the_first_report_keeps_credits_and_the_next_reads_no_facts(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert count(run, "credits") == 0
    first = run(*YEAR).ok().out
    assert count(run, "credits") == 3
    monkeypatch.setattr("shopinf.ledger.orders.from_facts", lambda facts: pytest.fail("facts were read"))
    assert run(*YEAR).ok().out == first


def test_what_another_program_changes_counts_in_the_next_report(run: Bench, sold: PracticeStore) -> None:
    before = run(*YEAR).ok().out
    with closing(sqlite3.connect(run.home / "ledger.db")) as file:
        file.execute("DELETE FROM order_facts WHERE order_id = (SELECT min(order_id) FROM order_facts)")
        file.commit()
    after = run(*YEAR).ok().out
    assert after == from_facts(run) != before
    assert count(run, "credits") == 2
    assert count(run, "credit_changes") == 0


def test_a_store_whose_credits_are_not_kept_notes_no_changes(run: Bench, sold: PracticeStore) -> None:
    sold.sell("MIA10", lines=goods(sold, "5.00"))
    run("orders", "sync").ok()
    assert count(run, "credit_changes") == 0
    run(*YEAR).ok()
    sold.sell("MIA10", lines=goods(sold, "5.00"))
    run("orders", "sync").ok()
    assert count(run, "credit_changes") > 0


def test_changes_that_no_report_asks_for_are_not_noted_for_ever(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopinf.work.orders.kept.MANY", 5)
    run(*YEAR).ok()
    for number, noted in enumerate([True, True, False, False]):  # two of each order
        sold.sell("MIA10", lines=goods(sold, f"{number + 1}.00"))
        run("orders", "sync").ok()
        assert (count(run, "credit_changes") > 0) is noted
    assert run(*YEAR).ok().out == from_facts(run)
    assert count(run, "credits") == 7


def test_what_is_read_again_and_is_the_same_changes_nothing(run: Bench, sold: PracticeStore) -> None:
    run(*YEAR).ok()
    run("orders", "sync", "--full").ok()
    assert count(run, "credit_changes") == 0


def test_a_report_waits_for_nobody_who_writes(run: Bench, sold: PracticeStore) -> None:
    wanted = from_facts(run)
    with closing(sqlite3.connect(run.home / "ledger.db", isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        assert run(*YEAR).ok().out == wanted
        file.execute("ROLLBACK")
    assert count(run, "credits") == 0


def test_a_report_needs_nothing_of_what_is_kept(run: Bench, sold: PracticeStore) -> None:
    wanted = run(*YEAR).ok().out
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:
        for table in CACHE:
            db.execute(table.delete())
    assert run(*YEAR).ok().out == wanted


def test_other_options_go_by_the_facts_and_leave_what_is_kept_alone(run: Bench, sold: PracticeStore) -> None:
    run(*YEAR).ok()
    kept = run.look("SELECT turn FROM credit_states")
    assert run(*YEAR, "--commission", "30%", "--multi-code", "split").ok().out == from_facts(
        run, "--commission", "30%", "--multi-code", "split"
    )
    assert run.look("SELECT turn FROM credit_states") == kept


def test_a_new_version_of_the_rules_works_everything_out_anew(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*YEAR).ok()
    kept = run.look("SELECT rules FROM credit_states")
    monkeypatch.setattr("shopinf.work.orders.creditkey.source", lambda: "another")
    assert run(*YEAR).ok().out == from_facts(run)
    assert run.look("SELECT rules FROM credit_states") != kept


def test_a_few_days_of_a_month_work_out_no_whole_month(run: Bench, sold: PracticeStore) -> None:
    run("orders", "attribute", "--period", "today", "--no-sync").ok()
    assert count(run, "credits") == 0
    run(*YEAR).ok()
    assert run("orders", "attribute", "--period", "today", "--no-sync").ok()
    assert count(run, "credits") == 3


def test_an_older_ledger_is_brought_up_to_date_with_its_orders(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = run(*YEAR).ok().out
    file = run.home / "ledger.db"
    with closing(run.ledger()) as ledger, ledger.database.reading() as db:
        tables = ("orders", "order_facts", "order_codes", "syncs", "codes", "price_rules", "influencers", "rates")
        had = {name: [tuple(row) for row in db.exec_driver_sql(f"SELECT * FROM {name}")] for name in tables}
        key = db.exec_driver_sql("SELECT value FROM meta WHERE key = 'hash_key'").scalar_one()
    for path in Path(run.home).glob("ledger.db*"):
        path.unlink()
    with monkeypatch.context() as patch:
        here = next(n for n, each in enumerate(migrations.MIGRATIONS) if "CREATE TABLE credit_states" in each)
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:here])
        with closing(Database.in_file(file)) as old, old.writing() as db:
            for name in ("price_rules", *(each for each in tables if each != "price_rules")):
                for row in had[name]:
                    db.exec_driver_sql(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
            db.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'hash_key'", (key,))
    assert run(*YEAR).ok().out == wanted
    assert count(run, "v_credits") == 3


OCTOBER = datetime(2026, 10, 10, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)


def process(run: Bench, order_id: int, at: datetime) -> None:
    """The store says that an order was processed at another time, as it may of one that was imported."""
    (shop_id,) = run.look("SELECT shop_id FROM orders")[0]
    with closing(run.ledger()) as ledger:
        (order,) = ledger.orders.full(shop_id, {order_id})
        order = replace(order, processed_at=at, updated_at=order.updated_at + timedelta(minutes=1))
        ledger.orders.write(shop_id, [row_of(order)], 1)


@pytest.mark.parametrize(("was", "is_"), [(OCTOBER, NOVEMBER), (NOVEMBER, OCTOBER)])
def test_an_order_that_moves_to_another_month_while_months_are_worked_out_counts_once(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch, was: datetime, is_: datetime
) -> None:
    order_id = run.look("SELECT min(order_id) FROM orders")[0][0]
    process(run, order_id, was)
    run("orders", "attribute", "--period", "2026-10", "--no-sync").ok()

    def meanwhile(*given: object) -> frozenset[int]:
        process(run, order_id, is_)
        return meant(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("shopinf.work.orders.kept.meant", meanwhile)
    assert run(*YEAR).ok().out == from_facts(run)
    assert run.look(f"SELECT count(*) FROM credits WHERE order_id = {order_id}") == [(1,)]


def test_an_order_of_a_month_that_another_run_fills_while_it_is_renewed_is_not_lost(
    run: Bench, shop: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_code(run, "MIA10", "mia")
    run("orders", "sync").ok()
    october = ("orders", "attribute", "--period", "2026-10", "--no-sync")
    run(*october).ok()
    shop.sell("MIA10", lines=goods(shop, "100.00"))
    run("orders", "sync").ok()
    renew = Credits.renew

    def late(self: Credits, shop_id: int, turn: int, *given: Any, **more: Any) -> bool:
        assert self.fill(shop_id, turn, month_of(NOVEMBER.toordinal()), [])  # from before the order was there
        return renew(self, shop_id, turn, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Credits, "renew", late)
        run(*october).ok()
    assert run(*YEAR).ok().out == from_facts(run)
    assert count(run, "credits") == 1


def test_a_comparison_reads_the_codes_no_more_often_than_a_report_of_one_period(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    known = Codes.known

    def counting(self: Codes, shop_id: int, **more: Any) -> Any:
        asked.append(shop_id)
        return known(self, shop_id, **more)

    monkeypatch.setattr(Codes, "known", counting)
    run(*YEAR).ok()
    once = len(asked)
    asked.clear()
    run(*YEAR, "--compare", "previous").ok()
    assert len(asked) == once == 2  # by the names that are shown, and by the ids that credits are kept under


def test_others_write_while_a_month_is_worked_out(
    run: Bench, sold: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def meanwhile(*given: Any, **more: Any) -> Any:
        with closing(sqlite3.connect(run.home / "ledger.db", isolation_level=None, timeout=0)) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("ROLLBACK")
        written.append(given)
        return credit_orders(*given, **more)

    monkeypatch.setattr("shopinf.work.orders.kept.credit_orders", meanwhile)
    run(*YEAR).ok()
    assert written
    assert count(run, "credits") == 3


def test_a_report_by_day_adds_up_what_is_kept_of_all_codes_at_once(
    run: Bench, shop: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    earn = {"mia": ("--commission", "10%"), "leo": ("--commission", "8%"), "noa": ()}  # nobody has said what noa earns
    for name, rate in earn.items():
        make_code(run, f"{name.upper()}10", name, "--percent", "10", *rate)
        shop.sell(f"{name.upper()}10", lines=goods(shop, "100.00"), customer=f"{name}@example.com")
    run("orders", "sync").ok()
    read, sums = Credits.read, []

    def counted(shelf: Credits, *given: Any, **more: Any) -> Any:
        found = read(shelf, *given, **more)
        sums.append(len(found.sums) if found else 0)
        return found

    monkeypatch.setattr(Credits, "read", counted)
    for options in (("--by", "day"), ("--by", "week"), ("--by", "day", "--influencer", "mia")):
        assert run(*YEAR, *options).ok().out == from_facts(run, *options)
    assert sums == [2, 2, 3]  # noa is named, since it is open what is owed; and mia where only mia is asked for
