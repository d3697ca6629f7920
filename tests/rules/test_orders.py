"""Orders as facts: where a buyer came from, and what the ledger gets back."""

from __future__ import annotations

import pytest

from shopinf.attribution.codebook import Since, TrackedCode
from shopinf.errors import MachineProblem
from shopinf.orderfacts import from_facts, to_facts
from shopinf.orders import Landing, read_landing

from .making import MIA, book, day, line, order


@pytest.mark.parametrize(
    ("page", "landing"),
    [
        (None, None),
        ("", None),
        ("/", None),
        ("/products/serum?variant=1", None),
        ("http://[", None),
        ("/discount/", None),
        (
            "/discount/MAYA15?redirect=%2Fcollections%2Fall&utm_source=maya&utm_medium=influencer",
            Landing("MAYA15", None, (("source", "maya"), ("medium", "influencer"))),
        ),
        ("https://shop.example/en/discount/M%C3%84YA?UTM_Content=x", Landing("MÄYA", None, (("content", "x"),))),
        ("/cart/1:1?discount=MAYA15&ref=maya", Landing("MAYA15", "maya")),
        ("/?utm_email=ann%40example.com", None),
    ],
)
def test_the_landing_page_says_where_the_buyer_came_from(page: str | None, landing: Landing | None) -> None:
    assert read_landing(page) == landing


def test_the_ref_that_shopify_found_goes_before_the_addresss_own() -> None:
    assert read_landing("/?ref=one", "two") == Landing(ref="two")


def test_facts_of_a_later_form_are_refused() -> None:
    facts = to_facts(order(line(1, "1.00"))) | {"v": 99}
    with pytest.raises(MachineProblem, match="99"):
        from_facts(facts)


def test_facts_leave_out_what_is_empty() -> None:
    assert set(to_facts(order(line(1, "1.00")))) == {"v", "id", "name", "at", "cur", "fin", "lines"}


def test_each_code_is_named_once_as_it_was_first_typed() -> None:
    assert order(codes=["mia10 ", "SUMMER", "MIA10"]).codes == ("mia10", "SUMMER")


def test_a_renamed_code_answers_to_both_names_on_that_day() -> None:
    code = TrackedCode((Since("MIA10"), Since("MIA15", day("2026-03-10"))), (Since("mia"),))
    called = [
        (text, code.is_called(text, day(f"2026-03-{on}"))) for on in ("09", "10", "11") for text in ("mia10", "MIA15")
    ]
    assert [answer for _, answer in called] == [True, False, True, True, False, True]
    assert code.code == "MIA15"
    assert book(MIA).named("MIA15", day("2026-03-11")) is None
