"""The ledger that the migrations make is the one that the tables describe."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Table, UniqueConstraint, inspect

from shopinf.errors import MachineProblem
from shopinf.ledger import ledger as _every_table_is_known  # noqa: F401
from shopinf.ledger.engine import Database
from shopinf.ledger.tables import meta, metadata

TABLES = sorted((table for table in metadata.tables.values() if table is not meta), key=lambda table: table.name)


@pytest.fixture
def ledger(tmp_path: Path) -> Database:
    return Database.in_file(tmp_path / "ledger.db")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_migrated_table_is_as_it_is_described(table: Table, ledger: Database) -> None:
    with ledger.reading() as db:
        made = inspect(db)
        columns = {column["name"]: column["nullable"] for column in made.get_columns(table.name)}
        key = made.get_pk_constraint(table.name)["constrained_columns"]
        unique = {tuple(each["column_names"]) for each in made.get_unique_constraints(table.name)}
        indexes = {(each["name"], tuple(each["column_names"])) for each in made.get_indexes(table.name)}
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
