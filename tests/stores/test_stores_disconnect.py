"""`disconnect`: what will go is shown, asked for, removed and listed."""

from __future__ import annotations

from contextlib import closing

import pytest
from bench import Bench

from shopinf.ledger.tables import metadata
from shopinf.practice import PracticeStore

from .odd_keyrings import NoKeyring


def test_without_a_terminal_and_without_yes_nothing_is_removed(run: Bench, shop: PracticeStore) -> None:
    ran = run("disconnect", "maya-shop")
    assert (ran.code, ran.out) == (2, "")
    assert "--yes" in ran.err
    run("verify-scopes", "maya-shop").ok()


def test_a_no_at_the_question_leaves_everything(run: Bench, shop: PracticeStore) -> None:
    ran = run.at_a_terminal("disconnect", "maya-shop", lines=("n",))
    assert ran.code == 130
    assert "Disconnect maya-shop? [y/N]" in ran.err
    assert len(run.keyring.entries) == 1


def test_a_yes_removes_the_store_and_lists_what_went(run: Bench, shop: PracticeStore) -> None:
    ran = run.at_a_terminal("disconnect", "maya-shop", "-f", "json", lines=("y",)).ok()
    assert ran.json["schema"] == "shopinf.disconnect/1"
    assert [(row["what"], row["count"]) for row in ran.json["rows"]] == [("credentials", 1), ("connection", 1)]
    assert "The app stays installed at Shopify" in ran.err
    assert run.keyring.entries == {}
    again = run("disconnect", "maya-shop", "--yes")
    assert (again.code, again.out) == (3, "")


def test_who_mistypes_the_store_to_leave_is_not_told_to_connect_it(run: Bench, shop: PracticeStore) -> None:
    ran = run("disconnect", "maya", "--yes")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.endswith("hint: Did you mean maya-shop? Otherwise: shopinf stores list\n")
    assert run("disconnect", "zebra", "--yes").err.endswith("hint: shopinf stores list\n")


def test_a_dry_run_shows_what_would_go(run: Bench, shop: PracticeStore) -> None:
    ran = run("disconnect", "maya-shop", "--uninstall-app", "--dry-run").ok()
    assert "- the app is removed from the store" in ran.err
    assert ran.err.endswith("Nothing was removed.\n")
    assert shop.installed
    run("verify-scopes").ok()


def test_the_app_is_removed_from_the_store_when_that_is_asked_for(run: Bench, shop: PracticeStore) -> None:
    ran = run("disconnect", "maya-shop", "--uninstall-app", "-y").ok()
    assert not shop.installed
    assert "removed from the store" in ran.out
    assert "stays installed" not in ran.err


def test_an_app_that_cannot_be_removed_stops_it_and_names_the_way_out(run: Bench, shop: PracticeStore) -> None:
    shop.faults.unauthorized = True
    ran = run("disconnect", "maya-shop", "--uninstall-app", "-y")
    assert (ran.code, ran.out) == (4, "")
    assert "without --uninstall-app" in ran.err
    run("disconnect", "maya-shop", "-y").ok()


def test_a_store_connected_read_only_is_not_written_to_on_the_way_out(run: Bench) -> None:
    store = run.open()
    run.connect(store, "--read-only").ok()
    ran = run("disconnect", "maya-shop", "--uninstall-app", "-y")
    assert ran.code == 5
    assert store.installed
    assert len(run.keyring.entries) == 1


def test_history_goes_unless_it_is_kept(run: Bench, shop: PracticeStore) -> None:
    create = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--code", "MAYA15", "--percent", "15")
    run(*create, "-y").ok()
    assert "- 1 code stays live, customers can go on using: MAYA15" in (
        run("disconnect", "maya-shop", "--dry-run").ok().err
    )
    kept = run("disconnect", "maya-shop", "--keep-history", "-y", "-f", "json").ok().json
    assert {row["what"] for row in kept["rows"]} == {"credentials", "connection"}
    run.connect(shop).ok()
    assert "MAYA15" in run("discounts", "list").ok().out
    gone = run("disconnect", "maya-shop", "-y", "-f", "json").ok().json
    assert {"codes", "price rules", "journal"} <= {row["what"] for row in gone["rows"]}
    run.connect(shop).ok()
    assert "MAYA15" not in run("discounts", "list").ok().out


def earn(run: Bench, shop: PracticeStore, currency: str = "USD", order: int = 1) -> None:
    """Write 9.00 down that is owed to somebody for an order of the store."""
    at = run.clock.now()
    row = {
        "payer": f"shop:{shop.id}",
        "person": "p1",
        "currency": currency,
        "kind": "earn",
        "amount": 900,
        "shop_id": shop.id,
        "order_id": order,
        "step": 0,
        "order_name": "#1001",
        "code": "MAYA15",
        "happened_at": at,
        "recorded_at": at,
        "by": "ann",
        "reason": "",
        "reference": "",
    }
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:
        db.execute(metadata.tables["entries"].insert().values(row))


def test_what_was_earned_stays_unless_history_is_to_be_erased(run: Bench, shop: PracticeStore) -> None:
    earn(run, shop)
    gone = run("disconnect", "maya-shop", "-y", "-f", "json").ok()
    assert "entries" not in {row["what"] for row in gone.json["rows"]}
    said = gone.err.splitlines()
    assert said[1] == "- 9.00 USD is still owed to its influencers"
    assert "- statements and payments stay, under opaque ids; --erase-history erases them too" in said
    assert run.look("SELECT amount FROM entries") == [(900,)]
    run.connect(shop).ok()
    gone = run("disconnect", "maya-shop", "--erase-history", "-y", "-f", "json").ok()
    assert ("entries", 1) in [(row["what"], row["count"]) for row in gone.json["rows"]]
    assert run.look("SELECT amount FROM entries") == []


def test_live_codes_are_paused_first_when_that_is_asked_for(run: Bench, shop: PracticeStore) -> None:
    create = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--code", "MAYA15", "--percent", "15")
    run(*create, "-y").ok()
    ran = run("disconnect", "maya-shop", "--pause-codes", "-y", "-f", "json").ok()
    assert "- 1 code is paused first: MAYA15" in ran.err
    assert ("live codes paused", 1) in [(row["what"], row["count"]) for row in ran.json["rows"]]
    (rule,) = shop.price_rules.values()
    assert rule["ends_at"] is not None


def test_a_store_whose_credentials_are_in_the_environment(run: Bench) -> None:
    store = run.open()
    run.keyring = NoKeyring()  # type: ignore[assignment]
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    run("connect", "maya-shop").ok()
    ran = run("disconnect", "maya-shop", "-y").ok()
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN is still there" in ran.err
    assert "warning" not in ran.err
    assert run("stores", "list", "-f", "json").json["rows"] == []


@pytest.mark.parametrize("words", [("--keep-history", "--erase-history"), ("-f", "xml")])
def test_contradictions_are_refused_before_anything_goes(
    run: Bench, shop: PracticeStore, words: tuple[str, ...]
) -> None:
    ran = run("disconnect", "maya-shop", *words, "-y")
    assert (ran.code, ran.out) == (2, "")
    assert len(run.keyring.entries) == 1


def test_two_amounts_are_owed_and_one_is(run: Bench, shop: PracticeStore) -> None:
    earn(run, shop)
    earn(run, shop, "EUR", 2)
    assert "- 9.00 EUR and 9.00 USD are still owed to its influencers" in run("disconnect", "maya-shop", "-y").ok().err
