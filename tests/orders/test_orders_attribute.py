"""The report itself: rows, columns, formats, periods, stores, and what is said beside the figures."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import goods, make_code

pytestmark = pytest.mark.both_engines

GROUPED = (
    "orders gross_sales discounts included_tax returns net_sales commission new_customers returning_customers "
    "average_order_value first_order_at last_order_at"
).split()
ORDER_COLUMNS = (
    "store order_id order_name processed_at influencer code method campaign currency gross_sales discounts "
    "included_tax returns net_sales commission customer_type status reasons other_codes"
).split()


@pytest.fixture
def sold(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store that sold with the codes of two influencers in two campaigns, over some weeks."""

    def sell() -> None:
        make_code(run, "MIA10", "mia")
        make_code(run, "LEO5", "leo", "--percent", "5", campaign="summer")
        for day, code, price in (
            ("2026-10-05", "MIA10", "50.00"),
            ("2026-11-02", "MIA10", "100.00"),
            ("2026-11-09", "mia10", "60.00"),
            ("2026-11-20", "LEO5", "200.00"),
        ):
            shop.sell(code, lines=goods(shop, price), at=f"{day}T10:00:00-05:00", force=True)

    run.once("two influencers' sales over some weeks", sell)
    return shop


def attribute(run: Bench, *more: str, period: str = "2026-11") -> str:
    return run("orders", "attribute", "--period", period, *more).ok().out


@pytest.mark.parametrize(
    ("by", "group"),
    [
        ("influencer", ["influencer"]),
        ("code", ["code", "influencer", "campaign"]),
        ("campaign", ["campaign"]),
        ("store", []),
        ("day", ["day"]),
        ("week", ["week"]),
        ("month", ["month"]),
    ],
)
def test_the_columns_of_each_grouping(run: Bench, sold: PracticeStore, by: str, group: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(attribute(run, "--by", by, "-f", "csv"))))
    assert rows[0] == ["store", "currency", *group, *GROUPED]
    found = json.loads(attribute(run, "--by", by, "-f", "json"))
    assert list(found["rows"][0]) == rows[0]
    net = sum(Decimal(row["net_sales"]) for row in found["rows"])
    assert str(net) == found["totals"][0]["net_sales"] == "334.00"


def test_the_columns_by_order(run: Bench, sold: PracticeStore) -> None:
    lines = attribute(run, "--by", "order", "-f", "csv").splitlines()
    assert lines[0].split(",") == ORDER_COLUMNS
    assert len(lines) == 4
    bare = [json.loads(line) for line in attribute(run, "--by", "order", "-f", "jsonl").splitlines()]
    assert [list(row) for row in bare] == [ORDER_COLUMNS] * 3
    assert bare[0]["processed_at"] == "2026-11-02T10:00:00-05:00"


def test_the_json_has_everything_a_program_asks_for(run: Bench, sold: PracticeStore) -> None:
    found = json.loads(attribute(run, "-f", "json"))
    assert list(found) == [
        "schema",
        "period",
        "stores",
        "rows",
        "totals",
        "excluded",
        "truncated",
        "notes",
        "failures",
    ]
    assert found["schema"] == "shopinf.attribution/1"
    assert found["period"] == {
        "from": "2026-11-01",
        "to": "2026-11-30",
        "timezone": "America/New_York",
        "date_basis": "order",
        "provisional": True,
    }
    assert [store["store"] for store in found["stores"]] == ["maya-shop"]
    assert found["totals"][0]["currency"] == "USD"
    assert found["excluded"] == {"test": 0, "gift": 0, "gift_card_only": 0, "pending": 0, "needs_review": 0}
    assert found["truncated"] is False
    (leo, mia) = found["rows"]
    assert (leo["influencer"], leo["net_sales"], leo["average_order_value"]) == ("leo", "190.00", "190.00")
    assert (mia["orders"], mia["first_order_at"]) == (2, "2026-11-02T10:00:00-05:00")


def test_a_table_in_a_narrow_pipe_is_neither_cut_nor_wrapped(run: Bench, sold: PracticeStore) -> None:
    run.environ["COLUMNS"] = "40"
    lines = attribute(run, "--wide").splitlines()
    assert len(lines) == 5  # titles, two rows, a rule, the total
    assert len(lines[1]) > 150
    assert lines[0].startswith("store      currency  influencer")
    assert lines[-1].startswith("total")
    assert "334.00" in lines[-1]


def test_a_table_shows_the_figures_that_answer_and_others_when_asked(run: Bench, sold: PracticeStore) -> None:
    titles = " ".join(attribute(run).splitlines()[0].split())
    assert titles == "influencer orders returns net sales commission new customers"
    chosen = attribute(run, "--columns", "net_sales,influencer", "-f", "csv").splitlines()
    assert chosen == ["net_sales,influencer", "190.00,leo", "144.00,mia"]
    assert run("orders", "attribute", "--period", "2026-11", "--columns", "nett").code == 2


