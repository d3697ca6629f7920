"""What belongs together is not torn open by Ctrl-C."""

from __future__ import annotations

import os
import signal

import pytest

from shopinf.interrupts import whole
from shopinf.local.clock import SystemClock
from shopinf.local.signals import stopping


def test_a_ctrl_c_in_a_whole_block_is_raised_at_its_end() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt), stopping(SystemClock()):
        with whole():
            with whole():
                os.kill(os.getpid(), signal.SIGINT)
                done.append("inner")
            done.append("outer")
        done.append("after")
    assert done == ["inner", "outer"]


def test_a_ctrl_c_outside_is_raised_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), stopping(SystemClock()):
        with whole():
            pass
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("went on after Ctrl-C")
