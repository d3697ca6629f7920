"""Numbers and days as people write them: one reading, or a refusal that says why."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopinf.errors import BadInput
from shopinf.numbers import TwoReadings, decimal_sign, read_number
from shopinf.sheets.names import Kind
from shopinf.sheets.values import Doubtful, Manner, is_nothing, read_cell

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=2)


def written(number: Decimal, thousands: str, decimal: str) -> str:
    """*number* with these signs between thousands and before its decimals."""
    return f"{number:,.2f}".replace(",", "_").replace(".", decimal).replace("_", thousands)


@given(NUMBERS, st.sampled_from([(",", "."), (".", ","), (" ", ","), ("’", "."), ("\u202f", ",")]))
def test_a_number_with_two_decimals_has_one_reading_wherever_it_was_written(
    number: Decimal, signs: tuple[str, str]
) -> None:
    assert read_number(written(number, *signs)).value == number


@given(st.integers(min_value=1, max_value=999), st.integers(min_value=0, max_value=999), st.sampled_from(",."))
def test_three_digits_behind_one_sign_are_read_by_the_sheets_own_sign_or_refused(
    head: int, tail: int, sign: str
) -> None:
    text = f"{head}{sign}{tail:03}"
    assert read_number(text, sign).value == Decimal(f"{head}.{tail:03}")
    assert read_number(text, "," if sign == "." else ".").value == Decimal(head * 1000 + tail)
    with pytest.raises(TwoReadings):
        read_number(text)


@given(NUMBERS, st.sampled_from(["k", " K", "M", " Mio.", " mill.", " million"]))
def test_a_scale_multiplies(number: Decimal, scale: str) -> None:
    times = 1000 if scale.strip().lower() == "k" else 1_000_000
    assert read_number(f"{number:.2f}{scale}").value == number * times


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with suppress(BadInput):
        assert read_number(text, ".").value.is_finite()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15k-25k", 15_000),
        ("15-25k", 15_000),
        (">10k", 10_000),
        ("10k+", 10_000),
        ("10,5 k – 20 k", 10_500),
    ],
)
def test_a_range_is_its_lower_end_and_says_so(text: str, value: int) -> None:
    found = read_number(text)
    assert (int(found.value), found.is_least) == (value, True)


@pytest.mark.parametrize("text", ["~895K", "TikTok: ~895K", "ca. 895 k", "895k followers", "８９５k"])
def test_words_around_a_number_do_not_matter(text: str) -> None:
    found = read_number(text)
    assert (int(found.value), found.is_least) == (895_000, False)


@pytest.mark.parametrize("text", ["", "-", "many", "1.2.3", "12,34,56", "1,2 x", "4/5"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_number(text)


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1.234", "3,42 %"], ","),
        (["1,234", "1.2M"], "."),
        (["1.234.567"], ","),
        (["1,234"], None),
        (["1,234", "45,600"], "."),
        (["1,5", "1.5"], None),
        (["88000"], None),
    ],
)
def test_the_sign_before_decimals_is_told_by_the_other_numbers(texts: list[str], sign: str | None) -> None:
    assert decimal_sign(texts) == sign


@pytest.mark.parametrize(
    ("text", "kind", "cell"),
    [
        ("12,5 %", Kind.EITHER, "12.5%"),
        ("5,00", Kind.EITHER, "5.00"),
        ("5 €", Kind.EITHER, "5.00"),
        ("15% off", Kind.EITHER, "15%"),
        ("15 Prozent Rabatt", Kind.EITHER, "15%"),
        ("15 % de descuento", Kind.EITHER, "15%"),
        ("$10 off", Kind.EITHER, "10.00"),
        ("10 percent per sale", Kind.EITHER, "10%"),
        ("5 USD per order", Kind.EITHER, "5.00"),
        ("10%, from 1000 15%", Kind.EITHER, "10%, from 1000 15%"),
        ("new 15% returning 5%", Kind.EITHER, "new 15% returning 5%"),
        ("1.234,56 €", Kind.MONEY, "1234.56"),
        ("-10.0", Kind.MONEY, "-10.0"),
        ("3,42 %", Kind.RATE, "3.42"),
        ("1,2 Mio.", Kind.COUNT, "1200000"),
        ("24.12.2026", Kind.DAY, "2026-12-24"),
        ("46380", Kind.DAY, "2026-12-24"),
        ("2026-12-24 23:59", Kind.DAY, "2026-12-24 23:59"),
        ("1.2万", Kind.COUNT, "12000"),
        ("10k (IG)", Kind.COUNT, "10000"),
        ("12,5 tys.", Kind.COUNT, "12500"),
        ("24/12/2026", Kind.DAY, "2026-12-24"),
        ("24. Dezember 2026", Kind.DAY, "2026-12-24"),
        ("Dec 24, 2026", Kind.DAY, "2026-12-24"),
        ("2026-12-24", Kind.DAY, "2026-12-24"),
        ("34600111222.0", Kind.NUMBER, "34600111222"),
        ('="447700900123"', Kind.NUMBER, "447700900123"),
        ("4,477E+11", Kind.NUMBER, "447700000000"),
        ("'01067", Kind.NUMBER, "01067"),
        ("lots", Kind.COUNT, "lots"),
    ],
)
def test_a_cell_is_read_into_one_form(text: str, kind: Kind, cell: str) -> None:
    assert read_cell(text, kind, Manner())[0] == cell


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1,234", Kind.COUNT),
        ("12.5", Kind.COUNT),
        ("2276008 %", Kind.RATE),
        ("3/4/2026", Kind.DAY),
        ("1.500", Kind.MONEY),
    ],
)
def test_a_cell_with_two_readings_or_none_that_can_be_is_refused(text: str, kind: Kind) -> None:
    with pytest.raises(Doubtful):
        read_cell(text, kind, Manner())


def test_words_for_nothing_are_empty_and_names_are_not() -> None:
    assert all(is_nothing(text) for text in ("Not Found", "null", "N/A", "-", "sei la", " "))
    assert is_nothing("null", name=True)
    assert not any(is_nothing(text, name=True) for text in ("Nan", "Null", "No"))
