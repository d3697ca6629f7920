"""Gifts in a ledger that two runs share: only one of them gets to send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from bench import Bench

from shopinf.gifts.plan import Line, State
from shopinf.ledger.gifts import Intended
from shopinf.ledger.ledger import Ledger
from shopinf.money import Money

pytestmark = pytest.mark.both_engines

LINE = Line(1, 2, "Serum", Money.of("40.00", "USD"))


@pytest.fixture
def runs(run: Bench) -> Iterator[tuple[Ledger, Ledger]]:
    with closing(run.ledger()) as one, closing(run.ledger()) as other:
        yield one, other


def test_a_gift_is_planned_once_whoever_plans_it(runs: tuple[Ledger, Ledger]) -> None:
    ids = [ledger.gifts.intend(1, "spring", "USD", [Intended("maya", "", [LINE], "a1")]) for ledger in runs]
    assert ids[0] == ids[1]
    [record] = runs[0].gifts.of_shop(1)
    assert (record.state, record.lines, record.worth) == (State.INTENDED, (LINE,), Money.of("80.00", "USD"))


def test_only_one_of_two_runs_sends_a_draft_and_completes_it(runs: tuple[Ledger, Ledger]) -> None:
    one, other = (ledger.gifts for ledger in runs)
    [gift] = one.intend(1, "spring", "USD", [Intended("maya", "", [LINE], "a1")])
    [record] = one.by_ids([gift])
    assert one.sending(1, record, 7)
    assert not other.sending(1, record, 7)
    assert one.drafted(1, record, 70, None)
    [record] = other.by_ids([gift])
    assert one.completing(1, record, None)
    assert other.completing(1, record, None) is None


def test_what_was_sent_is_not_planned_anew(runs: tuple[Ledger, Ledger]) -> None:
    gifts = runs[0].gifts
    [gift] = gifts.intend(1, "spring", "USD", [Intended("maya", "", [LINE], "a1")])
    [record] = gifts.by_ids([gift])
    gifts.sending(1, record, 7)
    gifts.intend(1, "spring", "USD", [Intended("maya", "", [replace(LINE, quantity=9)], "a1")])
    [again] = gifts.by_ids([gift])
    assert (again.reference, again.lines) == (record.reference, record.lines)


def test_an_order_stays_whatever_comes_after(runs: tuple[Ledger, Ledger]) -> None:
    gifts = runs[0].gifts
    [gift] = gifts.intend(1, "spring", "USD", [Intended("maya", "", [LINE], "a1")])
    [record] = gifts.by_ids([gift])
    gifts.completed(1, record, 900, None)
    gifts.fail(1, record, "too late")
    gifts.cancel(1, record, "too late")
    assert gifts.by_ids([gift])[0].state is State.SENT
    assert gifts.order_ids(1) == {900}


def test_every_step_is_in_the_journal(runs: tuple[Ledger, Ledger]) -> None:
    ledger = runs[0]
    [gift] = ledger.gifts.intend(1, "spring", "USD", [Intended("maya", "", [LINE], "a1")])
    [record] = ledger.gifts.by_ids([gift])
    ledger.gifts.sending(1, record, 7)
    ledger.gifts.drafted(1, record, 70, LINE.worth)
    ledger.gifts.completing(1, record, None)
    ledger.gifts.completed(1, record, 900, None)
    kinds = [entry["kind"] for entry in ledger.entries(1, subject=f"gift:{gift}")]
    assert kinds == ["gift.intended", "gift.sending", "gift.drafted", "gift.completing", "gift.sent"]
