"""A log that others use too: other runs, who rotates it, who kills a run, a disk that is full."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from bench import Bench

from shopinf.practice import PracticeStore, serve

from .logs import events, of, told

WRITER = """
import sys
from pathlib import Path
from shopinf.console.log import RunLog
from shopinf.local.clock import SystemClock

log = RunLog(SystemClock(), print)
log.file = Path(sys.argv[1])
log.start("shopinf test")
print("begun", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    log.request(store="maya-shop", method="GET", path="/" + "x" * (number % 250), status=200, ms=number)
    if number == 100:
        print("on its way", flush=True)
log.ended(0)
"""


@pytest.fixture
def writer(log: Path) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Starts a process that will write so many lines once it gets a line."""
    started: list[subprocess.Popen[str]] = []

    def start(count: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(log), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_runs_at_once_write_whole_lines(writer: Callable[[int], subprocess.Popen[str]], log: Path) -> None:
    runs = [writer(2000) for _ in range(2)]
    for process in runs:
        go(process)
    assert [process.wait(60) for process in runs] == [0, 0]
    lines = told(log)
    assert Counter(line["pid"] for line in lines) == {process.pid: 2002 for process in runs}
    for process in runs:
        assert [line["ms"] for line in of(lines, "request") if line["pid"] == process.pid] == list(range(2000))


def test_after_a_kill_every_line_is_whole_but_perhaps_the_last(
    run: Bench, writer: Callable[[int], subprocess.Popen[str]], log: Path
) -> None:
    process = writer(10**9)
    go(process)
    assert process.stdout
    assert process.stdout.readline() == "on its way\n"
    process.kill()
    process.wait(10)
    *whole, _ = log.read_text().split("\n")
    assert len([json.loads(line) for line in whole]) > 100
    run("stores", "list", "--log-file", str(log)).ok()
    last = [json.loads(line) for line in log.read_text().splitlines()[-3:]]
    assert events(last) == ["started", "answer", "ended"]


def test_a_run_that_was_killed_has_no_end(run: Bench, log: Path, tmp_path: Path) -> None:
    shop = PracticeStore("maya-shop")
    environ = {
        **os.environ,
        "SHOPINF_HOME": str(run.home),
        "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": shop.access_token,
        "PYTHONUNBUFFERED": "1",
    }
    program = [sys.executable, "-m", "shopinf", "-v"]
    with serve([shop]) as door:
        subprocess.run([*program, "connect", "maya-shop", "--url", door.urls[0]], env=environ, check=True)
        shop.faults.hang(lambda method, path: "shop.json" not in path, seconds=3600, times=None)
        process = subprocess.Popen(
            [*program, "verify-scopes", "--log-file", str(log)], env=environ, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr
        assert "shop.json → 200" in process.stderr.readline()
        process.kill()
        process.communicate()
    lines = told(log)
    assert events(lines) in (["started", "request"], ["started"])
    assert {line["pid"] for line in lines} == {process.pid}


def test_a_log_that_is_moved_away_goes_on_in_a_new_file(
    run: Bench, shop: PracticeStore, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, rotated = run.wire.send, tmp_path / "shopinf.jsonl.1"

    def rotate(request: httpx.Request) -> httpx.Response:
        if not rotated.exists():
            log.rename(rotated)
        return send(request)

    monkeypatch.setattr(run.wire, "send", rotate)
    run("verify-scopes", "--log-file", str(log)).ok()
    assert events(told(rotated)) == ["started"]
    assert events(told(log))[-1] == "ended"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_is_emptied_in_place_goes_on_at_its_beginning(
    run: Bench, shop: PracticeStore, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("stores", "list", "--log-file", str(log)).ok()
    send = run.wire.send

    def truncate(request: httpx.Request) -> httpx.Response:
        os.truncate(log, 0)
        monkeypatch.setattr(run.wire, "send", send)
        return send(request)

    monkeypatch.setattr(run.wire, "send", truncate)
    run("verify-scopes", "--log-file", str(log)).ok()
    assert events(told(log))[0] == "request"
    assert b"\0" not in log.read_bytes()


@pytest.mark.slow
def test_a_pipe_that_nobody_empties_does_not_hold_a_run_up(run: Bench, shop: PracticeStore, log: Path) -> None:
    os.mkfifo(log)
    ran = run("verify-scopes", "--log-file", str(log)).ok()
    assert ran.err.count(str(log)) == 1
    with open(os.open(log, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        assert str(log) not in run("verify-scopes", "--log-file", str(log)).ok().err
        lines = [json.loads(line) for line in (pipe.read(65536) or b"").splitlines()]
        assert events(lines)[-1] == "ended"
        while run("stores", "list", "--log-file", str(log)).err.count(str(log)) == 0:
            pass  # until the pipe is full
        run("verify-scopes", "--log-file", str(log)).ok()


def test_a_line_that_found_no_room_does_not_spoil_the_next_one(run: Bench, log: Path) -> None:
    def almost_full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

    environ = {**os.environ, "SHOPINF_HOME": str(run.home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "shopinf", "stores", "list", "--log-file", str(log)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, preexec_fn=almost_full)
    assert (done.returncode, done.stderr.count("takes no more lines")) == (0, 1)
    whole, half = log.read_text().split("\n")
    assert json.loads(whole)["event"] == "started"
    run("stores", "list", "--log-file", str(log)).ok()
    lines = log.read_text().splitlines()
    assert lines[:2] == [whole, half]
    assert [json.loads(line)["event"] for line in lines[2:]] == ["started", "answer", "ended"]
