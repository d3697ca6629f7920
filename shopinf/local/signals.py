"""Ctrl-C, a polite kill and a closed window: the run is told to stop, and given the chance to do so cleanly."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from shopinf.interrupts import STOPPED, signals, whole
from shopinf.local.window import window_heard
from shopinf.times import Clock

# Wrappers (uv run, npx, make) hand on a Ctrl-C that the terminal already sent to everyone: that echo is no second wish.
ECHO = 0.5


@contextmanager
def stopping(clock: Clock) -> Iterator[None]:
    """Have the first signal to end stop *clock* and raise KeyboardInterrupt, the second end the process at once.

    Only the main thread can listen to signals; elsewhere this does nothing. They are listened to even where a
    script's `&` had them ignored: whoever presses Ctrl-C there means all of it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    first: list[float] = []

    def stop(number: int, frame: FrameType | None) -> None:
        now = clock.monotonic()
        if first:
            if now - first[0] >= ECHO:
                os._exit(STOPPED)
            return
        first.append(now)
        # Not from here: the interrupted code may be inside Event.wait, holding the lock that set() needs.
        threading.Thread(target=clock.stop.set, daemon=True).start()
        whole.interrupt()

    former = {number: signal.signal(number, stop) for number in signals()}
    try:
        with window_heard(clock.stop):  # after the signals: Windows asks whom it was told of last
            yield
    except KeyboardInterrupt:
        clock.stop.set()
        raise
    finally:
        for number, handler in former.items():
            # None: it was set by something other than Python, and cannot be put back from here.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
