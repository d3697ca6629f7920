"""`discounts reissue`: another code in place of one that got out; stopped in the middle, it is finished, once."""

from __future__ import annotations

import pytest
from bench import Bench

from shopinf.practice import PracticeStore


@pytest.fixture
def shop(run: Bench) -> PracticeStore:
    shop = run.open(orders=5, customers=5, throttle=False)
    run.connect(shop).ok()
    terms = ("--percent", "15", "--once-per-customer", "--ends", "2027-06-30", "--commission", "12%")
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", *terms, "--utm", "source=maya", "--yes").ok()
    return shop


def codes(run: Bench) -> dict[str, dict[str, object]]:
    rows = run("discounts", "list", "-f", "json").ok().json["rows"]
    return {str(row["code"]): row for row in rows}


def test_the_new_code_has_the_old_ones_influencer_terms_and_commission(run: Bench, shop: PracticeStore) -> None:
    new, old = run("discounts", "reissue", "MAYA15", "--yes", "-f", "json").ok().json["rows"]
    assert (old["code"], old["status"], new["status"]) == ("MAYA15", "retired", "active")
    assert str(new["code"]).startswith("MAYA15-")
    same = ("campaign", "influencer", "value_type", "value", "commission", "ends_at")
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    assert "utm_source=maya" in str(new["link"])
    made = shop.codes.record(str(new["code"]))
    assert made is not None
    assert shop.price_rules[made["price_rule_id"]]["once_per_customer"] is True
    with pytest.raises(ValueError, match="MAYA15"):
        shop.sell("MAYA15")
    shop.sell(str(new["code"]))


def test_it_may_be_given_a_name(run: Bench, shop: PracticeStore) -> None:
    new, _ = run("discounts", "reissue", "maya15", "--code", "MAYA-WINTER", "--yes", "-f", "json").ok().json["rows"]
    assert new["code"] == "MAYA-WINTER"
    assert run("discounts", "reissue", "MAYA-WINTER", "--code", "MAYA15", "--yes").code == 2
    assert codes(run)["MAYA-WINTER"]["status"] == "active"


def test_twice_is_once(run: Bench, shop: PracticeStore) -> None:
    run("discounts", "reissue", "MAYA15", "--yes").ok()
    before = len(shop.discount_codes)
    run("discounts", "reissue", "MAYA15", "--yes").ok()
    assert len(shop.discount_codes) == before
    assert len(codes(run)) == 2


def test_stopped_between_the_two_it_is_finished_by_the_next_run(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fail("PUT price_rules", times=10)
    assert run("discounts", "reissue", "MAYA15", "--yes").code != 0
    assert sorted(str(row["status"]) for row in codes(run).values()) == ["active", "active"]
    shop.faults.clear()
    run("discounts", "reissue", "MAYA15", "--yes").ok()
    assert sorted(str(row["status"]) for row in codes(run).values()) == ["active", "retired"]


def test_without_a_yes_nothing_happens(run: Bench, shop: PracticeStore) -> None:
    before = len(shop.discount_codes)
    assert run("discounts", "reissue", "MAYA15").code != 0
    assert codes(run)["MAYA15"]["status"] == "active"
    assert len(shop.discount_codes) == before


def test_orders_with_the_old_code_stay_attributed(run: Bench, shop: PracticeStore) -> None:
    shop.sell("MAYA15")
    new, _ = run("discounts", "reissue", "MAYA15", "--yes", "-f", "json").ok().json["rows"]
    shop.sell(str(new["code"]))
    (row,) = run("orders", "attribute", "--period", "today", "-f", "json").ok().json["rows"]
    assert (row["influencer"], row["orders"]) == ("maya", 2)


def test_a_code_that_ended_has_no_terms_for_another(run: Bench, shop: PracticeStore) -> None:
    run.clock.pass_(days=400)
    ran = run("discounts", "reissue", "MAYA15", "--yes")
    assert ran.code == 2
    assert "MAYA15 has ended" in ran.err
