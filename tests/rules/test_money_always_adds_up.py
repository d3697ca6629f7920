"""What holds for every order, however odd: found by trying many."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from shopinf.attribution.buyers import rank
from shopinf.attribution.commissions import Commission, read_commission
from shopinf.attribution.credits import Credit, Excluded, MultiCode, Rules, Status, attribute
from shopinf.attribution.decisions import Decision, Verdict, fingerprint
from shopinf.attribution.refunds import slack, unit_base
from shopinf.attribution.report import By, Choice, DateBasis, StoreOrders, report
from shopinf.attribution.sales import Amounts, apportion, sale
from shopinf.attribution.tally import Row
from shopinf.money import digits, rounded
from shopinf.orderfacts import from_facts, to_facts
from shopinf.orders import (
    Adjustment,
    Application,
    Landing,
    Line,
    Order,
    Refund,
    RefundLine,
    Transaction,
    UsedCode,
)

from .making import LEO, MIA, TEN, UTC_ZONE, D, book, tracked

often = settings(max_examples=70, deadline=None, database=None)
CODES = book(MIA, LEO, tracked("ANN", "ann"))
START = datetime(2026, 3, 1, tzinfo=UTC)
moments = st.integers(0, 10_000_000).map(lambda seconds: START + timedelta(seconds=seconds))
zoned = st.tuples(moments, st.integers(-12, 14)).map(
    lambda both: both[0].astimezone(timezone(timedelta(hours=both[1])))
)


def amounts(currency: str, most: int = 20_000) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most).map(lambda units: Decimal(units).scaleb(-digits(currency)))


@st.composite
def lines(draw: st.DrawFn, line_id: int, currency: str, discounts: int) -> Line:
    quantity, price = draw(st.integers(1, 4)), draw(amounts(currency))
    places = draw(st.lists(st.integers(0, discounts - 1), unique=True)) if discounts else []
    least = int((price * quantity).scaleb(digits(currency))) // (discounts + 1) if discounts else 0
    return Line(
        line_id,
        quantity,
        price,
        draw(st.none() | st.integers(0, quantity)),
        tuple((place, draw(amounts(currency, least))) for place in places),
        draw(amounts(currency, 300)),
        draw(st.integers(0, 9)) == 0,
        sku=draw(st.none() | st.text(max_size=3)),
    )


statuses_sent = st.sampled_from(["success", "success", "pending", "failure", "error", ""])
currencies = st.sampled_from(["USD", "CAD", ""])


@st.composite
def orders(draw: st.DrawFn, order_id: int = 1) -> Order:
    currency = draw(st.sampled_from(["USD", "USD", "JPY", "KWD"]))
    codes = draw(st.lists(st.sampled_from(["MIA10", "leo5", "ANN", "SUMMER"]), max_size=4, unique=True))
    bought = tuple(draw(lines(each, currency, len(codes))) for each in range(1, draw(st.integers(1, 4)) + 1))
    refunds = []
    for refund_id in range(draw(st.integers(0, 3))):
        back = draw(st.lists(st.integers(1, len(bought) + 1), max_size=2))
        abroad = st.none() | st.tuples(amounts(currency), amounts(currency, 50))
        parts = tuple(
            RefundLine(each, 1, draw(st.just(D(0)) | amounts(currency)), draw(amounts(currency, 50)), draw(abroad))
            for each in back
        )
        kinds = draw(st.lists(st.sampled_from(["refund_discrepancy", "shipping_refund", ""]), max_size=3))
        signed = amounts(currency, 2000).flatmap(lambda amount: st.sampled_from([amount, -amount]))
        reasons = st.sampled_from(["", "Refund discrepancy", "Pending refund discrepancy", "Shipping refund"])
        adjustments = tuple(Adjustment(kind, draw(signed), reason=draw(reasons)) for kind in kinds)
        sendings = st.builds(Transaction, st.just("refund"), statuses_sent, amounts(currency), currencies)
        sent = draw(st.none() | st.lists(sendings, max_size=2).map(tuple))
        shipping = draw(st.just(D(0)) | amounts(currency, 500))
        refunds.append(Refund(refund_id, draw(zoned), parts, adjustments, sent, shipping, shipping))
    statuses = ["paid", "paid", "partially_refunded", "refunded", "pending", "voided", None]
    return Order(
        order_id,
        f"#{order_id}",
        draw(zoned),
        draw(zoned),
        draw(zoned),
        currency,
        draw(st.sampled_from(statuses)),
        bought,
        draw(st.booleans()),
        tuple(Application("discount_code", code) for code in codes) if draw(st.integers(0, 5)) else None,
        tuple(UsedCode(code, draw(amounts(currency, 900))) for code in codes),
        refunds=tuple(refunds),
        cancelled_at=draw(st.none() | st.none() | zoned),
        test=draw(st.integers(0, 9)) == 0,
        total_line_items_price=draw(st.none() | amounts(currency)),
        current_subtotal_price=draw(st.none() | amounts(currency)),
        customer_id=draw(st.none() | st.integers(1, 3)),
        customer_created_at=draw(st.none() | zoned),
        email_key=draw(st.none() | st.sampled_from(["a", "b"])),
        landing=draw(st.none() | st.just(Landing("mia10", None, (("source", "ig"),)))),
        tags=draw(st.sampled_from([(), ("vip", "gift")])),
        gift=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def shops(draw: st.DrawFn) -> list[Order]:
    return [draw(orders(each)) for each in range(1, draw(st.integers(1, 5)) + 1)]


def outcomes(bought: list[Order], rules: Rules) -> list[list[Credit] | Excluded]:
    ranks = rank(bought)
    return [attribute(each, CODES, rules, ranks.get(each.order_id)) for each in bought]


def adds_up(row: Row) -> bool:
    gross, less, tax, back, net = (
        Decimal(str(row[key])) for key in ("gross_sales", "discounts", "included_tax", "returns", "net_sales")
    )
    return gross - less - tax - back == net


rates = st.sampled_from([TEN, read_commission("12.5%"), read_commission("3.00"), None])
rule_sets = st.builds(Rules, st.sampled_from(MultiCode), st.booleans(), rates)


@often
@given(orders())
def test_returns_are_never_more_than_the_base_nor_below_zero(bought: Order) -> None:
    worth = sale(bought)
    for each in (worth.amounts, *(moment.amounts for moment in worth.moments)):
        assert 0 <= each.returns <= each.base
        assert 0 <= each.net_sales == each.gross_sales - each.discounts - each.included_tax - each.returns
        assert rounded(each.net_sales, bought.currency) == each.net_sales


@often
@given(orders())
def test_each_refund_takes_something_between_nothing_and_what_its_goods_and_its_goodwill_are_worth(
    bought: Order,
) -> None:
    for each in sale(bought).refunds:
        assert 0 <= each.effect <= each.by_lines + each.goodwill
        assert min(each.by_lines, each.withheld, each.goodwill, each.bare) >= 0


@often
@given(orders(), rule_sets)
def test_what_needs_no_look_earns_no_more_than_is_kept_and_withheld(bought: Order, rules: Rules) -> None:
    worth = sale(bought)
    if worth.problems or bought.cancelled_at is not None:
        return
    kept = sum(
        (unit_base(line, bought.taxes_included) * line.current_quantity)
        if line.current_quantity is not None
        else unit_base(line, bought.taxes_included) * line.quantity
        for line in worth.ordered
    )
    assert worth.amounts.net_sales <= kept + sum(each.withheld for each in worth.refunds) + slack(bought)


@often
@given(orders(), rule_sets)
def test_the_shares_of_an_order_are_one_order(bought: Order, rules: Rules) -> None:
    outcome = attribute(bought, CODES, rules)
    if isinstance(outcome, Excluded) or not outcome:
        return
    assert sum(each.share for each in outcome) == 1
    whole = sale(bought).amounts
    assert sum((each.amounts for each in outcome), Amounts()) == whole
    assert all(each.amounts.net_sales >= 0 and each.amounts.returns >= 0 for each in outcome)
    if isinstance(rules.default, Commission):
        earned = sum(each.commission or 0 for each in outcome)
        over = bought.cancelled_at is not None or bought.financial_status == "voided"
        assert earned == (0 if over else rules.default.on(whole.base, whole.net_sales, bought.currency))


@often
@given(orders(), rule_sets)
def test_the_events_of_a_credit_are_the_credit(bought: Order, rules: Rules) -> None:
    outcome = attribute(bought, CODES, rules)
    for each in outcome if isinstance(outcome, list) else ():
        assert sum((event.amounts for event in each.events), Amounts()) == each.amounts
        if each.commission is not None:
            assert sum(event.commission or 0 for event in each.events) == each.commission
        assert [event.at for event in each.events] == sorted(event.at for event in each.events)


@often
@given(orders(), rule_sets, st.sampled_from(Verdict), moments, amounts("USD"))
def test_a_decided_order_counts_with_what_was_decided_whatever_it_was(
    bought: Order, rules: Rules, verdict: Verdict, at: datetime, net: Decimal
) -> None:
    made = Decision(bought.order_id, verdict, net, at, "ann", "seen", fingerprint(bought))
    before = attribute(bought, CODES, rules)
    after = attribute(bought, CODES, replace(rules, decisions={bought.order_id: made}))
    if isinstance(before, Excluded) or isinstance(after, Excluded) or not before:
        return
    if before[0].status is not Status.NEEDS_REVIEW:
        assert before == after
        return
    counted = sum((each.amounts for each in after), Amounts())
    computed = sum((each.amounts for each in before), Amounts())
    wanted = {Verdict.NET: rounded(net, bought.currency), Verdict.NOTHING: 0, Verdict.AS_COMPUTED: computed.net_sales}
    assert counted.net_sales == wanted[verdict]
    assert counted.returns >= 0
    for each in after:
        assert each.status in {Status.APPROVED, Status.PENDING}
        assert sum((event.amounts for event in each.events), Amounts()) == each.amounts
        assert [event.at for event in each.events] == sorted(event.at for event in each.events)
        assert all(event.at >= at for event in each.events)


@often
@given(shops(), rule_sets, st.sampled_from(By), st.booleans())
def test_every_row_adds_up_and_both_date_bases_agree_over_all_time(
    bought: list[Order], rules: Rules, by: By, pending: bool
) -> None:
    found = outcomes(bought, rules)
    totals = []
    for basis in DateBasis:
        made = report(
            [StoreOrders("maya", "USD", UTC_ZONE, found, codes=CODES)],
            Choice(by=by, basis=basis, include_pending=pending, include_zero=True),
        )
        assert all(adds_up(row) for row in (*made.rows, *made.totals))
        if by is not By.ORDER:
            for total in made.totals:
                rows = [row for row in made.rows if row["currency"] == total["currency"]]
                assert sum(Decimal(str(row["net_sales"])) for row in rows) == Decimal(str(total["net_sales"]))
        totals.append(made.totals)
    assert totals[0] == totals[1]


@often
@given(shops(), rule_sets)
def test_the_order_of_arrival_changes_nothing(bought: list[Order], rules: Rules) -> None:
    shuffled = [
        replace(
            each,
            refunds=tuple(reversed(each.refunds)),
        )
        for each in reversed(bought)
    ]
    one, other = (
        report([StoreOrders("maya", "USD", UTC_ZONE, outcomes(each, rules))], Choice(by=By.ORDER))
        for each in (bought, shuffled)
    )
    assert one.rows == other.rows
    assert one.totals == other.totals


@often
@given(orders())
def test_facts_come_back_as_they_were(bought: Order) -> None:
    assert from_facts(json.loads(json.dumps(to_facts(bought)))) == bought


@often
@given(
    st.integers(0, 10**7),
    st.lists(st.integers(0, 1000), min_size=1, max_size=5).filter(any),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_parts_add_up_and_are_less_than_a_unit_off(units: int, weights: list[int], currency: str) -> None:
    unit = Decimal(1).scaleb(-digits(currency))
    total = units * unit
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = apportion(total, shares, currency)
    assert sum(parts) == total
    assert all(
        abs(Fraction(part) - Fraction(total) * share) < Fraction(unit)
        for part, share in zip(parts, shares, strict=True)
    )
