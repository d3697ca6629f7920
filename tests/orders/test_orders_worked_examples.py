"""The worked examples of attribution, from a sale in the store to the row of the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import goods, make_code, variant


def report(run: Bench, *more: str) -> dict[str, Any]:
    """The report over the present month, as JSON."""
    period = () if "--period" in more else ("--period", "this-month")
    found = run("orders", "attribute", *period, *more, "-f", "json").ok().json
    assert isinstance(found, dict)
    return found


def figures(run: Bench, *more: str) -> dict[str, str]:
    """Money and orders of the only row."""
    (row,) = report(run, *more)["rows"]
    return {name: row[name] for name in ("orders", "discounts", "returns", "net_sales", "commission")}


def by_influencer(run: Bench, *more: str) -> dict[str, tuple[str, str]]:
    """Net sales and commission of each."""
    return {row["influencer"]: (row["net_sales"], row["commission"]) for row in report(run, *more)["rows"]}


@pytest.fixture
def mia(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store where Mia has a code for 10 % that earns 10 %."""

    def make() -> None:
        make_code(run, "MIA10", "mia")
        run.clock.pass_(hours=1)

    run.once("Mia's code", make)
    return shop


def test_a_plain_order_earns_on_what_was_paid_for_the_goods(run: Bench, mia: PracticeStore) -> None:
    mia.sell("mia10", lines=goods(mia, "60.00", "40.00"))
    (row,) = report(run)["rows"]
    assert row["gross_sales"] == "100.00"
    assert row["included_tax"] == "0.00"
    assert figures(run) == {
        "orders": 1,
        "discounts": "10.00",
        "returns": "0.00",
        "net_sales": "90.00",
        "commission": "9.00",
    }


@pytest.mark.parametrize(
    ("refund", "returns", "net", "commission"),
    [
        ({"lines": 1}, "36.00", "54.00", "5.40"),
        ({"discrepancy": "-10.00"}, "10.00", "80.00", "8.00"),
        ({"lines": 1, "discrepancy": "6.00"}, "30.00", "60.00", "6.00"),
        ({"shipping": True}, "0.00", "90.00", "9.00"),
    ],
    ids=["a line", "goodwill", "a part withheld", "only shipping"],
)
def test_what_a_refund_takes_away(
    run: Bench, mia: PracticeStore, refund: dict[str, Any], returns: str, net: str, commission: str
) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    report(run)
    run.clock.pass_(days=1)
    lines = [(order["line_items"][1]["id"], 1)] if refund.pop("lines", 0) else []
    mia.refund(order["id"], lines, **refund)
    found = figures(run)
    assert (found["returns"], found["net_sales"], found["commission"]) == (returns, net, commission)


@pytest.mark.parametrize(
    ("refund", "net"),
    [
        ({"lines": 1}, "54.00"),
        ({"lines": 1, "discrepancy": "6.00"}, "60.00"),
        ({"discrepancy": "-29.16"}, "60.84"),
    ],
    ids=["a line", "a part withheld", "goodwill"],
)
def test_a_refund_on_its_way_counts_from_its_first_day_and_the_same_once_it_has_arrived(
    run: Bench, mia: PracticeStore, refund: dict[str, Any], net: str
) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    run.clock.pass_(days=1)
    lines = [(order["line_items"][1]["id"], 1)] if refund.pop("lines", 0) else []
    mia.refund(order["id"], lines, sent="pending", **refund)
    first = report(run, "--date", "event", "--by", "day")["rows"]
    assert figures(run)["net_sales"] == net
    run.clock.pass_(days=3)
    mia.settle_refunds(order["id"])
    assert figures(run)["net_sales"] == net
    assert report(run, "--date", "event", "--by", "day")["rows"] == first


