"""One command over many stores: none spoils another, each has its own file, and nothing is lost in the crowd."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.desk import Desk
from shopinf.errors import StoreFrozen
from shopinf.practice import PracticeStore, serve
from shopinf.stores import Store, variable_stem

from .portfolio import TROUBLES, Portfolio

pytestmark = pytest.mark.slow

FIRST, SECOND = "atelier-rosa", "blue-heron"
PERIOD = ("--period", "2026-11")


@pytest.fixture
def portfolio(run: Bench, tmp_path: Path) -> Portfolio:
    return Portfolio(run, tmp_path)


def arguments(portfolio: Portfolio, line: str) -> list[str]:
    """*line* as it would be typed; GIFT and SHEET stand for what depends on the stores."""
    words: list[str] = []
    for word in line.split():
        words += portfolio.gift if word == "GIFT" else [word.replace("SHEET", str(portfolio.sheet))]
    return words


ASKING = [  # commands that ask the stores
    "orders sync",
    "orders attribute --period 2026-11",
    "orders reconcile --period 2026-11",
    "customers enrich --source csv:SHEET",
    "customers enrich --source csv:SHEET --tag vip --yes",
    "products import",
    "discounts create --campaign q5 --influencer leo --percent 10 --product SKU --yes",
    "discounts create --campaign q5 --influencer leo --percent 10 --yes",
    "discounts create --campaign q5 --influencer leo --percent 10 --dry-run",
    "discounts import CODES --yes",
    "discounts import CODES --mode adopt --yes",
    "discounts check",
    "discounts pause --campaign q4 --yes",
    "discounts resume --campaign q4 --yes",
    "discounts retire --campaign q4 --yes",
    "gifts send --campaign autumn GIFT --yes",
    "gifts send --campaign autumn GIFT --dry-run",
    "gifts status",
    "gifts report",
    "livecapture install --endpoint https://capture.example.com --out OUT",
    "livecapture status",
    "livecapture uninstall --yes",
    "livecapture run --source csv:SHEET",
    "verify-scopes",
]
OFFLINE = [  # commands that answer from the ledger
    "products list",
    "discounts list",
    "discounts links",
    "livecapture leads",
    "orders attribute --period 2026-11 --no-sync",
]


def typed(portfolio: Portfolio, line: str) -> list[str]:
    codes = portfolio.folder / "codes.csv"
    codes.write_text("code,influencer\nMAYA15,maya\n")
    sku = portfolio.gift[-1]
    line = line.replace("CODES", str(codes)).replace("OUT", str(portfolio.folder / "out")).replace("SKU", sku)
    return arguments(portfolio, line)


def prepare(portfolio: Portfolio, line: str) -> None:
    """Have something to do for a command that does not find it in every store."""
    if "resume" in line:
        portfolio.run("discounts", "pause", "--all-stores", "--campaign", "q4", "--yes").ok()
    if "check" in line:
        for store in portfolio.stores.values():
            store.price_rules[max(store.price_rules)]["value"] = "-20.0"


@pytest.mark.parametrize("line", ASKING)
def test_a_broken_store_is_named_and_spoils_no_other(portfolio: Portfolio, line: str) -> None:
    run = portfolio.run
    portfolio.open(FIRST, *TROUBLES, stocked=True)
    prepare(portfolio, line)
    portfolio.break_()
    ran = run(*typed(portfolio, line), "--all-stores", "-f", "json")
    assert ran.code == 7, ran.err
    assert {each["store"]: each["code"] for each in ran.json["failures"]} == TROUBLES
    assert stores_in(ran.json) == {FIRST}
    for name in TROUBLES:
        assert name in ran.err
    assert [said.split(": ")[0] for said in ran.err.splitlines()[-2:]] == ["error", "hint"]


def stores_in(answer: dict[str, Any]) -> set[str]:
    """The stores that the rows of an answer are about."""
    (rows,) = [answer[key] for key in ("rows", "codes", "influencers") if key in answer] or [answer["stores"]]
    assert rows, "the healthy store was not delivered"
    return {row["store"] for row in rows}


def test_the_doctor_looks_at_every_store(portfolio: Portfolio) -> None:
    portfolio.open(FIRST, *TROUBLES)
    portfolio.break_()
    ran = portfolio.run("doctor", "-f", "json")
    assert ran.code == 7
    found = {row["check"]: row["status"] for row in ran.json["rows"]}
    assert {name: found[name] for name in (FIRST, *TROUBLES)} == {FIRST: "ok", **dict.fromkeys(TROUBLES, "failed")}


@pytest.mark.slow
@pytest.mark.parametrize("line", [*ASKING, *OFFLINE])
def test_each_store_has_a_file_of_its_own(portfolio: Portfolio, line: str, tmp_path: Path) -> None:
    portfolio.open(FIRST, SECOND, "frozen", stocked=True)
    prepare(portfolio, line)
    for command in ("orders sync", "products import"):
        portfolio.run(*command.split(), "--all-stores").ok()
    portfolio.break_()
    offline = line in OFFLINE
    ran = portfolio.run(*typed(portfolio, line), "--all-stores", "-o", str(tmp_path / "of {store}.json"))
    assert ran.code == (0 if offline else 7), ran.err
    assert ran.out == ""
    wanted = {FIRST, SECOND, *(["frozen"] if offline else [])}
    assert {path.stem.removeprefix("of ") for path in tmp_path.glob("of *.json")} == wanted
    for name in wanted:
        found = json.loads((tmp_path / f"of {name}.json").read_text())
        others = {*wanted, "frozen"} - {name}
        assert found["failures"] == []
        assert not any(other in json.dumps(found) for other in others), "another store is in this one's file"
        if "leads" not in line:
            assert stores_in(found) == {name}


READING = [line for line in (*ASKING[:4], *OFFLINE) if line != "orders sync"] + [
    "discounts create --campaign q5 --influencer leo --percent 10 --dry-run",
    "discounts check",
    "gifts send --campaign autumn GIFT --dry-run",
    "gifts status",
    "gifts report",
    "livecapture status",
    "verify-scopes",
]


@pytest.mark.slow
@pytest.mark.parametrize("line", READING)
def test_a_stores_file_is_that_of_a_run_for_it_alone(portfolio: Portfolio, line: str, tmp_path: Path) -> None:
    portfolio.open(FIRST, SECOND, stocked=True)
    portfolio.run("orders", "sync", "--all-stores").ok()
    words = typed(portfolio, line)
    if words[:2] == ["customers", "enrich"]:
        words.append("--all")
    portfolio.run(*words, "--all-stores", "-o", str(tmp_path / "{store}.json")).ok()
    for name in (FIRST, SECOND):
        alone = portfolio.run(*words, "--store", name, "-o", str(tmp_path / "alone.json")).ok()
        assert alone.out == ""
        first, second = (json.loads((tmp_path / file).read_text()) for file in (f"{name}.json", "alone.json"))
        assert without_times(first) == without_times(second)


def without_times(answer: Any) -> Any:
    """*answer* without when it was asked for."""
    match answer:
        case dict():
            return {
                key: without_times(value) for key, value in answer.items() if key not in ("synced_at", "matched_at")
            }
        case list():
            return [without_times(each) for each in answer]
        case _:
            return answer


def test_a_paid_lookup_is_spent_for_all_stores_and_told_so_in_each_file() -> None:
    from decimal import Decimal

    from shopinf.commands.customers.rows import answer
    from shopinf.outcomes import Outcomes
    from shopinf.people.enrichment import Sort, Summary
    from shopinf.work.customers.enrich import Enriched, Mine

    stores = [Store(name, number, f"{name}.myshopify.com", "1") for number, name in enumerate((FIRST, SECOND))]
    mine = [(store, Mine([], 0, [], Summary(customers=2, left=1), [], [])) for store in stores]
    run = Enriched(Outcomes.of(mine), 1, Decimal("0.5"), Sort.FOLLOWERS, [], [], [])
    now = datetime(2026, 11, 22, tzinfo=UTC)
    whole, part = answer(run, mine, [], now), answer(run, mine[:1], [], now)
    assert whole.body is not None
    assert part.body is not None
    assert (whole.body["summary"]["credits_used"], whole.body["summary"]["left"]) == (0.5, 1)
    assert (part.body["summary"]["credits_used"], part.body["summary"]["left"]) == (None, 1)
    assert part.notes == ["0.5 credits were spent for all stores of the run together"]


# files


def test_stores_whose_files_would_be_one_are_refused_before_any_work(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.open(FIRST, SECOND)
    portfolio.run.connect(portfolio.stores[FIRST], "--as", "Maya shop").ok()
    portfolio.run.connect(portfolio.stores[SECOND], "--as", "maya-shop").ok()
    before = len(portfolio.run.wire.sent)
    ran = portfolio.run("products", "import", "--all-stores", "-o", str(tmp_path / "{store}.csv"))
    assert (ran.code, len(portfolio.run.wire.sent)) == (2, before)
    assert "Maya shop and maya-shop would both be written to" in ran.err
    portfolio.run("products", "import", "--all-stores", "-o", str(tmp_path / "both.csv")).ok()


@pytest.mark.parametrize(
    ("argv", "unknown"),
    [
        (("discounts", "create", "--campaign", "q", "--influencer", "maya", "--percent", "5"), "{period}"),
        (("orders", "reconcile"), "{period}"),
        (("stores", "list"), "{store}"),
    ],
)
def test_what_has_no_value_is_refused_before_any_work(
    portfolio: Portfolio, tmp_path: Path, argv: tuple[str, ...], unknown: str
) -> None:
    portfolio.open(FIRST)
    before = len(portfolio.run.wire.sent)
    ran = portfolio.run(*argv, "-o", str(tmp_path / f"{unknown}.csv"))
    assert (ran.code, ran.out, len(portfolio.run.wire.sent)) == (2, "", before)
    assert unknown in ran.err


def test_one_store_can_be_in_the_name_too(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.open(FIRST, stocked=True)
    where = str(tmp_path / "{store}.json")
    portfolio.run("orders", "sync", "-o", where).ok()
    assert json.loads((tmp_path / f"{FIRST}.json").read_text())["schema"] == "shopinf.orders.sync/1"
    portfolio.run("discounts", "assign", "MAYA15", "leo", "--new", "-o", where).ok()
    assert json.loads((tmp_path / f"{FIRST}.json").read_text())["schema"] == "shopinf.discounts.assign/1"


def test_folders_of_the_pattern_are_made_for_their_owner_alone(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.open(FIRST, SECOND)
    portfolio.run(
        "orders", "reconcile", *PERIOD, "--all-stores", "-o", str(tmp_path / "{store}" / "{period}" / "r.csv")
    )
    for name in (FIRST, SECOND):
        assert (tmp_path / name / "2026-11" / "r.csv").read_text().startswith("store,order_id")
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700
        assert (tmp_path / name / "2026-11").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_not_of_the_pattern_has_to_be_there(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.open(FIRST, SECOND)
    before = len(portfolio.run.wire.sent)
    ran = portfolio.run("orders", "sync", "--all-stores", "-o", str(tmp_path / "reports" / "{store}" / "sync.csv"))
    assert (ran.code, len(portfolio.run.wire.sent)) == (2, before)
    assert f"mkdir -p {tmp_path / 'reports'}\n" in ran.err


def test_an_old_file_of_a_store_that_fails_stays_and_is_told_of(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.open(FIRST, "frozen")
    argv = ("orders", "sync", "--all-stores", "-o", str(tmp_path / "{store}.csv"))
    portfolio.run(*argv).ok()
    before = (tmp_path / "frozen.csv").read_text()
    portfolio.break_()
    ran = portfolio.run(*argv)
    assert ran.code == 7
    assert (tmp_path / "frozen.csv").read_text() == before
    assert f"warning: {tmp_path / 'frozen.csv'} is from an earlier run: frozen has nothing new" in ran.err


def test_a_file_that_cannot_be_written_keeps_no_other_from_it(portfolio: Portfolio, tmp_path: Path) -> None:
    portfolio.open(FIRST, SECOND)
    (tmp_path / f"{FIRST}.csv").mkdir()
    ran = portfolio.run("orders", "sync", "--all-stores", "-o", str(tmp_path / "{store}.csv"))
    assert ran.code == 7
    assert (tmp_path / f"{SECOND}.csv").read_text().startswith("store,")
    assert f"{FIRST}: {tmp_path / FIRST}.csv is a folder" in ran.err
    assert "error: 1 of 2 files could not be written" in ran.err


# words


def test_several_disabled_stores_are_skipped_and_named_once(portfolio: Portfolio) -> None:
    portfolio.open(FIRST, SECOND, "casa-verde")
    for name in (FIRST, SECOND):
        portfolio.run("stores", "disable", name).ok()
    ran = portfolio.run("orders", "sync", "--all-stores", "-f", "json").ok()
    said = f"{FIRST}, {SECOND} are disabled and were skipped"
    assert ran.err.count(said) == 1
    assert said in ran.json["notes"]


def test_a_disabled_store_that_is_named_is_refused(portfolio: Portfolio) -> None:
    portfolio.open(FIRST, SECOND)
    portfolio.run("stores", "disable", FIRST).ok()
    ran = portfolio.run("orders", "sync", "-s", SECOND, "-s", FIRST)
    assert (ran.code, ran.out) == (2, "")
    assert f"hint: shopinf stores enable {FIRST}" in ran.err


def test_a_command_for_one_store_says_so_when_several_are_chosen(portfolio: Portfolio) -> None:
    portfolio.open(FIRST, SECOND)
    ran = portfolio.run("orders", "explain", "1001", "--all-stores")
    assert (ran.code, ran.out) == (2, "")
    assert "error: shopinf orders explain works on one store at a time; 2 were chosen" in ran.err
    assert f"hint: Name one, like --store {FIRST}" in ran.err


def test_many_stores_that_fail_alike_are_told_of_in_one_sentence(portfolio: Portfolio) -> None:
    portfolio.open(FIRST, "frozen", "frozen-2", "frozen-3", "revoked")
    portfolio.break_()
    for name in ("frozen-2", "frozen-3"):
        portfolio.stores[name].faults.frozen = True
    ran = portfolio.run("orders", "sync", "--all-stores", "-f", "json")
    assert ran.code == 7
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert errors == [
        "error: frozen, frozen-2, frozen-3: the store is frozen or paused: Unavailable Shop",
        f"error: {ran.json['failures'][-1]['store']}: {ran.json['failures'][-1]['error']}",
        "error: 4 of 5 stores failed: frozen, frozen-2, frozen-3, revoked",
    ]
    assert len(ran.json["failures"]) == 4


def test_stores_that_all_fail_alike_give_their_code_and_one_sentence(portfolio: Portfolio) -> None:
    names = [f"frozen-{number}" for number in range(10)]
    portfolio.open(*names)
    for store in portfolio.stores.values():
        store.faults.frozen = True
    ran = portfolio.run("orders", "sync", "--all-stores", "-f", "json")
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.splitlines()[0] == (
        "error: all 10 stores failed: the store is frozen or paused: Unavailable Shop (10 stores)"
    )


def test_stores_that_all_fail_each_in_its_own_way_are_partly_done(portfolio: Portfolio) -> None:
    portfolio.open(*TROUBLES)
    portfolio.break_()
    ran = portfolio.run("orders", "sync", "--all-stores", "-f", "json")
    assert (ran.code, ran.json["rows"]) == (7, [])
    assert {each["store"]: each["code"] for each in ran.json["failures"]} == TROUBLES


# threads


def test_a_mistake_of_ours_with_one_store_costs_the_others_nothing(
    portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio.open(FIRST, SECOND)
    client = Desk.client

    def broken(desk: Desk, store: Store, credentials: Any) -> Any:
        if store.name == FIRST:
            raise KeyError("ann@example.com")
        return client(desk, store, credentials)

    monkeypatch.setattr(Desk, "client", broken)
    ran = portfolio.run("orders", "sync", "--all-stores", "-f", "json")
    assert ran.code == 7
    assert stores_in(ran.json) == {SECOND}
    assert [(each["store"], each["code"]) for each in ran.json["failures"]] == [(FIRST, 1)]
    assert "ann@example.com" not in ran.out + ran.err
    assert portfolio.run("orders", "sync", "-s", FIRST).code == 1


def test_no_more_than_forty_stores_are_at_work_at_once_and_none_is_left_out(run: Bench) -> None:
    from io import StringIO

    desk = Desk(run.setting(StringIO(), StringIO(), StringIO(), None))
    stores = [Store(f"s{number}", number, f"s{number}.myshopify.com", "1") for number in range(100)]
    guard, at_work, most = threading.Lock(), Counter[str](), 0
    gate = threading.Barrier(40)

    def work(store: Store) -> str:
        nonlocal most
        with guard:
            at_work["now"] += 1
            most = max(most, at_work["now"])
        if store.shop_id < 40:
            gate.wait(30)  # the first forty are all there together
        with guard:
            at_work["now"] -= 1
        if store.shop_id == 70:
            raise StoreFrozen("s70 is frozen")
        return store.name

    outcomes = desk.each_store(stores, work)
    assert most == 40
    assert [name for _, name in outcomes.done] == [store.name for store in stores if store.shop_id != 70]
    assert [store.name for store in outcomes.lost] == ["s70"]


@pytest.mark.slow
def test_forty_stores_write_to_one_ledger(portfolio: Portfolio, run: Bench) -> None:
    portfolio.open(*(f"shop-{number:02}" for number in range(40)), orders=30)
    ran = run("orders", "sync", "--all-stores", "-f", "json").ok()
    assert [(row["store"], row["read"]) for row in ran.json["rows"]] == [(name, 30) for name in portfolio.stores]


def test_ctrl_c_stops_forty_stores_that_all_wait_for_an_answer(tmp_path: Path) -> None:
    shops = [PracticeStore(f"shop-{number:02}", seed=number) for number in range(40)]
    all_asked = threading.Event()
    asked: set[str] = set()
    run = Bench(tmp_path / "home", wire=None)  # type: ignore[arg-type]
    run.environ = {f"{variable_stem(shop.handle)}_ACCESS_TOKEN": shop.access_token for shop in shops}

    def silent(shop: PracticeStore) -> None:
        def match(method: str, path: str) -> bool:
            asked.add(shop.handle)
            if len(asked) == len(shops):
                all_asked.set()
            return True

        shop.faults.hang(match, seconds=3600, times=None)

    with serve(shops) as door:
        for shop, url in zip(shops, door.urls, strict=True):
            run("connect", shop.handle, "--url", url).ok()
            silent(shop)
        given = {**run.environ, "SHOPINF_HOME": str(run.home), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        argv = [sys.executable, "-m", "shopinf", "orders", "sync", "--all-stores", "-f", "json"]
        with subprocess.Popen(argv, env=given, text=True, **pipes) as process:  # type: ignore[call-overload]
            try:
                assert all_asked.wait(60)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=20)  # an answer is waited for for 30 seconds
            finally:
                process.kill()
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Stopped; what was done until then is recorded\n")
