"""The machine's clock: the one place where shopinf looks at the time and waits."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from shopinf.errors import Interrupted

# Windows hears Ctrl-C only between two waits of the main thread.
SLICE = 0.5  # seconds


class SystemClock:
    """Tells the time and waits until the run is stopped."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass; raises `Stopped` as soon as the run is being stopped, even if *seconds* is 0."""
        deadline = time.monotonic() + max(0.0, seconds)
        while True:
            left = deadline - time.monotonic()
            if self.stop.wait(max(0.0, min(left, SLICE))):
                raise Interrupted
            if left <= SLICE:
                return
