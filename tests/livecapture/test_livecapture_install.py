"""Installing a capture today: the tag is tried, its refusal told with its dates, and what works is handed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .capturing import key_of

ENDPOINT = "https://capture.example.com"
SRC = "https://cdn.partner.example/live.js?id=1&x=2"
DATES = ("2026-10-01", "2027-03-01")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here" / "shopinf-livecapture"


def asked(shop: PracticeStore, method: str = "POST") -> int:
    return sum(1 for each in shop.requests if each[0] == method and "script_tags" in each[1])


def by_method(out: str) -> dict[str, dict[str, str | None]]:
    return {row["method"]: row for row in json.loads(out)["rows"]}


def test_the_refusal_is_told_in_one_dated_sentence_and_what_works_is_handed_over(
    run: Bench, shop: PracticeStore, folder: Path
) -> None:
    ran = run("livecapture", "install", "--endpoint", ENDPOINT, "-f", "json").ok()
    rows = by_method(ran.out)
    assert {name: row["status"] for name, row in rows.items()} == {
        "script-tag": "refused",
        "pixel": "ready to paste",
        "snippet": "ready to paste",
    }
    assert asked(shop) == 1
    assert all(date in json.loads(ran.out)["notes"][0] for date in DATES)
    assert rows["pixel"]["paste_at"] == "https://admin.shopify.com/store/maya-shop/settings/customer_events"
    pixel, snippet = (Path(str(rows[name]["file"])).read_text() for name in ("pixel", "snippet"))
    assert f'"{ENDPOINT}/events"' in pixel
    assert f'"{key_of(run)}"' in pixel
    assert f'script.src = "{ENDPOINT}/capture.js?key={key_of(run)}";' in snippet


@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 410, 422])
def test_a_tag_that_was_demanded_and_refused_is_exit_5_whatever_the_refusal_looks_like(
    run: Bench, shop: PracticeStore, folder: Path, status: int
) -> None:
    shop.faults.fail("POST script_tags.json", status, {"errors": {"base": ["no longer supported"]}})
    ran = run("livecapture", "install", "--endpoint", ENDPOINT, "--method", "script-tag")
    assert ran.code == 5
    assert ran.out == ""
    assert all(date in ran.err for date in DATES)
    assert "--method pixel" in ran.err
    assert asked(shop) == 1, "a refusal is not asked for again"
    assert not folder.exists()


def test_a_refusal_that_names_the_scope_which_is_granted_is_the_refusal_as_well(
    run: Bench, shop: PracticeStore, folder: Path
) -> None:
    words = {"errors": "[API] This action requires merchant approval for write_script_tags scope."}
    shop.faults.fail("POST script_tags.json", 403, words)
    ran = run("livecapture", "install", "--endpoint", ENDPOINT, "-f", "json").ok()
    assert by_method(ran.out)["script-tag"]["status"] == "refused"
    assert len(list(folder.iterdir())) == 2
    shop.faults.fail("POST script_tags.json", 403, words)
    demanded = run("livecapture", "install", "--endpoint", ENDPOINT, "--method", "script-tag")
    assert demanded.code == 5
    assert all(date in demanded.err for date in DATES)


def test_without_the_scope_no_tag_is_asked_for(run: Bench, shop: PracticeStore, folder: Path) -> None:
    shop.scopes -= {"write_script_tags", "read_script_tags"}
    ran = run("livecapture", "install", "--endpoint", ENDPOINT).ok()
    assert asked(shop) == 0
    assert all(date in ran.err for date in DATES)
    assert len(list(folder.iterdir())) == 2
    assert run("livecapture", "install", "--endpoint", ENDPOINT, "--method", "script-tag").code == 5


def test_a_store_connected_read_only_gets_the_files(run: Bench, folder: Path) -> None:
    shop = run.open()
    run.connect(shop, "--read-only").ok()
    run("livecapture", "install", "--endpoint", ENDPOINT).ok()
    assert asked(shop) == 0
    assert len(list(folder.iterdir())) == 2
    assert run("livecapture", "install", "--endpoint", ENDPOINT, "--method", "script-tag").code == 5


def test_pixel_and_snippet_ask_the_store_nothing(run: Bench, shop: PracticeStore, folder: Path) -> None:
    before = len(shop.requests)
    run("livecapture", "install", "--endpoint", ENDPOINT, "--method", "pixel").ok()
    assert [each.name for each in folder.iterdir()] == ["maya-shop-pixel.js"]
    run("livecapture", "install", "--method", "snippet", "--out", "client/files").ok()
    assert [each.name for each in Path("client/files").iterdir()] == ["maya-shop-snippet.liquid"]
    assert len(shop.requests) == before


def test_running_it_again_gives_the_same_files_with_the_same_key(run: Bench, shop: PracticeStore, folder: Path) -> None:
    run("livecapture", "install", "--endpoint", ENDPOINT).ok()
    first = {each.name: each.read_bytes() for each in folder.iterdir()}
    run("livecapture", "install").ok()
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == first


def test_an_existing_tag_is_kept_and_no_second_one_is_made(run: Bench, shop: PracticeStore) -> None:
    shop.faults.script_tags_closed = False
    ran = run("livecapture", "install", "--src", SRC, "-f", "json").ok()
    assert (by_method(ran.out)["script-tag"]["status"], by_method(ran.out)["script-tag"]["ends_at"]) == (
        "created",
        "2027-03-01",
    )
    shop.faults.script_tags_closed = True
    ran = run("livecapture", "install", "--src", SRC, "--method", "script-tag", "-f", "json").ok()
    assert by_method(ran.out)["script-tag"]["status"] == "exists"
    assert len(shop.script_tags) == 1
    assert asked(shop) == 1


def test_a_tag_whose_answer_was_lost_is_found_again(run: Bench, shop: PracticeStore) -> None:
    shop.faults.script_tags_closed = False
    shop.faults.drop_after("POST script_tags.json")
    ran = run("livecapture", "install", "--src", SRC, "-f", "json").ok()
    assert by_method(ran.out)["script-tag"]["status"] == "created"
    assert len(shop.script_tags) == 1


def test_another_partys_script_is_used_as_it_is(run: Bench, shop: PracticeStore, folder: Path) -> None:
    ran = run("livecapture", "install", "--src", SRC).ok()
    assert SRC in (folder / "maya-shop-pixel.js").read_text()
    assert (
        'script.src = "https://cdn.partner.example/live.js?id=1&x=2";'
        in (folder / "maya-shop-snippet.liquid").read_text()
    )
    assert "its maker" in ran.err


def test_a_dry_run_asks_for_nothing_and_writes_nothing(run: Bench, shop: PracticeStore, folder: Path) -> None:
    run("livecapture", "install", "--endpoint", ENDPOINT, "--dry-run").ok()
    assert asked(shop) == 0
    assert not folder.exists()


def test_an_operator_is_asked_where_events_should_go(run: Bench, shop: PracticeStore) -> None:
    ran = run("livecapture", "install")
    assert ran.code == 2
    assert "--endpoint" in ran.err


def test_a_practice_store_is_captured_on_this_machine(run: Bench, folder: Path) -> None:
    shop = run.open()
    run.wire.stores["127.0.0.1"] = shop
    run.connect(shop, "--url", "http://127.0.0.1:8799").ok()
    ran = run("livecapture", "install").ok()
    assert '"http://127.0.0.1:8788/events"' in (folder / "maya-shop-pixel.js").read_text()
    assert "only browsers on this machine" in ran.err


def test_src_and_endpoint_exclude_each_other(run: Bench, shop: PracticeStore) -> None:
    assert run("livecapture", "install", "--src", SRC, "--endpoint", ENDPOINT).code == 2
    assert run("livecapture", "install", "--src", "http://cdn.example/x.js").code == 2


def test_one_stores_failure_leaves_the_others_their_files(run: Bench, shop: PracticeStore, folder: Path) -> None:
    other = run.open(handle="nordlicht")
    run.connect(other).ok()
    other.faults.frozen = True
    ran = run("livecapture", "install", "--endpoint", ENDPOINT, "--all-stores", "-f", "json")
    assert ran.code == 7
    assert [row["store"] for row in ran.json["rows"]] == ["maya-shop"] * 3
    assert ran.json["failures"][0]["store"] == "nordlicht"


# status and uninstall


@pytest.fixture
def storefront(run: Bench, shop: PracticeStore) -> PracticeStore:
    """The practice store with its public pages at its own domain."""
    run.wire.stores[shop.primary_domain] = shop
    return shop


def status(run: Bench) -> dict[str, dict[str, object]]:
    rows = run("livecapture", "status", "-f", "json").ok().json["rows"]
    return {str(row["what"] if row["what"] != "script-tag" else row["src"]): row for row in rows}


def test_status_shows_tags_with_their_end_and_whether_the_storefront_loads_the_script(
    run: Bench, storefront: PracticeStore
) -> None:
    storefront.faults.script_tags_closed = False
    storefront.add_script_tag("https://other.example/b.js")
    assert status(run)["storefront"]["status"] == "does not load it"
    run("livecapture", "install", "--src", SRC).ok()
    found = status(run)
    assert (found[SRC]["ours"], found[SRC]["status"], found[SRC]["ends_at"]) == (True, "loaded", "2027-03-01")
    assert found["https://other.example/b.js"]["ours"] is False
    assert (found["storefront"]["status"], found["storefront"]["src"]) == ("loads the script", SRC)
    assert (found["events"]["status"], found["events"]["at"]) == ("none received", None)
    assert not [each for each in run.wire.sent if each.url.path == "/" and "X-Shopify-Access-Token" in each.headers]
    run.clock.pass_(days=120)
    assert status(run)[SRC]["status"] == "no longer loaded"


def test_status_sees_a_snippet_in_the_theme(run: Bench, storefront: PracticeStore, folder: Path) -> None:
    run("livecapture", "install", "--endpoint", ENDPOINT).ok()
    assert status(run)["storefront"]["status"] == "does not load it"
    storefront.theme = (folder / "maya-shop-snippet.liquid").read_text()
    assert status(run)["storefront"]["status"] == "loads the script"


def test_status_without_the_scope_or_the_storefront_says_so(run: Bench, shop: PracticeStore) -> None:
    shop.scopes -= {"write_script_tags", "read_script_tags"}
    ran = run("livecapture", "status").ok()
    assert "cannot be listed without read_script_tags" in ran.err
    assert "not readable" in ran.out


def test_uninstall_removes_our_tags_only_after_a_question(run: Bench, shop: PracticeStore) -> None:
    shop.faults.script_tags_closed = False
    shop.add_script_tag("https://other.example/b.js")
    run("livecapture", "install", "--src", SRC).ok()
    assert run("livecapture", "uninstall").code == 2
    assert "would be removed" in run("livecapture", "uninstall", "--dry-run").ok().out
    assert len(shop.script_tags) == 2
    ran = run("livecapture", "uninstall", "--yes", "-f", "json").ok()
    assert [(row["src"], row["status"]) for row in ran.json["rows"]] == [(SRC, "removed")]
    assert [shop.script_tags[id]["src"] for id in shop.script_tags] == ["https://other.example/b.js"]
    shop.add_script_tag(SRC)  # somebody else's now
    assert run("livecapture", "uninstall", "--yes", "-f", "json").ok().json["rows"] == []
    assert len(run("livecapture", "uninstall", "--src", SRC, "--yes", "-f", "json").ok().json["rows"]) == 1


def test_uninstall_needs_a_store_that_may_be_written(run: Bench) -> None:
    shop = run.open()
    run.connect(shop, "--read-only").ok()
    shop.add_script_tag(SRC)
    assert run("livecapture", "uninstall", "--src", SRC, "--yes").code == 5
    assert len(shop.script_tags) == 1
