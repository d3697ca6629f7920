"""The leads of Live Capture: who left an e-mail on a storefront, for how long, and what was installed to hear of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, LargeBinary, Text, cast, delete, func, literal, select, update

from shopinf.ledger.tables import meta
from shopinf.ledger.tables.people import captures, forgotten, leads
from shopinf.ledger.upserts import parts, upsert
from shopinf.livecapture import Arrived, Bounds, Capture, Consent, Kept, Lead, Room, Taken, Where, moment
from shopinf.people.emails import email_key

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


_MARK = "capture:"  # in `meta`: how far the events of a machine's queue were taken in
_MEASURED = 600.0  # seconds for which what leads take is counted on
_TEXTS = ("email", "first_name", "last_name", "landing", "utm", "code", "referrer")
_OVERHEAD = 200


class Leads:
    """Leads and captures by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database
        self._rooms: dict[int, tuple[Room, float]] = {}  # what a store's leads take, and when that was measured

    # what is installed

    def capture(self, shop_id: int) -> Capture | None:
        """What was installed for a store, if anything was."""
        with self._database.reading() as db:
            row = db.execute(select(captures).where(captures.c.shop_id == shop_id)).mappings().first()
        return None if row is None else _capture(row)

    def open(self, shop_id: int, endpoint: str | None = None, *, key: str | None = None) -> Capture:
        """The capture of a store, made with a public key when there is none; remembers *endpoint*.

        The new key is *key*, which a storefront may have from a ledger that was lost, else one of its own.
        """
        with self._database.writing() as db:
            row = {"shop_id": shop_id, "public_key": key or secrets.token_hex(12), "sources": []}
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

    def take(self, queue: str, fetch: Callable[[int], Sequence[tuple[int, Arrived]]], bounds: Bounds) -> Taken:
        """Write down the events that wait in *queue*, as many as *fetch* gives at once, each of them once.

        *fetch* gives the numbered events after a number: how far this ledger has come is written in the same
        transaction. Several events of one e-mail are one lead: how somebody first came stays; names and consent are as
        they were said last. Who asked to be forgotten is not written down, nor what a store has no room for.
        """
        try:
            return self._take(queue, fetch, bounds)
        except BaseException:
            self._rooms.clear()  # nothing of it was written
            raise

    def _take(self, queue: str, fetch: Callable[[int], Sequence[tuple[int, Arrived]]], bounds: Bounds) -> Taken:
        with self._database.writing() as db:
            where = meta.c.key == f"{_MARK}{queue}"
            mark = int(db.execute(select(meta.c.value).where(where)).scalar() or 0)
            batch = fetch(mark)
            if not batch:
                return Taken(mark)
            refused = self._keep(db, batch, bounds)
            mark = batch[-1][0]
            upsert(db, meta, [{"key": f"{_MARK}{queue}", "value": str(mark)}])
        return Taken(mark, refused, len(batch))

    def _keep(self, db: Connection, batch: Sequence[tuple[int, Arrived]], bounds: Bounds) -> frozenset[int]:
        # Asked for each time: another ledger may have come into the place of this one since.
        key = bytes.fromhex(db.execute(select(meta.c.value).where(meta.c.key == "hash_key")).scalar_one())
        keys = {seq: email_key(key, each.lead.email) for seq, each in batch}
        hidden = _hidden(db, set(keys.values()))
        known = _known(db, set(keys.values()))
        rooms = {shop_id: self._known_room(db, shop_id) for shop_id in {each.shop_id for _, each in batch}}
        refused: set[int] = set()
        changed: dict[tuple[int, str], dict[str, Any]] = {}
        for seq, each in batch:
            spot = (each.shop_id, keys[seq])
            if keys[seq] in hidden:
                continue
            former, room = known.get(spot), rooms[each.shop_id]
            row = _row(*spot, each, former, bounds.days)
            more = Room(room.leads + (former is None), room.bytes + _size(row) - (_size(former) if former else 0))
            if (former is None and more.leads > bounds.leads) or room.bytes < more.bytes > bounds.bytes:
                refused.add(seq)
                continue
            rooms[each.shop_id], known[spot], changed[spot] = more, row, row
        upsert(db, leads, list(changed.values()))
        now = self._ledger.clock.monotonic()
        for shop_id in rooms:
            self._rooms[shop_id] = (rooms[shop_id], self._rooms.get(shop_id, (None, now))[1])
            heard = max(each.at for _, each in batch if each.shop_id == shop_id)
            db.execute(update(captures).where(captures.c.shop_id == shop_id).values(heard_at=moment(heard)))
        return frozenset(refused)

    def _known_room(self, db: Connection, shop_id: int) -> Room:
        """What a store's leads take: measured now and then, since that reads them all, and counted on in between."""
        room, at = self._rooms.get(shop_id, (None, 0.0))
        now = self._ledger.clock.monotonic()
        if room is None or now - at > _MEASURED:
            room, at = self._measured(db, shop_id), now
            self._rooms[shop_id] = room, at
        return room

    def room(self, shop_id: int) -> Room:
        """What a store's leads take, those included whose days are over and that are not erased yet."""
        with self._database.reading() as db:
            return self._measured(db, shop_id)

    def _measured(self, db: Connection, shop_id: int) -> Room:
        texts = [cast(leads.c[name], Text) for name in _TEXTS]
        sizes = [
            func.octet_length(each) if self._database.shared else func.length(cast(each, LargeBinary)) for each in texts
        ]
        text = sum((func.coalesce(each, 0) for each in sizes), literal(_OVERHEAD))
        query = select(func.count(), func.coalesce(func.sum(text), 0)).where(leads.c.shop_id == shop_id)
        count, size = db.execute(query).one()
        return Room(int(count), int(size))

    def forgotten_among(self, emails: Collection[str]) -> set[str]:
        """Those of *emails* whose person asked to be forgotten."""
        key = self._database.key()
        keys = {email: email_key(key, email) for email in emails}
        with self._database.reading() as db:
            hidden = _hidden(db, set(keys.values()))
        return {email for email in emails if keys[email] in hidden}

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


def _known(db: Connection, keys: Collection[str]) -> dict[tuple[int, str], dict[str, Any]]:
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for part in parts(sorted(keys)):
        for row in db.execute(select(leads).where(leads.c.email_key.in_(part))).mappings():
            found[row["shop_id"], row["email_key"]] = dict(row)
    return found


def _row(shop_id: int, key: str, arrived: Arrived, former: Mapping[str, Any] | None, days: int) -> dict[str, Any]:
    lead, at = arrived.lead, moment(arrived.at)
    known = former or {"events": 0, "person": None, "first_seen_at": at, "last_seen_at": at}
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
        "last_seen_at": max(at, known["last_seen_at"]),
        "expires_at": max(at, known["last_seen_at"]) + timedelta(days=days),
    }


def _size(row: Mapping[str, Any]) -> int:
    """Bytes that a lead takes: its texts, and some for the rest of the row and what finds it."""
    texts = (json.dumps(row[name]) if name == "utm" else row[name] for name in _TEXTS)
    return _OVERHEAD + sum(len(text.encode()) for text in texts if text)


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
