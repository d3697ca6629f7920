"""The leads of Live Capture: who left an e-mail on a storefront, for how long, and what was installed to hear of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, select, update

from shopinf.ledger.tables.people import captures, forgotten, leads
from shopinf.ledger.upserts import parts, upsert
from shopinf.livecapture import Capture, Consent, Kept, Lead, Where, moment
from shopinf.people.emails import email_key

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class Leads:
    """Leads and captures by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # what is installed

    def capture(self, shop_id: int) -> Capture | None:
        """What was installed for a store, if anything was."""
        with self._database.reading() as db:
            row = db.execute(select(captures).where(captures.c.shop_id == shop_id)).mappings().first()
        return None if row is None else _capture(row)

    def open(self, shop_id: int, endpoint: str | None = None) -> Capture:
        """The capture of a store, made with a public key of its own when there is none; remembers *endpoint*."""
        with self._database.writing() as db:
            row = {"shop_id": shop_id, "public_key": secrets.token_hex(12), "sources": []}
            upsert(db, captures, [{**row, "endpoint": endpoint, "heard_at": None}], replace=False)
            where = captures.c.shop_id == shop_id
            if endpoint is not None:
                db.execute(update(captures).where(where).values(endpoint=endpoint))
            return _capture(db.execute(select(captures).where(where)).mappings().one())

    def intend(self, shop_id: int, src: str) -> None:
        """Note that a tag for *src* is about to be asked for: from then on it is ours."""
        with self._database.writing() as db:
            where = captures.c.shop_id == shop_id
            sources = db.execute(select(captures.c.sources).where(where)).scalar_one()
            if src not in sources:
                db.execute(update(captures).where(where).values(sources=[*sources, src]))
            self._ledger.note(db, shop_id, "tag.intended", "tag", {"src": src})

    def note(self, shop_id: int, kind: str, data: Mapping[str, Any]) -> None:
        """Note what came of it."""
        with self._database.writing() as db:
            self._ledger.note(db, shop_id, kind, "tag", data)

    def disown(self, shop_id: int, src: str, tag_id: int) -> None:
        """Note that a tag was removed: another one for *src* that somebody makes is not ours."""
        with self._database.writing() as db:
            where = captures.c.shop_id == shop_id
            sources = db.execute(select(captures.c.sources).where(where)).scalar() or []
            db.execute(update(captures).where(where).values(sources=[each for each in sources if each != src]))
            self._ledger.note(db, shop_id, "tag.removed", "tag", {"src": src, "id": tag_id})

    # who was heard of

    @cached_property
    def _key(self) -> bytes:
        return self._database.key()

    def keep(self, heard: Sequence[tuple[int, Lead]], *, days: int) -> int:
        """Write leads down, all or none; returns how many. Several of one e-mail are one lead.

        How somebody first came stays; names and consent are as they were said last. Who asked to be forgotten is not
        written down.
        """
        now = moment(self._ledger.clock.now())
        named = [(shop_id, email_key(self._key, lead.email), lead) for shop_id, lead in heard]
        with self._database.writing() as db:
            hidden = _hidden(db, {key for _, key, _ in named})
            known = _known(db, named)
            kept = 0
            for shop_id, key, lead in named:
                if key in hidden:
                    continue
                kept += 1
                row = _row(shop_id, key, lead, known.get((shop_id, key)))
                known[shop_id, key] = row | {"last_seen_at": now, "expires_at": now + timedelta(days=days)}
                known[shop_id, key].setdefault("first_seen_at", now)
            upsert(db, leads, [known[spot] for spot in dict.fromkeys((s, k) for s, k, _ in named if k not in hidden)])
            shops = {shop_id for shop_id, _, _ in named}
            db.execute(update(captures).where(captures.c.shop_id.in_(shops)).values(heard_at=now))
        return kept

    def of_shops(self, shop_ids: Iterable[int]) -> list[Kept]:
        """The leads of these stores that may still be kept, the latest first."""
        query = select(leads).where(leads.c.shop_id.in_(list(shop_ids)), leads.c.expires_at > self._ledger.clock.now())
        with self._database.reading() as db:
            rows = db.execute(query.order_by(leads.c.last_seen_at.desc(), leads.c.email_key)).mappings().all()
        return [_kept(row) for row in rows]

    def count(self, shop_id: int) -> int:
        where = (leads.c.shop_id == shop_id, leads.c.expires_at > self._ledger.clock.now())
        with self._database.reading() as db:
            return db.execute(select(func.count()).select_from(leads).where(*where)).scalar_one()

    def recognised(self, people: Mapping[tuple[int, str], str]) -> None:
        """Note whom leads turned out to be: the opaque id by store and hash."""
        with self._database.writing() as db:
            for (shop_id, key), person in people.items():
                where = (leads.c.shop_id == shop_id, leads.c.email_key == key)
                db.execute(update(leads).where(*where).values(person=person))

    def purge(self) -> int:
        """Erase the leads whose time is over, overwritten; returns how many."""
        with self._database.writing() as db:
            gone = db.execute(delete(leads).where(leads.c.expires_at <= self._ledger.clock.now())).rowcount
            if gone:
                self._database.owe(db)
        if gone:
            self._database.tidy()
        return gone


def _hidden(db: Connection, keys: Collection[str]) -> set[str]:
    found: set[str] = set()
    for part in parts(sorted(keys)):
        found |= set(db.execute(select(forgotten.c.email_key).where(forgotten.c.email_key.in_(part))).scalars())
    return found


def _known(db: Connection, named: Sequence[tuple[int, str, Lead]]) -> dict[tuple[int, str], dict[str, Any]]:
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for part in parts(sorted({key for _, key, _ in named})):
        for row in db.execute(select(leads).where(leads.c.email_key.in_(part))).mappings():
            found[row["shop_id"], row["email_key"]] = dict(row)
    return found


def _row(shop_id: int, key: str, lead: Lead, former: Mapping[str, Any] | None) -> dict[str, Any]:
    known = former or {"events": 0, "person": None}
    first = known if known.get("landing") or known.get("utm") or known.get("code") or known.get("referrer") else None
    came = {"landing": lead.landing, "utm": dict(lead.utm), "code": lead.code, "referrer": lead.referrer}
    return {
        **known,
        "shop_id": shop_id,
        "email_key": key,
        "email": lead.email,
        "first_name": lead.first_name or known.get("first_name"),
        "last_name": lead.last_name or known.get("last_name"),
        "form": lead.form.value,
        "marketing": lead.consent.marketing,
        "analytics": lead.consent.analytics,
        **({name: first[name] for name in came} if first else came),
        "events": known["events"] + 1,
    }


def _kept(row: Mapping[Any, Any]) -> Kept:
    lead = Lead(
        row["email"],
        Where(row["form"]),
        Consent(row["marketing"], row["analytics"]),
        row["first_name"],
        row["last_name"],
        row["landing"],
        tuple(row["utm"].items()),
        row["code"],
        row["referrer"],
    )
    return Kept(
        row["shop_id"],
        row["email_key"],
        lead,
        row["events"],
        row["first_seen_at"],
        row["last_seen_at"],
        row["person"],
    )


def _capture(row: Mapping[Any, Any]) -> Capture:
    return Capture(row["shop_id"], row["public_key"], row["endpoint"], tuple(row["sources"]), row["heard_at"])
