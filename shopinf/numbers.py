"""Numbers as people write them in different countries: `12,5`, `1.234,56`, `42.9k`, `1,2 Mio.`, `15k-25k`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shopinf.errors import BadInput

_SCALES = {
    1_000: "k t tsd tausend thousand mil mila mille duizend tys tysięcy tusen bin 千",
    10_000: "万 萬",
    1_000_000: "m mn mm mi mio mln mill million millions millionen millón millon millones milhão milhao milhões "
    "milhoes milione milioni miljoen "
    "miljoner milionów milyon",
    100_000_000: "億 亿",
    1_000_000_000: "b bn mrd billion milliarde milliarden milliard miljard",
}
_BY_WORD = {word: scale for scale, words in _SCALES.items() for word in words.split()}
_AROUND = re.compile(r"^(?:[a-z ]+:)?\s*(?:ca\.?|approx\.?|about|circa|etwa|env\.?|aprox\.?)?\s*[~≈]?\s*")
_AFTER = re.compile(r"\s*(?:\+|followers?|abonnenten|abonnés|seguidores|subscribers|subs)?\s*(?:\([^()]*\))?\s*$")
_PLAIN = re.compile(r"\d+(?:\.\d\d?)?", re.ASCII)  # as nearly all are, with one reading whatever the sign is
_RANGE = re.compile(r"(.*\d\s*[^\W\d]*\.?)\s*(?:-|–|—|\bto\b|\bbis\b|\bà\b)\s*(\d.*)")
_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)\s*([^\W\d_]+)?\.?")


class TwoReadings(BadInput):
    """A number that can be read in two ways, and nothing says which."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and whether it is the lower end of what was written as a range."""

    value: Decimal
    is_least: bool = False


def read_number(text: str, decimal: str | None = None) -> Number:
    """Read a number with its thousands and its scale; of a range its lower end.

    *decimal* is the sign before decimals, `.` or `,`, where that is known: `1,234` is 1234 or 1.234. Raises
    `TwoReadings` where it is not known and matters, and BadInput for what is no number.
    """
    if _PLAIN.fullmatch(text):
        return Number(Decimal(text))
    word = _AFTER.sub("", _AROUND.sub("", unicodedata.normalize("NFKC", text).strip().casefold()))
    least = "+" in text.strip()[-1:] or word[:1] in "><≥"
    word = word.lstrip("><≥= ")
    if (found := _RANGE.fullmatch(word)) and not word.startswith("-"):
        lower, upper = found[1].strip(), found[2].strip()
        if not lower[-1:].isalpha() and (scale := _NUMBER.fullmatch(upper)) and scale[3]:
            lower += scale[3]  # 15-25k
        return Number(_plain_number(lower, decimal, text), is_least=True)
    return Number(_plain_number(word, decimal, text), is_least=least)


def _plain_number(word: str, decimal: str | None, text: str) -> Decimal:
    found = _NUMBER.fullmatch(re.sub(r"(?<=\d)[\s'’_](?=\d)", "", word))
    scale = _BY_WORD.get(found[3] or "", 0 if found[3] else 1) if found else 0
    if found is None or not scale:
        raise BadInput(f"{text!r} is not a number", hint="Write it with digits, like 1250 or 12.5.")
    return Decimal(f"{found[1]}{_digits(found[2], decimal, text)}") * scale


def _digits(digits: str, decimal: str | None, text: str) -> str:
    """*digits* with a dot before the decimals and nothing between thousands."""
    kinds = [sign for sign in ".," if sign in digits]
    if not kinds:
        return digits
    last = max(kinds, key=digits.rindex)
    other = "," if last == "." else "."
    head, _, tail = digits.rpartition(last)
    if len(kinds) == 2:
        if last in head or not _grouped(head, other):
            raise BadInput(f"{text!r} is not a number", hint="Write it with digits, like 1250 or 12.5.")
        return f"{head.replace(other, '')}.{tail or '0'}"
    if last in head:
        if not _grouped(digits, last):
            raise BadInput(f"{text!r} is not a number", hint="Write it with digits, like 1250 or 12.5.")
        return digits.replace(last, "")
    if len(tail) == 3 and 1 <= len(head) <= 3 and head[0] != "0":
        if decimal is None:
            raise TwoReadings(
                f"{text.strip()!r} can be {head}{tail} or {head}.{tail}",
                hint=f"Write {head}{tail} or {head}.{tail}0, without a sign that means both.",
            )
        return f"{head}.{tail}" if last == decimal else f"{head}{tail}"
    return f"{head or '0'}.{tail or '0'}"


def _grouped(digits: str, sign: str) -> bool:
    first, *groups = digits.split(sign)
    return 1 <= len(first) <= 3 and all(len(each) == 3 for each in groups)


def decimal_sign(texts: Iterable[str]) -> str | None:
    """The sign before decimals in numbers of one hand, where they say it and do not contradict each other.

    `12,5` says it, `1.234.567` says it; so do two numbers like `1.234` and `12.500`: of decimals nobody writes three
    every time.
    """
    told: set[str] = set()
    unsure: dict[str, set[str]] = {".": set(), ",": set()}
    for text in texts:
        for word in re.findall(r"(?<![\w.,])\d[\d.,]*\d", unicodedata.normalize("NFKC", text)):
            kinds = [sign for sign in ".," if sign in word]
            if not kinds:
                continue
            last = max(kinds, key=word.rindex)
            head, _, tail = word.rpartition(last)
            if len(kinds) == 2:
                told.add(last)
            elif last in head:
                told.add("," if last == "." else ".")
            elif len(tail) != 3 or head.startswith("0") or len(head) > 3:
                told.add(last)
            else:
                unsure[last].add(word)
    if len(told) == 1:
        return told.pop()
    if not told:
        grouping = [sign for sign, words in unsure.items() if len(words) > 1]
        if len(grouping) == 1 and not unsure["," if grouping == ["."] else "."]:
            return "," if grouping == ["."] else "."
    return None
