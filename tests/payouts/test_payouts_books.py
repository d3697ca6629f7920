"""The books when a store leaves, when a ledger is moved, and when the clock is not to be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench, StillClock
from orders.mirrored import make_code

from shopinf.practice import PracticeStore

from .paying import close, give_back, october, pay, sell, sums

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

MONEY = ("entries", "marks", "rates", "sendings", "statements", "payments", "claims", "closings")


def books(run: Bench) -> dict[str, int]:
    """How many rows of money the ledger has."""
    return {table: run.look(f"SELECT count(*) FROM {table}")[0][0] for table in MONEY}


@pytest.fixture
def worked(run: Bench, shop: PracticeStore, tmp_path: Path) -> dict[str, int]:
    """A closed October with everything that money leaves in the ledger, paid; the orders."""
    orders = october(run, shop)
    for name in ("mia", "leo"):
        shop.ship(orders[name], at="2026-10-07T10:00:00-05:00")
    run("rates", "set", "12%", "--influencer", "mia", "--reason", "from spring on", "--from", "2027-03-01").ok()
    close(run, "2026-10", "--hold-from", "fulfilled")
    run("payouts", "hold", "--code", "LEO10", "--reason", "on a coupon site").ok()
    answer = pay(run, tmp_path).ok().json
    run("payouts", "paid", "--run", answer["run"]).ok()
    return orders


def blur(shop: PracticeStore, order: int) -> str:
    """Let the store's own sums of an order disagree, so that it needs a look; its name."""
    shop.orders[order]["current_subtotal_price"] = "1.00"
    shop.orders[order]["current_subtotal_price_set"]["shop_money"]["amount"] = "1.00"
    shop.touch(order, at="2026-11-22T10:00:00-05:00")
    return str(shop.orders[order]["name"])


# A store that leaves


def test_what_money_stands_on_stays_when_a_store_leaves(
    run: Bench, shop: PracticeStore, worked: dict[str, int], clock: StillClock
) -> None:
    order = worked["mia later"]
    blur(shop, order)
    run("orders", "sync").ok()
    run("orders", "decide", str(order), "--net", "10.00", "--reason", "agreed on the phone").ok()
    before = books(run)
    assert all(before.values()), before
    said = run("disconnect", "maya-shop", "--yes").ok().err
    assert "- 22.50 USD is still owed to its influencers" in said
    assert books(run) == before
    run.connect(shop).ok()
    rates = run("rates", "list", "-f", "json").ok().json["rows"]
    assert ("12%", "from spring on") in [(each["rate"], each["reason"]) for each in rates]
    clock.pass_(days=12)
    again = close(run, "2026-11")  # its orders are read anew, and none of October's is entered a second time
    assert {who: sums(each) for who, each in again.items()} == {
        "mia": ("13.50", "0.00", "-3.50", "9.00", "1.00"),
        "leo": ("18.00", "0.00", "0.00", "0.00", "18.00"),
    }


def test_a_later_code_does_not_earn_what_was_agreed_for_one_that_left(
    run: Bench, shop: PracticeStore, worked: dict[str, int]
) -> None:
    run("disconnect", "maya-shop", "--yes").ok()
    run.connect(shop).ok()
    make_code(run, "ANN10", "ann", "--percent", "10")
    (winning,) = run("rates", "list", "--influencer", "ann", "-f", "json").ok().json["rows"]
    assert (winning["rate"], winning["why"]) == (None, "nobody has said")


def test_all_of_it_goes_when_history_is_to_be_erased(run: Bench, worked: dict[str, int]) -> None:
    gone = run("disconnect", "maya-shop", "--erase-history", "--yes", "-f", "json").ok().json["rows"]
    assert {"entries", "statements", "payments"} <= {row["what"] for row in gone if row["count"]}
    left = {table: count for table, count in books(run).items() if count}
    assert left == {"rates": 1}, "what was agreed with a person is of no store"


def test_the_books_of_a_group_stay_whole_when_one_of_its_stores_is_erased(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="nord", seed=2)
    run.connect(other, "--group", "north").ok()
    run("stores", "group", "maya-shop", "north").ok()
    for code, store, sold in (("MIA10", "maya-shop", shop), ("MIA20", "nord", other)):
        make_code(run, code, "mia", "--percent", "10", "--commission", "10%", "--store", store)
        sell(sold, code, "100.00", "2026-10-05")
    run("payouts", "close", "--period", "2026-10", "--group", "north").ok()
    run("disconnect", "nord", "--erase-history", "--yes").ok()
    (mia,) = run("payouts", "list", "-f", "json").ok().json["statements"]
    assert (mia["closing"], [each["amount"] for each in mia["entries"]]) == ("18.00", ["9.00", "9.00"])
    run("disconnect", "maya-shop", "--erase-history", "--yes").ok()
    assert [books(run)[table] for table in ("entries", "statements", "closings")] == [2, 1, 1]


# A ledger that is moved


