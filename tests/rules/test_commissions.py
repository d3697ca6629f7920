"""How a commission is written."""

from __future__ import annotations

import pytest

from shopinf.attribution.commissions import Commission, read_commission
from shopinf.errors import BadInput


@pytest.mark.parametrize(
    ("text", "shown"), [("10%", "10%"), (" 12.50 % ", "12.5%"), ("0%", "0%"), ("100%", "100%"), ("5.00", "5.00")]
)
def test_a_commission_is_a_percentage_or_an_amount_with_decimals(text: str, shown: str) -> None:
    assert str(read_commission(text)) == shown


@pytest.mark.parametrize("text", ["10", "", "ten", "-5%", "-1.00", "101%", "1e2%", "5,00", "NaN", "$5.00", "٥٫٠"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_commission(text)
    assert caught.value.hint


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    assert str(read_commission("500.00", "JPY")) == "500"
    assert str(read_commission("5.0", "USD")) == "5.00"
    with pytest.raises(BadInput):
        read_commission("5.005", "USD")


def test_a_commission_is_one_of_the_two() -> None:
    with pytest.raises(ValueError, match="either"):
        Commission()