@pytest.mark.slow
def test_the_figures_add_up_in_every_row_and_total(run: Bench) -> None:
    shop = run.open(orders=600, customers=90, throttle=False, taxes_included=True)
    run.connect(shop).ok()
    make_code(run, "MIA10", "mia")
    make_code(run, "LEO", "leo", "--amount", "7.77", "--commission", "3.33")
    shop.simulate_sales(days=30, orders=150)
    for by in ("influencer", "order", "day"):
        for basis in ("order", "event"):
            found = run("orders", "attribute", "--period", "last-30-days", "--by", by, "--date", basis, "-f", "json")
            for row in (*found.ok().json["rows"], *found.json["totals"]):
                money = {name: Decimal(row[name]) for name in GROUPED[1:6]}
                net = money["gross_sales"] - money["discounts"] - money["included_tax"] - money["returns"]
                assert net == money["net_sales"]
    both = [
        run("orders", "attribute", "--from", "2020-01-01", "--date", basis, "-f", "json", "--no-sync").ok().json
        for basis in ("order", "event")
    ]
    for name in ("orders", "net_sales", "commission"):
        assert both[0]["totals"][0][name] == both[1]["totals"][0][name]


def test_only_the_campaigns_and_influencers_asked_for_are_shown(run: Bench, sold: PracticeStore) -> None:
    assert [r["influencer"] for r in json.loads(attribute(run, "--campaign", "Q4", "-f", "json"))["rows"]] == ["mia"]
    rows = json.loads(attribute(run, "--influencer", "@Leo", "--by", "code", "-f", "json"))["rows"]
    assert [row["code"] for row in rows] == ["LEO5"]


@pytest.mark.parametrize(("option", "name"), [("--campaign", "q5"), ("--influencer", "nobody")])
def test_an_unknown_campaign_or_influencer_is_not_found(
    run: Bench, sold: PracticeStore, option: str, name: str
) -> None:
    ran = run("orders", "attribute", "--period", "2026-11", option, name)
    assert (ran.code, ran.out) == (3, "")
    assert name in ran.err


def test_those_who_sold_nothing_are_shown_on_request(run: Bench, sold: PracticeStore) -> None:
    make_code(run, "ZOE", "zoe")
    names = [row["influencer"] for row in json.loads(attribute(run, "--include-zero", "-f", "json"))["rows"]]
    assert sorted(names) == ["leo", "mia", "zoe"]


def test_a_code_made_by_number_is_nobodys(run: Bench, sold: PracticeStore) -> None:
    terms = ("--percent", "10", "--pattern", "POP{n}", "--yes")
    run("discounts", "create", "--campaign", "popup", "--count", "2", *terms).ok()
    sold.sell("POP1", lines=goods(sold, "100.00"))
    found = json.loads(attribute(run, "--campaign", "popup", "--by", "code", "-f", "json"))
    assert [(row["code"], row["influencer"], row["net_sales"]) for row in found["rows"]] == [("POP1", None, "90.00")]


def test_a_clients_copy_leaves_out_commission_and_reasons(run: Bench, sold: PracticeStore) -> None:
    for by in ("influencer", "order"):
        ran = run("orders", "attribute", "--period", "2026-11", "--by", by, "--for", "client", "-f", "json").ok()
        assert "commission" not in ran.out
        assert "reasons" not in ran.out
        assert ran.json["totals"][0]["net_sales"] == "334.00"


def test_compared_with_the_period_before(run: Bench, sold: PracticeStore) -> None:
    found = json.loads(attribute(run, "--compare", "previous", "-f", "json"))
    leo, mia = found["rows"]
    assert (mia["previous_orders"], mia["previous_net_sales"], mia["change_pct"]) == (1, "45.00", "220.0")
    assert (leo["previous_orders"], leo["previous_net_sales"], leo["change_pct"]) == (0, "0.00", None)
    assert found["previous"]["period"] == {"from": "2026-10-01", "to": "2026-10-31"}
    assert any("Net sales 334.00 USD, in the period before 45.00 (+642.2 %)" in note for note in found["notes"])


def test_the_ledger_alone_is_enough_afterwards(run: Bench, sold: PracticeStore) -> None:
    first = json.loads(attribute(run, "-f", "json"))
    run.wire.stores.clear()
    run.keyring.entries.clear()
    sent = len(run.wire.sent)
    assert json.loads(attribute(run, "--no-sync", "-f", "json"))["rows"] == first["rows"]
    assert len(run.wire.sent) == sent


def test_without_a_sync_there_must_have_been_one(run: Bench, sold: PracticeStore) -> None:
    ran = run("orders", "attribute", "--period", "2026-11", "--no-sync")
    assert ran.code == 3
    assert "never read" in ran.err


