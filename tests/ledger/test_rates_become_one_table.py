"""What influencers and codes earned stood in two places; as rows of one table it comes to the same on every day."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bench import StillClock
from sqlalchemy import Connection, text

from shopinf.ledger import migrations
from shopinf.ledger.engine import Database
from shopinf.ledger.ledger import Ledger
from shopinf.ledger.tables.journal import journal
from shopinf.payouts.rates import RateBook, Subject

pytestmark = pytest.mark.both_engines
AT = "2026-01-01T00:00:00Z"
BEFORE = migrations.MIGRATIONS.index(migrations._RATES)
DAYS = [date(2026, month, day) for month in range(1, 7) for day in (1, 15)]

# Of each code: what its row says, and the changes in the order they were said (from, to, from which day on).
CODES: dict[int, tuple[str | None, list[tuple[str | None, str | None, str]]]] = {
    1: ("10%", []),
    2: (None, []),
    3: ("15%", [("10%", "15%", "2026-03-01")]),
    4: ("20%", [("10%", "15%", "2026-04-01"), ("15%", "20%", "2026-02-15")]),
    5: ("8.00", [(None, "8.00", "2026-03-10")]),
}
INFLUENCERS = [
    ("mia", "", "12%"),
    ("mia", "2026-05-01", "14%"),
    ("leo", "2026-02-01", "9%"),
    ("leo", "2026-04-01", None),
]
# What reports said of them, by what stood there.
EXPECTED = {
    (1, "mia"): dict.fromkeys(DAYS, "10%"),
    (2, "mia"): {day: "12%" if day < date(2026, 5, 1) else "14%" for day in DAYS},
    (2, "leo"): {day: "9%" if date(2026, 2, 1) <= day < date(2026, 4, 1) else None for day in DAYS},
    (3, "mia"): {day: "10%" if day < date(2026, 3, 1) else "15%" for day in DAYS},
    (4, "mia"): {day: "10%" if day < date(2026, 2, 15) else "20%" for day in DAYS},
    (5, "leo"): {
        day: "8.00" if day >= date(2026, 3, 10) else "9%" if day >= date(2026, 2, 1) else None for day in DAYS
    },
}


def fill(database: Database) -> None:
    with database.writing() as db:
        rule = "INSERT INTO price_rules (id, shop_id, campaign, terms_key, terms, reference, title, origin, state) "
        db.execute(text(rule + "VALUES (1, 7, 'x', 'k', '{}', 'r', 't', 'made', 'live')"))
        for id, (commission, changes) in CODES.items():
            code = (
                "INSERT INTO codes (id, shop_id, campaign, influencer, slot, code, folded, rule, origin, state, "
                "commission, explicit, made_at) VALUES (:id, 7, 'x', 'p', :slot, :slot, :slot, 1, 'made', 'live', "
                ":commission, :explicit, :at)"
            )
            values = {"id": id, "slot": f"c{id}", "commission": commission, "explicit": True, "at": AT}
            db.execute(text(code), values)
            note(db, id, {"redirect": "/x", "day": "2026-01-05", "former_redirect": None})
            for former, now, day in changes:
                note(db, id, {"commission": now, "day": day, "former_commission": former})
        for person, since, rate in INFLUENCERS:
            row = "INSERT INTO rates (person, since, commission, at) VALUES (:person, :since, :rate, :at)"
            db.execute(text(row), {"person": person, "since": since, "rate": rate, "at": AT})


def note(db: Connection, code: int, data: dict[str, str | None]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    row = {"at": at, "run": "r", "shop_id": 7, "kind": "code.changed", "subject": f"code:{code}", "data": data}
    db.execute(journal.insert().values(row))


def test_rates_of_one_table_come_to_what_they_came_to_in_two(
    tmp_path: Path, ledger_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ledger_url or f"sqlite:///{tmp_path}/ledger.db"
    with monkeypatch.context() as former:
        former.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:BEFORE])
        with closing(Database(url, shown="the ledger")) as database:
            fill(database)
    with closing(Ledger.at(url, shown="the ledger", clock=StillClock())) as ledger:
        people = {"mia": "mia", "leo": "leo"}
        book = RateBook(ledger.rates.of_store(7, "USD", people))
        found = {
            (code, person): {
                day: str(agreed.rate) if (agreed := book.winning(Subject(7, code, "x", person), day)) else None
                for day in DAYS
            }
            for code, person in EXPECTED
        }
        assert found == EXPECTED
        assert {row["reason"] for row in ledger.rates.all()} == {""}
