"""A console of Windows, which acts on escapes only once it is told to."""

from __future__ import annotations

import ctypes
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from console.terminals import Screen, voice

ESCAPES = 0x0004


class Console(Screen):
    """A terminal that the operating system knows by a number."""

    def fileno(self) -> int:
        return 7


class Kernel:
    """The two calls of kernel32 by which a console's mode is looked at and changed."""

    def __init__(self, mode: int | None, *, old: bool = False) -> None:
        self.mode, self.old = mode, old  # no mode: it is no console; old: one from before escapes
        self.handles: list[int | None] = []

    def GetConsoleMode(self, handle: ctypes.c_void_p, mode: Any) -> int:
        self.handles.append(handle.value)
        if self.mode is None:
            return 0
        mode._obj.value = self.mode
        return 1

    def SetConsoleMode(self, handle: ctypes.c_void_p, mode: int) -> int:
        if self.old and mode & ESCAPES:
            return 0
        self.mode = mode
        return 1


def attached(monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> Kernel:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=lambda number: 100 + number))
    return kernel


def test_a_console_is_told_to_act_on_escapes_before_any_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = attached(monkeypatch, Kernel(3))
    speaker = voice(stdout=Console(), stderr=Console())
    speaker.out.warn("something to look at")
    assert kernel.mode == 3 | ESCAPES
    assert set(kernel.handles) == {107}
    assert speaker.said == "\x1b[33mwarning: \x1b[0msomething to look at\n"


def test_a_console_that_knows_no_escapes_gets_plain_text_and_lines_in_place_of_bars(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = attached(monkeypatch, Kernel(3, old=True))
    speaker = voice(stdout=Console(), stderr=Console())
    speaker.out.warn("something to look at")
    with speaker.out.progress("Reading orders", 10, "orders") as progress:
        speaker.clock.passed += 30
        progress.advance(5)
    assert kernel.mode == 3
    assert "\x1b" not in speaker.said
    assert "warning: something to look at\n" in speaker.said
    assert "Reading orders" in speaker.said


def test_what_python_takes_for_a_terminal_and_windows_does_not_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    attached(monkeypatch, Kernel(None))
    speaker = voice(stdout=Console(), stderr=Console())
    speaker.out.warn("something to look at")
    assert speaker.said == "warning: something to look at\n"


def test_a_terminal_without_a_number_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    attached(monkeypatch, Kernel(3))
    speaker = voice(stdout=Screen(), stderr=Screen())
    speaker.out.warn("something to look at")
    assert speaker.said == "warning: something to look at\n"


def test_a_bar_there_is_drawn_with_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    attached(monkeypatch, Kernel(3))
    speaker = voice(stdout=Console(), stderr=Console())
    with speaker.out.progress("Reading orders", 10, "orders") as progress:
        progress.advance(5)
    assert "\x1b[?25h" in speaker.said  # the cursor is back
