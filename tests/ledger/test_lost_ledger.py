"""A ledger that is lost, restored from an older copy or not the only one: what the stores carry is taken up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

LIND = "Maya,Lind,1 Main St,Ottawa,ON,CA,K1A 0B1"


@pytest.fixture
def shop(run: Bench) -> PracticeStore:
    store = run.open()
    run.connect(store).ok()
    return store


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("influencer,email\nmaya,maya@x.example\nleo,leo@x.example\n")
    return path


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    path = tmp_path / "parcels.csv"
    path.write_text(
        "influencer,email,first_name,last_name,address1,city,province,country,zip\n"
        f"maya,maya@x.example,{LIND}\nleo,leo@x.example,{LIND}\n"
    )
    return path


def lose(run: Bench) -> None:
    """The disk died: the stores are connected anew, and the ledger begins empty."""
    for path in run.home.glob("ledger.db*"):
        path.unlink()


@contextmanager
def restored(run: Bench) -> Iterator[None]:
    """What is done in the block is not in the ledger afterwards."""
    run("ledger", "export", str(run.home / "backup.db")).ok()
    yield
    lose(run)
    shutil.move(run.home / "backup.db", run.home / "ledger.db")


def create(run: Bench, sheet: Path, *more: str) -> Ran:
    terms = ("--percent", "15", "--ends", "2026-12-31", "--commission", "10%")
    return run("discounts", "create", "--campaign", "q4", "--from", str(sheet), *terms, "--yes", "-f", "json", *more)


def by_number(run: Bench, *more: str) -> Ran:
    return run("discounts", "create", "--campaign", "w2", "--count", "250", "--percent", "10", "--yes", *more)


def under_the_rule(shop: PracticeStore) -> list[str]:
    rules = [rule["id"] for rule in shop.price_rules.values() if str(rule["title"]).startswith("w2")]
    return [code["code"] for code in shop.discount_codes.values() if code["price_rule_id"] in rules]


def test_codes_that_a_run_left_behind_are_not_made_where_another_ledger_had_others_made(
    run: Bench, shop: PracticeStore
) -> None:
    with restored(run):
        jobs = count()
        shop.faults.fail(lambda method, path: method == "POST" and "/batch" in path and next(jobs) > 0, times=None)
        assert by_number(run).code != 0
        assert len(under_the_rule(shop)) == 100, "the second job and all after it failed"
        shop.faults.clear()
        left_behind = run.home / "left-behind.db"
        run("ledger", "export", str(left_behind)).ok()
    by_number(run).ok()
    assert len(under_the_rule(shop)) == 250
    lose(run)
    shutil.move(left_behind, run.home / "ledger.db")
    by_number(run).ok()
    assert len(under_the_rule(shop)) == 250
    listed = run("discounts", "list", "--campaign", "w2", "-f", "json").ok().json["rows"]
    assert sorted(row["code"] for row in listed) == sorted(under_the_rule(shop))


def send(run: Bench, shop: PracticeStore, sheet: Path, *more: str) -> Ran:
    variant = next(iter(shop.products.values()))["variants"][0]
    variant["inventory_quantity"] = 1000
    given = ("--from", str(sheet), "--variant", str(variant["id"]), "--yes", "-f", "json")
    return run("gifts", "send", "--campaign", "spring", *given, *more)


def presents(shop: PracticeStore) -> list[str]:
    return sorted(order["email"] for order in shop.orders.values() if order["source_name"] == "shopify_draft_order")


def whose(run: Bench) -> dict[str, Any]:
    listed = run("discounts", "list", "-f", "json").ok().json
    return {row["code"]: (row["influencer"], row["campaign"]) for row in listed["rows"]}


def test_codes_are_not_made_again_after_the_ledger_is_lost(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    create(run, sheet).ok()
    lose(run)
    again = create(run, sheet).ok().json
    assert [row["status"] for row in again["codes"]] == ["exists", "exists"]
    assert sorted(shop.codes) == ["LEO15", "MAYA15"]
    assert len(shop.price_rules) == 2
    assert whose(run) == {"MAYA15": ("maya", "q4"), "LEO15": ("leo", "q4")}
    assert {row["ends_at"][:10] for row in again["codes"]} == {"2026-12-31"}
    assert {row["commission"] for row in again["codes"]} == {"10%"}


def test_codes_that_a_restored_ledger_lacks_are_taken_up(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    with restored(run):
        create(run, sheet).ok()
    sheet.write_text("influencer,email\nleo,leo@x.example\nmaya,maya@x.example\nzoe,zoe@x.example\n")
    create(run, sheet).ok()
    assert sorted(shop.codes) == ["LEO15", "MAYA15", "ZOE15"]
    assert whose(run) == {name: (name[:-2].lower(), "q4") for name in shop.codes}


def test_codes_by_number_are_filled_up_to_the_number(run: Bench, shop: PracticeStore) -> None:
    wave = ("discounts", "create", "--campaign", "wave", "--percent", "10", "--yes")
    run(*wave, "--count", "20").ok()
    with restored(run):
        run(*wave, "--count", "50").ok()
    run(*wave, "--count", "60").ok()
    assert len(shop.codes) == 60
    lose(run)
    run(*wave, "--count", "60").ok()
    assert len(shop.codes) == 60
    assert len(shop.price_rules) == 1


def test_codes_on_a_shared_rule_are_known_by_their_names(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    create(run, sheet, "--shared-rule").ok()
    lose(run)
    create(run, sheet, "--shared-rule").ok()
    assert sorted(shop.codes) == ["LEO15", "MAYA15"]
    assert len(shop.price_rules) == 1
    assert whose(run) == {"MAYA15": ("maya", "q4"), "LEO15": ("leo", "q4")}


def test_a_rule_that_is_found_without_its_code_is_called_like_the_code_it_gets(
    run: Bench, shop: PracticeStore, sheet: Path
) -> None:
    create(run, sheet).ok()
    other = ("discounts", "create", "--campaign", "w", "--from", str(sheet), "--percent", "15", "--yes")
    with restored(run):
        run(*other).ok()
    for name in [name for name in shop.codes if "-" in name]:
        del shop.codes[name]
    run(*other).ok()
    assert len(shop.price_rules) == len(shop.codes) == 4
    titles = {rule["id"]: rule["title"] for rule in shop.price_rules.values()}
    assert all(titles[code["price_rule_id"]].startswith(f"{code['code']} - ") for code in shop.discount_codes.values())


def test_a_code_on_a_shared_rule_that_had_to_be_told_from_another_is_known_too(
    run: Bench, shop: PracticeStore, sheet: Path
) -> None:
    create(run, sheet).ok()
    other = ("discounts", "create", "--campaign", "w", "--from", str(sheet), "--percent", "15", "--yes")
    with restored(run):
        run(*other, "--shared-rule").ok()
    made = set(shop.codes)
    assert len(made) == 4
    run(*other, "--shared-rule").ok()
    assert set(shop.codes) == made
    assert {name: owner for name, (owner, campaign) in whose(run).items() if campaign == "w"} == {
        name: name[: name.index("15-")].lower() for name in made if "-" in name
    }


def test_codes_of_people_who_are_called_alike_are_refused(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    sheet.write_text("influencer,email,first_name\nanna.a,a@x.example,Anna\nanna.b,b@x.example,Anna\n")
    create(run, sheet, "--shared-rule", "--pattern", "{first_name}{value}").ok()
    lose(run)
    sheet.write_text("influencer,email,first_name\nanna.b,b@x.example,Anna\nanna.a,a@x.example,Anna\n")
    refused = create(run, sheet, "--shared-rule", "--pattern", "{first_name}{value}")
    assert refused.code == 2
    assert "do not say whose they are" in refused.err
    assert len(shop.codes) == 2


def test_names_that_do_not_say_whose_they_are_are_refused(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    create(run, sheet, "--shared-rule", "--pattern", "{random:8}").ok()
    lose(run)
    refused = create(run, sheet, "--shared-rule", "--pattern", "{random:8}")
    assert refused.code == 2
    assert "do not say whose they are" in refused.err
    assert len(shop.codes) == 2


def test_a_rule_whose_code_was_not_made_any_more_gets_it(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    create(run, sheet).ok()
    del shop.codes["MAYA15"]
    lose(run)
    create(run, sheet).ok()
    assert sorted(shop.codes) == ["LEO15", "MAYA15"]
    assert len(shop.price_rules) == 2


def test_rules_of_an_earlier_version_are_known_by_their_titles(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    create(run, sheet).ok()
    for number, rule in enumerate(shop.price_rules.values()):
        rule["title"] = f"{rule['title'][:-10]}ABCDEFGHJ{number + 2}"
    lose(run)
    create(run, sheet).ok()
    assert len(shop.price_rules) == 2
    assert whose(run) == {"MAYA15": ("maya", "q4"), "LEO15": ("leo", "q4")}


def test_gifts_are_not_sent_again_after_the_ledger_is_lost(run: Bench, shop: PracticeStore, parcels: Path) -> None:
    send(run, shop, parcels).ok()
    lose(run)
    again = send(run, shop, parcels).ok().json
    assert [row["status"] for row in again["rows"]] == ["exists", "exists"]
    assert presents(shop) == ["leo@x.example", "maya@x.example"]
    followed = run("gifts", "status", "-f", "json").ok().json["rows"]
    assert {(row["influencer"], row["campaign"]) for row in followed} == {("maya", "spring"), ("leo", "spring")}
    assert {row["order_id"] for row in followed} <= set(shop.orders)


def test_gifts_that_a_restored_ledger_lacks_are_taken_up(run: Bench, shop: PracticeStore, parcels: Path) -> None:
    with restored(run):
        send(run, shop, parcels).ok()
    parcels.write_text(parcels.read_text() + f"zoe,zoe@x.example,{LIND}\n")
    send(run, shop, parcels).ok()
    assert presents(shop) == ["leo@x.example", "maya@x.example", "zoe@x.example"]


def test_a_replacement_is_known_by_its_reason(run: Bench, shop: PracticeStore, parcels: Path) -> None:
    again = ("--again", "--reason", "lost in the post")
    send(run, shop, parcels).ok()
    send(run, shop, parcels, *again).ok()
    lose(run)
    send(run, shop, parcels).ok()
    send(run, shop, parcels, *again).ok()
    assert presents(shop) == ["leo@x.example"] * 2 + ["maya@x.example"] * 2


def test_a_draft_that_was_left_behind_is_completed(run: Bench, shop: PracticeStore, parcels: Path) -> None:
    shop.faults.drop_before(lambda method, path: method == "PUT", None)
    assert send(run, shop, parcels).code != 0
    shop.faults.clear()
    lose(run)
    send(run, shop, parcels).ok()
    assert presents(shop) == ["leo@x.example", "maya@x.example"]


def test_a_look_over_a_store_that_was_looked_at_reads_only_what_is_new(
    run: Bench, shop: PracticeStore, sheet: Path
) -> None:
    create(run, sheet).ok()
    for campaign in ("q5", "q6"):
        run.clock.pass_(hours=1)
        run("discounts", "create", "--campaign", campaign, "--influencer", "zoe", "--percent", "10").ok()
    before = len(run.wire.sent)
    run("discounts", "create", "--campaign", "q7", "--influencer", "zoe", "--percent", "10").ok()
    asked = [str(each.url) for each in run.wire.sent[before:] if "created_at" in str(each.url)]
    newest = sorted(shop.price_rules)
    assert len(asked) == 1
    assert f"since_id={newest[1]}" in asked[0]


def test_an_emptied_ledger_is_refused_while_stores_are_connected(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    create(run, sheet).ok()
    run("ledger", "export", str(run.home / "backup.db")).ok()
    lose(run)
    (run.home / "ledger.db").touch()
    refused = create(run, sheet)
    assert refused.code == 9
    assert "is empty (0 bytes), although stores are connected" in refused.err
    assert "ledger import" in refused.err
    run("ledger", "import", str(run.home / "backup.db")).ok()
    assert create(run, sheet).ok().json["summary"]["existing"] == 2


def test_check_says_what_the_store_has_and_takes_up_whose_it_knows(
    run: Bench, shop: PracticeStore, sheet: Path
) -> None:
    create(run, sheet).ok()
    lose(run)
    unknown = run("discounts", "check", "--campaign", "Q4", "-f", "json")
    assert unknown.code == 7
    assert {row["code"]: row["influencer"] for row in unknown.json["rows"]} == {"MAYA15": None, "LEO15": None}
    assert "discounts create --campaign q4 again" in unknown.json["rows"][0]["fix"]
    people = sheet.with_name("maya.csv")
    people.write_text("influencer,email\nmaya,maya@x.example\n")
    run("influencers", "import", str(people)).ok()
    known = run("discounts", "check", "-f", "json")
    told = {row["code"]: (row["influencer"], row["campaign"], row["problem"]) for row in known.json["rows"]}
    assert told["MAYA15"] == ("maya", "q4", "the store had it and the ledger did not")
    assert told["LEO15"][0] is None
    assert whose(run) == {"MAYA15": ("maya", "q4")}
    create(run, sheet, "--update-terms").ok()  # what was agreed with somebody is not in the store
    assert len(shop.price_rules) == 2
    run("discounts", "check").ok()


def test_status_says_what_the_store_has_and_takes_up_whose_it_knows(
    run: Bench, shop: PracticeStore, parcels: Path
) -> None:
    send(run, shop, parcels).ok()
    lose(run)
    people = parcels.with_name("maya.csv")
    people.write_text("influencer,email\nmaya,maya@x.example\n")
    run("influencers", "import", str(people)).ok()
    followed = run("gifts", "status", "-f", "json").ok().json
    assert [(row["influencer"], row["campaign"]) for row in followed["rows"]] == [("maya", "spring")]
    assert "maya-shop: 1 gift that the ledger lacked was taken up" in followed["notes"]
    assert any("has 1 gift of spring that the ledger does not know" in note for note in followed["notes"])
    send(run, shop, parcels).ok()
    assert len(run("gifts", "status", "-f", "json").ok().json["rows"]) == 2
    assert presents(shop) == ["leo@x.example", "maya@x.example"]
