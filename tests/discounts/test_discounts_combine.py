"""Codes that combine: asked for when they are made and afterwards, kept, refused, found again after a lost answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench, Ran, StillClock

from shopinf.practice import PracticeStore
from shopinf.practice.graph_discounts import set_combining, setting
from shopinf.practice.sitewide import Sitewide

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

ONE = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")
MANY = ("discounts", "create", "--campaign", "w", "--percent", "15", "--pattern", "code{n}", "--yes", "--count")
GRAPHQL = "POST graphql.json"


def combines(shop: PracticeStore, code: str) -> str:
    """What a code combines with in the store."""
    now = setting(shop, shop.codes[code])
    return ",".join(name for name in ("product", "order", "shipping") if now[name]) or "none"


def asked(shop: PracticeStore) -> int:
    """How many requests the GraphQL door had."""
    return sum(path.endswith("/graphql.json") for _, path, _ in shop.requests)


def listed(run: Bench, *more: str) -> dict[str, Any]:
    rows = run("discounts", "list", "-f", "json", *more).ok().json["rows"]
    return {row["code"]: row["combines_with"] for row in rows}


def codes_of(done: Ran) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = done.json["codes"]
    return found


# made so


def test_a_new_code_combines_as_asked_right_after_it_is_made(run: Bench, shop: PracticeStore) -> None:
    done = run(*ONE, "--combines-with", "shipping,order", "-f", "json").ok()
    [row] = codes_of(done)
    assert (row["status"], row["combines_with"], row["error"]) == ("created", "order,shipping", None)
    assert combines(shop, "MAYA15") == "order,shipping"
    assert asked(shop) == 1
    assert "do not combine" not in done.err
    assert listed(run) == {"MAYA15": "order,shipping"}


def test_without_a_word_nothing_is_asked_by_graphql_and_the_note_says_what_that_means(
    run: Bench, shop: PracticeStore
) -> None:
    done = run(*ONE, "-f", "json").ok()
    assert codes_of(done)[0]["combines_with"] == "none"
    assert "unless --combines-with says so" in done.err
    assert asked(shop) == 0
    assert listed(run) == {"MAYA15": "none"}


def test_combining_keeps_the_sale_and_the_attribution_beside_a_site_wide_discount(
    run: Bench, shop: PracticeStore
) -> None:
    run(*ONE).ok()
    shop.graph.sitewide = Sitewide("Black Friday", "20")
    assert shop.sell("MAYA15")["discount_codes"] == []
    run("discounts", "combine", "--code", "maya15", "--with", "order").ok()
    order = shop.sell("MAYA15")
    assert [each["code"] for each in order["discount_codes"]] == ["MAYA15"]
    assert len(order["discount_applications"]) == 2


def test_the_same_command_again_changes_nothing_and_asks_nothing(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    before = asked(shop)
    again = run(*ONE, "--combines-with", "order", "-f", "json").ok()
    assert codes_of(again)[0]["status"] == "exists"
    assert codes_of(again)[0]["combines_with"] == "order"
    run(*ONE).ok()  # terms that are not given are not compared
    assert asked(shop) == before
    assert combines(shop, "MAYA15") == "order"


def test_other_combining_is_other_terms(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    refused = run(*ONE, "--combines-with", "product")
    assert refused.code == 2
    assert "combines with is order, asked for product" in refused.err
    done = run(*ONE, "--combines-with", "product", "--update-terms", "-f", "json").ok()
    assert (codes_of(done)[0]["status"], codes_of(done)[0]["combines_with"]) == ("updated", "product")
    assert "combines with was order, is now product" in done.err
    assert combines(shop, "MAYA15") == "product"


def test_a_code_that_combines_with_nothing_is_only_changed_when_that_is_meant(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    assert run(*ONE, "--combines-with", "order").code == 2
    plan = run(*ONE, "--combines-with", "order", "--update-terms", "--dry-run", "-f", "json").ok()
    assert codes_of(plan)[0]["combines_with"] == "order"
    assert combines(shop, "MAYA15") == "none"
    run(*ONE, "--combines-with", "order", "--update-terms").ok()
    assert combines(shop, "MAYA15") == "order"


def test_other_terms_by_rest_leave_what_a_code_combines_with(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    rule = shop.codes["MAYA15"]
    more = ("--ends", "2026-12-31", "--update-terms")
    run(*ONE, *more).ok()
    assert combines(shop, "MAYA15") == "order"
    set_combining(shop, rule, order=False)  # a store whose REST forgets it
    run(*ONE, "--ends", "2027-01-31", "--update-terms").ok()
    assert combines(shop, "MAYA15") == "order"


def test_ten_thousand_codes_on_one_rule_are_one_change(run: Bench, shop: PracticeStore) -> None:
    run(*MANY, "120", "--combines-with", "product,order").ok()
    assert asked(shop) == 1
    assert combines(shop, "CODE120") == "product,order"
    run(*MANY, "130", "--combines-with", "product,order").ok()
    assert asked(shop) == 1  # the rule combines already
    assert set(listed(run).values()) == {"product,order"}


def test_codes_of_equal_terms_that_combine_differently_have_rules_of_their_own(run: Bench, shop: PracticeStore) -> None:
    shared = ("discounts", "create", "--campaign", "w", "--percent", "15", "--shared-rule", "--influencer")
    run(*shared, "maya").ok()
    run(*shared, "leo", "--combines-with", "order").ok()
    assert (combines(shop, "MAYA15"), combines(shop, "LEO15")) == ("none", "order")


def test_subscriptions_are_asked_for_alike(run: Bench, shop: PracticeStore) -> None:
    done = run(*ONE, "--applies-to", "both", "-f", "json").ok()
    now = setting(shop, shop.codes["MAYA15"])
    assert (now["one_time"], now["subscription"]) == (True, True)
    assert "MAYA15 in maya-shop applies to one-time purchases and subscriptions." in done.json["notes"]
    assert run("discounts", "list", "-f", "json").ok().json["notes"] == done.json["notes"][-1:]
    run("discounts", "combine", "--code", "MAYA15", "--applies-to", "one-time").ok()
    assert run("discounts", "list", "-f", "json").ok().json["notes"] == []
    assert not setting(shop, shop.codes["MAYA15"])["subscription"]
    set_combining(shop, shop.codes["MAYA15"], subscription=True)
    [row] = run("discounts", "check", "-f", "json").json["rows"]
    assert row["problem"] == "in the store it applies to both, asked for one-time"
    assert row["fix"] == "shopinf discounts combine --code MAYA15 --applies-to one-time"


def test_a_dry_run_shows_it_and_asks_nothing(run: Bench, shop: PracticeStore) -> None:
    plan = run(*ONE, "--combines-with", "order", "--dry-run", "-f", "json").ok()
    assert codes_of(plan)[0]["combines_with"] == "order"
    assert "1 change by GraphQL" in plan.err
    assert asked(shop) == 0


@pytest.mark.parametrize("wrong", ["everything", "none,order", ""])
def test_what_cannot_be_combined_with_is_refused_before_anything_is_made(
    run: Bench, shop: PracticeStore, wrong: str
) -> None:
    refused = run(*ONE, "--combines-with", wrong)
    assert refused.code == 2
    assert "product, order, shipping" in refused.err
    assert shop.writes == []


# refused


def test_a_store_that_has_not_granted_it_keeps_the_code_and_the_row_says_so(run: Bench, shop: PracticeStore) -> None:
    shop.scopes -= {"read_discounts", "write_discounts"}
    done = run(*ONE, "--combines-with", "order", "-f", "json")
    assert done.code == 7
    [row] = codes_of(done)
    assert (row["status"], row["combines_with"]) == ("created", "none")
    assert row["error"] == (
        "it combines with none, not with order: maya-shop has not granted write_discounts, which combining codes needs"
    )
    assert done.json["failures"][0] | {"error": ""} == {"store": "maya-shop", "what": "MAYA15", "error": "", "code": 5}
    assert done.json["summary"]["created"] == 1
    assert "1 code does not combine as asked" in done.err
    assert "MAYA15" in shop.codes
    shop.scopes |= {"write_discounts"}
    again = run(*ONE, "--combines-with", "order", "-f", "json").ok()
    assert (codes_of(again)[0]["status"], codes_of(again)[0]["combines_with"]) == ("exists", "order")


def test_many_codes_are_not_asked_for_one_by_one_where_the_scope_is_missing(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    shop.scopes -= {"read_discounts", "write_discounts"}
    sheet = tmp_path / "people.csv"
    sheet.write_text("influencer\n" + "\n".join(f"person{n}" for n in range(40)) + "\n", "utf-8")
    wish = ("--percent", "15", "--combines-with", "order", "--yes", "-f", "json")
    done = run("discounts", "create", "--campaign", "q4", "--sheet", str(sheet), *wish)
    assert done.code == 7
    assert len(shop.codes) == 40
    assert asked(shop) <= 10
    run("verify-scopes").ok()
    told = run("discounts", "create", "--campaign", "w", "--sheet", str(sheet), *wish)
    assert "maya-shop had not granted write_discounts when it was last asked" in told.err
    assert len(done.json["failures"]) == 1  # said once for all of them
    assert all(row["error"] for row in codes_of(done))


def test_what_a_store_has_against_the_request_itself_is_said_once_for_all_codes(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("influencer\n" + "\n".join(f"person{n}" for n in range(40)) + "\n", "utf-8")
    run("discounts", "create", "--campaign", "q4", "--sheet", str(sheet), "--percent", "15", "--yes").ok()
    shop.faults.fail(GRAPHQL, 200, {"errors": "Not for you"}, times=None)
    before = asked(shop)
    done = run("discounts", "combine", "--campaign", "q4", "--with", "order", "--yes", "-f", "json")
    assert done.code == 7
    assert all("refused combining codes: Not for you" in row["error"] for row in done.json["rows"])
    assert asked(shop) - before <= 10
    shop.faults.clear()
    run("discounts", "combine", "--campaign", "q4", "--with", "order", "--yes").ok()
    assert len(shop.graph.changes) == 40


def test_a_class_that_may_not_combine_so_is_told_in_the_stores_words(run: Bench, shop: PracticeStore) -> None:
    free = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--code", "SHIPFREE", "--free-shipping")
    done = run(*free, "--combines-with", "shipping", "-f", "json")
    assert done.code == 7
    [row] = codes_of(done)
    assert row["status"] == "created"
    assert "The combinesWith settings are not valid for the discount class." in row["error"]
    assert "SHIPFREE" in shop.codes
    [kept] = run("discounts", "list", "-f", "json").ok().json["rows"]
    assert "not valid for the discount class" in kept["error"]
    [problem] = run("discounts", "check", "-f", "json").json["rows"]
    assert problem["fix"] == "the store refused it, so: shopinf discounts combine --code SHIPFREE --with none"
    better = run(*free, "--combines-with", "order", "-f", "json").ok()  # no other terms: the first were never there
    assert codes_of(better)[0]["combines_with"] == "order"


def test_a_plan_that_allows_one_order_discount_says_so(run: Bench, shop: PracticeStore) -> None:
    shop.graph.several_order_discounts = False
    run(*ONE).ok()
    done = run("discounts", "combine", "--code", "MAYA15", "--with", "order", "-f", "json")
    assert done.code == 7
    assert "not valid for the discount class" in done.json["rows"][0]["error"]
    assert done.json["rows"][0]["combines_with"] == "none"


def test_a_store_without_graphql_loses_nothing_else(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fail(GRAPHQL, 404, {"errors": "Not Found"}, times=None)
    done = run(*ONE, "--combines-with", "order", "-f", "json")
    assert done.code == 7
    assert "has no GraphQL for us" in codes_of(done)[0]["error"]
    for command in ("list", "check", "links"):
        run("discounts", command).ok() if command != "check" else None
    assert run("discounts", "pause", "--code", "MAYA15").code == 0
    assert run("discounts", "resume", "--code", "MAYA15").code == 0


# lost answers


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_lost_answer_is_found_out_about_by_looking(run: Bench, shop: PracticeStore, fault: str) -> None:
    getattr(shop.faults, fault)(GRAPHQL)
    done = run(*ONE, "--combines-with", "order", "-f", "json").ok()
    assert codes_of(done)[0]["combines_with"] == "order"
    assert combines(shop, "MAYA15") == "order"
    assert len(shop.graph.changes) == 1


def test_an_answer_that_lags_is_looked_for_twice_before_it_is_asked_for_again(run: Bench, shop: PracticeStore) -> None:
    shop.graph.lag = 3.0
    shop.faults.drop_after(GRAPHQL)
    run(*ONE, "--combines-with", "order").ok()
    assert len(shop.graph.changes) == 1


def test_a_throttled_change_waits_for_its_points(run: Bench, shop: PracticeStore, clock: StillClock) -> None:
    shop.graph.points.drain()
    begun = clock.monotonic()
    run(*ONE, "--combines-with", "order").ok()
    assert combines(shop, "MAYA15") == "order"
    assert 0 < clock.monotonic() - begun < 5


def test_a_store_that_stumbles_is_asked_again(run: Bench, shop: PracticeStore) -> None:
    shop.graph.fail("INTERNAL_SERVER_ERROR", times=1, changes_only=True)
    run(*ONE, "--combines-with", "order").ok()
    assert combines(shop, "MAYA15") == "order"


def test_what_was_not_finished_is_told_by_list_and_check_and_taken_up(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fail(GRAPHQL, 403, {"errors": "Forbidden"}, times=1)
    assert run(*ONE, "--combines-with", "order").code == 7
    [row] = run("discounts", "list", "-f", "json").ok().json["rows"]
    assert row["error"] == "it combines with none, not with order; shopinf discounts check says what to do"
    checked = run("discounts", "check", "-f", "json")
    assert checked.code == 7
    [problem] = checked.json["rows"]
    assert problem["problem"] == "in the store it combines with none, asked for order"
    assert problem["fix"] == "shopinf discounts combine --code MAYA15 --with order"
    run(*problem["fix"].split()[1:]).ok()
    run("discounts", "check").ok()
    assert combines(shop, "MAYA15") == "order"


# afterwards


def test_codes_that_exist_are_combined_by_campaign_after_a_question(run: Bench, shop: PracticeStore) -> None:
    for name in ("maya", "leo"):
        run("discounts", "create", "--campaign", "q4", "--influencer", name, "--percent", "15").ok()
    wish = ("discounts", "combine", "--campaign", "q4", "--with", "order")
    assert run(*wish).code == 2
    plan = run(*wish, "--dry-run").ok()
    assert "MAYA15 in maya-shop: combines with is none, becomes order" in plan.err
    assert combines(shop, "LEO15") == "none"
    done = run(*wish, "--yes", "-f", "json").ok()
    assert {row["code"]: row["combines_with"] for row in done.json["rows"]} == {"MAYA15": "order", "LEO15": "order"}
    before = asked(shop)
    assert "Nothing to change" in run(*wish, "--yes").ok().err
    assert asked(shop) == before
    run("discounts", "combine", "--campaign", "q4", "--with", "none", "--yes").ok()
    assert combines(shop, "MAYA15") == "none"


def test_codes_that_combine_with_nothing_are_not_asked_about_to_combine_with_nothing(
    run: Bench, shop: PracticeStore
) -> None:
    for name in ("maya", "leo"):
        run("discounts", "create", "--campaign", "q4", "--influencer", name, "--percent", "15").ok()
    assert "Nothing to change: 2 codes" in run("discounts", "combine", "--campaign", "q4", "--with", "none").ok().err
    assert asked(shop) == 0


def test_a_code_that_shares_its_rule_is_not_combined_alone(run: Bench, shop: PracticeStore) -> None:
    run(*MANY, "3").ok()
    refused = run("discounts", "combine", "--code", "CODE1", "--with", "order")
    assert refused.code == 2
    assert "shares its price rule with 2 other codes" in refused.err
    run("discounts", "combine", "--campaign", "w", "--with", "order", "--yes").ok()
    assert len(shop.graph.changes) == 1


def test_what_is_to_be_combined_has_to_be_said(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    assert "Give --with" in run("discounts", "combine", "--code", "MAYA15").err
    assert run("discounts", "combine", "--with", "order").code == 2
    assert run("discounts", "combine", "--code", "NOBODY", "--with", "order").code == 3


def test_pausing_and_resuming_keep_what_a_code_combines_with(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    run("discounts", "pause", "--code", "MAYA15").ok()
    assert listed(run) == {"MAYA15": "order"}
    set_combining(shop, shop.codes["MAYA15"], order=False)  # a store whose REST forgets it
    run("discounts", "resume", "--code", "MAYA15").ok()
    assert combines(shop, "MAYA15") == "order"


def test_a_code_made_again_on_a_shared_rule_combines_as_before(run: Bench, shop: PracticeStore) -> None:
    run(*MANY, "2", "--combines-with", "order").ok()
    run("discounts", "pause", "--code", "CODE1", "--yes").ok()
    run("discounts", "resume", "--code", "CODE1").ok()
    assert combines(shop, "CODE1") == "order"


# codes of others


def test_imported_codes_are_shown_as_the_store_has_them(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    for code, what in (("ADMIN20", {"order": True, "shipping": True}), ("APP10", {"product": True}), ("REST5", {})):
        rule = shop.add_rule(code)
        shop.codes.make(code, rule["id"])
        set_combining(shop, rule["id"], **what)
        if code == "APP10":
            shop.graph.sorts[rule["id"]] = "DiscountCodeApp"
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\nADMIN20,maya\nAPP10,leo\nREST5,zoe\nGONE1,ann\n", "utf-8")
    done = run("discounts", "import", str(sheet), "-f", "json")
    assert done.code == 7  # one is gone
    shown = {"ADMIN20": "order,shipping", "APP10": "product", "REST5": "none", "GONE1": None}
    assert {row["code"]: row["combines_with"] for row in done.json["rows"]} == shown
    assert listed(run) == shown
    assert shop.writes == []


def test_imported_codes_stay_unknown_where_the_store_does_not_tell(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    rule = shop.add_rule("Admin")
    shop.codes.make("ADMIN20", rule["id"])
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\nADMIN20,maya\n", "utf-8")
    shop.faults.fail(GRAPHQL, 500, {"errors": "x"}, times=None)
    done = run("discounts", "import", str(sheet), "-f", "json").ok()
    assert done.json["rows"][0]["combines_with"] is None
    assert "what codes of maya-shop combine with was not looked at" in done.err


def test_an_adopted_code_is_combined_as_one_of_ours_and_a_tracked_one_is_not(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    rule = shop.add_rule("Admin")
    shop.codes.make("ADMIN20", rule["id"])
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\nADMIN20,maya\n", "utf-8")
    run("discounts", "import", str(sheet)).ok()
    refused = run("discounts", "combine", "--code", "ADMIN20", "--with", "order")
    assert refused.code == 2
    assert "only tracked" in refused.err
    run("discounts", "import", str(sheet), "--mode", "adopt", "--yes").ok()
    run("discounts", "combine", "--code", "ADMIN20", "--with", "order").ok()
    assert combines(shop, "ADMIN20") == "order"


def test_a_code_of_another_apps_function_is_left_to_that_app(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    rule = shop.add_rule("App")
    shop.codes.make("APP10", rule["id"])
    shop.graph.sorts[rule["id"]] = "DiscountCodeApp"
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\nAPP10,maya\n", "utf-8")
    run("discounts", "import", str(sheet), "--mode", "adopt", "--yes").ok()
    refused = run("discounts", "combine", "--code", "APP10", "--with", "order", "-f", "json")
    assert refused.code == 7
    assert "worked out by another app" in refused.json["rows"][0]["error"]
    assert shop.graph.changes == []


def test_a_rule_that_graphql_knows_by_another_id_is_found_by_its_code(run: Bench, shop: PracticeStore) -> None:
    shop.graph.shift = 1000
    shop.faults.drop_after(GRAPHQL, times=2)
    run(*ONE, "--combines-with", "order").ok()
    assert combines(shop, "MAYA15") == "order"
    run("discounts", "check").ok()
    set_combining(shop, shop.codes["MAYA15"], order=False)
    assert run("discounts", "check").code == 7


# check


def test_what_somebody_changed_in_the_admin_is_told_with_the_way_back(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    set_combining(shop, shop.codes["MAYA15"], order=False, shipping=True)
    for _ in range(2):  # it stays a difference until something is done
        checked = run("discounts", "check", "-f", "json")
        [row] = checked.json["rows"]
        assert (checked.code, row["problem"]) == (7, "in the store it combines with shipping, asked for order")
        assert row["fix"] == "shopinf discounts combine --code MAYA15 --with order"
    assert listed(run) == {"MAYA15": "shipping"}  # as the store has it
    run(*row["fix"].split()[1:]).ok()
    run("discounts", "check").ok()
    assert combines(shop, "MAYA15") == "order"


def test_a_tracked_code_is_taken_as_the_store_has_it(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    rule = shop.add_rule("Admin")
    shop.codes.make("ADMIN20", rule["id"])
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\nADMIN20,maya\n", "utf-8")
    run("discounts", "import", str(sheet)).ok()
    set_combining(shop, rule["id"], order=True)
    [row] = run("discounts", "check", "-f", "json").json["rows"]
    assert row["problem"] == "in the store it combines with order, here none"
    assert row["fix"].startswith("nothing")
    assert listed(run) == {"ADMIN20": "order"}
    run("discounts", "check").ok()


def test_check_without_the_scope_compares_the_rest_and_says_what_it_left_out(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    shop.scopes -= {"read_discounts", "write_discounts"}
    done = run("discounts", "check", "-f", "json").ok()
    assert "combine with was not looked at" in done.json["notes"][0]


def test_after_a_lost_ledger_codes_combine_as_the_store_has_them(run: Bench, shop: PracticeStore) -> None:
    run(*ONE, "--combines-with", "order").ok()
    (run.home / "ledger.db").unlink(missing_ok=True)
    again = run(*ONE, "--combines-with", "order", "-f", "json")
    assert again.code == 0
    assert codes_of(again)[0]["combines_with"] == "order"
    assert (len(shop.codes), len(shop.graph.changes)) == (1, 1)
    run("discounts", "check").ok()


def test_a_code_in_the_place_of_another_combines_as_that_one_did(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    run(*ONE, "--combines-with", "order").ok()
    done = run("discounts", "reissue", "MAYA15", "--yes", "-f", "json").ok()
    assert done.json["rows"][0]["combines_with"] == "order"
    rule = shop.add_rule("Admin")
    shop.codes.make("ADMIN20", rule["id"])
    set_combining(shop, rule["id"], shipping=True)
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\nADMIN20,leo\n", "utf-8")
    run("discounts", "import", str(sheet), "--mode", "adopt", "--yes").ok()
    shop.faults.fail(GRAPHQL, 403, {"errors": "Forbidden"}, times=1)
    partly = run("discounts", "reissue", "ADMIN20", "--yes", "-f", "json")
    assert partly.code == 7
    row = partly.json["rows"][0]
    assert "it combines with none, not with shipping" in row["error"]
    run("discounts", "combine", "--code", row["code"], "--with", "shipping").ok()
    assert combines(shop, row["code"]) == "shipping"
