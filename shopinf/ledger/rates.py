"""What is earned, of one influencer, code, campaign or product, from which day on; only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, func, or_, select

from shopinf.attribution.codebook import Since
from shopinf.ledger.tables.journal import codes
from shopinf.ledger.tables.payouts import entries, rates
from shopinf.ledger.upserts import parts
from shopinf.payouts.rates import Agreed, Subject, read_rate

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class Rates:
    """The rates of every store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def agree(self, subject: Subject, rate: str | None, since: date | None, reason: str = "") -> bool:
        """Agree on a rate from a day on; says whether that is anything new. None: none of its own from then on."""
        with self._database.writing() as db:
            query = select(rates.c.since, rates.c.rate).where(*_of(subject)).order_by(rates.c.since, rates.c.id)
            begun = [row.rate for row in db.execute(query) if row.since <= _day(since)]
            if begun and begun[-1] == rate:
                return False
            add_rates(db, self._ledger, {subject: rate}, since, reason)
            return True

    def of_store(self, shop_id: int, currency: str, people: Mapping[str, str]) -> list[Agreed]:
        """All rates that a store's orders can have; *people* are its influencers by id, with their names there."""
        with self._database.reading() as db:
            rows = db.execute(select(rates).where(rates.c.shop_id.in_((0, shop_id))).order_by(rates.c.id)).mappings()
            return [_agreed(row, currency, people) for row in rows if not row["person"] or row["person"] in people]

    def all(self) -> list[Mapping[str, Any]]:
        """Every rate as it was agreed, with who, when and why."""
        with self._database.reading() as db:
            return [dict(row) for row in db.execute(select(rates).order_by(rates.c.id)).mappings()]

    def of_subjects(self, subjects: Iterable[Subject]) -> list[Mapping[str, Any]]:
        """Every rate that was agreed for exactly these, by day."""
        found: list[Mapping[str, Any]] = []
        with self._database.reading() as db:
            for subject in subjects:
                query = select(rates).where(*_of(subject)).order_by(rates.c.since, rates.c.id)
                found += [dict(row) for row in db.execute(query).mappings()]
        return found

    def of_people(self, people: Iterable[str]) -> dict[str, tuple[Since[str | None], ...]]:
        """What was agreed with each of *people* for all they do, as text like `12%`, from which day on."""
        general = and_(rates.c.shop_id == 0, rates.c.code == 0, rates.c.campaign == "", rates.c.product == "")
        found: dict[str, dict[str, Since[str | None]]] = {}
        with self._database.reading() as db:
            for part in parts(sorted(set(people))):
                query = select(rates).where(rates.c.person.in_(part), general).order_by(rates.c.id)
                for row in db.execute(query).mappings():
                    day = date.fromisoformat(row["since"]) if row["since"] else None
                    found.setdefault(row["person"], {})[row["since"]] = Since(row["rate"], day)
        return {person: tuple(each for _, each in sorted(days.items())) for person, days in found.items()}

    def count_entered(self, subject: Subject, since: date | None) -> int:
        """How many orders are entered that a rate of *subject* from a day on would have been for."""
        query = select(func.count()).select_from(entries).where(entries.c.step == 0, entries.c.order_id != 0)
        if subject.shop_id:
            query = query.where(entries.c.shop_id == subject.shop_id)
        if subject.code:
            name = select(func.lower(codes.c.code)).where(codes.c.id == subject.code).scalar_subquery()
            query = query.where(func.lower(entries.c.code) == name)
        if subject.person:
            query = query.where(entries.c.person == subject.person)
        if since:
            query = query.where(entries.c.happened_at >= datetime.combine(since, time(), UTC))
        with self._database.reading() as db:
            return int(db.execute(query).scalar_one())


def add_rates(
    db: Connection, ledger: Journal, agreed: Mapping[Subject, str | None], since: date | None = None, reason: str = ""
) -> None:
    """Write rates down, in the caller's transaction."""
    rows = [
        {
            "shop_id": subject.shop_id,
            "code": subject.code,
            "campaign": subject.campaign,
            "person": subject.person,
            "product": subject.product,
            "since": _day(since),
            "rate": rate,
            "at": ledger.clock.now(),
            "by": ledger.by,
            "reason": reason,
        }
        for subject, rate in agreed.items()
    ]
    if rows:
        db.execute(rates.insert(), rows)


def move_rates(db: Connection, gone: str, kept: str) -> int:
    """Give somebody's rates to *kept*, but for those that *kept* has for the same thing and day."""
    mine = rates.alias()
    same = and_(
        mine.c.person == kept,
        *(mine.c[name] == rates.c[name] for name in ("shop_id", "code", "campaign", "product", "since")),
    )
    alike = select(mine.c.id).where(same).exists()
    db.execute(rates.delete().where(rates.c.person == gone, alike))
    return db.execute(rates.update().where(rates.c.person == gone).values(person=kept)).rowcount


def _of(subject: Subject) -> tuple[Any, ...]:
    spelled = or_(rates.c.campaign == subject.campaign, rates.c.campaign == subject.campaign.casefold())
    return (
        rates.c.shop_id == subject.shop_id,
        rates.c.code == subject.code,
        spelled,
        rates.c.person == subject.person,
        rates.c.product == subject.product,
    )


def _day(since: date | None) -> str:
    return since.isoformat() if since else ""


def _agreed(row: Mapping[Any, Any], currency: str, people: Mapping[str, str]) -> Agreed:
    who = people.get(row["person"], row["person"])
    subject = Subject(row["shop_id"], row["code"], row["campaign"], who, row["product"])
    day = date.fromisoformat(row["since"]) if row["since"] else None
    return Agreed(subject, read_rate(row["rate"], currency) if row["rate"] else None, day, row["id"])