def test_balances_move_with_the_ledger_and_go_on_there(
    run: Bench, shop: PracticeStore, worked: dict[str, int], clock: StillClock, tmp_path: Path
) -> None:
    before = books(run)
    run("ledger", "export", str(tmp_path / "all.db")).ok()
    other = Bench(tmp_path / "other", clock=clock, wire=run.wire)
    other("ledger", "import", str(tmp_path / "all.db")).ok()
    other.connect(shop).ok()
    assert books(other) == before
    give_back(shop, worked["mia"])
    clock.pass_(days=12)
    mia = close(other, "2026-11")["mia"]
    assert sums(mia) == ("13.50", "0.00", "-9.00", "9.00", "-4.50")
    assert close(run, "2026-11")["mia"] == mia | {"entries": close(run, "2026-11")["mia"]["entries"]}


def test_a_file_that_is_a_month_older_than_the_books_is_said_to_lack_what_was_closed_and_paid(
    run: Bench, shop: PracticeStore, worked: dict[str, int], clock: StillClock, tmp_path: Path
) -> None:
    backup = str(tmp_path / "october.db")
    run("ledger", "export", backup).ok()
    run("payouts", "release", "--code", "LEO10", "--reason", "no coupon site").ok()
    sell(shop, "MIA10", "10.00", "2026-11-24")
    clock.pass_(days=12)
    november = close(run, "2026-11")
    answer = pay(run, tmp_path).json
    run("payouts", "paid", "--run", answer["run"]).ok()
    paid = sorted(each["statement"] for each in answer["payments"] if each["status"] == "claimed")

    refused = run("ledger", "import", backup)
    assert (refused.code, "2 statements, 1 payment" in refused.err) == (2, False)
    assert "4 statements, 2 payments" in refused.err
    said = run("ledger", "import", backup, "--replace", "--dry-run").ok().err
    assert f"is older than the books here: it lacks 2 statements ({', '.join(sorted(names(november)))})" in said
    assert f"and 1 payment ({', '.join(paid)})" in said
    run("ledger", "import", backup, "--replace", "--yes").ok()
    again = close(run, "2026-11")  # the same statements under the same ids, and the refund of nobody is lost
    assert {who: (each["statement"], each["closing"]) for who, each in again.items()} == {
        who: (each["statement"], each["closing"]) for who, each in november.items()
    }


def names(found: dict[str, dict[str, Any]]) -> list[str]:
    return [each["statement"] for each in found.values()]


def test_nothing_is_said_of_books_where_the_file_has_all_of_them(
    run: Bench, worked: dict[str, int], tmp_path: Path
) -> None:
    run("ledger", "export", str(tmp_path / "all.db")).ok()
    said = run("ledger", "import", str(tmp_path / "all.db"), "--replace", "--yes").ok().err
    assert "older than the books" not in said


# What is left for later, and a clock that is set back


def test_an_entered_order_that_was_left_is_in_the_way_of_the_next_closing_too(
    run: Bench, shop: PracticeStore, worked: dict[str, int], clock: StillClock
) -> None:
    name = blur(shop, worked["mia later"])
    clock.pass_(days=12)
    for period in ("2026-11", "2026-12"):
        assert f"1 order of maya-shop needs a look before the period is closed: {name} (" in (
            run("payouts", "close", "--period", period).err
        )
        run("payouts", "close", "--period", period, "--leave-review").ok()
        clock.pass_(days=31)


def test_what_was_decided_while_the_clock_was_behind_counts_all_the_same(
    run: Bench, shop: PracticeStore, worked: dict[str, int], clock: StillClock
) -> None:
    order = worked["mia later"]
    blur(shop, order)
    clock.pass_(days=12)
    close(run, "2026-11", "--leave-review")
    clock.pass_(days=-40)
    run("orders", "decide", str(order), "--net", "10.00", "--reason", "agreed on the phone").ok()
    clock.pass_(days=80)
    assert close(run, "2026-12")["mia"]["adjustments"] == "-3.50"


def test_what_was_restored_while_the_clock_was_behind_is_worked_out_anew(
    run: Bench, shop: PracticeStore, worked: dict[str, int], clock: StillClock
) -> None:
    order = str(worked["mia later"])
    run("payouts", "reject", "--order", order, "--reason", "an own order").ok()
    give_back(shop, worked["mia later"])
    clock.pass_(days=12)
    close(run, "2026-11")
    clock.pass_(days=-40)
    run("payouts", "release", "--order", order, "--reason", "it was not").ok()
    clock.pass_(days=80)
    mia = close(run, "2026-12")["mia"]
    assert [each["amount"] for each in mia["entries"]] == ["4.50", "-4.50"]
    assert mia["adjustments"] == "0.00"


def test_a_clock_that_was_set_back_makes_nothing_twice_and_is_said(
    run: Bench, shop: PracticeStore, clock: StillClock, tmp_path: Path
) -> None:
    october(run, shop)
    clock.pass_(days=12)
    first = run("payouts", "close", "--period", "2026-10", "-f", "json").ok()
    assert "clock" not in first.err
    clock.pass_(days=-9)
    again = run("payouts", "close", "--period", "2026-10", "-f", "json").ok()
    assert again.json["statements"] == first.json["statements"]
    assert "This machine's clock says 2026-11-25" in " ".join(again.json["notes"])
    answer = pay(run, tmp_path).ok()
    assert "but the books were written on 2026-12-04" in answer.err
    assert len(answer.json["payments"]) == 2
    clock.pass_(days=-9)
    assert pay(run, tmp_path).ok().json["payments"] == []
    assert run("payouts", "close", "--period", "2026-11").code == 2
