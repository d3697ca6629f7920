"""Files that are there whole or not at all, and what the operating system says when they cannot be."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from shopinf.errors import BadInput, MachineProblem
from shopinf.held import held_open, in_use
from shopinf.streams import descriptor, is_stream

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
LEFT_BEHIND = 3600  # seconds after which a working file is nobody's any more


def make_private_folder(folder: Path) -> None:
    """Make *folder* with room for nobody else; an empty one that was there before is closed to others too.

    One that already holds something was arranged by somebody, so its permissions stay.
    """
    try:
        if folder.is_dir():
            if os.name == "posix" and folder.stat().st_mode & 0o077 and not any(folder.iterdir()):
                with suppress(PermissionError):
                    folder.chmod(PRIVATE_FOLDER)
            return
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as problem:
        raise machine_problem(problem, folder) from None


def write_private(path: Path, content: bytes) -> None:
    """Put *content* at *path* at once, readable by its owner only; its folder is made first."""
    make_private_folder(path.parent)
    try:
        _replace(Path(os.path.realpath(path)), [content], PRIVATE_FILE, exact=True)
    except OSError as problem:
        raise machine_problem(problem, path) from None


def write_atomically(path: Path, chunks: Iterable[bytes], *, private: bool = False) -> None:
    """Put a result at *path* once all *chunks* are there; until then what was there before stays.

    A file that is replaced keeps its mode; a new one that is *private* is its owner's alone. What is no file (a pipe,
    `/dev/stdout`) is simply written to.
    """
    target = path if _takes(path) else Path(os.path.realpath(path))
    if target.is_dir():
        raise BadInput(f"{path} is a folder, not a file", hint=f"Name a file in it, such as {path / 'result.csv'}.")
    if not target.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent} to write {path.name} to", hint="Make the folder first.")
    try:
        if _takes(path):
            with _opened(path) as there:
                there.writelines(chunks)
        elif target.exists():
            _replace(target, chunks, target.stat().st_mode & 0o7777, exact=True)
        else:
            _replace(target, chunks, PRIVATE_FILE if private else 0o666, exact=private)
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise machine_problem(problem, path) from None


def _takes(path: Path) -> bool:
    """Is *path* a stream, a pipe or a device, which takes what it is given? Its own name tells, for a pipe has none."""
    return is_stream(path) or (path.exists() and not path.is_file() and not path.is_dir())


def _opened(path: Path) -> BinaryIO:
    """What takes what is written: the open stream itself, or a pipe or device by its name."""
    number = descriptor(path)
    if number is not None:
        return os.fdopen(os.dup(number), "wb")
    return path.open("ab")


def check_room(path: Path, size: int) -> None:
    """Refuse a place that does not take *size* bytes; tried out beside *path*, and nothing of it is left.

    For a result that is known only after the work, when it is too late to refuse.
    """
    if _takes(path):
        return
    target = Path(os.path.realpath(path))
    folder = next(above for above in target.parents if above.is_dir())  # a pattern's folders are made later
    trial = _neighbour(folder / target.name)
    try:
        descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b" " * size)
                file.flush()
                os.fsync(file.fileno())
        finally:
            trial.unlink()
    except OSError as problem:
        raise machine_problem(problem, path) from None


@contextmanager
def beside(path: Path, neighbour: Path | None = None) -> Iterator[Path]:
    """A new file, readable by its owner only, that takes the place of *path* when the block ends well.

    It is *neighbour* until then, a name of `working_name`.
    """
    target = Path(os.path.realpath(path))
    neighbour = neighbour or _neighbour(target)
    try:
        os.close(os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        yield neighbour
        with open(neighbour, "r+b") as file:  # Windows settles only what is open for writing
            os.fsync(file.fileno())
        os.replace(neighbour, target)
    except OSError as problem:
        raise machine_problem(problem, path) from None
    finally:
        with suppress(OSError):  # but for a block that ended well
            neighbour.unlink()
    _settle(target.parent)


def working_name(path: Path) -> Path:
    """A name for what will take the place of *path*, beside it."""
    return _neighbour(Path(os.path.realpath(path)))


def _neighbour(target: Path) -> Path:
    """In the same folder, since only there is taking over a name one step. File systems end names at 255 bytes."""
    return target.with_name(f".{target.name[:40]}.{os.urandom(6).hex()}.tmp")


def _replace(target: Path, chunks: Iterable[bytes], mode: int, *, exact: bool) -> None:
    """Write *chunks* to a neighbour of *target*, then give it that name; an *exact* mode is not for the umask."""
    neighbour = _neighbour(target)
    descriptor = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if exact and os.name == "posix":
                os.fchmod(file.fileno(), mode)
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        os.replace(neighbour, target)
    except BaseException:  # also Ctrl-C: half a file is left to nobody
        with suppress(OSError):
            neighbour.unlink()
        raise
    _settle(target.parent)
    _clear(target)


def _clear(target: Path) -> None:
    """Remove what killed runs left beside *target*, just written; what is younger may be another run's at work."""
    ours = re.compile(re.escape(f".{target.name[:40]}.") + r"[0-9a-f]{12}\.tmp")
    with suppress(OSError), os.scandir(target.parent) as neighbours:
        before = target.stat().st_mtime - LEFT_BEHIND
        for each in neighbours:
            if ours.fullmatch(each.name) and each.stat(follow_symlinks=False).st_mtime < before:
                os.unlink(each.path)


def _settle(folder: Path) -> None:
    """Have the new name survive a power cut, where the file system offers that."""
    if os.name != "posix":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def machine_problem(problem: OSError, path: Path) -> MachineProblem:
    """The operating system's refusal at *path* as a sentence and a way out."""
    if in_use(path, problem):
        return held_open(path)
    match problem.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return MachineProblem(
                f"The disk is full: {path} could not be written", hint="Make room there and run the same command again."
            )
        case errno.EROFS:
            return MachineProblem(
                f"{path} is on a disk that can only be read",
                hint="Point SHOPINF_HOME, or --output for a result, to a folder that can be written.",
            )
        case errno.EACCES | errno.EPERM:
            return MachineProblem(
                f"This user is not allowed to use {path}",
                hint="Correct its owner and permissions, or set SHOPINF_HOME to a folder of this user's own.",
            )
        case errno.ENAMETOOLONG:
            return MachineProblem(
                f"The name of {path} is longer than this machine's file system takes",
                hint="Choose a shorter one, or a folder nearer to the top.",
            )
        case errno.ENOTDIR | errno.EEXIST:
            return MachineProblem(
                f"{path} cannot be made, since a file is where a folder should be",
                hint="Move that file away, or set SHOPINF_HOME to another folder.",
            )
        case _:
            words = problem.strerror or type(problem).__name__
            return MachineProblem(
                f"{path} cannot be used: {words}", hint="Look at that place and run the command again."
            )
