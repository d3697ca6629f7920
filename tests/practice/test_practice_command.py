"""`shopinf practice`: what it says when the stores open, and what they are."""

from __future__ import annotations

import pytest
from bench import Bench

from shopinf.commands.practice import STORES, opened

from .conftest import Caller


@pytest.fixture
def stopped(run: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench where somebody presses Ctrl-C as soon as the stores are open."""

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run.clock, "wait", interrupted)
    return run


@pytest.mark.slow
def test_who_opens_a_store_is_told_of_its_page_and_what_can_be_done_there(stopped: Bench) -> None:
    ran = stopped("practice", "--port", "0", "--orders", "0")
    url = ran.out.split()[2]
    assert ran.out.startswith(f"Northlight Outdoor: {url}  (USD, 7.2 % tax added, America/New_York)\n")
    assert f"\nThe store has a page with buttons: {url}/practice\n" in ran.out
    assert f"curl {url}/practice/sales -d '{{\"days\": 30}}'\n" in ran.out
    assert f'curl {url}/practice/leak -d \'{{"orders": 40, "days": 3}}\'\n' in ran.out


@pytest.mark.slow
def test_who_closes_the_stores_is_told_that_they_keep_nothing(stopped: Bench) -> None:
    ran = stopped("practice", "--port", "0", "--orders", "0")
    assert ran.code == 130
    assert "The stores are closed; codes and sales of this time are gone with them\n" in ran.err
    assert "recorded" not in ran.err


def test_several_stores_differ_in_name_currency_tax_and_time_zone() -> None:
    shops = [opened(place, seed=1, plan="standard", orders=0) for place in range(len(STORES) + 1)]
    assert len({shop.name for shop in shops}) == len({shop.handle for shop in shops}) == len(shops)
    assert [(s.currency, s.timezone, s.taxes_included) for s in shops[:2]] == [
        ("USD", "America/New_York", False),
        ("EUR", "Europe/Berlin", True),
    ]
    assert len({shop.timezone for shop in shops}) == len(STORES)
    assert {"USD", "EUR", "GBP", "JPY"} <= {shop.currency for shop in shops}
    assert {shop.taxes_included for shop in shops} == {True, False}
    assert (shops[-1].handle, shops[-1].currency) == ("maya-shop-2", "USD")


def test_each_of_several_stores_stands_in_the_country_of_its_currency_and_clock() -> None:
    shops = [opened(place, seed=1, plan="standard", orders=0) for place in range(len(STORES))]
    countries = [Caller(shop).get("shop.json").json()["shop"]["country_code"] for shop in shops]
    assert countries == ["US", "DE", "FR", "GB", "JP", "MX", "CA", "ES"]
