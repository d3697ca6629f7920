"""The ledger as a desk holds it: one database, and a shelf for each thing that is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from shopinf.ledger.engine import Database
from shopinf.ledger.erasing import erase_people, known_only_by
from shopinf.ledger.journal import Journal
from shopinf.ledger.leaving import count_money, detach_rates, erase_money, owed, rows_of
from shopinf.ledger.tables import metadata
from shopinf.ledger.tables.credits import DERIVED
from shopinf.money import Money
from shopinf.sharedproperty import shared_property
from shopinf.times import Clock

if TYPE_CHECKING:
    from shopinf.ledger.accounts import Accounts
    from shopinf.ledger.codes import Codes
    from shopinf.ledger.combining import CombiningShelf
    from shopinf.ledger.credits import Credits
    from shopinf.ledger.decisions import Decisions
    from shopinf.ledger.dispatches import Dispatches
    from shopinf.ledger.enrichment import Enrichment
    from shopinf.ledger.forgetting import Forgetting
    from shopinf.ledger.gifts import Gifts
    from shopinf.ledger.jobs import Jobs
    from shopinf.ledger.leads import Leads
    from shopinf.ledger.locks import AdvisoryKeeper
    from shopinf.ledger.oldfacts import OldFacts
    from shopinf.ledger.orders import Orders
    from shopinf.ledger.payments import Payments
    from shopinf.ledger.people import People
    from shopinf.ledger.products import Products
    from shopinf.ledger.rates import Rates
    from shopinf.ledger.repeats import Repeats
    from shopinf.ledger.roster import Roster
    from shopinf.ledger.sightings import Sightings
    from shopinf.ledger.unread import UnreadRecords
    from shopinf.ledger.visits import OrderVisits


class Ledger(Journal):
    """The journal, the mirror and the people of every store that this machine or team looks after."""

    @classmethod
    def in_file(cls, path: Path, *, clock: Clock) -> Ledger:
        return cls(Database.in_file(path), clock)

    @classmethod
    def at(cls, url: str, *, shown: str, clock: Clock) -> Ledger:
        return cls(Database(url, shown=shown), clock)

    @property
    def shown(self) -> str:
        """Where it is, without any password."""
        return self.database.shown

    @property
    def shared(self) -> bool:
        """Is it a database that a team shares, rather than a file of this machine?"""
        return self.database.shared

    @shared_property
    def locks(self) -> AdvisoryKeeper:
        """The keeper of the stores' locks, where the ledger is shared."""
        from shopinf.ledger.locks import AdvisoryKeeper

        return AdvisoryKeeper(self.database)

    @shared_property
    def codes(self) -> Codes:
        from shopinf.ledger.codes import Codes

        return Codes(self)

    @shared_property
    def jobs(self) -> Jobs:
        from shopinf.ledger.jobs import Jobs

        return Jobs(self)

    @shared_property
    def credits(self) -> Credits:
        from shopinf.ledger.credits import Credits

        return Credits(self)

    @shared_property
    def combining(self) -> CombiningShelf:
        from shopinf.ledger.combining import CombiningShelf

        return CombiningShelf(self)

    @shared_property
    def people(self) -> People:
        from shopinf.ledger.people import People

        return People(self)

    @shared_property
    def roster(self) -> Roster:
        from shopinf.ledger.roster import Roster

        return Roster(self)

    @shared_property
    def forgetting(self) -> Forgetting:
        from shopinf.ledger.forgetting import Forgetting

        return Forgetting(self)

    @shared_property
    def enrichment(self) -> Enrichment:
        from shopinf.ledger.enrichment import Enrichment

        return Enrichment(self)

    @shared_property
    def orders(self) -> Orders:
        from shopinf.ledger.orders import Orders

        return Orders(self)

    @shared_property
    def old_facts(self) -> OldFacts:
        from shopinf.ledger.oldfacts import OldFacts

        return OldFacts(self)

    @shared_property
    def repeats(self) -> Repeats:
        from shopinf.ledger.repeats import Repeats

        return Repeats(self)

    @shared_property
    def visits(self) -> OrderVisits:
        from shopinf.ledger.visits import OrderVisits

        return OrderVisits(self)

    @shared_property
    def unread(self) -> UnreadRecords:
        from shopinf.ledger.unread import UnreadRecords

        return UnreadRecords(self)

    @shared_property
    def decisions(self) -> Decisions:
        from shopinf.ledger.decisions import Decisions

        return Decisions(self)

    @shared_property
    def dispatches(self) -> Dispatches:
        from shopinf.ledger.dispatches import Dispatches

        return Dispatches(self)

    @shared_property
    def products(self) -> Products:
        from shopinf.ledger.products import Products

        return Products(self)

    @shared_property
    def gifts(self) -> Gifts:
        from shopinf.ledger.gifts import Gifts

        return Gifts(self)

    @shared_property
    def rates(self) -> Rates:
        from shopinf.ledger.rates import Rates

        return Rates(self)

    @shared_property
    def sightings(self) -> Sightings:
        from shopinf.ledger.sightings import Sightings

        return Sightings(self)

    @shared_property
    def accounts(self) -> Accounts:
        from shopinf.ledger.accounts import Accounts

        return Accounts(self)

    @shared_property
    def payments(self) -> Payments:
        from shopinf.ledger.payments import Payments

        return Payments(self)

    @shared_property
    def leads(self) -> Leads:
        from shopinf.ledger.leads import Leads

        return Leads(self)

    def owed(self, shop_id: int) -> list[Money]:
        """What is open between a store that pays for itself and its influencers, in each currency."""
        with self.database.reading() as db:
            return owed(db, shop_id)

    def counts(self, shop_id: int, *, money: bool) -> dict[str, int]:
        """What `erase_store` would remove: rows of each table, and people known by this store alone."""
        with self.database.reading() as db:
            found = {
                table.name: db.execute(
                    select(func.count()).select_from(table).where(rows_of(table, shop_id, money=money))
                ).scalar_one()
                for table in _OF_STORES
                if table not in DERIVED
            }
            found["influencers"] = len(known_only_by(db, shop_id))
            found |= count_money(db, shop_id) if money else {}
        return {name: count for name, count in found.items() if count}

    def erase_store(self, shop_id: int, *, money: bool) -> dict[str, int]:
        """Remove every row of a store and the people known by it alone, overwritten; returns how many of each table.

        What was earned, stated, paid, agreed and decided goes only with *money*; without it stays, under opaque ids.
        """
        gone: dict[str, int] = {}
        with self.database.writing() as db:
            people = known_only_by(db, shop_id)
            gone |= erase_money(db, shop_id) if money else {}
            detach_rates(db, shop_id)
            for table in DERIVED:
                db.execute(delete(table).where(table.c.shop_id == shop_id))
            for table in reversed(_OF_STORES):
                rows = db.execute(delete(table).where(rows_of(table, shop_id, money=money))).rowcount
                gone[table.name] = gone.get(table.name, 0) + rows
            gone["influencers"] = erase_people(self, db, people)
            self.database.owe(db)
        self.database.compact()
        return {name: count for name, count in gone.items() if count}

    def close(self) -> None:
        if "locks" in self.__dict__:
            self.locks.close()
        self.database.close()


_OF_STORES = [each for each in metadata.sorted_tables if "shop_id" in each.c]
