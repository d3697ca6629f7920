"""A mail server: who we are there, what it takes, and what its refusals mean.

TLS always, by itself on port 465 and by STARTTLS on every other; plain only to this machine. Its certificate is
checked. Nothing is sent twice here: what a server has taken, or may have taken, is the caller's to remember.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.delivery.addresses import Mailable, read_address
from shopinf.delivery.mail import on_the_wire
from shopinf.delivery.words import size
from shopinf.errors import (
    BadInput,
    CredentialsMissing,
    CredentialsProblem,
    CredentialsRefused,
    LostResponse,
    NoAnswer,
    Refused,
)
from shopinf.loopback import is_loopback
from shopinf.network.masks import SHORTEST, Mask
from shopinf.network.patience import TIMEOUTS
from shopinf.people.emails import is_email
from shopinf.plain import harmless
from shopinf.stores import Secret

if TYPE_CHECKING:
    from email.message import EmailMessage

IMPLICIT_TLS, SUBMISSION = 465, 587
_CONNECT, _READ = TIMEOUTS.connect or 10.0, TIMEOUTS.read or 30.0
_TAKING = 120.0  # seconds; a server that looks a mail over for what is bad in it answers late
_PIECE = 64 * 1024  # bytes; Python gives a time-out for all of what is sent at once
_GOODBYE = 3.0  # seconds; whether it hears that we leave changes nothing
LOOK = "Look at the address."  # of what the server refuses for good
_HOST_HINT = "Look at HOST and PORT: shopinf reports connect smtp"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mail server, and who sends by it."""

    host: str
    port: int
    sender: Mailable
    user: str | None = None
    password: Secret | None = None

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def may_be_plain(self) -> bool:
        return is_loopback(self.host)

    @classmethod
    def of(cls, keys: Mapping[str, Secret]) -> Mailbox:
        """What *keys* (HOST, PORT, USER, PASSWORD, FROM) say; CredentialsProblem where they do not fit together."""
        given = {name: secret.reveal() for name, secret in keys.items()}
        host, port = _place(given["HOST"], given.get("PORT", ""))
        user, password = given.get("USER", ""), given.get("PASSWORD", "")
        if bool(user) != bool(password):
            lacking = "PASSWORD" if user else "USER"
            raise CredentialsMissing(
                f"The login at the mail server is incomplete: {lacking} is missing",
                hint="Give USER and PASSWORD, or neither where the server asks for no login.",
            )
        sender = given.get("FROM") or (user if is_email(user) else "")
        if not sender:
            raise CredentialsMissing(
                "Nothing says whose address the mails come from", hint="Give FROM, like FROM=reports@agency.example."
            )
        try:
            mailable = read_address(sender, what="FROM")
        except BadInput as wrong:
            raise CredentialsProblem(wrong.message, hint=wrong.hint) from None
        return cls(host, port, mailable, user or None, Secret(password) if password else None)


def _place(host: str, port: str) -> tuple[str, int]:
    """The server's name and port; a port may stand behind the name, as many write it."""
    name, sign, behind = host.strip().rpartition(":")
    if sign and behind.isdigit() and ":" not in name:
        host, port = name, port or behind
    host = host.strip().strip("[]")
    if not host or any(sign in host for sign in "/@?# "):
        raise CredentialsProblem(
            f"{harmless(host)[:60]!r} is not the name of a mail server", hint="Write it like HOST=smtp.agency.example."
        )
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise CredentialsProblem(
            f"{harmless(port)[:20]!r} is not a port", hint=f"It is a number, mostly {SUBMISSION} or {IMPLICIT_TLS}."
        )
    return host, int(port) if port else SUBMISSION


