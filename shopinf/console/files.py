"""Result files: named by a pattern, replaced whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from shopinf.console.symlinks import check_links, check_stays
from shopinf.errors import BadInput, MachineProblem
from shopinf.held import held_open, in_use
from shopinf.plain import harmless
from shopinf.shell import making, quoted
from shopinf.streams import is_stream

_PATTERN = re.compile(r"\{([A-Za-z_]+)\}")
# What some file system refuses in a name; a store's name or a period must not lead to another folder either.
_UNFIT = re.compile(r'[/\\:*?"<>|\s]+')
# What Windows keeps for devices, whatever comes after a dot: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE)
_LONGEST = 80  # bytes; a file's name may have 255, and a pattern fills in up to three parts


def file_name_part(text: str) -> str:
    """*text* as a part of a file name: no separators, no leading dots, no device of Windows, not empty, not long.

    What is cut ends with a mark of its own, so that two long names stay two.
    """
    part = _UNFIT.sub("-", harmless(text)).strip(".- ") or "none"
    if len(part.encode()) > _LONGEST:
        mark = hashlib.sha256(part.encode()).hexdigest()[:8]
        part = f"{part.encode()[: _LONGEST - len(mark) - 1].decode(errors='ignore').rstrip('.- ')}-{mark}"
    return _DEVICES.sub(r"\1_", part, count=1) if _DEVICES.match(part) else part


def has_pattern(path: Path) -> bool:
    return _PATTERN.search(str(path)) is not None


def is_apart(path: Path | None) -> bool:
    """Does *path* mean a file for each store?"""
    return path is not None and "{store}" in str(path)


def check_fillable(path: Path, known: Collection[str]) -> None:
    """Refuse what will have no value when the file is written, before any work is done for it."""
    filled(path, dict.fromkeys(known, "value"))


def check_apart(path: Path, stores: Iterable[str]) -> None:
    """Refuse two stores that would be written to one file."""
    taken: dict[str, str] = {}
    for store in stores:
        part = file_name_part(store).casefold()  # some file systems take upper and lower case for the same
        if part in taken:
            raise BadInput(
                f"{taken[part]} and {store} would both be written to {filled_store(path, store)}",
                hint=f"Give one of them another name: shopinf connect {quoted(store)} --as NAME, "
                "or write one file for all.",
            )
        taken[part] = store


def filled_store(path: Path, store: str) -> Path:
    """*path* with the store alone filled in."""
    return Path(str(path).replace("{store}", file_name_part(store)))


def fixed_folder(path: Path) -> Path:
    """The folder that has to be there: of *path*'s folders the last one before any pattern."""
    folder = path.parent
    while has_pattern(folder):
        folder = folder.parent
    return folder


def make_folders(path: Path, fixed: Path) -> None:
    """Make the folders of *path* below *fixed* that its pattern asks for, each with room for nobody else."""
    try:
        for folder in reversed([path.parent, *path.parent.parents]):
            if fixed in folder.parents:
                check_stays(folder, fixed)
                folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def filled(path: Path, values: Mapping[str, str], *, option: str = "--output") -> Path:
    """*path* with its `{name}`s, like `{period}`, filled in; one that has no value here is refused."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            known = ", ".join(f"{{{name}}}" for name in values) or "none of them"
            raise BadInput(f"{found[0]} in {option} has no value for this command", hint=f"Of these it knows: {known}.")
        return file_name_part(values[found[1]])

    return Path(_PATTERN.sub(value, str(path)))


def check_place(path: Path, *, option: str = "--output", linked: bool = False) -> None:
    """Refuse a path that cannot become a file, before any work is done for it; a *linked* one may lead elsewhere."""
    try:
        check_links(path, anywhere=linked)
        if path.is_dir():
            raise BadInput(f"{path} is a folder", hint=f"Name a file in it, like {path / 'result.csv'}.")
        if sys.platform == "win32" and _DEVICES.match(path.name):
            raise BadInput(
                f"{path.name} is no name for a file: Windows keeps it for a device",
                hint=f"Call it otherwise, like {path.with_name(f'my-{path.name}')}",
            )
        folder = fixed_folder(path)  # those below it are made
        if not folder.is_dir():
            raise BadInput(f"There is no folder {folder}", hint=f"Make it first: {making(folder)}")
        # Not for a pipe or a device, which is not replaced; and not where a link stands, whose file is elsewhere.
        if not path.exists() and not os.access(folder, os.W_OK):
            raise cannot_write(path, PermissionError(13, "the folder does not allow it"), option=option)
        if sys.platform == "win32" and path.is_file() and not is_stream(path):
            with path.open("r+b"):  # a workbook that Excel has open refuses now what it would after the work
                pass
    except OSError as error:
        raise cannot_write(path, error, option=option) from error
    except ValueError as error:  # a NUL in the name
        raise BadInput(
            f"The name after {option} cannot be a file name", hint="Use letters, digits, - and _."
        ) from error


def cannot_write(path: Path, error: OSError, *, option: str = "--output") -> MachineProblem:
    """The operating system's refusal to write the file that *option* names."""
    if in_use(path, error):
        return held_open(path)
    long = error.errno == errno.ENAMETOOLONG
    return MachineProblem(
        f"{path} cannot be written: {error.strerror or error}",
        hint=f"Choose a shorter name with {option}."
        if long
        else f"Free some space, or choose another place with {option}.",
    )
