"""Runs: how a payment may move on, and a rail's report held against what was claimed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopinf.errors import BadInput
from shopinf.payouts.runs import (
    Outstanding,
    Reported,
    State,
    check_report,
    destination_key,
    is_same_destination,
    may_become,
    read_state,
    run_name,
)

D = Decimal
CLAIMED = [Outstanding("S-1", D("25.00"), "EUR", State.CLAIMED), Outstanding("S-2", D("6.40"), "EUR", State.CLAIMED)]


def said(statement: str, state: State = State.PAID, line: int = 2, **more: object) -> Reported:
    return Reported(statement, state, line, **more)  # type: ignore[arg-type]


def test_a_payment_ends_once_and_only_a_paid_one_can_come_back() -> None:
    moves = {(now, then) for now in State for then in State if may_become(now, then)}
    assert moves == {
        (State.CLAIMED, State.PAID),
        (State.CLAIMED, State.FAILED),
        (State.CLAIMED, State.DROPPED),
        (State.PAID, State.FAILED),
    }


def test_a_run_has_a_name_with_its_day_that_another_run_has_not() -> None:
    names = {run_name(date(2026, 11, 27)) for _ in range(20)}
    assert len(names) > 15
    assert all(name.startswith("R-2026-11-27-") and len(name) == 16 for name in names)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Success", State.PAID),
        ("COMPLETED", State.PAID),
        ("outgoing_payment_sent", State.PAID),
        ("Denied", State.FAILED),
        ("returned", State.FAILED),
        ("Unclaimed", State.CLAIMED),
        ("Zugestellt", None),
    ],
)
def test_what_a_rail_calls_a_payments_state_is_known_or_said_to_be_new(word: str, state: State | None) -> None:
    assert read_state(word) is state


def test_a_report_of_another_run_is_refused() -> None:
    with pytest.raises(BadInput, match="not of run R-1: it names S-9"):
        check_report("R-1", [said("S-9"), said("S-8")], CLAIMED)


def test_what_is_wrong_in_a_report_is_told_by_its_line() -> None:
    rows = [
        said("S-1", amount=D("24.00")),
        said("S-2", line=3, amount=D("6.40"), currency="USD"),
        said("S-2", line=4, amount=D("6.40"), currency="EUR"),
        said("S-2", State.FAILED, line=5),
        said("S-9", line=6),
    ]
    assert check_report("R-1", rows, CLAIMED) == [
        "line 6: S-9 is not in run R-1",
        "line 2: S-1 is about 24.00, not 25.00",
        "line 3: S-2 is in USD, not in EUR",
        "line 5: S-2 is failed here and paid before",
    ]
    assert check_report("R-1", [said("S-1", amount=D("25.00"), currency="EUR")], CLAIMED) == []
    assert check_report("R-1", [], CLAIMED) == []


def test_a_changed_destination_is_told_by_a_hash_that_says_nothing() -> None:
    one = destination_key(b"key", "Mia Berg", "DE89370400440532013000")
    assert is_same_destination(one, destination_key(b"key", " mia berg", "de89370400440532013000"))
    assert not is_same_destination(one, destination_key(b"key", "Mia Berg", "DE02120300000000202051"))
    assert not is_same_destination(one, destination_key(b"other", "Mia Berg", "DE89370400440532013000"))
    assert "DE89" not in one
