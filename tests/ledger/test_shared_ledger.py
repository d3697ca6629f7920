"""A ledger on PostgreSQL that a team shares: locks, what is lost with a connection, and who is not let in."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import postgres
import pytest
from bench import Bench, PracticeWire, Ran

from shopinf.errors import Busy, MachineProblem
from shopinf.ledger.ledger import Ledger
from shopinf.local.locks import Locks
from shopinf.practice import PracticeStore

CREATE = ("discounts", "create", "--campaign", "q4", "--count", "40", "--percent", "10", "--yes")
# The time-out makes it wait until each is gone: without it a session may still answer when the next write asks it.
BESIDES_US = (
    "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = "
)
# Until the server has ended a session by itself.
GONE = """
DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid}) LOOP
        PERFORM pg_stat_clear_snapshot(), pg_sleep(0.01);
    END LOOP;
END $$
"""

AT_ONCE = 4  # writes to a store whose bucket holds 40


@pytest.fixture
def ledger_url(postgresql: postgres.Server) -> str:
    return postgresql.ledger()


def colleague(run: Bench, tmp_path: Path, store: PracticeStore) -> Bench:
    """Somebody else of the team: another home and keyring, the same ledger, the same store."""
    other = Bench(tmp_path / "colleague", clock=run.clock, wire=run.wire, environ=run.environ)
    other.connect(store).ok()
    return other


def drop_connections(server: postgres.Server) -> None:
    """As when the server is restarted, or the network fails."""
    server.sql(BESIDES_US + "'shopinf'")


# locks


def test_a_lock_keeps_the_rest_of_the_team_waiting_and_says_who_has_it(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    other = colleague(run, tmp_path, shop)
    with other.locks() as locks, locks.hold(shop.id, "writing", wait=0, command="gifts send"):
        busy = run(*CREATE, "--wait", "1")
        assert run("orders", "sync").code == 0, "reading and writing do not wait for each other"
    assert busy.code == 8
    assert "Another shopinf run is writing to maya-shop: held by shopinf gifts send, process" in busy.err
    assert not shop.writes
    run(*CREATE).ok()


def test_a_lock_taken_on_one_machine_ends_with_the_connection(
    run: Bench, shop: PracticeStore, postgresql: postgres.Server
) -> None:
    with run.locks() as ours, run.locks() as theirs, ours.hold(shop.id, "writing", wait=0, command="gifts send"):
        ours.check(shop.id)
        drop_connections(postgresql)
        with pytest.raises(MachineProblem, match="was lost, so nothing more is written to the store"):
            ours.check(shop.id)
        with theirs.hold(shop.id, "writing", wait=0, command="discounts create"):
            holder = theirs.holder(shop.id, "writing")
            assert holder
            assert holder.command == "shopinf discounts create"
            with pytest.raises(MachineProblem):
                ours.check(shop.id)
            theirs.check(shop.id)


def test_who_lost_the_lock_leaves_the_next_holders_name_alone(
    run: Bench, shop: PracticeStore, postgresql: postgres.Server
) -> None:
    with run.locks() as ours, run.locks() as theirs:
        with ours.hold(shop.id, "writing", wait=0, command="gifts send"):
            drop_connections(postgresql)
            run.clock.pass_(seconds=1)
            taken = theirs.hold(shop.id, "writing", wait=0, command="discounts create")
            taken.__enter__()
        holder = theirs.holder(shop.id, "writing")
        assert holder
        assert holder.command == "shopinf discounts create"
        with pytest.raises(Busy), ours.hold(shop.id, "writing", wait=0, command="gifts send"):
            pytest.fail("the lock was taken twice")
        taken.__exit__(None, None, None)


class Cut(PracticeWire):
    """The practice wire; the ledger's connections break when the store is written to for the *after*th time."""

    def __init__(self, wire: PracticeWire, server: postgres.Server, after: int) -> None:
        super().__init__()
        self.stores, self._server, self._left = wire.stores, server, after
        self._guard = threading.Lock()

    def send(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST":
            return super().send(request)
        with self._guard:  # one after the other, so that it is known which ones came before the break
            answer = super().send(request)
            self._left -= 1
            if self._left == 0:
                drop_connections(self._server)
        return answer


@pytest.mark.parametrize("after", [1, 2])
def test_without_its_lock_a_run_writes_nothing_more_and_the_next_one_makes_the_rest(
    run: Bench, shop: PracticeStore, postgresql: postgres.Server, after: int
) -> None:
    plain, run.wire = run.wire, Cut(run.wire, postgresql, after)
    create = [*CREATE, "--own-rules"]
    cut = run(*create)
    assert cut.code in (7, 9), "7 where codes had been made before"
    assert "The ledger at" in cut.err or "The lock in the ledger at" in cut.err
    assert after <= len(shop.writes) <= after + AT_ONCE, "of 80; each of those under way had asked for its lock before"
    run.wire = plain
    run.clock.pass_(minutes=2)
    run(*create).ok()
    assert len(shop.discount_codes) == len(shop.price_rules) == 40


def test_two_of_a_team_who_start_the_same_campaign_at_once_make_it_once(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    homes = [run, colleague(run, tmp_path, shop)]
    with ThreadPoolExecutor(2) as pool:
        ran: list[Ran] = list(pool.map(lambda home: home(*CREATE, "-f", "json", "--wait", "600"), homes))
    assert [each.code for each in ran] == [0, 0]
    assert len(shop.discount_codes) == 40
    assert len(shop.price_rules) == 1
    assert {code["code"] for each in ran for code in each.json["codes"]} == {
        code["code"] for code in shop.discount_codes.values()
    }


def test_who_was_silent_for_too_long_is_told_so_and_nothing_of_the_step_is_kept(
    run: Bench, shop: PracticeStore, postgresql: postgres.Server
) -> None:
    """A laptop that was closed in the middle of a step, and opened again."""
    before = run.look("SELECT * FROM meta ORDER BY key")
    with (
        closing(run.ledger()) as ledger,
        pytest.raises(MachineProblem, match="gave this run up: it was silent for 60 seconds") as told,
        ledger.database.writing() as db,
    ):
        db.exec_driver_sql("DELETE FROM meta WHERE key = 'hash_key'")
        pid = db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '10ms'")
        postgresql.sql(GONE.format(pid=pid))
        db.exec_driver_sql("SELECT 1")
    assert told.value.hint == "Run the same command again; what was done before is recorded."
    assert run.look("SELECT * FROM meta ORDER BY key") == before


# one ledger for all


def test_what_one_has_read_and_made_the_other_has_too(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "10", "--yes").ok()
    shop.sell("MAYA10")
    other = colleague(run, tmp_path, shop)
    (row,) = other("orders", "attribute", "--period", "today", "-f", "json").ok().json["rows"]
    assert (row["influencer"], row["orders"]) == ("maya", 1)


def test_who_disconnects_takes_only_their_own_credentials_away(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run(*CREATE).ok()
    other = colleague(run, tmp_path, shop)
    ran = other("disconnect", "maya-shop", "--yes", "-f", "json").ok()
    assert {row["what"] for row in ran.json["rows"]} == {"credentials", "connection"}
    assert "its rows in the ledger stay" in ran.err
    assert not other.keyring.entries
    assert len(run("discounts", "list", "-f", "json").ok().json["rows"]) == 40
    erased = run("disconnect", "maya-shop", "--erase-history", "--yes", "-f", "json").ok()
    assert {"codes", "price rules", "credentials"} <= {row["what"] for row in erased.json["rows"]}
    with closing(run.ledger()) as ledger:
        assert ledger.counts(shop.id, money=True) == {}


def test_text_with_a_nul_is_kept_without_it(run: Bench, shop: PracticeStore) -> None:
    next(iter(shop.products.values()))["title"] = "Base\0 Layer"
    run("products", "import").ok()
    assert "Base Layer" in run("products", "list", "-f", "csv").ok().out


# not let in


def reach(url: str, run: Bench) -> Ran:
    return run("discounts", "list", environ={"SHOPINF_LEDGER_URL": url})


def test_who_may_only_read_is_told_what_to_ask_for(
    run: Bench, shop: PracticeStore, postgresql: postgres.Server, ledger_url: str
) -> None:
    run("orders", "sync").ok()
    schema = ledger_url.rpartition("search_path%3D")[2]
    postgresql.sql(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader LOGIN; "
        "END IF; END $$"
    )
    stranger = reach(postgresql.url(schema, user="reader"), run)
    assert stranger.code == 9
    postgresql.sql(f"GRANT USAGE ON SCHEMA {schema} TO reader")
    postgresql.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader")
    reader = {"SHOPINF_LEDGER_URL": postgresql.url(schema, user="reader")}
    for period in ("today", "2026"):  # over a year credits would be kept, by who may write
        run("orders", "attribute", "--period", period, "--no-sync", environ=reader).ok()
    refused = run("orders", "sync", environ=reader)
    for ran in (stranger, refused):
        assert ran.code == 9
        assert "does not let this role do that" in ran.err
        assert "hint: Ask its owner to GRANT it USAGE" in ran.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ada:geheim@127.0.0.1:9/ledger", "cannot be reached"),
        ("postgresql://ada:geheim@nowhere.invalid/ledger", "has a host that is not found"),
        ("mysql://ada:geheim@127.0.0.1/ledger", "cannot be used"),
        ("nonsense geheim", "cannot be used"),
    ],
)
def test_a_ledger_that_cannot_be_reached_is_said_without_its_password(
    run: Bench, shop: PracticeStore, url: str, said: str
) -> None:
    ran = reach(url, run)
    assert ran.code == (9 if url.startswith("postgresql") else 2)
    assert said in ran.err
    assert "hint: " in ran.err
    assert "geheim" not in ran.err or "nonsense" in url


def test_no_such_database_and_no_such_role_are_said(
    run: Bench, shop: PracticeStore, postgresql: postgres.Server
) -> None:
    assert "knows no such database" in reach(postgresql.url("x", database="missing"), run).err
    assert "knows no such role" in reach(postgresql.url("x", user="stranger"), run).err


def test_without_the_extra_it_is_named(run: Bench, shop: PracticeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ran = run("discounts", "list")
    assert ran.code == 2
    assert "hint: " in ran.err
    assert "install 'psycopg[binary]'" in ran.err


def test_the_password_is_nowhere_when_the_server_refuses_it(run: Bench, ledger_url: str) -> None:
    broken = ledger_url.replace("shopinf@", "shopinf:geheim@").replace("search_path", "no_such_setting")
    ledger = Ledger.at(broken, shown="postgresql://shopinf:***@db/ledger", clock=run.clock)
    with closing(ledger), pytest.raises(MachineProblem) as refused:
        Locks(ledger.locks, run.clock).check(1)
        ledger.counts(1, money=True)
    assert "geheim" not in f"{refused.value} {refused.value.hint}"
