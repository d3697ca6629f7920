"""`discounts create`: codes with their rules and links, and what is refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

COLUMNS = (
    "store,campaign,influencer,slot,email,first_name,code,link,value_type,value,combines_with,commission,starts_at,"
    "ends_at,status,error,price_rule_id,discount_code_id"
)


def sheet(folder: Path, text: str) -> str:
    path = folder / "people.csv"
    path.write_text(text)
    return str(path)


def the_rule(shop: PracticeStore, code: str) -> dict[str, Any]:
    return dict(shop.price_rules[shop.codes[code]])


def test_one_influencer_gets_a_code_on_a_rule_of_its_own(run: Bench, shop: PracticeStore) -> None:
    done = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "-f", "csv").ok()
    [row] = csv.DictReader(io.StringIO(done.out))
    assert done.out.splitlines()[0] == COLUMNS
    assert (row["code"], row["status"], row["influencer"]) == ("MAYA15", "created", "maya")
    assert row["link"] == f"https://{shop.primary_domain}/discount/MAYA15"
    assert int(row["price_rule_id"]) == shop.codes["MAYA15"]
    rule = the_rule(shop, "MAYA15")
    assert rule["title"].startswith("MAYA15 ")
    assert (rule["value"], rule["value_type"], rule["target_type"]) == ("-15.0", "percentage", "line_item")
    assert "do not combine" in done.err


def test_json_has_codes_and_a_summary(run: Bench, shop: PracticeStore) -> None:
    done = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "-f", "json").ok()
    assert done.json["schema"] == "shopinf.codes/1"
    assert done.json["summary"] == {"asked": 1, "created": 1, "updated": 0, "existing": 0, "failed": 0}
    assert list(done.json["codes"][0]) == COLUMNS.split(",")
    assert done.json["failures"] == []


def test_a_sheet_gives_every_row_its_own_wishes(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        "handle,email,first_name,code,percent,amount,ends,usage_limit,commission,slot,redirect\n"
        "@maya,maya@x.com,Maya,,,,,,,,\n"
        "leo,leo@x.com,Leo,LEO-VIP,20,,2026-12-31,5,12%,,/products/serum\n"
        "zoé,,Zoé,,,7.50,,,,tiktok,\n",
    )
    done = run(
        *("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--commission", "5.00"),
        *("--once-per-customer", "--utm", "source={influencer}", "--yes", "-f", "json"),
    ).ok()
    maya, leo, zoe = done.json["codes"]
    assert (maya["code"], maya["value"], maya["commission"]) == ("MAYA15", "15", "5.00")
    assert (leo["code"], leo["value"], leo["commission"]) == ("LEO-VIP", "20", "12%")
    assert leo["link"].endswith("/discount/LEO-VIP?redirect=/products/serum&utm_source=leo")
    assert leo["ends_at"] == "2026-12-31T23:59:59-05:00"
    assert (zoe["code"], zoe["value_type"], zoe["value"], zoe["slot"]) == ("ZOE7-5", "fixed_amount", "7.50", "tiktok")
    assert the_rule(shop, "LEO-VIP")["usage_limit"] == 5
    assert all(rule["once_per_customer"] for rule in shop.price_rules.values())
    assert len(shop.price_rules) == 3


def test_codes_by_number_share_one_rule(run: Bench, shop: PracticeStore) -> None:
    done = run("discounts", "create", "--campaign", "wave 2", "--count", "250", "--amount", "5", "--yes").ok()
    assert len(shop.codes) == 250
    assert len(shop.price_rules) == 1
    assert all(code.startswith("WAVE-2-") and len(code) == 13 for code in shop.codes)
    assert "250 codes created" in done.err


def test_a_thousand_codes_take_few_requests(run: Bench, shop: PracticeStore) -> None:
    shop._batches.seconds = 4.0
    before = len(shop.requests)
    run("discounts", "create", "--campaign", "big", "--count", "1000", "--percent", "10", "--yes").ok()
    assert len(shop.codes) == 1000
    polls = [path for method, path, _ in shop.requests[before:] if method == "GET" and "/batch/" in path]
    polls = [path for path in polls if not path.endswith("discount_codes.json")]
    assert len(polls) <= 25


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        (["--track-only"], {"value_type": "percentage", "value": "0.0"}),
        (["--free-shipping"], {"target_type": "shipping_line", "value": "-100.0", "allocation_method": "each"}),
        (["--amount", "12.50"], {"value_type": "fixed_amount", "value": "-12.5"}),
        (["--percent", "15%", "--usage-limit", "9"], {"usage_limit": 9}),
        (
            ["--percent", "15", "--min-subtotal", "50"],
            {"prerequisite_subtotal_range": {"greater_than_or_equal_to": "50.0"}},
        ),
        (["--percent", "15", "--min-quantity", "2"], {"prerequisite_quantity_range": {"greater_than_or_equal_to": 2}}),
        (
            ["--percent", "15", "--collection", "77", "--collection", "88"],
            {"target_selection": "entitled", "entitled_collection_ids": [77, 88]},
        ),
        (["--percent", "15", "--starts", "2026-12-01"], {"starts_at": "2026-12-01T00:00:00-05:00"}),
        (["--percent", "15", "--ends", "2026-11-22"], {"ends_at": "2026-11-22T23:59:59-05:00"}),
    ],
)
def test_terms_become_the_fields_of_a_price_rule(
    run: Bench, shop: PracticeStore, options: list[str], fields: dict[str, Any]
) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", *options).ok()
    [rule] = shop.price_rules.values()
    for name, value in fields.items():
        found = rule[name]
        assert (float(found), float(value)) == (float(value),) * 2 if name == "value" else found == value, name


def test_products_are_found_by_id_variant_and_sku(run: Bench, shop: PracticeStore) -> None:
    first, second, third = list(shop.products.values())[:3]
    words = [str(first["id"]), str(second["variants"][0]["id"]), third["variants"][0]["sku"]]
    given = [part for word in words for part in ("--product", word)]
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", *given).ok()
    [rule] = shop.price_rules.values()
    assert rule["entitled_product_ids"] == [first["id"]]
    assert set(rule["entitled_variant_ids"]) == {second["variants"][0]["id"], third["variants"][0]["id"]}


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--percent", "15", "--amount", "5"],
        ["--percent", "0"],
        ["--percent", "101"],
        ["--percent", "abc"],
        ["--amount", "0"],
        ["--amount", "5.001"],
        ["--percent", "15", "--ends", "2026-11-21"],
        ["--percent", "15", "--ends", "31.12.2026"],
        ["--percent", "15", "--starts", "2026-12-02", "--ends", "2026-12-01"],
        ["--percent", "15", "--min-subtotal", "5", "--min-quantity", "2"],
        ["--free-shipping", "--collection", "7"],
        ["--free-shipping", "--product", "7"],
        ["--percent", "15", "--commission", "10"],
        ["--percent", "15", "--redirect", "https://evil.example/"],
        ["--percent", "15", "--utm", "source"],
        ["--percent", "15", "--product", "NO-SUCH-SKU"],
        ["--percent", "15", "--pattern", "{shoe}"],
        ["--percent", "15", "--usage-limit", "0"],
        ["--percent", "15", "--count", "3"],
        ["--percent", "15", "--shared-rule", "--own-rules"],
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    run: Bench, shop: PracticeStore, options: list[str]
) -> None:
    refused = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", *options)
    assert refused.code == 2, refused.err
    assert refused.out == ""
    assert not shop.writes


def test_a_product_together_with_its_own_variant_is_refused(run: Bench, shop: PracticeStore) -> None:
    product = next(iter(shop.products.values()))
    given = ["--product", str(product["id"]), "--product", str(product["variants"][0]["id"])]
    refused = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", *given)
    assert refused.code == 2
    assert not shop.writes


def test_several_codes_need_a_yes(run: Bench, shop: PracticeStore) -> None:
    refused = run("discounts", "create", "--campaign", "q4", "--count", "2", "--percent", "15")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert not shop.writes


def test_the_dry_run_shows_everything_and_writes_nothing(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(tmp_path, "handle,code\nmaya,\nleo,LEO-VIP\n")
    seen = run("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--dry-run", "-f", "json")
    assert [row["code"] for row in seen.ok().json["codes"]] == ["MAYA15", "LEO-VIP"]
    assert {row["status"] for row in seen.json["codes"]} == {"planned"}
    assert seen.json["codes"][0]["link"].endswith("/discount/MAYA15")
    [forecast] = seen.json["forecast"]
    assert forecast["own_rules"]["requests"] == 6
    assert forecast["shared_rule"]["requests"] == 6
    assert not shop.writes
    listed = run("discounts", "list", "-f", "json").ok()
    assert listed.json["rows"] == []


def test_what_the_dry_run_shows_is_what_is_made_also_where_signs_are_random(run: Bench, shop: PracticeStore) -> None:
    asked = ("discounts", "create", "--campaign", "q4", "--count", "4", "--percent", "15", "-f", "json")
    planned = [row["code"] for row in run(*asked, "--dry-run").ok().json["codes"]]
    assert [row["code"] for row in run(*asked, "--yes").ok().json["codes"]] == planned == list(shop.codes)
    more = [*asked[:5], "6", *asked[6:]]
    planned = [row["code"] for row in run(*more, "--dry-run").ok().json["codes"]]
    assert [row["code"] for row in run(*more, "--yes").ok().json["codes"]] == planned
    assert len({*planned}) == len(shop.codes) == 6


@pytest.mark.slow
def test_a_dry_run_shows_the_signs_of_people_who_are_not_known_yet(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("influencer,email\nann,ann@ann.example\nbob,\n")
    create = ("discounts", "create", "--campaign", "q4", "--sheet", str(sheet), "--percent", "15")
    asked = (*create, "--pattern", "{influencer}-{random:6}", "-f", "json")
    planned = [row["code"] for row in run(*asked, "--dry-run").ok().json["codes"]]
    assert [row["code"] for row in run(*asked, "--yes").ok().json["codes"]] == planned


def test_the_dry_run_tells_how_likely_codes_meet(run: Bench, shop: PracticeStore) -> None:
    asked = ("--count", "10000", "--percent", "15", "--dry-run", "-o", str(run.home.parent / "codes.csv"))
    assert "5.5 %" in run("discounts", "create", "--campaign", "q4", *asked).ok().err


def test_a_wish_that_cannot_be_a_code_fails_alone(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(tmp_path, "handle,code\nmaya,\nleo,leo vip\nzoe,été\n")
    done = run("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--yes", "-f", "json")
    assert done.code == 7
    assert [row["status"] for row in done.json["codes"]] == ["created", "failed", "failed"]
    assert "LEO-VIP" in done.json["codes"][1]["error"]
    assert done.json["summary"] == {"asked": 3, "created": 1, "updated": 0, "existing": 0, "failed": 2}
    assert len(done.json["failures"]) == 2
    assert list(shop.codes) == ["MAYA15"]


def test_an_explicit_code_that_is_taken_fails_alone_and_leaves_nothing(run: Bench, shop: PracticeStore) -> None:
    shop.codes["MAYA15"] = 1001
    done = run(
        *("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--code", "maya15", "--percent", "15"),
        *("-f", "json"),
    )
    assert done.code == 7
    assert done.json["codes"][0]["status"] == "failed"
    assert list(shop.price_rules) == [1001]
    again = run(
        *("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--code", "MAYA-15", "--percent", "15")
    )
    assert again.code == 0, again.err
    assert "MAYA-15" in shop.codes


def test_a_generated_code_that_is_taken_tries_a_suffix(run: Bench, shop: PracticeStore) -> None:
    shop.codes["maya15"] = 1001
    done = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "-f", "json").ok()
    code = done.json["codes"][0]["code"]
    assert code.startswith("MAYA15-")
    assert shop.codes["MAYA15"] == 1001
    assert the_rule(shop, code)["title"].startswith(f"{code} ")
    assert len(shop.price_rules) == 2


def test_a_job_that_meets_taken_names_draws_others(run: Bench, shop: PracticeStore) -> None:
    for n in range(1, 8):
        shop.codes[f"CODE{n}"] = 1001
    done = run(
        *("discounts", "create", "--campaign", "q4", "--count", "120", "--percent", "15", "--pattern", "code{n}"),
        *("--yes", "-f", "json"),
    ).ok()
    assert done.json["summary"]["created"] == 120
    assert len({row["code"].casefold() for row in done.json["codes"]}) == 120
    assert sum(rule != 1001 for rule in (shop.codes[code] for code in shop.codes)) == 120


def test_names_that_fold_to_the_same_code_stay_apart(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(tmp_path, "handle,code\nmaya,\nmáya,\nleo,MAYA15\n")
    done = run("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--yes", "-f", "json").ok()
    first, second, third = [row["code"] for row in done.json["codes"]]
    assert third == "MAYA15"  # who asked for the name has it
    assert first != second
    assert first.startswith("MAYA15-")
    assert second.startswith("MAYA15-")


def test_the_same_influencer_twice_needs_a_slot(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(tmp_path, "handle,slot\nmaya,\n@Maya,\nmaya,tiktok\n")
    done = run("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--yes", "-f", "json")
    assert done.code == 7
    assert [row["status"] for row in done.json["codes"]] == ["created", "failed", "created"]
    assert "line 2" in done.json["codes"][1]["error"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("handle,percent\nleo,lots\n", "line 2, column percent"),
        ("handle,ends\nmaya,soon\n", "line 2, column ends"),
        ("handle,email\nmaya,x\n", "line 2, column email"),
        ("handle,email\n,\n ,\nmaya,m@x.com\n", None),
        ("first_name,percent\nMaya,15\n", "influencer"),
    ],
)
def test_a_bad_sheet_is_named_by_line_and_column(
    run: Bench, shop: PracticeStore, tmp_path: Path, text: str, place: str | None
) -> None:
    path = sheet(tmp_path, text)
    done = run("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--yes")
    if place is None:
        assert done.code == 0
    else:
        assert done.code == 2
        assert place in done.err
        assert not shop.writes


def test_people_without_a_handle_are_known_by_their_email(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(tmp_path, "email\ninfo@a.com\ninfo@b.com\n")
    command = ("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--yes", "-f", "json")
    done = run(*command).ok()
    assert [row["influencer"] for row in done.json["codes"]] == ["info", "info-2"]
    again = run(*command).ok()
    assert again.json["summary"]["existing"] == 2
    assert [row["code"] for row in again.json["codes"]] == [row["code"] for row in done.json["codes"]]


def test_several_stores_get_the_same_campaign(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="leo-shop", seed=2)
    run.connect(other).ok()
    done = run(
        *("discounts", "create", "--all-stores", "--campaign", "q4", "--influencer", "maya", "--amount", "5"),
        *("--yes", "-f", "json"),
    ).ok()
    assert {row["store"] for row in done.json["codes"]} == {"maya-shop", "leo-shop"}
    assert "MAYA5" in shop.codes
    assert "MAYA5" in other.codes


def test_an_amount_is_refused_across_currencies(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="leo-shop", seed=2, currency="EUR")
    run.connect(other).ok()
    for asked in (
        ["--amount", "5"],
        ["--percent", "5", "--min-subtotal", "5"],
        ["--percent", "5", "--commission", "5.00"],
    ):
        refused = run(
            "discounts", "create", "--all-stores", "--campaign", "q4", "--influencer", "maya", *asked, "--yes"
        )
        assert refused.code == 2
        assert "EUR" in refused.err
    assert not shop.writes
    run(
        "discounts", "create", "--all-stores", "--campaign", "q4", "--influencer", "maya", "--percent", "5", "--yes"
    ).ok()


def test_one_store_in_trouble_does_not_stop_another(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="leo-shop", seed=2)
    run.connect(other).ok()
    other.faults.frozen = True
    done = run(
        *("discounts", "create", "--all-stores", "--campaign", "q4", "--influencer", "maya", "--percent", "5"),
        *("--yes", "-f", "json"),
    )
    assert done.code == 7
    assert done.json["summary"] == {"asked": 2, "created": 1, "updated": 0, "existing": 0, "failed": 1}
    assert [failure["code"] for failure in done.json["failures"]] == [5]


def test_a_store_that_allows_nothing_gives_its_own_exit_code(run: Bench, shop: PracticeStore) -> None:
    shop.scopes.discard("write_price_rules")
    shop.scopes.discard("write_discounts")
    refused = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "-f", "json")
    assert refused.code == 5
    assert refused.out == ""
    assert "write_price_rules" in refused.err


def test_a_store_connected_for_reading_is_not_written_to(run: Bench) -> None:
    shop = run.open()
    run.connect(shop, "--read-only").ok()
    refused = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")
    assert refused.code == 5
    assert not shop.writes


def test_a_jpy_shop_takes_whole_amounts(run: Bench) -> None:
    shop = run.open(currency="JPY", timezone="Asia/Tokyo")
    run.connect(shop).ok()
    refused = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--amount", "500.50")
    assert refused.code == 2
    done = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--amount", "500", "-f", "json").ok()
    assert done.json["codes"][0]["value"] == "500"
    assert done.json["codes"][0]["code"] == "MAYA500"


def test_a_plan_says_of_each_code_why_it_cannot_be_made(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = sheet(tmp_path, "influencer,email\nmaya,maya@x.example\nmaya,maya@x.example\n")
    planned = run("discounts", "create", "--campaign", "q4", "--from", path, "--percent", "15", "--dry-run")
    assert planned.code == 7
    assert "error: maya-shop: maya: the sheet has this influencer twice" in planned.err, "a table may lack its column"
    assert "error: 1 of 2 codes cannot be made" in planned.err
    assert "Correct what is named above first." in planned.err
