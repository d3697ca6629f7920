"""`doctor`: whatever state this machine is in, it says what works and what to do about the rest."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx
import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

from .odd_keyrings import ForgetfulKeyring, LockedKeyring, NoKeyring, PlaintextKeyring


def checks(ran: Ran) -> dict[str, Any]:
    assert ran.json["schema"] == "shopinf.doctor/1"
    return {row["check"]: row for row in ran.json["rows"]}


def test_on_a_fresh_machine_everything_is_well(run: Bench) -> None:
    found = checks(run("doctor", "-f", "json").ok())
    assert [*found] == ["shopinf", "config", "keyring", "ledger", "clock", "network", "stores"]
    assert found["stores"]["next"] == "shopinf connect STORE"
    assert {row["status"] for row in found.values()} == {"ok"}


def test_a_connected_store_answers_and_its_secret_has_a_place(run: Bench, shop: PracticeStore) -> None:
    found = checks(run("doctor", "-f", "json").ok())
    assert found["maya-shop"]["detail"] == "answers; credentials from keyring (bench.MemoryKeyring)"
    assert (found["clock"]["detail"], found["network"]["status"]) == ("agrees with Shopify's", "ok")
    assert shop.access_token not in str(found)


@pytest.mark.parametrize(
    ("keyring", "said"),
    [
        (NoKeyring(), "No keyring is within reach"),
        (LockedKeyring(), "locked"),
        (PlaintextKeyring(), "plain text"),
    ],
)
def test_a_keyring_that_is_not_as_it_should_be_is_a_warning(run: Bench, keyring: Any, said: str) -> None:
    run.keyring = keyring
    row = checks(run("doctor", "-f", "json").ok())["keyring"]
    assert row["status"] == "warning"
    assert said in row["detail"]
    assert row["next"]


def test_without_a_keyring_but_with_the_environment_all_is_well(run: Bench) -> None:
    store = run.open()
    run.keyring = NoKeyring()  # type: ignore[assignment]
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    run("connect", "maya-shop").ok()
    found = checks(run("doctor", "-f", "json").ok())
    assert (found["keyring"]["status"], found["maya-shop"]["status"]) == ("ok", "ok")
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in found["maya-shop"]["detail"]


def test_a_store_without_credentials_fails_and_says_how_to_get_them(run: Bench, shop: PracticeStore) -> None:
    run.keyring = ForgetfulKeyring()  # type: ignore[assignment]
    ran = run("doctor", "-f", "json")
    assert ran.code == 7
    assert checks(ran)["maya-shop"]["status"] == "failed"
    assert "shopinf connect maya-shop" in checks(ran)["maya-shop"]["next"]
    assert [(failure["what"], failure["code"]) for failure in ran.json["failures"]] == [("maya-shop", 4)]


def test_one_broken_store_does_not_hide_another(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="nordlicht", seed=2)
    run.connect(other).ok()
    shop.faults.frozen = True
    ran = run("doctor")
    assert ran.code == 7
    assert "frozen or paused" in ran.out
    assert "nordlicht  ok" in ran.out
    run("stores", "disable", "maya-shop").ok()
    assert checks(run("doctor", "-f", "json").ok())["maya-shop"]["detail"] == "disabled"


def test_a_broken_config_is_named_and_the_rest_is_looked_at(run: Bench, shop: PracticeStore) -> None:
    (run.home / "config.toml").write_text("wait = \n")
    ran = run("doctor", "-f", "json")
    found = checks(ran)
    assert ran.code == 7
    assert "config.toml, line 1" in found["config"]["detail"]
    assert found["ledger"]["status"] == "warning"
    assert found["maya-shop"]["status"] == "ok"


def test_a_broken_list_of_stores_is_named(run: Bench) -> None:
    run.home.mkdir()
    (run.home / "stores.toml").write_text("[[stores]]\nname = 1\n")
    ran = run("doctor", "-f", "json")
    assert ran.code == 7
    assert "stores.toml, line 1" in checks(ran)["stores"]["detail"]


@pytest.mark.parametrize("state", ["newer", "damaged", "a folder"])
def test_a_ledger_that_cannot_be_used_is_named(run: Bench, state: str) -> None:
    run("doctor").ok()
    file = run.home / "ledger.db"
    match state:
        case "newer":
            make_newer(run)
        case "damaged":
            for side in run.home.glob("ledger.db*"):
                side.unlink()
            file.write_bytes(b"this is no database, and longer than a header of one" * 40)
        case _:
            for side in run.home.glob("ledger.db*"):
                side.unlink()
            file.mkdir()
    ran = run("doctor", "-f", "json")
    row = checks(ran)["ledger"]
    assert (ran.code, row["status"], ran.json["failures"][0]["code"]) == (7, "failed", 9)
    assert str(file) in row["detail"]
    assert row["next"]


def make_newer(run: Bench) -> None:
    with closing(sqlite3.connect(run.home / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE meta SET value = '99' WHERE key = 'version'")


def test_disconnecting_with_a_newer_ledger_is_exit_9_and_leaves_everything(run: Bench, shop: PracticeStore) -> None:
    run("doctor").ok()
    make_newer(run)
    ran = run("disconnect", "maya-shop", "-y")
    assert (ran.code, ran.out) == (9, "")
    assert "newer shopinf" in ran.err
    assert len(run.keyring.entries) == 1


def test_a_clock_that_is_off_is_a_warning(run: Bench, shop: PracticeStore) -> None:
    now = run.clock.now()
    shop._now = lambda: now + timedelta(minutes=10)
    row = checks(run("doctor", "-f", "json").ok())["clock"]
    assert row["status"] == "warning"
    assert row["detail"] == "600 seconds behind that of maya-shop"


def test_a_network_that_gives_no_answer_is_named_with_its_proxy(run: Bench, shop: PracticeStore) -> None:
    def send(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody", request=request)

    run.wire.send = send  # type: ignore[method-assign]
    ran = run("doctor", "-f", "json", environ={"HTTPS_PROXY": "http://agency:secret@proxy.example:3128"})
    assert ran.code == 7
    row = checks(ran)["network"]
    assert "through the proxy http://agency:***@proxy.example:3128" in row["detail"]
    assert "gave no answer: maya-shop" in row["detail"]
    assert "secret" not in ran.out + ran.err
