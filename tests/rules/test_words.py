"""Counting in words."""

from __future__ import annotations

from decimal import Decimal

from shopinf.words import agreeing, counted, few, listed


def test_one_thing_is_one_and_all_other_numbers_are_several() -> None:
    assert counted(1, "order") == "1 order"
    assert [counted(number, "order") for number in (0, 2, 1200)] == ["0 orders", "2 orders", "1,200 orders"]


def test_a_plural_that_is_not_the_noun_with_an_s_is_given() -> None:
    assert counted(1, "journal entry", "journal entries") == "1 journal entry"
    assert counted(3, "journal entry", "journal entries") == "3 journal entries"


def test_the_verb_agrees_with_what_is_counted() -> None:
    assert [agreeing(number, "is", "are") for number in (0, 1, 2)] == ["are", "is", "are"]


def test_credits_are_counted_as_they_are_said() -> None:
    assert [counted(Decimal(number), "credit") for number in ("1.00", "0.5", "20")] == [
        "1 credit",
        "0.5 credits",
        "20 credits",
    ]


def test_of_many_names_a_few_are_said_and_the_others_counted() -> None:
    assert few(["maya", "leo"], 2) == "maya, leo"
    assert few(["maya", "leo", "ana"], 2) == "maya, leo and 1 more"


def test_all_names_are_said_with_and_or_with_or() -> None:
    assert [listed(names) for names in (["maya"], ["maya", "leo"], ["maya", "leo", "ana"])] == [
        "maya",
        "maya and leo",
        "maya, leo and ana",
    ]
    assert listed(["smtp", "slack", "none"], "or") == "smtp, slack or none"
