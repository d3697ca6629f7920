"""Pages of orders read in other processes: the same rows, and nothing lost, left behind or told, whatever ends them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from shopinf.errors import NoAnswer
from shopinf.practice import PracticeStore, serve
from shopinf.shopify import pagereaders
from shopinf.shopify.orderjson import FIELDS
from shopinf.shopify.orderpages import How, PageRows, read_rows
from shopinf.shopify.pagereaders import MANY, Readers, most_processes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="stops and kills processes by signals"),
]

HOW = How(b"0123456789abcdef", "maya-shop")
TOKEN = "shpat_5ecret0token5ecret0token"


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    """Pages of a store as it sends them, each too large to be read here."""
    shop = PracticeStore("maya-shop", orders=1500, customers=300, throttle=False)
    caller, found = Client(shop.app), []
    headers = {"X-Shopify-Access-Token": shop.access_token}
    for after in sorted(shop.orders)[::250]:
        path = f"/admin/api/2026-07/orders.json?status=any&limit=250&since_id={after - 1}&fields={FIELDS}"
        found.append(caller.get(path, headers=headers).data)
    assert len(found) == 6
    assert min(map(len, found)) > pagereaders.SMALL
    return found


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = started(2)
    yield made
    made.close()


def started(processes: int) -> Readers:
    made = Readers(processes)
    made.expect(MANY)
    assert made.wait(processes, 30)
    return made


def read_all(readers: Readers, bodies: list[bytes]) -> list[PageRows]:
    """Every page, each by a thread of its own."""
    found: dict[int, PageRows] = {}

    def read(place: int) -> None:
        found[place] = readers.read(bodies[place], HOW)

    threads = [threading.Thread(target=read, args=(place,)) for place in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [found[place] for place in range(len(bodies))]


def test_the_rows_are_those_that_are_read_here(readers: Readers, bodies: list[bytes]) -> None:
    assert read_all(readers, bodies * 4) == [read_rows(each, HOW) for each in bodies] * 4
    assert readers.handed_over == len(bodies) * 4


def test_few_pages_and_one_core_start_no_process(bodies: list[bytes]) -> None:
    few, one = Readers(2), Readers(0)
    few.expect(MANY - 1)
    one.expect(MANY * 10)
    assert not few.wait(1, 0)
    assert not one.wait(1, 0)
    assert one.read(bodies[0], HOW) == few.read(bodies[0], HOW) == read_rows(bodies[0], HOW)


def test_a_small_page_is_not_handed_over(readers: Readers) -> None:
    assert readers.read(b'{"orders":[]}', HOW) == PageRows([], [])
    assert readers.handed_over == 0


def test_pages_that_killed_processes_had_are_read_here(readers: Readers, bodies: list[bytes]) -> None:
    pids = readers.at_work
    assert len(pids) == 2
    for pid in pids:  # as they stand still, each will have a page when it is killed
        os.kill(pid, signal.SIGSTOP)

    def kill() -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    killing = threading.Timer(0.3, kill)
    killing.start()
    assert read_all(readers, bodies) == [read_rows(each, HOW) for each in bodies]
    killing.join()
    assert readers.read(bodies[0], HOW) == read_rows(bodies[0], HOW)
    assert not readers.at_work


def test_with_one_process_killed_the_other_goes_on(readers: Readers, bodies: list[bytes]) -> None:
    os.kill(readers.at_work[0], signal.SIGKILL)
    assert read_all(readers, bodies) == [read_rows(each, HOW) for each in bodies]


def test_processes_that_stand_still_are_given_up(
    readers: Readers, bodies: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagereaders, "STUCK", 0.2)
    for pid in readers.at_work:
        os.kill(pid, signal.SIGSTOP)
    assert read_all(readers, bodies) == [read_rows(each, HOW) for each in bodies]


def test_a_page_that_is_none_is_refused_in_the_same_words(readers: Readers) -> None:
    broken = b'{"orders":[' + b" " * pagereaders.SMALL
    with pytest.raises(NoAnswer, match="maya-shop sent a page of orders that cannot be read"):
        readers.read(broken, HOW)


def test_closing_leaves_no_process_and_what_is_asked_later_is_read_here(bodies: list[bytes]) -> None:
    made = started(2)
    pids = made.at_work
    made.close()
    assert made.wait_gone(10)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert made.read(bodies[0], HOW) == read_rows(bodies[0], HOW)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_secret_is_in_their_arguments_or_environment(monkeypatch: pytest.MonkeyPatch, bodies: list[bytes]) -> None:
    monkeypatch.setenv("SHOPINF_MAYA_SHOP_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("MODASH_API_KEY", TOKEN)
    made = started(1)
    try:
        made.read(bodies[0], HOW)
        place = Path("/proc") / str(made.at_work[0])
        shown = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
        assert TOKEN.encode() not in shown
        assert b"SHOPINF" not in shown
    finally:
        made.close()


def test_a_process_that_cannot_be_started_costs_nothing(monkeypatch: pytest.MonkeyPatch, bodies: list[bytes]) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    made = Readers(2)
    made.expect(MANY)
    assert made.read(bodies[0], HOW) == read_rows(bodies[0], HOW)
    assert made.wait_gone(10)


# the whole program


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[PracticeStore, str]]:
    """A store of so many orders that processes read them, on loopback."""
    shop = PracticeStore("maya-shop", orders=16_000, customers=1000, plan="plus", latency=0.05)
    with serve([shop]) as open_:
        yield shop, open_.urls[0]


class Program:
    """The program as its users have it, in a home of its own."""

    def __init__(self, home: Path, shop: PracticeStore, url: str) -> None:
        own = {"SHOPINF_HOME": str(home), "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": shop.access_token}
        self._environ = {**os.environ, **own}
        self.home = home
        assert self.start("connect", "maya-shop", "--url", url).wait(30) == 0

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "shopinf", *argv]
        return subprocess.Popen(command, env=self._environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def reading(self) -> tuple[subprocess.Popen[bytes], list[int]]:
        """A run that reads orders, and the processes that it has read them."""
        run = self.start("orders", "sync")
        listed = Path(f"/proc/{run.pid}/task")
        assert eventually(lambda: len(children(listed)) == 2)
        found = children(listed)
        assert eventually(lambda: all(b"pagereaders" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found))
        return run, found

    def rows(self) -> list[tuple[Any, ...]]:
        """What the ledger has of every order; hashes differ from one ledger to another."""
        wanted = "SELECT order_id, name, created_at, updated_at, financial_status, currency FROM orders ORDER BY 1"
        with closing(sqlite3.connect(self.home / "ledger.db")) as ledger:
            return ledger.execute(wanted).fetchall()


def children(tasks: Path) -> list[int]:
    try:
        return [int(pid) for each in tasks.iterdir() for pid in (each / "children").read_text().split()]
    except OSError:  # a thread that has ended meanwhile
        return []


def eventually(holds: Callable[[], bool], seconds: float = 120.0) -> bool:
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        threading.Event().wait(0.02)
    return held


def gone(pids: Sequence[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


linux = pytest.mark.skipif(sys.platform != "linux" or not most_processes(), reason="reads /proc, needs two cores")


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_run_that_is_stopped_ends_within_a_second_and_leaves_nobody(
    served: tuple[PracticeStore, str], tmp_path: Path, number: signal.Signals
) -> None:
    program = Program(tmp_path / "home", *served)
    run, processes = program.reading()
    begun = time.monotonic()
    run.send_signal(number)
    assert run.wait(10) == 130
    assert time.monotonic() - begun < 1.5
    assert eventually(lambda: gone(processes), 20)


@linux
def test_a_run_that_is_killed_leaves_nobody_and_the_next_one_reads_the_rest(
    served: tuple[PracticeStore, str], tmp_path: Path
) -> None:
    program = Program(tmp_path / "home", *served)
    run, processes = program.reading()
    run.kill()
    run.wait(10)
    assert eventually(lambda: gone(processes), 20)
    assert program.start("orders", "sync").wait(120) == 0
    assert len(program.rows()) == 16_000


@linux
def test_a_run_whose_processes_are_killed_reads_every_order_all_the_same(
    served: tuple[PracticeStore, str], tmp_path: Path
) -> None:
    program = Program(tmp_path / "home", *served)
    run, processes = program.reading()
    for pid in processes:
        os.kill(pid, signal.SIGKILL)
    assert run.wait(120) == 0
    shop, _ = served
    assert [row[0] for row in program.rows()] == sorted(shop.orders)
