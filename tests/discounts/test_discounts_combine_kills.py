"""Killed while codes combine, whatever the moment: the next run looks, and does what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from killed import Road

from shopinf.practice import PracticeStore
from shopinf.practice.graph_discounts import setting

pytestmark = pytest.mark.slow

PEOPLE = 6


@pytest.fixture
def people(tmp_path: Path) -> str:
    path = tmp_path / "people.csv"
    path.write_text("influencer\n" + "".join(f"person{n}\n" for n in range(PEOPLE)))
    return str(path)


def combined(shop: PracticeStore) -> int:
    """How many codes combine with the order's discounts; there is one of each."""
    assert len(shop.codes) == len(shop.price_rules) == PEOPLE
    return sum(setting(shop, rule)["order"] for rule in shop.price_rules)


@pytest.mark.parametrize("time", [1, 2, PEOPLE])
@pytest.mark.parametrize("late", [0.0, 30.0])
def test_a_run_that_is_killed_at_a_change_is_taken_up(
    run: Bench, shop: PracticeStore, people: str, late: float, time: int
) -> None:
    road = Road(run.wire, run.clock)
    run.wire = road
    create = ("discounts", "create", "--campaign", "q4", "--sheet", people, "--percent", "15", "--yes")
    with road.killed_at("POST", "/graphql.json", late=late, time=time):
        run(*create, "--combines-with", "order")
    assert combined(shop) < PEOPLE or late == 0
    done = run(*create, "--combines-with", "order", "-f", "json").ok()
    assert {row["combines_with"] for row in done.json["codes"]} == {"order"}
    assert combined(shop) == PEOPLE
    run("discounts", "check").ok()


def test_a_change_of_existing_codes_is_taken_up_by_the_same_command(
    run: Bench, shop: PracticeStore, people: str
) -> None:
    run("discounts", "create", "--campaign", "q4", "--sheet", people, "--percent", "15", "--yes").ok()
    road = Road(run.wire, run.clock)
    run.wire = road
    combine = ("discounts", "combine", "--campaign", "q4", "--with", "order", "--yes")
    with road.killed_at("POST", "/graphql.json", late=10.0, time=3):
        run(*combine)
    assert run("discounts", "check").code == 7
    run(*combine).ok()
    assert combined(shop) == PEOPLE
    changes = len(shop.graph.changes)
    assert "Nothing to change" in run(*combine).ok().err
    assert len(shop.graph.changes) == changes


def test_a_change_that_arrives_late_does_not_undo_what_was_asked_for_since(
    run: Bench, shop: PracticeStore, people: str
) -> None:
    run("discounts", "create", "--campaign", "q4", "--sheet", people, "--percent", "15", "--yes").ok()
    road = Road(run.wire, run.clock)
    run.wire = road
    combine = ("discounts", "combine", "--campaign", "q4", "--yes", "--with")
    with road.killed_at("POST", "/graphql.json", late=20.0, time=2):
        run(*combine, "order")
    assert "may still take effect" in run(*combine, "none").ok().err
    run.clock.wait(60)
    road.arrive()
    assert combined(shop) == 0
    run("discounts", "check").ok()
    run.clock.wait(600)
    begun = run.clock.monotonic()
    run(*combine, "order").ok()  # nothing is in doubt now
    assert run.clock.monotonic() - begun < 5