def test_a_refund_on_its_way_over_the_end_of_a_month_is_deducted_once(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    run.clock.pass_(days=7)
    mia.refund(order["id"], [(order["line_items"][1]["id"], 1)], sent="pending")
    run.clock.pass_(days=7)  # in December
    mia.settle_refunds(order["id"])
    assert by_influencer(run, "--period", "2026-11", "--date", "event") == {"mia": ("54.00", "5.40")}
    assert by_influencer(run, "--period", "2026-12", "--date", "event") == {}


def test_goods_restocked_without_money_are_not_earned(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    mug = [(order["line_items"][1]["id"], 1)]
    mia.refund(order["id"], mug, paid=False)
    (row,) = report(run, "--by", "order")["rows"]
    assert (row["net_sales"], row["status"]) == ("54.00", "approved")
    assert "restocked without a refund" in row["reasons"]
    mia.refund(order["id"], amount="38.59")  # its money, later
    assert figures(run)["net_sales"] == "54.00"


@pytest.mark.parametrize("price", ["36.00", "20.00", "90.00"])
def test_what_goods_were_exchanged_for_is_not_earned(run: Bench, mia: PracticeStore, price: str) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    mia.exchange(order["id"], [(order["line_items"][1]["id"], 1)], [(variant(mia), 1, price)])
    (row,) = report(run, "--by", "order")["rows"]
    assert (row["net_sales"], row["status"]) == ("54.00", "approved")


def test_a_refund_that_failed_is_looked_at_where_its_goods_are_gone(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    mia.refund(order["id"], [(order["line_items"][1]["id"], 1)], sent="failure")
    (row,) = report(run, "--by", "order")["rows"]
    assert row["status"] == "needs_review"
    assert "its money failed to arrive" in run("orders", "explain", str(order["id"])).ok().out


def test_by_event_a_refund_counts_on_its_own_day(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "60.00", "40.00"))
    run.clock.pass_(days=14)  # in December
    mia.refund(order["id"], [(order["line_items"][1]["id"], 1)])
    assert by_influencer(run, "--period", "2026-11", "--date", "event") == {"mia": ("90.00", "9.00")}
    assert by_influencer(run, "--period", "2026-12", "--date", "event") == {"mia": ("-36.00", "-3.60")}
    assert by_influencer(run, "--period", "2026-11") == {"mia": ("54.00", "5.40")}
    assert by_influencer(run, "--period", "2026-12") == {}


def test_two_influencers_codes_are_never_paid_twice(run: Bench, mia: PracticeStore) -> None:
    make_code(run, "LEO5", "leo", "--percent", "5", "--commission", "20%")
    mia.sell(["MIA10", "LEO5"], lines=goods(mia, "100.00"))
    assert by_influencer(run) == {"mia": ("85.00", "8.50")}
    assert by_influencer(run, "--multi-code", "split") == {"mia": ("56.67", "5.67"), "leo": ("28.33", "5.67")}
    found = report(run, "--multi-code", "split")
    assert [row["orders"] for row in found["rows"]] == [1, 1]
    assert found["totals"][0]["orders"] == 1
    (row,) = report(run, "--by", "order")["rows"]
    assert row["other_codes"] == ["LEO5"]


def test_other_discounts_do_not_block_attribution(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", lines=goods(mia, "100.00"), automatic=[("Summer", 20)])
    assert by_influencer(run) == {"mia": ("72.00", "7.20")}


def test_a_free_shipping_code_is_attributed_all_the_same(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIASHIP", "mia", "--free-shipping", "--commission", "10%")
    shop.sell("MIASHIP", lines=goods(shop, "100.00"))
    assert figures(run)["discounts"] == "0.00"
    assert by_influencer(run) == {"mia": ("100.00", "10.00")}


def test_the_title_of_a_manual_discount_is_no_code(run: Bench, mia: PracticeStore) -> None:
    mia.sell(lines=goods(mia, "100.00"), manual=[("MIA10", 10)])
    assert report(run)["rows"] == []


def test_gifts_are_excluded_by_what_they_are(run: Bench, mia: PracticeStore) -> None:
    gift = [("Upfluence_creator_compensation", 100)]
    mia.sell(lines=goods(mia, "100.00"), manual=gift, source_name="shopify_draft_order")
    make_code(run, "ALL100", "leo", "--percent", "100", "--commission", "10%")
    mia.sell("ALL100", lines=goods(mia, "50.00"))
    found = report(run)
    assert found["excluded"]["gift"] == 1
    assert [(row["influencer"], row["orders"], row["net_sales"]) for row in found["rows"]] == [("leo", 1, "0.00")]


def test_a_cancelled_order_earns_nothing_also_when_nothing_was_refunded(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "100.00"))
    mia.cancel(order["id"], refund=False)
    (row,) = report(run, "--by", "order")["rows"]
    assert (row["status"], row["net_sales"], row["commission"]) == ("reversed", "0.00", "0.00")
    (row,) = report(run)["rows"]
    assert (row["orders"], row["net_sales"], row["commission"]) == (0, "0.00", "0.00")


def test_test_orders_are_counted_beside_the_rows(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", test=True)
    found = report(run)
    assert found["rows"] == []
    assert found["excluded"]["test"] == 1
    assert any("1 test" in note for note in found["notes"])


def test_an_order_not_paid_yet_is_pending_until_it_is(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=goods(mia, "100.00"), financial_status="pending")
    found = report(run)
    assert (found["rows"], found["excluded"]["pending"]) == ([], 1)
    assert by_influencer(run, "--include-pending") == {"mia": ("90.00", "9.00")}
    run.clock.pass_(hours=1)
    mia.pay(order["id"])
    assert by_influencer(run) == {"mia": ("90.00", "9.00")}


def test_everything_is_in_the_shops_currency(run: Bench) -> None:
    shop = run.open(currency="EUR", timezone="Europe/Berlin")
    run.connect(shop).ok()
    make_code(run, "MIA10", "mia")
    order = shop.sell("MIA10", lines=goods(shop, "60.00", "40.00"), presentment="USD", currency_rate="1.10")
    shop.refund(order["id"], [(order["line_items"][1]["id"], 1)])
    (row,) = report(run)["rows"]
    assert (row["currency"], row["net_sales"], row["commission"]) == ("EUR", "54.00", "5.40")


def test_a_currency_without_decimals_is_written_without(run: Bench) -> None:
    shop = run.open(currency="JPY", timezone="Asia/Tokyo")
    run.connect(shop).ok()
    make_code(run, "MIA10", "mia")
    shop.sell("MIA10", lines=goods(shop, "1005"))
    assert by_influencer(run) == {"mia": ("904", "90")} or by_influencer(run) == {"mia": ("905", "91")}


def test_new_is_who_had_no_order_before_not_who_has_few_today(run: Bench, mia: PracticeStore) -> None:
    buyer = mia.add_customer("ann@example.com")
    mia.sell(customer=buyer, at="2026-10-01T12:00:00-04:00")  # without any code
    mia.sell("MIA10", customer=buyer, lines=goods(mia, "80.00"))
    mia.sell("MIA10", customer="new@example.com", lines=goods(mia, "100.00"))
    mia.sell("MIA10", customer="new@example.com", lines=goods(mia, "100.00"))
    (row,) = report(run)["rows"]
    assert (row["orders"], row["new_customers"], row["returning_customers"]) == (3, 1, 1)
    kinds = [row["customer_type"] for row in report(run, "--by", "order")["rows"]]
    assert kinds == ["returning", "new", "returning"]


def test_tax_inside_the_prices_earns_nothing(run: Bench) -> None:
    shop = run.open(currency="EUR", timezone="Europe/Paris", taxes_included=True, tax_rate="0.2")
    run.connect(shop).ok()
    make_code(run, "MIA10", "mia")
    order = shop.sell("MIA10", lines=[(variant(shop), 2, "60.00")])
    (row,) = report(run)["rows"]
    assert (row["gross_sales"], row["discounts"], row["included_tax"]) == ("120.00", "12.00", "18.00")
    assert (row["net_sales"], row["commission"]) == ("90.00", "9.00")
    shop.refund(order["id"], [(order["line_items"][0]["id"], 1)])
    assert by_influencer(run) == {"mia": ("45.00", "4.50")}
    shop.sell("MIA10", lines=[(variant(shop), 2, "60.00")], tax_rate="0")
    assert by_influencer(run) == {"mia": ("153.00", "15.30")}


def test_an_influencer_who_buys_with_the_own_code_earns_nothing(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("influencer,email,code\nmia,mia@x.com,MIA10\n")
    terms = ("--percent", "10", "--commission", "10%", "--yes")
    run("discounts", "create", "--campaign", "q4", "--from", str(sheet), *terms).ok()
    shop.sell("MIA10", customer="Mia+shop@X.com", lines=goods(shop, "200.00"))
    found = report(run, "--by", "order")
    (row,) = found["rows"]
    assert (row["net_sales"], row["commission"]) == ("180.00", "0.00")
    assert "self_referral" in row["reasons"]
    said = "Bought by the influencers themselves, so it earns nothing: #1001."
    assert said in found["notes"]
    assert said not in report(run, "--by", "order", "--for", "client")["notes"]


def test_gift_cards_are_no_sale(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", lines=goods(mia, "50.00"), gift_card=True)
    assert by_influencer(run) == {"mia": ("45.00", "4.50")}


def test_what_an_edit_removed_is_not_earned_nor_what_it_added(run: Bench, mia: PracticeStore) -> None:
    order = mia.sell("MIA10", lines=[(variant(mia), 3, "30.00")])
    mia.edit(order["id"], remove=[(order["line_items"][0]["id"], 1)])
    assert by_influencer(run) == {"mia": ("54.00", "5.40")}
    run.clock.pass_(hours=1)
    mia.edit(order["id"], add=[(variant(mia), 1)])
    assert by_influencer(run) == {"mia": ("54.00", "5.40")}


def test_a_flat_commission_is_earned_whole_until_nothing_is_left(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA10", "mia", "--percent", "10", "--commission", "8.00")
    order = shop.sell("MIA10", lines=goods(shop, "60.00", "40.00"))
    shop.refund(order["id"], [(order["line_items"][1]["id"], 1)])
    assert by_influencer(run) == {"mia": ("54.00", "8.00")}
    run.clock.pass_(hours=1)
    shop.refund(order["id"], [(order["line_items"][0]["id"], 1)])
    assert by_influencer(run) == {"mia": ("0.00", "0.00")}


def test_a_day_is_a_day_of_the_shop(run: Bench) -> None:
    shop = run.open(currency="EUR", timezone="Europe/Berlin")
    run.connect(shop).ok()
    make_code(run, "MIA10", "mia")
    shop.sell("MIA10", lines=goods(shop, "100.00"), at="2026-07-01T00:30:00+02:00", force=True)
    assert by_influencer(run, "--period", "2026-07") == {"mia": ("90.00", "9.00")}
    assert by_influencer(run, "--period", "2026-06") == {}


def test_a_link_counts_only_when_asked_for_and_only_without_a_code(run: Bench, mia: PracticeStore) -> None:
    mia.sell(lines=goods(mia, "100.00"), landing_site="/discount/MIA10?redirect=%2F")
    assert by_influencer(run) == {}
    (row,) = report(run, "--links", "--by", "order")["rows"]
    assert (row["influencer"], row["method"], row["net_sales"]) == ("mia", "link", "100.00")
    make_code(run, "LEO5", "leo")
    mia.sell("LEO5", lines=goods(mia, "100.00"), landing_site="/discount/MIA10")
    assert by_influencer(run, "--links")["leo"] == ("90.00", "9.00")
    assert report(run, "--links")["totals"][0]["orders"] == 2


def test_the_first_visits_link_counts_or_the_last_ones(run: Bench, mia: PracticeStore) -> None:
    make_code(run, "LEO5", "leo")
    led = ("/discount/LEO5", "https://l.instagram.com/")
    mia.sell(lines=goods(mia, "100.00"), landing_site="/discount/MIA10", first_visit=led)
    assert by_influencer(run, "--links", "last") == by_influencer(run, "--links") == {"mia": ("100.00", "10.00")}
    assert {*by_influencer(run, "--links", "first")} == {"leo"}
    assert "'middle' is none of" in run("orders", "attribute", "--period", "today", "--links", "middle").err
    read = sum(call.path.endswith("graphql.json") for call in mia.calls)
    assert {*by_influencer(run, "--links", "first", "--no-sync")} == {"leo"}
    assert sum(call.path.endswith("graphql.json") for call in mia.calls) == read == 1


def test_where_the_first_visit_was_no_link_the_last_one_counts(run: Bench, mia: PracticeStore) -> None:
    mia.sell(lines=goods(mia, "100.00"), landing_site="/discount/MIA10", first_visit=("/", "https://www.google.com/"))
    letter = ("/?utm_source=newsletter&utm_content=may", "")
    mia.sell(lines=goods(mia, "100.00"), landing_site="/discount/MIA10", first_visit=letter)
    assert by_influencer(run, "--links", "first") == {"mia": ("200.00", "20.00")}
    mia.graph.fail("ACCESS_DENIED", times=100)
    mia.sell(lines=goods(mia, "100.00"), landing_site="/discount/MIA10")
    assert by_influencer(run, "--links", "first") == {"mia": ("300.00", "30.00")}


@pytest.mark.parametrize("message", ["", "Access denied for nodes field. Required access: `read_orders` access scope."])
def test_that_the_first_visits_are_not_told_is_said_for_the_last_ones_count(
    run: Bench, mia: PracticeStore, message: str
) -> None:
    led = ("/discount/LEO5", "https://l.instagram.com/")
    mia.sell(lines=goods(mia, "100.00"), landing_site="/discount/MIA10", first_visit=led)
    mia.graph.fail("ACCESS_DENIED", times=100, message=message)
    found = report(run, "--links", "first", "--compare", "previous")
    assert {row["influencer"] for row in found["rows"]} == {"mia"}
    (note,) = [each for each in found["notes"] if "reading the visits" in each]
    assert "So orders count by the link of the last visit where the first is not known." in note


def test_rows_are_rounded_and_totals_add_the_rounded_rows(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA", "mia", "--track-only", "--commission", "5%")
    for _ in range(3):
        shop.sell("MIA", lines=goods(shop, "10.05"))
    assert by_influencer(run) == {"mia": ("30.15", "1.50")}


def test_the_commission_option_is_only_for_rows_without_a_rate(run: Bench, mia: PracticeStore) -> None:
    make_code(run, "LEO5", "leo", "--percent", "5")
    mia.sell("LEO5", lines=goods(mia, "100.00"))
    mia.sell("MIA10", lines=goods(mia, "100.00"))
    found = report(run)
    assert {row["influencer"]: row["commission"] for row in found["rows"]} == {"leo": None, "mia": "9.00"}
    assert any("No commission rate for leo" in note for note in found["notes"])
    assert by_influencer(run, "--commission", "20%") == {"leo": ("95.00", "19.00"), "mia": ("90.00", "9.00")}


def test_a_link_with_the_agreed_mark_counts_like_one_with_the_code(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA10", "mia", "--percent", "10", "--commission", "10%", "--utm", "content=bio-link")
    shop.sell(lines=goods(shop, "100.00"), landing_site="/products/x?utm_source=ig&utm_content=Bio-Link")
    assert by_influencer(run) == {}
    assert by_influencer(run, "--links") == {"mia": ("100.00", "10.00")}


def test_a_renamed_code_keeps_the_orders_of_its_old_name(run: Bench, mia: PracticeStore) -> None:
    mia.sell("MIA10", lines=goods(mia, "100.00"))
    run.clock.pass_(days=1)
    run("discounts", "rename", "MIA10", "MIA15", "--yes").ok()
    mia.sell("MIA15", lines=goods(mia, "50.00"))
    assert by_influencer(run) == {"mia": ("135.00", "13.50")}
    assert report(run, "--by", "code")["rows"][0]["code"] == "MIA15"


def test_a_code_that_was_given_on_leaves_earlier_orders_with_its_former_owner(run: Bench, mia: PracticeStore) -> None:
    make_code(run, "LEO5", "leo")
    mia.sell("MIA10", lines=goods(mia, "100.00"))
    run.clock.pass_(days=2)
    run("discounts", "assign", "MIA10", "leo", "--from", "2026-11-24", "--yes").ok()
    mia.sell("MIA10", lines=goods(mia, "50.00"))
    assert by_influencer(run) == {"mia": ("90.00", "9.00"), "leo": ("45.00", "4.50")}
