"""The worked examples of statements, with their numbers: what is earned, held, adjusted, paid and carried."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shopinf.attribution.earning import Earned, Part, earned
from shopinf.attribution.sales import Amounts
from shopinf.payouts.closing import later_entries, unchanged
from shopinf.payouts.entries import (
    NEVER,
    Account,
    Entry,
    Kind,
    OrderKey,
    Recorded,
    payable_from,
    read_parts,
    rejected,
    restored,
    write_parts,
)
from shopinf.payouts.rates import Tiers, read_rate
from shopinf.payouts.statements import Action, Due, Mark, Status, figures, payable, said_of, standing, statement_name
from shopinf.periods import read_period

from .accounts import MIA, UTC_ZONE, D, adjustment, again, due, entered, fresh, on, stake


def sums(opening: Decimal, *entries: Entry) -> tuple[Decimal, ...]:
    found = figures(opening, [(each.kind, each.amount) for each in entries])
    return found.opening, found.earned, found.adjustments, found.paid, found.closing


def paid(amount: str, day: str) -> Entry:
    return Entry(Kind.PAY, MIA, -D(amount), on(day))


def money(*texts: str) -> tuple[Decimal, ...]:
    return tuple(D(text) for text in texts)


def test_a_refund_after_payment_is_carried_below_zero_and_netted_from_the_next_statement() -> None:
    (earn,) = entered(fresh(1, "90.00", "2026-06-03"))
    assert sums(D(0), earn) == money("0", "9.00", "0", "0", "9.00")
    back = adjustment(earn, "54.00", "2026-07-12", "90.00")
    assert back is not None
    assert back.amount == D("-3.60")
    july = sums(D("9.00"), paid("9.00", "2026-07-02"), back)
    assert july == money("9.00", "0", "-3.60", "9.00", "-3.60")
    owed = payable([due(back, 2)], [], on("2026-08-01"))
    assert (owed.amount, owed.held, owed.entries) == (D(0), D(0), ())
    (august,) = entered(fresh(2, "100.00", "2026-08-05"))
    assert sums(D("-3.60"), august)[-1] == D("6.40")
    assert payable([due(back, 2), due(august, 3)], [], on("2026-09-01")).amount == D("6.40")


def test_a_refund_before_the_closing_is_entered_with_what_is_left() -> None:
    (earn,) = entered(fresh(1, "54.00", "2026-06-03", base="90.00"))
    assert earn.amount == D("5.40")
    assert adjustment(earn, "54.00", "2026-07-12", "90.00") is None


def test_fifteen_of_forty_younger_than_thirty_days_are_held() -> None:
    older, younger = entered(fresh(1, "250.00", "2026-06-03", hold=30), fresh(2, "150.00", "2026-06-20", hold=30))
    dues = [due(older, 1), due(younger, 2)]
    at = payable(dues, [], on("2026-07-05"))
    assert sums(D(0), older, younger)[-1] == D("40.00")
    assert (at.held, at.amount, at.entries) == (D("15.00"), D("25.00"), (1,))
    assert at.reason == "inside the hold days"
    assert at.free_at == on("2026-07-20T00:00:00+00:00")


def test_an_order_of_3_june_is_payable_on_3_july_at_the_shops_midnight() -> None:
    from zoneinfo import ZoneInfo

    ordered = on("2026-06-03T23:30:00+02:00")
    assert payable_from(ordered, 30, ZoneInfo("Europe/Berlin")).isoformat() == "2026-07-03T00:00:00+02:00"
    assert payable_from(ordered, 30, UTC_ZONE) == on("2026-07-03T00:00:00+00:00")
    assert payable_from(None, 30, UTC_ZONE) == NEVER
    (earn,) = entered(fresh(1, "90.00", "2026-06-03", hold=30))
    before, at = on("2026-07-02T23:59:59+00:00"), on("2026-07-03T00:00:00+00:00")
    assert [payable([due(earn, 1)], [], moment).amount for moment in (before, at)] == [D(0), D("9.00")]


def test_a_refund_inside_the_hold_days_lowers_what_is_held_and_touches_no_other_order() -> None:
    old, young = entered(fresh(2, "100.00", "2026-05-01", hold=30), fresh(1, "90.00", "2026-06-20", hold=30))
    back = adjustment(young, "0.00", "2026-06-25", "90.00")
    assert back is not None
    found = payable([due(young, 1), due(back, 3), due(old, 2)], [], on("2026-07-01"))
    assert (found.amount, found.held) == (D("10.00"), D(0))


def test_new_and_returning_customers_earn_19_together_and_keep_their_type() -> None:
    rate = "new 15% returning 5%"
    both = entered(fresh(1, "100.00", "2026-01-10", rate, new=True), fresh(2, "80.00", "2026-02-10", rate, new=False))
    assert [each.amount for each in both] == [D("15.00"), D("4.00")]
    assert [each.rate for each in both] == ["15%", "5%"]
    assert sums(D(0), *both)[-1] == D("19.00")
    back = adjustment(both[0], "50.00", "2026-03-01", "100.00")
    assert back is not None
    assert back.amount == D("-7.50")


@pytest.mark.parametrize(
    ("rate", "net", "left"),
    [
        ("8.00", "54.00", "8.00"),
        ("8.00", "0.00", "0.00"),
        ("8.00 pro rata", "54.00", "4.80"),
        ("8.00 pro rata", "0.00", "0"),
    ],
)
def test_a_flat_commission_goes_with_a_full_refund_and_with_a_partial_one_only_pro_rata(
    rate: str, net: str, left: str
) -> None:
    (earn,) = entered(fresh(1, "90.00", "2026-06-03", rate))
    assert earn.amount == D("8.00")
    back = adjustment(earn, net, "2026-07-01", "90.00")
    assert earn.amount + (back.amount if back else 0) == D(left)


@pytest.mark.parametrize(
    ("rate", "total"), [("10%, from 1000 15%", "160.00"), ("10%, from 1000 15% (whole)", "210.00")]
)
def test_tiers_are_decided_on_the_net_base_of_the_statement(rate: str, total: str) -> None:
    month = entered(*(fresh(n, "280.00", f"2026-06-{n:02}", rate) for n in range(1, 6)))
    assert sums(D(0), *month)[1] == D(total)


@pytest.mark.parametrize(
    ("rate", "after"), [("10%, from 1000 15%", "145.00"), ("10%, from 1000 15% (whole)", "195.00")]
)
def test_an_adjustment_is_worked_out_at_the_tiers_of_its_own_month(rate: str, after: str) -> None:
    month = entered(*(fresh(n, "280.00", f"2026-06-{n:02}", rate) for n in range(1, 6)))
    known = [Recorded.of([each]) for each in month]
    others = [unchanged(each, on("2026-07-10"), 6) for each in known[1:]]
    added = later_entries([again(known[0], "180.00", "2026-07-10", "280.00", pool=6), *others])
    assert sum(each.amount for each in (*month, *added)) == D(after)
    assert {each.kind for each in added} == {Kind.ADJUST}


def test_a_rejected_order_counts_in_the_tiers_of_its_month_as_what_it_has_come_to() -> None:
    rate = "10%, from 1000 15% (whole)"
    big, small = entered(fresh(1, "900.00", "2026-06-01", rate), fresh(2, "200.00", "2026-06-02", rate))
    gone = rejected(Recorded.of([big]), on("2026-07-01"), "bought by a bot")
    assert gone is not None
    known = [Recorded.of([big, gone]), Recorded.of([small])]
    back = again(known[0], "700.00", "2026-07-10", "900.00", pool=6)
    july = later_entries([back, unchanged(known[1], on("2026-07-10"), 6)])
    assert [(each.order.order_id, each.amount, each.net) for each in july] == [
        (1, D("0"), D("700.00")),
        (2, D("-10.00"), D("200.00")),
    ]
    known = [Recorded.of([big, gone, july[0]]), Recorded.of([small, july[1]])]
    assert later_entries(unchanged(each, on("2026-08-10"), 6) for each in known) == []


def test_an_order_that_earns_by_tiers_for_some_of_its_goods_moves_by_what_is_recorded_of_it() -> None:
    rate = "10%, from 1000 15% (whole)"
    parts = (*stake(rate), *stake("5%"))
    mixed = replace(
        fresh(1, "500.00", "2026-06-01"),
        parts=parts,
        earned=Earned(D("4.00"), ((parts[0].rate, D("420.00")),)),  # type: ignore[arg-type]
    )
    first, second = (Recorded.of([each]) for each in entered(mixed, fresh(2, "600.00", "2026-06-02", rate)))
    assert (first.total, second.total) == (D("67.00"), D("90.00"))
    back = again(second, "500.00", "2026-07-10", "600.00", pool=6)
    july = later_entries([unchanged(first, on("2026-07-10"), 6), back])
    assert [each.amount for each in july] == [D("-21.00"), D("-40.00")]


def test_tiers_of_two_months_and_of_two_influencers_do_not_add_up() -> None:
    leo = Account("shop:1", "leo", "USD")
    rate = "10%, from 1000 15%"
    both = entered(fresh(1, "900.00", "2026-06-01", rate), fresh(2, "900.00", "2026-06-02", rate, account=leo))
    assert [each.amount for each in both] == [D("90.00"), D("90.00")]
    pools = [again(each, "900.00", "2026-07-01", pool=place) for place, each in enumerate(both)]
    assert later_entries(pools) == []


def test_three_orders_of_10_05_at_five_per_cent_earn_1_50() -> None:
    found = entered(*(fresh(n, "10.05", "2026-06-03", "5%") for n in range(3)))
    assert sums(D(0), *found)[1] == D("1.50")
    back = adjustment(found[0], "6.72", "2026-06-20", "10.05")
    assert back is not None
    assert found[0].amount + back.amount == D("0.34")


def test_an_order_that_changes_twice_adds_up_to_what_it_comes_to_in_the_end() -> None:
    (earn,) = entered(fresh(1, "10.05", "2026-06-03", "5%"))
    entries = [earn]
    for net in ("6.72", "3.39", "0.00", "10.05"):
        added = adjustment(Recorded.of(entries), net, "2026-07-01", "10.05")
        assert added is not None
        entries.append(added)
        assert [each.step for each in entries] == list(range(len(entries)))
    assert [sum((each.amount for each in entries[: n + 1]), D(0)) for n in range(5)] == [
        *money("0.50", "0.34", "0.17", "0", "0.50")
    ]


# Rejecting, holding


def test_a_rejected_order_comes_to_nothing_until_it_is_restored_and_then_to_what_it_is_worth() -> None:
    (earn,) = entered(fresh(1, "90.00", "2026-06-03"))
    gone = rejected(Recorded.of([earn]), on("2026-07-01"), "bought by a bot")
    assert gone is not None
    assert (gone.amount, gone.kind, gone.step) == (D("-9.00"), Kind.REJECT, 1)
    known = Recorded.of([earn, gone])
    assert rejected(known, on("2026-07-02"), "again") is None
    assert adjustment(known, "54.00", "2026-07-02", "90.00") is None
    back = restored(known, on("2026-07-03"), "a person after all")
    assert back is not None
    assert back.amount == D("9.00")
    again_known = Recorded.of([earn, gone, back])
    assert restored(again_known, on("2026-07-03"), "x") is None
    later = adjustment(again_known, "54.00", "2026-07-04", "90.00")
    assert later is not None
    assert later.amount == D("-3.60")


def mark(action: Action, day: str = "2026-07-01", **about: object) -> Mark:
    return Mark(action, "leaked", on(day), **about)  # type: ignore[arg-type]


def test_what_is_on_hold_is_not_payable_until_it_is_released() -> None:
    early, late = entered(fresh(1, "90.00", "2026-06-03"), fresh(2, "246.00", "2026-06-20"))
    dues = [due(early, 1), due(late, 2)]
    hold = mark(Action.HOLD, code="mia10", since=on("2026-06-15"))
    found = payable(dues, [hold], on("2026-07-05"))
    assert (found.amount, found.held, found.reason, found.free_at) == (D("9.00"), D("24.60"), "on hold: leaked", NEVER)
    released = mark(Action.RELEASE, "2026-07-02", code="mia10", since=on("2026-06-15"))
    assert payable(dues, [hold, released], on("2026-07-05")).amount == D("33.60")


@pytest.mark.parametrize(
    ("about", "fits"),
    [
        ({"order": OrderKey(1, 1)}, True),
        ({"order": OrderKey(1, 1), "person": "leo"}, False),
        ({"order": OrderKey(2, 1)}, False),
        ({"code": "mia10"}, True),
        ({"code": "mia10", "shop_id": 2}, False),
        ({"code": "leo5"}, False),
        ({"person": "mia"}, True),
        ({"person": "mia", "since": on("2026-06-04")}, False),
        ({"person": "mia", "since": on("2026-06-02")}, True),
    ],
)
def test_a_word_is_about_an_order_a_code_or_an_influencer_from_a_day_on(about: dict[str, Any], fits: bool) -> None:
    said = said_of([mark(Action.HOLD, **about)], OrderKey(1, 1), "MIA10", "mia", on("2026-06-03"))
    assert (said is not None) is fits


def test_below_the_minimum_nothing_is_payable_and_the_reason_is_said() -> None:
    (earn,) = entered(fresh(1, "90.00", "2026-06-03"))
    found = payable([due(earn, 1)], [], on("2026-07-05"), D(50))
    assert (found.amount, found.entries, found.reason) == (D(0), (), "below the minimum of 50")
    assert payable([due(earn, 1)], [], on("2026-07-05"), D(9)).amount == D("9.00")


def manual(amount: str) -> Entry:
    return Entry(Kind.MANUAL, MIA, D(amount), on("2026-06-30"))


def test_what_is_in_no_statement_yet_waits_unless_it_takes_away() -> None:
    dues = [due(manual("20.00"), 1), due(manual("50.00"), 2, closed=False), due(manual("-5.00"), 3, closed=False)]
    found = payable(dues, [], on("2026-07-05"))
    assert (found.amount, found.entries) == (D("15.00"), (1, 3))


def test_an_order_that_was_rejected_after_the_closing_is_not_paid() -> None:
    (earn,) = entered(fresh(1, "90.00", "2026-06-03"))
    gone = rejected(Recorded.of([earn]), on("2026-07-01"), "bot")
    assert gone is not None
    assert payable([due(earn, 1), due(gone, 2, closed=False)], [], on("2026-07-05")).amount == D(0)


# Stakes, names, standings


def test_a_stake_is_written_so_that_it_reads_as_the_same() -> None:
    from fractions import Fraction

    split = (Part(read_rate("10%"), (Fraction(2, 3), Fraction(1, 3)), 1),)  # type: ignore[arg-type]
    lines = (
        Part(read_rate("10%, from 1000 15% (whole)"), lines=frozenset({1, 3})),  # type: ignore[arg-type]
        Part(read_rate("0%"), lines=frozenset({2})),  # type: ignore[arg-type]
    )
    for parts in ((Part(read_rate("8.00 pro rata")),), split, lines):  # type: ignore[arg-type]
        written = write_parts(parts, Earned(D("4.00")))
        assert read_parts(written.rate, written.basis) == parts
    assert written.rate == "10%, from 1000 15% (whole) and 0%"


def test_a_products_rate_counts_for_its_lines_and_the_others_earn_theirs() -> None:
    parts = (Part(read_rate("10%"), lines=frozenset({1})), Part(read_rate("0%"), lines=frozenset({2})))  # type: ignore[arg-type]
    whole = Amounts(gross_sales=D(100), discounts=D(10))
    assert earned(parts, whole, "USD", worths={1: D(54), 2: D(36)}).commission == D("5.40")
    mug_back = Amounts(gross_sales=D(100), discounts=D(10), returns=D(36))
    assert earned(parts, mug_back, "USD", worths={1: D(54), 2: D(0)}).commission == D("5.40")
    assert earned(parts, whole, "USD", worths={}).commission == D("0.00")


def test_two_shares_of_one_order_add_up_to_its_commission() -> None:
    from fractions import Fraction

    shares = (Fraction(2, 3), Fraction(1, 3))
    stakes = [(Part(read_rate("10%"), shares, place),) for place in (0, 1)]  # type: ignore[arg-type]
    assert [earned(each, Amounts(D(85)), "USD").commission for each in stakes] == [D("5.67"), D("2.83")]
    tiers = (Part(read_rate("10%, from 1000 15%"), shares, 1),)  # type: ignore[arg-type]
    (of,) = earned(tiers, Amounts(D(85)), "USD").in_tiers
    assert isinstance(of[0], Tiers)
    assert of[1] == D("28.33")


def test_a_statement_has_a_short_name_that_is_the_same_everywhere() -> None:
    october = read_period("2026-10", None, None, today=date(2026, 11, 2))
    name = statement_name("Maya.Lou", october, MIA)
    assert name.startswith("S-2026-10-mayalou-")
    assert len(name) == len("S-2026-10-mayalou-7K")
    assert name == statement_name("Maya.Lou", october, MIA)
    assert name != statement_name("Maya.Lou", october, Account("shop:2", "mia", "USD"))
    days = read_period(None, "2026-10-03", "2026-10-17", today=date(2026, 11, 2))
    longest = statement_name("x" * 80, days, MIA, length=6)
    assert len(longest) == 30
    assert longest.startswith("S-2026-10-03-xxx")
    assert statement_name("☃☃", october, MIA).startswith("S-2026-10-x-")
    assert statement_name("zoë_études", october, MIA).startswith("S-2026-10-zoeetudes-")


@pytest.mark.parametrize(
    ("closing", "held", "payable", "payment", "superseded", "status"),
    [
        ("25.00", "0", "25.00", None, False, Status.OPEN),
        ("40.00", "40.00", "0", None, False, Status.OPEN),
        ("-3.60", "0", "0", None, False, Status.CARRIED),
        ("9.00", "0", "0", None, False, Status.CARRIED),
        ("0.00", "0", "0", None, False, Status.NOTHING),
        ("25.00", "0", "25.00", None, True, Status.CARRIED),
        ("25.00", "0", "25.00", "claimed", True, Status.CLAIMED),
        ("25.00", "0", "25.00", "paid", True, Status.PAID),
        ("25.00", "0", "25.00", "failed", False, Status.OPEN),
    ],
)
def test_how_a_statement_stands(
    closing: str, held: str, payable: str, payment: str | None, superseded: bool, status: Status
) -> None:
    found = standing(D(closing), D(held), D(payable), payment=payment, superseded=superseded)
    assert found is status


def test_nothing_is_taken_of_an_account_that_is_owed_nothing() -> None:
    assert payable([], [], on("2026-07-05")).entries == ()
    assert payable([Due(1, MIA, D("-1.00"))], [], on("2026-07-05")).entries == ()
