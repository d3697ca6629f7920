"""Whom an operator means: the influencer that was typed, looked up in the people's part of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from shopinf.errors import BadInput, NotFound
from shopinf.ledger.tables.people import accounts, aliases, emails, influencers
from shopinf.nearest import SLIP, did_you_mean, nearest
from shopinf.people.emails import email_key
from shopinf.people.influencers import Influencer, folded_name
from shopinf.people.persons import NO_PROFILE, Typed, read_typed


def find(db: Connection, key: bytes, typed: str) -> Influencer | None:
    """Who is meant by *typed*: an id, also a former one, an e-mail, an @handle, or the link of a profile.

    An id goes before everything else. BadInput where it is the handle of several.
    """
    meant = read_typed(typed)
    if one := _named(db, folded_name(typed)):
        return one
    # As it stands first: an earlier version took more for an e-mail, and who was taken in can be found again.
    for email in (typed, meant.email):
        if email and "@" in email and (one := _with_email(db, email_key(key, email))):
            return one
    handle = folded_name(meant.written.handle)
    if not handle:
        return None
    if meant.written.address is None:
        return _only(_with_account(db, accounts.c.folded == handle), typed)
    there = accounts.c.platform == meant.written.platform
    if found := _only(_with_account(db, there, accounts.c.folded == handle), typed):
        return found
    named = _named(db, handle)
    # Who has another account there is somebody else of that name.
    return None if named is None or _with_account(db, there, accounts.c.person == named.id) else named


def unknown(db: Connection, typed: str) -> NotFound:
    """The error for *typed*, by which nobody is known."""
    meant = read_typed(typed)
    if meant.written.is_no_profile:
        return NotFound(f"{meant.text} is not the link of a profile, so it names nobody", hint=NO_PROFILE)
    otherwise = "shopinf influencers list shows who is known."
    hint = did_you_mean(meant.email or meant.written.handle, _known_by(db, meant), otherwise)
    return NotFound(f"No influencer is called {meant.text or repr('')}", hint=hint)


def is_slip(db: Connection, typed: str) -> bool:
    """Is *typed*, by which nobody is known, so near to somebody that it is hardly anybody new?"""
    meant = read_typed(typed)
    return nearest(meant.email or meant.written.handle, _known_by(db, meant), least=SLIP) is not None


def _known_by(db: Connection, meant: Typed) -> dict[str, str]:
    """What people are known by, of the kind that was typed, and the id of each."""
    owned = influencers.c.id == accounts.c.person
    by = {
        "id": select(influencers.c.influencer, influencers.c.influencer.label("id")),
        "handle": select(accounts.c.handle, influencers.c.influencer).join(influencers, owned),
        "email": select(influencers.c.email, influencers.c.influencer).where(influencers.c.email.is_not(None)),
    }
    known: dict[str, str] = {}
    for sign in ("email",) if meant.email else ("handle", "id"):
        known |= {row[0]: row[1] for row in db.execute(by[sign])}
    return known


def _named(db: Connection, folded: str) -> Influencer | None:
    """Who has that id, or had it."""
    former = select(influencers).join(aliases, aliases.c.person == influencers.c.id).where(aliases.c.folded == folded)
    row = db.execute(select(influencers).where(influencers.c.folded == folded)).mappings().first()
    row = row or db.execute(former).mappings().first()
    return None if row is None else influencer_of(row)


def _with_email(db: Connection, hashed: str) -> Influencer | None:
    """Who is known by the e-mail of that hash."""
    further = select(influencers).join(emails, emails.c.person == influencers.c.id).where(emails.c.email_key == hashed)
    row = db.execute(select(influencers).where(influencers.c.email_key == hashed)).mappings().first()
    row = row or db.execute(further).mappings().first()
    return None if row is None else influencer_of(row)


def _with_account(db: Connection, *where: ColumnElement[bool]) -> list[Influencer]:
    """Whose accounts these are, each person once."""
    query = select(influencers).where(influencers.c.id.in_(select(accounts.c.person).where(*where)))
    return [influencer_of(row) for row in db.execute(query.order_by(influencers.c.folded)).mappings()]


def _only(found: Sequence[Influencer], typed: str) -> Influencer | None:
    if len(found) > 1:
        names = " and ".join(one.influencer for one in found[:5])
        raise BadInput(
            f"{typed} is the handle of several influencers: {names}", hint="Give the id of the one you mean."
        )
    return found[0] if found else None


def influencer_of(row: Mapping[Any, Any]) -> Influencer:
    return Influencer(row["id"], row["influencer"], row["first_name"], row["last_name"], row["email"])
