"""`--log-file`: a line of JSON for each thing that happened, where it was asked for."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from bench import START, Bench
from commandtree import leaves

import shopinf
from shopinf import __version__
from shopinf.commands.tree import COMMANDS
from shopinf.desk import Desk
from shopinf.errors import ScopeMissing, ShopinfError
from shopinf.practice import PracticeStore

from .logs import events, of, only, told

# what is told


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_is_told_from_its_start_to_its_end(run: Bench, shop: PracticeStore, log: Path, after: bool) -> None:
    option = ("--log-file", str(log))
    run(*(("verify-scopes", *option) if after else (*option, "verify-scopes"))).ok()
    lines = told(log)
    assert events(lines) == ["started", *["request"] * (len(lines) - 4), "store_done", "answer", "ended"]
    assert {(line["run"], line["pid"]) for line in lines} == {(lines[0]["run"], os.getpid())}
    assert re.fullmatch(r"[0-9a-f]{12}", lines[0]["run"])
    assert lines[0]["at"] == "2026-11-22T12:00:00.000Z"
    started = {name: lines[0][name] for name in ("schema", "version", "command")}
    assert started == {"schema": "shopinf.log/1", "version": __version__, "command": "shopinf verify-scopes"}
    requests = of(lines, "request")
    assert (requests[0]["method"], requests[0]["status"], requests[0]["store"]) == ("GET", 200, "maya-shop")
    assert requests[0]["path"] == "/admin/api/2026-07/shop.json"
    assert re.fullmatch(r"[0-9a-f-]{36} \d+/40", f"{requests[0]['request_id']} {requests[0]['bucket']}")
    assert only(lines, "store_done")["store"] == "maya-shop"
    answer = only(lines, "answer")
    assert (answer["schema"], answer["failures"]) == ("shopinf.scopes/1", 0)
    assert answer["rows"] > 5
    ended = only(lines, "ended")
    assert (ended["code"], ended["requests"], ended["seconds"]) == (0, len(requests), 0)


def test_the_log_has_the_requests_that_verbose_shows_also_when_all_is_quiet(
    run: Bench, shop: PracticeStore, log: Path
) -> None:
    shown = [line for line in run("-v", "orders", "sync").ok().err.splitlines() if line.startswith("maya-shop: ")]
    run.clock.pass_(hours=1)
    quiet = run("-q", "orders", "sync", "--full", "--log-file", str(log)).ok()
    assert quiet.err == ""
    requests = [f"{line['store']}: {line['method']} {line['path']}" for line in of(told(log), "request")]
    assert requests == [line.split(" → ")[0] for line in shown]
    assert any("…" in line for line in requests)


def test_each_event_has_the_same_keys_in_every_line(run: Bench, shop: PracticeStore, log: Path) -> None:
    shop.faults.fail("GET shop.json", 502, times=1)
    run("verify-scopes", "--log-file", str(log)).ok()
    shop.faults.unauthorized = True
    assert run("verify-scopes", "--log-file", str(log)).code == 4
    assert run("stores", "lst", "--log-file", str(log)).code == 2
    common = ["at", "level", "run", "pid", "event"]
    failed = ["type", "code", "meaning", "scope", "cause", "where"]
    keys = {
        "started": ["schema", "version", "command"],
        "request": ["store", "source", "method", "path", "status", "ms", "request_id", "bucket"],
        "store_done": ["store"],
        "store_failed": ["store", *failed],
        "answer": ["schema", "rows", "notes", "failures"],
        "error": failed,
        "ended": ["code", "seconds", "requests"],
    }
    lines = told(log)
    assert set(events(lines)) == set(keys)
    for line in lines:
        assert list(line) == common + keys[line["event"]]
        assert line["level"] in ("info", "note", "warning", "error")


def test_a_request_in_vain_is_a_warning_and_so_is_a_run_partly_done(run: Bench, shop: PracticeStore, log: Path) -> None:
    other = run.open(handle="nordlicht", seed=2)
    run.connect(other).ok()
    other.faults.frozen = True
    shop.faults.fail("GET shop.json", 502, times=1)
    assert run("verify-scopes", "--all-stores", "--log-file", str(log)).code == 7
    lines = told(log)
    assert [line["level"] for line in of(lines, "request") if line["status"] == 502] == ["warning"]
    assert {line["level"] for line in of(lines, "request") if line["status"] == 200} == {"info"}
    failed = only(lines, "store_failed")
    assert (failed["store"], failed["type"], failed["code"]) == ("nordlicht", "StoreFrozen", 5)
    assert failed["meaning"] == "402: the store is frozen or paused."
    assert only(lines, "store_done")["store"] == "maya-shop"
    assert (only(lines, "answer")["failures"], only(lines, "answer")["level"]) == (1, "warning")
    assert only(lines, "error")["type"] == "PartlyDone"
    assert (only(lines, "ended")["code"], only(lines, "ended")["level"]) == (7, "warning")


def test_a_store_is_done_once_and_only_with_an_answer(run: Bench, shop: PracticeStore, log: Path) -> None:
    command = ("discounts", "create", "--campaign", "q4", "--count", "2", "--percent", "15", "--log-file", str(log))
    assert run(*command).code == 2  # looked at the store, then nobody was there to say yes
    assert "store_done" not in events(told(log))
    run(*command, "--yes").ok()
    assert len(of(told(log), "store_done")) == 1


def test_a_store_that_fails_later_is_not_done(run: Bench, shop: PracticeStore, log: Path) -> None:
    other = run.open(handle="nordlicht", seed=2)
    run.connect(other).ok()
    other.faults.fail("POST price_rules.json", 402, {"errors": "Unavailable Shop"}, times=None)
    command = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "--all-stores")
    assert run(*command, "--yes", "--log-file", str(log)).code == 7
    lines = told(log)
    assert only(lines, "store_failed")["store"] == "nordlicht"
    assert only(lines, "store_done")["store"] == "maya-shop"


def test_all_stores_failing_alike_are_told_by_what_they_failed_with(run: Bench, shop: PracticeStore, log: Path) -> None:
    other = run.open(handle="nordlicht", seed=2)
    run.connect(other).ok()
    shop.faults.frozen = other.faults.frozen = True
    assert run("verify-scopes", "--all-stores", "--log-file", str(log)).code == 5
    error = only(told(log), "error")
    assert (error["type"], error["code"]) == ("NotAllowed", 5)


def test_an_error_says_where_it_was_raised_and_which_scope_is_missing(
    run: Bench, shop: PracticeStore, log: Path
) -> None:
    refusal = "[API] This action requires merchant approval for %s scope."
    shop.faults.fail("GET orders.json", 403, {"errors": refusal % "read_orders"}, times=None)
    assert run("orders", "sync", "--log-file", str(log)).code == 5
    error = only(told(log), "error")
    assert (error["type"], error["scope"], error["cause"]) == ("ScopeMissing", "read_orders", None)
    module, line = error["where"].split(":")
    assert "raise" in Path(str(importlib.import_module(module).__file__)).read_text().splitlines()[int(line) - 1]
    shop.faults.clear()
    shop.faults.fail("GET orders.json", 403, {"errors": refusal % "read_ann_lee"}, times=None)
    assert run("orders", "sync", "--log-file", str(log)).code == 5
    assert of(told(log), "error")[-1]["scope"] is None


def test_a_bug_is_told_by_its_kind_and_place_without_a_value(
    run: Bench, shop: PracticeStore, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing: dict[str, str] = {}
    monkeypatch.setattr(Desk, "today", lambda desk, store: nothing["ann@example.com"])
    assert run("orders", "attribute", "--period", "today", "--log-file", str(log)).code == 1
    error = only(told(log), "error")
    assert (error["type"], error["cause"], error["code"]) == ("Bug", "KeyError", 1)
    assert error["where"].startswith("shopinf.")
    assert "ann@example.com" not in log.read_text()


def test_a_stopped_run_ended_without_an_error(
    run: Bench, shop: PracticeStore, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    monkeypatch.setattr(run.wire, "send", pressed)
    assert run("verify-scopes", "--log-file", str(log)).code == 130
    lines = told(log)
    assert events(lines) == ["started", "ended"]
    assert (lines[-1]["code"], lines[-1]["level"]) == (130, "warning")


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["--log-file", "LOG", "no-such-command"], "shopinf"),
        (["no-such-command", "--log-file", "LOG"], "shopinf"),
        (["--no-such-option", "--log-file=LOG"], "shopinf"),
        (["stores", "--log-file", "LOG"], "shopinf stores"),
        (["orders", "attribute", "--perod", "today", "--log-file=LOG"], "shopinf orders attribute"),
        (["stores", "list", "--wait", "soon", "--log-file", "LOG"], "shopinf stores list"),
    ],
    ids=" ".join,
)
def test_a_command_line_that_cannot_be_read_is_told_too(run: Bench, log: Path, argv: list[str], command: str) -> None:
    ran = run(*(word.replace("LOG", str(log)) for word in argv))
    assert (ran.code, ran.out) == (2, "")
    lines = told(log)
    assert events(lines) == ["started", "error", "ended"]
    assert (lines[0]["command"], lines[1]["type"], lines[2]["code"]) == (command, "BadInput", 2)


def test_the_run_is_called_as_in_the_journal(run: Bench, shop: PracticeStore, log: Path) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    option = ("--log-file", str(log))
    run("discounts", "create", "--campaign", "q4", "--influencer", "leo", "--percent", "15", *option).ok()
    with closing(sqlite3.connect(run.home / "ledger.db")) as ledger, ledger:
        runs = [row[0] for row in ledger.execute("SELECT run FROM journal ORDER BY id")]
    assert len(set(runs)) == 2
    assert {line["run"] for line in told(log)} == {runs[-1]}


def test_every_kind_of_error_has_a_meaning() -> None:
    for module in pkgutil.walk_packages(shopinf.__path__, "shopinf."):
        if module.name != "shopinf.__main__":  # which runs the program
            importlib.import_module(module.name)
    kinds = list(offspring(ShopinfError))
    assert ScopeMissing in kinds
    for kind in kinds:
        assert (kind.__doc__ or "").strip(), f"{kind.__name__} needs a sentence"


def offspring(kind: type[ShopinfError]) -> Iterator[type[ShopinfError]]:
    for each in kind.__subclasses__():
        yield each
        yield from offspring(each)


# where it goes


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_it(name: str) -> None:
    for _, command in leaves(name):
        [option] = [each for each in command.params if "--log-file" in each.opts]
        assert len(option.help) < 60


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["stores", "list", "--help"]], ids=" ".join)
def test_help_and_version_log_nothing(run: Bench, log: Path, argv: list[str]) -> None:
    run("--log-file", str(log), *argv).ok()
    run(*argv, "--log-file", str(log)).ok()
    run(*argv, environ={"SHOPINF_LOG_FILE": str(log)}).ok()
    assert not log.exists()


def test_a_new_log_is_for_its_owner_alone_and_an_older_ones_mode_stays(run: Bench, tmp_path: Path) -> None:
    shared = tmp_path / "shared.jsonl"
    shared.touch()
    shared.chmod(0o664)
    before = os.umask(0)
    try:
        for name in ("new", "shared"):
            run("stores", "list", "--log-file", str(tmp_path / f"{name}.jsonl")).ok()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE(shared.stat().st_mode) == 0o664
    assert events(told(shared)) == ["started", "answer", "ended"]


def test_the_environment_names_it_and_the_option_goes_before(run: Bench, tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    named = {"SHOPINF_LOG_FILE": str(one)}
    run("stores", "list", environ=named).ok()
    assert len(told(one)) == 3
    run("stores", "list", "--log-file", str(other), environ=named).ok()
    run("--log-file", str(other), "stores", "list", environ=named).ok()
    run("stores", "list", environ={"SHOPINF_LOG_FILE": ""}).ok()
    assert (len(told(one)), len(told(other))) == (3, 6)


def test_the_day_in_its_name_is_the_day_of_each_line(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    midnight = (START + timedelta(days=1)).astimezone().replace(hour=0, minute=0)
    run.clock.pass_(seconds=(midnight - run.clock.now()).total_seconds() - 1)
    shop.faults.throttle("GET shop.json", retry_after="2.0")
    run("verify-scopes", "--log-file", str(tmp_path / "shopinf-{date}.jsonl")).ok()
    days = [(midnight + timedelta(hours=hours)).date() for hours in (-1, 1)]
    first, second = (told(tmp_path / f"shopinf-{day}.jsonl") for day in days)
    assert events(first) == ["started", "request"]
    assert events(second)[-1] == "ended"
    assert first[0]["run"] == second[-1]["run"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing/shopinf.jsonl", 2),
        ("home", 2),
        ("-", 2),
        ("shopinf-{period}.jsonl", 2),
        ("shopinf-{store}.jsonl", 2),
        ("/proc/shopinf.jsonl", 9),
        ("file/shopinf.jsonl", 2),
    ],
)
def test_a_place_that_cannot_be_a_log_is_refused_before_any_work(
    run: Bench, shop: PracticeStore, tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "file").touch()
    sent = len(run.wire.sent)
    ran = run("verify-scopes", "--log-file", "-" if name == "-" else str(tmp_path / name))
    assert (ran.code, ran.out, len(run.wire.sent)) == (code, "", sent)
    error, hint = ran.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    assert "--output" not in ran.err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_file_that_may_not_be_written_is_refused_before_any_work(run: Bench, shop: PracticeStore, log: Path) -> None:
    log.touch(0o400)
    sent = len(run.wire.sent)
    ran = run("verify-scopes", "--log-file", str(log))
    assert (ran.code, len(run.wire.sent)) == (9, sent)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_is_said_once_and_stops_nothing(run: Bench, shop: PracticeStore) -> None:
    ran = run("verify-scopes", "--log-file", "/dev/full").ok()
    assert ran.out == run("verify-scopes").ok().out
    assert ran.err.count("/dev/full") == 1
    assert "No space left" in ran.err
    shop.faults.unauthorized = True
    assert run("verify-scopes", "--log-file", "/dev/full").code == 4
