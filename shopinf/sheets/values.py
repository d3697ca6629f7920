"""Cells as people write them, read into the one form that the rest of the program reads.

`12,5 %` becomes `12.5%`, `1.234,56` becomes `1234.56`, `42.9k` becomes `42900`, `24.12.2026` becomes `2026-12-24`. What
cannot be read stays as it is, so that whoever needs it can say so; what can be read in two ways is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shopinf.errors import BadInput
from shopinf.numbers import Number, TwoReadings, decimal_sign, read_number
from shopinf.sheets.fields import Places
from shopinf.sheets.names import Kind
from shopinf.sheets.spelling import folded

# What programs and people write into a cell that has nothing in it.
_NOTHING = frozenset(
    "not found|not available|not generated|null|none|nan|undefined|n/a|n.a.|#n/a|-|--|—|–|sei la|sei lá|k.a.|"
    "k. a.|hidden|private|keine angabe|no email|no e-mail|unbekannt|unknown|?".split("|")
)
# Said of a day or a limit that there is none.
_ENDLESS = frozenset(
    "never|no end|no end date|no expiry|no limit|does not expire|ongoing|open|open end|open-end|unbegrenzt|unlimited|∞|"
    "illimité|ilimitado|illimitato|onbeperkt|mai|nunca|jamais|nooit|nie|sin caducidad|sans limite".split("|")
)
_EXCEL, _FIRST, _LAST = date(1899, 12, 30), 36_526, 73_050  # a spreadsheet's first day; from 2000 to 2099
_TWICE = frozenset("ÃÂÅÄâ")  # with which letters begin that were encoded twice
_NAMES_TOO = frozenset({"nan", "none", "null", "unknown"})  # somebody may be called so, with a capital
_MONEY = re.compile(r"[€$£¥₹]|\b[A-Z]{3}\b|\bkr\b|\bzł\b|\bRs\.?")
_PER_CENT = re.compile(
    r"(?<=\d)\s*(?:per ?cent|prozent|pct|procent|por ?ciento|pour ?cent|per ?cento|por ?cento)\b", re.I
)
_BEHIND = re.compile(
    r"(?<=[\d%€$£A-Z])\s+(?:off|(?:de |di |d')?(?:discount|rabatt|descuento|réduction|remise|sconto|desconto)|"
    r"korting|nachlass|"
    r"(?:per|pro|par|por) (?:sale|order|verkauf|bestellung|vente|commande|venta|pedido|vendita|ordine)|"
    r"(?:of )?(?:net )?sales|commission|provision)$",
    re.I,
)
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan januar january janvier janv enero ene gennaio gen januari janeiro",
            "feb februar february février fevrier févr febrero febbraio februari fevereiro fev",
            "mar märz mrz march mars marzo maart mrt março",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag mei maio",
            "jun juni june juin junio giugno giu junho",
            "jul juli july juillet juil julio luglio lug julho",
            "aug august août aout agosto ago augustus",
            "sep sept september septembre septiembre settembre set setembro",
            "oct okt oktober october octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec dez dezember december décembre dic diciembre dicembre dezembro",
        ),
        start=1,
    )
    for word in words.split()
}
# Column names by which the writer's language is known to have a comma before decimals.
_COMMA = frozenset(
    "abonnenten abonnes seguidores volgers iscritti benutzername usuario vorname nachname telefon telefonnummer "
    "plattform nombre correo prenom nom nome cognome strasse plz rabatt gutscheincode provision rabattcode "
    "emailadresse betrag montant importe kortingscode codicesconto codigodedescuento cupom".split()
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sheet writes its numbers, told by a look at its first rows."""

    decimal: str | None = None  # the sign before decimals
    day_first: bool | None = None  # 3/4/2026 is the third of April
    fractions: frozenset[str] = frozenset()  # the fields whose 0.0139 means 1.39 %


_NUMBERS = (Kind.COUNT, Kind.RATE, Kind.PERCENT, Kind.MONEY, Kind.EITHER)
_IN_PERCENT = ("pct", "percent", "prozent")


