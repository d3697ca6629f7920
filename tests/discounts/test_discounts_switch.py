"""Pausing, resuming, retiring, assigning, renaming, checking, listing and linking codes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from bench import Bench, StillClock

from shopinf.attribution.codebook import Since
from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

ONE = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")
SHARED = ("discounts", "create", "--campaign", "w", "--percent", "15", "--pattern", "code{n}", "--yes", "--count")


def statuses(run: Bench, *more: str) -> dict[str, str]:
    rows = run("discounts", "list", "-f", "json", *more).ok().json["rows"]
    return {row["code"]: row["status"] for row in rows}


def rule(shop: PracticeStore, code: str) -> dict[str, object]:
    return dict(shop.price_rules[shop.codes[code]])


def test_a_code_is_paused_by_its_end_date_and_resumed_with_the_former_one(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    run(*ONE, "--ends", "2026-12-31").ok()
    before = rule(shop, "MAYA15")
    clock.pass_(hours=3)
    paused = run("discounts", "pause", "--code", "maya15", "-f", "json").ok()
    assert paused.json["rows"][0]["status"] == "paused"
    assert "tracks nothing" in paused.err
    assert rule(shop, "MAYA15")["ends_at"] == "2026-11-22T10:00:00-05:00"
    assert statuses(run) == {"MAYA15": "paused"}
    run("discounts", "resume", "--code", "MAYA15").ok()
    after = rule(shop, "MAYA15")
    assert (after["ends_at"], after["starts_at"]) == (before["ends_at"], before["starts_at"])
    assert statuses(run) == {"MAYA15": "active"}


@pytest.mark.parametrize("starts", ["2026-11-22", "2026-12-24"])
def test_a_code_that_has_not_begun_is_paused_too(run: Bench, shop: PracticeStore, starts: str) -> None:
    run(*ONE, "--starts", starts).ok()
    before = rule(shop, "MAYA15")
    run("discounts", "pause", "--code", "MAYA15").ok()
    assert str(rule(shop, "MAYA15")["ends_at"]) <= "2026-11-22T07:00:00-05:00"
    run("discounts", "resume", "--code", "MAYA15").ok()
    assert rule(shop, "MAYA15") | {"updated_at": ""} == before | {"updated_at": ""}


def test_a_code_that_was_made_this_very_second_is_paused_too(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "pause", "--code", "MAYA15").ok()
    assert rule(shop, "MAYA15")["ends_at"] == "2026-11-22T07:00:00-05:00"


def test_pausing_twice_is_pausing_once(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "pause", "--code", "MAYA15").ok()
    before = len(shop.writes)
    assert "Nothing to pause" in run("discounts", "pause", "--code", "MAYA15").ok().err
    assert len(shop.writes) == before


def test_on_a_shared_rule_the_code_is_deleted_after_a_question_and_made_again(run: Bench, shop: PracticeStore) -> None:
    run(*SHARED, "3").ok()
    refused = run("discounts", "pause", "--code", "CODE2")
    assert refused.code == 2
    assert "deleted" in refused.err
    assert "CODE2" in shop.codes
    run("discounts", "pause", "--code", "CODE2", "--yes").ok()
    assert sorted(shop.codes) == ["CODE1", "CODE3"]
    assert statuses(run) == {"CODE1": "active", "CODE2": "paused", "CODE3": "active"}
    run("discounts", "resume", "--code", "CODE2").ok()
    assert sorted(shop.codes) == ["CODE1", "CODE2", "CODE3"]
    assert len(set(shop.codes.values())) == 1


def test_a_name_that_was_taken_meanwhile_cannot_be_resumed(run: Bench, shop: PracticeStore) -> None:
    run(*SHARED, "2").ok()
    run("discounts", "pause", "--campaign", "w", "--yes").ok()
    shop.codes["CODE1"] = 4711
    done = run("discounts", "resume", "--campaign", "w", "--yes", "-f", "json")
    assert done.code == 7
    assert {row["code"]: row["status"] for row in done.json["rows"]} == {"CODE1": "paused", "CODE2": "active"}
    assert shop.codes["CODE1"] == 4711


def test_neither_paused_nor_retired_codes_are_made_again(run: Bench, shop: PracticeStore) -> None:
    run(*SHARED, "3").ok()
    run("discounts", "pause", "--code", "CODE1", "--yes").ok()
    run("discounts", "retire", "--code", "CODE2", "--yes").ok()
    again = run(*SHARED, "3", "-f", "json").ok()
    assert again.json["summary"] == {"asked": 3, "created": 0, "updated": 0, "existing": 3, "failed": 0}
    assert list(shop.codes) == ["CODE3"]
    assert "retired" in again.err


def test_a_retired_code_stays_in_the_store_as_ended(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "retire", "--influencer", "maya").ok()
    assert rule(shop, "MAYA15")["ends_at"] is not None
    assert statuses(run) == {"MAYA15": "retired"}
    assert "Nothing to resume" in run("discounts", "resume", "--code", "MAYA15").ok().err


def test_several_codes_are_paused_after_a_question(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run(*ONE, "--slot", "tiktok", "--code", "MAYA-TT").ok()
    assert run("discounts", "pause", "--campaign", "q4").code == 2
    seen = run("discounts", "pause", "--campaign", "q4", "--dry-run").ok()
    assert "2 codes would be paused" in seen.err
    assert set(statuses(run).values()) == {"active"}
    run("discounts", "pause", "--campaign", "q4", "--yes").ok()
    assert set(statuses(run).values()) == {"paused"}


def test_new_terms_do_not_wake_a_paused_code(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "pause", "--code", "MAYA15").ok()
    ended = rule(shop, "MAYA15")["ends_at"]
    run(*ONE, "--ends", "2027-01-31", "--update-terms").ok()
    assert rule(shop, "MAYA15")["ends_at"] == ended
    run("discounts", "resume", "--code", "MAYA15").ok()
    assert rule(shop, "MAYA15")["ends_at"] == "2027-01-31T23:59:59-05:00"


@pytest.mark.parametrize("verb", ["pause", "resume", "retire"])
def test_it_must_be_said_which_codes(run: Bench, shop: PracticeStore, verb: str) -> None:
    assert run("discounts", verb, "--yes").code == 2
    assert run("discounts", verb, "--code", "NOBODYS", "--yes").code == 3
    assert run("discounts", verb, "--campaign", "nothing", "--yes").code == 3
    assert run("discounts", verb, "--influencer", "nobody", "--yes").code == 3


def test_a_lost_answer_to_a_pause_is_asked_for_again(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    shop.faults.drop_after("PUT price_rules/")
    run("discounts", "pause", "--code", "MAYA15").ok()
    assert rule(shop, "MAYA15")["ends_at"] is not None


# whose it is, and what it is called


def test_a_code_changes_hands_on_a_day(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    done = run("discounts", "assign", "MAYA15", "leo", "--from", "2026-12-01", "--new", "-f", "json").ok()
    assert done.json["rows"][0]["influencer"] == "leo"
    assert "before it was maya's" in done.err
    [known] = run.ledger().codes.known(shop.id)
    people = run.ledger().people.by_id(owner.value for owner in known.owners)
    assert [(people[owner.value].influencer, owner.day) for owner in known.owners] == [
        ("maya", None),
        ("leo", date(2026, 12, 1)),
    ]
    assert not [call for call in shop.writes if call[0] == "PUT"]


def test_whoever_gave_a_code_away_gets_the_next_one_on_a_price_rule_of_its_own(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "assign", "MAYA15", "leo", "--new").ok()
    [again] = run(*ONE, "--code", "MAYA16", "-f", "json").ok().json["codes"]
    assert (again["code"], again["status"]) == ("MAYA16", "created")
    assert shop.codes["MAYA15"] != shop.codes["MAYA16"]
    assert shop.price_rules[shop.codes["MAYA15"]]["title"] != shop.price_rules[shop.codes["MAYA16"]]["title"]
    run("discounts", "pause", "--code", "MAYA16").ok()
    assert statuses(run) == {"MAYA15": "active", "MAYA16": "paused"}
    assert rule(shop, "MAYA15")["ends_at"] is None
    run("discounts", "assign", "MAYA15", "maya").ok()
    run(*ONE, "--code", "MAYA16").ok()
    assert len(shop.price_rules) == 2


def test_a_typo_makes_no_ghost(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    refused = run("discounts", "assign", "MAYA15", "leonora")
    assert refused.code == 3
    assert "For somebody new: --new." in refused.err
    assert run("discounts", "assign", "MAYA15", "mayaa", "--yes").code == 3
    asked = run.at_a_terminal("discounts", "assign", "MAYA15", "leonora", lines=["n"])
    assert (asked.code, "Make a new influencer of that name?" in asked.err) == (130, True)
    assert [row["influencer"] for row in run("influencers", "list", "-f", "json").json["rows"]] == ["maya"]
    run.at_a_terminal("discounts", "assign", "MAYA15", "leonora", lines=["y"]).ok()
    assert run("discounts", "list", "-f", "json").json["rows"][0]["influencer"] == "leonora"


def test_what_is_said_last_holds_from_its_day_on(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "assign", "MAYA15", "leo", "--from", "2026-12-01", "--new").ok()
    run("discounts", "assign", "MAYA15", "zoe", "--from", "2026-11-25", "--new").ok()
    run("discounts", "assign", "MAYA15", "mia", "--from", "2026-11-25", "--new").ok()
    [known] = run.ledger().codes.known(shop.id)
    people = run.ledger().people.by_id(owner.value for owner in known.owners)
    assert [people[owner.value].influencer for owner in known.owners] == ["maya", "mia"]


def test_a_code_for_somebody_who_has_one_already_gets_a_slot(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run(*ONE[:-4], "--influencer", "leo", "--percent", "15").ok()
    run("discounts", "assign", "MAYA15", "leo").ok()
    rows = run("discounts", "list", "--influencer", "leo", "-f", "json").ok().json["rows"]
    assert {row["code"]: row["slot"] for row in rows} == {"LEO15": None, "MAYA15": "maya15"}


def test_a_renamed_code_keeps_its_old_name_for_old_orders(run: Bench, shop: PracticeStore, clock: StillClock) -> None:
    run(*ONE).ok()
    clock.pass_(days=9)
    done = run("discounts", "rename", "MAYA15", "MAYA20", "-f", "json").ok()
    assert done.json["rows"][0]["code"] == "MAYA20"
    assert list(shop.codes) == ["MAYA20"]
    assert str(rule(shop, "MAYA20")["title"]).startswith("MAYA20 - q4")
    [known] = run.ledger().codes.known(shop.id)
    assert known.names == (Since("MAYA15"), Since("MAYA20", date(2026, 12, 1)))
    assert run(*ONE, "-f", "json").ok().json["codes"][0]["code"] == "MAYA20"


def test_a_name_that_is_taken_is_not_taken_over(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    shop.codes["MAYA20"] = 4711
    assert run("discounts", "rename", "MAYA15", "MAYA20").code == 2
    assert run("discounts", "rename", "MAYA15", "MAYA 20").code == 2
    assert run("discounts", "rename", "LEO15", "LEO20").code == 3
    assert "MAYA15" in shop.codes


def test_a_rename_whose_end_was_never_heard_of_is_finished(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    [code] = shop.discount_codes.values()
    shop.codes.rename(code, "MAYA20")  # as if the run had been killed after it
    run("discounts", "rename", "MAYA15", "MAYA20").ok()
    assert statuses(run) == {"MAYA20": "active"}


def test_a_new_commission_has_its_day(run: Bench, shop: PracticeStore, clock: StillClock) -> None:
    run(*ONE, "--commission", "10%").ok()
    clock.pass_(days=9)
    run(*ONE, "--commission", "12%", "--update-terms").ok()
    rates = [(str(each.rate), each.since) for each in run.ledger().rates.of_store(shop.id, "USD", {})]
    assert rates == [("10%", None), ("12%", date(2026, 12, 1))]


# listing and checking


def test_codes_are_listed_as_they_stand(run: Bench, shop: PracticeStore, clock: StillClock) -> None:
    run(*ONE, "--ends", "2026-11-30").ok()
    run(*ONE, "--slot", "later", "--code", "LATER", "--starts", "2027-01-01").ok()
    clock.pass_(days=20)
    assert statuses(run) == {"MAYA15": "expired", "LATER": "scheduled"}
    assert statuses(run, "--status", "scheduled") == {"LATER": "scheduled"}
    assert statuses(run, "--campaign", "Q4", "--status", "active") == {}
    assert run("discounts", "list", "--status", "sleeping").code == 2
    assert run("discounts", "list", "--campaign", "nothing").code == 3


def test_listing_asks_the_store_nothing(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    before = len(shop.requests)
    run("discounts", "list").ok()
    run("discounts", "links").ok()
    assert len(shop.requests) == before


def test_links_can_lead_elsewhere(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--redirect", "/pages/maya", "--utm", "source=maya").ok()
    [row] = run("discounts", "links", "-f", "json").ok().json["rows"]
    assert row["link"].endswith("/discount/MAYA15?redirect=/pages/maya&utm_source=maya")
    [row] = run("discounts", "links", "--redirect", "/", "--utm", "campaign={campaign}", "-f", "json").ok().json["rows"]
    assert row["link"].endswith("/discount/MAYA15?redirect=/&utm_campaign=q4")


def test_links_of_codes_that_do_not_work_now_are_warned_of(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "pause", "--code", "MAYA15").ok()
    assert "tracks nothing now" in run("discounts", "links").ok().err


def test_links_are_drawn_as_qr_codes(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    pytest.importorskip("segno")
    run(*ONE).ok()
    run("discounts", "links", "--qr", str(tmp_path / "qr")).ok()
    assert (tmp_path / "qr" / "MAYA15.svg").read_text().startswith("<?xml")


def test_what_agrees_with_the_store_needs_no_fix(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--ends", "2026-12-31", "--usage-limit", "3").ok()
    run(*SHARED, "30").ok()
    run("discounts", "pause", "--code", "MAYA15").ok()
    done = run("discounts", "check", "-f", "json").ok()
    assert done.json["rows"] == []


def test_what_was_changed_in_the_admin_is_found_with_its_fix(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run(*ONE, "--slot", "two", "--code", "GONE").ok()
    shop.price_rules[shop.codes["MAYA15"]]["value"] = "-30.0"
    del shop.codes["GONE"]
    done = run("discounts", "check", "-f", "json")
    assert done.code == 7
    found = {row["code"]: row for row in done.json["rows"]}
    assert "value is 30 %, here 15 %" in found["MAYA15"]["problem"]
    assert "retire --code GONE" in found["GONE"]["fix"]
    assert statuses(run) == {"MAYA15": "active", "GONE": "missing"}
