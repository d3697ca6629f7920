"""The collector on waitress, a WSGI server made for standing behind a reverse proxy."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from shopinf.capture.inbox import MOST_WAITING
from shopinf.errors import MachineProblem

if TYPE_CHECKING:
    from shopinf.capture.collector import Collector

THREADS = MOST_WAITING + 8  # each waits for a commit, and a commit takes all that wait; the rest serve the script
_LARGEST = 65_536  # what is read at all; the collector itself takes far less


class Serving:
    """The collector listening; close it, or use it as a context manager."""

    def __init__(self, collector: Collector, host: str, port: int) -> None:
        logging.getLogger("waitress").setLevel(logging.ERROR)
        try:
            self._server: Any = create_server(
                collector,
                host=host,
                port=port,
                threads=THREADS,
                ident=None,
                connection_limit=500,
                channel_timeout=30,
                max_request_header_size=16_384,
                max_request_body_size=_LARGEST,
                # Who called is told by a proxy on this machine, and by nobody else.
                trusted_proxy="127.0.0.1",
                trusted_proxy_headers={"x-forwarded-for"},
                clear_untrusted_proxy_headers=True,
            )
        except (OSError, ValueError) as error:
            raise MachineProblem(
                f"{host}, port {port} cannot be listened to: {getattr(error, 'strerror', None) or error}",
                hint="Choose another with --host and --port; --port 0 takes a free one.",
            ) from None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        """Take no more; what is under way is finished and answered."""
        self._closing = True
        self._server.pull_trigger()
        self._thread.join(10)

    def __enter__(self) -> Serving:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        server = self._server
        while not self._closing:
            server.asyncore.loop(timeout=1, map=server._map, use_poll=True, count=1)
        server.task_dispatcher.shutdown(cancel_pending=False, timeout=5)
        server.asyncore.loop(timeout=0.02, map=server._map, use_poll=True, count=10)  # the last answers go out
        server.asyncore.close_all(server._map, ignore_all=True)
