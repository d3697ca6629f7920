"""A ledger in a file, and back into a ledger, whichever engine holds it."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import postgres
import pytest
from bench import Bench

from shopinf.ledger import migrations
from shopinf.ledger.engine import Database
from shopinf.ledger.tables import lock_notes, meta, metadata
from shopinf.ledger.tables.credits import DERIVED
from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]


@pytest.fixture
def worked(run: Bench, shop: PracticeStore, tmp_path: Path) -> Bench:
    """A ledger with something of everything in it."""

    def work() -> None:
        make = ("discounts", "create", "--campaign", "q4", "--percent", "10", "--yes", "--commission", "10%")
        run(*make, "--influencer", "maya", "--redirect", "/collections/all", "--utm", "utm_source=x").ok()
        run(*make[:2], "--campaign", "many", *make[4:], "--count", "3").ok()
        for code in ("MAYA10", None):
            shop.sell(code, customer="ann@buyers.example")
        run("orders", "sync").ok()
        run("products", "import").ok()
        sheet = tmp_path / "people.csv"
        sheet.write_text("influencer,email,followers,commission\nzoë,zoe@x.example,1200,8%\n")
        run("influencers", "import", str(sheet)).ok()

    run.once("something of everything", work)
    return run


def rows(run: Bench) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the ledger, but for who holds a lock and what is worked out anew."""
    with closing(run.ledger()) as ledger, ledger.database.reading() as db:
        tables = [each for each in metadata.sorted_tables if each not in (meta, lock_notes, *DERIVED)]
        found = {each.name: [tuple(row) for row in db.execute(each.select())] for each in tables}
    return {name: sorted(each, key=repr) for name, each in found.items() if each}


def empty_home(worked: Bench, tmp_path: Path, postgresql: postgres.Server | None) -> Bench:
    environ = {"SHOPINF_LEDGER_URL": postgresql.ledger()} if postgresql else {}
    return Bench(tmp_path / "other", clock=worked.clock, wire=worked.wire, environ=environ)


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, worked: Bench, tmp_path: Path) -> Bench:
    """Another home with an empty ledger."""
    return empty_home(
        worked, tmp_path, request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    )


