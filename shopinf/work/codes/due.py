"""When a job of codes is done, so that the next can be posted as soon as it is.

Jobs of a hundred codes take about as long as one another, so what the last took says when to look at the next. A look
costs a call of the store's rate limit, and one that comes late costs its time: so the first look at a job comes a
little earlier than it did at the job before, and still earlier each time, until one comes too early and is soon
followed by another.
"""

from __future__ import annotations

from shopinf.shopify.discounts import Job

FIRST_LOOK = 0.5  # seconds, until a job has shown how long one takes
_STEP, _LARGEST_STEP = 0.01, 0.32  # of what the last took: so much earlier comes the first look at the next
_SOON = 0.025  # of what they take, from a look that came too early to the next; each time half as much again
_SHORTEST, _LONGEST = 0.05, 30.0  # seconds between two looks
_LATEST = 120.0  # seconds; the first look comes by then, whatever the last took


class Due:
    """When to look at jobs, one after another; times are seconds since the job at hand was begun."""

    def __init__(self) -> None:
        self._takes: float | None = None  # what jobs take
        self._step = _STEP
        self._looks = 0  # that came too early for the job at hand

    def first(self) -> float:
        """When to look at the next job for the first time."""
        self._looks = 0
        return FIRST_LOOK if self._takes is None else min(self._takes, _LATEST)

    def again(self, looked: float, job: Job) -> float:
        """When to look again at *job*, which was not completed at *looked*.

        When it should be by how far it is come; but soon, where that is later than jobs were done before.
        """
        self._looks += 1
        left = looked * (job.count - job.done) / job.done if job.done else looked
        shortest = _SHORTEST
        if self._takes is None:
            left = min(left, looked)  # it may have waited for long before it began
        else:
            shortest = max(self._takes * _SOON * 1.5 ** (self._looks - 1), _SHORTEST)
            left = min(left, max(self._takes - looked, shortest))
        return looked + min(max(left, shortest), _LONGEST)

    def ended(self, looked: float) -> None:
        """The job was completed when looked at."""
        if self._looks:
            self._step = _STEP
            self._takes = max(looked, _SHORTEST)
        else:
            self._takes = max(looked * (1 - self._step), _SHORTEST)
            self._step = min(self._step * 2, _LARGEST_STEP)
