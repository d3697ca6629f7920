"""A ledger that is locked, gone, damaged or out of reach costs no event and no visitor anything."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from bench import START, Bench

from shopinf.capture import inbox
from shopinf.capture.waiting import Waiting
from shopinf.errors import MachineProblem
from shopinf.livecapture import Arrived, Bounds, Kept, read_event
from shopinf.practice import PracticeStore
from shopinf.work.livecapture import collect
from shopinf.work.livecapture.taking import Taking, waiting_at

from .capturing import PAGE, Collecting, collecting, collecting_apart, desk_of, event, keep, key_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that was away is tried again after a moment."""
    monkeypatch.setattr(inbox, "_AGAIN", 0.02)


@contextmanager
def given_up_after(seconds: float) -> Iterator[None]:
    """So long is a ledger waited for that is away; one that is well has the patience of conftest.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "PATIENCE", seconds)
        yield


@pytest.fixture
def key(run: Bench, shop: PracticeStore) -> str:
    return key_of(run)


@pytest.fixture
def served(run: Bench, key: str) -> Iterator[Collecting]:
    with collecting(run) as collector:
        yield collector


@contextmanager
def locked(run: Bench, patience: float = 0.2) -> Iterator[None]:
    """Another program writes to the ledger all the while."""
    with closing(run.ledger()) as other, other.database.writing(), given_up_after(patience):
        yield


@contextmanager
def without(run: Bench, instead: bytes | None = None) -> Iterator[None]:
    """The ledger is somewhere else, with something in its place or nothing."""
    ledger, aside = run.home / "ledger.db", run.home / "aside.db"
    with closing(sqlite3.connect(ledger)) as other:  # all of it into the one file
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    os.replace(ledger, aside)
    if instead is not None:
        ledger.write_bytes(instead)
    with given_up_after(0.2):
        yield
    for end in ("-wal", "-shm"):
        Path(f"{ledger}{end}").unlink(missing_ok=True)
    os.replace(aside, ledger)


def arrived(shop: PracticeStore, email: str, key: str = "k" * 24) -> Arrived:
    return Arrived(shop.id, read_event(event(key, email=email)).lead, START)


def following(one: Arrived, mark: int) -> list[tuple[int, Arrived]]:
    """The event after the last one."""
    return [(mark + 1, one)]


def leads(run: Bench) -> list[Kept]:
    with desk_of(run) as desk:
        return desk.ledger.leads.of_shops(store.shop_id for store in desk.book.all())


def refused(run: Bench, day: date) -> dict[str, int]:
    """What was noted as refused on that day."""
    with desk_of(run) as desk, waiting_at(desk) as waiting:
        assert waiting
        return {what: count for (_, what), count in waiting.tally(day).items() if what != "taken"}


def status(run: Bench, what: str) -> str | None:
    rows = run("livecapture", "status", "-f", "json").ok().json["rows"]
    return next((str(row["status"]) for row in rows if row["what"] == what), None)


@pytest.mark.both_engines
def test_while_the_ledger_is_locked_events_wait_and_the_script_is_served(
    run: Bench, served: Collecting, key: str
) -> None:
    with locked(run):
        assert [served.post(event(key, email=f"a{n}@wait.example")) for n in range(20)] == [202] * 20
        assert served.script() == 200
        assert status(run, "waiting") == "20 events wait for the ledger"
        assert leads(run) == []
    served.err.wait_for("the ledger is written again; 20 events that waited are in it")
    assert {each.events for each in leads(run)} == {1}
    assert len(leads(run)) == 20
    assert status(run, "waiting") is None
    served.stop()
    assert "20 left on this machine's disk for the ledger" in served.err.getvalue()


def test_a_collector_that_starts_while_the_ledger_is_locked_takes_events_all_the_same(
    run: Bench, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "_FIRST", 0.5)
    with locked(run), collecting(run) as served:
        assert served.script() == 200
        assert served.post(event(key)) == 202
    assert status(run, "waiting") == "1 event waits for the ledger"


def test_a_ledger_that_is_slow_leaves_threads_to_serve_the_script(run: Bench, served: Collecting, key: str) -> None:
    # Nobody finds out that it is away.
    with ThreadPoolExecutor(40) as pool, locked(run, patience=60.0):
        posts = [
            pool.submit(served.post, event(key, email=f"a{n}@slow.example"), caller=f"203.0.113.{n}") for n in range(40)
        ]
        assert next(as_completed(posts, timeout=30)).result() == 202
        assert served.script() == 200
    assert sorted({post.result() for post in posts}) == [202, 204]
    served.stop()
    assert len(leads(run)) == 40


@pytest.mark.parametrize(
    ("instead", "said"),
    [(None, "is gone"), (b"no ledger" * 2000, "damaged"), (b"", "empty")],
    ids=["gone", "damaged", "emptied"],
)
def test_a_ledger_that_is_moved_away_under_the_collector_loses_nothing(
    run: Bench, served: Collecting, key: str, instead: bytes | None, said: str
) -> None:
    assert served.post(event(key, email="before@wait.example")) == 204
    with without(run, instead):
        assert served.post(event(key, email="meanwhile@wait.example")) == 202
        served.err.wait_for(said)
        assert served.script() == 200
    served.err.wait_for("1 event that waited is in it")
    assert served.post(event(key, email="after@wait.example")) == 204
    assert {each.lead.email for each in leads(run)} == {
        f"{when}@wait.example" for when in ("before", "meanwhile", "after")
    }


def test_a_copy_that_is_put_in_the_ledgers_place_is_written_from_then_on(
    run: Bench, served: Collecting, key: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    run("ledger", "export", str(copy)).ok()
    assert served.post(event(key, email="before@wait.example")) == 204
    run("ledger", "import", str(copy), "--replace", "--yes").ok()
    assert served.post(event(key, email="after@wait.example")) == 204
    assert [each.lead.email for each in leads(run)] == ["after@wait.example"]


def test_another_ledger_in_its_place_hides_those_that_were_forgotten_in_that(
    run: Bench, served: Collecting, key: str, tmp_path: Path
) -> None:
    other = Bench(tmp_path / "other", clock=run.clock)
    other("influencers", "forget", "maya@lind.example", "--yes").ok()
    other("ledger", "export", str(tmp_path / "other.db")).ok()
    assert served.post(event(key)) == 204
    run("ledger", "import", str(tmp_path / "other.db"), "--replace", "--yes").ok()
    assert served.post(event(key)) == 204
    assert served.post(event(key, email="leo@ferrari.example")) == 204
    assert [each.lead.email for each in leads(run)] == ["leo@ferrari.example"]


def test_it_starts_without_a_ledger_that_can_be_read_and_knows_its_stores_from_before(run: Bench, key: str) -> None:
    with collecting(run):
        pass
    with without(run, b"no ledger" * 2000):
        with collecting(run) as served:
            assert served.script() == 200
            assert served.post(event(key)) == 202
            assert served.post(event("0" * 24)) == 503
            asked = run("livecapture", "status")
            assert (asked.code, asked.out) == (9, "")
            assert f"maya-shop: 1 event waits in {run.home / 'livecapture.db'} for the ledger" in asked.err
        assert served.code == 130
    with collecting(run) as served:
        pass
    assert [each.events for each in leads(run)] == [1]


def test_with_a_server_that_is_down_it_serves_the_script_and_keeps_events(run: Bench, key: str) -> None:
    with collecting(run):
        pass
    run.environ["SHOPINF_LEDGER_URL"] = "postgresql://nobody@127.0.0.1:1/ledger"
    with given_up_after(0.2), collecting(run) as served:
        assert served.script() == 200
        assert served.post(event(key)) == 202
        served.err.wait_for("events wait on this machine's disk")
    del run.environ["SHOPINF_LEDGER_URL"]
    run("livecapture", "leads").ok()
    assert [each.events for each in leads(run)] == [1]


def test_a_store_whose_key_is_not_known_yet_is_asked_to_come_again(run: Bench, key: str) -> None:
    with without(run, b"no ledger" * 2000), collecting(run) as served:
        assert served.script() == 200
        answer = served.answer(event(key))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_new_ledger_goes_on_with_the_key_that_the_storefront_has(run: Bench, key: str) -> None:
    with collecting(run):
        pass
    for file in run.home.glob("ledger.db*"):
        file.unlink()
    with collecting(run) as served:
        assert served.post(event(key)) == 204
    assert key_of(run) == key


@pytest.mark.both_engines
def test_events_are_taken_in_once_although_a_kill_came_between_the_ledger_and_the_disk(
    run: Bench, shop: PracticeStore, key: str
) -> None:
    with desk_of(run) as desk, waiting_at(desk, make=True) as waiting:
        assert waiting
        waiting.put([arrived(shop, "maya@lind.example"), arrived(shop, "leo@ferrari.example")])
        assert Taking(desk, waiting, Bounds())().count == 2
        assert waiting.total == 2, "they are let go of by the next call, which this run does not live to see"
        assert Taking(desk, waiting, Bounds())().count == 0
        assert waiting.total == 0
        waiting.put([arrived(shop, "maya@lind.example")])
        assert Taking(desk, waiting, Bounds())().count == 1
    assert {each.lead.email: each.events for each in leads(run)} == {"maya@lind.example": 2, "leo@ferrari.example": 1}


@pytest.mark.both_engines
def test_what_was_acknowledged_while_the_ledger_was_locked_outlives_a_kill_and_is_taken_in_once(
    run: Bench, key: str
) -> None:
    with collecting_apart(run) as (process, url):
        headers = {"Origin": PAGE, "Content-Type": "text/plain"}
        with locked(run):
            for number in range(20):
                content = json.dumps(event(key, email=f"a{number}@kill.example"))
                answer = httpx.post(f"{url}/events", content=content, headers=headers, trust_env=False)
                assert answer.status_code == 202
            process.kill()
            process.wait()
    with collecting(run) as again:
        assert again.err.getvalue().startswith("Listening at ")
        again.err.wait_for("the ledger is written again; 20 events that waited are in it")
    run("livecapture", "leads").ok()
    assert [each.events for each in leads(run)] == [1] * 20


@pytest.mark.both_engines
def test_two_who_take_the_same_events_in_take_each_once(run: Bench, shop: PracticeStore, key: str) -> None:
    with desk_of(run) as one, desk_of(run) as other, waiting_at(one, make=True) as waiting:
        assert waiting
        first, second = Taking(one, waiting, Bounds()), Taking(other, waiting, Bounds())
        for number in range(10):
            waiting.put([arrived(shop, f"a{number}@wait.example")])
            assert (first() if number % 2 else second()).count == 1
            assert (second() if number % 2 else first()).count == 0
    assert [each.events for each in leads(run)] == [1] * 10


def test_a_file_of_waiting_events_that_was_put_back_gives_no_event_a_former_number(
    shop: PracticeStore, tmp_path: Path, run: Bench
) -> None:
    file = tmp_path / "waiting.db"
    with closing(Waiting(file, run.clock.now)) as waiting:
        waiting.put([arrived(shop, "a@wait.example")])
    old = file.read_bytes()
    with closing(Waiting(file, run.clock.now)) as waiting:
        [last] = waiting.put([arrived(shop, "b@wait.example")])
    file.write_bytes(old)
    run.clock.pass_(hours=1)
    with closing(Waiting(file, run.clock.now)) as waiting:
        assert waiting.put([arrived(shop, "c@wait.example")])[0] > last


def test_what_waits_is_bounded_and_its_owners_alone_and_room_is_made_again(
    shop: PracticeStore, tmp_path: Path, run: Bench
) -> None:
    file = tmp_path / "waiting.db"
    with closing(Waiting(file, run.clock.now, most_bytes=80_000)) as waiting:
        last = 0
        with pytest.raises(MachineProblem, match="is full"):
            for number in range(2000):
                last = waiting.put([arrived(shop, f"a{number}@wait.example")])[0]
        assert waiting.total > 50
        assert file.stat().st_size <= 80_000
        if os.name == "posix":
            assert file.stat().st_mode & 0o777 == 0o600
        waiting.remove(last, {})
        waiting.tidy()
        assert file.stat().st_size < 45_000
        waiting.put([arrived(shop, "again@wait.example")])
    assert b"a7@wait.example" not in file.read_bytes()


def test_where_nothing_more_can_wait_events_are_refused_with_503_and_it_is_said_once(
    run: Bench, served: Collecting, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> list[int]:
        raise MachineProblem("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Waiting, "put", full)
        answers = [served.answer(event(key)) for _ in range(3)]
    assert [(each.status_code, each.headers["Retry-After"]) for each in answers] == [(503, "30")] * 3
    assert served.err.getvalue().count("the disk is full") == 1
    assert served.post(event(key)) == 204


def test_whoever_is_forgotten_is_erased_from_what_waits_too(run: Bench, shop: PracticeStore, key: str) -> None:
    with desk_of(run) as desk, waiting_at(desk, make=True) as waiting:
        assert waiting
        waiting.put([arrived(shop, "maya@lind.example"), arrived(shop, "leo@ferrari.example")])
    ran = run("influencers", "forget", "Maya+shop@lind.example", "--yes", "-f", "json").ok()
    assert {"what": "events that wait", "count": 1} in ran.json["rows"]
    assert b"maya" not in (run.home / "livecapture.db").read_bytes()
    run("livecapture", "leads").ok()
    assert [each.lead.email for each in leads(run)] == ["leo@ferrari.example"]


def test_disconnecting_a_store_takes_along_what_waits_of_it(run: Bench, shop: PracticeStore, key: str) -> None:
    with desk_of(run) as desk, waiting_at(desk, make=True) as waiting:
        assert waiting
        waiting.put([arrived(shop, "maya@lind.example")])
    for more in ("--dry-run", "--yes"):
        rows = run("disconnect", "maya-shop", more, "-f", "json").ok().json["rows"]
        assert [row["count"] for row in rows if row["what"] == "events that wait"] == [1]
    assert b"maya@lind" not in (run.home / "livecapture.db").read_bytes()


def test_what_waited_too_long_is_not_kept(run: Bench, shop: PracticeStore, key: str) -> None:
    with desk_of(run) as desk, waiting_at(desk, make=True) as waiting:
        assert waiting
        waiting.put([arrived(shop, "old@wait.example")])
        run.clock.pass_(days=40)
        assert Taking(desk, waiting, Bounds(days=30))().count == 0
        assert waiting.total == 0


def test_a_store_keeps_so_many_leads_and_refuses_more_politely(run: Bench, key: str) -> None:
    with collecting(run, "--most-leads", "2") as served:
        assert [served.post(event(key, email=f"a{n}@room.example")) for n in range(2)] == [204, 204]
        answer = served.answer(event(key, email="third@room.example"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (507, "3600")
        assert served.post(event(key, email="a1@room.example", first_name="Maya")) == 204
        today = served.clock.now().date()
    assert len(leads(run)) == 2
    assert status(run, "room") == "full: 2 of 2 leads, 0.0 of 0.0 MB"
    assert refused(run, today) == {"no room": 1}


@pytest.mark.both_engines
def test_a_store_keeps_so_many_bytes(run: Bench, shop: PracticeStore, key: str) -> None:
    bounds = Bounds(leads=4)
    long = {"landing": "/" + "\u00e9" * 299, "code": "x" * 100, "utm": dict.fromkeys(("source", "medium"), "x" * 100)}
    with desk_of(run) as desk:
        for number, kept in enumerate((True, False)):
            lead = read_event(event(key, email=f"a{number}@bytes.example", **long)).lead
            one = Arrived(shop.id, lead, START)
            taken = desk.ledger.leads.take("x", partial(following, one), bounds)
            assert bool(taken.refused) is not kept
        room = desk.ledger.leads.room(shop.id)
        assert room.leads == 1
        assert 1_000 < room.bytes < bounds.bytes
        keep(desk, shop.id, read_event(event(key, email="a0@bytes.example")).lead)
        assert desk.ledger.leads.room(shop.id).bytes == room.bytes


def test_status_tells_what_was_refused_today(run: Bench, shop: PracticeStore, key: str) -> None:
    yesterday = START.date() - timedelta(days=1)
    with desk_of(run) as desk, waiting_at(desk, make=True) as waiting:
        assert waiting
        waiting.add({(START.date(), shop.id, "no room"): 1200, (START.date(), shop.id, "too many a day"): 3})
        waiting.add({(START.date(), shop.id + 1, "no room"): 5, (yesterday, shop.id, "no room"): 7})
        waiting.put([arrived(shop, "maya@lind.example")])
    assert status(run, "refused") == "1,200 no room, 3 too many a day today (UTC)"
    assert status(run, "room") == "0 of 200,000 leads, 0.0 of 100.0 MB"


def test_a_store_sends_so_many_events_a_day_also_after_a_new_start(run: Bench, key: str) -> None:
    with collecting(run, "--per-day", "3") as served:
        assert [served.post(event(key)) for _ in range(2)] == [204, 204]
    with collecting(run, "--per-day", "3") as served:
        assert served.post(event(key)) == 204
        answer = served.answer(event(key))
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 86_400
        today = served.clock.now().date()
    assert refused(run, today) == {"too many a day": 1}
    assert [each.events for each in leads(run)] == [3]
