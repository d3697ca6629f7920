"""A thing that is made when it is first needed, and only once, whichever thread needs it first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")


class shared_property(cached_property[T]):
    """`cached_property` for what threads share: from Python 3.12 on that lets each of them make its own."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        super().__init__(make)
        self._making = threading.RLock()

    def __get__(self, instance: object, owner: type[Any] | None = None) -> T:  # type: ignore[override]
        with self._making:  # only until it is made: then the instance has it, and this is not asked
            return super().__get__(instance, owner)
