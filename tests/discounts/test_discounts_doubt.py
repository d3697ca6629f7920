"""A machine is killed in the middle of codes, and its last request takes effect later: nothing is made twice."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import postgres
import pytest
from bench import Bench
from killed import Road

from shopinf.practice import PracticeStore

ONE = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")
SHARED = ("discounts", "create", "--campaign", "w", "--count", "3", "--percent", "15", "--yes")
WAYS = pytest.mark.parametrize(("command", "codes"), [(ONE, 1), (SHARED, 3)], ids=["own", "shared"])


@pytest.fixture
def road(run: Bench, shop: PracticeStore) -> Road:
    run.wire = Road(run.wire, run.clock)
    return run.wire


@pytest.fixture
def colleague(run: Bench, shop: PracticeStore, road: Road, tmp_path: Path) -> Bench:
    """Another machine: a home and a keyring of its own, the same ledger and store."""
    other = Bench(tmp_path / "colleague", clock=run.clock, wire=road, environ=run.environ)
    other.connect(shop).ok()
    return other


def made_once(run: Bench, road: Road, shop: PracticeStore, codes: int) -> None:
    """Nothing is there twice, also after the last request has arrived, and the ledger knows all that is there."""
    run.clock.pass_(hours=1)
    road.arrive()
    assert len(shop.discount_codes) == codes
    assert len(shop.price_rules) == 1
    assert {code["price_rule_id"] for code in shop.discount_codes.values()} == set(shop.price_rules)
    rows = run("discounts", "list", "-f", "json").ok().json["rows"]
    assert {row["discount_code_id"] for row in rows} == set(shop.discount_codes)


class TestOnOneMachine:
    """And on any ledger: who is killed has ended, whatever they sent."""

    @WAYS
    def test_a_rule_that_waited_for_the_rate_limit_is_not_made_again(
        self, run: Bench, shop: PracticeStore, road: Road, command: tuple[str, ...], codes: int
    ) -> None:
        shop.faults.throttle("POST price_rules.json", retry_after="60")
        with road.killed_at("POST", "/price_rules.json", late=30, time=2):
            run(*command)
        run(*command).ok()
        made_once(run, road, shop, codes)

    @WAYS
    def test_a_rule_that_waits_too_long_is_not_sent_but_noted_anew(
        self, run: Bench, shop: PracticeStore, command: tuple[str, ...], codes: int
    ) -> None:
        """Else nobody could tell when a request that was noted long ago may still arrive."""
        shop.faults.throttle("POST price_rules.json", retry_after="60", times=4)
        run(*command).ok()
        assert len(shop.price_rules) == 1
        noted = run.look("SELECT at FROM journal WHERE kind = 'rules.sent' ORDER BY id")
        assert len(noted) == 2

    def test_a_code_whose_look_up_lags_is_ours(self, run: Bench, shop: PracticeStore, road: Road) -> None:
        with road.killed_at("POST", "/discount_codes.json", late=0):
            run(*ONE)
        shop.faults.fail("GET discount_codes/lookup.json", status=404, body={"errors": "Not Found"})
        run(*ONE).ok()
        made_once(run, road, shop, 1)

    def test_the_codes_of_a_job_whose_look_up_lags_are_ours(self, run: Bench, shop: PracticeStore, road: Road) -> None:
        with road.killed_at("POST", "/batch.json", late=0):
            run(*SHARED)
        run.clock.pass_(minutes=1)
        shop.faults.fail("GET discount_codes/lookup.json", status=404, body={"errors": "Not Found"}, times=3)
        run(*SHARED).ok()
        made_once(run, road, shop, 3)


class TestOnAnother:
    """Machines of a team, on PostgreSQL: one may have lost its lock and not know it, and go on sending."""

    @pytest.fixture
    def ledger_url(self, postgresql: postgres.Server) -> str:
        return postgresql.ledger()

    @WAYS
    @pytest.mark.parametrize("late", [30, 100, 250])
    def test_a_rule_on_its_way_is_not_made_again(
        self,
        run: Bench,
        shop: PracticeStore,
        road: Road,
        colleague: Bench,
        command: tuple[str, ...],
        codes: int,
        late: float,
    ) -> None:
        with road.killed_at("POST", "/price_rules.json", late=late):
            colleague(*command)
        run.clock.pass_(seconds=45)
        ran = run(*command).ok()
        assert ("looking again" in ran.err) is (late > 45)
        made_once(run, road, shop, codes)

    @WAYS
    def test_a_rule_that_waited_for_the_rate_limit_is_not_made_again(
        self, run: Bench, shop: PracticeStore, road: Road, colleague: Bench, command: tuple[str, ...], codes: int
    ) -> None:
        shop.faults.throttle("POST price_rules.json", retry_after="60")
        with road.killed_at("POST", "/price_rules.json", late=30, time=2):
            colleague(*command)
        run(*command).ok()
        made_once(run, road, shop, codes)

    @pytest.mark.parametrize("late", [0, 2, 30, 100])
    @pytest.mark.parametrize(
        ("command", "path", "codes"), [(ONE, "/discount_codes.json", 1), (SHARED, "/batch.json", 3)], ids=["own", "job"]
    )
    def test_codes_on_their_way_are_not_made_again(
        self,
        run: Bench,
        shop: PracticeStore,
        road: Road,
        colleague: Bench,
        command: tuple[str, ...],
        path: str,
        codes: int,
        late: float,
    ) -> None:
        with road.killed_at("POST", path, late=late):
            colleague(*command)
        run(*command).ok()
        made_once(run, road, shop, codes)

    def test_a_clock_that_is_ahead_does_not_keep_the_others_waiting(
        self, run: Bench, shop: PracticeStore, road: Road, colleague: Bench
    ) -> None:
        with road.killed_at("POST", "/price_rules.json", late=30):
            colleague(*ONE)
        with closing(run.ledger()) as ledger, ledger.database.writing() as db:
            db.exec_driver_sql("UPDATE price_rules SET sent_at = '2026-11-23T12:00:00Z'")
        shop.faults.fail("GET price_rules.json", status=200, body={"price_rules": []}, times=2)  # around, and for it
        begun = run.clock.monotonic()
        run(*ONE).ok()
        assert 300 <= run.clock.monotonic() - begun < 310
        made_once(run, road, shop, 1)
