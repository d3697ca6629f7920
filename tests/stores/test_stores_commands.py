"""`stores …`: what is known of the connected stores, and the files it is kept in."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore


@pytest.fixture
def two(run: Bench) -> tuple[PracticeStore, PracticeStore]:
    one, other = run.open(handle="maya-shop"), run.open(handle="nordlicht", seed=2, currency="EUR")
    run.connect(one).ok()
    run.connect(other, "--as", "nord", "--group", "outdoor").ok()
    return one, other


def test_the_list_shows_every_store(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    run("stores", "default", "nord").ok()
    found = run("stores", "list", "-f", "json").ok().json
    assert found["schema"] == "shopinf.stores.list/1"
    assert [(row["store"], row["domain"], row["default"]) for row in found["rows"]] == [
        ("maya-shop", "maya-shop.myshopify.com", False),
        ("nord", "nordlicht.myshopify.com", True),
    ]
    assert found["rows"][0]["connected_at"] == "2026-11-22T07:00:00-05:00"
    header, first, _ = run("stores", "list", "-f", "csv").ok().out.splitlines()
    assert header.startswith("store,domain,name,plan,currency,timezone,auth,api_version,group,read_only,disabled")
    assert first.startswith("maya-shop,maya-shop.myshopify.com,")


def test_no_store_is_an_empty_list_with_a_next_step(run: Bench) -> None:
    ran = run("stores", "list").ok()
    assert (ran.out, ran.err) == ("", "No store is connected yet.  Next: shopinf connect STORE\n")
    assert run("stores", "list", "-f", "json").ok().json["rows"] == []


def test_show_has_the_keys_of_connect_and_asks_nobody(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    before = len(run.wire.sent)
    found = run("stores", "show", "nord", "-f", "json").ok().json
    assert len(run.wire.sent) == before
    connected = run("connect", "nord", "--stdin", "-f", "json", stdin=run.credentials(two[1])).ok().json
    assert list(found) == list(connected)
    assert {key: found[key] for key in found if key != "notes"} == {
        key: connected[key] for key in found if key != "notes"
    }
    assert "EUR" in run("stores", "show", "nordlicht").ok().out


def test_show_says_how_to_name_one_of_several(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    ran = run("stores", "show")
    assert (ran.code, ran.out) == (2, "")
    assert "maya-shop, nord\nhint: shopinf stores show maya-shop" in ran.err


def test_a_group_is_given_and_taken_away(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    run("stores", "group", "maya-shop", "outdoor").ok()
    assert len(run("verify-scopes", "--group", "outdoor", "-f", "json").ok().json["stores"]) == 2
    run("stores", "group", "maya-shop", "").ok()
    assert len(run("verify-scopes", "--group", "outdoor", "-f", "json").ok().json["stores"]) == 1
    assert run("verify-scopes", "--group", "indoor").code == 3


def test_a_disabled_store_is_left_out_and_named(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    run("stores", "disable", "nord").ok()
    ran = run("verify-scopes", "--all-stores", "-f", "json").ok()
    assert [found["store"] for found in ran.json["stores"]] == ["maya-shop"]
    assert "nord is disabled and was skipped" in ran.err
    refused = run("verify-scopes", "nord")
    assert (refused.code, "shopinf stores enable nord" in refused.err) == (2, True)
    run("stores", "enable", "nord").ok()
    run("verify-scopes", "nord").ok()


@pytest.mark.parametrize("verb", ["show", "default", "disable", "enable"])
def test_an_unknown_store_is_exit_3(run: Bench, two: tuple[PracticeStore, PracticeStore], verb: str) -> None:
    ran = run("stores", verb, "mayashop")
    assert (ran.code, ran.out) == (3, "")
    assert "maya-shop, nord are" in ran.err


def test_export_and_import_carry_everything_but_the_secrets(
    run: Bench, two: tuple[PracticeStore, PracticeStore], tmp_path: Path
) -> None:
    file = tmp_path / "stores.json"
    run("stores", "export", "-o", str(file)).ok()
    printed = run("stores", "export").ok()
    assert json.loads(printed.out) == json.loads(file.read_text()) == run("stores", "export", "-f", "json").json
    assert not any(store.access_token in file.read_text() for store in two)
    colleague = Bench(tmp_path / "colleague")
    said = colleague("stores", "import", str(file)).ok().err
    assert "Next, for each of them: shopinf connect maya-shop" in said
    for row in colleague("stores", "list", "-f", "json").ok().json["rows"]:
        assert row["connected_at"] is None
    assert "no credentials here yet" in colleague("stores", "show", "nord").ok().err
    assert "here already" in colleague("stores", "import", str(file)).ok().err


def test_an_imported_store_of_a_taken_name_gets_a_number(
    run: Bench, two: tuple[PracticeStore, PracticeStore], tmp_path: Path
) -> None:
    rows = run("stores", "export").json["rows"]
    rows[0] |= {"shop_id": 4711, "domain": "another-maya.myshopify.com"}
    (tmp_path / "theirs.json").write_text(json.dumps({"rows": rows}))
    assert "maya-shop-2" in run("stores", "import", str(tmp_path / "theirs.json")).ok().err


BROKEN = [
    "",
    "[]",
    "{}",
    '{"rows": 1}',
    '{"rows": [1]}',
    '{"rows": [{}]}',
    '{"rows": [{"name": "a", "shop_id": "1", "domain": "a.myshopify.com"}]}',
    '{"rows": [{"name": "a", "shop_id": true, "domain": "a.myshopify.com"}]}',
    '{"rows": [{"name": "a", "shop_id": 1, "domain": "evil.example"}]}',
    '{"rows": [{"name": "../a", "shop_id": 1, "domain": "a.myshopify.com"}]}',
    '{"rows": [{"name": "a", "shop_id": 1, "domain": "a.myshopify.com", "auth": "magic"}]}',
    '{"rows": [{"name": "a", "shop_id": 1, "domain": "a.myshopify.com", "scopes": "read_orders"}]}',
    "store,domain\na,b\n",
    "\x00\xff",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_that_is_no_export_is_refused_whole(run: Bench, tmp_path: Path, text: str) -> None:
    file = tmp_path / "stores.json"
    file.write_text(text)
    ran = run("stores", "import", str(file))
    assert ran.code == 2, ran.err
    assert "hint: " in ran.err
    assert run("stores", "list", "-f", "json").json["rows"] == []


def test_a_file_that_is_not_there_is_refused(run: Bench, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        ran = run("stores", "import", str(path))
        assert ran.code == 2
        assert "cannot be read" in ran.err


def test_a_broken_list_of_stores_is_named_by_line_and_left_alone(run: Bench, shop: PracticeStore) -> None:
    file = run.home / "stores.toml"
    broken = file.read_text() + "\n[[stores]\n"
    file.write_text(broken)
    line = broken.splitlines().index("[[stores]") + 1
    for words in (["stores", "list"], ["verify-scopes"], ["disconnect", "maya-shop", "-y"], ["stores", "disable", "x"]):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert f"stores.toml, line {line}" in ran.err
    assert run.connect(shop).code == 2
    assert file.read_text() == broken
    assert len(run.keyring.entries) == 1


def test_a_broken_config_is_named_by_line_and_left_alone(run: Bench) -> None:
    store = run.open()
    run.home.mkdir()
    file = run.home / "config.toml"
    file.write_text('wait = 30\napi_version = "soon"\n')
    ran = run.connect(store)
    assert (ran.code, ran.out) == (2, "")
    assert "config.toml, line 2: api_version must look like" in ran.err
    assert file.read_text() == 'wait = 30\napi_version = "soon"\n'
    assert run.wire.sent == []


def test_files_are_for_their_owner_only_and_hold_no_secret(run: Bench, shop: PracticeStore) -> None:
    assert stat.S_IMODE(run.home.stat().st_mode) == 0o700
    for file in (run.home / "stores.toml", run.home / "config.toml"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert shop.access_token not in file.read_text()


def test_completion_offers_the_names_of_connected_stores(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    def completed(*words: str) -> list[str]:
        environ = {
            **os.environ,
            "SHOPINF_HOME": str(run.home),
            "_SHOPINF_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(["shopinf", *words]),
            "COMP_CWORD": str(len(words)),
        }
        code = "import sys; sys.argv = ['shopinf']; from shopinf.main import run; run()"
        done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=30)
        return done.stdout.split()

    assert completed("verify-scopes", "n") == ["nord"]
    assert completed("disconnect", "m") == ["maya-shop"]
    assert completed("verify-scopes", "--store", "no") == ["nord"]
    assert "verify-scopes" in completed("ver")


def test_a_broken_config_is_said_by_the_stores_commands_too(run: Bench, shop: PracticeStore) -> None:
    (run.home / "config.toml").write_text("wait = 60\nwait wait\n")
    ran = run("stores", "list")
    assert ran.code == 2
    assert "config.toml" in ran.err
    assert "line 2" in ran.err
    assert ran.out == ""
