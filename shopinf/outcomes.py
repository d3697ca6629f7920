"""What came of work for several stores: a value or a failure each, and what that means for the run as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shopinf.errors import PartlyDone, ShopinfError
from shopinf.results import Failure, Told, common_hint, told
from shopinf.stores import Store

T = TypeVar("T")

Done = Sequence[tuple[Store, T]]  # the stores for which the work was done, each with what came of it

_NAMED = 8  # stores that the last sentence names; of more it gives the number, for each was named with its failure


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of the work for one store: a value or a failure."""

    store: Store
    value: T | None = None
    error: ShopinfError | None = None


@dataclass(frozen=True)
class Outcomes(Generic[T]):
    """What came of the work for several stores."""

    all: Sequence[Outcome[T]]

    @classmethod
    def of(cls, found: Iterable[tuple[Store, T]]) -> Outcomes[T]:
        """What was found for stores without asking them, so that none could fail by itself."""
        return cls([Outcome(store, value) for store, value in found])

    @property
    def done(self) -> list[tuple[Store, T]]:
        return [(o.store, o.value) for o in self.all if o.error is None and o.value is not None]

    @property
    def lost(self) -> list[Store]:
        """The stores that failed."""
        return [o.store for o in self.all if o.error]

    @property
    def failures(self) -> list[Failure]:
        return [Failure.of(o.error, store=o.store.name, what=o.store.name) for o in self.all if o.error]

    def after(self, former: Outcomes[Any]) -> Outcomes[T]:
        """The same together with the stores that had failed before, in an earlier part of the work."""
        mine = {o.store.shop_id: o for o in self.all}
        return Outcomes(
            [
                Outcome(o.store, error=o.error) if o.error else mine[o.store.shop_id]
                for o in former.all
                if o.error or o.store.shop_id in mine
            ]
        )

    def or_raise(self) -> Outcomes[T]:
        """The same; but one store's failure alone, or failures of all stores alike, are the run's own."""
        errors = [o.error for o in self.all if o.error]
        if not errors or len(errors) < len(self.all) or len({e.code for e in errors}) > 1:
            return self
        if len(errors) == 1:
            raise errors[0]
        raise self._all_failed(errors[0].code)

    def or_nothing(self) -> Outcomes[T]:
        """The same for work whose answer needs at least one store."""
        if self.or_raise().done:
            return self
        raise self._all_failed(PartlyDone.code)

    def settle(self) -> None:
        """End the run as partly done when some stores failed; called after the rest was shown."""
        if not self.lost:
            return
        if len(self.all) == 1:
            self.or_raise()
        names = f": {', '.join(store.name for store in self.lost)}" if len(self.lost) <= _NAMED else ""
        raise PartlyDone(
            f"{len(self.lost)} of {len(self.all)} stores failed{names}",
            hint="Run the same command again for these stores; the others are done.",
        )

    def _all_failed(self, code: int) -> ShopinfError:
        every = "both" if len(self.all) == 2 else f"all {len(self.all)}"
        error = ShopinfError(
            f"{every} stores failed: {'; '.join(map(_words, told(self.failures, alike=2)))}",
            hint=common_hint(self.failures) or "shopinf doctor tells what to do for each store.",
        )
        error.code = code
        return error


def _words(said: Told) -> str:
    """`nordlicht: is frozen`, or the sentence of several stores after their names."""
    if len(said.stores) > _NAMED:
        return f"{said.words} ({len(said.stores)} stores)"
    if len(said.stores) > 1:
        return f"{', '.join(said.stores)}: {said.words}"
    name = said.stores[0]
    return f"{name}: {said.words.removeprefix(name).removeprefix(':').strip()}"
