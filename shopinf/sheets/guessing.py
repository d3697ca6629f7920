"""Which encoding text without a mark is in that is not UTF-8: told by the letters that would come of it.

A guess, and said to be one: Windows-1252 (Western Europe), Windows-1250 (Central Europe) or Shift-JIS (Japan), whose
bytes mean something in each of them.
"""

from __future__ import annotations

import re
from typing import BinaryIO

WESTERN, CENTRAL, JAPANESE = "cp1252", "cp1250", "cp932"
CALLED = {WESTERN: "Windows-1252", CENTRAL: "Windows-1250", JAPANESE: "Shift-JIS", "latin-1": "Windows-1252"}
_ENOUGH = 1 << 18  # bytes of lines with such letters, by which it is told
_MOST = 0.7  # of the signs that are no plain ones, which have to be usual in Japanese

_VOWEL, _CONSONANT = "aeiouyáéíóúýâäëîôöü", "bcdfghjklmnpqrstvwxzšžß"
# As Windows-1252 has them: what no language of the West writes, and what is the rule in one. A sign stands for each of
# the letters that Central Europe has in its place: ø is ř, ì is ě, ñ is ń, ù is ů, æ is ć, õ is ő, þ is ţ, º is ş.
_NOT_WESTERN = re.compile(
    rf"(?<=[^\W\d_])[³¹¿¾¼£¥¯](?=\w)|(?<=[^\W\d_]{{2}})[³¹¿¾](?=[\s,;.\"'-]|$)|[³¿£¯¹](?=[{_VOWEL}ê]\w)"
    rf"|\b[ª¼](?=[^\W\d_]{{2}})|\bÈ(?=[aeiou])"
    rf"|(?<=[{_VOWEL}])ø|ø(?=[{_VOWEL}])|ì(?=\w)|ù(?=\w)|(?<=[{_VOWEL}])ò|ñ(?=[{_CONSONANT}]|\W|$)"
    rf"|(?<=\w)æ(?=\W|$)|õ(?=[{_CONSONANT}]|\W|$)|(?<=[{_VOWEL}])è(?=[{_VOWEL}k])|(?<=\w)þ|(?<=\w)º(?=[^\W\d_])"
    rf"|ã(?=[bcdfghjklpqrstvxz])|(?<=[ck{_VOWEL}])œ(?=\W|$)",
    re.IGNORECASE,
)
_WESTERN = re.compile(
    rf"(?<=[{_CONSONANT}])ø(?=[{_CONSONANT}])|ñ(?=[{_VOWEL}])|(?<![{_VOWEL}])[ìòù](?=\W|$)|ã[oe]|õe|å|à"
    rf"|(?<=[{_CONSONANT}])è(?=[{_CONSONANT}])|[êèûï](?=[tnmlrv])|æ(?=[{_CONSONANT}])|œ(?=[urv])|[’“”–€]",
    re.IGNORECASE,
)
_RUN = re.compile(r"[^\x00-\x7f]+")


def guess(stream: BinaryIO) -> str:
    """The likeliest encoding of *stream*, which is not UTF-8; `latin-1` where it is none of them. Rewinds it."""
    sample = _sample(stream)
    if _is_japanese(sample):
        return JAPANESE
    western, central = _decoded(sample, WESTERN), _decoded(sample, CENTRAL)
    if western is None:
        return "latin-1" if central is None else CENTRAL
    if central is None:
        return WESTERN
    return CENTRAL if len(_NOT_WESTERN.findall(western)) > len(_WESTERN.findall(western)) else WESTERN


def _sample(stream: BinaryIO) -> bytes:
    """The lines that have more than plain letters in them, as many as are enough."""
    stream.seek(0)
    found, size = [], 0
    while size < _ENOUGH and (line := stream.readline(_ENOUGH)):
        if not line.isascii():
            found.append(line)
            size += len(line)
    stream.seek(0)
    return b"".join(found)


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_japanese(sample: bytes) -> bool:
    """Are there words of kana or of the commoner kanji, apart from Latin ones, and hardly anything else?"""
    text = _decoded(sample, JAPANESE)
    if text is None:
        return False
    usual = others = 0
    for run in _RUN.finditer(text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        glued = before.isalpha() or after.isalpha()  # as an accent among Latin letters would be
        for sign in run[0]:
            if not glued and _is_usual(sign):
                usual += 1
            else:
                others += 1
    return usual >= 2 and usual >= _MOST * (usual + others)


def _is_usual(sign: str) -> bool:
    """Is it a full kana, a sign that goes with them, or one of the first part of the kanji?"""
    if "\u3000" <= sign <= "\u30ff" or "\uff01" <= sign <= "\uff5e":
        return True
    return "\u4e00" <= sign <= "\u9fff" and 0x88 <= sign.encode(JAPANESE, "replace")[0] <= 0x97
