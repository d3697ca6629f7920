"""What customers are worth: windows from each one's first order, nothing mixed in that has not passed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from shopinf.attribution.buyers import Purchase
from shopinf.attribution.won import Buy, Given, StoreWorth, Unsettled, Waiting, Won, customers
from shopinf.attribution.worth import RETAIL, By, Row, Worth, sums, worth
from shopinf.money import Money
from shopinf.periods import Period

BEGUN = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
LONG_AFTER = BEGUN + timedelta(days=400)


def buy(day: float, net: str | None, commission: str | None = "0", currency: str = "EUR", product: str = "") -> Buy:
    return Buy(
        BEGUN + timedelta(days=day),
        currency,
        None if net is None else Decimal(net),
        None if commission is None else Decimal(commission),
        ((product, 1),) if product else (),
    )


def won(first: Buy, *again: Buy, by: str = "maya", campaign: str = "spring", assumed: bool = False) -> Won:
    return Won(by, campaign, first, again, assumed)


def of(
    *people: Won,
    seen: datetime = LONG_AFTER,
    gifts: Sequence[Given] = (),
    by: By = By.INFLUENCER,
    period: Period | None = None,
    only: Sequence[str] = (),
    waiting: Sequence[Waiting] = (),
    zone: str = "Europe/Berlin",
) -> Worth:
    store = StoreWorth("maya-shop", "EUR", ZoneInfo(zone), seen, people, gifts, period, waiting)
    return worth([sums(store)], by, only)


def only_row(found: Worth) -> Row:
    (row,) = found.rows
    return row


def shown(row: Row, *names: str) -> list[str | None]:
    return [None if row[name] is None else str(row[name]) for name in names]


AGAIN = ("again_30", "again_60", "again_90", "again_180")
NET = ("net_30", "net_60", "net_90", "net_180")


def test_windows_are_counted_from_each_customers_own_first_order() -> None:
    ann = won(buy(0, "80.00", "8.00"), buy(29, "20.00"), buy(61, "30.00"), buy(200, "5.00"))
    bob = won(buy(100, "50.00", "5.00"), buy(129, "7.00", "0.70"))
    row = only_row(of(ann, bob))
    assert shown(row, "customers_won", "orders", "net_sales") == ["2", "6", "192.00"]
    assert shown(row, *AGAIN) == ["2", "2", "3", "3"]
    assert shown(row, *NET) == ["27.00", "27.00", "57.00", "57.00"]
    assert shown(row, "gifts", "commission", "profit") == ["0.00", "13.70", "178.30"]


def test_an_order_at_the_very_end_of_a_window_is_in_it_and_one_a_moment_later_is_not() -> None:
    row = only_row(of(won(buy(0, "80.00"), buy(30, "20.00"), buy(30.001, "40.00"))))
    assert shown(row, "again_30", "net_30", "again_60", "net_60") == ["1", "20.00", "2", "60.00"]


def test_a_window_that_has_not_passed_for_everybody_is_open_and_said() -> None:
    early, late = won(buy(0, "80.00"), buy(5, "20.00")), won(buy(70, "60.00"), buy(71, "30.00"))
    found = of(early, late, seen=BEGUN + timedelta(days=100))
    assert shown(only_row(found), *AGAIN) == ["2", None, None, None]
    assert shown(only_row(found), *NET) == ["50.00", None, None, None]
    assert found.notes[0].startswith("Not passed yet for everybody, so left open: 60, 90, 180 days for maya.")
    by_month = of(early, late, seen=BEGUN + timedelta(days=100), by=By.MONTH)
    assert [shown(row, "month", "again_60", "again_90") for row in by_month.rows] == [
        ["2026-01", "1", "1"],
        ["2026-03", None, None],
    ]


def test_a_window_has_passed_at_its_last_moment() -> None:
    person = won(buy(0, "80.00"))
    assert only_row(of(person, seen=BEGUN + timedelta(days=30)))["again_30"] == 0
    assert only_row(of(person, seen=BEGUN + timedelta(days=30, seconds=-1)))["again_30"] is None


def test_months_are_those_of_the_shop() -> None:
    first = Buy(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), "EUR", Decimal(10), Decimal(0))
    assert only_row(of(won(first), by=By.MONTH))["month"] == "2026-02"
    assert only_row(of(won(first), by=By.MONTH, zone="UTC"))["month"] == "2026-01"


def test_a_period_is_the_one_in_which_somebody_was_won_and_a_gift_was_sent() -> None:
    january = Period(BEGUN.date().replace(day=1), BEGUN.date().replace(day=31), "2026-01")
    gifts = [
        Given("maya", "spring", BEGUN, Money.of("12.50", "EUR")),
        Given("maya", "spring", BEGUN + timedelta(days=40), Money.of("99.00", "EUR")),
    ]
    people = (won(buy(0, "80.00"), buy(50, "20.00")), won(buy(40, "70.00")))
    row = only_row(of(*people, gifts=gifts, period=january))
    assert shown(row, "customers_won", "net_sales", "gifts", "profit") == ["1", "100.00", "12.50", "87.50"]


def test_a_gift_alone_makes_a_row_and_is_said_to_count_at_retail() -> None:
    found = of(gifts=[Given("leo", "spring", BEGUN, Money.of("40.00", "EUR"))])
    row = only_row(found)
    assert shown(row, "influencer", "customers_won", "gifts", "profit") == ["leo", "0", "40.00", "-40.00"]
    assert found.notes == [RETAIL]


def test_without_a_rate_commission_and_profit_are_open() -> None:
    found = of(won(buy(0, "80.00", None)), won(buy(1, "50.00", "5.00")))
    assert shown(only_row(found), "net_sales", "commission", "profit") == ["130.00", None, None]
    assert any(note.startswith("No commission rate for maya") for note in found.notes)


def test_an_order_that_nobody_read_leaves_open_the_sums_that_it_is_in() -> None:
    found = of(won(buy(0, "80.00"), buy(10, "20.00"), buy(45, None)))
    row = only_row(found)
    assert shown(row, *AGAIN) == ["1", "2", "2", "2"]
    assert shown(row, *NET) == ["20.00", None, None, None]
    assert shown(row, "net_sales", "profit") == [None, None]
    assert any("what 1 later order came to was not read" in note for note in found.notes)


def test_currencies_are_never_added_up() -> None:
    euro = won(buy(0, "80.00"), buy(3, "9000", currency="JPY"))
    yen = won(buy(1, "9000", currency="JPY"))
    found = of(euro, yen)
    assert [shown(row, "currency", "orders", "net_sales") for row in found.rows] == [
        ["EUR", "1", "80.00"],
        ["JPY", "1", "9000"],
    ]
    assert [row["currency"] for row in found.totals] == ["EUR", "JPY"]
    assert any("1 later order in another currency" in note for note in found.notes)


def test_stores_stay_apart_and_are_added_up_below() -> None:
    zone = ZoneInfo("UTC")
    shops = [
        sums(StoreWorth(name, "EUR", zone, LONG_AFTER, [won(buy(0, "10.00"), buy(1, "2.00"))])) for name in ("b", "a")
    ]
    found = worth(shops)
    assert [row["store"] for row in found.rows] == ["a", "b"]
    assert shown(found.totals[0], "customers_won", "again_30", "net_30") == ["2", "2", "4.00"]
    (row,) = worth(shops, together=True).rows
    assert shown(row, "store", "customers_won", "again_30", "net_30") == [None, "2", "2", "4.00"]


def test_only_those_who_were_asked_for() -> None:
    people = (won(buy(0, "80.00")), won(buy(0, "70.00"), by="leo"))
    waiting = [Waiting(Unsettled.UNPAID, "leo", "spring", BEGUN)]
    assert [row["influencer"] for row in of(*people, waiting=waiting).rows] == ["maya", "leo"]
    found = of(*people, only=["Maya"], waiting=waiting)
    assert only_row(found)["influencer"] == "maya"
    assert found.notes == []


def test_the_products_sold_most_come_first_and_what_went_back_is_none() -> None:
    sold = [
        buy(day, "1.00", product=name) for day, name in enumerate(["Cap", "Mug", "Mug", "Bag", "Pin", "Bag", "Mug"])
    ]
    back = buy(9, "0.00")._replace(products=(("Hat", 0),))
    assert only_row(of(won(sold[0], *sold[1:], back)))["top_products"] == ("Mug", "Bag", "Cap")


# who is a customer, and which order was the first


def bought(number: int, day: int, customer: int | None = None, email: str | None = None, **more: bool) -> Purchase:
    return Purchase(BEGUN + timedelta(days=day), number, customer, email, BEGUN, **more)


def test_a_cancelled_order_a_test_and_a_gift_are_nobodys_first_order() -> None:
    orders = [
        bought(1, 0, 7, cancelled=True),
        bought(2, 1, 7, test=True),
        bought(3, 2, 7, gift=True),
        bought(4, 3, 7),
        bought(5, 4, 7, cancelled=True),
        bought(6, 5, 7),
        bought(7, 6, 7),
    ]
    (person,) = customers(orders, gift_orders={7})
    assert person.first.order_id == 4
    assert [each.order_id for each in person.again] == [6]


def test_a_guest_is_known_by_e_mail_and_becomes_the_customer_with_it() -> None:
    orders = [bought(1, 0, None, "ann"), bought(2, 1, 7, "ann"), bought(3, 2, None, "bob"), bought(4, 3, None, None)]
    found = {each.first.order_id: [one.order_id for one in each.again] for each in customers(orders)}
    assert found == {1: [2], 3: []}  # the fourth tells nobody


def test_where_older_orders_are_out_of_sight_somebody_known_before_is_not_won() -> None:
    reach = BEGUN + timedelta(days=30)
    old = bought(1, 40, 7)
    new = Purchase(BEGUN + timedelta(days=41), 2, 8, None, BEGUN + timedelta(days=41))
    (person,) = customers([old, new], history_since=reach)
    assert person.first.order_id == 2
    assert person.assumed
    found = of(Won("maya", "spring", buy(0, "80.00"), (), assumed=True))
    assert found.notes == [
        "maya-shop: of 1 customer it is assumed that this was their first order: earlier orders cannot be seen."
    ]
