"""Files to import that are no ledgers, are damaged, or are made to look like ledgers; and a ledger that got damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

FACTS = "(SELECT facts FROM order_facts LIMIT 1)"


@pytest.fixture
def backup(run: Bench, shop: PracticeStore, tmp_path: Path) -> Path:
    """A copy of a ledger with codes, an order, a gift and a statement's worth of people in it."""

    def work() -> None:
        make = ("discounts", "create", "--campaign", "q4", "--percent", "10", "--yes", "--commission", "10%")
        run(*make, "--influencer", "maya", "--utm", "utm_source=x").ok()
        shop.sell("MAYA10")
        run("orders", "sync").ok()

    run.once("codes and an order", work)
    file = tmp_path / "backup.db"
    run("ledger", "export", str(file)).ok()
    return file


def imported(run: Bench, file: Path) -> Ran:
    """What importing *file* comes to, which is the same when it is only tried out, and changes nothing."""
    before = run("discounts", "list", "-f", "json").out, run.look("SELECT count(*) FROM journal")
    tried = run("ledger", "import", str(file), "--replace", "--dry-run")
    ran = run("ledger", "import", str(file), "--replace", "--yes")
    assert (tried.code, tried.err) == (ran.code, ran.err)
    assert (run("discounts", "list", "-f", "json").out, run.look("SELECT count(*) FROM journal")) == before
    assert not list(run.home.glob("import-*"))
    return ran


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE VIEW odd AS SELECT 1", "is not a ledger"),
        ("CREATE TRIGGER odd AFTER UPDATE ON meta BEGIN DELETE FROM meta; END", "is not a ledger"),
        ("DELETE FROM meta", "is not a ledger"),
        ("DROP TABLE meta; CREATE VIEW meta AS SELECT 'version' AS key, '1' AS value", "is not a ledger"),
        ("ALTER TABLE meta RENAME COLUMN value TO worth", "is not a ledger"),
        ("UPDATE meta SET value = 'soon' WHERE key = 'version'", "is not a ledger"),
        ("UPDATE meta SET value = '-3' WHERE key = 'version'", "is not a ledger"),
        ("UPDATE meta SET value = '2' WHERE key = 'version'", "its tables are not those of a ledger"),
        ("DELETE FROM meta WHERE key = 'hash_key'", "without its key"),
        ("UPDATE meta SET value = 'none' WHERE key = 'hash_key'", "without its key"),
        ("DROP TABLE gifts", "the table gifts is missing"),
        ("ALTER TABLE codes DROP COLUMN commission", "the column commission of the table codes is missing"),
        ("UPDATE journal SET data = '[1]'", "what data of the table journal holds cannot be read"),
        ("UPDATE journal SET data = '{'", "what data of the table journal holds"),
        ("UPDATE codes SET utm = '{\"a\"'", "what utm of the table codes holds"),
        ("UPDATE codes SET made_at = '2026-02-30T10:00:00Z'", "what made_at of the table codes holds"),
        ("UPDATE orders SET updated_at = 'yesterday'", "what updated_at of the table orders holds"),
        ("UPDATE orders SET test = 7", "what test of the table orders holds"),
        ("UPDATE orders SET customer_id = 'ann'", "what customer_id of the table orders holds"),
        ("UPDATE orders SET round = 1.5", "what round of the table orders holds"),
        ("UPDATE codes SET slot = x'00ff'", "what slot of the table codes holds"),
        ("UPDATE price_rules SET terms = '{}'", "what row 1 of the table price_rules holds"),
        ("UPDATE price_rules SET origin = 'stolen'", "what row 1 of the table price_rules holds"),
        ("UPDATE order_facts SET facts = 'no JSON'", "of the table order_facts holds"),
        ("UPDATE order_facts SET facts = '{\"v\": 1}'", "of the table order_facts holds"),
        (f"UPDATE order_facts SET facts = json_set({FACTS}, '$.v', 99)", "of the table order_facts holds"),
        (f"UPDATE order_facts SET facts = json_set({FACTS}, '$.lines', 5)", "of the table order_facts holds"),
    ],
)
def test_a_file_that_is_no_whole_ledger_is_refused_before_anything_is_taken(
    run: Bench, backup: Path, made: str, said: str
) -> None:
    with closing(sqlite3.connect(backup)) as file:
        file.executescript(made)
    ran = imported(run, backup)
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {backup} is " in ran.err
    assert said in ran.err


def test_rows_that_contradict_the_ledgers_own_rules_are_refused_as_one_step(run: Bench, backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as file:
        file.executescript(
            "CREATE TABLE former AS SELECT * FROM codes; DROP TABLE codes; CREATE TABLE codes AS SELECT * FROM former;"
            "DROP TABLE former; INSERT INTO codes SELECT * FROM codes"
        )
    ran = run("ledger", "import", str(backup), "--replace", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "contradict one another" in ran.err
    assert len(run("discounts", "list", "-f", "json").ok().json["rows"]) == 1


@pytest.mark.parametrize("cut", [0, 1, 100, 5000, -4096, -1])
def test_a_copy_that_was_cut_off_is_refused(run: Bench, backup: Path, cut: int) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[:cut])
    ran = imported(run, backup)
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {backup} is not a ledger" in ran.err


def test_a_copy_with_damaged_pages_is_refused(run: Bench, backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    for place in range(4096 + 8, len(content), 4096):
        content[place : place + 200] = b"\xa5" * 200
    backup.write_bytes(content)
    ran = imported(run, backup)
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {backup} is not a ledger" in ran.err


@pytest.mark.parametrize("damage", ["cut off", "overwritten", "no database"])
def test_a_ledger_of_ones_own_that_got_damaged_is_named_with_the_way_back(
    run: Bench, shop: PracticeStore, backup: Path, damage: str
) -> None:
    file = run.home / "ledger.db"
    content = file.read_bytes()
    match damage:
        case "cut off":
            broken = content[: len(content) // 2]
        case "overwritten":
            broken = content[:4096] + b"\xa5" * (len(content) - 4096)
        case _:
            broken = b"This is no database, and longer than its head. " * 200
    file.write_bytes(broken)
    for command in (
        ("discounts", "list"),
        ("orders", "sync"),
        ("discounts", "create", "--campaign", "q5", "--influencer", "maya", "--percent", "15"),
        ("ledger", "export", str(run.home / "new.db")),
    ):
        ran = run(*command)
        assert (ran.code, ran.out) == (9, "")
        assert f"The ledger {file} is damaged or is not a ledger" in ran.err
        assert "hint: It was left as it is." in ran.err
        assert "shopinf ledger import FILE" in ran.err
    assert file.read_bytes() == broken
    file.rename(run.home / "damaged.db")
    run("ledger", "import", str(backup)).ok()
    assert [row["code"] for row in run("discounts", "list", "-f", "json").ok().json["rows"]] == ["MAYA10"]
    assert len(shop.price_rules) == 1
