"""Result files: named by a pattern, replaced whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from shopinf.errors import BadInput, MachineProblem
from shopinf.plain import harmless

_PATTERN = re.compile(r"\{(period|store|date)\}")
# What some file system refuses in a name; a store's name or a period must not lead to another folder either.
_UNFIT = re.compile(r'[/\\:*?"<>|\s]+')


def file_name_part(text: str) -> str:
    """*text* as a part of a file name: no separators, no leading dots, not empty."""
    return _UNFIT.sub("-", harmless(text)).strip(".- ") or "none"


def has_pattern(path: Path) -> bool:
    return _PATTERN.search(str(path)) is not None


def filled(path: Path, values: Mapping[str, str]) -> Path:
    """*path* with `{period}`, `{store}` and `{date}` filled in; one that has no value here is refused."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            known = ", ".join(f"{{{name}}}" for name in values) or "none of them"
            raise BadInput(f"{found[0]} in --output has no value for this command", hint=f"Of these it knows: {known}.")
        return file_name_part(values[found[1]])

    return Path(_PATTERN.sub(value, str(path)))


def check_place(path: Path) -> None:
    """Refuse a path that cannot become a file, before any work is done for it."""
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder", hint=f"Name a file in it, like {path / 'result.csv'}.")
        if has_pattern(path.parent):  # known once it is filled in
            return
        if not path.parent.is_dir():
            raise BadInput(f"There is no folder {path.parent}", hint=f"Make it first: mkdir -p {path.parent}")
        # Not for a pipe or a device, which is not replaced; and not where a link stands, whose file is elsewhere.
        if not path.exists() and not os.access(path.parent, os.W_OK):
            raise _cannot_write(path, PermissionError(13, "the folder does not allow it"))
    except OSError as error:
        raise _cannot_write(path, error) from error
    except ValueError as error:  # a NUL in the name
        raise BadInput("The name after --output cannot be a file name", hint="Use letters, digits, - and _.") from error


def _cannot_write(path: Path, error: OSError) -> MachineProblem:
    return MachineProblem(
        f"{path} cannot be written: {error.strerror or error}",
        hint="Free some space, or choose another place with --output.",
    )
