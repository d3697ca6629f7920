"""`orders attribute` over several stores: one table with the totals of each currency, or a file for each store."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore
from shopinf.shopify.client import Access, Shop
from shopinf.stores import Credentials, Secret
from shopinf.work.orders import repeats
from shopinf.work.orders.seats import Seats

from .mirrored import goods

pytestmark = pytest.mark.slow

ATTRIBUTE = ("orders", "attribute", "--period", "2026-10")
SHOPS = {"maya-shop": ("USD", "America/New_York", "100.00"), "nordlicht": ("EUR", "Europe/Berlin", "200.00")}


@pytest.fixture
def shops(run: Bench) -> dict[str, PracticeStore]:
    """Two stores of different currencies that sold with the code of one influencer."""

    def sell() -> None:
        for place, (name, (currency, zone, price)) in enumerate(SHOPS.items()):
            store = run.open(handle=name, seed=place + 1, currency=currency, timezone=zone)
            run.connect(store).ok()
            given = ("--influencer", "mia", "--percent", "10", "--commission", "10%")
            run("discounts", "create", "-s", name, "--campaign", "q4", *given, "--code", "MIA10").ok()
            store.sell("MIA10", lines=goods(store, price), at="2026-10-20T12:00:00+02:00", force=True)

    run.once("sales in two currencies", sell)
    return {name: run.wire.stores[f"{name}.myshopify.com"] for name in SHOPS}


def both(run: Bench, *more: str) -> Ran:
    return run(*ATTRIBUTE, "--all-stores", *more)


def alone(run: Bench, name: str, *more: str) -> Ran:
    return run(*ATTRIBUTE, "-s", name, "--no-sync", *more)


def test_together_they_are_one_table_with_a_line_for_each_currency(run: Bench, shops: dict[str, PracticeStore]) -> None:
    heads, *lines = both(run).ok().out.splitlines()
    assert heads.split()[:3] == ["store", "currency", "influencer"]
    assert [line.split()[:3] for line in lines if "---" not in line] == [
        ["maya-shop", "USD", "mia"],
        ["nordlicht", "EUR", "mia"],
        ["total", "EUR", "1"],
        ["total", "USD", "1"],
    ]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "txt"])
@pytest.mark.parametrize("by", ["influencer", "order"])
def test_a_stores_file_holds_what_a_run_for_it_alone_shows(
    run: Bench, shops: dict[str, PracticeStore], tmp_path: Path, suffix: str, by: str
) -> None:
    assert both(run, "--by", by, "-o", str(tmp_path / f"{{store}}.{suffix}")).ok().out == ""
    for name in SHOPS:
        shown = alone(run, name, "--by", by, "-f", {"txt": "table"}.get(suffix, suffix)).ok().out
        assert (tmp_path / f"{name}.{suffix}").read_text() == shown
    assert sorted(path.name for path in tmp_path.glob(f"*.{suffix}")) == [f"{name}.{suffix}" for name in SHOPS]


def test_a_clients_page_over_several_stores_is_warned_of(
    run: Bench, shops: dict[str, PracticeStore], tmp_path: Path
) -> None:
    said = "is for a client and shows 2 stores to whoever reads it. A file for each: -o '{store}.html'"
    assert said in both(run, "-o", str(tmp_path / "all.html")).ok().err
    for more in (("-o", str(tmp_path / "{store}.html")), ("-o", str(tmp_path / "all.html"), "--for", "internal"), ()):
        assert "for a client" not in both(run, *more).ok().err


def test_reports_are_made_for_each_store_too(run: Bench, shops: dict[str, PracticeStore], tmp_path: Path) -> None:
    for suffix in ("xlsx", "html"):
        both(run, "-o", str(tmp_path / f"{{store}}.{suffix}")).ok()
    for name, other in zip(SHOPS, reversed(SHOPS), strict=True):
        alone(run, name, "-o", str(tmp_path / "alone.xlsx")).ok()
        assert cells(tmp_path / f"{name}.xlsx") == cells(tmp_path / "alone.xlsx")
        alone(run, name, "-o", str(tmp_path / "alone.html")).ok()
        assert (tmp_path / f"{name}.html").read_text() == (tmp_path / "alone.html").read_text()
        assert other not in (tmp_path / f"{name}.html").read_text()


def cells(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_a_store_that_fails_is_in_no_others_file(run: Bench, shops: dict[str, PracticeStore], tmp_path: Path) -> None:
    shops["nordlicht"].faults.frozen = True
    ran = both(run, "-o", str(tmp_path / "{store}-{period}.html"))
    assert (ran.code, ran.out) == (7, "")
    assert [path.name for path in tmp_path.glob("*.html")] == ["maya-shop-2026-10.html"]
    assert "Incomplete" not in (tmp_path / "maya-shop-2026-10.html").read_text()
    assert "error: nordlicht is frozen" in ran.err
    assert "error: 1 of 2 stores failed: nordlicht" in ran.err


def test_the_period_in_a_files_name_is_the_stores_own(
    run: Bench, shops: dict[str, PracticeStore], tmp_path: Path
) -> None:
    run.clock.pass_(hours=11, minutes=30)  # 18:30 in New York, half past midnight in Berlin
    given = ("orders", "attribute", "--period", "yesterday", "--all-stores", "-o")
    run(*given, str(tmp_path / "{store}-{period}.json")).ok()
    found = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    assert sorted(found) == ["maya-shop-2026-11-21", "nordlicht-2026-11-22"]
    assert found["nordlicht-2026-11-22"]["period"]["from"] == "2026-11-22"
    run(*given, str(tmp_path / "both {period}.csv")).ok()
    assert (tmp_path / "both 2026-11-21_2026-11-22.csv").exists()


def test_a_month_that_is_another_one_elsewhere_is_refused_although_files_are_apart(
    run: Bench, shops: dict[str, PracticeStore], tmp_path: Path
) -> None:
    run.clock.pass_(days=8, hours=11, minutes=30)
    ran = run("orders", "attribute", "--period", "last-month", "--all-stores", "-o", str(tmp_path / "{store}.json"))
    assert ran.code == 2
    assert not list(tmp_path.glob("*.json"))


def test_a_group_and_stores_by_name_are_several_stores_too(
    run: Bench, shops: dict[str, PracticeStore], tmp_path: Path
) -> None:
    run.connect(run.open(handle="tanuki-tea", seed=5)).ok()
    for name in SHOPS:
        run("stores", "group", name, "beauty").ok()
    for choice in (["--group", "beauty"], ["-s", "maya-shop", "-s", "nordlicht"]):
        rows = list(csv.DictReader(io.StringIO(run(*ATTRIBUTE, *choice, "-f", "csv").ok().out)))
        assert [row["store"] for row in rows] == list(SHOPS)


def client(name: str, leak: float) -> Shop:
    access = Access(name, "https://s.myshopify.com", "s.myshopify.com", "2026-07", Credentials(None, None, Secret("t")))
    made = Shop(access, Bench(Path()).wire, Bench(Path()).clock)
    made.bucket.leak = leak
    return made


def test_a_store_alone_has_every_seat() -> None:
    assert Seats().workers(client("maya-shop", 2)) == 24


def test_in_a_crowd_each_keeps_up_with_its_rate_limit() -> None:
    seats = Seats(40)
    assert [seats.workers(client("s", leak)) for leak in (2, 4, 20)] == [2, 3, 6]
    assert Seats(500).workers(client("s", 20)) == 2


def test_the_store_that_needs_longest_has_most_seats_until_it_is_done() -> None:
    seats, crowd = Seats(40), [client(f"shop-{number}", 20) for number in range(39)]
    slowest = client("slowest", 20)
    for shop in crowd:
        seats.tell(shop, 200 * 250)
    seats.tell(slowest, 1000 * 250)
    assert (seats.workers(slowest), seats.workers(crowd[0])) == (24, 6)
    for shop in crowd[1:]:
        seats.leave(shop.access.name)
    assert (seats.workers(slowest), seats.workers(crowd[0])) == (24, 6)
    seats.tell(slowest, 0)
    assert (seats.workers(slowest), seats.workers(crowd[0])) == (6, 24)


@pytest.mark.parametrize(("leak", "pages", "seats"), [(2, 2000, 4), (4, 2000, 7), (10, 2000, 16), (2, 1, 24)])
def test_a_store_has_no_more_seats_than_its_rate_limit_can_use(leak: float, pages: int, seats: int) -> None:
    shared, shop = Seats(), client("maya-shop", leak)
    shared.tell(shop, pages * 250)
    assert shared.workers(shop) == seats


def test_a_store_that_answers_slowly_has_more_requests_under_way_to_keep_up() -> None:
    shared, shop = Seats(), client("maya-shop", 2)
    shared.tell(shop, 2000 * 250)
    for _ in range(20):
        shop.load.ended(6.0, shop.load.begun() + 4)
    assert 4 <= shared.workers(shop) <= 9


def test_a_store_that_answers_one_after_another_has_few_under_way() -> None:
    shared, shop = Seats(), client("maya-shop", 20)
    for _ in range(5):
        shop.load.ended(24.0, shop.load.begun() + 23)
    assert shared.workers(shop) == 5


def test_many_currencies_are_never_added_up_in_the_whole(run: Bench, shops: dict[str, PracticeStore]) -> None:
    totals = both(run, "-f", "json").ok().json["totals"]
    assert [(each["currency"], each["net_sales"]) for each in totals] == [("EUR", "180.00"), ("USD", "90.00")]


def test_orders_of_nobodys_codes_are_in_no_influencers_file_and_that_is_said(
    run: Bench, shops: dict[str, PracticeStore], tmp_path: Path
) -> None:
    store = shops["nordlicht"]
    crowd = ("discounts", "create", "-s", "nordlicht", "--campaign", "crowd", "--count", "1", "--percent", "10")
    run(*crowd, "--yes").ok()
    [code] = [code for code in store.codes if code.startswith("CROWD-")]
    store.sell(code, lines=goods(store, "50.00"), at="2026-10-21T12:00:00+02:00", force=True)
    ran = run(*ATTRIBUTE, "--all-stores", "-o", str(tmp_path / "{influencer}.csv")).ok()
    assert [path.name for path in tmp_path.glob("*.csv")] == ["mia.csv"]
    assert "1 order is by a code of nobody's, and in no influencer's file" in ran.err
    named = run(*ATTRIBUTE, "-s", "maya-shop", "-o", str(tmp_path / "{influencer}.csv")).ok()
    assert "nobody's" not in named.err


def test_however_many_stores_are_read_the_buyers_of_four_at_most_are_gone_over_at_once(
    run: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        name = f"shop-{number}"
        store = run.open(handle=name, seed=number + 1)
        run.connect(store).ok()
        given = ("--influencer", "mia", "--percent", "10", "--campaign", "q4", "--code", "MIA10", "--yes")
        run("discounts", "create", "-s", name, *given).ok()
        store.sell("MIA10", lines=goods(store, "100.00"))
    going, most, four = set[int](), list[int](), threading.Barrier(4)
    found = repeats._repeats

    def watched(ledger: Any, shop_id: int, *given: Any) -> Iterator[list[int]]:
        going.add(shop_id)
        four.wait(20)
        most.append(len(going))
        yield from found(ledger, shop_id, *given)
        going.discard(shop_id)

    monkeypatch.setattr(repeats, "_repeats", watched)
    run("orders", "sync", "--all-stores").ok()
    assert len(most) == 8
    assert max(most) <= 4
