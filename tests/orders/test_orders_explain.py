"""One order explained: every number that is in the report is in the explanation."""

from __future__ import annotations

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import goods, make_code

pytestmark = pytest.mark.both_engines

Json = dict[str, str]


@pytest.fixture
def mia(run: Bench, shop: PracticeStore) -> PracticeStore:

    def make() -> None:
        make_code(run, "MIA10", "mia")
        run.clock.pass_(hours=1)

    run.once("Mia's code", make)
    return shop


def told(run: Bench, order: str, *more: str) -> list[Json]:
    found = run("orders", "explain", order, *more, "-f", "json").ok().json
    assert found["schema"] == "shopinf.orders.explain/1"
    rows: list[Json] = found["rows"]
    return rows


def about(rows: list[Json], word: str) -> list[tuple[str, str | None]]:
    return [(row["says"], row["amount"]) for row in rows if row["about"] == word]


def test_the_sum_is_written_out(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("mia10", lines=goods(mia, "60.00", "40.00"), automatic=[("Summer", 10)], gift_card=True)
    mia.refund(order["id"], [(order["line_items"][1]["id"], 1)], shipping=True, discrepancy=-5)
    run("orders", "sync").ok()
    rows = told(run, order["name"])
    assert about(rows, "net_sales") == [("100.00 - 19.00 - 0.00 - 37.40 = 43.60", "43.60")]
    assert about(rows, "commission") == [("mia: 10% of 43.60", "4.36")]
    assert ("less by code mia10", "-5.40") in about(rows, "discount")
    assert ("less by automatic discount Summer", "-6.00") in about(rows, "discount")
    assert about(rows, "code") == [("mia10 is mia's, campaign q4", None)]
    assert about(rows, "buyer") == [("new customer", None)]
    refunds = [says for says, _ in about(rows, "refund")]
    assert any("shipping, 5.00, which changes nothing here" in says for says in refunds)
    assert any("paid back beside the lines" in says for says in refunds)
    assert any("no merchandise" in says for says, _ in about(rows, "line"))


@pytest.mark.parametrize("how", ["name", "number", "id"])
def test_an_order_is_found_by_name_number_or_id(run: Bench, mia: PracticeStore, how: str) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "100.00"))
    text = {"name": order["name"], "number": str(order["order_number"]), "id": str(order["id"])}[how]
    assert order["name"] in told(run, text)[0]["says"]


def test_an_order_without_any_code_is_explained_too(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell(lines=goods(mia, "100.00"))
    rows = told(run, order["name"])
    assert about(rows, "code") == [("no discount code was used", None)]
    assert about(rows, "result") == [("nobody's sale that we know of", None)]


def test_a_strangers_code_counts_for_nobody(run: Bench, mia: PracticeStore) -> None:
    rule = mia.add_rule("SUMMER20")
    mia.codes.make("SUMMER20", rule["id"])
    order = mia.sell("SUMMER20", lines=goods(mia, "100.00"))
    ((says, _),) = about(told(run, order["name"]), "code")
    assert "SUMMER20 is not among the codes made or imported here" in says


def test_an_excluded_order_says_why(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", test=True)
    assert about(told(run, order["name"]), "result") == [("not counted: a test order", None)]


def test_offline_the_ledger_tells_what_it_has(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "100.00"))
    bare = mia.sell(lines=goods(mia, "100.00"))
    run("orders", "sync").ok()
    sent = len(run.wire.sent)
    assert about(told(run, order["name"], "--no-sync"), "commission") == [("mia: 10% of 90.00", "9.00")]
    ran = run("orders", "explain", bare["name"], "--no-sync")
    assert ran.code == 3
    assert "only time and buyer" in ran.err
    assert len(run.wire.sent) == sent


def test_an_order_that_is_not_there_is_not_found(run: Bench, mia: PracticeStore) -> None:
    for text in ("#99999", "99999999999", "nonsense"):
        ran = run("orders", "explain", text)
        assert (ran.code, ran.out) == (3, "")
        assert text in ran.err


def test_a_product_name_from_the_store_brings_no_escapes(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "100.00"))
    mia.orders[order["id"]]["line_items"][0]["title"] = "\x1b[31mSerum\u202e [bold]"
    out = run("orders", "explain", order["name"]).ok().out
    assert "Serum [bold]" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
