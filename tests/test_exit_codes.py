"""Every exit code that a run can end with, each reached as a user would reach it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.desk import Desk
from shopinf.practice import PracticeStore, serve

Program = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def program(run: Bench, tmp_path: Path) -> Iterator[Program]:
    """The real program in a process of its own, at the bench's home."""
    started: list[subprocess.Popen[str]] = []

    def start(*argv: str, environ: Mapping[str, str] | None = None, **settings: Any) -> subprocess.Popen[str]:
        given = {
            "PATH": os.environ["PATH"],
            "SHOPINF_HOME": str(run.home),
            "HOME": str(tmp_path),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONDONTWRITEBYTECODE": "1",  # a limit on the size of files would cut off everybody's bytecode
            **run.environ,
            **(environ or {}),
        }
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
        process = subprocess.Popen([sys.executable, "-m", "shopinf", *argv], env=given, text=True, **pipes)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def served(run: Bench) -> Iterator[tuple[PracticeStore, str]]:
    """A practice store on loopback, with its token in the bench's environment."""
    store = PracticeStore("maya-shop")
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    with serve([store]) as door:
        yield store, door.urls[0]


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out or "", err or ""


def two_sentences(err: str) -> None:
    """What was said at the end is an error and a hint, a line each, without a traceback."""
    last = err.splitlines()[-2:]
    assert [line.split(": ")[0] for line in last] == ["error", "hint"], err
    assert "Traceback" not in err


def test_0_done_also_when_there_is_nothing_to_show(run: Bench) -> None:
    run("stores", "list").ok()


