"""A mail server for tests and documents, and a Slack: what they were given, and every way in which they refuse it.

The server speaks SMTP on loopback from its own reading of RFC 5321, 3207 and 4954, and shares no code with smtplib.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import socket
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme


@dataclass
class Taken:
    """A mail as the server took it."""

    sender: str
    recipients: list[str]
    content: bytes
    options: str = ""

    @property
    def message(self) -> EmailMessage:
        found = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def files(self) -> dict[str, bytes]:
        """The attachments, by the names that a mail program shows."""
        return {str(part.get_filename()): part.get_payload(decode=True) for part in self.message.iter_attachments()}  # type: ignore[misc]

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """A server on loopback; its switches are set before it is spoken to."""

    user: str = "reports@agency.example"
    password: str = "correct horse 9 battery"
    host: str = "127.0.0.1"
    implicit: bool = False  # encrypted from the start
    starttls: bool = True
    auth: str = "PLAIN LOGIN"
    refuse: dict[str, str] = field(default_factory=dict)  # recipient: what is said of it
    answers: dict[str, str] = field(default_factory=dict)  # verb: what is said to it instead
    size: int = 30_000_000
    utf8: bool = True
    drop_at: str = ""  # a verb at which it hangs up; `.` once a mail is there, and taken
    hold_at: str = ""  # a verb that it hears, and answers when `go_on` is set; `.` as above
    held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    taken: list[Taken] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def __enter__(self) -> MailServer:
        self.authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(self.host, "localhost").configure_cert(self.context)
        self._door = socket.create_server((self.host, 0))
        self.port = self._door.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A thread that waits in accept() is woken by a visitor; closing its socket alone would leave it there.
        self._closing = True
        socket.create_connection((self.host, self.port)).close()
        self._listener.join(5)
        self._door.close()
        for thread in self._threads:
            thread.join(5)

    _closing: bool = False

    def certificate(self, folder: Path) -> str:
        """The file that SSL_CERT_FILE is to name."""
        path = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(path)
        return str(path)

    def values(self, **more: str) -> str:
        """What `reports connect smtp --stdin` reads."""
        given = {
            "HOST": self.host,
            "PORT": str(self.port),
            "USER": self.user,
            "PASSWORD": self.password,
            "FROM": "reports@agency.example",
            **more,
        }
        return "".join(f"{name}={value}\n" for name, value in given.items() if value)

    def hold(self, verb: str) -> None:
        """Wait where that was asked for."""
        if self.hold_at == verb:
            self.held.set()
            self.go_on.wait(30)

    def _listen(self) -> None:
        while True:
            visitor, _ = self._door.accept()
            if self._closing:
                visitor.close()
                return
            thread = threading.Thread(target=self._serve, args=(visitor,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, visitor: socket.socket) -> None:
        try:
            if self.implicit:
                visitor = self.context.wrap_socket(visitor, server_side=True)
            Talk(self, visitor, self.context).go_on()
        except OSError:
            return  # it went, or does not trust us
        finally:
            visitor.close()


class Talk:
    """One visitor's session."""

    def __init__(self, server: MailServer, visitor: socket.socket, context: ssl.SSLContext) -> None:
        self._server, self._visitor, self._context = server, visitor, context
        self._rest = b""
        self._encrypted, self._known = server.implicit, not server.user
        self._sender, self._options, self._recipients = "", "", list[str]()

    def go_on(self) -> None:
        self._say("220 mail.agency.example ESMTP")
        while (line := self._line()) is not None:
            self._server.heard.append(line)
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            self._server.hold(verb)
            if self._server.drop_at == verb:
                break
            if said := self._server.answers.get(verb):
                self._say(said)
            elif not self._answer(verb, rest):
                break
        self._visitor.close()

    def _answer(self, verb: str, rest: str) -> bool:
        server = self._server
        match verb:
            case "EHLO":
                self._say(*self._extensions())
            case "STARTTLS":
                self._say("220 go ahead")
                self._visitor = self._context.wrap_socket(self._visitor, server_side=True)
                self._encrypted, self._rest = True, b""
            case "AUTH":
                self._log_in(rest)
            case "MAIL" if not self._known:
                self._say("530 5.7.0 Authentication required")
            case "MAIL":
                self._sender, self._recipients = rest[rest.index("<") + 1 : rest.index(">")], []
                self._options = rest.partition(">")[2]
                self._say("250 OK")
            case "RCPT":
                who = rest[rest.index("<") + 1 : rest.index(">")]
                if not server.refuse.get(who):
                    self._recipients.append(who)
                self._say(server.refuse.get(who) or "250 OK")
            case "DATA":
                self._say("354 go ahead")
                return self._take()
            case "RSET" | "NOOP":
                self._say("250 OK")
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("500 what?")
        return True

    def _extensions(self) -> Iterable[str]:
        server = self._server
        offered = [f"SIZE {server.size}", "8BITMIME"] + (["SMTPUTF8"] if server.utf8 else [])
        if server.starttls and not self._encrypted:
            offered.append("STARTTLS")
        if server.user and (self._encrypted or not server.starttls):
            offered.append(f"AUTH {server.auth}")
        lines = ["mail.agency.example", *offered]
        return [f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines]

    def _log_in(self, rest: str) -> None:
        kind, _, first = rest.partition(" ")
        if kind == "PLAIN":
            given = base64.b64decode(first).decode().split("\0")[1:]
        else:
            given = []
            for question in ("Username:", "Password:"):
                self._say("334 " + base64.b64encode(question.encode()).decode())
                given.append(base64.b64decode(self._line() or "").decode())
        self._known = given == [self._server.user, self._server.password]
        self._say("235 2.7.0 in" if self._known else f"535 5.7.8 {given[-1]} of {given[0]} is not good, {rest}")

    def _take(self) -> bool:
        lines: list[bytes] = []
        while (line := self._raw()) not in (b".", None):
            assert line is not None
            lines.append(line[1:] if line.startswith(b".") else line)
            if self._server.drop_at == "content":
                return False
        if line is None:
            return False
        if said := self._server.answers.get("."):
            self._say(said)
            return True
        self._server.taken.append(Taken(self._sender, self._recipients, b"\r\n".join(lines) + b"\r\n", self._options))
        self._server.hold(".")
        if self._server.drop_at == ".":
            return False
        self._say("250 2.0.0 queued")
        return True

    def _line(self) -> str | None:
        raw = self._raw()
        return None if raw is None else raw.decode("utf-8", "replace")

    def _raw(self) -> bytes | None:
        while b"\r\n" not in self._rest:
            more = self._visitor.recv(65536)
            if not more:
                return None
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line

    def _say(self, *lines: str) -> None:
        self._visitor.sendall("".join(f"{line}\r\n" for line in lines).encode())


class Slack:
    """hooks.slack.com at the bench's wire: `run.wire.stores["hooks.slack.com"] = Slack()`."""

    PATH = "/services/T00AGENCY/B00REPORTS/x8Kq2mZr9vT4wN7yPb3s"
    URL = f"https://hooks.slack.com{PATH}"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.status, self.words = 0, ""
        self.headers: list[tuple[str, str]] = []

    def app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        status, words = (self.status, self.words) if self.status else self._answer(environ["PATH_INFO"], given)
        start_response(f"{status} said", [("Content-Type", "text/html"), *self.headers])
        return [words.encode()]

    def _answer(self, path: str, given: dict[str, Any]) -> tuple[int, str]:
        if path != self.PATH:
            return 404, "no_service"
        if not given.get("text"):
            return 400, "no_text"
        self.said.append(given["text"])
        return 200, "ok"
