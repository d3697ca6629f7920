"""The ledger that the migrations make is the one that the tables describe."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, UniqueConstraint, inspect, select

from shopinf.errors import MachineProblem
from shopinf.ledger import migrations
from shopinf.ledger.engine import Database
from shopinf.ledger.tables import lock_notes, meta, metadata
from shopinf.ledger.tables.journal import price_rules

TABLES = sorted((table for table in metadata.tables.values() if table is not meta), key=lambda table: table.name)


pytestmark = pytest.mark.both_engines


@pytest.fixture
def ledger(tmp_path: Path, ledger_url: str | None) -> Iterator[Database]:
    database = Database(ledger_url or f"sqlite:///{tmp_path}/ledger.db", shown="the ledger")
    yield database
    database.close()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_migrated_table_is_as_it_is_described(table: Table, ledger: Database) -> None:
    with ledger.reading() as db:
        made = inspect(db)
        columns = {column["name"]: column["nullable"] for column in made.get_columns(table.name)}
        key = made.get_pk_constraint(table.name)["constrained_columns"]
        unique = {tuple(each["column_names"]) for each in made.get_unique_constraints(table.name)}
        found = [each for each in made.get_indexes(table.name) if "duplicates_constraint" not in each]
        indexes = {(each["name"], tuple(each["column_names"])) for each in found}
    keys = [column.name for column in table.primary_key]
    described = {column.name: bool(column.nullable) for column in table.columns}
    assert {n: v for n, v in columns.items() if n not in keys} == {n: v for n, v in described.items() if n not in keys}
    assert key == keys
    fences = {tuple(c.name for c in each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)}
    assert unique == fences
    assert indexes == {(each.name, tuple(c.name for c in each.columns)) for each in table.indexes}


def test_no_table_is_made_that_is_not_described(ledger: Database) -> None:
    with ledger.reading() as db:
        assert set(inspect(db).get_table_names()) == set(metadata.tables)


def test_a_ledger_of_a_newer_shopinf_is_left_alone(ledger: Database) -> None:
    with ledger.writing() as db:
        db.execute(meta.update().where(meta.c.key == "version").values(value="999"))
    ledger.close()
    with pytest.raises(MachineProblem, match="newer shopinf"), ledger.reading():
        pass


def test_a_ledger_of_an_earlier_version_opens_as_it_is(
    tmp_path: Path, ledger_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here one from before a rule said which run sent it."""
    url = ledger_url or f"sqlite:///{tmp_path}/ledger.db"
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:2])
        with closing(Database(url, shown="the ledger")) as former, former.writing() as db:
            db.exec_driver_sql(
                "INSERT INTO price_rules (shop_id, campaign, terms_key, terms, reference, title, origin, state, "
                "sent_at) VALUES (1, 'q4', 'k', '{}', 'r', 't', 'made', 'intended', '2026-11-22T12:00:00Z')"
            )
    with closing(Database(url, shown="the ledger")) as ledger, ledger.reading() as db:
        [rule] = db.execute(select(price_rules)).mappings()
    assert (rule["campaign"], rule["sent_at"], rule["run"]) == ("q4", datetime(2026, 11, 22, 12, tzinfo=UTC), None)


def test_many_who_open_a_new_ledger_at_once_find_the_same_one(tmp_path: Path, ledger_url: str | None) -> None:
    def key(_: int) -> bytes:
        database = Database(ledger_url or f"sqlite:///{tmp_path}/ledger.db", shown="the ledger")
        try:
            return database.key()
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(key, range(8)))) == 1


def test_what_a_writing_block_reads_stays_true_until_it_is_written(ledger: Database) -> None:
    def count(_: int) -> None:
        with ledger.writing() as db:
            found = db.execute(select(meta.c.value).where(meta.c.key == "counter")).scalar()
            db.execute(meta.delete().where(meta.c.key == "counter"))
            db.execute(meta.insert().values(key="counter", value=str(int(found or 0) + 1)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with ledger.reading() as db:
        assert db.execute(select(meta.c.value).where(meta.c.key == "counter")).scalar() == "40"


def test_a_block_that_fails_leaves_nothing(ledger: Database) -> None:
    with pytest.raises(ZeroDivisionError), ledger.writing() as db:
        db.execute(meta.insert().values(key="half", value="1"))
        raise ZeroDivisionError
    with ledger.reading() as db:
        assert db.execute(select(meta.c.value).where(meta.c.key == "half")).scalar() is None


def test_text_sorts_alike_whatever_the_engine(ledger: Database) -> None:
    words = ["b", "a", "B", "ä", "-a", "_", "1"]
    with ledger.writing() as db:
        db.execute(lock_notes.insert(), [{"name": word, "note": ""} for word in words])
    with ledger.reading() as db:
        assert list(db.execute(select(lock_notes.c.name).order_by(lock_notes.c.name)).scalars()) == sorted(words)
