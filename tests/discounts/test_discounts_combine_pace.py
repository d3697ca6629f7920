"""How long combining takes is what the store's points allow, and the store never has to say so."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore
from shopinf.work.codes import combine

COUNT = 100


def people(folder: Path) -> str:
    path = folder / "people.csv"
    path.write_text("influencer\n" + "".join(f"person{n}\n" for n in range(COUNT)))
    return str(path)


def test_own_rules_take_what_rest_and_the_points_allow_and_nothing_is_throttled(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    shop.graph.points.drain()
    before, begun = len(shop.calls), run.clock.monotonic()
    create = ("discounts", "create", "--campaign", "q4", "--sheet", people(tmp_path), "--percent", "15", "--yes")
    run(*create, "--combines-with", "order").ok()
    took, calls = run.clock.monotonic() - begun, shop.calls[before:]
    changes = len(shop.graph.changes)
    assert changes == COUNT == sum(call.path.endswith("/graphql.json") for call in calls)
    by_rest = (len(calls) - changes - 40) / 2
    assert took <= 1.05 * (by_rest + 10 * changes / 100)
    assert shop.graph.points.refused == 0
    assert not [call for call in calls if call.status == 429]


def test_codes_that_exist_are_changed_at_the_points_pace_one_change_a_rule(
    run: Bench, shop: PracticeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One at a time: while a thread with a request under way has no turn, the others' waits move this clock on.
    monkeypatch.setattr(combine, "MOST", 1)
    run("discounts", "create", "--campaign", "q4", "--sheet", people(tmp_path), "--percent", "15", "--yes").ok()
    shop.graph.points.drain()
    shop.graph.points.give_back(100.0)  # another app has taken the rest
    before, begun = len(shop.calls), run.clock.monotonic()
    run("discounts", "combine", "--campaign", "q4", "--with", "order,product", "--yes").ok()
    asked = [call for call in shop.calls[before:] if call.path.endswith("/graphql.json")]
    assert len(asked) == len(shop.graph.changes) == COUNT
    assert run.clock.monotonic() - begun <= 1.1 * (10 * COUNT - 100) / 100
    assert shop.graph.points.refused == 0
