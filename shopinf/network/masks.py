"""A connection's own secrets, taken out of whatever its far side sends, where that enters and before anything reads it.

A far side may say back what it was shown: in a header, in the name of a shop, in an error's page. One place covers it,
whole or in part, in either case and however encoded, so that nothing behind has to think of it.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, unquote_to_bytes

from shopinf.stores import Secret

SHORTEST = 8  # signs of a secret that tell something of it; what is shorter stands in ordinary words too
_LONG = 16  # a part that long is one, even of letters alone
_SMALL = 32 * 1024  # bytes that are looked through for every part; pages of records for longer ones
_SHORT = 1024  # bytes, most headers among them, that are looked through for all parts at once, which is quicker there
_COVER, _HEADER_COVER = "…".encode(), b"masked"  # an address in a header must stay an address

# Ways to spell a plain sign that JSON and HTML have; nobody needs them for letters and digits.
_JSON_SIGN = re.compile(rb"(?<!\\)((?:\\\\)*)\\u00([2-7][0-9a-fA-F])")
_HTML_SIGN = re.compile(rb"&#(?:[xX]0*([2-7][0-9a-fA-F])|0*([0-9]{2,3}));?")


class Mask:
    """Covers *secrets* in foreign bytes; what also stands in *ours*, the store's own names, stays readable."""

    def __init__(self, *secrets: Secret | None, ours: str = "") -> None:
        self._ours = ours.lower().encode()
        self._known: set[Secret] = set()
        self._whole: frozenset[bytes] = frozenset()
        self._windows: frozenset[bytes] = frozenset()
        self._landmarks: frozenset[bytes] = frozenset()
        self._any: re.Pattern[bytes] | None = None  # any of the first two
        self.add(*secrets)

    def __repr__(self) -> str:
        return f"Mask({len(self._known)} secrets)"

    def add(self, *secrets: Secret | None) -> None:
        """Cover these from now on as well."""
        for secret in secrets:
            text = secret.reveal().strip() if secret else ""
            if len(text) < SHORTEST or secret in self._known or secret is None:
                continue
            self._known.add(secret)
            plain = text.lower().encode("utf-8", "surrogatepass")
            forms = {plain, quote(text, safe="", errors="replace").lower().encode(), *_base64(text)}
            self._whole |= forms
            self._windows |= {plain[at : at + SHORTEST] for at in range(len(plain) - SHORTEST + 1)}
            half = len(plain) // 2
            self._landmarks |= forms if len(plain) < 2 * _LONG else {plain[half - 12 : half], plain[half : half + 12]}
        if self._known:
            self._any = re.compile(b"|".join(map(re.escape, sorted(self._whole | self._windows))))

    def text(self, text: str) -> str:
        """*text* with `…` in place of each secret and each telling part of one."""
        covered = self._covered(text.encode("utf-8", "surrogatepass"), _COVER, strictly=True)
        return covered.decode("utf-8", "surrogatepass")

    def body(self, body: bytes, *, strictly: bool) -> bytes:
        """The body of an answer; *strictly* also parts that are numbers, which records have ids like."""
        if not self._known or not body:
            return body
        if b"\0" in body[:4]:  # no UTF-8: the same words, where they can be found
            body = body.decode(json.detect_encoding(body), "replace").encode()
        if b"\\" in body and b"\\u00" in body:  # the first alone is found in no time
            body = _JSON_SIGN.sub(_from_json, body)
        if strictly and b"&#" in body:
            body = _HTML_SIGN.sub(_from_html, body)
        return self._covered(body, _COVER, strictly=strictly)

    def headers(self, pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of an answer, as httpx has them raw."""
        return [(self._header(name), self._header(value)) for name, value in pairs]

    def _header(self, value: bytes) -> bytes:
        covered = self._covered(value, _HEADER_COVER, strictly=True)
        if b"%" in covered:
            spelled_out = unquote_to_bytes(covered)
            again = self._covered(spelled_out, _HEADER_COVER, strictly=True)
            return covered if again == spelled_out else again
        return covered

    def _covered(self, text: bytes, cover: bytes, *, strictly: bool) -> bytes:
        low = text.lower()
        if len(low) <= _SHORT and (self._any is None or not self._any.search(low)):
            return text
        if len(low) > _SMALL and not any(mark in low for mark in self._landmarks):
            return text
        spans = [(at, at + len(whole)) for whole in self._whole for at in _found(whole, low)]
        spans += [(at, at + SHORTEST) for window in self._windows for at in _found(window, low)]
        if not spans:
            return text
        parts: list[bytes] = []
        done = 0
        for begin, end in _joined(spans):
            if self._tells(low[begin:end], strictly):
                parts += [text[done:begin], cover]
                done = end
        return b"".join([*parts, text[done:]])

    def _tells(self, part: bytes, strictly: bool) -> bool:
        """Does *part* tell something? Words do not that stand in names, nor in records a number that may be an id."""
        if part in self._ours:
            return False
        if part.isdigit():
            return strictly
        return part in self._whole or len(part) >= _LONG or any(48 <= sign <= 57 for sign in part)


def _base64(text: str) -> set[bytes]:
    """*text* within base64 at each of its three offsets, without what its neighbours would change, in lower case."""
    found = set()
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + text.encode("utf-8", "surrogatepass"))
        found.add(encoded[4 if before else 0 : -4].lower())
    return {form for form in found if len(form) >= SHORTEST}


def _found(needle: bytes, text: bytes) -> list[int]:
    found = []
    at = text.find(needle)
    while at >= 0:
        found.append(at)
        at = text.find(needle, at + 1)
    return found


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap as one, in order."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _from_json(found: re.Match[bytes]) -> bytes:
    sign = bytes([int(found[2], 16)])
    return found[1] + sign if sign.isalnum() or sign in b"_-" else found[0]


def _from_html(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    sign = chr(code) if code < 128 else ""
    return sign.encode() if sign.isalnum() or sign in ("_", "-") else found[0]
