"""Addresses as people write them, read and looked over."""

from __future__ import annotations

import pytest

from shopinf.commands.gifts.sheet import split_zip
from shopinf.gifts.addresses import country_code, read_address


def address(**given: str) -> dict[str, str]:
    return {"address1": "1 Main St", "city": "Town", **given}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CA", "CA"),
        ("can", "CA"),
        ("Canada", "CA"),
        ("united states", "US"),
        ("USA", "US"),
        ("U.K.", "GB"),
        ("England", "GB"),
        ("South Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("Vietnam", "VN"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("España", "ES"),
        ("Niederlande", "NL"),
        ("Etats-Unis", "US"),
        ("Regno Unito", "GB"),
        ("Zwitserland", "CH"),
        ("Österreich", "AT"),
        ("Côte d'Ivoire", "CI"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_countries_have_codes_and_names(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("province", "country", "postcode", "code"),
    [
        ("ON", "CA", "K1A 0B1", "ON"),
        ("Ontario", "Canada", "k1a0b1", "ON"),
        ("Québec", "CA", "H2X 1Y4", "QC"),
        ("california", "US", "90001", "CA"),
        ("US-CA", "US", "90001-1234", "CA"),
        ("Victoria", "AU", "3000", "VIC"),
        ("São Paulo", "BR", "01000-000", "SP"),
        ("Sao Paulo", "BR", "01000-000", "SP"),
        ("RM", "IT", "00144", "RM"),
        ("Dublin", "IE", "D02 X285", ""),
        ("Madrid", "ES", "28039", ""),
        ("", "GB", "EC1Y 8SY", ""),
        ("", "DE", "10115", ""),
        ("", "SE", "211 20", ""),
        ("", "HK", "", ""),
    ],
)
def test_a_plausible_address_has_no_problem(province: str, country: str, postcode: str, code: str) -> None:
    checked = read_address(address(province=province, country=country, zip=postcode))
    assert checked.problems == ()
    assert checked.address is not None
    assert checked.address.province_code == code


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            address(country="CA", province="ON", zip="12345"),
            "'12345' is no postcode of Canada, which looks like H3Z 2Y7",
        ),
        (address(country="US", province="NY", zip="1001"), "'1001' is no ZIP code of United States"),
        (address(country="DE", zip=""), "the postcode is missing"),
        (address(country="US", province="XX", zip="10001"), "United States has no state 'XX'"),
        (address(country="FR", zip="69002", city=""), "the city is missing"),
        (address(country=""), "the country is missing"),
    ],
)
def test_an_implausible_one_says_what_is_wrong(given: dict[str, str], problem: str) -> None:
    assert any(problem in said for said in read_address(given).problems)


@pytest.mark.parametrize(
    ("given", "doubt"),
    [
        (address(country="US", province="CA", zip="10001"), "10001 is not in California"),
        (address(country="US", zip="10001"), "the state is missing"),
        (address(country="IT", province="Rome", zip="00144"), "Italy has no province 'Rome'"),
    ],
)
def test_what_may_be_right_is_only_a_doubt(given: dict[str, str], doubt: str) -> None:
    checked = read_address(given)
    assert checked.problems == ()
    assert doubt in checked.doubts


def test_a_street_without_a_number_deserves_a_look() -> None:
    given = {"city": "Hannover", "country": "DE", "zip": "30159"}
    assert read_address({"address1": "Lindenstrasse", **given}).doubts == ("the street has no number",)
    assert read_address({"address1": "Lindenstrasse", "address2": "Haus 4", **given}).doubts == ()


@pytest.mark.parametrize(
    ("cell", "zip", "city"),
    [
        ("30159 Hannover", "30159", "Hannover"),
        ("1234 AB Den Haag", "1234 AB", "Den Haag"),
        ("SE-111 22 Stockholm", "SE-111 22", "Stockholm"),
        ("00-950 Warszawa", "00-950", "Warszawa"),
        ("Portland, 97205", "97205", "Portland"),
        ("Hannover", "", "Hannover"),
    ],
)
def test_a_postcode_and_a_town_in_one_cell_are_told_apart(cell: str, zip: str, city: str) -> None:
    assert split_zip(cell) == (zip, city)
