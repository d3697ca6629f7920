"""A mail with finished files: who it is from, what it says, and the files themselves, for every kind of reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from shopinf.delivery.addresses import Mailable
from shopinf.delivery.papers import Paper
from shopinf.delivery.words import Speaker, subject_of, text_of
from shopinf.errors import BadInput
from shopinf.plain import harmless

_LONGEST_SUBJECT = 250
_EMPTY_START = re.compile(rb"(?m)^((?:From|To|Subject):)\r\n (?=\S)")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is meant, to one address."""

    sender: Mailable
    recipient: Mailable
    subject: str
    text: str
    papers: Sequence[Paper]


def in_the_name_of(sender: Mailable, agency: str | None) -> Mailable:
    """*sender* as the agency's, where the address has no name of its own."""
    whose = sender.name or agency or ""
    return Mailable(sender.local, sender.domain, " ".join(harmless(whose).split()))


def letter(
    sender: Mailable,
    recipient: Mailable,
    papers: Sequence[Paper],
    tongue: Speaker,
    *,
    subject: str | None,
    agency: str | None,
) -> Letter:
    """The mail that brings *papers* to *recipient*, in the *agency*'s name where the sender has none."""
    named = in_the_name_of(sender, agency)
    return Letter(
        named,
        recipient,
        read_subject(subject) if subject is not None else subject_of(papers),
        text_of(papers, named.name or named.shown, tongue),
        papers,
    )


def read_subject(text: str) -> str:
    """A subject as typed: one line, since a second one would be a header of its own."""
    if "\n" in text or "\r" in text or not text.isprintable():
        raise BadInput(
            "The subject has a line break or another sign in it that cannot be seen", hint="Write it in one line."
        )
    if not text.strip() or len(text) > _LONGEST_SUBJECT:
        raise BadInput(
            f"A subject has 1 to {_LONGEST_SUBJECT} signs, and this one {len(text.strip())}", hint="Write another one."
        )
    return text.strip()


def message(meant: Letter, *, id: str, at: datetime) -> EmailMessage:
    """*meant* as it goes over the wire: 7 bits, names of every script encoded as RFC 2047 and 2231 have it."""
    plain = meant.sender.is_ascii and meant.recipient.is_ascii
    made = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit") if plain else policy.SMTPUTF8)
    made["From"] = _address(meant.sender)
    made["To"] = _address(meant.recipient)
    made["Subject"] = meant.subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{id}@{meant.sender.domain}>"
    made["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday notice answers it (RFC 3834)
    made.set_content(meant.text)
    for paper in meant.papers:
        main, _, sub = paper.kind.partition("/")
        made.add_attachment(
            paper.content,
            maintype=main,
            subtype=sub,
            filename=paper.name,
            params={"charset": "utf-8"} if main == "text" else None,
        )
    return made


def on_the_wire(made: EmailMessage) -> bytes:
    """*made* in bytes. A long name begins on its header's own line: some programs take an empty first one for none."""
    head, blank, body = made.as_bytes().partition(b"\r\n\r\n")
    return _EMPTY_START.sub(rb"\1 ", head) + blank + body


def _address(of: Mailable) -> Address:
    return Address(of.name, username=of.local, domain=of.domain)
