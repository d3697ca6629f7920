"""The list of stores: kept whole, in order, and never lost to another run."""

from __future__ import annotations

import multiprocessing
import os
import stat
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from shopinf.errors import BadInput, BrokenConfig, MachineProblem, NotConnected
from shopinf.local.places import Places, find_places
from shopinf.local.storebook import StoreBook
from shopinf.stores import Auth, Store

STORE = """
[[stores]]
name = "maya-shop"
shop_id = 101
domain = "maya-shop.myshopify.com"
connection = "c0ffee"
"""


@pytest.fixture
def book(places: Places) -> StoreBook:
    return StoreBook(places)


def write(places: Places, text: str) -> None:
    places.make()
    places.stores_file.write_text(text)


def test_without_a_file_no_store_is_connected_and_none_is_made(book: StoreBook, home: Path) -> None:
    assert book.all() == []
    assert book.default is None
    assert not home.exists()


def test_an_empty_file_is_no_stores(book: StoreBook, places: Places) -> None:
    write(places, "")
    assert book.all() == []


def test_everything_about_a_store_comes_back(book: StoreBook) -> None:
    full = Store(
        name="Maya & co".replace("&", "and"),
        shop_id=101,
        domain="maya-shop.myshopify.com",
        connection="c0ffee",
        auth=Auth.CLIENT_CREDENTIALS,
        title='Maya "Ünique" \\ [bold]',
        storefront="maya.example",
        plan="basic",
        currency="JPY",
        timezone="Asia/Tokyo",
        api_version="2026-04",
        url="http://127.0.0.1:8080",
        group="Beauty",
        read_only=True,
        disabled=True,
        aliases=("a", "b"),
        scopes=("read_orders",),
        connected_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    book.save(full)
    assert book.all() == [full]


def test_stores_stay_in_the_order_they_were_connected_also_when_one_is_connected_anew(
    book: StoreBook, maya: Store, noor: Store
) -> None:
    assert book.save(maya) is None
    assert book.save(noor) is None
    again = maya.with_(connection="f00d", title="New")
    assert book.save(again, replacing=maya) == maya
    assert book.all() == [again, noor]


def test_a_shop_that_another_run_connected_meanwhile_is_replaced_and_named(book: StoreBook, maya: Store) -> None:
    theirs = maya.with_(connection="theirs")
    book.save(theirs)
    assert book.save(maya.with_(connection="ours"), replacing=None) == theirs
    assert [store.connection for store in book.all()] == ["ours"]


def test_the_file_is_private_and_holds_a_word_on_who_writes_it(book: StoreBook, places: Places, maya: Store) -> None:
    book.save(maya)
    assert stat.S_IMODE(places.stores_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(places.config.stat().st_mode) == 0o700
    assert places.stores_file.read_text().startswith("# Written by shopinf;")
    assert sorted(path.name for path in places.config.iterdir()) == [".stores.toml.lock", "stores.toml"]


def test_what_a_later_shopinf_wrote_is_kept(book: StoreBook, places: Places, noor: Store) -> None:
    write(places, 'colour = "red"\n' + STORE + 'mood = "sunny"\n[stores.extra]\nx = 1\n')
    book.save(noor)
    book.change(book.find("maya-shop"), group="Beauty")
    text = places.stores_file.read_text()
    assert 'colour = "red"' in text
    assert 'mood = "sunny"' in text
    assert "x = 1" in text
    assert [store.group for store in book.all()] == ["Beauty", "Beauty"]


def test_a_change_leaves_alone_what_another_run_changed(book: StoreBook, maya: Store) -> None:
    book.save(maya)
    book.save(maya.with_(connection="rotated"), replacing=maya)
    assert book.change(maya, disabled=True).connection == "rotated"
    with pytest.raises(NotConnected):
        book.change(maya.with_(shop_id=999), disabled=True)


def test_the_default_follows_a_store_that_is_renamed_and_goes_with_one_that_is_removed(
    book: StoreBook, maya: Store, noor: Store
) -> None:
    book.save(maya)
    book.save(noor)
    book.set_default(maya)
    assert book.default == "maya-shop"
    book.change(maya, name="Maya")
    assert book.default == "Maya"
    book.save(maya.with_(name="May"), replacing=maya)
    assert book.default == "May"
    book.remove(maya)
    assert book.default is None
    assert book.all() == [noor]
    book.remove(maya)
    with pytest.raises(NotConnected):
        book.set_default(maya)


@pytest.mark.parametrize(
    "word",
    [
        "maya-shop",
        "MAYA-SHOP",
        " maya-shop ",
        "maya-shop.myshopify.com",
        "https://maya-shop.myshopify.com/admin/products",
        "https://admin.shopify.com/store/maya-shop/orders?x=1",
        "old-maya",
        "old-maya.myshopify.com",
        "maya.example",
        "https://www.maya.example/",
        "101",
    ],
)
def test_a_store_is_found_in_any_form(book: StoreBook, maya: Store, noor: Store, word: str) -> None:
    book.save(noor)
    book.save(maya)
    assert book.find(word) == maya


def test_a_store_that_is_not_there_is_answered_with_those_that_are(book: StoreBook, maya: Store, noor: Store) -> None:
    with pytest.raises(NotConnected, match="no other store is") as missing:
        book.find("maya")
    assert missing.value.hint == "shopinf connect maya"
    book.save(maya)
    with pytest.raises(NotConnected, match="zebra is not connected; maya-shop is"):
        book.find("zebra")
    book.save(noor)
    with pytest.raises(NotConnected, match="maya-shp is not connected; maya-shop, noor are") as missing:
        book.find("maya-shp")
    assert missing.value.hint == "Did you mean maya-shop? Otherwise: shopinf connect maya-shp"
    assert missing.value.code == 3


def test_two_stores_never_answer_to_one_name(book: StoreBook, maya: Store, noor: Store) -> None:
    book.save(maya)
    for taken in ("Maya-Shop", "old-maya"):
        with pytest.raises(BadInput, match=r"already names maya-shop\.myshopify\.com"):
            book.save(noor.with_(name=taken))
        assert book.free_name(taken) == f"{taken}-2"
        assert book.free_name(taken, maya.shop_id) == taken
    book.save(noor)
    with pytest.raises(BadInput, match="already names"):
        book.change(noor, name="MAYA-shop")
    assert book.all() == [maya, noor]


@pytest.mark.parametrize("name", ["", " ", "a,b", "-x", "a/b", "../x", "a\x1b[0m", "x" * 65, "a\n", "[bold]"])
def test_names_that_cannot_be_typed_are_refused(book: StoreBook, maya: Store, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be a store's name"):
        book.save(maya.with_(name=name))
    assert book.all() == []


@pytest.mark.parametrize("name", ["m", "Maya Shop", "maya_2.eu", "Schöne-Dinge", "x" * 64])
def test_other_names_are_taken(book: StoreBook, maya: Store, name: str) -> None:
    book.save(maya.with_(name=name))
    assert book.find(name).shop_id == 101


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("version = 1\n[[stores]\n", 2, "expected"),
        ("version = 1\n" + STORE.replace("101", '"101"'), 5, "shop_id must be a whole number, not text"),
        ("version = 1\n" + STORE.replace("101", "true"), 5, "shop_id must be a whole number, not true"),
        ("version = 1\n" + STORE + STORE.replace("101", "102").replace('"c0ffee"', "7"), 13, "connection must be text"),
        (STORE + 'aliases = "x"\n', 7, "aliases must be a list"),
        (STORE + "connected_at = 2026-01-01\n", 7, "connected_at must be a date and time"),
        (STORE + 'auth = "magic"\n', 7, "auth must be admin_token or client_credentials"),
        (STORE + "\n[[stores]]\nname = 'x'\n", 8, "this store has no shop_id"),
        (STORE + STORE, 8, "stands here a second time"),
        (STORE + STORE.replace("maya-shop", "other"), 8, "shop 101 stands here a second time"),
        ('version = "1"\n', 1, "version must be a whole number"),
        ("default = 3\n", 1, "default must be text"),
        ("\nstores = 3\n", 2, "stores must be"),
    ],
)
def test_a_broken_file_is_named_by_line_and_never_overwritten(
    book: StoreBook, places: Places, noor: Store, text: str, line: int, words: str
) -> None:
    write(places, text)
    for use in (book.all, lambda: book.save(noor), lambda: book.remove(noor)):
        with pytest.raises(BrokenConfig) as broken:
            use()
        assert broken.value.message.startswith(f"{places.stores_file}, line {line}: ")
        assert words in broken.value.message
    assert places.stores_file.read_text() == text


def test_a_file_of_a_newer_shopinf_is_left_alone(book: StoreBook, places: Places, noor: Store) -> None:
    write(places, "version = 2\n")
    with pytest.raises(MachineProblem, match="newer shopinf") as newer:
        book.save(noor)
    assert newer.value.code == 9
    assert places.stores_file.read_text() == "version = 2\n"


def test_a_write_that_fails_leaves_the_former_list(
    book: StoreBook, places: Places, maya: Store, noor: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.save(maya)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineProblem, match="disk is full"):
        book.save(noor)
    monkeypatch.undo()
    assert book.all() == [maya]
    assert sorted(path.name for path in places.config.iterdir()) == [".stores.toml.lock", "stores.toml"]


def _connect_many(home: str, first: int, count: int, start: Barrier) -> None:
    book = StoreBook(find_places({"SHOPINF_HOME": home}))
    start.wait()
    for shop_id in range(first, first + count):
        book.save(Store(f"shop-{shop_id}", shop_id, f"shop-{shop_id}.myshopify.com", "c"))


def test_two_runs_that_connect_at_once_lose_no_store(book: StoreBook, home: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    runs = [spawn.Process(target=_connect_many, args=(str(home), first, 12, start)) for first in (100, 200)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    assert sorted(store.shop_id for store in book.all()) == [*range(100, 112), *range(200, 212)]
