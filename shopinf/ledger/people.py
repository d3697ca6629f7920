"""The people's part of the ledger: the only names and e-mails, each under an opaque id, erasable."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from shopinf.ledger.persons import find, influencer_of, is_slip, unknown
from shopinf.ledger.tables.people import aliases, emails, influencers, merges
from shopinf.ledger.upserts import parts
from shopinf.people.emails import email_key, is_personal
from shopinf.people.influencers import Influencer, Named, Source, folded_name, unique_name

if TYPE_CHECKING:
    from shopinf.errors import NotFound
    from shopinf.ledger.journal import Journal


class People:
    """Influencers by opaque id, by the id that operators see, and by e-mail."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def called(self, typed: str) -> Influencer:
        """The influencer that was typed, as `find` reads it; NotFound with the nearest who is known."""
        found = self.find(typed)
        if found is None:
            raise self.unknown(typed)
        return found

    def find(self, typed: str) -> Influencer | None:
        """Who is meant by *typed*: an id, also a former one, an e-mail, an @handle, or the link of a profile.

        BadInput where it is the handle of several.
        """
        with self._database.reading() as db:
            return find(db, self._database.key(), typed)

    def unknown(self, typed: str) -> NotFound:
        """The error for *typed*, by which nobody is known."""
        with self._database.reading() as db:
            return unknown(db, typed)

    def is_slip(self, typed: str) -> bool:
        """Is *typed*, by which nobody is known, hardly the name of anybody new, but a slip of the pen?"""
        with self._database.reading() as db:
            return is_slip(db, typed)

    def by_id(self, ids: Iterable[str]) -> dict[str, Influencer]:
        """Influencers by opaque id; ids that were erased are left out, those merged into another lead to that one."""
        wanted = sorted({each for each in ids if each})
        found: dict[str, Influencer] = {}
        with self._database.reading() as db:
            for part in parts(wanted):
                query = select(influencers).where(influencers.c.id.in_(part))
                found |= {row["id"]: influencer_of(row) for row in db.execute(query).mappings()}
            for part in parts([each for each in wanted if each not in found]):
                merged = select(merges.c.id.label("former"), influencers).join(
                    influencers, influencers.c.id == merges.c.person
                )
                rows = db.execute(merged.where(merges.c.id.in_(part))).mappings()
                found |= {row["former"]: influencer_of(row) for row in rows}
        return found

    def names(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """The folded ids by which each was known, the present one first."""
        known = self.by_id(ids)
        found = {id: [folded_name(one.influencer)] for id, one in known.items()}
        with self._database.reading() as db:
            for part in parts(sorted(found)):
                query = select(aliases.c.person, aliases.c.folded).where(aliases.c.person.in_(part))
                for person, former in db.execute(query.order_by(aliases.c.folded)):
                    found[person].append(former)
        return found

    def email_keys(self, ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The keyed hashes of each one's e-mails, where any is known."""
        key = self._database.key()
        known = self.by_id(ids)
        found = {one.id: {email_key(key, one.email)} if one.email else set() for one in known.values()}
        with self._database.reading() as db:
            for part in parts(sorted(found)):
                query = select(emails.c.person, emails.c.email_key).where(emails.c.person.in_(part))
                for person, other in db.execute(query):
                    found[person].add(other)
        return {id: frozenset(found[one.id]) for id, one in known.items() if found[one.id]}

    def recognise(self, named: Sequence[Named]) -> list[Influencer]:
        """Who each of *named* is; one who is new gets a provisional id, and nothing is written."""
        with self._database.reading() as db:
            return Recognition(db, self._database.key(), self._ledger).of(named)

    def enrol(self, named: Sequence[Named]) -> list[Influencer]:
        """Who each of *named* is; those who are new, and what is new about the others, are written."""
        key = self._database.key()
        with self._database.writing() as db:
            recognition = Recognition(db, key, self._ledger)
            found = recognition.of(named)
            recognition.write()
        return found


class Recognition:
    """Recognises people in one transaction, so that two rows of a sheet never make one person twice."""

    def __init__(self, db: Connection, key: bytes, ledger: Journal) -> None:
        self._db, self._key, self._ledger = db, key, ledger
        self._by_name: dict[str, Influencer] = {}
        self._by_email: dict[str, Influencer] = {}
        self._new: dict[str, Influencer] = {}
        self._changed: dict[str, Influencer] = {}

    def of(self, named: Sequence[Named]) -> list[Influencer]:
        self.load(named)
        return [self._one(each) for each in named]

    def write(self) -> None:
        rows = [self._row(each) | {"made_at": self._ledger.clock.now()} for each in self._new.values()]
        if rows:
            self._db.execute(influencers.insert(), rows)
        for one in self._changed.values():
            self._db.execute(influencers.update().where(influencers.c.id == one.id).values(self._row(one)))

    def _row(self, one: Influencer) -> dict[str, Any]:
        return {
            "id": one.id,
            "influencer": one.influencer,
            "folded": folded_name(one.influencer),
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": one.email,
            "email_key": email_key(self._key, one.email) if one.email else None,
        }

    def by_email(self, key: str) -> Influencer | None:
        """Who has the e-mail of that hash, among those looked up."""
        return self._by_email.get(key)

    def load(self, named: Sequence[Named]) -> None:
        names = sorted({folded_name(each.name) for each in named})
        keys = sorted({email_key(self._key, each.email) for each in named if each.email})
        for column, values in ((influencers.c.folded, names), (influencers.c.email_key, keys)):
            for part in parts(values):
                for row in self._db.execute(select(influencers).where(column.in_(part))).mappings():
                    self._remember(influencer_of(row))
        further = select(emails.c.email_key.label("known"), influencers).join(
            emails, emails.c.person == influencers.c.id
        )
        former = select(aliases.c.folded.label("known"), influencers).join(
            aliases, aliases.c.person == influencers.c.id
        )
        for query, column, values, memory in (
            (further, emails.c.email_key, keys, self._by_email),
            (former, aliases.c.folded, names, self._by_name),
        ):
            for part in parts(values):
                for row in self._db.execute(query.where(column.in_(part))).mappings():
                    memory.setdefault(row["known"], influencer_of(row))

    def _remember(self, one: Influencer) -> None:
        self._by_name[folded_name(one.influencer)] = one
        if one.email:
            self._by_email.setdefault(email_key(self._key, one.email), one)

    def _one(self, named: Named) -> Influencer:
        namesake = self._by_name.get(folded_name(named.name))
        same_mail = self._by_email.get(email_key(self._key, named.email)) if named.email else None
        # A known e-mail is that person, whatever they are called; a role's mailbox only where nothing else is known.
        if same_mail is not None and (is_personal(named.email) or named.source is Source.EMAIL):
            return self._more(same_mail, named)
        if namesake is not None and self._is_same(namesake, named):
            return self._more(namesake, named)
        made = Influencer(
            secrets.token_hex(8),
            unique_name(named.name, self._is_taken),
            named.first_name,
            named.last_name,
            named.email,
        )
        self._new[made.id] = made
        self._remember(made)
        return made

    def _is_same(self, namesake: Influencer, named: Named) -> bool:
        both = namesake.email is not None and named.email is not None
        alike = both and email_key(self._key, namesake.email or "") == email_key(self._key, named.email or "")
        match named.source:
            case Source.INFLUENCER:
                return True
            case Source.HANDLE:
                return alike or not both
            case Source.EMAIL:
                return alike

    def _more(self, known: Influencer, named: Named) -> Influencer:
        """*known*, with what *named* adds; what is known already stays."""
        more = Influencer(
            known.id,
            known.influencer,
            known.first_name or named.first_name,
            known.last_name or named.last_name,
            known.email or named.email,
        )
        if more != known:
            (self._new if known.id in self._new else self._changed)[known.id] = more
            self._remember(more)
        return more

    def _is_taken(self, folded: str) -> bool:
        if folded in self._by_name:
            return True
        query = select(func.count()).select_from(influencers).where(influencers.c.folded == folded)
        return bool(self._db.execute(query).scalar())
