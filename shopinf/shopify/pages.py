"""Pages as items, and the one place of this room where threads are."""

from __future__ import annotations

import contextlib
import ctypes
import queue
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import httpx

from shopinf.errors import Interrupted, NoAnswer
from shopinf.shell import quoted
from shopinf.shopify.records import broken_page, read_page
from shopinf.times import Clock
from shopinf.unread import Unread

T = TypeVar("T")

_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^,;<]+)*)")
_NEXT = re.compile(r";\s*rel\s*=\s*\"?next\"?\s*(;|$)", re.IGNORECASE)


def next_link(headers: httpx.Headers, base: httpx.URL, store_name: str, domain: str = "") -> httpx.URL | None:
    """The next page as the Link header gives it; one that leads away from the store is not followed.

    A practice store may speak of itself by its *domain*; calls go on to where it is served.
    """
    for target, rest in _LINK.findall(headers.get("Link", "")):
        if not _NEXT.search(rest):
            continue
        try:
            url = base.join(target)
        except (httpx.InvalidURL, ValueError):
            url = httpx.URL("")
        if url.host == domain != base.host:
            url = url.copy_with(scheme=base.scheme, host=base.host, port=base.port)
        if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
            raise NoAnswer(
                f"{store_name} names a next page at {url.host or 'no address'}, and credentials do not go there",
                hint=f"Check the address with shopinf stores show {quoted(store_name)}, "
                "and connect it again if it moved.",
            )
        return url
    return None


def resumed(link: httpx.URL, first: httpx.URL) -> httpx.URL:
    """*link* with the `limit` and `fields` of the *first* request where it lacks them, else exactly as given."""
    query = link.query
    for name in ("limit", "fields"):
        if name in first.params and name not in link.params:
            query += b"&" + str(httpx.QueryParams({name: first.params[name]})).encode()
    return link if query == link.query else link.copy_with(query=query)


def page_of(
    content: bytes,
    key: str,
    model: Any,
    store_name: str,
    parse: Callable[[bytes], Any],
    odd: Callable[[Unread], None] | None = None,
) -> list[Any]:
    """The items of one page, each as *model*, which may be a choice of several; None leaves them as sent.

    *odd* hears of each that cannot be read; without it such a page is a broken answer.
    """
    if model is None:
        try:
            items = parse(content)[key]
        except (ValueError, KeyError, TypeError):
            raise broken_page(key, store_name) from None
        if not isinstance(items, list):
            raise broken_page(key, store_name)
        return items
    records = read_page(content, key, model, store_name)
    for each in records.unread:
        if odd is None:
            raise broken_page(key, store_name, each)
        odd(each)
    return records.found


# malloc.h
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 256 * 1024  # bytes; a page has a megabyte


@cache
def _spare_memory() -> None:
    """Let the threads of this process share one pool of memory, where the C library is glibc, and keep pages out of it.

    It gives eight pools for each core, and each would keep room for the largest pages that its threads ever read; and
    what is small would come to lie between the pages, so that their room could not be given back.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):  # other systems have no such choice
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)


class _Failed:
    """What a job raised, on its way to the thread that asked."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ended:
    """The word of a thread that it does no more."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Team:
    """Threads that do jobs, as many as are *wanted* at a time; what they return or raise comes out of `done`."""

    def __init__(self, jobs: Iterable[Callable[[], Any]], wanted: Callable[[], int], clock: Clock) -> None:
        self._waiting, self._wanted, self._clock = iter(jobs), wanted, clock
        self._taking = threading.Lock()
        self._dry = threading.Event()  # no job is left for whoever asks
        self._halt = threading.Event()
        self._abandoned = threading.Event()
        self.done: queue.Queue[Any] = queue.Queue(maxsize=max(wanted(), 2))
        self.at_work: set[int] = set()

    def hire(self) -> None:
        """Begin the threads that are missing, as long as there is anything to do."""
        for number in range(max(self._wanted(), 1)):
            if number not in self.at_work and not (self._stops() or self._dry.is_set()):
                self.at_work.add(number)
                threading.Thread(target=self._work, args=(number,), daemon=True, name=f"shopinf-page-{number}").start()

    def dismiss(self) -> None:
        """Nobody asks any more: the threads end after their present job."""
        self._halt.set()
        self._abandoned.set()

    def _stops(self) -> bool:
        return self._halt.is_set() or self._clock.stop.is_set()

    def _work(self, number: int) -> None:
        try:
            while not self._stops() and number < max(self._wanted(), 1):
                with self._taking:
                    job = next(self._waiting, None)
                if job is None:
                    self._dry.set()
                    break
                self._put(job())
        except BaseException as error:
            self._halt.set()
            self._put(_Failed(error))
        finally:
            self._put(_Ended(number))

    def _put(self, result: object) -> None:
        while not self._abandoned.is_set():
            try:
                self.done.put(result, timeout=0.1)
            except queue.Full:
                continue
            break


def at_once(jobs: Iterable[Callable[[], T]], *, workers: int | Callable[[], int], clock: Clock) -> Iterator[T]:
    """Do *jobs* in up to *workers* threads and yield what they return, in the order they end.

    A number that may change is asked for again and again: threads are added, or end after their present job. No more
    is worked ahead than twice the *workers* of the beginning. When a job fails no further one is begun; those under way
    are delivered, then the first error is raised. Leaving the loop early ends the threads after their present job, and
    so does the run's stop.
    """
    if not callable(workers) and workers <= 1:
        yield from (job() for job in jobs)
        return
    _spare_memory()
    team = _Team(jobs, workers if callable(workers) else lambda: workers, clock)
    failure: BaseException | None = None
    try:
        team.hire()
        while team.at_work:
            try:
                result = team.done.get(timeout=0.1)
            except queue.Empty:
                if clock.stop.is_set():
                    raise Interrupted from None
                team.hire()
                continue
            if isinstance(result, _Ended):
                team.at_work.discard(result.number)
            elif isinstance(result, _Failed):
                failure = failure or result.error
            else:
                yield result
            team.hire()
        if failure is not None:
            raise failure
        if clock.stop.is_set():
            raise Interrupted
    finally:
        team.dismiss()


def numbers_in(path: str) -> list[int]:
    """The ids in a path or URL, in order: `price_rules/5/discount_codes/7.json` → [5, 7]."""
    return [int(found) for found in re.findall(r"/(\d+)(?=[/.?]|$)", "/" + path.lstrip("/"))]
