"""What is recorded of orders, and up to when their stores were looked at: what a closing starts from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from shopinf.ledger.accountrows import Entered, read_entry
from shopinf.ledger.merging import merged_into
from shopinf.ledger.tables.payouts import closings, entries, statements
from shopinf.ledger.upserts import parts
from shopinf.payouts.entries import Kind, Recorded


@dataclass(frozen=True, slots=True)
class Look:
    """The last closing that a store was part of."""

    closing: int
    seen: datetime  # it knew every change before
    shared: bool  # was the store ever closed together with others, under one payer?


def read_look(db: Connection, shop_id: int) -> Look | None:
    """How a store was looked at last; None where it was never closed."""
    rows = db.execute(select(closings.c.id, closings.c.stores).order_by(closings.c.id.desc()))
    found = [(id, stores) for id, stores in rows if str(shop_id) in stores]
    if not found:
        return None
    id, stores = found[0]
    return Look(id, datetime.fromisoformat(stores[str(shop_id)]), any(len(each) > 1 for _, each in found))


def read_version(db: Connection, shops: Collection[int]) -> int:
    """A number that grows with every entry of these stores, and of those that were closed together with them.

    The orders of a statement move one another where tiers are in it, whichever of its stores they are of.
    """
    closed = [{int(shop) for shop in stores} for stores in db.execute(select(closings.c.stores)).scalars()]
    near = {shop for stores in closed if stores & set(shops) for shop in stores} | set(shops)
    query = select(func.max(entries.c.id)).where(entries.c.shop_id.in_(sorted(near)))
    return int(db.execute(query).scalar() or 0)


def put_together(db: Connection, query: Select[Any]) -> Iterator[tuple[Recorded, int | None]]:
    """The entries of *query* by order and influencer, each with the statement that it was entered in."""
    kept = merged_into(db)
    groups: dict[tuple[int, int, str], list[Entered]] = {}
    for row in db.execute(query).mappings():
        person = kept.get(row["person"], row["person"])
        groups.setdefault((row["shop_id"], row["order_id"], person), []).append(read_entry(row, person))
    for group in groups.values():
        recorded = Recorded.of(each.entry for each in group)
        yield recorded, next((each.statement for each in group if each.entry.step == 0), None)


def read_pool(db: Connection, statement: int, people: Collection[str]) -> list[Recorded]:
    """What is recorded of *people*'s orders that were entered in *statement* and earn by tiers."""
    of = entries.alias()
    query = select(entries).join(of, (of.c.shop_id == entries.c.shop_id) & (of.c.order_id == entries.c.order_id))
    tiered = (of.c.statement == statement, of.c.order_id != 0, of.c.step == 0, of.c.rate.contains("from"))
    found: list[Recorded] = []
    for part in parts(sorted(people)):
        found += [
            recorded
            for recorded, entered_in in put_together(db, query.where(*tiered, of.c.person.in_(part)))
            if entered_in == statement and recorded.first.account.person in people
        ]
    return found


def read_moved_elsewhere(db: Connection, shop_id: int, closing: int) -> set[tuple[int, str]]:
    """The statements and influencers with tiered orders of a store in which closings after *closing* moved others.

    Those closings were of other stores; the store's own orders are still to move with them.
    """
    kept = merged_into(db)
    first, own = entries.alias(), entries.alias()
    query = (
        select(first.c.statement, first.c.person)
        .select_from(statements)
        .join(entries, entries.c.statement == statements.c.id)
        .join(
            first,
            and_(first.c.shop_id == entries.c.shop_id, first.c.order_id == entries.c.order_id, first.c.step == 0),
        )
        .join(own, and_(own.c.statement == first.c.statement, own.c.shop_id == shop_id, own.c.step == 0))
        .where(
            statements.c.closing_id > closing,
            entries.c.kind == Kind.ADJUST,
            entries.c.shop_id != shop_id,
            first.c.rate.contains("from"),
            own.c.rate.contains("from"),
        )
        .distinct()
    )
    return {(statement, kept.get(person, person)) for statement, person in db.execute(query)}
