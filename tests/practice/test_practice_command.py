"""`shopinf practice`: what it says when the stores open, and what they are."""

from __future__ import annotations

import re
import sys

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


@pytest.mark.slow
def test_windows_is_told_beside_sh_how_the_first_store_is_connected(stopped: Bench) -> None:
    out = stopped("practice", "--port", "0", "--orders", "0", "--stores", "2").out
    url, token = re.findall(r"connect maya-shop --url (\S+)", out)[0], re.findall(r"ACCESS_TOKEN=(\w+)", out)[0]
    name = "SHOPINF_MAYA_SHOP_ACCESS_TOKEN"
    lines = out.splitlines()
    assert f"  printf 'ACCESS_TOKEN={token}\\n' | shopinf connect maya-shop --url {url} --stdin" in lines
    power = lines.index("In PowerShell:")
    assert lines[power + 1] == f"  'ACCESS_TOKEN={token}' | shopinf connect maya-shop --url {url} --stdin"
    assert lines[power + 3] == f"  $env:{name} = '{token}'"
    cmd = lines.index("In cmd:")
    assert lines[cmd + 1] == f"  echo ACCESS_TOKEN={token}| shopinf connect maya-shop --url {url} --stdin"
    assert lines[cmd + 3] == f'  set "{name}={token}"'


@pytest.mark.slow
def test_on_windows_its_own_shells_are_told_of_every_store(stopped: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    out = stopped("practice", "--port", "0", "--orders", "0", "--stores", "2").out
    assert (out.count("$env:SHOPINF_"), out.count('set "SHOPINF_'), out.count("printf")) == (2, 2, 1)
    [url] = re.findall(r"buttons: (\S+)/practice\n", out)
    assert f"    Invoke-RestMethod {url}/practice/sales -Method Post -Body '{{\"days\": 30}}'\n" in out
    assert f'    curl {url}/practice/sales -d "{{\\"days\\": 30}}"\n' in out
