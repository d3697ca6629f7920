"""The fixtures that every test may use: the bench, and a practice store connected to it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import lanes
import postgres
import pytest
from bench import Bench as Bench
from bench import StillClock
from sqlalchemy import URL, Engine

from shopinf.console.out import Out
from shopinf.ledger import postgres as on_postgresql
from shopinf.ledger import sqlite
from shopinf.practice import PracticeStore

MEMORY = Path("/dev/shm")
started = lanes.watch_for_programs()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_engines: the test runs with a ledger on SQLite and with one on PostgreSQL")
    config.addinivalue_line("markers", "quick: starts no program and needs none (told by what the test reaches)")
    config.addinivalue_line("markers", "slow: long, so not in the quick lane, whatever it reaches")
    # Nothing is left in the source tree: what hypothesis keeps of former runs goes to a temporary folder.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", f"{tempfile.gettempdir()}/shopinf-hypothesis-{os.getuid()}")
    os.environ["TZ"] = "UTC"  # the bench's clock stands at a moment, and its days are those of a machine in UTC
    time.tzset()
    # Where there is a disk in memory, what the ledger makes sure of at each commit costs no time.
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 1 << 30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not lanes.is_slow(item):
            item.add_marker("quick")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_engines") and "ledger_url" in metafunc.fixturenames:
        metafunc.parametrize("ledger_url", ["sqlite", "postgresql"], indirect=True)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What a file is made of is no name for a test: an archive has the time in it, and each worker makes its own."""
    return argname if isinstance(val, bytes) and len(val) > 32 else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A server of the tests' own."""
    bin = postgres.programs()
    if bin is None:
        pytest.skip("no PostgreSQL server is installed (on Debian: apt-get install postgresql)")
    with postgres.server(bin) as server:
        yield server


@pytest.fixture
def ledger_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the ledger is; None for the file that is made where nothing is said.

    On PostgreSQL the bench gets one that may have been used before, and a test that opens it by itself a new one.
    """
    if getattr(request, "param", os.environ.get("SHOPINF_TESTS_ENGINE", "sqlite")) != "postgresql":
        yield None
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    if "run" not in request.fixturenames:
        yield server.ledger()
        return
    with server.borrowed() as url:
        yield url


@pytest.fixture
def run(tmp_path: Path, ledger_url: str | None) -> Bench:
    return Bench(tmp_path / "home", environ={"SHOPINF_LEDGER_URL": ledger_url} if ledger_url else {})


@pytest.fixture
def shop(run: Bench) -> PracticeStore:
    """A connected practice store; the ledger is there, with nothing in it."""

    def connect() -> None:
        run.connect(run.open()).ok()
        assert run.look("SELECT count(*) FROM journal") == [(0,)]

    run.once("a connected practice store", connect)
    return next(iter(run.wire.stores.values()))


@pytest.fixture
def clock(run: Bench) -> StillClock:
    return run.clock


@pytest.fixture(autouse=True)
def _no_real_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing reads the developer's own config or keyring."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("SHOPINF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def _quick_tests_start_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    started.clear()
    yield
    if request.node.get_closest_marker("quick"):
        assert not started, "a test that starts a program is not quick: mark it slow"


@pytest.fixture(autouse=True)
def _who_asks_has_said_so(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that asks declares it: `schedule print` warns of a question that nobody will be there to answer."""
    undeclared: list[str] = []
    confirm = Out.confirm

    def confirmed(out: Out, question: str, *, flag: str = "--yes") -> None:
        if out.asks is False:
            undeclared.append(question)
        confirm(out, question, flag=flag)

    monkeypatch.setattr(Out, "confirm", confirmed)
    yield
    assert not undeclared, f"asked by a command without asks=True: {undeclared}"


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """Runs share what SQLAlchemy has made of their statements; each engine of its own would make it anew.

    A run of the program has one engine, and tests have thousands of runs: it was a quarter of their time.
    """
    first: dict[str, Any] = {}

    def sharing(kind: ModuleType) -> Callable[[URL], Engine]:
        plain: Callable[[URL], Engine] = kind.open_engine

        def open_engine(url: URL) -> Engine:
            engine: Any = plain(url)
            # On PostgreSQL the schema is in the address, and some statements name it.
            one = first.setdefault("" if kind is sqlite else url.render_as_string(), engine)
            engine._compiled_cache = one._compiled_cache
            engine.dialect = engine.pool._dialect = one.dialect  # it is part of what they are found by
            return engine  # type: ignore[no-any-return]

        return open_engine

    with pytest.MonkeyPatch.context() as patch:
        for kind in (sqlite, on_postgresql):
            patch.setattr(kind, "open_engine", sharing(kind))
        yield
