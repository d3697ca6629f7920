"""What a command prints to be typed next names the store that it is about."""

from __future__ import annotations

import pytest
from bench import Bench

from shopinf.practice import PracticeStore, stir

CREATE = ("discounts", "create", "--all-stores", "--campaign", "q4", "--influencer", "maya", "--percent", "10")


@pytest.fixture
def other(run: Bench) -> PracticeStore:
    """A second store, with the same code as the first, which is the default one."""
    run.connect(run.open(throttle=False)).ok()
    run("stores", "default", "maya-shop").ok()
    other = run.open(handle="leo-shop", seed=2, orders=0, throttle=False)
    run.connect(other, "--as", "Leo shop").ok()
    run(*CREATE, "--commission", "10%", "--yes").ok()
    return other


def test_what_a_leak_asks_for_is_done_in_the_store_that_leaks(run: Bench, other: PracticeStore) -> None:
    for _ in range(30):
        other.sell("MAYA10", landing_site="/discount/MAYA10")
        run.clock.pass_(days=1)
    stir.leak(other, "MAYA10", 40, 3)
    watched = run("discounts", "watch", "--all-stores", "--only", "leak", "-f", "json").ok()
    [leak] = watched.json["rows"]
    assert leak["store"] == "Leo shop"
    hold, reissue = leak["advice"].split("; ")
    assert hold.endswith("--reason leak -s 'Leo shop'")
    assert reissue == "shopinf discounts reissue MAYA10 -s 'Leo shop'"
    assert leak["advice"] in watched.err


def test_a_mend_of_check_names_the_store(run: Bench, other: PracticeStore) -> None:
    other.codes.pop("MAYA10")
    checked = run("discounts", "check", "--all-stores", "-f", "json")
    assert checked.code == 7
    [row] = [row for row in checked.json["rows"] if row["problem"]]
    assert row["fix"].startswith("shopinf discounts retire --code MAYA10 -s 'Leo shop', and make")


def test_what_comes_next_is_for_the_stores_that_were_named(run: Bench, other: PracticeStore) -> None:
    assert "links --campaign q4 --all-stores" in run(*CREATE, "--slot", "b", "--code", "MAYA-B", "--yes").ok().err
    paused = run("discounts", "pause", "--code", "MAYA10", "-s", "Leo shop").ok()
    assert "shopinf discounts resume --code MAYA10 -s 'Leo shop'" in paused.err
    assert "resume --code MAYA10\n" in run("discounts", "pause", "--code", "MAYA10").ok().err
