"""Gifts in the ledger: planned before the call, followed after it; and the mirror of their parcels.

Each change of state is written together with its journal entry. Addresses are not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from shopinf.discounts.campaigns import same_campaign
from shopinf.gifts.plan import GiftRecord, Line, Parcel, State
from shopinf.ledger.tables.journal import gifts
from shopinf.ledger.tables.mirror import parcels
from shopinf.ledger.upserts import insert_into, parts, upsert
from shopinf.money import Money

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class Intended:
    """A gift about to be made."""

    person: str
    slot: str
    lines: Sequence[Line]
    reference: str


class Gifts:
    """The gifts of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # reading

    def of_shop(self, shop_id: int, *, campaign: str | None = None, person: str | None = None) -> list[GiftRecord]:
        """The gifts of a store, in the order they were planned; upper and lower case of a campaign are the same."""
        query = select(gifts).where(gifts.c.shop_id == shop_id)
        if person is not None:
            query = query.where(gifts.c.influencer == person)
        found = self._records(query)
        if campaign is None:
            return found
        return [each for each in found if same_campaign(each.campaign, campaign)]

    def by_ids(self, ids: Sequence[int]) -> list[GiftRecord]:
        """Gifts by the ledger's ids, in that order."""
        found: dict[int, GiftRecord] = {}
        for part in parts(ids):
            found |= {record.id: record for record in self._records(select(gifts).where(gifts.c.id.in_(part)))}
        return [found[each] for each in ids if each in found]

    def spelled(self, shop_id: int, campaign: str) -> str:
        """The campaign as it is written already in this store; upper and lower case make no difference."""
        query = select(gifts.c.campaign).where(gifts.c.shop_id == shop_id).distinct()
        with self._database.reading() as db:
            same = sorted(name for (name,) in db.execute(query) if same_campaign(name, campaign))
        return campaign if campaign in same or not same else same[0]

    def newest_draft(self, shop_id: int) -> int:
        """The highest draft id known here; 0 if none is."""
        query = select(func.max(gifts.c.draft_order_id)).where(gifts.c.shop_id == shop_id)
        with self._database.reading() as db:
            return int(db.execute(query).scalar() or 0)

    def order_ids(self, shop_id: int) -> frozenset[int]:
        """The orders that are gifts of ours: they are nobody's sale."""
        query = select(gifts.c.order_id).where(gifts.c.shop_id == shop_id, gifts.c.order_id.is_not(None))
        with self._database.reading() as db:
            return frozenset(order_id for (order_id,) in db.execute(query))

    # making

    def intend(self, shop_id: int, campaign: str, currency: str, wanted: Sequence[Intended]) -> list[int]:
        """Write down what is about to be made; returns the ledger's ids, in the order asked.

        A gift that failed, or was never sent, is planned anew in its place.
        """
        with self._database.writing() as db:
            return [self._intend(db, shop_id, campaign, currency, each) for each in wanted]

    def _intend(self, db: Connection, shop_id: int, campaign: str, currency: str, wanted: Intended) -> int:
        key = {"shop_id": shop_id, "campaign": campaign, "influencer": wanted.person, "slot": wanted.slot}
        row: dict[str, Any] = {
            "reference": wanted.reference,
            "state": State.INTENDED,
            "lines": [line.facts() for line in wanted.lines],
            "currency": currency,
            **dict.fromkeys(("retail", "draft_order_id", "before_id", "sent_at", "completing_at", "run", "error")),
        }
        made = key | row | {"made_at": self._ledger.clock.now()}
        insert = insert_into(gifts, db.dialect).values(made)
        db.execute(insert.on_conflict_do_nothing())  # another run of a team may be quicker
        mine = [gifts.c[name] == value for name, value in key.items()]
        gift = int(db.execute(select(gifts.c.id).where(*mine)).scalar_one())
        never_sent = (gifts.c.state == State.INTENDED) & gifts.c.sent_at.is_(None)
        db.execute(update(gifts).where(*mine, (gifts.c.state == State.FAILED) | never_sent).values(row))
        self._ledger.note(db, shop_id, "gift.intended", f"gift:{gift}", key | {"lines": row["lines"]})
        return gift

    def sending(self, shop_id: int, record: GiftRecord, before_id: int) -> datetime | None:
        """The creation of its draft is about to be sent: when that was; None when another run took it meanwhile.

        If its answer is lost, the draft is looked for among ids above *before_id*.
        """
        at = self._ledger.clock.now().replace(microsecond=0)
        values = {"before_id": before_id, "sent_at": at, "run": self._ledger.run}
        # Two runs of a team may plan the same gift: only one of them finds it as it was read.
        unchanged = _same(gifts.c.sent_at, record.sent_at)
        return at if self._change(shop_id, record, "gift.sending", values, State.INTENDED, unchanged) else None

    def drafted(self, shop_id: int, record: GiftRecord, draft_order_id: int, retail: Money | None) -> bool:
        """The draft is in the store."""
        values = {"state": State.DRAFTED, "draft_order_id": draft_order_id, "completing_at": None}
        if retail is not None:
            values["retail"] = retail.minor
        return self._change(shop_id, record, "gift.drafted", values, State.INTENDED)

    def completing(self, shop_id: int, record: GiftRecord, former: datetime | None) -> datetime | None:
        """The completion of its draft is about to be sent: when that was; None when another run took it meanwhile."""
        at = self._ledger.clock.now().replace(microsecond=0)
        values = {"completing_at": at, "run": self._ledger.run}
        unchanged = _same(gifts.c.completing_at, former)
        return at if self._change(shop_id, record, "gift.completing", values, State.DRAFTED, unchanged) else None

    def not_completed(self, shop_id: int, record: GiftRecord) -> None:
        """The store refused to complete the draft, so there is no doubt about it."""
        self._change(shop_id, record, "gift.not_completed", {"completing_at": None}, State.DRAFTED)

    def completed(self, shop_id: int, record: GiftRecord, order_id: int, at: datetime | None) -> None:
        """The draft is an order."""
        values = {
            "state": State.SENT,
            "order_id": order_id,
            "error": None,
            "completed_at": at or self._ledger.clock.now(),
        }
        self._change(shop_id, record, "gift.sent", values)

    def fail(self, shop_id: int, record: GiftRecord, error: str) -> None:
        """Nothing of it is in the store; the next run may try it again."""
        self._change(shop_id, record, "gift.failed", {"state": State.FAILED, "error": error})

    def cancel(self, shop_id: int, record: GiftRecord, why: str) -> None:
        """It was taken back, here or in the store, and is not made again."""
        self._change(shop_id, record, "gift.cancelled", {"state": State.CANCELLED, "error": why})

    def _change(
        self,
        shop_id: int,
        record: GiftRecord,
        kind: str,
        values: Mapping[str, Any],
        state: State | None = None,
        *conditions: ColumnElement[bool],
    ) -> bool:
        query = update(gifts).where(gifts.c.id == record.id, gifts.c.state != State.SENT, *conditions)
        if state is not None:
            query = query.where(gifts.c.state == state)
        with self._database.writing() as db:
            changed = db.execute(query.values(values)).rowcount > 0
            if changed:
                data = {name: str(value) if isinstance(value, datetime) else value for name, value in values.items()}
                self._ledger.note(db, shop_id, kind, f"gift:{record.id}", data)
        return changed

    # parcels

    def seen(self, shop_id: int, found: Sequence[Parcel]) -> None:
        """Keep what a store said of gifts' orders."""
        with self._database.writing() as db:
            upsert(db, parcels, [{"shop_id": shop_id} | {key: getattr(each, key) for key in _KEYS} for each in found])

    def parcels(self, shop_id: int, order_ids: Collection[int]) -> dict[int, Parcel]:
        """What was last said of these orders."""
        found: dict[int, Parcel] = {}
        with self._database.reading() as db:
            for part in parts(sorted(order_ids)):
                query = select(parcels).where(parcels.c.shop_id == shop_id, parcels.c.order_id.in_(part))
                for row in db.execute(query).mappings():
                    found[row["order_id"]] = Parcel(**{key: row[key] for key in _KEYS})
        return found

    def _records(self, query: Select[Any]) -> list[GiftRecord]:
        with self._database.reading() as db:
            return [_record(row) for row in db.execute(query.order_by(gifts.c.id)).mappings()]


_KEYS = [column.name for column in parcels.columns if column.name != "shop_id"]


def _same(column: Any, value: datetime | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return found


def _record(row: Mapping[Any, Any]) -> GiftRecord:
    currency = row["currency"]
    return GiftRecord(
        id=row["id"],
        campaign=row["campaign"],
        person=row["influencer"],
        slot=row["slot"],
        reference=row["reference"],
        state=State(row["state"]),
        lines=tuple([Line.from_facts(each, currency) for each in row["lines"]]),
        currency=currency,
        retail=None if row["retail"] is None else Money.from_minor(row["retail"], currency),
        draft_order_id=row["draft_order_id"],
        order_id=row["order_id"],
        before_id=row["before_id"],
        sent_at=row["sent_at"],
        completing_at=row["completing_at"],
        run=row["run"],
        error=row["error"],
        made_at=row["made_at"],
        completed_at=row["completed_at"],
    )
