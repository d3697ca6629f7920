"""Customers are read with few fields, at several places at the same time where there are many, and each once."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from bench import Bench
from customerbench import enrich, people, write

from shopinf.people.customers import merged_tags
from shopinf.people.emails import is_personal
from shopinf.practice import PracticeStore


@pytest.fixture
def many(run: Bench) -> PracticeStore:
    shop = run.open(orders=50, customers=3000, throttle=False)
    run.connect(shop).ok()
    return shop


@pytest.fixture
def sheet(many: PracticeStore, tmp_path: Path) -> Path:
    return write(tmp_path / "i.csv", [{"email": each["email"]} for each in people(many)[::100]])


def listings(shop: PracticeStore) -> list[dict[str, list[str]]]:
    return [parse_qs(call.query) for call in shop.calls if call.path.endswith("/customers.json")]


def test_many_are_read_in_windows_and_each_once(run: Bench, many: PracticeStore, sheet: Path) -> None:
    before = len(listings(many))
    ran = enrich(run, "--source", f"csv:{sheet}").ok()
    assert ran.json["summary"]["customers"] == 3000
    assert ran.json["summary"]["matched"] == 30
    asked = listings(many)[before:]
    assert len(asked) < 3000 / 250 + 20
    assert len({query["created_at_min"][0] for query in asked if "created_at_min" in query}) > 2


def test_only_the_fields_that_are_needed_are_asked_for(run: Bench, many: PracticeStore, sheet: Path) -> None:
    before = len(listings(many))
    enrich(run, "--source", f"csv:{sheet}").ok()
    fields = {field for query in listings(many)[before:] for field in query["fields"][0].split(",")}
    assert not fields & {"addresses", "note", "metafield"}


def test_a_page_that_is_lost_is_asked_for_again(run: Bench, many: PracticeStore, sheet: Path) -> None:
    many.faults.fail("GET customers.json", 502, times=3)
    assert enrich(run, "--source", f"csv:{sheet}").ok().json["summary"]["customers"] == 3000


def test_without_the_scope_it_is_said_and_nothing_is_written(run: Bench, tmp_path: Path) -> None:
    shop = run.open(orders=5, customers=5, scopes=["read_orders", "read_products"])
    run.connect(shop, "--read-only").ok()
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', [{'email': 'a@post.example'}])}")
    assert (ran.code, ran.out) == (5, "")
    assert "read_customers" in ran.err


@pytest.mark.parametrize(
    "email",
    ["info@x.example", "No-Reply@x.example", "hello+a@x.example", "a1@marketplace.amazon.com.br", "b@members.ebay.com",
     "c@privaterelay.appleid.com", "d@duck.com", "not an address", "", "@x.example", "a@b"],
)  # fmt: skip
def test_what_is_nobodys_own_is_not_personal(email: str) -> None:
    assert not is_personal(email)


@pytest.mark.parametrize("email", ["informer@x.example", "a@amazon.com", "duck@ducks.com", "sales.maya@x.example"])
def test_what_only_looks_so_is_personal(email: str) -> None:
    assert is_personal(email)


def test_tags_are_merged_however_they_are_capitalised() -> None:
    assert merged_tags("vip, newsletter", "Influencer") == "vip, newsletter, Influencer"
    assert merged_tags("", "x") == "x"
    assert merged_tags("VIP", "vip") is None
