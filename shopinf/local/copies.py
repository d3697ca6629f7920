"""Working copies of the ledger: noted before they are made, so that those of a killed run are removed by the next.

Each copy has a note of where it is, in the data folder, and a lock that ends with its run. Whoever comes next removes
the copies whose lock nobody holds.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shopinf.local import disk

_BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside a file


class Copies:
    """The working copies of one data folder."""

    def __init__(self, data: Path) -> None:
        self._notes = data / "copies"

    @contextmanager
    def noted(self, copy: Path) -> Iterator[Path]:
        """A block that makes the working copy *copy*, a file or a folder; it is gone afterwards, or renamed."""
        from filelock import FileLock

        disk.make_private_folder(self._notes)
        name = os.urandom(8).hex()
        note, lock = self._notes / f"{name}.path", FileLock(self._notes / f"{name}.lock")
        with lock:
            disk.write_private(note, os.fsencode(os.path.abspath(copy)))
            try:
                yield copy
            finally:
                _removed(copy)
                note.unlink(missing_ok=True)
        _forgotten(lock.lock_file)

    def clear(self) -> None:
        """Remove the copies that killed runs left behind; those of runs under way stay."""
        from filelock import FileLock, Timeout

        if not self._notes.is_dir():
            return
        for note in self._notes.glob("*.path"):
            lock = FileLock(note.with_suffix(".lock"))
            try:
                with lock.acquire(timeout=0), suppress(OSError):
                    _removed(Path(os.fsdecode(note.read_bytes())))
                    note.unlink()
            except (Timeout, OSError):  # it is being made, or is where nothing can be removed now
                continue
            if not note.exists():
                _forgotten(lock.lock_file)


def _removed(copy: Path) -> None:
    if copy.is_dir():
        shutil.rmtree(copy)
    for end in _BESIDE:
        Path(f"{copy}{end}").unlink(missing_ok=True)


def _forgotten(lock: str | os.PathLike[str]) -> None:
    with suppress(OSError):
        Path(lock).unlink()
