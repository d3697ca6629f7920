"""The scale of a chart: few round numbers, zero among them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopinf.letterhead import Language
from shopinf.reports.charts import Chart, Point, bars, columns, ticks
from shopinf.reports.tongue import tongue_of


@pytest.mark.parametrize(
    ("lowest", "highest", "marks"),
    [
        ("0", "0", "0 1"),
        ("12", "848", "0 250 500 750 1000"),
        ("0", "3.9", "0 1 2 3 4"),
        ("-120", "300", "-200 0 200 400"),
        ("-90", "-10", "-100 -75 -50 -25 0"),
        ("0", "0.004", "0 0.001 0.002 0.003 0.004"),
    ],
)
def test_marks_are_few_and_round(lowest: str, highest: str, marks: str) -> None:
    assert ticks(Decimal(lowest), Decimal(highest)) == [Decimal(mark) for mark in marks.split()]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0"),
        ("750", "750"),
        ("7500", "7.5k"),
        ("12000", "12k"),
        ("-2000", "-2k"),
        ("1250000", "1.25m"),
        ("0.5", "0.5"),
    ],
)
def test_an_axis_shortens_its_numbers(amount: str, shown: str) -> None:
    assert tongue_of(Language.EN).short(Decimal(amount)) == shown


def test_a_bar_is_as_long_as_its_amount() -> None:
    points = [Point("a", Decimal(100), "100.00"), Point("b", Decimal(25), "25.00")]
    svg = columns(Chart("x", "t", "d", points), width=400, height=200)
    heights = [float(part.split('"')[0]) for part in svg.split(' height="')[1:] if 'class="bar"' in part.split(">")[0]]
    assert heights[0] == pytest.approx(heights[1] * 4)


def test_long_names_are_cut_in_the_drawing_and_whole_in_its_words() -> None:
    svg = bars(Chart("x", "t", "d", [Point("n" * 200, Decimal(1), "1.00")]), width=340)
    assert f"{'n' * 200}: 1.00</title>" in svg
    assert "n…</text>" in svg
