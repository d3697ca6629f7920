"""`discounts watch`: the code that got out is named with its first hour and its cost; a post is left alone."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore, stir

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(run: Bench) -> PracticeStore:
    """A store in which maya and leo sell three a day each, for forty days; every fourth comes by nobody's link."""
    shop = run.open(orders=400, customers=100, throttle=False)
    run.once("forty days of two codes", lambda: _live(run, shop))
    return shop


def _live(run: Bench, shop: PracticeStore) -> None:
    run.connect(shop).ok()
    chance = random.Random(3)
    for name in ("maya", "leo"):
        made = ("discounts", "create", "--campaign", "q4", "--influencer", name, "--percent", "10")
        run(*made, "--commission", "10%", "--yes").ok()
    for _ in range(40):
        for code in ("MAYA10", "LEO10"):
            for _ in range(chance.choice((2, 3, 4))):
                shop.sell(code, landing_site=f"/discount/{code}" if chance.random() > 0.25 else "/")
        run.clock.pass_(days=1)


def watched(run: Bench, *options: str) -> dict[str, dict[str, object]]:
    rows = run("discounts", "watch", *options, "-f", "json").ok().json["rows"]
    return {row["code"]: row for row in rows}


def asked_for_visits(shop: PracticeStore) -> int:
    return sum(call.path.endswith("graphql.json") for call in shop.calls)


def test_usual_days_are_quiet(run: Bench, shop: PracticeStore) -> None:
    found = watched(run)
    assert {row["verdict"] for row in found.values()} == {"quiet"}
    assert found["MAYA10"]["usual_per_day"] == "3.0"
    assert Decimal(str(found["MAYA10"]["cold_share_before"])) < Decimal("0.4")
    assert found["MAYA10"]["since"] is found["MAYA10"]["advice"] is None


def test_a_leak_is_named_with_its_cost_and_what_stops_it_and_a_post_is_left_alone(
    run: Bench, shop: PracticeStore
) -> None:
    out = stir.leak(shop, "MAYA10", 30, 3)
    stir.post(shop, "LEO10", 40, 3)
    found = watched(run)
    leak = found["MAYA10"]
    assert (leak["verdict"], found["LEO10"]["verdict"] != "leak") == ("leak", True)
    assert "retailmenot.com" in str(leak["coupon_hosts"])
    assert int(str(leak["orders_since"])) >= 25
    assert Decimal(str(leak["cold_share_since"])) > Decimal("0.5")
    began = datetime.fromisoformat(str(leak["since"]))
    assert abs(began - out.since) < timedelta(days=2), "a stranger the day before may have been one of every four"
    day = began.date().isoformat()
    assert leak["advice"] == (
        f"shopinf payouts hold --code MAYA10 --from {day} --reason leak; shopinf discounts reissue MAYA10"
    )
    paid = run("orders", "attribute", "--from", day, "--by", "order", "--influencer", "maya", "-f", "json").ok().json
    later = [Decimal(row["commission"]) for row in paid["rows"] if row["processed_at"] >= str(leak["since"])]
    assert Decimal(str(leak["commission_at_stake"])) == sum(later)


