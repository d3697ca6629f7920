"""Ctrl-C: a clean stop, then an immediate one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shopinf.errors import Stopped
from shopinf.local.clock import SystemClock
from shopinf.local.signals import stopping


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_clock_and_what_was_there_before_returns(number: signal.Signals) -> None:
    before = (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
    clock = SystemClock()
    with pytest.raises(KeyboardInterrupt), stopping(clock):
        signal.raise_signal(number)
    assert clock.stop.is_set()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_workers_are_told_before_the_main_thread_is_done_unwinding() -> None:
    clock = SystemClock()
    told: list[bool] = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            told.append(clock.stop.wait(10))

    with pytest.raises(KeyboardInterrupt), stopping(clock):
        work()
    assert told == [True]


def test_after_the_stop_every_wait_is_over_at_once() -> None:
    clock = SystemClock()
    clock.wait(0)
    clock.wait(-1)
    clock.stop.set()
    for seconds in (0, 3600):
        with pytest.raises(Stopped) as stopped:
            clock.wait(seconds)
        assert stopped.value.code == 130


def test_the_clock_is_aware_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is not None
    assert clock.monotonic() <= clock.monotonic()


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with stopping(SystemClock()):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


PROGRAM = """
import signal, sys
from shopinf.local.clock import SystemClock
from shopinf.local.signals import stopping

class Clock(SystemClock):
    step = float(sys.argv[1])
    calls = 0
    def monotonic(self):
        self.calls += 1
        return self.calls * self.step

with stopping(Clock()) as _:
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        signal.raise_signal(signal.SIGINT)
        print("cleaned up")
        raise SystemExit(0)
"""


@pytest.mark.parametrize(("seconds_apart", "code", "out"), [("1", 130, ""), ("0.01", 0, "cleaned up\n")])
def test_a_second_ctrl_c_ends_at_once_but_an_echo_of_the_first_does_not(
    seconds_apart: str, code: int, out: str
) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, seconds_apart], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, out)


def test_a_wait_in_the_main_thread_is_ended_by_a_signal_from_outside() -> None:
    program = (
        "from shopinf.local.clock import SystemClock\nfrom shopinf.local.signals import stopping\n"
        "clock = SystemClock()\n"
        "try:\n    with stopping(clock):\n        print('ready', flush=True)\n        clock.wait(3600)\n"
        "except KeyboardInterrupt:\n    print(clock.stop.is_set())\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    run.send_signal(signal.SIGTERM)
    assert run.communicate(timeout=20)[0] == "True\n"
    assert run.returncode == 0


AT_A_STEP = """
import signal, sys

step, number = sys.argv[1], int(sys.argv[2])
del sys.argv[1:3]

class Now:
    def find_spec(self, name, path=None, target=None):
        if name == step:
            signal.raise_signal(number)

from shopinf import main
sys.meta_path.insert(0, Now())

for name in ("_seldom_collected", "_leave"):
    def later(*given, done=getattr(main, name), name=name):
        if name == step:
            signal.raise_signal(number)
        return done(*given)
    setattr(main, name, later)

if step == "close":
    from shopinf.desk import Desk
    def close(desk, done=Desk.close):
        done(desk)
        signal.raise_signal(number)
    Desk.close = close
if step == "ended":
    from shopinf.commands.tree import Run
    Run.ended = lambda run, code: signal.raise_signal(number)
main.run()
"""
STEPS = [
    "_seldom_collected",
    "shopinf.commands.tree",
    "typer",
    "shopinf.desk",
    "shopinf.commands.stores",
    "shopinf.local.storebook",
    "ended",
    "close",
    "_leave",
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_any_step_ends_with_130_and_no_traceback(step: str, number: signal.Signals, tmp_path: Path) -> None:
    environ = {**os.environ, "SHOPINF_HOME": str(tmp_path)}
    argv = [sys.executable, "-c", AT_A_STEP, step, str(int(number)), "stores", "list"]

    def at_a_terminal() -> None:  # under nohup or behind `&` it is ignored, and so it is by what is begun there
        signal.signal(number, signal.SIG_DFL)

    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environ, preexec_fn=at_a_terminal)
    assert done.returncode == 130
    assert "Stopped" in done.stderr or step == "ended"
    assert "Traceback" not in done.stderr
    assert "mistake" not in done.stderr


def test_nohup_means_what_it_says(tmp_path: Path) -> None:
    environ = {**os.environ, "SHOPINF_HOME": str(tmp_path)}
    argv = [sys.executable, "-c", AT_A_STEP, "shopinf.desk", str(int(signal.SIGHUP)), "stores", "list"]

    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environ, preexec_fn=nohup)
    assert done.returncode == 0