def manner_of(
    names: Sequence[str],
    places: Places,
    kinds: Mapping[str, Kind],
    rows: Sequence[Sequence[str]],
    delimiter: str | None,
) -> Manner:
    """How the sheet with these columns and first *rows* writes its numbers and days."""

    def cells(*wanted: Kind) -> list[str]:
        at = [place for key, place in places.at.items() if kinds.get(key) in wanted]
        return [row[place] for row in rows for place in at if place < len(row) and row[place]]

    decimal = decimal_sign(cells(*_NUMBERS))
    if decimal is None and (delimiter == ";" or _COMMA & {folded(name) for name in names}):
        decimal = ","
    fractions = [
        key
        for key, place in places.at.items()
        if kinds.get(key) in (Kind.RATE, Kind.PERCENT)
        and are_fractions(places.headers[key], [row[place] for row in rows if place < len(row)], decimal)
    ]
    day_first: bool | None = None
    for found in (re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}", text) for text in cells(Kind.DAY)):
        if found and int(found[1]) > 12:
            day_first = True
        elif found and int(found[2]) > 12:
            day_first = False
    return Manner(decimal, day_first, frozenset(fractions))


def are_fractions(name: str, texts: Sequence[str], decimal: str | None) -> bool:
    """Are all numbers in the column *name* below 1, and none with a sign of per cent, nor the name?"""
    if any(word in folded(name) for word in _IN_PERCENT):
        return False
    numbers = []
    for text in texts:
        if is_nothing(text):
            continue
        if "%" in text:
            return False
        try:
            numbers.append(read_number(text, decimal).value)
        except BadInput:
            continue
    return bool(numbers) and all(0 <= number < 1 for number in numbers) and any(numbers)


def is_nothing(text: str, *, name: bool = False) -> bool:
    """Does a cell say that nothing is in it? Of a *name* only in small letters where people are called so."""
    word = text.strip()
    if not word:
        return True
    return word.casefold() in _NOTHING and not (name and word.casefold() in _NAMES_TOO and word != word.lower())


def is_endless(text: str) -> bool:
    """Does a cell say that there is no end, or no limit?"""
    return text.strip().casefold() in _ENDLESS


def plain(text: str) -> str:
    """*text* in plain letters: full-width ones are the usual ones, what cannot be seen is gone, `JÃ¶rg` is `Jörg`."""
    if text.isascii():
        return text
    if not _TWICE.isdisjoint(text):
        text = _read_once(text)
    text = "".join(sign for sign in text if sign not in "\u200b\u200e\u200f\u2060\ufeff\u00ad")
    return unicodedata.normalize("NFKC", text) if any("\uff01" <= sign <= "\uff5e" for sign in text) else text


def _read_once(text: str) -> str:
    """*text* as it was before its UTF-8 was read as Windows-1252 and written down so."""
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return text


class Doubtful(BadInput):
    """A cell that can be read in two ways, or says what cannot be."""


def read_cell(text: str, kind: Kind, manner: Manner, *, fraction: bool = False) -> tuple[str, str | None]:
    """The cell in the one form of its *kind*, and a word to say about it; what is no such thing stays as it is.

    Raises `Doubtful` where it can be read in two ways, or is no possible rate.
    """
    try:
        return _read(text, kind, manner, fraction=fraction)
    except TwoReadings as doubtful:
        raise Doubtful(doubtful.message, hint=doubtful.hint) from None
    except Doubtful:
        raise
    except BadInput:
        return text, None


def _read(text: str, kind: Kind, manner: Manner, *, fraction: bool) -> tuple[str, str | None]:
    match kind:
        case Kind.COUNT:
            return _count(text, manner)
        case Kind.RATE:
            return _rate(text, manner, fraction=fraction)
        case Kind.PERCENT:
            return _percent(_bare(text), manner, fraction=fraction), None
        case Kind.EITHER if "%" in (said := _bare(text)):
            return _percent(said, manner), None
        case Kind.MONEY | Kind.EITHER:
            return _money(_bare(text), manner), None
        case Kind.DAY:
            return _day(text, manner), None
        case Kind.NUMBER:
            return _unspoilt(text), None
    return text, None


def _count(text: str, manner: Manner) -> tuple[str, str | None]:
    if text.isascii() and text.isdigit():
        return text, None
    number = read_number(text, manner.decimal)
    if number.value != number.value.to_integral_value():
        raise Doubtful(f"{text!r} is no whole number", hint="Write it without decimals, like 12500.")
    return f"{int(number.value)}", "of a range, its lower end" if number.is_least else None


