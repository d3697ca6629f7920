"""What is told to an address of the operator's own when a run ends otherwise than well: `--notify URL`.

Which command ended how, when and for which stores, and nothing that is secret or about a person. The address may be a
secret itself, as those of chats are, so that only its host is ever said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from shopinf.errors import BadInput
from shopinf.loopback import is_safe
from shopinf.stores import Secret
from shopinf.times import iso

VARIABLE = "SHOPINF_NOTIFY_URL"
SCHEMA = "shopinf.notice/1"


@dataclass
class Notice:
    """Where a run's notice goes, and what is known of the run to tell there."""

    address: Secret | None = None
    stores: list[str] = field(default_factory=list)  # those it was about, by name

    def send_to(self, given: str | None) -> None:
        """Have the notice go to the address *given*; one that is no safe address is wrong usage."""
        if not (address := (given or "").strip()):
            return
        try:
            parts = urlsplit(address)
            safe = bool(parts.hostname) and is_safe(parts.scheme, parts.hostname or "") and parts.port != 0
        except ValueError:
            safe = False
        if not safe or not address.isprintable() or " " in address:
            raise BadInput(
                "The address after --notify cannot be used", hint="Begin it with https://; http:// is for this machine."
            )
        self.address = Secret(address)

    @property
    def shown(self) -> str:
        """The address as it may be said: its host alone."""
        parts = urlsplit(self.address.reveal() if self.address else "")
        return f"{parts.scheme}://{parts.hostname}/…"

    def about(self, stores: Iterable[str]) -> None:
        """Know these stores as the ones that the run is about."""
        self.stores = list(dict.fromkeys([*self.stores, *stores]))

    def body(self, command: str, code: int, error: str | None, *, run: str, now: datetime) -> dict[str, Any]:
        """What is sent; *error* is the class of what ended the run, and *text* what chats show."""
        why = f" ({error})" if error else ""
        stores = f": {', '.join(self.stores)}" if self.stores else ""
        return {
            "schema": SCHEMA,
            "text": f"{command} ended with {code}{why}{stores}",
            "run": run,
            "command": command,
            "stores": self.stores,
            "code": code,
            "error": error,
            "ended_at": iso(now),
        }
