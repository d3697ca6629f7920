"""What may be in a code, how names become one, and how likely two random ones meet."""

from __future__ import annotations

import pytest

from shopinf.discounts.codes import ALPHABET, Pattern, check_code, collision_chance, draw, drawn_for, fold, suffixed
from shopinf.errors import BadInput


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("José", "JOSE"),
        ("Straße", "STRASSE"),
        ("Łuczak", "LUCZAK"),
        ("Ærø", "AERO"),
        ("Anna Maria", "ANNA-MARIA"),
        ("O'Neil", "ONEIL"),
        ("@maya.styles", "MAYA-STYLES"),
        ("maya_styles", "MAYA_STYLES"),
        ("小红", "XIAOHONG"),
        ("Мая", "MAYA"),
        ("Maya 😀", "MAYA"),
        ("  ", ""),
        ("12.5", "12-5"),
    ],
)
def test_names_become_codes_that_can_still_be_read(name: str, code: str) -> None:
    assert fold(name) == code


def test_a_decomposed_accent_is_the_same_letter() -> None:
    assert fold("Jose\u0301") == fold("José") == "JOSE"


def test_a_pattern_is_filled_with_folded_values() -> None:
    pattern = Pattern.read("{First_Name}-{value}")
    assert pattern.fill({"first_name": "Zoé", "value": "15"}) == "ZOE-15"


def test_what_stands_between_tokens_is_folded_too() -> None:
    assert Pattern.read("été {n}").fill({"n": "7"}) == "ETE-7"


def test_random_signs_are_never_mistaken_for_others() -> None:
    assert len(ALPHABET) == 31
    assert not set("ILO01") & set(ALPHABET)
    assert set(draw(2000)) <= set(ALPHABET)


def test_signs_drawn_for_the_same_are_the_same_and_evenly_spread() -> None:
    drawing, again = drawn_for(b"key", "7", "q4"), drawn_for(b"key", "7", "q4")
    first = drawing(31_000)
    assert first == again(31_000)
    assert first[:6] != drawing(6)
    assert first[:6] != drawn_for(b"other", "7", "q4")(6) != drawn_for(b"key", "7", "q5")(6)
    # A thousand of each were expected; 150 off is five times what chance does.
    assert all(abs(first.count(sign) - 1000) < 150 for sign in ALPHABET)


def test_a_pattern_knows_its_random_signs() -> None:
    pattern = Pattern.read("Q4-{random:6}{random:2}")
    assert pattern.signs == 8
    assert pattern.fill({}, lambda n: "X" * n) == "Q4-XXXXXXXX"


@pytest.mark.parametrize("text", ["{shoe_size}", "{random:0}", "{random:99}", "{first_name", "", "  "])
def test_a_pattern_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Pattern.read(text)


def test_an_empty_name_makes_no_code() -> None:
    with pytest.raises(BadInput, match="first_name"):
        Pattern.read("{first_name}{value}").fill({"value": "15"})


def test_a_code_that_takes_nothing_off_shows_no_value() -> None:
    assert Pattern.read("{influencer}{value}").fill({"influencer": "maya", "value": ""}) == "MAYA"


def test_a_code_longer_than_can_be_looked_up_is_refused() -> None:
    with pytest.raises(BadInput, match="101"):
        Pattern.read("{influencer}").fill({"influencer": "m" * 101})


@pytest.mark.parametrize(("wish", "suggestion"), [("my code", "MY-CODE"), ("été", "ETE"), ("a/b", "A-B")])
def test_a_wish_that_cannot_be_a_code_comes_with_a_suggestion(wish: str, suggestion: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_code(wish)
    assert suggestion in (refused.value.hint or "")


@pytest.mark.parametrize("wish", ["MAYA15", "maya-15", "Maya_15"])
def test_a_wish_may_be_spelled_as_its_owner_likes(wish: str) -> None:
    check_code(wish)


def test_a_suffix_leaves_room_for_itself() -> None:
    assert len(suffixed("M" * 100)) == 100
    assert suffixed("MAYA15", lambda n: "2" * n) == "MAYA15-2222"


@pytest.mark.parametrize(("signs", "percent"), [(5, 83), (6, 5.5), (8, 0.006)])
def test_the_chance_that_two_of_ten_thousand_codes_meet(signs: int, percent: float) -> None:
    assert 100 * collision_chance(10_000, signs) == pytest.approx(percent, rel=0.05)


def test_more_codes_than_there_are_must_meet() -> None:
    assert collision_chance(32, 1) == 1.0
