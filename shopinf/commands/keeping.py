"""What a person should know of secrets that were just kept, or taken away: for stores, sources and reports alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shopinf.words import agreeing

if TYPE_CHECKING:
    from shopinf.desk import Desk


def kept_notes(desk: Desk, overshadowing: Sequence[str]) -> Iterator[str]:
    """Of secrets that went into the keyring, where the variables and files *overshadowing* them are used instead."""
    backend = desk.vault.backend()
    if backend.plain_text:
        yield f"the keyring in use ({backend.name}) keeps secrets as plain text on this machine"
    if overshadowing:
        overshadow = agreeing(len(overshadowing), "overshadows", "overshadow")
        yield (
            f"{', '.join(overshadowing)} {overshadow} what was stored just now: the environment is used as long as it "
            "is set"
        )


def left_notes(overshadowing: Sequence[str]) -> Iterator[str]:
    """Of secrets that went out of the keyring: the variables and files that are used all the same."""
    if overshadowing:
        are, them = agreeing(len(overshadowing), "is", "are"), agreeing(len(overshadowing), "it", "them")
        yield f"{', '.join(overshadowing)} {are} still there; whoever set {them} should take {them} away"