def test_an_export_brought_into_another_ledger_is_the_same_ledger(
    worked: Bench, other: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    before = rows(worked)
    assert {"codes", "price_rules", "orders", "order_facts", "variants", "influencers", "rates", "journal"} <= set(
        before
    )
    ran = worked("ledger", "export", str(tmp_path / "all.db"), "-f", "json").ok()
    assert {row["part"]: row["rows"] for row in ran.json["rows"]} == {
        name.replace("_", " "): len(each) for name, each in before.items()
    }
    other("ledger", "import", str(tmp_path / "all.db")).ok()
    assert rows(other) == before == rows(worked)
    with closing(worked.ledger()) as one, closing(other.ledger()) as two:
        assert one.database.key() == two.database.key()
    other.connect(shop).ok()
    report = ("orders", "attribute", "--period", "today", "--no-sync", "-f", "json")
    assert other(*report).ok().json == worked(*report).ok().json


def test_work_goes_on_in_the_other_ledger(worked: Bench, other: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    worked("ledger", "export", str(tmp_path / "all.db")).ok()
    other("ledger", "import", str(tmp_path / "all.db")).ok()
    other.connect(shop).ok()
    again = ("discounts", "create", "--campaign", "many", "--count", "5", "--percent", "10", "--commission", "10%")
    other(*again, "--yes").ok()
    assert len(shop.discount_codes) == 6


def test_what_is_in_a_ledger_is_only_replaced_when_it_is_said(worked: Bench, tmp_path: Path) -> None:
    backup = str(tmp_path / "all.db")
    worked("ledger", "export", backup).ok()
    sheet = tmp_path / "more.csv"
    sheet.write_text("influencer,email\nlater,later@x.example\n")
    worked("influencers", "import", str(sheet)).ok()
    later = rows(worked)
    refused = worked("ledger", "import", backup)
    assert refused.code == 2
    assert "is not empty: it has 4 codes, 2 orders" in refused.err
    assert worked("ledger", "import", backup, "--replace").code == 2, "nobody is there to be asked"
    assert "Nothing was written" in worked("ledger", "import", backup, "--replace", "--dry-run").ok().err
    assert rows(worked) == later
    worked("ledger", "import", backup, "--replace", "--yes").ok()
    assert not any("later@x.example" in repr(row) for row in rows(worked)["influencers"])


def test_an_older_copy_does_not_bring_back_who_was_forgotten(worked: Bench, other: Bench, tmp_path: Path) -> None:
    backup = str(tmp_path / "all.db")
    worked("ledger", "export", backup).ok()
    worked("influencers", "forget", "zoe@x.example", "--yes").ok()
    [mark] = rows(worked)["forgotten"]
    worked.clock.pass_(days=3)
    worked("ledger", "import", backup, "--replace", "--yes").ok()
    after = rows(worked)
    assert [row for row in after["influencers"] if "zoe" in repr(row)] == []
    assert after["forgotten"] == [mark]
    assert len(after["codes"]) == 4
    if "SHOPINF_LEDGER_URL" not in worked.environ:
        assert b"zoe@x.example" not in b"".join(path.read_bytes() for path in worked.home.glob("ledger.db*"))
    other("influencers", "forget", "ann@other.example", "--yes").ok()
    ran = other("ledger", "import", backup, "--replace", "--yes").ok()
    assert "is no copy of this ledger, so whoever was forgotten here (1 e-mail) cannot be told in it" in ran.err


def test_an_import_that_breaks_off_leaves_what_was_there(
    worked: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked("ledger", "export", str(tmp_path / "all.db")).ok()
    before = rows(worked)
    with closing(sqlite3.connect(tmp_path / "all.db")) as file, file:
        file.execute("UPDATE codes SET rule = 999")  # of no price rule
    assert worked("ledger", "import", str(tmp_path / "all.db"), "--replace", "--yes").code != 0
    assert rows(worked) == before


def test_the_file_is_private_stands_alone_and_replaces_an_older_one_whole(worked: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for _ in range(2):
        worked("ledger", "export", str(folder / "ledger-{date}.db")).ok()
    [file] = folder.iterdir()
    assert file.name == "ledger-2026-11-22.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_never_goes_where_the_ledger_is(worked: Bench, tmp_path: Path) -> None:
    ran = worked("ledger", "export", str(worked.home / "ledger.db"))
    assert ran.code == 2
    assert worked("ledger", "export", str(tmp_path / "missing" / "x.db")).code == 2
    assert rows(worked)


@pytest.mark.parametrize("content", [b"", b"name,code\n", b"SQLite format 3\0" + b"\0" * 500])
def test_a_file_that_is_no_ledger_is_refused(worked: Bench, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    ran = worked("ledger", "import", str(tmp_path / "x.db"), "--replace", "--yes")
    assert (ran.code, "x.db is not a ledger" in ran.err) == (2, True)
    assert worked("ledger", "import", str(tmp_path / "none.db")).code == 2


def test_a_file_of_a_newer_shopinf_is_refused_and_an_older_one_is_brought_up_to_date(
    worked: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "all.db"
    worked("ledger", "export", str(file)).ok()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE meta SET value = '999' WHERE key = 'version'")
    newer = worked("ledger", "import", str(file), "--replace", "--yes")
    assert (newer.code, "newer shopinf" in newer.err) == (9, True)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        with closing(Database.in_file(tmp_path / "first.db")) as first, first.writing() as table:
            table.exec_driver_sql(
                "INSERT INTO influencers (id, influencer, folded, made_at) "
                "VALUES ('1', 'leo', 'leo', '2026-01-01T00:00:00Z')"
            )
    worked("ledger", "import", str(tmp_path / "first.db"), "--replace", "--yes").ok()
    assert "leo" in worked("influencers", "list", "-f", "csv").ok().out
