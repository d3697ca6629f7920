"""One run at a time, and never a lock left behind."""

from __future__ import annotations

import multiprocessing
import os
import stat
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from shopinf.errors import Busy, Stopped
from shopinf.local.clock import SystemClock
from shopinf.local.locks import Locks, briefly
from shopinf.locking import What
from shopinf.times import Clock


def _hold(folder: str, what: What, ready: Connection) -> None:
    with Locks.in_folder(Path(folder), SystemClock()).hold(101, what, wait=0, command="discounts create"):
        ready.send(os.getpid())
        ready.recv()


class Other:
    """Another run, in a process of its own, that holds a lock."""

    def __init__(self, folder: Path, what: What) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.line, theirs = spawn.Pipe()
        self.process = spawn.Process(target=_hold, args=(str(folder), what, theirs))
        self.process.start()
        theirs.close()
        self.pid = self.line.recv()

    def finish(self) -> None:
        self.line.send("done")
        self.process.join()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "locks"


@pytest.fixture
def other(folder: Path):  # type: ignore[no-untyped-def]
    run = Other(folder, "writing")
    yield run
    run.kill()


def test_a_busy_lock_is_waited_for_and_then_says_who_holds_it(folder: Path, clock: Clock, other: Other) -> None:
    locks = Locks.in_folder(folder, clock)
    told: list[str] = []
    with (
        pytest.raises(Busy) as busy,
        locks.hold(101, "writing", wait=60, command="gifts send", store="maya-shop", waiting=told.append),
    ):
        pytest.fail("the lock was taken twice")
    assert clock.monotonic() == pytest.approx(60)
    assert "writing to maya-shop: held by shopinf discounts create, process" in busy.value.message
    assert f"process {other.pid}, since " in busy.value.message
    assert busy.value.hint == "Wait for it with --wait 600"
    assert busy.value.code == 8
    assert told == [busy.value.message]


def test_no_wait_is_one_try(folder: Path, clock: Clock, other: Other) -> None:
    with pytest.raises(Busy), Locks.in_folder(folder, clock).hold(101, "writing", wait=0, command="x"):
        pytest.fail("the lock was taken twice")
    assert clock.monotonic() == 0


def test_writing_syncing_and_other_shops_do_not_meet(folder: Path, clock: Clock, other: Other) -> None:
    locks = Locks.in_folder(folder, clock)
    with (
        locks.hold(101, "syncing", wait=0, command="orders sync"),
        locks.hold(102, "writing", wait=0, command="gifts send"),
    ):
        assert sorted(path.name for path in folder.glob("*.json")) == [
            "101-syncing.json",
            "101-writing.json",
            "102-writing.json",
        ]


def test_a_lock_ends_with_the_run_that_is_killed(folder: Path, clock: Clock, other: Other) -> None:
    other.kill()
    locks = Locks.in_folder(folder, clock)
    with locks.hold(101, "writing", wait=0, command="gifts send"):
        holder = locks.holder(101, "writing")
        assert holder is not None
        assert (holder.process, holder.command) == (os.getpid(), "shopinf gifts send")


def test_a_lock_that_becomes_free_while_it_is_waited_for_is_taken(folder: Path, clock: Clock, other: Other) -> None:
    with Locks.in_folder(folder, clock).hold(
        101, "writing", wait=60, command="x", waiting=lambda words: other.finish()
    ):
        assert clock.monotonic() < 60


def test_ctrl_c_ends_the_waiting(folder: Path, clock: Clock, other: Other) -> None:
    clock.stop.set()
    with pytest.raises(Stopped), Locks.in_folder(folder, clock).hold(101, "writing", wait=60, command="x"):
        pytest.fail("the lock was taken twice")


def test_a_lock_is_given_back_after_a_failure_and_its_note_is_gone(folder: Path, clock: Clock) -> None:
    locks = Locks.in_folder(folder, clock)
    with pytest.raises(KeyboardInterrupt), locks.hold(101, "writing", wait=0, command="x"):
        raise KeyboardInterrupt
    assert locks.holder(101, "writing") is None
    with locks.hold(101, "writing", wait=0, command="x"):
        pass


def test_taking_a_lock_twice_in_one_run_is_a_bug(folder: Path, clock: Clock) -> None:
    locks = Locks.in_folder(folder, clock)
    with locks.hold(101, "writing", wait=0, command="x"):
        with (
            pytest.raises(RuntimeError, match="already holds"),
            locks.hold(101, "writing", wait=0, command="x"),
        ):
            pytest.fail("the lock was taken twice")
        with pytest.raises(Busy), Locks.in_folder(folder, clock).hold(101, "writing", wait=0, command="x"):
            pytest.fail("the failed second try gave the lock away")


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": 1}', '{"command": 1, "pid": "x", "host": 2, "since": 3}'])
def test_a_note_that_cannot_be_read_hides_nothing_but_the_name(
    folder: Path, clock: Clock, other: Other, note: str
) -> None:
    (folder / "101-writing.json").write_text(note)
    with (
        pytest.raises(Busy, match="shop 101: held by a run that left no name"),
        Locks.in_folder(folder, clock).hold(101, "writing", wait=0, command="x"),
    ):
        pytest.fail("the lock was taken twice")


def test_everything_about_locks_is_private(folder: Path, clock: Clock) -> None:
    with Locks.in_folder(folder, clock).hold(101, "writing", wait=0, command="x"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_file_is_changed_by_one_at_a_time_and_the_lock_is_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        with briefly(tmp_path / "stores.toml"):
            assert (tmp_path / ".stores.toml.lock").exists()
