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


def at_once(jobs: Iterable[Callable[[], T]], *, workers: int | Callable[[], int], clock: Clock) -> Iterator[T]:
    """Do *jobs* in up to *workers* threads and yield what they return, in the order they end.

    A number that may change is asked for again and again: threads are added, or end after their present job. No more
    is worked ahead than twice the *workers* of the beginning. When a job fails no further one is begun; those under way
    are delivered, then the first error is raised. Leaving the loop early ends the threads after their present job, and
    so does the run's stop.
    """
    wanted = workers if callable(workers) else lambda: workers
    if not callable(workers) and workers <= 1:
        yield from (job() for job in jobs)
        return
    _spare_memory()
    waiting = iter(jobs)
    taking = threading.Lock()
    halt = threading.Event()
    done: queue.Queue[Any] = queue.Queue(maxsize=max(wanted(), 2))
    at_work: set[int] = set()

    def put(result: object) -> None:
        while not abandoned.is_set():
            try:
                done.put(result, timeout=0.1)
            except queue.Full:
                continue
            break

    def work(number: int) -> None:
        try:
            while not (halt.is_set() or clock.stop.is_set()) and number < max(wanted(), 1):
                with taking:
                    job = next(waiting, None)
                if job is None:
                    dry.set()
                    break
                put(job())
        except BaseException as error:
            halt.set()
            put(_Failed(error))
        finally:
            put(_Ended(number))

    def hire() -> None:
        for number in range(max(wanted(), 1)):
            if number not in at_work and not (halt.is_set() or dry.is_set() or clock.stop.is_set()):
                at_work.add(number)
                threading.Thread(target=work, args=(number,), daemon=True, name=f"shopinf-page-{number}").start()

    abandoned = threading.Event()
    dry = threading.Event()  # no job is left for whoever asks
    failure: BaseException | None = None
    try:
        hire()
        while at_work:
            try:
                result = done.get(timeout=0.1)
            except queue.Empty:
                if clock.stop.is_set():
                    raise Interrupted from None
                hire()
                continue
            if isinstance(result, _Ended):
                at_work.discard(result.number)
            elif isinstance(result, _Failed):
                failure = failure or result.error
            else:
                yield result
            hire()
        if failure is not None:
            raise failure
        if clock.stop.is_set():
            raise Interrupted
    finally:
        halt.set()
        abandoned.set()


def numbers_in(path: str) -> list[int]:
    """The ids in a path or URL, in order: `price_rules/5/discount_codes/7.json` → [5, 7]."""
    return [int(found) for found in re.findall(r"/(\d+)(?=[/.?]|$)", "/" + path.lstrip("/"))]
