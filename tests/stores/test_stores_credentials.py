"""Where a connection's credentials come from, and what is kept of them where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .odd_keyrings import ForgetfulKeyring, LockedKeyring, NoKeyring


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    return run.open(orders=20, customers=10)


def entry(run: Bench) -> dict[str, str]:
    """The one entry of the keyring."""
    ((place, text),) = run.keyring.entries.items()
    assert place[0] == "shopinf"
    return dict(json.loads(text))


def test_three_values_are_asked_for_by_shopifys_names_and_never_shown(run: Bench, store: PracticeStore) -> None:
    values = (store.api_key, store.api_secret_key, store.access_token)
    ran = run.at_a_terminal("connect", "maya-shop", lines=values).ok()
    for words in ("API key (Client ID): ", "API secret key (Client secret): ", "Admin API access token: "):
        assert words in ran.err
    assert not any(value in ran.err + ran.out for value in values)
    assert entry(run) == dict(zip(("api_key", "api_secret_key", "access_token"), values, strict=True))


def test_without_a_token_the_app_asks_for_tokens_itself(run: Bench, store: PracticeStore) -> None:
    ran = run.at_a_terminal("connect", "maya-shop", "-f", "json", lines=(store.api_key, store.api_secret_key, "")).ok()
    assert ran.json["auth"] == "client_credentials"
    assert set(entry(run)) == {"api_key", "api_secret_key"}
    run("verify-scopes").ok()


def test_empty_answers_go_on_with_what_the_keyring_has(run: Bench, store: PracticeStore) -> None:
    run.connect(store).ok()
    before = entry(run)
    ran = run.at_a_terminal("connect", "maya-shop", "--group", "skincare", lines=("", "", "")).ok()
    assert "Leave all three empty to go on with those in the keyring" in ran.err
    assert entry(run) == before
    assert run("stores", "show", "-f", "json").json["group"] == "skincare"


def test_empty_answers_without_anything_kept_are_missing_credentials(run: Bench, store: PracticeStore) -> None:
    ran = run.at_a_terminal("connect", "maya-shop", lines=("", "", ""))
    assert ran.code == 4
    assert "A connection needs the Admin API access token, or both" in ran.err


def test_nobody_types_three_values_in_vain_where_no_keyring_would_keep_them(run: Bench, store: PracticeStore) -> None:
    run.keyring = NoKeyring()  # type: ignore[assignment]
    ran = run.at_a_terminal("connect", "maya-shop", lines=())
    assert ran.code == 4
    assert "API key" not in ran.err.splitlines()[0]
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in ran.err


def test_a_locked_keyring_is_to_be_unlocked_before_anything_is_typed(run: Bench, store: PracticeStore) -> None:
    run.keyring = LockedKeyring()  # type: ignore[assignment]
    ran = run.at_a_terminal("connect", "maya-shop", lines=())
    assert ran.code == 4
    assert "The keyring is locked, so credentials typed here could not be kept" in ran.err
    assert "Unlock the keyring by logging in to the desktop with the password; or set SHOPINF_" in ran.err


@pytest.mark.parametrize(
    "text",
    [
        "ACCESS_TOKEN={token}",
        "API_KEY={key}\r\nAPI_SECRET_KEY={secret}\r\nACCESS_TOKEN={token}\r\n",
        "\ufeff# from the client\n\nexport ACCESS_TOKEN='{token}'\n",
        'access_token = "{token}"  \n',
        "API_KEY=\nAPI_SECRET_KEY=\nACCESS_TOKEN={token}\n",
    ],
)
def test_standard_input_is_read_leniently(run: Bench, store: PracticeStore, text: str) -> None:
    given = text.format(token=store.access_token, key=store.api_key, secret=store.api_secret_key)
    run("connect", "maya-shop", "--stdin", stdin=given).ok()
    assert entry(run)["access_token"] == store.access_token


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "neither ACCESS_TOKEN=… nor both"),
        ("API_KEY=abc", "neither ACCESS_TOKEN=… nor both"),
        ("shpat_0123456789", "Line 1 of standard input"),
        ("ACCESS_TOKEN=shpat_1\nPASSWORD=shpat_2", "Line 2 of standard input"),
        ("ACCESS_TOKEN=shpat_1\nACCESS_TOKEN=shpat_2", "ACCESS_TOKEN was given twice"),
        ("ACCESS_TOKEN=shpat_1 shpat_2", "has a sign in it"),
        ("ACCESS_TOKEN=shpat_é", "has a sign in it"),
    ],
)
def test_what_standard_input_lacks_is_named_and_never_shown(
    run: Bench, store: PracticeStore, text: str, said: str
) -> None:
    ran = run("connect", "maya-shop", "--stdin", stdin=text)
    assert (ran.code, ran.out) == (4, "")
    assert said in ran.err
    assert "shpat_" not in ran.err
    assert run.wire.sent == []
    assert "hint: " in ran.err


def test_standard_input_that_is_a_terminal_is_not_read_since_it_would_show_the_values(
    run: Bench, store: PracticeStore
) -> None:
    ran = run.at_a_terminal("connect", "maya-shop", "--stdin", lines=("ACCESS_TOKEN=shpat_x",))
    assert ran.code == 2
    assert "nothing is connected to it" in ran.err


def test_with_values_in_the_environment_the_store_is_saved_and_no_secret(run: Bench, store: PracticeStore) -> None:
    run.keyring = NoKeyring()  # type: ignore[assignment]
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    found = run("connect", "maya-shop", "-f", "json").ok().json
    assert any("nothing was put into the keyring" in note for note in found["notes"])
    run("verify-scopes").ok()
    run.environ.clear()
    ran = run("verify-scopes")
    assert ran.code == 4
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in ran.err


def test_client_credentials_may_come_from_the_environment(run: Bench, store: PracticeStore) -> None:
    run.environ["SHOPINF_MAYA_SHOP_API_KEY"] = store.api_key
    ran = run("connect", "maya-shop")
    assert ran.code == 4
    assert "SHOPINF_MAYA_SHOP_API_SECRET_KEY" in ran.err
    run.environ["SHOPINF_MAYA_SHOP_API_SECRET_KEY"] = store.api_secret_key
    assert run("connect", "maya-shop", "-f", "json").ok().json["auth"] == "client_credentials"
    assert run.keyring.entries == {}


def test_systemds_credential_files_serve_like_the_environment(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    (tmp_path / "shopinf_maya_shop_access_token").write_text(f"{store.access_token}\n")
    run.environ["CREDENTIALS_DIRECTORY"] = str(tmp_path)
    run("connect", "maya-shop").ok()
    run("verify-scopes").ok()
    assert run.keyring.entries == {}
    assert "credentials from files in $CREDENTIALS_DIRECTORY" in run("doctor").ok().out


def test_no_credentials_at_all_names_every_way_out(run: Bench, store: PracticeStore) -> None:
    ran = run("connect", "maya-shop")
    assert (ran.code, ran.out) == (4, "")
    for way in ("SHOPINF_MAYA_SHOP_ACCESS_TOKEN", "SHOPINF_MAYA_SHOP_API_KEY", "$CREDENTIALS_DIRECTORY", "--stdin"):
        assert way in ran.err


def test_a_variable_that_overshadows_what_is_stored_is_named(run: Bench, store: PracticeStore) -> None:
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = "shpat_" + "0" * 32
    ran = run.connect(store).ok()
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN overshadows what was stored just now" in ran.err
    assert run("verify-scopes").code == 4


@pytest.mark.parametrize(
    ("keyring", "said"),
    [
        (NoKeyring(), "No keyring is within reach of this run"),
        (LockedKeyring(), "The keyring is locked"),
        (ForgetfulKeyring(), "did not keep them"),
    ],
)
def test_without_a_keyring_that_keeps_it_nothing_is_saved(
    run: Bench, store: PracticeStore, keyring: object, said: str
) -> None:
    run.keyring = keyring  # type: ignore[assignment]
    ran = run.connect(store)
    assert (ran.code, ran.out) == (4, "")
    assert said in ran.err
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in ran.err
    assert run("stores", "list", "-f", "json").json["rows"] == []


def test_when_the_list_of_stores_cannot_be_written_the_secret_does_not_stay(run: Bench, store: PracticeStore) -> None:
    run.home.mkdir()
    (run.home / "stores.toml").symlink_to(run.home / "gone" / "stores.toml")
    assert run.connect(store).code == 9
    assert run.keyring.entries == {}


def test_an_exported_store_asks_only_for_its_credentials(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    run.connect(store, "--as", "maya", "--group", "skincare", "--read-only", "--api-version", "2026-10").ok()
    run("stores", "export", "-o", str(tmp_path / "stores.json")).ok()
    run("disconnect", "maya", "--yes").ok()
    run("stores", "import", str(tmp_path / "stores.json")).ok()
    assert run("verify-scopes", "maya").code == 4
    found = run("connect", "maya", "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert (found["store"], found["group"], found["read_only"]) == ("maya", "skincare", True)
    assert found["api_version"] == "2026-10"
    # From now on it is this machine's own: connecting without --read-only makes it writable.
    assert run("connect", "maya", "--stdin", "-f", "json", stdin=run.credentials(store)).json["read_only"] is False
