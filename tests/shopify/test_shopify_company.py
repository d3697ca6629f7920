"""Stores worked on at the same time: one that answers nothing usable does not hold back what came of the others."""

from __future__ import annotations

import httpx
import pytest
from bench import Bench

from shopinf.company import Company
from shopinf.errors import NoAnswer
from shopinf.practice import PracticeStore
from shopinf.shopify.client import Access, Shop
from shopinf.stores import Credentials, Secret

from .farside import BASE, HOST, TOKEN, ScriptedWire, StillClock, page, reply

FINE = {"shop": {"id": 1}}


def shop_in(company: Company, wire: ScriptedWire, clock: StillClock) -> Shop:
    access = Access("maya-shop", BASE, HOST, "2026-07", Credentials(None, None, Secret(TOKEN)))
    return Shop(access, wire, clock, company=company)


def company_of(*stores: str, done: tuple[str, ...] = ()) -> Company:
    company = Company()
    company.begin(stores)
    for each in done:
        company.leave(each)
    return company


def test_a_store_that_never_answered_is_given_up_after_three_tries_when_the_others_are_done() -> None:
    clock, wire = StillClock(), ScriptedWire(page("down", 500))
    with pytest.raises(NoAnswer, match="500"):
        shop_in(company_of("maya-shop", "nordlicht", done=("nordlicht",)), wire, clock).get("shop.json")
    assert len(wire.sent) == 3
    assert sum(clock.waits) < 2


def test_while_others_are_at_work_it_is_asked_as_patiently_as_alone() -> None:
    clock, wire = StillClock(), ScriptedWire(page("down", 500))
    with pytest.raises(NoAnswer):
        shop_in(company_of("maya-shop", "nordlicht"), wire, clock).get("shop.json")
    assert len(wire.sent) == 5


def test_two_stores_in_trouble_do_not_wait_for_each_other() -> None:
    company = company_of("maya-shop", "nordlicht", "third", done=("third",))
    company.trouble("nordlicht", True)
    wire = ScriptedWire(page("down", 500))
    with pytest.raises(NoAnswer):
        shop_in(company, wire, StillClock()).get("shop.json")
    assert len(wire.sent) == 3


def test_stores_that_all_are_in_trouble_hold_nobody_back_and_keep_their_patience() -> None:
    company = company_of("maya-shop", "nordlicht")
    company.trouble("nordlicht", True)
    company.leave("nordlicht")
    wire = ScriptedWire(page("down", 500))
    with pytest.raises(NoAnswer):
        shop_in(company, wire, StillClock()).get("shop.json")
    assert len(wire.sent) == 5


def test_a_listing_that_did_answer_keeps_all_its_patience() -> None:
    company = company_of("maya-shop", "nordlicht", done=("nordlicht",))
    bad = page("down", 502)
    wire = ScriptedWire(reply(FINE), bad, bad, bad, bad, reply(FINE))
    shop = shop_in(company, wire, StillClock())
    assert shop.get("shop.json") == shop.get("shop.json") == FINE


def test_a_store_that_hangs_is_not_asked_again_when_the_others_are_done() -> None:
    clock = StillClock()

    def slow(request: httpx.Request) -> httpx.Response:
        clock.pass_(30)
        raise httpx.ReadTimeout("slow", request=request)

    wire = ScriptedWire(slow)
    with pytest.raises(NoAnswer, match="30 seconds"):
        shop_in(company_of("maya-shop", "nordlicht", done=("nordlicht",)), wire, clock).get("shop.json")
    assert len(wire.sent) == 1


def test_a_run_over_several_stores_shows_the_others_and_names_the_one_that_failed(run: Bench) -> None:
    stores = [run.open(handle=name, seed=place) for place, name in enumerate(("maya-shop", "nordlicht"))]
    for store in stores:
        run.connect(store).ok()
    broken: PracticeStore = stores[0]
    broken.faults.fail(lambda method, path: True, 500, times=None)
    done = run("orders", "sync", "--all-stores", "-f", "json")
    assert done.code == 7
    assert [row["store"] for row in done.json["rows"]] == ["nordlicht"]
    assert "maya-shop" in done.err
