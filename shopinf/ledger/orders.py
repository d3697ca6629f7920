"""The mirror of orders: what a store said of each, how far it was read, and what reports ask of it.

Every order has a row of its times and its buyer, by number and hash; orders with any code, link or gift have their
facts beside it. All of it may be dropped and read anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, delete, func, select, update

from shopinf.attribution.buyers import Purchase
from shopinf.attribution.reconcile import Head
from shopinf.ledger.asking import Among
from shopinf.ledger.buyers import follow_buyers, purchases
from shopinf.ledger.tables.credits import shops
from shopinf.ledger.tables.mirror import order_codes, order_facts, orders, sendings, syncs, windows
from shopinf.ledger.unread import UnreadRecords, count_unread_orders
from shopinf.ledger.upserts import parts, upsert, upsert_rows
from shopinf.orderfacts import from_facts
from shopinf.orderrows import HEAD, OrderRow
from shopinf.orders import Order, folded
from shopinf.unread import Unread
from shopinf.windows import Window

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal
    from shopinf.stores import Store

WHAT = "orders"
FEW = 10_000


@dataclass(frozen=True, slots=True)
class Sync:
    """How far a store's orders were read."""

    watermark: datetime  # everything changed before it is here
    reach: datetime | None = None  # complete from this created_at on; None: from the first
    truncated: bool = False  # because Shopify shows no more
    scopes: frozenset[str] = frozenset()
    round: int = 1  # how often all of them were read
    finished_at: datetime | None = None
    facts: int = 1  # the form in which the facts of all orders with refunds are


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of many orders that was begun, in windows."""

    windows: list[Window]
    started: datetime
    round: int


class Orders:
    """The orders of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database
        self._unread = UnreadRecords(ledger)

    # how far it was read

    def sync(self, shop_id: int) -> Sync | None:
        """How far a store was read; None before its first reading was complete."""
        with self._database.reading() as db:
            row = db.execute(select(syncs).where(*_of(syncs, shop_id))).mappings().first()
        if row is None:
            return None
        scopes = frozenset(row["scopes"].split())
        times = row["watermark"], row["reach"]
        return Sync(*times, row["truncated"], scopes, row["round"], row["finished_at"], row["facts"] or 1)

    def introduce(self, store: Store) -> None:
        """Note what a store is called and counts in, for whoever reads the ledger's views."""
        row = {name: getattr(store, name) for name in ("shop_id", "name", "domain", "currency", "timezone")}
        with self._database.reading() as db:
            known = db.execute(select(shops).where(shops.c.shop_id == store.shop_id)).mappings().first()
        if known is None or dict(known) != row:
            with self._database.writing() as db:
                upsert(db, shops, [row])

    def begun(self, shop_id: int) -> Reading | None:
        """The reading that was begun and has not ended."""
        query = select(windows).where(*_of(windows, shop_id)).order_by(windows.c.since)
        with self._database.reading() as db:
            rows = db.execute(query).mappings().all()
        if not rows:
            return None
        found = [Window(row["since"], row["until"], row["after_id"], row["finished"]) for row in rows]
        return Reading(found, rows[0]["started"], rows[0]["round"])

    def begin(self, shop_id: int, reading: Reading) -> None:
        """Write down a reading before it begins, in place of any other."""
        with self._database.writing() as db:
            db.execute(delete(windows).where(*_of(windows, shop_id)))
            self._keep_windows(db, shop_id, reading, reading.windows)

    def keep(self, shop_id: int, sync: Sync, *, ended: bool = False) -> None:
        """The store is read this far; *ended*: and with it the reading that was begun."""
        row = {
            "watermark": sync.watermark,
            "reach": sync.reach,
            "truncated": sync.truncated,
            "scopes": " ".join(sorted(sync.scopes)),
            "round": sync.round,
            "finished_at": self._ledger.clock.now(),
            "facts": sync.facts,
        }
        with self._database.writing() as db:
            if ended:
                db.execute(delete(windows).where(*_of(windows, shop_id)))
            upsert(db, syncs, [{"shop_id": shop_id, "what": WHAT, **row}])

    # writing

    def write(
        self,
        shop_id: int,
        found: Sequence[OrderRow],
        round: int,
        *,
        reading: Reading | None = None,
        come: Iterable[Window] = (),
        odd: Sequence[Unread] = (),
    ) -> int:
        """Keep what a store said of orders, and how far the windows of *reading* have come; returns how many were news.

        Of an order that we have later news of only the sight of it is noted; of one that comes twice the later counts.
        *odd* are those that could not be read.
        """
        found = _latest(found)
        with self._database.writing() as db:
            self._unread.note_in(db, shop_id, WHAT, odd, [order.order_id for order in found])
            if met := [each.record_id for each in odd if each.record_id]:
                # What is known of them from before stays, also when a reading looks for those that are gone.
                db.execute(
                    update(orders).where(orders.c.shop_id == shop_id, orders.c.order_id.in_(met)).values(round=round)
                )
            known = self._updated(db, shop_id, [order.order_id for order in found])
            news = [each for each in found if (at := known.get(each.order_id)) is None or at <= each.updated_at]
            if news:
                upsert_rows(db, orders, _COLUMNS, [(shop_id, *each[: len(HEAD)], round) for each in news])
                self._keep_facts(db, shop_id, news, known)
            if old := [each.order_id for each in found if known.get(each.order_id, each.updated_at) > each.updated_at]:
                db.execute(
                    update(orders).where(orders.c.shop_id == shop_id, orders.c.order_id.in_(old)).values(round=round)
                )
            if reading is not None:
                self._keep_windows(db, shop_id, reading, come)
        return sum(known.get(each.order_id) != each.updated_at for each in news)

    def _updated(self, db: Connection, shop_id: int, ids: Sequence[int]) -> dict[int, str]:
        return dict(map(tuple, _UPDATED.rows(db, ids, shop=shop_id)))

    def _keep_facts(self, db: Connection, shop_id: int, news: Sequence[OrderRow], known: Mapping[int, str]) -> None:
        kept = [each for each in news if each.facts is not None]
        # What is known whole of one that has not changed since, because of who made it, stays true.
        bare = [e.order_id for e in news if e.facts is None and known.get(e.order_id, e.updated_at) != e.updated_at]
        if bare:
            db.execute(delete(order_facts).where(order_facts.c.shop_id == shop_id, order_facts.c.order_id.in_(bare)))
        upsert_rows(db, order_facts, _FACTS_COLUMNS, [(shop_id, each.order_id, each.facts) for each in kept])
        used = [(shop_id, text, each.order_id, method) for each in kept for text, method in each.marks]
        upsert_rows(db, order_codes, _CODES_COLUMNS, used)

    def _keep_windows(self, db: Connection, shop_id: int, reading: Reading, come: Iterable[Window]) -> None:
        rows = [
            {
                "shop_id": shop_id,
                "what": WHAT,
                "since": each.since,
                "until": each.until,
                "after_id": each.after_id,
                "finished": each.finished,
                "started": reading.started,
                "round": reading.round,
            }
            for each in come
        ]
        if rows:
            upsert(db, windows, rows)

    def remove_unseen(self, shop_id: int, round: int, since: datetime, until: datetime) -> list[int]:
        """Remove the orders of that time which the reading *round* did not meet: the store has them no more."""
        query = select(orders.c.order_id).where(
            orders.c.shop_id == shop_id, orders.c.round < round, orders.c.created_at.between(since, until)
        )
        with self._database.writing() as db:
            gone = [order_id for (order_id,) in db.execute(query)]
            for part in parts(gone):
                for table in (order_codes, order_facts, orders):
                    db.execute(delete(table).where(table.c.shop_id == shop_id, table.c.order_id.in_(part)))
            if gone:
                self._ledger.note(db, shop_id, "orders.gone", WHAT, {"orders": gone})
        return gone

    # reading

    def newest_change(self, shop_id: int) -> datetime | None:
        """The newest `updated_at` that was seen of any order of a store."""
        with self._database.reading() as db:
            query = select(func.max(orders.c.updated_at)).where(orders.c.shop_id == shop_id)
            return db.execute(query).scalar()

    def heads(self, shop_id: int, window: Window) -> dict[int, Head]:
        """When each order made in *window* was made and changed, as it is here."""
        query = select(orders.c.order_id, orders.c.name, orders.c.created_at, orders.c.updated_at).where(
            orders.c.shop_id == shop_id, orders.c.created_at.between(window.since, window.until)
        )
        with self._database.reading() as db:
            return {row[0]: Head(*row) for row in db.execute(query)}

    def count(self, shop_id: int, window: Window, round: int = 0) -> int:
        """How many orders created in *window* are here, of those that the reading *round* or a later one met.

        Those that could not be read are among them.
        """
        query = select(func.count()).where(
            orders.c.shop_id == shop_id,
            orders.c.round >= round,
            orders.c.created_at.between(window.since, window.until),
        )
        with self._database.reading() as db:
            return int(db.execute(query).scalar_one()) + count_unread_orders(db, shop_id, window)

    def moments(self, shop_id: int, since: datetime) -> list[datetime]:
        """When each order since then was processed, test orders and gifts left out."""
        query = select(orders.c.processed_at).where(
            orders.c.shop_id == shop_id,
            orders.c.processed_at >= since,
            orders.c.test.is_(False),
            orders.c.gift.is_(False),
        )
        with self._database.reading() as db:
            return list(db.execute(query).scalars())

    def with_codes(self, shop_id: int, names: Iterable[str], *, links: bool = False) -> set[int]:
        """The ids of orders that used one of these codes, or came by a link that carries one of these texts."""
        methods = ("code", "link") if links else ("code",)
        found: set[int] = set()
        with self._database.reading() as db:
            for part in parts(sorted({folded(name) for name in names})):
                query = select(order_codes.c.order_id).where(
                    order_codes.c.shop_id == shop_id, order_codes.c.folded.in_(part), order_codes.c.method.in_(methods)
                )
                found.update(db.execute(query).scalars().all())
        return found

    def gifts(self, shop_id: int) -> set[int]:
        """The ids of orders that were known for a gift where they were read."""
        query = select(orders.c.order_id).where(orders.c.shop_id == shop_id, orders.c.gift)
        with self._database.reading() as db:
            return {order_id for (order_id,) in db.execute(query)}

    def full(
        self,
        shop_id: int,
        ids: Collection[int],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        changed_since: datetime | None = None,
    ) -> Iterator[Order]:
        """Those of *ids* that were processed from *since* on and before *until*, whole, in order of time."""
        conditions: list[ColumnElement[bool]] = [orders.c.shop_id == shop_id]
        if since is not None:
            conditions.append(orders.c.processed_at >= since)
        if until is not None:
            conditions.append(orders.c.processed_at < until)
        if changed_since is not None:
            conditions.append(orders.c.updated_at >= changed_since)
        query = select(orders.c.order_id).where(*conditions).order_by(orders.c.processed_at, orders.c.order_id)
        with self._database.reading() as db:
            if len(ids) <= FEW:  # then going over all orders of that time takes longer
                found = [row for part in parts(sorted(ids)) for row in db.execute(_at(query, part))]
                wanted = [order_id for _, order_id in sorted((row.processed_at, row.order_id) for row in found)]
            else:
                wanted = [order_id for order_id in db.execute(query).scalars().all() if order_id in ids]
        for part in parts(wanted):
            with self._database.reading() as db:
                facts = dict(map(tuple, FACTS.rows(db, part, shop=shop_id)))
            yield from (from_facts(from_json(facts[order_id])) for order_id in part if order_id in facts)

    def changed(self, shop_id: int, since: datetime, made_before: datetime | None = None) -> set[int]:
        """The ids of orders that changed from *since* on, of those processed earlier where *made_before* says so."""
        with self._database.reading() as db:
            query = select(orders.c.order_id).where(orders.c.shop_id == shop_id, orders.c.updated_at >= since)
            if made_before is not None:
                query = query.where(orders.c.processed_at < made_before)
            return set(db.execute(query).scalars().all())

    def sent(self, shop_id: int) -> dict[int, datetime]:
        """When the first goods of orders were sent, as far as that was asked for."""
        query = select(sendings.c.order_id, sendings.c.at).where(sendings.c.shop_id == shop_id)
        with self._database.reading() as db:
            return dict(map(tuple, db.execute(query)))

    def keep_sent(self, shop_id: int, found: Mapping[int, datetime]) -> None:
        """Keep when the first goods of orders were sent."""
        rows = [{"shop_id": shop_id, "order_id": order, "at": at} for order, at in found.items()]
        with self._database.writing() as db:
            upsert(db, sendings, rows)

    def called(self, shop_id: int, names: Collection[str]) -> list[int]:
        """The ids of the orders that have one of these names."""
        query = select(orders.c.order_id).where(orders.c.shop_id == shop_id, orders.c.name.in_(list(names)))
        with self._database.reading() as db:
            return [order_id for (order_id,) in db.execute(query)]

    def customers(self, shop_id: int, email_keys: Iterable[str]) -> dict[str, frozenset[int]]:
        """The customer numbers that bought with each of these e-mails."""
        found: dict[str, set[int]] = {}
        with self._database.reading() as db:
            for part in parts(sorted(set(email_keys))):
                query = select(orders.c.email_key, orders.c.customer_id).where(
                    orders.c.shop_id == shop_id, orders.c.email_key.in_(part), orders.c.customer_id.is_not(None)
                )
                for key, customer in db.execute(query.distinct()):
                    found.setdefault(key, set()).add(customer)
        return {key: frozenset(customers) for key, customers in found.items()}

    def of_buyers(self, shop_id: int, of: Iterable[Order | Purchase]) -> list[Purchase]:
        """Every order of the people who made these, and these."""
        with self._database.reading() as db:
            return follow_buyers(
                db, shop_id, [each if isinstance(each, Purchase) else Purchase.of(each) for each in of]
            )

    def of_same_buyers(
        self, shop_id: int, order_ids: Collection[int], customers: Iterable[int], emails: Iterable[str]
    ) -> set[int]:
        """The ids of every order of the people who made *order_ids*, or are or were *customers* or have *emails*."""
        with self._database.reading() as db:
            found = follow_buyers(db, shop_id, purchases(db, shop_id, order_ids), customers, emails)
        return {each.order_id for each in found}

    def with_codes_among(self, shop_id: int, order_ids: Collection[int], names: Iterable[str]) -> set[int]:
        """Those of *order_ids* that used one of these codes, or were known for a gift where they were read."""
        texts, found = {folded(name) for name in names}, set[int]()
        with self._database.reading() as db:
            for part in parts(sorted(order_ids)):
                c = order_codes.c
                used = select(c.order_id, c.folded).where(c.shop_id == shop_id, c.order_id.in_(part))
                found.update(order for order, text in db.execute(used.where(c.method == "code")) if text in texts)
                gift = select(orders.c.order_id).where(orders.c.shop_id == shop_id, orders.c.order_id.in_(part))
                found.update(db.execute(gift.where(orders.c.gift)).scalars())
        return found


def _of(table: Table, shop_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.shop_id == shop_id, table.c.what == WHAT


def _latest(found: Iterable[OrderRow]) -> list[OrderRow]:
    """Each order once, as it was when it last changed."""
    latest: dict[int, OrderRow] = {}
    for order in found:
        if (other := latest.get(order.order_id)) is None or other.updated_at <= order.updated_at:
            latest[order.order_id] = order
    return list(latest.values())


_COLUMNS = ("shop_id", *HEAD, "round")
_FACTS_COLUMNS = ("shop_id", "order_id", "facts")
_CODES_COLUMNS = ("shop_id", "folded", "order_id", "method")


def _at(query: Select[Any], ids: Sequence[int]) -> Select[Any]:
    """The same of these orders alone, with the time of each."""
    return query.add_columns(orders.c.processed_at).where(orders.c.order_id.in_(ids)).order_by(None)


_IN_SHOP = orders.c.shop_id == bindparam("shop")
_UPDATED = Among(select(orders.c.order_id, orders.c.updated_at).where(_IN_SHOP), orders.c.order_id)
FACTS = Among(
    select(order_facts.c.order_id, order_facts.c.facts).where(order_facts.c.shop_id == bindparam("shop")),
    order_facts.c.order_id,
)
