"""The same store over a socket, and what a browser sees."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from shopinf.practice import ConnectionDropped, PracticeStore, serve

from .conftest import API, Caller, Make


@pytest.fixture
def far(shop: PracticeStore) -> Iterator[httpx.Client]:
    headers = {"X-Shopify-Access-Token": shop.access_token}
    with serve([shop]) as served, httpx.Client(base_url=served.urls[0], headers=headers, trust_env=False) as client:
        yield client


ASKED = [
    ("GET", "shop.json"),
    ("GET", "orders.json?status=any&limit=3"),
    ("GET", "orders.json?limit=251"),
    ("GET", "nothing.json"),
    ("GET", "discount_codes/lookup.json?code=MAYA15"),
    ("DELETE", "price_rules/1001.json"),
    ("DELETE", "price_rules/1001.json"),
]


def test_a_store_answers_alike_in_memory_and_over_the_socket(make: Make) -> None:
    near, far_shop = (make(orders=20) for _ in range(2))
    for one in (near, far_shop):
        one.codes["MAYA15"] = 1001
    call = Caller(near)
    headers = {"X-Shopify-Access-Token": far_shop.access_token}
    with serve([far_shop]) as served, httpx.Client(base_url=served.urls[0], headers=headers, trust_env=False) as client:
        for method, path in ASKED:
            here, there = call(method, path), client.request(method, API + path)
            assert here.status_code == there.status_code
            own = served.urls[0].encode()
            assert there.content.replace(own, b"https://maya-shop.myshopify.com") == here.content
            same = {k for k in here.headers if k not in ("content-length", "location", "link")}
            assert {k: here.headers[k] for k in same} == {k: there.headers[k] for k in same if k in there.headers}
        assert near.requests == far_shop.requests


def test_connections_are_kept(far: httpx.Client, shop: PracticeStore) -> None:
    with httpx.stream("GET", far.base_url.join(API + "shop.json"), trust_env=False) as answer:
        assert "close" not in answer.headers.get("Connection", "")
    for _ in range(3):
        answer = far.post(API + "price_rules.json", json={"price_rule": {"title": "x" * 5000}})
        assert answer.status_code == 422
    pool = far._transport._pool  # type: ignore[attr-defined]
    assert len(pool.connections) == 1


def test_links_lead_back_to_where_the_client_is(far: httpx.Client, shop: PracticeStore) -> None:
    shop.sell(), shop.sell()
    link = far.get(API + "orders.json?limit=1").links["next"]["url"]
    assert link.startswith(str(far.base_url))
    assert len(far.get(link).json()["orders"]) == 1


def test_a_dropped_connection_is_a_broken_one(far: httpx.Client, shop: PracticeStore) -> None:
    shop.faults.drop_before("GET shop.json")
    shop.faults.drop_after("GET shop.json")
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            far.get(API + "shop.json")
    assert far.get(API + "shop.json").status_code == 200
    shop.faults.drop_after("GET shop.json")
    with pytest.raises(ConnectionDropped):
        Caller(shop).get("shop.json")


def test_closing_gives_up_hanging_answers() -> None:
    hanging = threading.Event()

    def sleep(seconds: float) -> None:
        hanging.set()
        shop.closing.wait(seconds)

    shop = PracticeStore("maya-shop", throttle=False, sleep=sleep)
    shop.faults.hang("GET shop.json", 600)
    served = serve([shop])
    headers = {"X-Shopify-Access-Token": shop.access_token}
    done: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=served.urls[0], headers=headers, trust_env=False) as client:
            done.append(client.get(API + "shop.json", timeout=30).status_code)

    waiting = threading.Thread(target=ask)
    waiting.start()
    assert hanging.wait(20)
    served.close()
    waiting.join(20)
    assert done == [200]


def test_several_stores_have_a_port_each(make: Make) -> None:
    with serve([make("one"), make("two")]) as served:
        names = [httpx.get(f"{url}/meta.json", trust_env=False).json()["myshopify_domain"] for url in served.urls]
    assert names == ["one.myshopify.com", "two.myshopify.com"]


def test_a_port_that_is_taken_is_an_os_error(make: Make) -> None:
    with serve([make("one")]) as served, pytest.raises(OSError, match="use"):
        serve([make("two")], port=served.ports[0])


def test_many_threads_lose_nothing(make: Make) -> None:
    shop = make()
    rule = shop.add_rule("ALL")
    path = f"{API}price_rules/{rule['id']}/discount_codes.json"
    headers = {"X-Shopify-Access-Token": shop.access_token}

    def work(url: str, name: str) -> None:
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
            for i in range(10):
                assert client.post(path, json={"discount_code": {"code": f"{name}{i}"}}).status_code == 201

    with serve([shop]) as served:
        threads = [threading.Thread(target=work, args=(served.urls[0], name)) for name in "ABCD"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(shop.codes) == 40
    assert len({c["id"] for c in shop.discount_codes.values()}) == 40


# the storefront and the practice page


def test_the_shops_public_pages_tell_its_myshopify_name(call: Caller, shop: PracticeStore) -> None:
    assert call.get("/meta.json").json()["myshopify_domain"] == shop.domain
    assert f'Shopify.shop = "{shop.domain}"' in call.get("/").text
    shop.password_page = True
    assert call.get("/meta.json").status_code == 404
    assert "Shopify.shop" not in call.get("/").text


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/discount/MAYA15", "/"),
        (
            "/discount/MAYA15?redirect=%2Fproducts%2Fserum%3Fvariant%3D1&utm_source=maya",
            "/products/serum?variant=1&utm_source=maya",
        ),
        ("/discount/MAYA15?redirect=%2F%2Fevil.example", "/"),
        ("/discount/MAYA15?redirect=https%3A%2F%2Fevil.example", "/"),
    ],
)
def test_a_discount_link_goes_on_within_the_shop(call: Caller, asked: str, target: str) -> None:
    answer = call("GET", asked)
    assert (answer.status_code, answer.headers["Location"]) == (303, target)
    assert "discount_code=MAYA15" in answer.headers["Set-Cookie"]


def test_the_practice_page_says_how_to_connect(call: Caller, shop: PracticeStore) -> None:
    page = call.get("/practice").text
    assert "shopinf connect maya-shop --url https://maya-shop.myshopify.com" in page
    assert shop.access_token in page


def test_sales_can_be_asked_for(call: Caller, shop: PracticeStore) -> None:
    answer = call.post("/practice/sales", {"days": 7, "orders": 12})
    assert answer.json()["orders"] == 12 == len(shop.orders)
    assert call.post("/practice/sales", {"days": "many"}).status_code == 400
    far = httpx.WSGITransport(shop.app, remote_addr="203.0.113.9")
    with httpx.Client(transport=far, base_url="https://x.example") as stranger:
        assert stranger.get("/practice").status_code == 403
