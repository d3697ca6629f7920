"""What one ledger's books have that another's lack: statements, and payments that are under way or went out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from shopinf.ledger.engine import Database
from shopinf.ledger.tables.payouts import payments, runs, statements
from shopinf.payouts.runs import LIVE


@dataclass(frozen=True, slots=True)
class Books:
    """Statements by name, and live payments by run and statement."""

    statements: frozenset[str]
    payments: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, database: Database) -> Books:
        live = (
            select(runs.c.name, statements.c.name)
            .join(payments, payments.c.run == runs.c.id)
            .join(statements, statements.c.id == payments.c.statement)
            .where(payments.c.state.in_(LIVE))
        )
        with database.reading() as db:
            named = frozenset(db.execute(select(statements.c.name)).scalars())
            return cls(named, frozenset((run, name) for run, name in db.execute(live)))

    def but(self, others: Books) -> Books:
        """What these have and *others* lack."""
        return Books(self.statements - others.statements, self.payments - others.payments)
