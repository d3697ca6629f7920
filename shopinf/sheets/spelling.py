"""How column names are compared: the words of a name, whatever stands around them, and the unit that it says."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from shopinf.plain import harmless

# Letters that no accent makes: people without them on their keyboard write the plain ones.
_PLAIN = str.maketrans({"ı": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "æ": "ae", "Æ": "ae"})
# Words that name nothing by themselves, in the languages of our users.
_AROUND = frozenset(
    "a ao as at and by da das de dein deine dei del della dello den der des di die do dos du e el en enter et for i il "
    "im in inkl is it la las le les lo los mit my nossa o och of og on or os ou please qual s seu sua the tu tuo tua "
    "und uw votre vos what whats y your ihr ihre jouw su d l how many do you have viele hast du haben sie combien avez "
    "cuántos cuantos tienes quanti quante hai hoeveel heb je".split()
)
# Words that only say that something is counted.
_COUNT = frozenset("n nb no nr num number nombre numero anzahl aantal antal liczba qtd quantidade total sayisi".split())
_PERCENT = frozenset("percent pct prozent procent porcentaje porcento percentuale pourcentage percentage".split())
_IN_PERCENT = tuple(_PERCENT)  # `percentual` and `prozentual` as well
_MONEY = re.compile(r"[€$£¥₹]|\b(?:eur|usd|gbp|chf|cad|aud|sek|nok|dkk|pln|brl|inr|try|jpy|euro|euros|dollars)\b")
# What stands in brackets may be a remark; with one of these words it makes another thing of the column.
_OTHER = re.compile(
    r"\b(manager|management|agent|agency|agentur|paypal|billing|rechnung|company|firma|brand|audience|kids?|child|old|alt|"
    r"former|previous|backup|secondary|second|2|parent|legal|emergency|guest)\b"
)
_BRACKETS = re.compile(r"[(\[{（【][^()\[\]{}（）【】]*[)\]}）】]")
_BETWEEN = re.compile(r"\s*[/\n]\s*|\s+-\s+|\s*–\s*")
_CELLS = frozenset(';|\t"')  # with one of these it is several cells, split at the wrong sign
_OWNER = re.compile(
    r"(?:affiliate|(?:media )?partner|ambassador|creator|influencer|publisher|talent)(?:'s)?[ _-]+(?=[^\W\d_])",
    re.IGNORECASE,
)
_LONGEST = 120  # signs; what is longer is no name of a column


class Unit(StrEnum):
    """What the numbers of a column are, where its name says so."""

    PERCENT = "percent"
    MONEY = "money"


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A column's name without case, accents, spaces and signs; `%` counts as `percent`."""
    return "".join(sign for sign in _spelled(name) if sign.isalnum())


def _spelled(name: str) -> str:
    text = harmless(name).replace("%", " percent ").replace("’", "'")
    return unicodedata.normalize("NFKD", text).translate(_PLAIN).casefold()


@lru_cache(maxsize=4096)
def looser(name: str, *, unit: bool = False) -> tuple[str, ...]:
    """*name* as it may be meant, folded, the surest first: without remarks in brackets, without words around it.

    In the end without its unit as well, unless that is a part of it.
    """
    if len(name) > _LONGEST or not _CELLS.isdisjoint(name):
        return ()
    bare = name if any(map(_OTHER.search, map(_spelled, _BRACKETS.findall(name)))) else _BRACKETS.sub(" ", name)
    words = _words(bare)
    without = [word for word in words if word not in _AROUND]
    unitless = [word for word in without if word not in _PERCENT and not _MONEY.fullmatch(word)]
    forms = ["".join(words), "".join(without), "" if unit else "".join(unitless)]
    return tuple(form for form in dict.fromkeys(forms) if form and form != folded(name))


@lru_cache(maxsize=4096)
def counted_thing(name: str) -> str | None:
    """What is counted in a column like `Nº de seguidores`, folded."""
    words = [word for word in _words(_BRACKETS.sub(" ", name[:_LONGEST])) if word not in _AROUND]
    return "".join(words[1:]) if len(words) > 1 and words[0] in _COUNT else None


def owned_thing(name: str) -> str | None:
    """What a column of an affiliate, partner or creator is of them: `Ambassador email` is an e-mail."""
    found = _OWNER.match(name.strip())
    return name.strip()[found.end() :] if found else None


def halves(name: str) -> list[str]:
    """The names in one that has several, as `Name / Nom`; none where it is a single one."""
    parts = [part for part in _BETWEEN.split(name.strip()) if part.strip()]
    return parts if 1 < len(parts) < 4 else []


def _words(name: str) -> list[str]:
    text = "".join(sign if sign.isalnum() else " " for sign in _spelled(name) if not unicodedata.combining(sign))
    return text.split()


def in_unit(number: str, name: str) -> str:
    """A bare *number* as what the column *name* says it is: with a percent sign, or with an amount's decimals."""
    match unit_of(name):
        case Unit.PERCENT:
            return f"{number}%"
        case Unit.MONEY:
            return number if "." in number else f"{number}.00"
    return number


def unit_of(name: str) -> Unit | None:
    """The unit that a column's name says: `Provision in %`, `Discount ($)`."""
    text = _spelled(name)
    if any(word.startswith(_IN_PERCENT) for word in _words(name)):
        return Unit.PERCENT
    return Unit.MONEY if _MONEY.search(text) else None
