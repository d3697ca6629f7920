"""How many requests at once a store keeps up with, by how long its answers take.

A far side that is busy answers requests one after another. More of them under way than it works on only wait there,
each for all before it, and in the end for longer than anybody waits for an answer: then what it did for them was for
nothing, and they are sent once more. So what one request costs it is told from the answers, and no more are under way
than it can answer in a few seconds.
"""

from __future__ import annotations

import threading

_BEARABLE = 5.0  # seconds that the last of all requests under way may wait; nobody waits beyond 30
_FEWEST = 2
_SLOWER, _QUICKER = 0.5, 0.1  # how much of a new figure counts where it is larger, and where it is smaller


class Load:
    """The requests that a store has under way, and what they tell of it; threads share it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._under_way = 0
        self._cost = 0.0  # seconds that each request under way adds to an answer
        self.seconds = 0.0  # in which requests are answered, about; 0 where none was

    def begun(self) -> int:
        """A request goes out; returns how many are under way with it."""
        with self._guard:
            self._under_way += 1
            return self._under_way

    def ended(self, seconds: float, among: int) -> None:
        """It was answered or given up after so many seconds; *among* so many it was sent."""
        with self._guard:
            self._under_way -= 1
            cost = seconds / among
            former = self.seconds or seconds
            self.seconds = former + (seconds - former) * (_SLOWER if seconds > former else _QUICKER)
            self._cost += (cost - self._cost) * (_SLOWER if cost > self._cost else _QUICKER)

    def most(self) -> int:
        """How many may be under way."""
        with self._guard:
            return max(_FEWEST, int(_BEARABLE / self._cost)) if self._cost > 0 else 1 << 10
