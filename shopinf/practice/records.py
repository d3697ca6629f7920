"""A shelf of one kind of thing: a dict of plain dicts that can be paged by time without sorting at each page."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Protocol

from pydantic_core import to_json

from .asked import trimmed
from .times import epoch

Json = dict[str, Any]
_RANGES = 64  # so many listings at the same time find their range sorted
_ROOM = 1 << 24  # records a shelf can number; a stamp and a number together fit 64 bits


class Past(Protocol):
    """Records that are only made when somebody looks, from a compact plan."""

    def __len__(self) -> int: ...
    def id_of(self, number: int) -> int: ...
    def number_of(self, key: int) -> int | None: ...
    def stamps(self, column: str) -> array[int]: ...
    def facet(self, number: int) -> tuple[str, ...]: ...
    def bare(self, number: int) -> Json: ...
    def text(self, number: int, fields: tuple[str, ...]) -> bytes | None: ...
    def build(self, number: int, fields: tuple[str, ...] | None = None) -> Json: ...


class Records(MutableMapping[int, Json]):
    """id → record. Looking one up keeps it, so that a change made to it stays; :meth:`peek` does not keep.

    *columns* are the record's times that listings can be ordered and bounded by. A record changed in place is put
    in its new place by the next listing. Iteration is by id.
    """

    def __init__(
        self,
        columns: tuple[str, ...] = ("created_at", "updated_at"),
        past: Past | None = None,
        facet: Callable[[Json], tuple[str, ...]] | None = None,
    ) -> None:
        self.columns = columns
        self._past = past
        self._facet = facet
        self.when_changed: Callable[[], None] | None = None
        count = len(past) if past else 0
        self._ids = array("q", (past.id_of(n) for n in range(count))) if past else array("q")
        self._stamps: dict[str, array[int]] = {c: array("q", past.stamps(c)) if past else array("q") for c in columns}
        self._sorted: dict[str, array[int]] = {}
        self._by_id = array("q", self._ids)
        self._extra: dict[int, int] = {}
        self._kept: dict[int, Json] = {}
        self._written: dict[int, tuple[Any, ...]] = {}
        self._gone: set[int] = set()
        self._ranges: dict[tuple[str, int | None, int | None], array[int]] = {}
        for column in columns:
            stamps = self._stamps[column]
            self._sorted[column] = array("q", sorted(stamps[n] * _ROOM + n for n in range(count)))

    # the mapping

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[int]:
        return iter(list(self._by_id))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and self._number(key) is not None

    def __getitem__(self, key: int) -> Json:
        record = self._kept.get(key)
        if record is None:
            number = self._number(key)
            if number is None or self._past is None:
                raise KeyError(key)
            record = self._kept[key] = self._past.build(number)
            self._written[key] = self._times(record)
        return record

    def __setitem__(self, key: int, record: Json) -> None:
        if key in self:
            del self[key]
        number = len(self._ids)
        self._ids.append(key)
        self._extra[key] = number
        self._kept[key] = record
        self._written[key] = self._times(record)
        self._by_id.insert(bisect_left(self._by_id, key), key)
        for column in self.columns:
            stamp = self._stamp(record, column)
            self._stamps[column].append(stamp)
            self._put(column, stamp * _ROOM + number)
        if self.when_changed:
            self.when_changed()

    def __delitem__(self, key: int) -> None:
        number = self._number(key)
        if number is None:
            raise KeyError(key)
        for column in self.columns:
            self._take(column, self._stamps[column][number] * _ROOM + number)
        self._by_id.pop(bisect_left(self._by_id, key))
        self._extra.pop(key, None)
        self._kept.pop(key, None)
        self._written.pop(key, None)
        self._gone.add(number)
        if self.when_changed:
            self.when_changed()

    # what listings need

    def peek(self, key: int, fields: tuple[str, ...] | None = None) -> Json:
        """Give a record to read; one from the past is not kept, and may lack what is not among *fields*."""
        record = self._kept.get(key)
        if record is not None:
            return record
        number = self._number(key)
        if number is None or self._past is None:
            raise KeyError(key)
        return self._past.build(number, fields)

    def text(self, key: int, fields: tuple[str, ...]) -> bytes:
        """Give just these *fields* of a record as JSON."""
        number = self._number(key)
        if key not in self._kept and self._past is not None and number is not None:
            text = self._past.text(number, fields)
            if text is not None:
                return text
        return to_json(trimmed(self.peek(key, fields), fields))

    def kept(self) -> list[Json]:
        """List the records that were looked up or added, as they are now."""
        return list(self._kept.values())

    def glance(self, key: int) -> Json:
        """Give a record to read without what is costly to add up."""
        record = self._kept.get(key)
        number = self._number(key)
        if record is not None or number is None or self._past is None:
            return self.peek(key)
        return self._past.bare(number)

    def facet(self, key: int) -> tuple[str, ...]:
        """Give the few words that listings filter by, without building the record where that can be helped."""
        record = self._kept.get(key)
        number = self._number(key)
        if record is None and self._past is not None and number is not None:
            return self._past.facet(number)
        return self._facet(record) if record is not None and self._facet else ()

    def stamp(self, key: int, column: str) -> int:
        """Give a record's time as seconds since 1970."""
        number = self._number(key)
        if number is None:
            raise KeyError(key)
        return self._stamps[column][number]

    def settle(self) -> None:
        """Put records whose times were changed in place where they belong now."""
        for key, record in self._kept.items():
            if self._times(record) != self._written[key]:
                self._move(key, record)

    def tell(self, key: int) -> None:
        """Say that one record was changed."""
        self._move(key, self[key])

    def entry(self, key: int, column: str) -> int:
        """Give a record's place in the order of *column* (or of "id"), to go on from."""
        number = self._number(key)
        if column == "id" or number is None:
            return key
        return self._stamps[column][number] * _ROOM + number

    def keys_between(
        self, column: str, low: int | None, high: int | None, descending: bool = False, beyond: int | None = None
    ) -> Iterator[int]:
        """Yield ids ordered by *column* (then by their making), low and high included, after place *beyond*."""
        line = self._sorted[column]
        start, end = self._edges(column, low, high)
        if beyond is not None and descending:
            end = min(end, bisect_left(line, beyond))
        elif beyond is not None:
            start = max(start, bisect_right(line, beyond))
        ids = self._ids
        for i in range(end - 1, start - 1, -1) if descending else range(start, end):
            yield ids[line[i] % _ROOM]

    def count_between(self, column: str, low: int | None, high: int | None) -> int:
        """Count the records from low to high, both inclusive."""
        start, end = self._edges(column, low, high)
        return end - start

    def ids_from(self, after: int | None = None, descending: bool = False, before: int | None = None) -> Iterator[int]:
        """Yield ids in order, beyond *after* (ascending) or below *before* (descending)."""
        line = self._by_id
        start = 0 if after is None else bisect_right(line, after)
        end = len(line) if before is None else bisect_left(line, before)
        for i in range(end - 1, start - 1, -1) if descending else range(start, end):
            yield line[i]

    def ids_within(
        self,
        column: str,
        low: int | None,
        high: int | None,
        after: int | None = None,
        before: int | None = None,
        descending: bool = False,
    ) -> Iterator[int]:
        """Yield the ids of records from low to high, both inclusive, by id, beyond *after* and below *before*.

        A range is sorted once for all its pages, until a record comes, goes or changes its times.
        """
        key = (column, low, high)
        ids = self._ranges.get(key)
        if ids is None:
            while len(self._ranges) >= _RANGES:
                del self._ranges[next(iter(self._ranges))]
            ids = self._ranges[key] = array("q", sorted(self.keys_between(column, low, high)))
        start = 0 if after is None else bisect_right(ids, after)
        end = len(ids) if before is None else bisect_left(ids, before)
        yield from (ids[i] for i in (range(end - 1, start - 1, -1) if descending else range(start, end)))

    def next_id(self, first: int, step: int) -> int:
        """Give an id above all others."""
        return self._by_id[-1] + step if self._by_id else first

    # inside

    def _number(self, key: int) -> int | None:
        number = self._extra.get(key)
        if number is None and self._past is not None:
            number = self._past.number_of(key)
            if number is not None and number in self._gone:
                return None
        return number

    def _edges(self, column: str, low: int | None, high: int | None) -> tuple[int, int]:
        line = self._sorted[column]
        start = 0 if low is None else bisect_left(line, low * _ROOM)
        end = len(line) if high is None else bisect_left(line, (high + 1) * _ROOM)
        return start, max(start, end)

    def _times(self, record: Json) -> tuple[Any, ...]:
        return tuple([record.get(column) for column in self.columns])

    def _stamp(self, record: Json, column: str) -> int:
        value = record.get(column)
        return epoch(value) if isinstance(value, str) else 0

    def _put(self, column: str, entry: int) -> None:
        line = self._sorted[column]
        line.insert(bisect_left(line, entry), entry)
        self._ranges.clear()

    def _take(self, column: str, entry: int) -> None:
        line = self._sorted[column]
        line.pop(bisect_left(line, entry))
        self._ranges.clear()

    def _move(self, key: int, record: Json) -> None:
        number = self._number(key)
        if number is None:
            return
        for column in self.columns:
            old, new = self._stamps[column][number], self._stamp(record, column)
            if old != new:
                self._take(column, old * _ROOM + number)
                self._stamps[column][number] = new
                self._put(column, new * _ROOM + number)
        self._written[key] = self._times(record)