def test_the_operators_page_tells_of_it_and_the_clients_does_not(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    stir.leak(shop, "MAYA10", 30, 3)
    watched(run)
    month = ("orders", "attribute", "--period", "last-30-days", "-o")
    run(*month, str(tmp_path / "own.html"), "--for", "internal").ok()
    run(*month, str(tmp_path / "client.html")).ok()
    own, client = ((tmp_path / name).read_text("utf-8") for name in ("own.html", "client.html"))
    assert "Codes that may have got out" in own
    assert "came from sites that collect codes" in own
    assert "got out" not in client
    former = str(run.clock.now().date() - timedelta(days=45))[:7]
    run("orders", "attribute", "--period", former, "-o", str(tmp_path / "old.html"), "--for", "internal").ok()
    assert "got out" not in (tmp_path / "old.html").read_text("utf-8"), "nothing of then can be stopped any more"


def test_for_cron_a_leak_ends_with_seven(run: Bench, shop: PracticeStore) -> None:
    run("discounts", "watch", "--fail-on", "look").ok()
    stir.leak(shop, "MAYA10", 30, 3)
    ran = run("discounts", "watch", "--fail-on", "leak", "--only", "leak")
    assert ran.code == 7
    assert "2 codes watched: 1 leak" in ran.err
    assert "MAYA10:  shopinf payouts hold --code MAYA10" in ran.err, "also where a table has no room for it"
    assert "MAYA10" in ran.out
    assert "LEO10" not in ran.out


def test_visits_are_read_once_and_only_of_orders_with_a_tracked_code(run: Bench, shop: PracticeStore) -> None:
    watched(run)
    first = asked_for_visits(shop)
    assert 0 < first <= 10, "some 240 orders, fifty in a request"
    watched(run)
    assert asked_for_visits(shop) == first
    shop.sell("MAYA10", landing_site="/discount/MAYA10")
    watched(run)
    assert asked_for_visits(shop) == first + 1


def test_visits_that_are_not_ready_are_asked_for_again(run: Bench, shop: PracticeStore) -> None:
    watched(run)
    shop.graph.journey_lag = 3600
    shop.sell("MAYA10", landing_site="/discount/MAYA10")
    watched(run)
    before = asked_for_visits(shop)
    run.clock.pass_(hours=2)
    watched(run)
    assert asked_for_visits(shop) == before + 1
    watched(run)
    assert asked_for_visits(shop) == before + 1


@pytest.mark.parametrize("message", ["", "Access denied for nodes field. Required access: `read_orders` access scope."])
def test_a_store_that_tells_no_visits_is_watched_by_the_last_one_and_says_what_that_costs(
    run: Bench, shop: PracticeStore, message: str
) -> None:
    shop.graph.fail("ACCESS_DENIED", times=1000, message=message)
    stir.leak(shop, "MAYA10", 40, 3)
    ran = run("discounts", "watch", "-f", "json").ok()
    assert {row["code"]: row["verdict"] for row in ran.json["rows"]}["MAYA10"] == "leak"
    (note,) = [each for each in ran.json["notes"] if each.startswith("maya-shop")]
    assert "only what REST says of the last visit counts" in note


def test_nothing_personal_of_a_visit_is_kept(run: Bench, shop: PracticeStore) -> None:
    shop.sell(
        "MAYA10", landing_site="/account/login?email=mia%40example.com", referring_site="https://mail.example/?q=mia"
    )
    watched(run)
    assert "mia%40" not in run.kept()
    assert "mia@" not in run.kept()


def test_hosts_that_the_operator_adds_count(run: Bench, shop: PracticeStore) -> None:
    run.home.joinpath("config.toml").write_text('coupon_hosts = ["deals.example"]\n')
    for _ in range(3):
        for _ in range(3):
            shop.sell("MAYA10", landing_site="/", referring_site="https://www.deals.example/shop")
        run.clock.pass_(days=1)
    leak = watched(run)["MAYA10"]
    assert leak["coupon_hosts"] == ["deals.example"]


def test_what_is_typed_wrongly_is_said(run: Bench, shop: PracticeStore) -> None:
    assert run("discounts", "watch", "--campaign", "q5").code == 3
    assert run("discounts", "watch", "--influencer", "nobody").code == 3
    assert run("discounts", "watch", "--since", "last week").code == 2
    assert "still to come" in run("discounts", "watch", "--since", "2030-01-01").err
    run.home.joinpath("config.toml").write_text('coupon_hosts = "deals.example"\n')
    ran = run("discounts", "watch")
    assert ran.code == 2
    assert "coupon_hosts must be a list" in ran.err


def test_a_code_that_is_only_tracked_is_not_advised_to_be_reissued(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    made = run("discounts", "list", "--code", "MAYA10", "-f", "json").ok().json["rows"]
    sheet = tmp_path / "former.csv"
    sheet.write_text("code,influencer\nMAYA10,maya\n")
    for path in run.home.glob("ledger.db*"):
        path.unlink()
    run("discounts", "import", str(sheet), "--campaign", "former", "--mode", "track").ok()
    stir.leak(shop, "MAYA10", 30, 3)
    leak = watched(run)["MAYA10"]
    assert (leak["verdict"], len(made)) == ("leak", 1)
    assert "payouts hold" in str(leak["advice"])
    assert "reissue" not in str(leak["advice"])
