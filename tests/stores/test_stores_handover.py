"""Stores handed to a colleague: everything but the secrets goes over, and only these are asked for there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    return run.open(orders=5, customers=5)


@pytest.fixture
def file(run: Bench, store: PracticeStore, tmp_path: Path) -> Path:
    """What somebody who looks after the store exported."""
    run.connect(store, "--as", "Maya Shop", "--group", "skincare", "--read-only", "--api-version", "2026-10").ok()
    run("stores", "export", "-o", str(tmp_path / "stores.json")).ok()
    return tmp_path / "stores.json"


@pytest.fixture
def colleague(run: Bench, tmp_path: Path) -> Bench:
    """Another person at another machine, in front of the same Shopify."""
    return Bench(tmp_path / "colleague", wire=run.wire)


def test_the_file_holds_no_secret(store: PracticeStore, file: Path) -> None:
    text = file.read_text()
    assert not any(secret in text for secret in (store.access_token, store.api_key, store.api_secret_key))
    assert "connection" not in text.replace('"connected_at"', "")


def test_a_colleague_is_asked_for_the_credentials_and_for_nothing_else(
    colleague: Bench, store: PracticeStore, file: Path
) -> None:
    before = colleague("stores", "import", str(file)).ok()
    assert "Next: shopinf connect 'Maya Shop'" in before.err
    values = (store.api_key, store.api_secret_key, store.access_token)
    ran = colleague.at_a_terminal("connect", "Maya Shop", "-f", "json", lines=values).ok()
    asked = [line for line in ran.err.splitlines() if line.endswith(": ")]
    assert asked == ["API key (Client ID): ", "API secret key (Client secret): ", "Admin API access token: "]
    known = ("store", "shop_id", "group", "read_only", "api_version", "auth")
    assert [ran.json[key] for key in known] == ["Maya Shop", store.id, "skincare", True, "2026-10", "admin_token"]
    assert colleague("verify-scopes", "Maya Shop").ok()
    assert len(colleague.keyring.entries) == 1


def test_until_then_the_store_says_what_it_lacks(colleague: Bench, file: Path) -> None:
    colleague("stores", "import", str(file)).ok()
    ran = colleague("verify-scopes")
    assert (ran.code, ran.out) == (4, "")
    assert "There are no credentials for Maya Shop" in ran.err
    assert "hint: shopinf connect 'Maya Shop', or set SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in ran.err


def test_on_a_server_that_has_the_secrets_an_import_is_all_it_takes(
    colleague: Bench, store: PracticeStore, file: Path
) -> None:
    colleague.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    ran = colleague("stores", "import", str(file)).ok()
    assert "The environment has their credentials.  Next: shopinf verify-scopes --all-stores" in ran.err
    assert "connect" not in ran.err
    assert "no credentials" not in colleague("stores", "show").ok().err
    colleague("verify-scopes", "--all-stores").ok()


def test_a_practice_stores_address_goes_over_when_that_is_said_and_answered(
    colleague: Bench, run: Bench, store: PracticeStore
) -> None:
    run.wire.stores = {"127.0.0.1": store}
    run("connect", "maya-shop", "--url", "http://127.0.0.1:8799", "--stdin", stdin=run.credentials(store)).ok()
    given = ("stores", "import", "-", "--with-addresses")
    refused = colleague(*given, stdin=run("stores", "export").ok().out)
    assert (refused.code, refused.out) == (2, "")
    assert "calls go to http://127.0.0.1:8799" in refused.err
    colleague(*given, "--yes", stdin=run("stores", "export").ok().out).ok()
    colleague("connect", "maya-shop", "--stdin", stdin=run.credentials(store)).ok()
    assert {request.url.netloc for request in run.wire.sent} == {b"127.0.0.1:8799"}


@pytest.mark.parametrize("field", [{"url": "http://127.0.0.1:8799"}, {"aliases": ["nordlicht"]}])
def test_a_colleagues_list_moves_no_credentials_by_itself(
    field: dict[str, object], colleague: Bench, store: PracticeStore, file: Path
) -> None:
    exported = json.loads(file.read_text())
    exported["rows"][0] |= field
    file.write_text(json.dumps(exported))
    ran = colleague("stores", "import", str(file), "--yes").ok()
    assert "not taken over without --with-addresses: Maya Shop" in ran.err
    colleague.environ["SHOPINF_NORDLICHT_ACCESS_TOKEN"] = "shpat_anothers_own"
    colleague.wire.sent.clear()
    shown = colleague("verify-scopes", "--all-stores")
    assert shown.code == 4, shown.err
    assert colleague.wire.sent == []


def test_credentials_of_another_shop_are_refused_and_nothing_is_kept(
    colleague: Bench, run: Bench, store: PracticeStore, file: Path
) -> None:
    colleague("stores", "import", str(file)).ok()
    other = PracticeStore("nordlicht", seed=9, orders=5, customers=5)
    run.wire.stores[store.domain] = other  # somebody else has the address by now
    ran = colleague("connect", "Maya Shop", "--stdin", stdin=run.credentials(other))
    assert (ran.code, ran.out) == (2, "")
    assert f"shop number {other.id}), but Maya Shop is already the name of {store.domain}" in ran.err
    assert f"which is another shop (number {store.id})" in ran.err
    assert colleague.keyring.entries == {}
    (row,) = colleague("stores", "list", "-f", "json").json["rows"]
    assert (row["shop_id"], row["connected_at"]) == (store.id, None)


def test_an_import_is_answered_by_rows_and_comes_to_the_same_twice(colleague: Bench, file: Path) -> None:
    first = colleague("stores", "import", str(file), "-f", "json").ok().json
    again = colleague("stores", "import", str(file), "-f", "json").ok()
    assert first["schema"] == "shopinf.stores.import/1"
    assert [(row["store"], row["status"]) for row in first["rows"]] == [("Maya Shop", "added")]
    assert [(row["store"], row["status"]) for row in again.json["rows"]] == [("Maya Shop", "known")]
    assert "here already" in again.err


def test_what_was_changed_here_stays_when_it_is_imported_again(colleague: Bench, file: Path) -> None:
    colleague("stores", "import", str(file)).ok()
    colleague("stores", "group", "Maya Shop", "mine").ok()
    colleague("stores", "import", str(file)).ok()
    assert colleague("stores", "show", "-f", "json").json["group"] == "mine"


def test_another_shop_of_the_same_name_gets_a_number_and_it_is_said(run: Bench, store: PracticeStore) -> None:
    run.connect(store).ok()
    theirs = run("stores", "export").json
    theirs["rows"][0] |= {"shop_id": 4711, "domain": "another-maya.myshopify.com"}
    ran = run("stores", "import", "-", stdin=json.dumps(theirs)).ok()
    assert (
        "another-maya.myshopify.com is called maya-shop-2 here, since maya-shop is the name of another shop" in ran.err
    )
    assert "Added without credentials: maya-shop-2." in ran.err


def test_a_file_of_a_newer_shopinf_is_named_and_refused(colleague: Bench, file: Path) -> None:
    file.write_text(file.read_text().replace("shopinf.stores.export/1", "shopinf.stores.export/2"))
    ran = colleague("stores", "import", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {file}: this was written by a newer shopinf (shopinf.stores.export/2; this one reads" in ran.err
    assert "hint: Install the newer shopinf" in ran.err


@pytest.mark.parametrize("words", ["stores list", "stores show", "verify-scopes"])
def test_another_answer_of_shopinf_is_named_and_refused(
    colleague: Bench, run: Bench, file: Path, tmp_path: Path, words: str
) -> None:
    other = tmp_path / "other.json"
    run(*words.split(), "-o", str(other)).ok()
    ran = colleague("stores", "import", str(other))
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {other}: this is shopinf." in ran.err
    assert "not exported stores" in ran.err
    assert "hint: Make the file anew: shopinf stores export -o stores.json" in ran.err


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_for_spreadsheets_or_scripts_is_refused_in_words(
    colleague: Bench, run: Bench, file: Path, tmp_path: Path, form: str
) -> None:
    for number in (1, 2):
        other = tmp_path / f"{number}.{form}"
        run("stores", "export", "-o", str(other)).ok()
        ran = colleague("stores", "import", str(other))
        assert (ran.code, ran.out) == (2, "")
        assert f"error: {other}: this is an export for spreadsheets or scripts; an import reads JSON" in ran.err
        run.connect(run.open(handle="nordlicht", seed=2)).ok()


NONSENSE = [
    ("shop_id", -1),
    ("name", "../maya"),
    ("url", "https://evil.example"),
    ("url", "http://evil.example@127.0.0.1"),
    ("timezone", "Mars/Olympus"),
    ("timezone", "../../etc/passwd"),
    ("currency", "money"),
    ("api_version", "soon"),
    ("aliases", ["--yes"]),
]


@pytest.mark.parametrize(("field", "value"), NONSENSE)
def test_a_field_that_means_nothing_is_named_and_nothing_is_taken_over(
    colleague: Bench, file: Path, field: str, value: Any
) -> None:
    whole = json.loads(file.read_text())
    good = whole["rows"][0]
    whole["rows"] = [good | {"shop_id": 7, "domain": "first.myshopify.com"}, good | {field: value}]
    file.write_text(json.dumps(whole))
    ran = colleague("stores", "import", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {file}: {field} of store 2 cannot be used" in ran.err
    assert colleague("stores", "list", "-f", "json").json["rows"] == []


def test_an_import_from_a_terminal_says_how_it_is_meant(colleague: Bench) -> None:
    ran = colleague.at_a_terminal("stores", "import", "-", lines=())
    assert ran.code == 2
    assert "shopinf stores export | shopinf stores import -" in ran.err
