"""Phones as people write them: by the country of the customer, and the address's as well."""

from __future__ import annotations

import pytest

from shopinf.people.customers import Customer
from shopinf.people.matching import Confidence, Index, Match
from shopinf.people.profiles import Account, Profile


def found(customer: Customer, phone: str, country: str | None = None) -> list[Match]:
    profile = Profile((Account("instagram", "maya"),), phones=(phone,), country=country)
    return Index([customer]).matches(profile)


BY_PHONE = [Match(0, Confidence.PROBABLE, "phone")]


@pytest.mark.parametrize(
    ("theirs", "country", "ours"),
    [
        ("07700 900123", "GB", "+44 7700 900123"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("0612345678", "FR", "06 12 34 56 78"),
        ("(613) 555-0142", "CA", "+1 613 555 0142"),
        ("+49 151 23456789", None, "0151 23456789"),
    ],
)
def test_a_number_written_as_it_is_dialled_at_home_is_read_by_the_customers_country(
    theirs: str, country: str | None, ours: str
) -> None:
    assert found(Customer(1, phone=theirs, country=country), ours, country) == BY_PHONE


def test_the_phone_of_the_address_counts_too() -> None:
    customer = Customer(1, phone="+4915112345678", other_phone="07700 900123", country="GB")
    assert found(customer, "+447700900123") == BY_PHONE
    assert found(customer, "+4915112345678") == BY_PHONE


def test_a_number_of_another_country_is_another_number() -> None:
    assert found(Customer(1, phone="07700 900123", country="GB"), "+337700900123") == []


@pytest.mark.parametrize(
    ("first", "last", "handle", "email", "matched"),
    [
        ("David", "Lee", "davidlee", "davidlee@gmail.com", False),
        ("María", "García", "mariagarcia", "mariagarcia@hotmail.com", False),
        ("David", "Lee", "davidleeclimbs", "davidleeclimbs@gmail.com", True),
        ("Seo-yeon", "Kowalczyk", "seoyeonkowalczyk", "seoyeonkowalczyk@gmail.com", True),
    ],
)
def test_a_handle_that_is_just_a_common_name_is_no_sign_of_its_own(
    first: str, last: str, handle: str, email: str, matched: bool
) -> None:
    customer = Customer(1, email=email, first_name=first, last_name=last)
    profile = Profile((Account("instagram", handle),), first_name=first, last_name=last)
    assert bool(Index([customer], possible=True).matches(profile)) is matched
