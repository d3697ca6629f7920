"""Pages of orders read by other processes, where there is more than one core and more than a few pages.

Python does one thing at a time in a process, and reading a page takes some 9 ms of a processor's time, which all else
that is done for it has to wait for. So the bytes of a page, and how it is to be read, are handed to one of two
processes, and the ledger's rows come back; what asks, waits, writes and shows stays here, with some 14 ms for a page, a
half of them outside of Python. Twenty stores gave 35 pages a second without such processes on two cores, 47 with one,
53 with two; more would only take turns. They are started when many pages are expected, and until they are there, or
where they cannot be, pages are read here.

A process is Python itself with this installation's path, and nothing else: no argument and no variable of ours, so that
no secret can be in them, and nothing on disk. It ends when its input does, so it outlives nobody, whatever ends us; it
hears no Ctrl-C, for it has no terminal. One that dies, or takes longer than anybody waits, loses nothing: its page is
read here.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import queue
import struct
import sys
import threading
from collections import deque
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:  # and below where they are needed: most runs read no page of orders
    import subprocess

    from shopinf.shopify.orderpages import How, PageRows

PROCESSES = 2
MANY = 40  # pages; a process takes as long to start as thirty pages take to be read
SMALL = 64 * 1024  # bytes; handing over what is smaller saves nothing
AHEAD = 2  # pages that a process has: with the next one there, it waits for nobody's turn
STUCK = 30.0  # seconds; a page is read in a hundredth of one

_SIZES = struct.Struct("<II")
_SIZE = struct.Struct("<I")
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from shopinf.shopify.pagereaders import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
)
# What Python itself and the libraries below it may need of the environment; no secret is called so.
_KEPT = """
    PATH SYSTEMROOT SYSTEMDRIVE TEMP TMP TMPDIR LANG LC_ALL LC_CTYPE TZ TZDIR
    LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH
""".split()

# Python works on one page at a time anyway; so the others need not hold what they have read of theirs meanwhile.
_HERE = threading.Lock()


class _Job:
    """A page that is to be read, and what came of it: None where the process was lost."""

    def __init__(self, content: bytes, how: How) -> None:
        self.content, self.how = content, how
        self.done = threading.Event()
        self.read: PageRows | None = None


class Readers:
    """Reads pages of orders, in *processes* of its own when there are many; threads share it."""

    def __init__(self, processes: int | None = None) -> None:
        """*processes* is how many there may be; None: as many as this machine is fit for."""
        self._most = most_processes() if processes is None else processes
        self._guard = threading.Lock()
        self._changed = threading.Condition(self._guard)
        self._expected = 0
        self._driving = 0
        self.handed_over = 0  # pages
        self._started = self._closed = False
        self._ready = 0
        self._processes: list[subprocess.Popen[bytes]] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()

    @property
    def at_work(self) -> list[int]:
        """The ids of the processes."""
        with self._guard:
            return [process.pid for process in self._processes]

    def wait(self, processes: int, seconds: float) -> bool:
        """Wait until so many are ready; False when that takes longer."""
        with self._guard:
            return self._changed.wait_for(lambda: self._ready >= processes, seconds)

    def wait_gone(self, seconds: float) -> bool:
        """Wait until none is left of those that were started; False when that takes longer."""
        with self._guard:
            return self._changed.wait_for(lambda: not self._driving, seconds)

    def expect(self, pages: int) -> None:
        """So many more pages are to be read."""
        with self._guard:
            self._expected += pages
            if self._started or self._closed or self._expected < MANY or not self._most:
                return
            self._started, self._driving = True, self._most
        for number in range(self._most):
            threading.Thread(target=self._drive, daemon=True, name=f"shopinf-reader-{number}").start()

    def read(self, content: bytes, how: How) -> PageRows:
        """What `read_rows` makes of *content*, whoever does it."""
        if len(content) >= SMALL and (job := self._given(content, how)) is not None:
            if not job.done.wait(STUCK):
                self._end()
            if job.read is not None:
                return job.read
        from shopinf.shopify.orderpages import read_rows

        with _HERE:
            return read_rows(content, how)

    def close(self) -> None:
        """End the processes; what is asked for later is read here."""
        with self._guard:
            self._closed = True
        self._end()

    def _given(self, content: bytes, how: How) -> _Job | None:
        """The job, handed over; None where there is no process to do it."""
        with self._guard:
            if not self._ready:
                return None
            job = _Job(content, how)
            self._jobs.put(job)
            self.handed_over += 1
            return job

    def _drive(self) -> None:
        """Start a process and hand it one page after another, until either end is closed."""
        process: subprocess.Popen[bytes] | None = None
        ready = False
        under_way: deque[_Job] = deque()
        try:
            process = _start()
            with self._guard:
                if self._closed:
                    return
                self._processes.append(process)
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump([str(each) for each in sys.path], process.stdin)
            process.stdin.flush()
            _receive(process.stdout)
            with self._guard:
                self._ready, ready = self._ready + 1, True
                self._changed.notify_all()
            room = threading.Semaphore(AHEAD)
            hearing = (process.stdout, under_way, room)
            threading.Thread(target=_hear, args=hearing, daemon=True, name="shopinf-hearer").start()
            while room.acquire() and (job := self._jobs.get()) is not None:
                under_way.append(job)
                _hand(process.stdin, job)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            pass  # it could not start, or is gone: others go on, and in the end this process
        finally:
            self._leave(process, ready)
            _let_go(under_way)

    def _leave(self, process: subprocess.Popen[bytes] | None, ready: bool) -> None:
        with self._guard:
            self._ready -= ready
            left: list[_Job] = []
            if not self._ready:
                with contextlib.suppress(queue.Empty):
                    while True:
                        if (job := self._jobs.get_nowait()) is not None:
                            left.append(job)
            if process in self._processes:
                self._processes.remove(process)
        for job in left:
            job.done.set()
        if process is not None:
            _finish(process)
        with self._guard:
            self._driving -= 1
            self._changed.notify_all()

    def _end(self) -> None:
        with self._guard:
            for process in self._processes:
                process.kill()
            for _ in self._processes:
                self._jobs.put(None)


def most_processes() -> int:
    """How many processes this machine is fit for; none where there is one core, or no Python to start."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return 0
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells which ones are ours
        cores = os.cpu_count() or 1
    return PROCESSES if cores > 1 else 0


