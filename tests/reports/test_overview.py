"""One run from all its sides: sections by currency, the course of time, the comparison."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopinf.attribution.growth import growth
from shopinf.attribution.report import By, Choice
from shopinf.letterhead import PLAIN
from shopinf.money import Money
from shopinf.reports import report_file
from shopinf.results import Format

from .samples import NAMES, sample


def test_every_side_adds_up_to_the_same_totals() -> None:
    whole = sample("EUR", "JPY")
    for section in whole.sections:
        net = section.total["net_sales"]
        for by in (By.INFLUENCER, By.CODE, By.CAMPAIGN, By.STORE, By.ORDER):
            amounts = [row["net_sales"] for row in section.tables[by]]
            assert Money.sum([each for each in amounts if isinstance(each, Money)], section.currency) == net, by
        assert Money.sum([each.net_sales for each in section.course], section.currency) == net
        assert sum(each.orders for each in section.course) == section.total["orders"] == 120


def test_each_currency_has_a_section_even_when_nothing_was_sold() -> None:
    whole = sample("USD", "EUR", count=0)
    assert [section.currency for section in whole.sections] == ["EUR", "USD"]
    for section in whole.sections:
        assert section.total["orders"] == 0
        assert str(section.total["net_sales"]) == "0.00"
        assert section.total["average_order_value"] is None


@pytest.mark.parametrize(
    ("when", "step", "stretches"),
    [
        ("2026-06-03", By.DAY, 1),
        ("2026-06", By.DAY, 30),
        ("2026-Q2", By.WEEK, 14),
        ("2026", By.MONTH, 12),
    ],
)
def test_the_periods_length_decides_the_stretches(when: str, step: By, stretches: int) -> None:
    whole = sample("EUR", when=when, count=10)
    assert (whole.step, len(whole.sections[0].course)) == (step, stretches)


def test_the_stretches_are_those_that_were_asked_for() -> None:
    whole = sample("EUR", choice=Choice(by=By.WEEK))
    assert [each.label for each in whole.sections[0].course][:2] == ["2026-06-01", "2026-06-08"]


def test_several_stores_of_one_currency_share_a_course() -> None:
    whole = sample("EUR", "EUR", count=20)
    (section,) = whole.sections
    assert len(section.course) == 30
    assert sum(each.orders for each in section.course) == 40
    assert len(section.tables[By.STORE]) == 2


def test_campaigns_are_a_side_where_there_are_several() -> None:
    assert By.CAMPAIGN in sample("EUR").sides
    assert By.CAMPAIGN not in sample("EUR", names=NAMES[:1]).sides
    assert By.CAMPAIGN in sample("EUR", names=NAMES[:1], choice=Choice(by=By.CAMPAIGN)).sides


def test_the_comparison_is_with_the_period_before() -> None:
    whole = sample("EUR", compare=True)
    assert whole.former_period is not None
    assert [str(day) for day in whole.former_period] == ["2026-05-01", "2026-05-31"]
    (section,) = whole.sections
    net = section.figures[0]
    assert isinstance(net.value, Money)
    assert isinstance(net.former, Money)
    assert net.former == section.former["net_sales"] if section.former else False
    exact = (net.value.amount - net.former.amount) * 100 / net.former.amount
    assert net.change is not None
    assert abs(net.change - exact) <= Decimal("0.05")
    assert sample("EUR").former_period is None


def test_each_side_is_added_up_once_whoever_reads_it() -> None:
    whole = sample("EUR", "JPY", compare=True)
    sides = {by: whole.side(by) for by in By}
    for format in (Format.HTML, Format.XLSX):
        report_file(format, whole, PLAIN)
    assert all(whole.side(by) is side for by, side in sides.items())
    assert [row["net_sales"] for row in whole.rows] == [row["net_sales"] for row in sides[By.INFLUENCER].rows]


def test_growth_is_unknown_where_there_was_nothing_or_less() -> None:
    assert growth(0, 5) is None
    assert growth(None, 5) is None
    assert growth(8, 9) == Decimal("12.5")
    assert growth(Money.of("-10", "EUR"), Money.of("5", "EUR")) is None


@pytest.mark.parametrize(
    ("was", "now", "per_cent"),
    [("2000", "2001", "0.1"), ("16", "15.99", "-0.1"), ("2000", "1999", "-0.1"), ("3000", "2999", "0.0")],
)
def test_growth_is_rounded_half_up_to_one_decimal(was: str, now: str, per_cent: str) -> None:
    assert str(growth(Money.of(was, "EUR"), Money.of(now, "EUR"))) == per_cent


def test_a_clients_overview_has_no_commission_and_no_note_of_it() -> None:
    whole = sample("EUR", client=True, rate=None)
    assert not [note for note in whole.notes if "commission" in note]
    assert [note for note in sample("EUR", client=False, rate=None).notes if "commission" in note]
    for by in By:
        assert not {"commission", "reasons"} & {column.key for column in whole.columns(by)}
    assert "commission" in {column.key for column in sample("EUR", client=False).columns(By.CODE)}


def test_what_was_left_out_is_listed_with_its_reason() -> None:
    whole = sample("EUR", count=30)
    listed = [(row["order_name"], row["excluded"]) for row in whole.left_out]
    assert listed == [("#1031", "test"), ("#1033", "gift"), ("#1032", "pending")]
    assert {why: count for why, count in whole.excluded.items() if count} == {"test": 1, "gift": 1, "pending": 1}
