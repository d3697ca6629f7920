"""Whether a text that should name nobody names somebody all the same: an e-mail, however encoded, or a card's number.

A query string or a path comes encoded, sometimes more than once, in base64, or with signs that only look like `@`.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

_TURNS = 200  # each takes at least one sign away; what is longer than any we keep is refused before
_EMAIL = re.compile(r"[\w.'-]\s?@\s?\w")
_AT = re.compile(r"[\[({] ?at ?[\])}]", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:%u|\\u|\\x)0*([0-9a-f]{2,4})", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)[2-6](?:[ .\u2010-\u2015-]?\d){12,18}(?!\d)", re.ASCII)
_WORDS = (re.compile(r"[\w+/-]{8,}", re.ASCII), re.compile(r"[\w+-]{8,}", re.ASCII))
_OPENING = re.compile(
    r"/(accounts?|orders?|checkouts?|customer_\w+|password|reset|recover|activate|unsubscribe)(/|$)"
    r"|(reset|forgot|recover)\w*[-_ ]?password|password[-_ ]?(reset|recover)",
    re.IGNORECASE,
)


def is_telling(text: str) -> bool:
    """Does *text* hold an e-mail address or a card number, however it is encoded?"""
    return any(_EMAIL.search(each) or holds_card(each) or _hides_email(each) for each in readings(text))


def holds_card(text: str) -> bool:
    """Is there a number in *text* with the length, first digit and check digit of a card's?"""
    return any(_passes(re.sub(r"\D", "", found[0])) for found in _CARD.finditer(text))


def opens_something(path: str) -> bool:
    """Is this the address of an account, an order or a new password, which whoever has it may be able to open?"""
    return any(_OPENING.search(each) for each in readings(path))


def readings(text: str) -> Iterator[str]:
    """*text* as it stands, and after each turn of decoding it, until there is nothing left to decode."""
    for _ in range(_TURNS):
        yield text
        plain = unquote(unicodedata.normalize("NFKC", text).replace("+", " "), errors="replace")
        plain = html.unescape(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), plain))
        plain = _AT.sub("@", plain)
        if plain == text:
            return
        text = plain


def _passes(digits: str) -> bool:
    """Luhn's check, by which cards are numbered (ISO/IEC 7812)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def _hides_email(text: str) -> bool:
    """Is a word of *text* an e-mail in base64?"""
    for word in (found[0] for words in _WORDS for found in words.finditer(text)):
        with_padding = word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4)
        try:
            plain = base64.b64decode(with_padding, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            continue
        if plain.isprintable() and _EMAIL.search(plain):
            return True
    return False
