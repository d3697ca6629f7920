"""Which known name somebody may have meant."""

from __future__ import annotations

import pytest

from shopinf.nearest import nearest

KNOWN = ("mia", "leo", "autumn")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("mai", "mia"), ("mya", "mia"), ("lea", "leo"), ("autum", "autumn"), ("zoe", None), ("ana", None)],
)
def test_a_letter_wrong_in_a_short_name_is_still_near(typed: str, meant: str | None) -> None:
    assert nearest(typed, KNOWN) == meant
