"""What enrichment leaves in the ledger: who was found, what providers were asked, and how far it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from shopinf.ledger.roster import Roster
from shopinf.ledger.tables.mirror import orders, syncs
from shopinf.ledger.tables.people import enrichments, forgotten, lookups, matches, provider_jobs, sources
from shopinf.ledger.upserts import parts, upsert
from shopinf.money import Money
from shopinf.people.enrichment import Found, Job, Purchases
from shopinf.people.influencers import Influencer
from shopinf.people.profiles import Known

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a provider said when it was asked: a person, or nobody."""

    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source as the ledger knows it; its key is elsewhere."""

    name: str
    connected_at: datetime
    consent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a store's customers were looked up in a source, and what the source was like then."""

    watermark: datetime
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A customer record matched by an earlier run."""

    shop_id: int
    customer_id: int
    person: str
    matched_on: str
    confidence: str
    source: str
    currency: str
    purchases: Purchases
    matched_at: datetime


class Enrichment:
    """Matches, look-ups and their progress; also where providers note their lists."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # how far

    def marks(self, shop_id: int) -> dict[str, Mark]:
        """How far each source came in a store."""
        with self._database.reading() as db:
            rows = db.execute(select(enrichments).where(enrichments.c.shop_id == shop_id)).mappings()
            return {row["source"]: Mark(row["watermark"], row["fingerprint"]) for row in rows}

    def mark(self, shop_id: int, came: Mapping[str, Mark]) -> None:
        """Everything of a store that was created or changed before the watermark was looked up in these sources."""
        rows = [
            {
                "shop_id": shop_id,
                "source": source,
                "watermark": each.watermark,
                "fingerprint": each.fingerprint,
                "finished_at": self._ledger.clock.now(),
            }
            for source, each in came.items()
        ]
        with self._database.writing() as db:
            upsert(db, enrichments, rows)

    # what providers said

    def asked(self, source: str, keys: Sequence[str]) -> dict[str, Lookup]:
        """What *source* said of these hashes when it was asked."""
        found: dict[str, Lookup] = {}
        with self._database.reading() as db:
            for part in parts(keys):
                query = select(lookups).where(lookups.c.source == source, lookups.c.key.in_(part))
                found |= {row["key"]: Lookup(row["person"], row["at"]) for row in db.execute(query).mappings()}
        return found

    def answered(
        self, source: str, shop_ids: Mapping[str, int], found: Sequence[tuple[str, Known | None]]
    ) -> dict[str, str | None]:
        """Write down what a provider said, by hash, with the people it found; returns their opaque ids."""
        known = [(key, each) for key, each in found if each is not None]
        people: dict[str, str | None] = {key: None for key, each in found if each is None}

        def then(db: Connection, enrolled: list[Influencer]) -> None:
            people.update({key: one.id for (key, _), one in zip(known, enrolled, strict=True)})
            now = self._ledger.clock.now()
            rows = [
                {"source": source, "key": key, "person": person, "at": now, "shop_id": shop_ids.get(key, 0)}
                for key, person in people.items()
            ]
            upsert(db, lookups, rows)

        Roster(self._ledger).enrol([each for _, each in known], then)
        return people

    def forgotten(self) -> frozenset[str]:
        """The hashes of the e-mails whose people asked to be forgotten."""
        with self._database.reading() as db:
            return frozenset(db.execute(select(forgotten.c.email_key)).scalars())

    # who was found

    def keep(self, shop_id: int, found: Iterable[Found]) -> None:
        """Write down which customers are whom, and what they bought; since when that is known stays."""
        now = self._ledger.clock.now()
        found = list(found)
        before = self.earlier(shop_id=shop_id, people=(each.person for each in found))
        known = {(each.customer_id, each.person): each.matched_at for each in before}
        rows = [
            {
                "shop_id": shop_id,
                "customer_id": record.customer.customer_id,
                "person": each.person,
                "matched_on": record.hit.matched_on,
                "confidence": record.hit.confidence.value,
                "source": record.hit.source,
                "matched_at": known.get((record.customer.customer_id, each.person), now),
                **_purchases_row(record.purchases, each.currency),
                "orders_count": record.customer.orders_count,
                "total_spent": _minor(record.customer.total_spent, each.currency),
                "currency": each.currency,
            }
            for each in found
            for record in each.records
        ]
        with self._database.writing() as db:
            for part in parts(rows):
                upsert(db, matches, part)

    def earlier(self, *, shop_id: int | None = None, people: Iterable[str] | None = None) -> list[Earlier]:
        """The records matched so far, of a store or of some people."""
        query = select(matches).order_by(matches.c.shop_id, matches.c.customer_id)
        if shop_id is not None:
            query = query.where(matches.c.shop_id == shop_id)
        found: list[Earlier] = []
        with self._database.reading() as db:
            pieces = [None] if people is None else [*parts(sorted(set(people)))]
            for part in pieces:
                narrowed = query if part is None else query.where(matches.c.person.in_(part))
                found += [_earlier(row) for row in db.execute(narrowed).mappings()]
        return found

    def ordered(self, shop_id: int, customers: Mapping[int, int | None]) -> dict[int, Purchases]:
        """First and last order of *customers* from the mirror, for those of whom it surely has every order.

        Each comes with the id of the last order that the store names: only where the mirror has it, it is up to date.
        """
        with self._database.reading() as db:
            sync = (
                db.execute(select(syncs).where(syncs.c.shop_id == shop_id, syncs.c.what == "orders")).mappings().first()
            )
            if sync is None or sync["reach"] is not None or sync["truncated"]:
                return {}
            found: dict[int, list[tuple[int, datetime, bool]]] = {}
            for part in parts(sorted(customers)):
                query = select(
                    orders.c.customer_id,
                    orders.c.order_id,
                    orders.c.processed_at,
                    orders.c.test,
                    orders.c.cancelled_at,
                ).where(orders.c.shop_id == shop_id, orders.c.customer_id.in_(part))
                for row in db.execute(query):
                    counts = not row.test and row.cancelled_at is None
                    found.setdefault(row.customer_id, []).append((row.order_id, row.processed_at, counts))
        return {
            customer: Purchases(
                None,
                None,
                min((at for _, at, counts in mine if counts), default=None),
                max((at for _, at, counts in mine if counts), default=None),
            )
            for customer, mine in found.items()
            if customers[customer] in {order_id for order_id, _, _ in mine}
        }

    # sources

    def source(self, name: str) -> SourceRecord | None:
        """A source that was connected."""
        with self._database.reading() as db:
            row = db.execute(select(sources).where(sources.c.name == name)).mappings().first()
        return None if row is None else SourceRecord(row["name"], row["connected_at"], row["consent_at"])

    def connect(self, name: str, *, consent: bool) -> None:
        """Note that a source is connected, and that customers' data may be sent there."""
        now = self._ledger.clock.now()
        former = self.source(name)
        agreed = now if consent else former.consent_at if former else None
        with self._database.writing() as db:
            upsert(db, sources, [{"name": name, "connected_at": now, "consent_at": agreed}])

    def disconnect(self, name: str) -> bool:
        """Forget that a source was connected, and the consent with it."""
        with self._database.writing() as db:
            return bool(db.execute(delete(sources).where(sources.c.name == name)).rowcount)

    # lists that providers work through

    def open(self, source: str) -> list[Job]:
        query = select(provider_jobs).where(provider_jobs.c.source == source, provider_jobs.c.state != "done")
        with self._database.reading() as db:
            rows = db.execute(query.order_by(provider_jobs.c.id)).mappings()
            return [Job(row["id"], row["job_id"], row["count"]) for row in rows]

    def intend(self, source: str, count: int) -> int:
        row = {"source": source, "count": count, "state": "intended", "sent_at": self._ledger.clock.now()}
        with self._database.writing() as db:
            made = db.execute(insert(provider_jobs).values(row)).inserted_primary_key
        assert made is not None
        return int(made[0])

    def posted(self, id: int, job_id: str) -> None:
        self._job(id, job_id=job_id, state="posted")

    def end(self, id: int) -> None:
        self._job(id, state="done")

    def _job(self, id: int, **changes: Any) -> None:
        with self._database.writing() as db:
            db.execute(update(provider_jobs).where(provider_jobs.c.id == id).values(changes))


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else Money(amount, currency).minor


def _purchases_row(purchases: Purchases | None, currency: str) -> dict[str, Any]:
    return {
        "first_order_at": purchases.first_order_at if purchases else None,
        "last_order_at": purchases.last_order_at if purchases else None,
    }


def _earlier(row: Any) -> Earlier:
    spent = None if row["total_spent"] is None else Money.from_minor(row["total_spent"], row["currency"]).amount
    complete = not row["orders_count"] or row["first_order_at"] is not None
    bought = Purchases(row["orders_count"], spent, row["first_order_at"], row["last_order_at"], complete)
    return Earlier(
        row["shop_id"],
        row["customer_id"],
        row["person"],
        row["matched_on"],
        row["confidence"],
        row["source"],
        row["currency"],
        bought,
        row["matched_at"],
    )
