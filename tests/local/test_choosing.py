"""Which stores a command is for."""

from __future__ import annotations

import pytest

from shopinf.errors import BadInput, NotConnected, NotFound, ShopinfError
from shopinf.local.places import Places
from shopinf.local.storebook import StoreBook
from shopinf.stores import Store


@pytest.fixture
def book(places: Places, maya: Store, noor: Store) -> StoreBook:
    book = StoreBook(places)
    book.save(maya)
    book.save(noor)
    book.save(Store("zoe", 103, "zoe.myshopify.com", "1", group="beauty", disabled=True))
    return book


def names(stores: list[Store]) -> list[str]:
    return [store.name for store in stores]


def test_named_stores_come_once_and_in_the_order_named(book: StoreBook) -> None:
    assert names(book.choose(["noor", "maya-shop", "noor-eu"], None, False, {"SHOPINF_STORE": "x"})) == [
        "noor",
        "maya-shop",
    ]


def test_a_group_and_all_leave_the_disabled_out_and_say_which(book: StoreBook) -> None:
    assert names(book.choose([], "BEAUTY", False, {})) == ["noor"]
    assert names(book.skipped("BEAUTY", False)) == ["zoe"]
    assert names(book.choose([], None, True, {"SHOPINF_STORE": "noor"})) == ["maya-shop", "noor"]
    assert names(book.skipped(None, True)) == ["zoe"]
    assert book.skipped(None, False) == []


def test_the_environment_goes_before_the_default(book: StoreBook, maya: Store) -> None:
    book.set_default(maya)
    assert names(book.choose([], None, False, {})) == ["maya-shop"]
    assert names(book.choose([], None, False, {"SHOPINF_STORE": " noor "})) == ["noor"]
    assert names(book.choose([], None, False, {"SHOPINF_STORE": "noor, maya-shop"})) == ["noor", "maya-shop"]
    assert names(book.choose([], None, False, {"SHOPINF_STORE": " "})) == ["maya-shop"]


def test_the_only_store_is_meant_when_nothing_is_said(book: StoreBook, noor: Store) -> None:
    book.remove(noor)
    assert names(book.choose([], None, False, {})) == ["maya-shop"]


def test_several_stores_and_no_word_is_an_error_that_lists_them(book: StoreBook) -> None:
    with pytest.raises(BadInput, match=r"none was chosen: maya-shop, noor$") as unsaid:
        book.choose([], None, False, {})
    assert unsaid.value.hint == "Say which with --store maya-shop, or --all-stores."


@pytest.mark.parametrize(("stores", "everything"), [([], False), ([], True), (["maya"], False)])
def test_with_no_store_connected_connecting_is_the_hint(places: Places, stores: list[str], everything: bool) -> None:
    with pytest.raises(NotConnected) as none:
        StoreBook(places).choose(stores, None, everything, {})
    assert "shopinf connect" in str(none.value.hint)


@pytest.mark.parametrize(
    ("stores", "group", "environ", "kind", "words"),
    [
        (["zoe"], None, {}, BadInput, "zoe is disabled"),
        ([], None, {"SHOPINF_STORE": "zoe"}, BadInput, "SHOPINF_STORE names it"),
        ([], None, {"SHOPINF_STORE": "gone"}, NotConnected, "SHOPINF_STORE names it"),
        (["gone"], None, {}, NotConnected, "gone is not connected; maya-shop, noor, zoe are"),
        ([], "home", {}, NotFound, "There is no group home; the groups are beauty"),
        (["noor"], "Beauty", {}, BadInput, "exclude each other"),
    ],
)
def test_what_cannot_be_chosen_is_said(
    book: StoreBook, stores: list[str], group: str | None, environ: dict[str, str], kind: type[ShopinfError], words: str
) -> None:
    with pytest.raises(kind) as refused:
        book.choose(stores, group, False, environ)
    assert words in refused.value.message
    assert refused.value.hint


def test_disabled_stores_are_enabled_by_the_command_that_is_hinted(book: StoreBook, maya: Store, noor: Store) -> None:
    with pytest.raises(BadInput) as refused:
        book.choose(["zoe"], None, False, {})
    assert refused.value.hint == "shopinf stores enable zoe"
    book.change(noor, disabled=True)
    with pytest.raises(BadInput, match="Every store of group beauty"):
        book.choose([], "beauty", False, {})
    book.change(maya, disabled=True, name="Maya Shop")
    with pytest.raises(BadInput, match="Every connected store is disabled") as refused:
        book.choose([], None, True, {})
    assert refused.value.hint == "shopinf stores enable 'Maya Shop'"