def test_1_a_bug_is_ours_and_shows_no_value_even_when_asked_for_details(
    run: Bench, shop: PracticeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(desk: Desk, choice: object) -> Any:
        personal = "ann@example.com"
        raise KeyError(personal)

    monkeypatch.setattr(Desk, "stores", broken)
    ran = run("verify-scopes")
    assert (ran.code, ran.out) == (1, "")
    two_sentences(ran.err)
    assert "SHOPINF_DEBUG=1" in ran.err
    debugged = run("verify-scopes", environ={"SHOPINF_DEBUG": "1"})
    assert "in broken" in debugged.err
    assert "KeyError" in debugged.err
    assert "ann@example.com" not in debugged.err


USAGE = [
    ["no-such-command"],
    ["stores", "no-such-command"],
    ["stores", "list", "--no-such-option"],
    ["stores", "list", "extra"],
    ["stores", "list", "-f"],
    ["stores", "list", "-f", "xml"],
    ["stores", "list", "-f", "xlsx"],
    ["stores", "list", "-o", "/no/such/folder/x.csv"],
    ["stores", "group", "maya-shop"],
    ["verify-scopes", "--feature", "nothing"],
    ["verify-scopes", "--wait", "soon"],
    ["verify-scopes", "--wait", "-1"],
    ["--no-such-option"],
    ["connect"],
    ["disconnect"],
    ["disconnect", "maya-shop"],
]


@pytest.mark.parametrize("argv", USAGE, ids=" ".join)
def test_2_wrong_usage_is_two_sentences(run: Bench, shop: PracticeStore, argv: list[str]) -> None:
    ran = run(*argv)
    assert (ran.code, ran.out) == (2, "")
    two_sentences(ran.err)


def test_2_a_broken_config_is_bad_input(run: Bench) -> None:
    run.home.mkdir()
    (run.home / "stores.toml").write_text("=")
    ran = run("stores", "list")
    assert (ran.code, ran.out) == (2, "")
    two_sentences(ran.err)


def test_3_not_connected(run: Bench) -> None:
    ran = run("verify-scopes", "maya-shop")
    assert (ran.code, ran.out) == (3, "")
    two_sentences(ran.err)


def test_4_credentials_refused(run: Bench, shop: PracticeStore) -> None:
    shop.faults.unauthorized = True
    ran = run("verify-scopes")
    assert (ran.code, ran.out) == (4, "")
    two_sentences(ran.err)


def test_5_the_store_does_not_allow_it(run: Bench, shop: PracticeStore) -> None:
    shop.faults.frozen = True
    ran = run("verify-scopes")
    assert (ran.code, ran.out) == (5, "")
    two_sentences(ran.err)


def test_6_no_usable_answer(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fail(lambda method, path: True, 502, times=None)
    ran = run("verify-scopes")
    assert (ran.code, ran.out) == (6, "")
    two_sentences(ran.err)


def test_7_partly_done(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="nordlicht", seed=2)
    run.connect(other).ok()
    other.faults.frozen = True
    ran = run("verify-scopes", "--all-stores")
    assert ran.code == 7
    assert "read_orders" in ran.out
    two_sentences(ran.err)


def test_8_another_run_holds_the_lock(run: Bench, shop: PracticeStore) -> None:
    holding = (
        "import sys, pathlib; from shopinf.local.clock import SystemClock; from shopinf.local.locks import Locks\n"
        "with Locks.in_folder(pathlib.Path(sys.argv[1]), SystemClock()).hold(int(sys.argv[2]), 'writing', wait=0, "
        "command='discounts create'): print('held', flush=True); sys.stdin.readline()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding, str(run.home / "locks"), str(shop.id)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        ran = run("disconnect", "maya-shop", "-y", "--wait", "3")
        assert (ran.code, ran.out) == (8, "")
        two_sentences(ran.err)
        assert f"shopinf discounts create, process {other.pid}" in ran.err
        assert run.clock.monotonic() == pytest.approx(3)
    finally:
        other.communicate("\n", timeout=10)
    run("disconnect", "maya-shop", "-y").ok()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_9_a_full_disk(run: Bench, shop: PracticeStore, program: Program) -> None:
    ran = run("stores", "list", "-o", "/dev/full")
    assert (ran.code, ran.out) == (9, "")
    two_sentences(ran.err)
    with open("/dev/full", "w") as full:
        code, _, err = ended(program("stores", "list", "-f", "json", stdout=full))
    assert code == 9
    two_sentences(err)


@pytest.mark.parametrize(
    "argv",
    [
        ("ledger", "export", "a\udcff.db"),
        ("stores", "list", "-o", "a\udcff.csv"),
        ("connect", "a\udcff"),
        ("stores", "list", "--format=\udcff"),
        ("\udcff",),
    ],
)
def test_2_an_argument_that_is_not_utf_8(run: Bench, argv: tuple[str, ...]) -> None:
    ran = run(*argv)
    assert (ran.code, ran.out) == (2, "")
    assert "\ufffd" in ran.err
    assert "is not UTF-8 text" in ran.err
    two_sentences(ran.err)


@pytest.mark.parametrize("stores", [1, 2])
def test_9_no_memory_is_left(run: Bench, stores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in range(stores):
        run.connect(run.open(handle=f"shop-{place}")).ok()

    def full(*given: object, **more: object) -> None:
        raise MemoryError

    monkeypatch.setattr("shopinf.work.orders.sync._Syncing.run", full)
    ran = run("orders", "sync", "--all-stores")
    assert (ran.code, ran.out) == (9, "")
    two_sentences(ran.err)
    assert "no memory left" in ran.err


def test_9_a_disk_that_takes_no_more(run: Bench, program: Program, served: tuple[PracticeStore, str]) -> None:
    def almost_full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    code, out, err = ended(program("connect", "maya-shop", "--url", served[1], preexec_fn=almost_full))
    assert (code, out) == (9, "")
    two_sentences(err)
    assert not (run.home / "stores.toml").exists()
    code, out, err = ended(program("doctor", preexec_fn=almost_full))
    assert (code, "ledger" in out) == (7, True)


def test_9_a_ledger_of_a_newer_shopinf(run: Bench, shop: PracticeStore) -> None:
    import sqlite3

    run("doctor").ok()
    with closing(sqlite3.connect(run.home / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    ran = run("disconnect", "maya-shop", "-y")
    assert (ran.code, ran.out) == (9, "")
    two_sentences(ran.err)


@pytest.mark.parametrize(
    ("number", "stores"),
    [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGINT, 2)],
    ids=["Ctrl-C", "SIGTERM", "two"],
)
def test_130_a_signal_stops_a_run_that_waits_for_an_answer(
    run: Bench, program: Program, number: signal.Signals, stores: int
) -> None:
    shops = [PracticeStore(f"shop-{place}", seed=place) for place in range(stores)]
    reached = threading.Event()

    def silent(method: str, path: str) -> bool:
        reached.set()
        return True

    with serve(shops) as door:
        for shop, url in zip(shops, door.urls, strict=True):
            run.environ[f"SHOPINF_{shop.handle.upper().replace('-', '_')}_ACCESS_TOKEN"] = shop.access_token
            assert ended(program("connect", shop.handle, "--url", url))[0] == 0
            shop.faults.hang(silent, seconds=3600, times=None)
        process = program("verify-scopes", "--all-stores")
        assert reached.wait(20)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)  # an answer is waited for for 30 seconds
    assert (process.returncode, out) == (130, "")
    assert "stopped" in err.lower()
    assert "Traceback" not in err


def test_a_closed_pipe_is_quiet(run: Bench, program: Program) -> None:
    run.connect(run.open()).ok()
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as closed:
        code, _, err = ended(program("stores", "list", stdout=closed))
    assert (code, err) == (0, "")


def test_nothing_typed_shows_the_help(run: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    run().ok()
    assert capsys.readouterr().out.startswith("Usage: shopinf [OPTIONS] COMMAND")


def test_the_version_is_said_wherever_it_is_asked_for(run: Bench) -> None:
    said = {run("--version").ok().out, run("-V").ok().out, run("-q", "--version").ok().out}
    assert len(said) == 1
    assert said.pop().startswith("shopinf ")
