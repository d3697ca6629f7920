"""Three hundred labelled pairs of a customer and a profile: what is called certain never is anybody else."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shopinf.people.customers import Customer
from shopinf.people.matching import Confidence, Index
from shopinf.people.profiles import Account, Profile

PAIRS = list(csv.DictReader((Path(__file__).parent / "pairs.csv").read_text(encoding="utf-8").splitlines()))
Judged = list[tuple[Mapping[str, str], Confidence, bool]]


def customers() -> list[Customer]:
    return [
        Customer(
            number,
            pair["customer_email"] or None,
            pair["customer_first_name"] or None,
            pair["customer_last_name"] or None,
            pair["customer_phone"] or None,
        )
        for number, pair in enumerate(PAIRS)
    ]


def profile(pair: Mapping[str, str]) -> Profile:
    return Profile(
        (Account("instagram", pair["handle"]),),
        name=pair["name"],
        emails=(pair["email"],) if pair["email"] else (),
        phones=(pair["phone"],) if pair["phone"] else (),
        country=pair["country"] or None,
        websites=(pair["website"],) if pair["website"] else (),
    )


def judged() -> Iterator[tuple[Mapping[str, str], Confidence, bool]]:
    """Every match among all customers: the pair, how sure it is, and whether it is right."""
    index = Index(customers(), possible=True)
    for number, pair in enumerate(PAIRS):
        for match in index.matches(profile(pair)):
            yield pair, match.confidence, match.place == number and pair["same"] == "yes"


@pytest.fixture(scope="module")
def found() -> Judged:
    return list(judged())


def figures(found: Judged) -> dict[Confidence, tuple[int, int]]:
    """Of each level the right matches and the wrong ones."""
    return {
        level: (
            sum(right for _, confidence, right in found if confidence is level),
            sum(not right for _, confidence, right in found if confidence is level),
        )
        for level in Confidence
    }


def test_there_are_three_hundred_pairs_and_about_as_many_of_each_kind() -> None:
    assert len(PAIRS) == 300
    assert 120 < sum(pair["same"] == "yes" for pair in PAIRS) < 180


def test_certain_and_probable_have_no_false_match(found: Judged) -> None:
    wrong = [(pair["kind"], pair["customer_email"]) for pair, level, right in found if not right]
    assert figures(found)[Confidence.CERTAIN][1] == 0, wrong
    assert figures(found)[Confidence.PROBABLE][1] == 0, wrong


def test_possible_is_right_almost_always(found: Judged) -> None:
    right, wrong = figures(found)[Confidence.POSSIBLE]
    assert wrong <= right / 50, [(pair["kind"], pair["customer_email"]) for pair, _, ok in found if not ok]


@pytest.mark.parametrize(
    ("kinds", "level", "least"),
    [
        (("case", "plus tag", "gmail dots"), Confidence.CERTAIN, 1.0),
        (("phone",), Confidence.PROBABLE, 1.0),
        (("personal domain", "accents", "transliterated"), Confidence.POSSIBLE, 0.95),
    ],
)
def test_those_who_are_one_person_are_found(
    found: Judged, kinds: tuple[str, ...], level: Confidence, least: float
) -> None:
    wanted = [pair for pair in PAIRS if pair["kind"] in kinds and pair["same"] == "yes"]
    hits = [pair for pair, confidence, right in found if right and confidence is level and pair["kind"] in kinds]
    missed = [pair["customer_email"] for pair in wanted if pair not in hits]
    assert len(hits) >= least * len(wanted), missed


@pytest.mark.parametrize("kind", sorted({pair["kind"] for pair in PAIRS if pair["same"] == "no"}))
def test_those_who_are_two_people_are_not_taken_for_one(found: Judged, kind: str) -> None:
    assert [pair["customer_email"] for pair, _, right in found if pair["kind"] == kind and not right] == []
