"""`shopinf influencers worth`, from sales in the store to its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bench import Bench
from orders.mirrored import goods, make_code, orders_asked

from shopinf.attribution.buyers import Purchase
from shopinf.ledger.orders import Orders
from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]


@pytest.fixture
def mia(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store where Mia has a code for 10 % that earns 10 %."""

    def make() -> None:
        make_code(run, "MIA10", "mia")
        run.clock.pass_(hours=1)

    run.once("Mia's code for worth", make)
    return shop


def rows(run: Bench, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(run, *more)["rows"]
    return found


def answer(run: Bench, *more: str) -> dict[str, Any]:
    found = run("influencers", "worth", *more, "-f", "json").ok().json
    assert found["schema"] == "shopinf.influencers.worth/1"
    assert isinstance(found, dict)
    return found


def shown(row: dict[str, Any], names: str) -> list[Any]:
    return [row[name] for name in names.split()]


def ten_months_later(run: Bench) -> None:
    run.clock.pass_(days=300)
    run("orders", "sync").ok()


def test_later_orders_without_a_code_belong_to_the_customers_won_all_the_same(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run.clock.pass_(days=20)
    mia.sell(customer="ann@post.example", lines=goods(mia, "40.00"))
    run.clock.pass_(days=20)
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "50.00"))
    mia.sell(customer="zoe@post.example", lines=goods(mia, "70.00"))  # nobody's
    ten_months_later(run)
    (row,) = rows(run)
    assert shown(row, "store currency influencer customers_won orders net_sales") == [
        "maya-shop",
        "USD",
        "mia",
        1,
        3,
        "175.00",
    ]
    assert shown(row, "again_30 again_60 again_90 again_180") == [1, 2, 2, 2]
    assert shown(row, "net_30 net_60 net_90 net_180") == ["40.00", "85.00", "85.00", "85.00"]
    assert shown(row, "gifts commission profit") == ["0.00", "13.50", "161.50"]


