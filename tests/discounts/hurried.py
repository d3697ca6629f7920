"""The real program in a process of its own, in a hurry: its waits pass fifty times as fast. For tests that kill it."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from shopinf.desk import Setting
from shopinf.errors import Stopped
from shopinf.main import main

FASTER = 50.0


class HurriedClock:
    """A clock that leaps ahead when it is waited on, and lets a fiftieth of the time really pass."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._ahead = 0.0
        self._guard = threading.Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def wait(self, seconds: float) -> None:
        begun = self._ahead
        if self.stop.wait(max(0.0, seconds) / FASTER):
            raise Stopped("stopped")
        with self._guard:  # threads that wait together do not add up
            self._ahead = max(self._ahead, begun + seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Setting(os.environ, sys.stdin, sys.stdout, sys.stderr, clock=HurriedClock())))
