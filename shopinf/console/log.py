"""The log of runs: a line of JSON for each thing that happened, for jq, logrotate and log shippers.

Nothing in it is secret or personal, and one rule sees to that: its values are numbers, times, the names of stores and
words that stand in our own code. So an error is told by its kind, by what that kind means (the first line of its
class) and by the line of code that raised it, never by its message: messages quote what was typed, what a sheet holds
and what a store said. Arguments, notes, warnings and questions stay out for the same reason, and answers are counted.
Requests are told as `--verbose` tells them.

A run writes `started`; a `request` for each call; `store_failed`; with its answer `store_done` for each store that has
a share in it, and `answer`; `error` where one ended it; and `ended`. A run without `ended` is at work, or was killed.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

from shopinf import __version__
from shopinf.console import files
from shopinf.errors import BadInput, ScopeMissing, ShopinfError, Stopped
from shopinf.plain import harmless
from shopinf.results import Result
from shopinf.scopes import FEATURES
from shopinf.times import Clock

SCHEMA = "shopinf.log/1"
_OPTION = "--log-file"
_PRIVATE = 0o600
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.ENXIO)  # a full disk, a pipe whose reader is not there just now
# A pipe that nobody empties must not hold a run up.
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_SCOPES = {scope for f in FEATURES for scope in (*f.required, *f.advised, *f.optional)}


class RunLog:
    """The lines of one run; nothing is written before `start`, nor where no file was asked for.

    The file is opened anew for each line, so that whoever rotates it may move it away, and `{date}` in its name is the
    present day on this machine. Once started, a place that takes no more lines never stops a run.
    """

    def __init__(self, clock: Clock, warn: Callable[[str], None]) -> None:
        self.run = os.urandom(6).hex()  # the journal of the ledger has the same
        self.file: Path | None = None
        self._clock, self._warn = clock, warn
        self._lock = Lock()
        self._open = self._warned = False
        self._cut_off = False  # the last line has no end, so the next one needs a line of its own
        self._begun = 0.0
        self._requests = 0
        self._done: set[str] = set()

    def start(self, command: str) -> None:
        """Tell that *command* starts, by its name alone; a place that cannot be written to is refused."""
        if self.file is None or self._open:
            return
        if str(self.file) == "-":
            raise BadInput(f"{_OPTION} needs the name of a file", hint=f"Like {_OPTION} shopinf.jsonl.")
        path = self._path(self.file)
        files.check_place(path, option=_OPTION, linked=True)
        try:
            os.close(os.open(path, _APPENDING, _PRIVATE))
        except OSError as error:
            if error.errno not in _PASSING:
                raise files.cannot_write(path, error, option=_OPTION) from error
        self._open, self._begun, self._cut_off = True, self._clock.monotonic(), _is_cut_off(path)
        self._write("started", schema=SCHEMA, version=__version__, command=command)

    def request(
        self,
        *,
        method: str,
        path: str,
        status: int | None,
        ms: int,
        store: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        bucket: str | None = None,
    ) -> None:
        """Tell of a call to a store, or to a source of enrichment; *path* has no value that could be personal."""
        with self._lock:
            self._requests += 1
        passing = status is None or status == 429 or status >= 500
        self._write(
            "request",
            "warning" if passing else "info",
            store=store,
            source=source,
            method=method,
            path=path,
            status=status,
            ms=ms,
            request_id=request_id,
            bucket=bucket,
        )

    def store_done(self, store: str) -> None:
        """Remember that the work for *store* went well; told with the answer, for there may be more to do."""
        with self._lock:
            self._done.add(store)

    def store_failed(self, store: str, error: ShopinfError) -> None:
        with self._lock:
            self._done.discard(store)
        self._write("store_failed", "error", store=store, **_told(error, error))

    def answer(self, result: Result) -> None:
        """Tell how much was answered, and which stores had their share in it."""
        done, self._done = self._done, set()
        for store in sorted(done):
            self._write("store_done", store=store)
        self._write(
            "answer",
            "warning" if result.failures else "info",
            schema=result.schema,
            rows=len(result.rows),
            notes=len(result.notes),
            failures=len(result.failures),
        )

    def error(self, error: ShopinfError, cause: BaseException) -> None:
        """Tell what ended the run; *cause* is what *error* puts into words, or is that error itself."""
        if not isinstance(error, Stopped):  # which was wanted
            self._write("error", "error", **_told(error, cause))

    def ended(self, code: int) -> None:
        """Tell of the run's end; nothing is written after it."""
        level = {0: "info", 7: "warning", Stopped.code: "warning"}.get(code, "error")
        seconds = round(self._clock.monotonic() - self._begun, 3)
        self._write("ended", level, code=code, seconds=seconds, requests=self._requests)
        self._open = False

    def _write(self, event: str, level: str = "info", **fields: str | int | float | None) -> None:
        if not self._open or self.file is None:
            return
        at = self._clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"at": at, "level": level, "run": self.run, "pid": os.getpid(), "event": event, **fields}
        plain = {name: harmless(value) if isinstance(value, str) else value for name, value in line.items()}
        path, text = self._path(self.file), json.dumps(plain, ensure_ascii=False).encode() + b"\n"
        problem: OSError | None = None
        with self._lock:
            try:
                whole = _append(path, b"\n" + text if self._cut_off else text)
                self._cut_off = not whole
                problem = None if whole else OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                problem = error
            warned = self._warned
            self._warned = warned or problem is not None
        if problem and not warned:
            self._warn(f"{path} takes no more lines of the log ({problem.strerror or problem}); the run goes on")

    def _path(self, file: Path) -> Path:
        today = self._clock.now().astimezone().date().isoformat()
        return files.filled(file, {"date": today}, option=_OPTION)


def _append(path: Path, text: bytes) -> bool:
    """Add *text* to the end of *path* in one step, so that several runs may share the file; was there room for all?"""
    descriptor = os.open(path, _APPENDING, _PRIVATE)
    try:
        return os.write(descriptor, text) == len(text)
    finally:
        os.close(descriptor)


def _is_cut_off(path: Path) -> bool:
    """Did a full disk or a crash leave the last line without its end?"""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            return file.read(1) not in (b"", b"\n")
    except OSError:  # it may be written, but not read
        return False


def _told(error: ShopinfError, cause: BaseException) -> dict[str, str | int | None]:
    """What may be said of an error: nothing that was not written into our code beforehand."""
    kind = type(error)
    if kind is ShopinfError:  # what several stores failed with alike
        kind = next((each for each in ShopinfError.__subclasses__() if each.code == error.code), kind)
    scope = error.scope if isinstance(error, ScopeMissing) and error.scope in _SCOPES else None
    return {
        "type": kind.__name__,
        "code": error.code,
        "meaning": (kind.__doc__ or "").partition("\n")[0],
        "scope": scope,
        "cause": None if cause is error else type(cause).__name__,
        "where": _where(cause.__traceback__),
    }


def _where(trace: TracebackType | None) -> str | None:
    """Module and line that raised it, the last one of ours."""
    found = None
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("shopinf."):
            found = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
