"""A machine is killed in the middle of gifts, and its last request takes effect later: nobody gets two."""

from __future__ import annotations

from pathlib import Path

import postgres
import pytest
from bench import Bench
from killed import Road

from shopinf.practice import PracticeStore

from .giving import MAYA, one_each, sheet, variant

STEPS = pytest.mark.parametrize(("method", "path"), [("POST", "/draft_orders.json"), ("PUT", "/complete.json")])


@pytest.fixture
def road(run: Bench, shop: PracticeStore) -> Road:
    run.wire = Road(run.wire, run.clock)
    return run.wire


@pytest.fixture
def command(shop: PracticeStore, tmp_path: Path) -> tuple[str, ...]:
    sku = variant(shop)["sku"]
    return ("gifts", "send", "--campaign", "spring", "--from", sheet(tmp_path, MAYA), "--variant", sku, "--yes")


def sent_once(run: Bench, road: Road, shop: PracticeStore) -> None:
    """Also after the last request has arrived."""
    run.clock.pass_(hours=1)
    road.arrive()
    one_each(shop, ["maya@x.example"])
    [row] = run("gifts", "status", "-f", "json").ok().json["rows"]
    assert row["status"] == "ordered"


@STEPS
@pytest.mark.parametrize("late", [0, 2, 30])
def test_what_is_on_its_way_is_not_sent_again(
    run: Bench, shop: PracticeStore, road: Road, command: tuple[str, ...], method: str, path: str, late: float
) -> None:
    shop.faults.throttle(f"{method} draft_orders", retry_after="60")
    with road.killed_at(method, path, late=late, time=2):
        run(*command)
    run(*command).ok()
    sent_once(run, road, shop)


@STEPS
def test_what_waits_too_long_is_not_sent_but_noted_anew(
    run: Bench, shop: PracticeStore, command: tuple[str, ...], method: str, path: str
) -> None:
    shop.faults.throttle(lambda verb, where: verb == method and where.endswith(path), retry_after="60", times=4)
    run(*command).ok()
    one_each(shop, ["maya@x.example"])
    kind = "gift.sending" if method == "POST" else "gift.completing"
    assert len(run.look(f"SELECT at FROM journal WHERE kind = '{kind}'")) == 2


class TestOnAnother:
    """Machines of a team, on PostgreSQL: one may have lost its lock and not know it, and go on sending."""

    @pytest.fixture
    def ledger_url(self, postgresql: postgres.Server) -> str:
        return postgresql.ledger()

    @STEPS
    @pytest.mark.parametrize("late", [30, 250])
    def test_what_is_on_its_way_is_not_sent_again(
        self,
        run: Bench,
        shop: PracticeStore,
        road: Road,
        command: tuple[str, ...],
        method: str,
        path: str,
        late: float,
        tmp_path: Path,
    ) -> None:
        colleague = Bench(tmp_path / "colleague", clock=run.clock, wire=road, environ=run.environ)
        colleague.connect(shop).ok()
        with road.killed_at(method, path, late=late):
            colleague(*command)
        run.clock.pass_(seconds=45)
        run(*command).ok()
        sent_once(run, road, shop)