def serve(asked: IO[bytes], said: IO[bytes]) -> None:
    """Read pages, one after another, as long as there are any: what a process of ours does."""
    from shopinf.shopify.orderpages import read_rows

    gc.set_threshold(100_000, 50, 100)
    _send(said, b"ready")
    while len(sizes := asked.read(_SIZES.size)) == _SIZES.size:
        of_how, of_content = _SIZES.unpack(sizes)
        how, content = pickle.loads(asked.read(of_how)), asked.read(of_content)
        if len(content) < of_content:
            return
        try:
            answer: PageRows | None = read_rows(content, how)
        except Exception:  # whoever asked reads it once more, and says what is wrong with it
            answer = None
        _send(said, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _start() -> subprocess.Popen[bytes]:
    """A process of Python alone; `-I`: nothing of the folder we are in."""
    import subprocess

    return subprocess.Popen(
        [sys.executable, "-I", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name in _KEPT if (value := os.environ.get(name)) is not None},
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _finish(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone, and that nothing is left of it."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    process.wait()


def _hand(asked: IO[bytes], job: _Job) -> None:
    how = pickle.dumps(job.how, pickle.HIGHEST_PROTOCOL)
    asked.write(_SIZES.pack(len(how), len(job.content)) + how)
    asked.write(job.content)
    asked.flush()


def _hear(said: IO[bytes], under_way: deque[_Job], room: threading.Semaphore) -> None:
    """Take what a process says of its pages, in their order; without it, let go of those it still has."""
    try:
        while True:
            read: PageRows | None = pickle.loads(_receive(said))
            job = under_way.popleft()
            job.read = read
            job.done.set()
            room.release()
    except (OSError, EOFError, ValueError, IndexError, pickle.UnpicklingError):
        _let_go(under_way)
        room.release()  # whoever hands over hears of it by the next page


def _let_go(under_way: deque[_Job]) -> None:
    """Have these pages read by whoever asked for them."""
    with contextlib.suppress(IndexError):
        while True:
            under_way.popleft().done.set()


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_SIZE.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    """What `_send` sent at the other end; EOFError where that is closed."""
    head = stream.read(_SIZE.size)
    content = stream.read(_SIZE.unpack(head)[0]) if len(head) == _SIZE.size else b""
    if len(content) < (_SIZE.unpack(head)[0] if head else 1):
        raise EOFError
    return content
