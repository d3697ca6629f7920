"""E-mails: what counts as one, those in a text as people write them, and how two of them are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from shopinf.people.keys import keyed

_DOTLESS = frozenset({"gmail.com", "googlemail.com"})  # these deliver to the same person with and without dots
# Without a dot as well: a company's own mail server may be called `intranet`.
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_PUBLIC = re.compile(r"[A-Za-z0-9][^\"]*@[^\"]+\.[^\".]{2,}")
_PLAIN = re.compile(r"[\w.+-]+@[\w.-]*\w")
_AT = re.compile(r"\s*[(\[{]\s*at\s*[)\]}]\s*", re.IGNORECASE)  # as people hide addresses from robots
_DOT = re.compile(r"\s*[(\[{]\s*dot\s*[)\]}]\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;|/<>()\[\]\"]+")
_AROUND = "'`’‘“”*.:!?"  # what stands around an address in a sentence and is none of it

# Mailboxes of a role: whoever reads them, it is not one person.
_ROLES = frozenset(
    "info hello hi contact support help sales orders shop store admin billing office press team booking webmaster "
    "noreply no-reply".split()
)
# Addresses that a marketplace or a mail service makes for one buyer or one shop; they say nothing about a person.
_RELAY = re.compile(
    r"(.+\.)?((marketplace\.amazon|members\.ebay)(\.[a-z]{2,3}){1,2}|(privaterelay\.appleid|duck)\.com)"
)


def is_email(text: str | None) -> bool:
    """Could *text* be an e-mail address at all? The only place that says so; `is_public` asks for more."""
    return text is not None and _EMAIL.fullmatch(text.strip()) is not None


def is_public(email: str) -> bool:
    """Is it an e-mail in the world, by which a bank or a wallet can reach somebody? Its domain has an ending.

    One that begins with a sign is left out: spreadsheets run it as a formula.
    """
    text = email.strip()
    return is_email(text) and _PUBLIC.fullmatch(text) is not None


def read_emails(text: str) -> list[str]:
    """The e-mails in *text*, each once: alone, several in a cell, `Ann <ann@x.example>`, `mailto:ann@x.example`."""
    if is_alone(text):
        return [text]
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    if "@" not in shown:
        shown = _DOT.sub(".", _AT.sub("@", shown))
    words = (_unwrapped(word) for word in _BETWEEN.split(shown))
    return list(dict.fromkeys(word for word in words if is_email(word)))


def is_alone(text: str) -> bool:
    """Is *text* one e-mail and nothing around it, as machines write them?"""
    return _PLAIN.fullmatch(text) is not None


def _unwrapped(word: str) -> str:
    if word[:7].casefold() == "mailto:":
        word = word[7:].partition("?")[0]
    return word.strip(_AROUND)


def local_part(email: str) -> str:
    """What stands before the @, without a `+tag`."""
    return email.strip().rsplit("@", 1)[0].split("+", 1)[0]


def folded_email(email: str) -> str:
    """An e-mail as it is compared: lower case, without `+tag`, and without dots where the provider ignores them."""
    text = email.strip().casefold()
    if "+" not in text and "@g" not in text and "@" in text:  # as nearly all are: neither a tag nor Gmail's dots
        return text
    local, _, domain = text.rpartition("@")
    if "+" in local:
        local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def email_key(key: bytes, email: str) -> str:
    """The keyed hash that stands for an e-mail outside the people's part of the ledger."""
    return keyed(key, folded_email(email))


def personal_key(email: str | None) -> str | None:
    """The folded e-mail by which people may be recognised and providers asked; None for one that is nobody's own.

    Mailboxes of a role and forwarding addresses of marketplaces say nothing about a person.
    """
    if not email:
        return None
    key = folded_email(email)
    local, _, domain = key.rpartition("@")
    return key if local and local not in _ROLES and " " not in key and _may_be_somebodys(domain) else None


@lru_cache(maxsize=4096)
def _may_be_somebodys(domain: str) -> bool:
    """Are the mailboxes of *domain* people's, as far as a domain tells?"""
    return "." in domain and len(domain.split()) == 1 and _RELAY.fullmatch(domain) is None


def is_personal(email: str | None) -> bool:
    """May people be recognised by this e-mail, and providers be asked about it?"""
    return personal_key(email) is not None