class Session:
    """A connection to a mail server that knows who we are; made by `opened`."""

    def __init__(self, mailbox: Mailbox, smtp: smtplib.SMTP) -> None:
        self._mailbox, self._smtp = mailbox, smtp
        self._said = _Said(mailbox)
        self.code: int | None = None  # of the server's last answer about a mail

    @property
    def largest(self) -> int | None:
        """The bytes of the largest mail that the server takes, where it says so."""
        told = self._smtp.esmtp_features.get("size", "").split()
        return int(told[0]) if told and told[0].isdigit() and int(told[0]) else None

    def send(self, message: EmailMessage, recipient: Mailable, about_to: Callable[[], None]) -> None:
        """Send *message* to *recipient*; *about_to* is called when nothing but its content is left to be said.

        Refused: the server does not take it from us, or not for them. LostResponse: it may have taken it. NoAnswer: it
        surely did not, and the connection is of no use any more.
        """
        content = on_the_wire(message)
        if self.largest and len(content) > self.largest:
            raise Refused(
                f"{self._mailbox.shown} takes no mail larger than {size(self.largest)}, and this one has "
                f"{size(len(content))}",
                hint="Send fewer files, or smaller ones.",
            )
        self.code = None
        with self._refusals():
            self._start(recipient)
            self._need(354, self._smtp.docmd("DATA"), "does not take the mail")
            self._pour(_dotted(content))
        about_to()
        try:
            self._wait(_TAKING)
            self._smtp.send(b".\r\n")  # before this line a server has taken nothing
            self.code, words = self._smtp.getreply()
            self._wait(_READ)
        except (OSError, smtplib.SMTPException) as error:
            raise LostResponse(
                f"{self._mailbox.shown} was sent the mail to {recipient.shown} and gave no answer ({_why(error)}), so "
                "nobody knows whether it arrived",
                hint="Ask whether it did. It is not sent again by itself; --again sends it once more.",
            ) from None
        self._need(250, (self.code, words), "did not take the mail")

    def _pour(self, content: bytes) -> None:
        for at in range(0, len(content), _PIECE):
            self._smtp.send(content[at : at + _PIECE])

    def _wait(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _start(self, recipient: Mailable) -> None:
        """Say from whom, and for whom."""
        self._smtp.rset()
        options = []
        if not (recipient.is_ascii and self._mailbox.sender.is_ascii):
            if not self._smtp.has_extn("smtputf8"):
                raise Refused(
                    f"{self._mailbox.shown} takes no address with such letters before the @ as {recipient.shown}",
                    hint="Use another address of theirs, or another mail server.",
                )
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, words = self._smtp.mail(self._mailbox.sender.address, options)
        if code == 530:
            raise CredentialsRefused(
                f"{self._mailbox.shown} wants a login before it takes mail ({self._said(words)})",
                hint="shopinf reports connect smtp, with USER and PASSWORD",
            )
        self._need(250, (code, words), f"takes no mail from {self._mailbox.sender.shown}")
        self._need(250, self._smtp.rcpt(recipient.address), f"takes no mail for {recipient.shown}")

    def _need(self, code: int, answer: tuple[int, bytes], otherwise: str) -> None:
        self.code = answer[0]
        if answer[0] != code and not (code == 250 and answer[0] == 251):
            raise self._refused(*answer, otherwise)

    def _refused(self, code: int, words: bytes, what: str) -> Refused | NoAnswer:
        said = f"{self._mailbox.shown} {what}: {code} {self._said(words)}".rstrip(" .")
        if code == 421:  # it hangs up
            return NoAnswer(said, hint="Run the same command again later: what was sent is not sent again.")
        refused = Refused(said, hint="Run the same command again later." if code < 500 else LOOK)
        if code < 500:  # not for good, so that nothing is wrong with what was asked for
            refused.code = NoAnswer.code
        return refused

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """A block in which nothing of a mail's content goes out, so whatever breaks in it, nothing was sent."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            raise NoAnswer(
                f"{self._mailbox.shown} broke off before the mail was sent ({_why(error)})",
                hint="Run the same command again later: what was sent is not sent again.",
            ) from None


@contextmanager
def opened(mailbox: Mailbox, certificates: Callable[[], ssl.SSLContext]) -> Iterator[Session]:
    """A session with the server of *mailbox*, encrypted and logged in."""
    smtp = _connected(mailbox, certificates)
    try:
        said = _Said(mailbox)
        try:
            _greet(smtp, mailbox, said, certificates)
        except ssl.SSLError as error:
            raise _untrusted(mailbox, error) from None
        except smtplib.SMTPResponseException as error:  # of STARTTLS alone
            words = said(error.smtp_error)
            raise NoAnswer(f"{mailbox.shown} refuses to encrypt: {error.smtp_code} {words}", hint=_HOST_HINT) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NoAnswer(f"{mailbox.shown} broke off ({_why(error)})", hint=_HOST_HINT) from None
        yield Session(mailbox, smtp)
        with suppress(OSError, smtplib.SMTPException):
            if smtp.sock is not None:
                smtp.sock.settimeout(_GOODBYE)
                smtp.quit()
    finally:
        smtp.close()


def _connected(mailbox: Mailbox, certificates: Callable[[], ssl.SSLContext]) -> smtplib.SMTP:
    # A name of ours that tells nothing of this machine, and no question to a name server.
    ours = mailbox.sender.domain
    try:
        if mailbox.port == IMPLICIT_TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                mailbox.host, mailbox.port, ours, timeout=_CONNECT, context=certificates()
            )
        else:
            smtp = smtplib.SMTP(mailbox.host, mailbox.port, ours, timeout=_CONNECT)
        assert smtp.sock is not None
        smtp.sock.settimeout(_READ)
        smtp.timeout = _READ
    except ssl.SSLError as error:
        raise _untrusted(mailbox, error) from None
    except smtplib.SMTPResponseException as error:
        words = _Said(mailbox)(error.smtp_error)
        raise NoAnswer(f"{mailbox.shown} does not let us in: {error.smtp_code} {words}", hint=_HOST_HINT) from None
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NoAnswer(f"{mailbox.shown} cannot be reached ({_why(error)})", hint=_HOST_HINT) from None
    return smtp


def _greet(smtp: smtplib.SMTP, mailbox: Mailbox, said: _Said, certificates: Callable[[], ssl.SSLContext]) -> None:
    """Say who we are, have what follows encrypted, and log in."""
    code, words = smtp.ehlo()
    if code != 250:
        raise NoAnswer(f"{mailbox.shown} speaks no SMTP that can be encrypted: {said(words)}", hint=_HOST_HINT)
    if mailbox.port != IMPLICIT_TLS:
        if smtp.has_extn("starttls"):
            smtp.starttls(context=certificates())
            code, words = smtp.ehlo()
            if code != 250:
                raise NoAnswer(f"{mailbox.shown} broke off once encrypted: {code} {said(words)}", hint=_HOST_HINT)
        elif not mailbox.may_be_plain:
            raise NoAnswer(
                f"{mailbox.shown} offers no encryption (STARTTLS), and nothing is sent to it in the clear",
                hint=f"Try port {IMPLICIT_TLS}, or ask who runs it. Only a server on this machine may do without.",
            )
    if mailbox.user and mailbox.password:
        _log_in(smtp, mailbox, mailbox.user, mailbox.password, said)


def _log_in(smtp: smtplib.SMTP, mailbox: Mailbox, user: str, password: Secret, said: _Said) -> None:
    # Not smtplib's own login: that one takes ASCII alone.
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if not offered and mailbox.may_be_plain:  # a server of this machine's own that knows no logins
        return
    if "PLAIN" in offered:
        code, words = smtp.docmd("AUTH", "PLAIN " + _encoded(f"\0{user}\0{password.reveal()}"))
    elif "LOGIN" in offered:
        code, words = smtp.docmd("AUTH", "LOGIN")
        for value in (user, password.reveal()):
            if code == 334:
                code, words = smtp.docmd(_encoded(value))
    else:
        kinds = ", ".join(offered) or "none at all"
        raise CredentialsProblem(
            f"{mailbox.shown} offers no login with a password, but {harmless(kinds)[:80]}",
            hint="Ask who runs it for an app password, or for a relay that takes one.",
        )
    if code in (235, 503):
        return
    if 400 <= code < 500:
        raise NoAnswer(f"{mailbox.shown} cannot log us in now: {code} {said(words)}", hint="Try it again later.")
    raise CredentialsRefused(
        f"{mailbox.shown} does not accept the login: {code} {said(words)}".rstrip(" ."),
        hint="shopinf reports connect smtp; many servers want an app password.",
    )


class _Said:
    """What a server says, as far as people may read it: one line, harmless, and without the password in it."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mask = Mask(mailbox.password, ours=f"{mailbox.host} {mailbox.user or ''} {mailbox.sender.address}")
        secret = mailbox.password.reveal() if mailbox.password else ""
        short = {secret, _encoded(secret)} if len(secret) < SHORTEST else set()
        login = _encoded(f"\0{mailbox.user}\0{secret}")
        self._whole = sorted({each for each in (*short, login) if each and secret}, key=len, reverse=True)

    def __call__(self, words: bytes | str) -> str:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        text = self._mask.text(text)
        for secret in self._whole:
            text = text.replace(secret, "…")
        return " ".join(harmless(text).split())[:300]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _dotted(content: bytes) -> bytes:
    """*content* as it stands between DATA and the line with a dot that ends it (RFC 5321 §4.5.2)."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n"


def _why(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError():
            return "nothing listens there"
        case smtplib.SMTPServerDisconnected(__context__=OSError() as cause):  # how smtplib tells of both
            return _why(cause)
        case smtplib.SMTPServerDisconnected():
            return "the connection was closed"
        case UnicodeError():
            return "no such name"
        case OSError() if error.strerror:
            return harmless(error.strerror)[0].lower() + harmless(error.strerror)[1:]
        case _:
            return type(error).__name__


def _untrusted(mailbox: Mailbox, error: ssl.SSLError) -> NoAnswer:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NoAnswer(
            f"{mailbox.shown} shows a certificate that is not to be trusted: {harmless(error.verify_message)}",
            hint="Look at HOST; where the certificate is your own, name the one that signed it in SSL_CERT_FILE.",
        )
    return NoAnswer(
        f"{mailbox.shown} cannot be spoken to encrypted ({harmless(error.reason or 'TLS failed')})",
        hint=f"Port {IMPLICIT_TLS} is encrypted from the start, every other by STARTTLS: look at PORT.",
    )
