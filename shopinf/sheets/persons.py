"""Whom a row of a sheet is about, whatever command reads it."""

from __future__ import annotations

from shopinf.people.emails import local_part, read_emails
from shopinf.people.handles import read_handle
from shopinf.people.influencers import Named, Source
from shopinf.sheets.reading import Row


def read_person(row: Row) -> Named | None:
    """Whom *row* is about, by its influencer, handle or e-mail; None where it does not say so."""
    first, last = row["first_name"] or None, row["last_name"] or None
    if row["name"] and not first and not last:
        head, _, tail = row["name"].partition(" ")
        first, last = head, tail.strip() or None
    email = _email(row)
    nobody: str | None = None
    for key, source in (("influencer", Source.INFLUENCER), ("handle", Source.HANDLE)):
        written = read_handle(row[key])
        if written.handle:
            return Named(written.handle, source, first, last, email)
        nobody = nobody or (key if written.is_no_profile else None)
    if email:
        return Named(local_part(email), Source.EMAIL, first, last, email)
    if nobody:
        raise row.problem(
            f"{row[nobody]} is not the address of a profile",
            key=nobody,
            hint="Write the handle, or the address of the profile; of a post, a video or a short link nobody is known.",
        )
    return None


def _email(row: Row) -> str | None:
    if not row["email"]:
        return None
    found = read_emails(row["email"])
    if not found:
        raise row.problem(f"{row['email']!r} is not an e-mail address", key="email")
    return found[0]
