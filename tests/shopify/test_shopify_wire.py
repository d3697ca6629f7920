"""The real sockets: where they lead, what the environment changes, and how they are let go."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from pytest_httpx import HTTPXMock

from shopinf.errors import BadInput, MachineProblem, NoAnswer, Stopped
from shopinf.loopback import is_loopback, is_safe
from shopinf.network.wire import NetworkWire

from .farside import BASE, TOKEN, StillClock, shop_on

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def wire() -> Iterator[NetworkWire]:
    with closing(NetworkWire()) as wire:
        yield wire


class Listener:
    """A loopback server that says *reply* to each connection, or nothing at all."""

    def __init__(self, reply: bytes | None) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard: list[bytes] = []
        self.asked = threading.Event()
        self._reply = reply
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self._open.append(connection)
            self.heard.append(connection.recv(65536))
            self.asked.set()
            if self._reply is not None:
                connection.sendall(self._reply)
                connection.close()

    def close(self) -> None:
        for connection in [self.socket, *self._open]:
            connection.close()


@pytest.fixture
def mute() -> Iterator[Listener]:
    with closing(Listener(None)) as listener:
        yield listener


@pytest.fixture
def polite() -> Iterator[Listener]:
    with closing(Listener(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")) as listener:
        yield listener


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "localhost.evil.example", "", "::2"])
def test_nothing_else_is_taken_for_this_machine(host: str) -> None:
    assert not is_loopback(host)


def test_keys_go_by_https_anywhere_and_by_http_to_this_machine_alone() -> None:
    assert is_safe("https", "shop.example.com")
    assert is_safe("http", "[::1]")
    assert not is_safe("http", "shop.example.com")
    assert not is_safe("ftp", "localhost")


@pytest.mark.parametrize("url", ["http://maya-shop.myshopify.com/", "http://10.0.0.1/", "ftp://127.0.0.1/", "ws://x/"])
def test_plain_http_leaves_this_machine_never(wire: NetworkWire, url: str) -> None:
    with pytest.raises(BadInput):
        wire.send(httpx.Request("GET", url))


def test_a_request_goes_out_as_it_is_and_the_answer_comes_back(wire: NetworkWire, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"shop": {"id": 1}}, headers={"X-Request-Id": "7f3a", "Set-Cookie": "a=1"})
    shop = shop_on(wire)
    assert shop.get("shop.json") == {"shop": {"id": 1}}
    (request,) = httpx_mock.get_requests()
    assert str(request.url) == f"{BASE}/admin/api/2026-07/shop.json"
    assert request.headers["X-Shopify-Access-Token"] == TOKEN
    assert sorted(request.headers) == ["accept", "accept-encoding", "host", "user-agent", "x-shopify-access-token"]


def test_redirects_and_cookies_are_left_to_those_above(wire: NetworkWire, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(302, headers={"Location": "https://evil.example/", "Set-Cookie": "a=1"})
    assert wire.send(httpx.Request("GET", BASE)).status_code == 302
    httpx_mock.add_response(200)
    wire.send(httpx.Request("GET", BASE))
    assert [str(request.url.host) for request in httpx_mock.get_requests()] == ["maya-shop.myshopify.com"] * 2
    assert "cookie" not in httpx_mock.get_requests()[1].headers


@pytest.mark.parametrize("status", [200, 502])
def test_a_web_page_from_the_wire_is_no_answer(wire: NetworkWire, httpx_mock: HTTPXMock, status: int) -> None:
    httpx_mock.add_response(status, html="<html>Sign in to the hotel's network</html>", is_reusable=True)
    with pytest.raises(NoAnswer):
        shop_on(wire).get("shop.json")


def test_loopback_never_goes_through_a_proxy(
    wire: NetworkWire, polite: Listener, mute: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{mute.port}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{mute.port}")
    assert shop_on(wire, base=f"http://127.0.0.1:{polite.port}").get("shop.json") == {}
    assert mute.heard == []


def test_https_goes_through_the_proxy_of_the_environment(wire: NetworkWire, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Listener(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(NoAnswer, match="proxy refused"):
            shop_on(wire).post("price_rules.json", {})
        assert len(proxy.heard) == 5  # no connection was made, so even a write may be tried again
        assert proxy.heard[0].startswith(b"CONNECT maya-shop.myshopify.com:443")
        assert TOKEN.encode() not in b"".join(proxy.heard)


def test_certificates_that_cannot_be_read_are_this_machines_problem(
    wire: NetworkWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(MachineProblem, match="SSL_CERT_FILE"):
        shop_on(wire).get("shop.json")


def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    wire: NetworkWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:pa55word@proxy.example:1")
    with pytest.raises(MachineProblem) as caught:
        shop_on(wire).get("shop.json")
    assert "pa55word" not in f"{caught.value!r} {caught.value.hint} {caught.value.__cause__}"


def test_closing_wakes_a_thread_that_waits_for_an_answer(wire: NetworkWire, mute: Listener) -> None:
    clock = StillClock()
    raised: list[BaseException] = []

    def ask() -> None:
        try:
            shop_on(wire, clock, base=f"http://127.0.0.1:{mute.port}").get("shop.json")
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    assert mute.asked.wait(10)
    clock.stop.set()
    wire.close()
    thread.join(10)
    assert not thread.is_alive()
    assert isinstance(raised[0], Stopped)


def test_a_closed_wire_opens_no_more_connections(mute: Listener) -> None:
    wire = NetworkWire()
    wire.close()
    with pytest.raises(httpx.ConnectError):
        wire.send(httpx.Request("GET", f"http://127.0.0.1:{mute.port}/"))
    assert mute.heard == []


def test_a_server_that_hangs_up_without_a_word_loses_a_write(wire: NetworkWire) -> None:
    from shopinf.errors import LostResponse

    with closing(Listener(b"")) as rude, pytest.raises(LostResponse):
        shop_on(wire, base=f"http://127.0.0.1:{rude.port}").post("price_rules.json", {})
    assert len(rude.heard) == 1
