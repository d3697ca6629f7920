"""Who asked to be forgotten: keyed hashes of e-mails and the day, so that no later sheet brings anybody back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from shopinf.errors import BadInput
from shopinf.ledger.tables.people import forgotten
from shopinf.people.emails import email_key
from shopinf.sharedproperty import shared_property

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class Forgetting:
    """The hashes of those who asked to be forgotten."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    @shared_property
    def _days(self) -> dict[str, datetime]:
        with self._database.reading() as db:
            return {row.email_key: row.at for row in db.execute(select(forgotten))}

    def __len__(self) -> int:
        """By how many e-mails people were forgotten here."""
        return len(self._days)

    def since(self, emails: Iterable[str]) -> datetime | None:
        """When the person with one of *emails* asked to be forgotten; None where nobody did."""
        if not self._days:
            return None
        key = self._database.key()
        days = (self._days.get(email_key(key, email)) for email in emails)
        return min((day for day in days if day is not None), default=None)

    def refuse(self, email: str | None) -> None:
        """Raise where the person with *email* asked to be forgotten."""
        if (since := self.since([email] if email else [])) is not None:
            raise BadInput(
                f"The person with this e-mail asked to be forgotten on {since.astimezone():%Y-%m-%d}",
                hint="shopinf influencers remember EMAIL lifts that.",
            )

    def lift(self, email: str) -> datetime | None:
        """Let the person with *email* be taken in again; returns when they were forgotten, None if not."""
        since = self.since([email])
        if since is not None:
            with self._database.writing() as db:
                hashed = email_key(self._database.key(), email)
                db.execute(delete(forgotten).where(forgotten.c.email_key == hashed))
                self._ledger.note(db, 0, "influencer.remembered", "people", {})
            self.__dict__.pop("_days", None)
        return since
