"""Behind a company's proxy: the real program, a real CONNECT proxy, a private certificate authority, TLS to the end."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from werkzeug.serving import make_server

from shopinf.practice import PracticeStore, serve
from shopinf.practice.serving import Handler

HOST = "maya-shop.myshopify.com"
SITE = "www.maya-shop.example"

# A machine on which the shop's name leads to this test's own port, for the ways that no proxy resolves.
RESOLVING = """
import socket
plain = socket.create_connection
def create_connection(address, *args, **more):
    return plain(("127.0.0.1", {port}) if address[0] == "{host}" else address, *args, **more)
socket.create_connection = create_connection
"""


class Proxy:
    """Opens tunnels to the practice store, whatever host is asked for, and keeps what it was told in the clear."""

    def __init__(self, target: int) -> None:
        self.heads: list[bytes] = []
        self.tunnelled = bytearray()
        self._target = target
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head and (read := client.recv(65536)):
                head += read
            self.heads.append(head)
            if not head.startswith(b"CONNECT "):
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._target)) as shop:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=self._pour, args=(shop, client), daemon=True)
                back.start()
                self._pour(client, shop, self.tunnelled)
                back.join()

    @staticmethod
    def _pour(source: socket.socket, sink: socket.socket, seen: bytearray | None = None) -> None:
        try:
            while read := source.recv(65536):
                if seen is not None:
                    seen.extend(read)
                sink.sendall(read)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self) -> None:
        self._door.close()


@dataclass
class Company:
    """A practice store with TLS, a proxy in front of it, and the program inside the company's network."""

    store: PracticeStore
    home: Path
    proxy: Proxy
    port: int
    environ: dict[str, str] = field(default_factory=dict)

    def shopinf(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "SHOPINF_HOME": str(self.home / "shopinf"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": self.store.access_token,
            **self.environ,
            **environ,
        }
        command = [sys.executable, "-m", "shopinf", *argv]
        given = {name: value for name, value in given.items() if value}
        return subprocess.run(
            command, env=given, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False
        )


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def company(tmp_path: Path, authority: trustme.CA) -> Iterator[Company]:
    store = PracticeStore("maya-shop", plan="plus", orders=5, customers=5)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, SITE).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    server = make_server("127.0.0.1", 0, store.app, threaded=True, request_handler=Handler, ssl_context=context)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    proxy = Proxy(server.port)
    environ = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(tmp_path / "company.pem")}
    yield Company(store, tmp_path, proxy, server.port, environ)
    proxy.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_proxy_and_the_private_authority_are_used_and_see_no_credentials(company: Company, variable: str) -> None:
    company.environ[variable] = company.environ.pop("HTTPS_PROXY")
    ran = company.shopinf("connect", "maya-shop")
    assert ran.returncode == 0, ran.stderr
    assert {status for _, _, status in company.store.requests} == {200}
    assert {head.split(b"\r\n")[0] for head in company.proxy.heads} == {f"CONNECT {HOST}:443 HTTP/1.1".encode()}
    clear = b"".join(company.proxy.heads) + bytes(company.proxy.tunnelled)
    assert company.store.access_token.encode() not in clear
    assert b"Shopify-Access-Token" not in clear


def test_a_shops_own_domain_is_resolved_by_the_proxy_too(company: Company) -> None:
    ran = company.shopinf("connect", SITE)
    assert ran.returncode == 0, ran.stderr
    assert company.proxy.heads[0].startswith(f"CONNECT {SITE}:443".encode())
    assert company.store.calls[0].path == "/meta.json"


def test_an_authority_that_is_not_trusted_is_said_at_once(company: Company) -> None:
    ran = company.shopinf("connect", "maya-shop", SSL_CERT_FILE="")
    assert (ran.returncode, ran.stdout) == (6, "")
    assert f"The certificate of {HOST} is not trusted" in ran.stderr
    assert "SSL_CERT_FILE" in ran.stderr
    assert len(company.proxy.heads) == 1
    assert company.store.requests == []


