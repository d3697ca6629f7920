"""Addresses that mail goes to and comes from: one at a time, in letters of any script, and nothing else in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import idna

from shopinf.delivery.ways import Via
from shopinf.errors import BadInput
from shopinf.people.emails import is_email, read_emails
from shopinf.plain import harmless

_NAMED = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^<>"]*?))\s*<(?P<address>[^<>]*)>\s*')
_UNFIT = re.compile(r"[\s()<>\[\]:;@\\,\"]")  # what stands in the first half of an address only between quotes
_BETWEEN = re.compile(r'[,;](?=(?:[^"]*"[^"]*")*[^"]*$)')  # not where it stands in a name between quotes
_LONGEST, _LONGEST_LOCAL = 254, 64  # RFC 5321 §4.5.3.1


@dataclass(frozen=True, slots=True)
class Mailable:
    """An address as mail servers take it."""

    local: str
    domain: str  # in ASCII: `xn--…` where its letters are others
    name: str = ""  # what the person is called beside it

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def is_ascii(self) -> bool:
        """Does every server take it? One with other letters in its first half needs SMTPUTF8."""
        return self.local.isascii()

    @property
    def shown(self) -> str:
        """The address as people write it."""
        return f"{self.local}@{_unicode(self.domain)}"

    @property
    def named(self) -> str:
        """That with the name before it."""
        return f"{self.name} <{self.shown}>" if self.name else self.shown

    @property
    def masked(self) -> str:
        """Enough to recognise it, for whoever knows it: `c…@client.example`."""
        return f"{self.local[:1]}…@{_unicode(self.domain)}"


def check_addressed(via: Via | None, to: Collection[str]) -> None:
    """Refuse a mail without an address, and files of which nothing says where they go."""
    if to or via is Via.SLACK:
        return
    if via is None:
        raise BadInput(
            "--to is missing: nothing says whom the files are for",
            hint="Add --to ann@client.example, or --via slack for the channel of the webhook.",
        )
    raise BadInput("--to is missing: a mail needs an address", hint="Add --to ann@client.example")


def read_addresses(texts: Iterable[str]) -> dict[str, Mailable]:
    """Whom mails go to, each once; one text may name several, as a mail program takes them."""
    found: dict[str, Mailable] = {}
    for text in texts:
        for each in _BETWEEN.split(text):
            if each.strip():
                one = read_address(each)
                found.setdefault(one.address.casefold(), one)
    return found


def read_address(text: str, *, what: str = "--to") -> Mailable:
    """The address in *text*: `ann@x.example`, or `Ann Lee <ann@x.example>`; BadInput for anything else."""
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in text):
        raise _no_address(text, what, "it has a line break or another sign in it that cannot be seen")
    found = _NAMED.fullmatch(text)
    name = unicodedata.normalize("NFC", (found["quoted"] or found["plain"] or "").strip()) if found else ""
    bare = unicodedata.normalize("NFC", (found["address"] if found else text).strip())
    local, _, domain = bare.rpartition("@")
    if not is_email(bare) or _UNFIT.search(local):
        raise _no_address(text, what, None)
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise _no_address(text, what, f"{domain} is not the name of a domain") from None
    if len(local.encode()) > _LONGEST_LOCAL or len(local.encode()) + 1 + len(ascii_domain) > _LONGEST:
        raise _no_address(text, what, "it is longer than an address can be")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise _no_address(text, what, "a dot stands where none can")
    return Mailable(local, ascii_domain, name)


def _no_address(text: str, what: str, why: str | None) -> BadInput:
    shown = harmless(text)[:80]
    near = [each for each in read_emails(shown) if each != shown]
    hint = f"Did you mean {near[0]}?" if near else "Write it like ann@client.example."
    return BadInput(f"{what}: {shown!r} is no e-mail address" + (f": {why}" if why else ""), hint=hint)


def _unicode(domain: str) -> str:
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
