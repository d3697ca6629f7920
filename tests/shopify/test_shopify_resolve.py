"""From what an operator typed to the myshopify host."""

from __future__ import annotations

import httpx
import pytest

from shopinf.errors import BadInput, NotFound, Stopped
from shopinf.shopify.shop import resolve
from shopinf.stores import read_store_name

from .farside import ScriptedWire, StillClock, page, reply

META = {"id": 1, "name": "Aurora", "domain": "www.aurora.example", "myshopify_domain": "aurora-skin.myshopify.com"}
HOME = '<script>var Shopify = Shopify || {};\nShopify.shop = "aurora-skin.myshopify.com";</script>'
MISSING = httpx.Response(404)


def find(text: str, *replies: httpx.Response | Exception) -> tuple[str, ScriptedWire]:
    wire = ScriptedWire(*replies)
    return resolve(read_store_name(text), wire, StillClock()), wire


@pytest.mark.parametrize(
    "text",
    ["aurora-skin", "AURORA-SKIN.myshopify.com", "https://admin.shopify.com/store/aurora-skin/orders?x=1"],
)
def test_a_handle_needs_no_look_at_the_network(text: str) -> None:
    host, wire = find(text, MISSING)
    assert host == "aurora-skin.myshopify.com"
    assert wire.sent == []


def test_a_domain_of_its_own_is_asked_for_its_meta_page_without_credentials() -> None:
    host, wire = find("https://www.aurora.example/products/x", reply(META))
    assert host == "aurora-skin.myshopify.com"
    assert wire.lines == ["GET https://www.aurora.example/meta.json"]
    assert sorted(wire.sent[0].headers) == ["accept", "host", "user-agent"]
    assert wire.sent[0].extensions["timeout"]["read"] == 10


@pytest.mark.parametrize(
    "meta", [MISSING, page("<html>", 200), reply([]), reply({"myshopify_domain": "evil.example"}), reply({})]
)
def test_a_headless_domain_is_known_by_its_home_page(meta: httpx.Response) -> None:
    host, wire = find("aurora.example", meta, page(HOME, 200))
    assert host == "aurora-skin.myshopify.com"
    assert wire.lines[-1] == "GET https://aurora.example/"


def test_redirects_are_followed_by_hand_on_https_only() -> None:
    moved = httpx.Response(301, headers={"Location": "https://www.aurora.example/meta.json"})
    host, wire = find("aurora.example", moved, reply(META))
    assert host == "aurora-skin.myshopify.com"
    assert wire.lines == ["GET https://aurora.example/meta.json", "GET https://www.aurora.example/meta.json"]


def test_a_redirect_to_plain_http_is_not_followed() -> None:
    with pytest.raises(NotFound):
        find("aurora.example", httpx.Response(301, headers={"Location": "http://aurora.example/meta.json"}))


def test_redirects_end_after_five() -> None:
    wire = ScriptedWire(httpx.Response(302, headers={"Location": "/again"}))
    with pytest.raises(NotFound):
        resolve(read_store_name("aurora.example"), wire, StillClock())
    assert len(wire.sent) == 12  # the meta page and the home page, each with five redirects


@pytest.mark.parametrize("answer", [page("<html>A blog</html>", 200), page("no", 403), page("busy", 503)])
def test_a_site_that_names_no_shop_is_said_with_what_to_give_instead(answer: httpx.Response) -> None:
    with pytest.raises(NotFound, match=r"blog\.example does not say") as caught:
        find("blog.example", answer)
    assert "admin.shopify.com/store/HANDLE" in str(caught.value.hint)


def test_a_domain_that_nobody_answers_for_is_said() -> None:
    with pytest.raises(NotFound, match=r"nobody\.example cannot be reached"):
        find("nobody.example", httpx.ConnectError("Name or service not known"))


def test_no_more_than_a_megabyte_of_a_page_is_read() -> None:
    read = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> object:  # type: ignore[override]
            nonlocal read
            while True:
                read += 65536
                yield b" " * 65536

    with pytest.raises(NotFound):
        find("endless.example", httpx.Response(200, stream=Endless()), MISSING)
    assert read <= 1_200_000


def test_nothing_is_no_store() -> None:
    with pytest.raises(BadInput):
        find("!!", MISSING)


def test_a_stopped_run_stops_looking() -> None:
    clock = StillClock()
    clock.stop.set()
    with pytest.raises(Stopped):
        resolve(read_store_name("aurora.example"), ScriptedWire(httpx.ReadError("closed")), clock)