def _bare(text: str) -> str:
    """A value without what people write behind it: `15% off`, `15 Prozent Rabatt`, `5 USD per order`."""
    return text if not text[-1:].isalpha() else _BEHIND.sub("", _PER_CENT.sub("%", text)).strip()


def _share(text: str, manner: Manner) -> Number:
    """A number of per cent: of `3.125` and `3,125` one reading would be more than the whole, so it is the other."""
    word = text.replace("%", " ").strip()
    sign = next((sign for sign in ",." if sign in word), None)
    try:
        return read_number(word, manner.decimal)
    except TwoReadings:
        return read_number(word, sign)


def _rate(text: str, manner: Manner, *, fraction: bool) -> tuple[str, str | None]:
    number = _share(text, manner)
    if fraction and number.value >= 1:
        raise Doubtful(f"{text!r} stands among fractions and is none", hint="Write all rates in one way, like 2.5 %.")
    value = number.value * 100 if fraction else number.value
    if value > 100 or value < 0:
        raise Doubtful(f"{text!r} is no rate: it would be more than the whole", hint="Write it in per cent, like 2.5.")
    return _text(value), "of a range, its lower end" if number.is_least else None


def _percent(text: str, manner: Manner, *, fraction: bool = False) -> str:
    number = _share(text, manner).value
    return f"{_text(number * 100 if fraction else number)}{'%' if '%' in text else ''}"


def _money(text: str, manner: Manner) -> str:
    """An amount with the decimals that were written: `5,00 €` is `5.00`, and so is `5 €`."""
    bare = _MONEY.sub("", text).strip()
    sign, digits = ("-", bare[1:]) if bare[:1] == "-" else ("", bare)
    number = read_number(digits.strip(), manner.decimal)
    if number.is_least:
        return text
    whole = number.value == number.value.to_integral_value() and "." not in f"{number.value:f}"
    return f"{sign}{number.value:f}{'.00' if whole and bare != text.strip() else ''}"


def _text(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(text: str, manner: Manner) -> str:
    """A day as YYYY-MM-DD, with its time where there is one."""
    word = text.strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", word) and _FIRST <= int(word[:5]) <= _LAST:
        return (_EXCEL + timedelta(days=int(word[:5]))).isoformat()
    if re.match(r"\d{4}-\d{2}-\d{2}", word):
        return word
    if found := re.fullmatch(r"(\d{4})[./](\d{1,2})[./](\d{1,2})", word):
        return _iso(found[1], found[2], found[3])
    if found := re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+00:00(?::00)?)?", word):
        one, other = int(found[1]), int(found[3])
        first = True if found[2] == "." else manner.day_first
        if first is None and one != other and one <= 12 and other <= 12:
            raise Doubtful(
                f"{text!r} can be two days: which number is the month is not clear", hint="Write it as YYYY-MM-DD."
            )
        day, month = (one, other) if first or one > 12 else (other, one)
        return _iso(found[4], month, day)
    if found := re.fullmatch(r"(\d{1,2})\.?[ -]+(?:de )?([^\W\d]+)\.?[ ,-]+(?:de )?(\d{4})", word.casefold()):
        return _iso(found[3], _MONTHS[found[2]], found[1]) if found[2] in _MONTHS else text
    if found := re.fullmatch(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", word.casefold()):
        return _iso(found[3], _MONTHS[found[1]], found[2]) if found[1] in _MONTHS else text
    return text


def _iso(year: str, month: str | int, day: str | int) -> str:
    return f"{'20' * (len(year) == 2)}{year}-{int(month):02}-{int(day):02}"


def month_named(word: str) -> int | None:
    """The number of the month that *word* names, in the languages of our users."""
    return _MONTHS.get(word.casefold().rstrip("."))


def _unspoilt(text: str) -> str:
    """Digits that a spreadsheet took for a number or that were kept from it: `34600111222.0`, `="4479"`, `'01067`."""
    word = text.strip()
    if word.removeprefix("+").isdigit():
        return word
    if found := re.fullmatch(r"=\s*\"?'?([^\"]*?)\"?", word):
        word = found[1]
    word = word.removeprefix("'")
    if re.fullmatch(r"\d[.,]\d+E\+?\d{1,2}", word, re.IGNORECASE):
        return f"{Decimal(word.replace(',', '.')):f}"
    return re.sub(r"(?<=^)(\d{4,})[.,]0+$", r"\1", word)
