"""A console's window that is closed during a run: it ends like by Ctrl-C, before Windows ends it."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from shopinf.interrupts import signals
from shopinf.local import window
from shopinf.local.clock import SystemClock
from shopinf.local.signals import stopping

C, BREAK, CLOSE, LOGOFF, SHUTDOWN = 0, 1, 2, 5, 6


class Kernel:
    """The call of kernel32 that adds a handler or takes it away."""

    def __init__(self) -> None:
        self.handlers: list[Any] = []

    def SetConsoleCtrlHandler(self, handler: Any, add: int) -> int:
        (self.handlers.append if add else self.handlers.remove)(handler)
        return 1


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    kernel = Kernel()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE, raising=False)
    return kernel


@pytest.mark.parametrize("event", [CLOSE, LOGOFF, SHUTDOWN])
def test_a_closed_window_stops_the_run_and_waits_for_its_end(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch, event: int
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(window, "gone", ended)
    clock, closed = SystemClock(), []

    def close() -> None:
        closed.append((kernel.handlers[0](event), clock.stop.is_set()))

    windows = threading.Thread(target=close, daemon=True)
    with pytest.raises(KeyboardInterrupt), stopping(clock):
        windows.start()
        clock.stop.wait(10)
        clock.wait(10)
    assert closed == []  # Windows was not told that it may end us
    ended.set()
    windows.join(10)
    assert closed == [(1, True)]
    assert kernel.handlers == []


@pytest.mark.parametrize("event", [C, BREAK])
def test_keys_are_left_to_python(kernel: Kernel, event: int) -> None:
    with stopping(SystemClock()):
        assert kernel.handlers[0](event) == 0


def test_ctrl_break_is_a_stop_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "SIGHUP")
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    assert signals() == [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1]
    with pytest.raises(KeyboardInterrupt), stopping(SystemClock()):
        signal.raise_signal(signal.SIGUSR1)


def test_a_terminal_that_nohup_has_ignored_does_not_stop_the_run() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # ignored already where the tests themselves run so
    try:
        assert signal.SIGHUP not in signals()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert signal.SIGHUP in signals()
    finally:
        signal.signal(signal.SIGHUP, before)


PROGRAM = """
import ctypes, sys, threading, types
import shopinf.local.window
from shopinf.desk import Desk
from shopinf.main import run

class Kernel:
    def SetConsoleCtrlHandler(self, handler, add):
        self.handler = handler

def closed_during_a_wait(desk, **options):
    threading.Thread(target=lambda: print("ended by Windows", kernel.handler(2)), daemon=True).start()
    desk.clock.wait(30)

kernel = Kernel()
ctypes.windll, ctypes.WINFUNCTYPE = types.SimpleNamespace(kernel32=kernel), ctypes.CFUNCTYPE
shopinf.local.window.sys = types.SimpleNamespace(platform="win32")
Desk.heed = closed_during_a_wait
sys.argv = ["shopinf", "version"]
run()
"""


def test_a_program_whose_window_is_closed_ends_by_itself_with_its_own_words() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (130, "")
    assert "Stopped; what was done until then is recorded\n" in ran.stderr
