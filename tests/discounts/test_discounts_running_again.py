"""Running again: what exists stays, what is missing is made, nothing is made twice."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from bench import Bench, Ran

from shopinf.errors import Busy
from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

ONE = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")


def people(folder: Path, count: int) -> str:
    path = folder / "people.csv"
    path.write_text("influencer\n" + "".join(f"person{n}\n" for n in range(count)))
    return str(path)


def made_once(shop: PracticeStore, codes: int, rules: int) -> None:
    """Nothing is there twice, and no rule without a code."""
    assert len(shop.codes) == codes
    assert len(shop.price_rules) == rules
    assert {code["price_rule_id"] for code in shop.discount_codes.values()} == set(shop.price_rules)


def test_a_second_run_makes_nothing(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    before = len(shop.writes)
    again = run(*ONE, "-f", "json").ok()
    assert again.json["codes"][0]["status"] == "exists"
    assert again.json["summary"] == {"asked": 1, "created": 0, "updated": 0, "existing": 1, "failed": 0}
    assert "q4: 1 code exists already." in again.err
    assert len(shop.writes) == before


def test_a_campaign_is_the_same_in_capitals(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "create", "--campaign", "Q4", "--influencer", "Maya", "--percent", "15").ok()
    made_once(shop, 1, 1)


def test_a_larger_number_makes_only_the_rest(run: Bench, shop: PracticeStore) -> None:
    run("discounts", "create", "--campaign", "w", "--count", "30", "--percent", "15", "--yes").ok()
    run("discounts", "create", "--campaign", "w", "--count", "50", "--percent", "15", "--yes").ok()
    made_once(shop, 50, 1)


def test_terms_that_are_not_given_are_not_compared(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--ends", "2026-12-31", "--usage-limit", "5").ok()
    assert run(*ONE, "-f", "json").ok().json["summary"]["existing"] == 1
    assert run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "-f", "json").ok()


def test_other_terms_are_refused_with_the_difference(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--ends", "2026-12-31").ok()
    refused = run(*ONE, "--ends", "2027-01-31")
    assert refused.code == 2
    assert "2026-12-31T23:59:59-05:00, asked for 2027-01-31T23:59:59-05:00" in refused.err
    assert "--update-terms" in refused.err
    assert shop.price_rules[shop.codes["MAYA15"]]["ends_at"] == "2026-12-31T23:59:59-05:00"


def test_terms_are_updated_when_asked(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--ends", "2026-12-31", "--once-per-customer").ok()
    start = shop.price_rules[shop.codes["MAYA15"]]["starts_at"]
    more = ("--ends", "2027-01-31", "--percent", "20", "--commission", "12%", "--update-terms", "-f", "json")
    done = run(*ONE[:-2], *more).ok()
    rule = shop.price_rules[shop.codes["MAYA15"]]
    assert (rule["ends_at"], rule["value"]) == ("2027-01-31T23:59:59-05:00", "-20.0")
    assert (rule["starts_at"], rule["once_per_customer"]) == (start, True)
    assert done.json["codes"][0]["commission"] == "12%"
    before = len(shop.writes)
    run(*ONE[:-2], *more).ok()
    assert len(shop.writes) == before


def test_an_update_says_old_and_new_terms_and_from_when_a_commission_counts(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--commission", "10%").ok()
    more = (*ONE[:-2], "--percent", "20", "--commission", "12%", "--update-terms", "-f", "json")
    before = len(shop.writes)
    dry = run(*more, "--dry-run").ok()
    assert len(shop.writes) == before
    assert dry.json["notes"] == [
        "maya-shop: 1 price rule to change.",
        "MAYA15 in maya-shop: value is 15 %, becomes 20 %; "
        "commission is 10%, becomes 12% for orders from 2026-11-22 on",
    ]
    done = run(*more).ok()
    assert done.json["notes"] == [
        "MAYA15 in maya-shop: value was 15 %, is now 20 %; commission was 10%, is now 12% for orders from 2026-11-22 on"
    ]
    for ran in (dry, done):
        [code] = ran.json["codes"]
        assert (code["status"], code["value"], code["commission"]) == ("updated", "20", "12%")
        assert ran.json["summary"] == {"asked": 1, "created": 0, "updated": 1, "existing": 0, "failed": 0}
    assert "q4: 1 code updated." in done.err
    assert run(*more).ok().json["codes"][0]["status"] == "exists"


def test_an_update_that_the_store_refuses_is_no_update(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    del shop.price_rules[shop.codes["MAYA15"]]
    refused = run(*ONE[:-2], "--percent", "20", "--update-terms", "-f", "json")
    assert refused.code != 0
    assert "updated" not in refused.out + refused.err


def test_a_shared_rule_is_changed_for_all_of_its_codes_or_not_at_all(run: Bench, shop: PracticeStore) -> None:
    made = ("discounts", "create", "--campaign", "w", "--percent")
    run(*made, "15", "--count", "5", "--yes").ok()
    refused = run(*made, "20", "--count", "2", "--update-terms", "--yes", "-f", "json")
    assert refused.code == 2
    assert "3 other codes" in refused.err
    assert shop.price_rules[next(iter(shop.price_rules))]["value"] == "-15.0"
    run(*made, "20", "--count", "5", "--update-terms", "--yes").ok()
    assert shop.price_rules[next(iter(shop.price_rules))]["value"] == "-20.0"


def test_the_same_key_under_another_name_is_for_rename(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    refused = run(*ONE, "--code", "MAYA-VIP", "--update-terms")
    assert refused.code == 2
    assert "rename MAYA15" in refused.err


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["POST price_rules.json", "POST price_rules/"])
@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_lost_answer_makes_nothing_twice(run: Bench, shop: PracticeStore, fault: str, path: str, times: int) -> None:
    getattr(shop.faults, fault)(path, times=times)
    done = run(*ONE, "-f", "json").ok()
    assert done.json["codes"][0]["status"] == "created"
    assert done.json["codes"][0]["price_rule_id"] == shop.codes["MAYA15"]
    made_once(shop, 1, 1)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["POST price_rules.json", "POST price_rules/", "GET price_rules/"])
def test_a_lost_answer_of_a_job_makes_nothing_twice(run: Bench, shop: PracticeStore, fault: str, path: str) -> None:
    shop._batches.seconds = 3.0
    getattr(shop.faults, fault)(path, times=2)
    done = run("discounts", "create", "--campaign", "w", "--count", "150", "--percent", "15", "--yes", "-f", "json")
    assert done.ok().json["summary"]["created"] == 150
    made_once(shop, 150, 1)
    assert {row["discount_code_id"] for row in done.json["codes"]} == set(shop.discount_codes)


def test_an_answer_that_is_no_json_counts_as_lost(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fail("POST price_rules.json", status=201, body="<html>OK</html>", times=1)
    run(*ONE).ok()
    made_once(shop, 1, 1)


def test_a_store_that_fails_now_and_then_gets_every_code_once(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    shop.faults.random(0.1, random.Random(5))
    command = ("discounts", "create", "--campaign", "q4", "--from", people(tmp_path, 60), "--percent", "15", "--yes")
    done = run(*command, "-f", "json")
    shop.faults.random(0)
    assert done.code in (0, 6, 7), done.err
    assert run(*command, "-f", "json").ok().json["summary"]["failed"] == 0
    made_once(shop, 60, 60)


def test_a_store_that_is_down_ends_the_run_early(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    shop.faults.fail("POST ", times=None)
    command = ("discounts", "create", "--campaign", "q4", "--from", people(tmp_path, 60), "--percent", "15", "--yes")
    done = run(*command, "-f", "json")
    assert done.code == 6
    assert done.out == ""
    assert len([call for call in shop.calls if call.method == "POST"]) < 30
    shop.faults.clear()
    run(*command).ok()
    made_once(shop, 60, 60)


def test_a_rule_that_was_sent_is_not_sent_again_before_its_time_is_over(run: Bench, shop: PracticeStore) -> None:
    shop.faults.drop_before("POST price_rules.json")
    begun = run.clock.now()
    done = run(*ONE).ok()
    assert (run.clock.now() - begun).total_seconds() > 40
    assert "looking again" in done.err
    made_once(shop, 1, 1)


def test_a_job_of_another_app_is_waited_for(run: Bench, shop: PracticeStore) -> None:
    shop.faults.batch_busy = 40.0
    done = run("discounts", "create", "--campaign", "w", "--count", "10", "--percent", "15", "--yes").ok()
    assert "waiting for it" in done.err
    made_once(shop, 10, 1)


def test_a_job_that_never_ends_is_reported_and_taken_up_again(run: Bench, shop: PracticeStore) -> None:
    shop._batches.seconds = 1e9
    command = ("discounts", "create", "--campaign", "w", "--count", "10", "--percent", "15", "--yes")
    stuck = run(*command)
    assert stuck.code == 6
    assert "has not moved" in stuck.err
    shop._batches.seconds = 5.0
    run(*command).ok()
    made_once(shop, 10, 1)
    assert len(shop.batches) == 1


def test_some_codes_that_a_job_refuses_fail_alone(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fail(
        "GET price_rules/",
        times=None,
        status=200,
        body={"discount_code_creation": {"id": 989355119, "status": "completed", "codes_count": 2, "logs": []}},
    )
    shop.faults.clear()
    shop.faults.batch_fail = {"CODE2"}
    command = ("discounts", "create", "--campaign", "w", "--count", "3", "--percent", "15", "--pattern", "code{n}")
    done = run(*command, "--yes", "-f", "json").ok()
    codes = [row["code"] for row in done.json["codes"]]
    assert codes[0] == "CODE1"
    assert codes[1].startswith("CODE2-")  # a name that Shopify calls taken is given up for another


def test_a_bad_answer_to_every_rule_stops_after_a_few(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    body = {"errors": {"entitled_collection_ids": ["is invalid"]}}
    shop.faults.fail("POST price_rules.json", status=422, body=body, times=None)
    command = ("discounts", "create", "--campaign", "q4", "--from", people(tmp_path, 60), "--percent", "15", "--yes")
    refused = run(*command)
    assert refused.code == 2
    assert "entitled_collection_ids is invalid" in refused.err
    assert len([call for call in shop.calls if call.method == "POST"]) < 30


def test_two_runs_at_once_wait_for_each_other(run: Bench, shop: PracticeStore) -> None:
    with run.locks() as locks, locks.hold(shop.id, "writing", wait=0, command="discounts create", store="maya-shop"):
        busy: Ran = run(*ONE, "--wait", "1")
    assert busy.code == 8
    assert not shop.writes


def test_a_rule_that_another_machine_sends_is_left_to_it(run: Bench, shop: PracticeStore) -> None:
    shop.faults.drop_before("POST price_rules.json", times=None)
    run(*ONE)
    with closing(run.ledger()) as ledger:
        codes = ledger.codes
        [record] = codes.of_shop(shop.id)
        run.clock.pass_(seconds=1)
        codes.sending(shop.id, [record.rule], 0)
        with pytest.raises(Busy):
            codes.sending(shop.id, [record.rule], 0)
