"""Practice stores on loopback: one port each, HTTP/1.1 with connections kept open, quiet."""

from __future__ import annotations

import contextlib
import gc
import io
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from .store import PracticeStore


class Handler(WSGIRequestHandler):
    """Answer one connection's requests, one after another.

    The body is read whole and the answer sent whole with its length, so that the connection can be kept.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def run_wsgi(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            body = self._chunks()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        answer: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            answer[:] = [status, headers]
            return lambda data: None

        try:
            parts: Iterable[bytes] = self.server.app(environ, start_response)
            content = b"".join(parts)
        except ConnectionError:
            self.close_connection = True
            return
        status, headers = answer
        lines = [f"HTTP/1.1 {status}"]
        lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
        code = int(status.split()[0])
        if code != 204:
            lines.append(f"Content-Length: {len(content)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        try:
            self.wfile.write(head + (b"" if self.command == "HEAD" or code == 204 else content))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """A client that goes away is its own business."""


def listening(host: str, port: int) -> socket.socket:
    """Open a port (0: any free one); OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def cut_off(environ: dict[str, Any]) -> None:
    """Close the socket of the request at hand, if there is one."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


class Served:
    """Stores being served; ``urls`` in their order. Close it, or use it as a context manager."""

    def __init__(self, shops: Sequence[PracticeStore], host: str, port: int) -> None:
        self.shops = list(shops)
        self._servers: list[BaseWSGIServer] = []
        self._threads: list[threading.Thread] = []
        self.urls: list[str] = []
        # An answer is thousands of dicts without any cycle; looking for one at the usual pace takes a quarter of the
        # time that the answer takes.
        self._pace = gc.get_threshold()
        gc.set_threshold(max(self._pace[0], 100_000), *self._pace[1:])
        try:
            for i, shop in enumerate(self.shops):
                with listening(host, port + i if port else 0) as door:
                    server = make_server(
                        host,
                        door.getsockname()[1],
                        shop.app,
                        threaded=True,
                        request_handler=Handler,
                        fd=door.fileno(),
                    )
                self._servers.append(server)
                self.urls.append(f"http://{'[' + host + ']' if ':' in host else host}:{server.port}")
                thread = threading.Thread(
                    target=server.serve_forever, args=(0.1,), name=f"practice {shop.handle}", daemon=True
                )
                thread.start()
                self._threads.append(thread)
        except BaseException:
            self.close()
            raise

    @property
    def ports(self) -> list[int]:
        return [urlsplit(url).port or 0 for url in self.urls]

    def close(self) -> None:
        """Stop serving; hanging answers are given up."""
        for shop in self.shops:
            shop.closing.set()
        ends = [threading.Thread(target=s.shutdown) for s, _ in zip(self._servers, self._threads, strict=False)]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        for server in self._servers:
            server.server_close()
        for thread in self._threads:
            thread.join(5)
        for shop in self.shops:
            shop.closing.clear()
        gc.set_threshold(*self._pace)

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(shops: Sequence[PracticeStore], host: str = "127.0.0.1", port: int = 0) -> Served:
    """Serve stores in threads, one port each: *port*, *port* + 1 …, or any free ones.

    OSError when a port is taken.
    """
    return Served(shops, host, port)