def test_codes_imported_later_find_the_orders_read_before(run: Bench, shop: PracticeStore) -> None:
    rule = shop.add_rule("old programme")
    shop.codes.make("OLD10", rule["id"])
    shop.sell("OLD10", lines=goods(shop, "100.00"))
    assert attribute(run) == ""
    make_code(run, "NEW", "mia")
    with closing(run.ledger()) as ledger:
        assert len(ledger.orders.with_codes(shop.id, ["old10"])) == 1


def test_a_period_beyond_what_shopify_shows_is_marked(run: Bench) -> None:
    shop = run.open(orders=300, customers=50, throttle=False)
    run.connect(shop).ok()
    shop.scopes.discard("read_all_orders")
    ran = run("orders", "attribute", "--period", "2026", "-f", "json").ok()
    assert ran.json["truncated"] is True
    assert "only orders since 2026-09-23 can be seen" in ran.json["notes"][0]
    ran = run("orders", "attribute", "--period", "2026-11", "-f", "json").ok()
    assert ran.json["truncated"] is False


def test_a_period_that_is_over_is_not_provisional(run: Bench, sold: PracticeStore) -> None:
    found = json.loads(attribute(run, "-f", "json", period="2026-10"))
    assert found["period"]["provisional"] is False
    assert not any("provisional" in note for note in found["notes"])


def test_several_stores_are_attributed_together_and_currencies_never_added(run: Bench, sold: PracticeStore) -> None:
    other = run.open(handle="nordlicht", seed=9, currency="EUR", timezone="Europe/Berlin")
    run.connect(other).ok()
    run(
        "discounts",
        "create",
        "-s",
        "nordlicht",
        "--campaign",
        "q4",
        "--influencer",
        "mia",
        "--code",
        "MIA10",
        "--percent",
        "10",
    ).ok()
    other.sell("MIA10", lines=goods(other, "100.00"))
    found = json.loads(attribute(run, "--all-stores", "-f", "json"))
    assert [(t["currency"], t["net_sales"]) for t in found["totals"]] == [("EUR", "90.00"), ("USD", "334.00")]
    assert found["period"]["timezone"] is None
    assert {(row["store"], row["influencer"]) for row in found["rows"]} == {
        ("maya-shop", "mia"),
        ("maya-shop", "leo"),
        ("nordlicht", "mia"),
    }


def test_one_store_that_fails_leaves_the_rest_of_the_report(run: Bench, sold: PracticeStore) -> None:
    other = run.open(handle="nordlicht", seed=9)
    run.connect(other).ok()
    other.faults.frozen = True
    ran = run("orders", "attribute", "--period", "2026-11", "--all-stores", "-f", "json")
    assert ran.code == 7
    assert ran.json["totals"][0]["net_sales"] == "334.00"
    assert [(f["store"], f["code"]) for f in ran.json["failures"]] == [("nordlicht", 5)]


def test_stores_that_all_fail_alike_give_that_code(run: Bench, sold: PracticeStore) -> None:
    other = run.open(handle="nordlicht", seed=9)
    run.connect(other).ok()
    sold.faults.frozen = other.faults.frozen = True
    ran = run("orders", "attribute", "--period", "2026-11", "--all-stores", "-f", "json")
    assert (ran.code, ran.out) == (5, "")


def test_a_month_that_is_another_one_elsewhere_is_refused_with_the_stores(run: Bench, sold: PracticeStore) -> None:
    other = run.open(handle="tanuki-tea", seed=9, currency="JPY", timezone="Asia/Tokyo")
    run.connect(other).ok()
    run.clock.pass_(days=8, hours=8)  # 30 November in New York, 1 December in Tokyo
    ran = run("orders", "attribute", "--period", "this-month", "--all-stores")
    assert (ran.code, ran.out) == (2, "")
    assert "maya-shop" in ran.err
    assert "tanuki-tea" in ran.err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--period", "someday"],
        ["--from", "2026-11-31"],
        ["--to", "2026-11-30"],
        [],
        ["--period", "2026-11", "--from", "2026-11-01"],
        ["--period", "2026-11", "--commission", "10"],
        ["--period", "2026-11", "--by", "moon"],
        ["--period", "2026-11", "-f", "xml"],
    ],
)
def test_wrong_usage_is_refused_before_anything_is_read(run: Bench, sold: PracticeStore, wrong: list[str]) -> None:
    before = len(sold.calls)
    ran = run("orders", "attribute", *wrong)
    assert (ran.code, ran.out) == (2, "")
    assert len(sold.calls) == before


def test_a_file_is_named_by_period_and_store(run: Bench, sold: PracticeStore, tmp_path: Path) -> None:
    run("orders", "attribute", "--period", "last-month", "-o", str(tmp_path / "{store}-{period}.csv")).ok()
    assert (tmp_path / "maya-shop-2026-10.csv").read_text().startswith("store,currency,influencer")


def test_a_dangerous_campaign_name_runs_nowhere(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA10", "mia", campaign="=HYPERLINK(1)")
    shop.sell("MIA10", lines=goods(shop, "100.00"))
    assert "'=HYPERLINK(1)" in attribute(run, "--by", "campaign", "-f", "csv")
