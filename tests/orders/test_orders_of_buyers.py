"""New and returning: the ledger finds whatever matters of a buyer's other orders, on both engines."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bench import Bench

from shopinf.attribution.buyers import Purchase, rank
from shopinf.ledger.ledger import Ledger
from shopinf.orderrows import row_of
from shopinf.orders import Order

pytestmark = pytest.mark.both_engines

SHOP = 77
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def ledger(run: Bench) -> Iterator[Ledger]:
    ledger = run.ledger()
    yield ledger
    ledger.close()


def order(order_id: int, customer: int | None, email: str | None, hour: int = 0) -> Order:
    at = BEGUN + timedelta(hours=hour)
    known = BEGUN - timedelta(days=customer % 90) if customer else None
    bought = Order(order_id, f"#{order_id}", at, at, at, "USD", customer_id=customer, email_key=email)
    return replace(bought, customer_created_at=known, skeleton=True)


def bought(ledger: Ledger, *of: Order) -> list[int]:
    return sorted(each.order_id for each in ledger.orders.of_buyers(SHOP, of))


def test_a_buyer_is_followed_by_number_and_by_every_email(ledger: Ledger) -> None:
    guest, first, second = order(1, None, "a"), order(2, 7, "a"), order(3, 7, "b")
    friend, stranger, nobody = order(4, None, "b"), order(5, 8, "c"), order(6, None, None)
    ledger.orders.write(SHOP, [*map(row_of, (guest, first, second, friend, stranger, nobody))], 1)
    assert bought(ledger, guest) == bought(ledger, friend) == [1, 2, 3, 4]
    assert bought(ledger, stranger) == [5]
    assert bought(ledger, nobody) == [6]
    assert bought(ledger) == []


def test_an_order_that_was_just_read_counts_as_it_is_now(ledger: Ledger) -> None:
    former, later = order(1, 7, "a"), order(2, 7, "a", hour=5)
    ledger.orders.write(SHOP, [row_of(former), row_of(later)], 1)
    cancelled = replace(former, cancelled_at=BEGUN)
    assert Purchase.of(cancelled) in ledger.orders.of_buyers(SHOP, [cancelled])
    assert rank(ledger.orders.of_buyers(SHOP, [cancelled]))[2].new


def test_a_few_orders_have_the_ranks_that_they_have_among_all(ledger: Ledger) -> None:
    dice = random.Random(5)
    every = []
    for order_id in range(1, 3001):
        customer = dice.choice([None, dice.randrange(1, 900), dice.randrange(1, 200)])
        email = dice.choice([None, f"e{customer}", f"e{dice.randrange(1200)}"])
        one = order(order_id, customer, email, dice.randrange(2000))
        every.append(replace(one, test=dice.random() < 0.05, gift=dice.random() < 0.05))
    ledger.orders.write(SHOP, [*map(row_of, every)], 1)
    some = dice.sample(every, 1000)  # more than one query takes
    for since in (None, BEGUN - timedelta(days=45)):
        among_all = rank(every, history_since=since)
        found = rank(ledger.orders.of_buyers(SHOP, some), history_since=since)
        assert [found.get(each.order_id) for each in some] == [among_all.get(each.order_id) for each in some]
