"""Letting a store go: all that went and all that stays is listed, and a run that stopped is ended by the next one."""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, Ran
from customerbench import enrich, people, write

from shopinf.practice import PracticeStore

from .odd_keyrings import LockedKeyring

pytestmark = pytest.mark.slow

LEAVE = ("disconnect", "maya-shop", "--yes")
ALL = (*LEAVE, "--pause-codes", "--uninstall-app")


def make(run: Bench, *names: str, store: str = "maya-shop", campaign: str = "q4") -> None:
    """A code of its own for each of *names*: maya gets MAYA15."""
    for name in names:
        terms = ("--campaign", campaign, "--influencer", name, "--code", f"{name.upper()}15", "--percent", "15")
        run("discounts", "create", *terms, "--redirect", "/collections/new", "-s", store, "-y").ok()


@pytest.fixture
def live(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store with two codes of ours that customers can use, and one of another provider that is only tracked."""

    def stock() -> None:
        make(run, "maya", "leo")
        rule = shop.price_rules[next(iter(shop.price_rules))]
        shop.codes["OLD10"] = rule["id"]
        file = run.home / "old.csv"
        file.write_text("code,influencer\nOLD10,zoe\n")
        run("discounts", "import", str(file), "--campaign", "before", "-y").ok()

    run.once("two codes of ours and one that is tracked", stock)
    return shop


def link(store: PracticeStore, code: str) -> str:
    return f"https://www.{store.handle}.example/discount/{code}"


# What stays


def test_every_code_that_stays_live_is_in_the_file(run: Bench, live: PracticeStore, tmp_path: Path) -> None:
    file = tmp_path / "removed.csv"
    run(*LEAVE, "-o", str(file)).ok()
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert list(rows[0]) == ["store", "what", "count", "detail"]
    staying = [row["detail"] for row in rows if row["what"] == "code that stays live"]
    assert f"MAYA15 of q4 for maya: {link(live, 'MAYA15')}?redirect=/collections/new" in staying
    assert f"OLD10 of before for zoe: {link(live, 'OLD10')}" in staying
    assert len(staying) == 3
    assert {"credentials", "connection", "codes", "price rules"} <= {row["what"] for row in rows}


def test_json_has_each_code_and_what_became_of_it(run: Bench, live: PracticeStore) -> None:
    found = run(*LEAVE, "--pause-codes", "-f", "json").ok().json
    assert found["schema"] == "shopinf.disconnect/1"
    assert all(list(row) == ["store", "what", "count", "detail"] for row in found["rows"])
    codes = {each["code"]: each for each in found["codes"]}
    assert {code: each["status"] for code, each in codes.items()} == {
        "MAYA15": "paused",
        "LEO15": "paused",
        "OLD10": "live",
    }
    assert (codes["OLD10"]["campaign"], codes["OLD10"]["influencer"]) == ("before", "zoe")
    assert codes["OLD10"]["link"] == link(live, "OLD10")
    assert ("live codes paused", 2, "MAYA15, LEO15") in [
        (row["what"], row["count"], row["detail"]) for row in found["rows"]
    ]


def test_a_code_that_is_over_or_paused_does_not_stay_live(run: Bench, live: PracticeStore) -> None:
    run("discounts", "pause", "--code", "MAYA15", "-y").ok()
    assert "MAYA15" not in {each["code"] for each in run(*LEAVE, "-f", "json").ok().json["codes"]}


def test_a_dry_run_answers_with_what_would_go_and_what_would_stay(run: Bench, live: PracticeStore) -> None:
    before = (run.home / "stores.toml").read_bytes()
    planned = run(*ALL, "--dry-run", "-f", "json").ok().json
    assert (run.home / "stores.toml").read_bytes() == before
    assert live.installed
    assert run("discounts", "list", "--status", "active", "-f", "json").ok().json["rows"]
    done = run(*ALL, "-f", "json").ok().json
    assert planned["codes"] == done["codes"]
    counts = {row["what"]: row["count"] for row in planned["rows"]}
    # Pausing adds to the journal, and so does nothing else.
    assert counts | {"journal": 0} == {row["what"]: row["count"] for row in done["rows"]} | {"journal": 0}


def test_what_live_capture_left_in_the_storefront_is_named(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run("livecapture", "install", "--method", "snippet", "--out", str(tmp_path), "--endpoint", "https://c.example").ok()
    ran = run(*LEAVE, "-f", "json").ok()
    assert any("theme snippet until somebody deletes it" in note for note in ran.json["notes"])


# Before anything is removed


def test_a_file_that_cannot_be_written_keeps_everything(
    run: Bench, live: PracticeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["-o", str(tmp_path / "none" / "x.csv")], ["-o", str(tmp_path)], ["-o", "{store}.csv"]):
        ran = run(*ALL, *words)
        assert (ran.code, ran.out) == (2, "")
        assert "hint: " in ran.err
    untouched(run, live)


def test_a_full_disk_is_found_out_before_anything_is_removed(
    run: Bench, live: PracticeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("shopinf.local.disk.os.fsync", full)
        ran = run(*ALL, "-o", str(tmp_path / "removed.csv"))
    assert (ran.code, ran.out) == (9, "")
    assert "The disk is full" in ran.err
    assert not any(path.suffix in (".csv", ".tmp") for path in tmp_path.iterdir())
    untouched(run, live)


def test_a_locked_keyring_is_to_be_unlocked_first(run: Bench, live: PracticeStore) -> None:
    keyring, run.keyring = run.keyring, LockedKeyring()  # type: ignore[assignment]
    ran = run(*LEAVE)
    assert (ran.code, ran.out) == (4, "")
    assert "The keyring is locked, so the credentials of maya-shop cannot be removed from it" in ran.err
    assert "hint: Unlock the keyring by logging in" in ran.err
    run.keyring = keyring
    untouched(run, live)


def untouched(run: Bench, store: PracticeStore) -> None:
    assert store.installed
    assert len(run.keyring.entries) == 1
    active = run("discounts", "list", "--status", "active", "-f", "json").ok().json["rows"]
    assert {row["code"] for row in active} == {"MAYA15", "LEO15", "OLD10"}
    run("verify-scopes", "maya-shop").ok()


# A run that stopped


def and_then_stop(done: Callable[..., Any]) -> Callable[..., Any]:
    def stopping(*args: Any, **kwargs: Any) -> Any:
        done(*args, **kwargs)
        raise KeyboardInterrupt

    return stopping


STEPS = [
    "shopinf.work.codes.switch.pause_all",
    "shopinf.shopify.shop.uninstall_app",
    "shopinf.ledger.ledger.Ledger.erase_store",
    "shopinf.local.vault.Vault.forget",
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.rpartition(".")[2])
def test_a_run_that_stopped_is_ended_by_the_same_command(
    run: Bench, live: PracticeStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    from _pytest.monkeypatch import derive_importpath

    name, target = derive_importpath(step, raising=True)
    with monkeypatch.context() as patched:
        patched.setattr(target, name, and_then_stop(getattr(target, name)))
        assert run(*ALL).code == 130
    again = run(*ALL, "-f", "json").ok()
    everything_is_gone(run, live, again)


def test_a_removal_whose_answer_was_lost_is_taken_for_done_by_the_next_run(run: Bench, live: PracticeStore) -> None:
    live.faults.drop_after("DELETE /admin/api_permissions")
    assert run(*ALL).code == 6
    assert not live.installed
    again = run(*ALL, "-f", "json").ok()
    assert ("app", 0, "an earlier run removed it") in [
        (row["what"], row["count"], row["detail"]) for row in again.json["rows"]
    ]
    everything_is_gone(run, live, again)


def test_a_removal_that_was_refused_is_not_taken_for_done(run: Bench, live: PracticeStore) -> None:
    live.faults.unauthorized = True
    for _ in range(2):
        ran = run(*LEAVE, "--uninstall-app")
        assert (ran.code, ran.out) == (4, "")
        assert "without --uninstall-app" in ran.err
    live.faults.unauthorized = False
    untouched(run, live)


def test_connecting_again_after_a_stopped_run_forgets_that_the_store_was_leaving(
    run: Bench, live: PracticeStore
) -> None:
    live.faults.drop_after("DELETE /admin/api_permissions")
    assert run(*LEAVE, "--uninstall-app").code == 6
    live.installed = True
    run.connect(live).ok()
    live.faults.unauthorized = True
    assert run(*LEAVE, "--uninstall-app").code == 4


def everything_is_gone(run: Bench, store: PracticeStore, last: Ran) -> None:
    assert ("connection", 1) in [(row["what"], row["count"]) for row in last.json["rows"]]
    assert not store.installed
    assert all(rule["ends_at"] for rule in store.price_rules.values())
    assert run.keyring.entries == {}
    assert run("stores", "list", "-f", "json").json["rows"] == []
    from shopinf.desk import Desk

    desk = Desk(run.setting(None, None, None, None))  # type: ignore[arg-type]
    assert desk.ledger.counts(store.id, money=True) == {}
    desk.close()


# The people


class Programme:
    """Two stores of one agency, with the customer CARA of the first among the influencers of a sheet."""

    def __init__(self, run: Bench, folder: Path) -> None:
        self.run, self.folder = run, folder
        self.one = run.open(orders=20, customers=20, throttle=False)
        self.two = run.open(handle="nordlicht", seed=2, orders=20, customers=20, throttle=False)
        run.connect(self.one).ok()
        run.connect(self.two).ok()
        self.mail = next(each["email"] for each in people(self.one) if each["email"])
        self.sheet = write(folder / "found.csv", [{"email": self.mail, "instagram": "cara", "followers": 5000}])

    def find(self, store: str = "maya-shop") -> None:
        enrich(self.run, "--source", f"csv:{self.sheet}", "-s", store, "--all").ok()

    def names(self) -> set[str]:
        return {row["influencer"] for row in self.run("influencers", "list", "-f", "json").ok().json["rows"]}

    def leave(self, *more: str) -> Ran:
        return self.run(*LEAVE, "--erase-history", *more, "-f", "json").ok()


@pytest.fixture
def programme(run: Bench, tmp_path: Path) -> Programme:
    found = Programme(run, tmp_path)
    found.find()
    assert found.names() == {"cara"}
    return found


@pytest.mark.both_engines
def test_whoever_is_known_only_as_its_customer_goes_with_the_store(programme: Programme) -> None:
    make(programme.run, "cara")  # made for whom was found there
    ran = programme.leave()
    assert "- 1 influencer known only as its customers: names, e-mails and accounts go too" in ran.err
    assert ("influencers", 1) in [(row["what"], row["count"]) for row in ran.json["rows"]]
    assert programme.names() == set()


def test_nothing_of_them_is_left_in_the_file(programme: Programme) -> None:
    def kept() -> bytes:
        return b"".join(file.read_bytes() for file in programme.run.home.glob("ledger.db*"))

    assert programme.mail.encode() in kept()
    programme.leave()
    assert programme.mail.encode() not in kept()
    assert b"cara" not in kept()


def imported(programme: Programme) -> None:
    programme.run("influencers", "import", str(programme.sheet)).ok()


def rated(programme: Programme) -> None:
    programme.run("influencers", "rate", "cara", "--commission", "12%").ok()


def renamed(programme: Programme) -> None:
    programme.run("influencers", "rename", "cara", "caralove").ok()


def with_a_code_of_another_store(programme: Programme) -> None:
    make(programme.run, "cara", store="nordlicht")


def found_in_another_store(programme: Programme) -> None:
    programme.two.add_customer(email=programme.mail)
    programme.find("nordlicht")


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "known",
    [imported, rated, renamed, with_a_code_of_another_store, found_in_another_store],
    ids=lambda it: it.__name__,
)
def test_whoever_the_agency_knows_otherwise_stays(programme: Programme, known: Callable[[Programme], None]) -> None:
    known(programme)
    ran = programme.leave()
    assert "influencers" not in {row["what"] for row in ran.json["rows"]}
    assert len(programme.names()) == 1
    name = programme.names().pop()
    (row,) = programme.run("influencers", "show", name, "-f", "json").ok().json["rows"]
    assert (row["email"], row["accounts"][0]["handle"]) == (programme.mail, "cara")


def test_influencers_who_were_never_among_its_customers_stay(run: Bench, live: PracticeStore) -> None:
    run(*LEAVE).ok()
    names = {row["influencer"] for row in run("influencers", "list", "-f", "json").ok().json["rows"]}
    assert names == {"maya", "leo", "zoe"}


def test_with_its_history_they_stay_too(programme: Programme) -> None:
    programme.run(*LEAVE, "--keep-history").ok()
    assert programme.names() == {"cara"}


@pytest.mark.both_engines
def test_an_import_is_noted_once_for_each_person(programme: Programme) -> None:
    from shopinf.desk import Desk

    imported(programme)
    imported(programme)
    desk = Desk(programme.run.setting(None, None, None, None))  # type: ignore[arg-type]
    assert len(desk.ledger.entries(0, kind="influencer.imported")) == 1
    desk.close()


# A ledger that a team shares


@pytest.fixture
def team(run: Bench, postgresql: Any, tmp_path: Path) -> Bench:
    """A colleague at another machine; both look after the same store on one ledger."""
    run.environ["SHOPINF_LEDGER_URL"] = postgresql.ledger()
    colleague = Bench(tmp_path / "colleague", clock=run.clock, wire=run.wire, environ=run.environ)
    store = run.open()
    run.connect(store).ok()
    colleague.connect(store).ok()
    make(run, "maya")
    return colleague


def test_on_a_shared_ledger_only_this_machines_credentials_go(run: Bench, team: Bench) -> None:
    ran = run(*LEAVE, "-f", "json").ok()
    assert "- its rows in the ledger stay, since a team shares it" in ran.err
    assert {row["what"] for row in ran.json["rows"]} == {"credentials", "connection"}
    assert [(each["code"], each["status"]) for each in ran.json["codes"]] == [("MAYA15", "live")]
    assert run.keyring.entries == {}
    assert len(team.keyring.entries) == 1
    assert "MAYA15" in team("discounts", "list").ok().out
    team("verify-scopes").ok()


def test_unless_the_history_of_the_whole_team_is_to_be_erased(run: Bench, team: Bench) -> None:
    run(*LEAVE, "--erase-history").ok()
    assert "MAYA15" not in team("discounts", "list").ok().out
    team("verify-scopes").ok()
