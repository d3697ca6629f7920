"""The plan of a sheet of gifts: values in, values out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shopinf.gifts.plan import (
    Ask,
    Fate,
    GiftRecord,
    Good,
    Item,
    Line,
    Parcel,
    Recipient,
    Shape,
    Standing,
    State,
    is_stale,
    plan,
    standing,
)
from shopinf.money import Money
from shopinf.people.influencers import Influencer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRICE = Money.of("40.00", "USD")
SHAPE = Shape("spring", NOW)
SERUM = Good(1, "Serum", PRICE, left=3)


def ask(person: str, quantity: int = 1) -> Ask:
    return Ask(person, Influencer(person, person), Recipient(email=f"{person}@x.example"), (Item("SER", quantity),))


def record(person: str, state: State, **more: object) -> GiftRecord:
    made = GiftRecord(1, "spring", person, "", "ref", state, (Line(1, 1, "Serum", PRICE),), "USD", made_at=NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def test_stock_goes_to_the_rows_in_their_order() -> None:
    steps = plan([ask("a", 2), ask("b", 2), ask("c")], {"SER": SERUM}, [], SHAPE)
    assert [step.fate for step in steps] == [Fate.SEND, Fate.FAIL, Fate.SEND]
    assert steps[1].error == "only 1 of Serum are left"


def test_what_was_begun_gets_its_stock_first() -> None:
    begun = record("c", State.DRAFTED)
    goods = {"SER": replace(SERUM, left=1)}
    steps = plan([ask("a"), ask("c")], goods, [begun], SHAPE)
    assert [step.fate for step in steps] == [Fate.FAIL, Fate.RESUME]


@pytest.mark.parametrize(
    ("state", "fate"),
    [
        (State.SENT, Fate.EXISTS),
        (State.CANCELLED, Fate.CANCELLED),
        (State.FAILED, Fate.SEND),
        (State.INTENDED, Fate.RESUME),
        (State.DRAFTED, Fate.RESUME),
    ],
)
def test_what_is_known_of_a_gift_decides(state: State, fate: Fate) -> None:
    [step] = plan([ask("a")], {"SER": SERUM}, [record("a", state)], SHAPE)
    assert step.fate is fate


def test_a_replacement_waits_for_the_first_gift_to_be_finished() -> None:
    [step] = plan([ask("a")], {"SER": SERUM}, [record("a", State.DRAFTED)], replace(SHAPE, reason="lost"))
    assert step.fate is Fate.FAIL


def test_the_same_reason_is_the_same_replacement_however_it_is_written() -> None:
    first = record("a", State.SENT)
    again = record("a", State.SENT, slot="lost in the mail")
    [step] = plan([ask("a")], {"SER": SERUM}, [first, again], replace(SHAPE, reason=" Lost  in the MAIL"))
    assert step.fate is Fate.EXISTS


def test_what_may_be_in_the_store_is_finished_as_it_was_begun() -> None:
    sent = record("a", State.INTENDED, sent_at=NOW)
    [step] = plan([ask("a", 2)], {"SER": SERUM}, [sent], SHAPE)
    assert [line.quantity for line in step.lines] == [1]
    assert "finished as it was begun" in step.notes[0]


def test_what_was_never_sent_follows_the_sheet() -> None:
    [step] = plan([ask("a", 2)], {"SER": SERUM}, [record("a", State.INTENDED)], SHAPE)
    assert [line.quantity for line in step.lines] == [2]


@pytest.mark.parametrize(
    ("parcel", "said"),
    [
        (None, Standing.ORDERED),
        (Parcel(1, fulfillment_status=None), Standing.ORDERED),
        (Parcel(1, fulfillment_status="partial", delivered=True), Standing.PARTLY_SHIPPED),
        (Parcel(1, fulfillment_status="fulfilled"), Standing.SHIPPED),
        (Parcel(1, fulfillment_status="fulfilled", delivered=True), Standing.DELIVERED),
        (Parcel(1, fulfillment_status="fulfilled", shipment_status="failure"), Standing.UNDELIVERABLE),
        (Parcel(1, fulfillment_status="fulfilled", delivered=True, cancelled_at=NOW), Standing.CANCELLED),
    ],
)
def test_where_a_parcel_is(parcel: Parcel | None, said: Standing) -> None:
    assert standing(record("a", State.SENT, order_id=1), parcel) is said


def test_what_is_delivered_is_never_stale() -> None:
    old = record("a", State.SENT, made_at=NOW - timedelta(days=90), completed_at=NOW - timedelta(days=90))
    shipped = Parcel(1, fulfillment_status="fulfilled", updated_at=NOW - timedelta(days=40))
    assert is_stale(old, shipped, NOW, 30)
    assert not is_stale(old, shipped, NOW, 41)
    assert not is_stale(old, replace(shipped, delivered=True), NOW, 30)