def test_certificates_that_cannot_be_read_are_this_machines_problem(company: Company) -> None:
    ran = company.shopinf("connect", "maya-shop", SSL_CERT_FILE=str(company.home / "nothing.pem"))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert "SSL_CERT_FILE" in ran.stderr
    assert company.store.requests == []


@pytest.mark.parametrize(
    "unproxied", ["::1/128", "[::1]", "fe80::/10,127.0.0.0/8", "localhost,::1/128,10.0.0.0/8,.internal", " , ,"]
)
def test_entries_of_no_proxy_that_match_no_name_are_passed_over(company: Company, unproxied: str) -> None:
    ran = company.shopinf("connect", "maya-shop", NO_PROXY=unproxied, no_proxy=unproxied)
    assert ran.returncode == 0, ran.stderr
    assert company.proxy.heads, "the proxy is used all the same"


def test_a_proxy_for_all_that_nobody_speaks_does_no_harm_beside_a_good_one(company: Company) -> None:
    ran = company.shopinf("connect", "maya-shop", ALL_PROXY="socks://127.0.0.1:1/", all_proxy="socks://127.0.0.1:1/")
    assert ran.returncode == 0, ran.stderr
    assert company.proxy.heads


def test_a_proxy_that_cannot_be_used_is_blamed_by_the_variable_that_is_set(company: Company) -> None:
    del company.environ["HTTPS_PROXY"]
    ran = company.shopinf("connect", "maya-shop", all_proxy="socks://127.0.0.1:1/")
    assert ran.returncode == 9
    assert "all_proxy" in ran.stderr
    assert "HTTPS_PROXY" not in ran.stderr


@pytest.mark.parametrize("spared", [HOST, ".myshopify.com", "*"])
def test_no_proxy_spares_the_proxy(company: Company, spared: str) -> None:
    folder = company.home / "resolving"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(RESOLVING.format(port=company.port, host=HOST))
    ran = company.shopinf("connect", "maya-shop", NO_PROXY=spared, PYTHONPATH=str(folder))
    assert ran.returncode == 0, ran.stderr
    assert company.proxy.heads == []


def test_a_practice_store_on_loopback_is_never_called_through_a_proxy(company: Company) -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{dead.getsockname()[1]}"
    dead.close()
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"), address)
    store = PracticeStore("maya-shop")
    with serve([store]) as door:
        ran = company.shopinf("connect", "maya-shop", "--url", door.urls[0], **proxies)
        assert ran.returncode == 0, ran.stderr
        assert company.shopinf("verify-scopes", **proxies).returncode == 0


def test_the_rate_limit_is_kept_through_the_proxy(company: Company) -> None:
    limit = 400 - 8  # the bucket of Shopify Plus, and what is left free for others
    company.store.bucket.fill(limit - 1)
    ran = company.shopinf("-v", "connect", "maya-shop")
    assert ran.returncode == 0, ran.stderr
    levels = [int(line.split("bucket ")[1].split("/")[0]) for line in ran.stderr.splitlines() if "bucket " in line]
    assert len(levels) >= 4
    assert max(levels) <= limit
    assert 429 not in {status for _, _, status in company.store.requests}


def test_a_proxys_password_is_not_shown(company: Company) -> None:
    company.environ["HTTPS_PROXY"] = company.proxy.url.replace("http://", "http://agency:pr0xyword@")
    ran = company.shopinf("-v", "connect", "maya-shop", SHOPINF_DEBUG="1")
    assert ran.returncode == 0, ran.stderr
    assert b"Proxy-Authorization: Basic" in company.proxy.heads[0]
    doctor = company.shopinf("-v", "doctor")
    assert "http://agency:***@127.0.0.1" in doctor.stdout
    company.environ["HTTPS_PROXY"] = "agency:pr0xyword@nowhere:port"
    broken = company.shopinf("-v", "verify-scopes", SHOPINF_DEBUG="1")
    assert broken.returncode == 9
    assert "HTTPS_PROXY" in broken.stderr
    assert "pr0xyword" not in ran.stdout + ran.stderr + doctor.stdout + doctor.stderr + broken.stdout + broken.stderr
