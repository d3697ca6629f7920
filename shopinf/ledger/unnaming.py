"""Statements of somebody who was erased: they stay, and are called so that no name is in them any more.

`S-2026-10-maya-7K` becomes `S-2026-10-x-7K`. Of the former name the journal has a keyed hash, so that a rail's report
and a file that was made before still lead to the statement.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from shopinf.ledger.merging import former_ids
from shopinf.ledger.tables.journal import journal
from shopinf.ledger.tables.payouts import statements
from shopinf.ledger.upserts import parts
from shopinf.payouts.entries import Account
from shopinf.payouts.statements import statement_name
from shopinf.people.keys import keyed
from shopinf.periods import Period

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

_KIND = "statement.renamed"


def unname(ledger: Journal, db: Connection, people: Collection[str]) -> int:
    """Take the names of *people* out of what their statements are called; returns how many that were."""
    renamed = 0
    for part in parts(sorted(former_ids(db, people))):
        for row in db.execute(select(statements).where(statements.c.person.in_(part))).mappings().all():
            account = Account(row["payer"], row["person"], row["currency"])
            days = Period(date.fromisoformat(row["period_from"]), date.fromisoformat(row["period_to"]), "")
            names = [statement_name("", days, account, length) for length in range(2, 9)]
            if row["name"] in names:
                continue
            taken = set(db.execute(select(statements.c.name).where(statements.c.name.in_(names))).scalars())
            name = next(each for each in names if each not in taken)
            db.execute(update(statements).where(statements.c.id == row["id"]).values(name=name))
            ledger.note(db, 0, _KIND, _subject(ledger, row["name"]), {"statement": row["id"]})
            renamed += 1
    return renamed


def formerly(ledger: Journal, name: str) -> int | None:
    """The statement that was called so before its influencer was erased."""
    query = select(journal.c.data).where(
        journal.c.shop_id == 0, journal.c.kind == _KIND, journal.c.subject == _subject(ledger, name)
    )
    with ledger.database.reading() as db:
        found = db.execute(query).scalar()
    return None if found is None else int(found["statement"])


def _subject(ledger: Journal, name: str) -> str:
    return f"statement:{keyed(ledger.database.key(), name.strip().casefold())}"