def test_what_a_plain_order_came_to_is_read_once_and_again_when_it_changes(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    later = mia.sell(customer="ann@post.example", lines=goods(mia, "30.00", "10.00"))
    run("orders", "sync").ok()
    before = len(mia.calls)
    run("orders", "sync").ok()
    assert not [query for query in orders_asked(mia, before) if "ids=" in query]
    run.clock.pass_(minutes=1)
    mia.refund(later["id"], [(later["line_items"][1]["id"], 1)])
    ten_months_later(run)
    (row,) = rows(run)
    assert shown(row, "again_30 net_30 net_sales") == [1, "30.00", "120.00"]


def test_nothing_is_asked_of_the_store(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", customer="ann@post.example")
    run("orders", "sync").ok()
    asked = len(run.wire.sent)
    assert rows(run)
    assert len(run.wire.sent) == asked


def test_somebody_who_bought_before_is_not_won_and_a_cancelled_first_order_wins_nobody(
    run: Bench, mia: PracticeStore
) -> None:
    mia.sell(customer="old@post.example", lines=goods(mia, "10.00"))
    run.clock.pass_(days=1)
    mia.sell("MIA10", customer="old@post.example", lines=goods(mia, "100.00"))
    gone = mia.sell("MIA10", customer="gone@post.example", lines=goods(mia, "100.00"))
    mia.cancel(gone["id"])
    run("orders", "sync").ok()
    assert rows(run) == []
    assert "No customer of maya-shop was won by an influencer, and no gift was sent." in run("influencers", "worth").err


def test_a_page_tells_of_open_windows_in_its_own_language_alone(run: Bench, mia: PracticeStore, tmp_path: Path) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run("orders", "sync").ok()
    page = tmp_path / "worth.html"
    ran = run("influencers", "worth", "--language", "de", "-o", str(page)).ok()
    text = page.read_text(encoding="utf-8")
    assert "Not passed yet for everybody" in ran.err
    assert "Not passed yet" not in text
    assert "--by month" not in text
    assert "Ein Strich steht, wo diese Zeit noch nicht für alle vergangen ist." in text


def test_a_page_leaves_out_the_columns_whose_time_has_passed_in_no_row(
    run: Bench, mia: PracticeStore, tmp_path: Path
) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run.clock.pass_(days=40)
    run("orders", "sync").ok()
    page = tmp_path / "worth.html"

    def table() -> str:
        run("influencers", "worth", "-o", str(page)).ok()
        return page.read_text(encoding="utf-8").partition('id="influencer-')[2]

    left = table()
    assert "Orders within 30 days" in left
    assert "Orders within 60 days" not in left
    assert "Net sales within 180 days" not in left
    said = "The columns for 60, 90 and 180 days are left out: in no row has that time passed for everybody."
    assert said in left
    ten_months_later(run)
    whole = table()
    assert "Orders within 180 days" in whole
    assert "are left out" not in whole


def test_a_page_of_stores_with_clocks_of_their_own_says_when_it_was_made_in_utc(
    run: Bench, mia: PracticeStore, tmp_path: Path
) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run("orders", "sync").ok()
    page = tmp_path / "worth.html"
    run("influencers", "worth", "-o", str(page)).ok()
    assert " UTC" not in page.read_text(encoding="utf-8")
    run.connect(run.open(handle="tokyo", timezone="Asia/Tokyo")).ok()
    run("orders", "sync", "--all-stores").ok()
    run("influencers", "worth", "--all-stores", "-o", str(page)).ok()
    assert re.search(r"made \d+ \w+ 2026, \d\d:\d\d UTC\s*</p>", page.read_text(encoding="utf-8"))


def test_orders_that_are_not_paid_yet_and_buyers_without_a_name_are_said(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    mia.sell(customer="ann@post.example", lines=goods(mia, "20.00"), financial_status="pending")
    mia.sell("MIA10", customer=False, lines=goods(mia, "60.00"))  # at the counter
    run("orders", "sync").ok()
    found = answer(run)
    assert shown(found["rows"][0], "customers_won orders net_sales") == [1, 1, "90.00"]
    assert "1 order is not paid yet, and in no row until then." in found["notes"]
    assert any("1 order with a code tells no customer and no e-mail" in note for note in found["notes"])


def test_of_codes_that_are_known_only_later_their_customers_later_orders_are_read_too(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    shop.add_rule("LEO10", rule_id=501)
    shop.codes["LEO10"] = 501
    shop.sell("LEO10", customer="ann@post.example", lines=goods(shop, "100.00"))
    shop.sell(customer="ann@post.example", lines=goods(shop, "30.00"))
    run("orders", "sync").ok()
    sheet = tmp_path / "former.csv"
    sheet.write_text("code,influencer\nLEO10,leo\n")
    run("discounts", "import", str(sheet)).ok()
    ten_months_later(run)
    assert shown(rows(run)[0], "influencer customers_won net_30") == ["leo", 1, "30.00"]


def test_of_customers_who_turn_out_to_be_won_in_older_orders_the_later_ones_are_read_too(
    run: Bench, mia: PracticeStore
) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run.clock.pass_(days=60)
    mia.sell(customer="ann@post.example", lines=goods(mia, "40.00"))
    run("orders", "sync", "--since", "2027-01-01").ok()
    run("orders", "sync", "--since", "2026-11-01").ok()
    (row,) = rows(run)
    assert shown(row, "customers_won orders net_sales") == [1, 2, "130.00"]


def test_before_a_sync_has_read_it_a_later_order_leaves_its_sums_open(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    later = mia.sell(customer="ann@post.example", lines=goods(mia, "30.00"))
    ten_months_later(run)
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:  # as a ledger of an older version has it
        db.exec_driver_sql(f"DELETE FROM order_facts WHERE order_id = {later['id']}")
        db.exec_driver_sql("DELETE FROM syncs WHERE what = 'repeats'")
    found = answer(run)
    assert shown(found["rows"][0], "again_30 net_30 net_sales profit") == [1, None, None, None]
    assert any("was not read" in note for note in found["notes"])
    run("orders", "sync").ok()
    assert shown(rows(run)[0], "again_30 net_30") == [1, "30.00"]


def test_influencers_that_are_one_person_are_one_row_and_a_forgotten_one_keeps_an_opaque_id(
    run: Bench, mia: PracticeStore
) -> None:
    make_code(run, "MIAX", "mia.x")
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    mia.sell("MIAX", customer="bob@post.example", lines=goods(mia, "50.00"))
    run("orders", "sync").ok()
    assert {row["influencer"] for row in rows(run)} == {"mia", "mia.x"}
    run("influencers", "merge", "mia.x", "mia", "--yes").ok()
    assert [shown(row, "influencer customers_won net_sales") for row in rows(run)] == [["mia", 2, "135.00"]]
    run("influencers", "forget", "mia", "--yes").ok()
    (row,) = rows(run)
    assert row["influencer"] != "mia"
    assert shown(row, "customers_won net_sales") == [2, "135.00"]


def test_a_period_a_campaign_and_an_influencer_narrow_it(run: Bench, mia: PracticeStore) -> None:
    make_code(run, "LEO10", "leo", campaign="winter")
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run.clock.pass_(days=31)
    mia.sell("LEO10", customer="bob@post.example", lines=goods(mia, "50.00"))
    run("orders", "sync").ok()
    assert [shown(row, "month customers_won") for row in rows(run, "--by", "month")] == [
        ["2026-11", 1],
        ["2026-12", 1],
    ]
    assert [row["campaign"] for row in rows(run, "--by", "campaign")] == ["q4", "winter"]
    assert [row["influencer"] for row in rows(run, "--period", "2026-12")] == ["leo"]
    assert [row["influencer"] for row in rows(run, "--influencer", "mia")] == ["mia"]
    refused = run("influencers", "worth", "--influencer", "miaa")
    assert refused.code == 3
    assert "Did you mean" in refused.err


def test_a_period_looks_up_the_buyers_of_its_own_orders_alone(
    run: Bench, mia: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    mia.sell("MIA10", customer="zoe@post.example", lines=goods(mia, "100.00"))
    run.clock.pass_(days=60)
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "50.00"))  # won before
    mia.sell("MIA10", customer="ben@post.example", lines=goods(mia, "40.00"))
    run("orders", "sync").ok()
    looked_up: list[int] = []
    of_buyers = Orders.of_buyers

    def counting(self: Orders, shop_id: int, of: Iterable[Purchase]) -> list[Purchase]:
        of = list(of)
        looked_up.append(len(of))
        return of_buyers(self, shop_id, of)

    monkeypatch.setattr(Orders, "of_buyers", counting)
    (row,) = rows(run, "--from", "2027-01-01")
    assert shown(row, "customers_won orders net_sales") == [1, 1, "36.00"]
    assert looked_up == [2]


def test_stores_of_several_currencies_are_never_added_up(run: Bench, mia: PracticeStore) -> None:
    tokyo = run.open(handle="tokyo", currency="JPY", timezone="Asia/Tokyo", taxes_included=True)
    run.connect(tokyo).ok()
    make_code_in = ("discounts", "create", "-s", "tokyo", "--campaign", "q4", "--influencer", "mia", "--code", "MIA10")
    run(*make_code_in, "--percent", "10", "--commission", "10%", "--yes").ok()
    run.clock.pass_(hours=1)
    tokyo.sell("MIA10", customer="ann@post.example", lines=goods(tokyo, "11000"), tax_rate="0.10")
    tokyo.sell(customer="ann@post.example", lines=goods(tokyo, "2200"), tax_rate="0.10")
    mia.sell("MIA10", customer="ann@post.example", lines=goods(mia, "100.00"))
    run("orders", "sync", "--all-stores").ok()
    run.clock.pass_(days=40)
    run("orders", "sync", "--all-stores").ok()
    found = answer(run, "--all-stores")
    assert [shown(row, "store currency net_sales net_30") for row in found["rows"]] == [
        ["maya-shop", "USD", "90.00", "0.00"],
        ["tokyo", "JPY", "11000", "2000"],
    ]


def test_a_store_that_was_never_read_is_told_what_to_do(run: Bench, shop: PracticeStore) -> None:
    never = run("influencers", "worth")
    assert never.code == 3
    assert "shopinf orders sync -s maya-shop" in never.err


def test_tiers_count_all_orders_of_their_month(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA10", "mia", "--percent", "10")
    run("rates", "set", "--influencer", "mia", "--rate", "10%, from 100 20%", "--from", "2026-01-01").ok()
    run.clock.pass_(hours=1)
    shop.sell(customer="old@post.example", lines=goods(shop, "1.00"))
    run.clock.pass_(hours=1)
    shop.sell("MIA10", customer="old@post.example", lines=goods(shop, "100.00"))  # 90.00 of the first tier
    run.clock.pass_(hours=1)
    shop.sell("MIA10", customer="ann@post.example", lines=goods(shop, "100.00"))  # 10.00 at 10 %, 80.00 at 20 %
    run("orders", "sync").ok()
    assert shown(rows(run)[0], "customers_won net_sales commission") == [1, "90.00", "17.00"]
