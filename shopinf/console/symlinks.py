"""Links in the file system on the way of a result: followed where the operator may mean them, and nowhere else.

In a folder that others can write to, a link of theirs in the place of a result would have the operator's own files
overwritten, or show them what was written.
"""

from __future__ import annotations

import os
from pathlib import Path

from shopinf.errors import BadInput
from shopinf.shell import quoted
from shopinf.streams import is_stream


def check_links(path: Path, *, anywhere: bool = False) -> None:
    """Refuse *path* where a link would lead the result away.

    A folder on the way may be a link of this user's or of the system's; the file itself also, as long as it stays in
    its folder or below, or goes *anywhere*.
    """
    if is_stream(path):
        return
    whole = path.absolute()
    for step in (*reversed(whole.parents), whole):
        if step.is_symlink() and not _is_ours(step):
            raise BadInput(
                f"{step} is a link that belongs to somebody else",
                hint="Choose a folder that only you can write to, or remove the link.",
            )
    if not anywhere:
        check_stays(whole, whole.parent)


def check_stays(path: Path, folder: Path) -> None:
    """Refuse *path* if it is a link that leads out of *folder*."""
    if not path.is_symlink():
        return
    real, within = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    if within not in real.parents:
        raise BadInput(
            f"{path} is a link that leads out of its folder, to {real}",
            hint=f"Name that file itself, or remove the link: rm {quoted(str(path))}",
        )


def _is_ours(link: Path) -> bool:
    """Was *link* made by this user, or by the system?"""
    return os.name != "posix" or link.lstat().st_uid in (os.geteuid(), 0)
