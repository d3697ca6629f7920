"""The plain sockets below everything else; tests replace them by a wire that ends in a pretend Shopify."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import httpx

from shopinf.errors import BadInput
from shopinf.loopback import is_safe
from shopinf.network.patience import TIMEOUTS
from shopinf.network.proxies import WayOut, way_out

# Of each host: a pool looks through all its connections for each request, and its requests wait for one another.
_LIMITS = httpx.Limits(max_connections=80, max_keepalive_connections=64, keepalive_expiry=15.0)

# httpx logs each whole URL, and a query may hold a customer's e-mail address. `Exchange` is what we tell instead.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Wire(Protocol):
    """Sends one request as it is and hands back the answer, its body not yet read."""

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send *request* once; raises httpx's errors, follows nothing, adds nothing."""

    def close(self) -> None:
        """End everything under way; reads that block in other threads fail soon."""


class NetworkWire:
    """The real network: https with the environment's proxy and certificates, plain http to loopback only.

    `HTTPS_PROXY`, `NO_PROXY` and `SSL_CERT_FILE` work as they do everywhere. Plain http never goes through a proxy.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._secure: WayOut | None = None
        self._clients: dict[tuple[str, str, int | None], httpx.Client] = {}  # by scheme, host and port
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def send(self, request: httpx.Request) -> httpx.Response:
        client = self._client(request.url)
        request.extensions = {**request.extensions, "trace": self._remember}
        try:
            return client.send(request, stream=True, auth=None, follow_redirects=False)
        except RuntimeError as error:  # httpx refuses a closed client with a bare RuntimeError
            if not self._closed:
                raise
            raise httpx.ConnectError("the connection was closed by shopinf", request=request) from error

    def close(self) -> None:
        with self._lock:
            self._closed = True
            clients = list(self._clients.values())
            sockets = list(self._sockets)
        for open_socket in sockets:
            # Closing alone does not wake a thread that reads. The plain shutdown is meant for TLS sockets as well:
            # their own would take the session away from under the reader.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
        for client in clients:
            # The pool is being used by the very threads that are being woken.
            with contextlib.suppress(Exception):
                client.close()

    def _client(self, url: httpx.URL) -> httpx.Client:
        with self._lock:
            if self._closed:
                raise httpx.ConnectError("the connection was closed by shopinf")
            if not is_safe(url.scheme, url.host):
                raise BadInput(
                    f"{url.scheme}://{url.host} is not a safe address",
                    hint="Use https://; plain http:// is only for a practice store on this machine (127.0.0.1).",
                )
            place = (url.scheme, url.host, url.port)
            if place not in self._clients:
                self._clients[place] = self._new_client(url)
            return self._clients[place]

    def _new_client(self, url: httpx.URL) -> httpx.Client:
        if url.scheme == "https":
            if self._secure is None:
                self._secure = way_out(os.environ)
            return self._secure.to(url.host, TIMEOUTS, _LIMITS)
        # verify=False spares the 30 ms of an SSL context that plain http has no use for.
        return httpx.Client(trust_env=False, verify=False, timeout=TIMEOUTS, limits=_LIMITS)

    def _remember(self, event: str, info: dict[str, Any]) -> None:
        """httpcore's trace: keep hold of each new connection's socket, so that `close` can wake its reader."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            get_extra_info: Callable[[str], Any] | None = getattr(info.get("return_value"), "get_extra_info", None)
            found = get_extra_info("socket") if get_extra_info else None
            if isinstance(found, socket.socket):
                with self._lock:
                    self._sockets.add(found)
