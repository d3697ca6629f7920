"""Codes as text: what may be in one, how names become one, and how likely two random ones are the same."""

from __future__ import annotations

import hmac
import itertools
import math
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from shopinf.errors import BadInput
from shopinf.people.emails import is_public

LONGEST = 100  # Shopify takes 255 characters, but looks a code up by 100 at most
# Without the signs that are mixed up when read aloud or off a poster: I, L, O, 0 and 1.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
SUFFIX = 4  # random signs that tell a code from one that was taken
TOKENS = ("first_name", "last_name", "influencer", "username", "value", "campaign", "n")

_CODE = re.compile(r"[A-Za-z0-9_-]+")
_TOKEN = re.compile(r"\{([^{}]*)\}")
_RANDOM = re.compile(r"random:(\d{1,2})")
# In a name these stand between words; other signs (an apostrophe, an emoji) are part of none.
_BETWEEN = re.compile(r"[\s./&+,;:|\\-]+")

Draw = Callable[[int], str]


def draw(signs: int) -> str:
    """Random signs that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(signs))


def drawn_for(key: bytes, *about: str) -> Draw:
    """Signs that nobody without the ledger's *key* can guess, the same each time codes are drawn for *about*.

    So a dry run shows the very codes that are then made.
    """
    # 31 signs go eight times into a byte; what is left above would make the first signs likelier than the others.
    room = 256 - 256 % len(ALPHABET)

    def stream() -> Iterator[str]:
        for block in itertools.count():
            digest = hmac.digest(key, "\0".join([*about, str(block)]).encode(), "sha256")
            yield from (ALPHABET[byte % len(ALPHABET)] for byte in digest if byte < room)

    drawing = stream()
    return lambda signs: "".join(itertools.islice(drawing, signs))


def fold(text: str) -> str:
    """*text* in the signs of a code: `José Núñez` → `JOSE-NUNEZ`, `Straße` → `STRASSE`, `Łuczak` → `LUCZAK`."""
    from anyascii import anyascii

    letters = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign)[0] not in "SC")
    words = _BETWEEN.split(anyascii(letters).strip()) if letters else []
    return "-".join(kept for word in words if (kept := re.sub(r"[^A-Za-z0-9_]", "", word))).upper()


_DATE = re.compile(
    r"(?P<day>\d{1,2})[-. ](?P<month>[A-Z][a-zé]{2,3})\.?(?:[-. ]\d{2,4})?"
    r"|(?P<name>[A-Z][a-zé]{2,3})[-. ](?P<number>\d{2,4})"
    r"|\d{4}-(?P<m>\d{2})-(?P<d>\d{2})(?:[T ]00:00(?::00)?)?|(?P<d2>\d{1,2})[./](?P<m2>\d{1,2})[./]\d{2,4}"
)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ABBREVIATED = frozenset(
    "jan feb mar mär mrz apr may mai mag mei jun jul aug sep sept oct okt ott out nov dec dez dic déc ene abr ago set "
    "gen giu lug fev fév avr".split()
)
_LINK = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)


def no_code(text: str) -> tuple[str, str] | None:
    """Why *text* is something else than a code, and the code that was meant, empty where nobody knows; else None."""
    word = text.strip()
    if word.startswith("#"):
        return f"{word!r} begins with #, which is no part of a code", word.lstrip("#").strip()
    if is_public(word):
        return f"{word!r} is an e-mail address, not a code", ""
    if _LINK.fullmatch(word):
        path = re.search(r"/discount/([^/?#]+)", word)
        return f"{word!r} is a link, not a code", path[1] if path else ""
    if (found := _DATE.fullmatch(word)) and (meant := _before_excel(found)) is not None:
        return f"{word!r} is a date, which a spreadsheet made of a code", meant
    return None


def _before_excel(found: re.Match[str]) -> str | None:
    """The code that a spreadsheet took for a date: `15-May` was `MAY15`; None for what is no date after all."""
    if word := found["month"] or found["name"]:
        number = found["day"] or found["number"]
        return f"{fold(word)}{number}" if word.casefold() in _ABBREVIATED else None
    month, day = int(found["m"] or found["m2"]), found["d"] or found["d2"]
    return f"{_MONTHS[month - 1]}{int(day)}" if 1 <= month <= 12 else None


def check_code(text: str) -> None:
    """Refuse *text* as a code when it cannot be one as it is written; the hint has one that can."""
    if (other := no_code(text)) is not None:
        reason, meant = other
        raise BadInput(reason, hint=f"Write it as {meant}." if meant else "Write the code itself, like MAYA15.")
    if _CODE.fullmatch(text) and len(text) <= LONGEST:
        return
    suggestion = fold(text)[:LONGEST].strip("-")
    hint = f"Write it as {suggestion}." if suggestion else "Use letters A to Z, digits, - and _."
    if len(text) > LONGEST:
        raise BadInput(f"a code has at most {LONGEST} characters, this one {len(text)}", hint=hint)
    raise BadInput(f"{text!r} cannot be a code: it may have letters A to Z, digits, - and _", hint=hint)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How codes are made: plain text and tokens like `{first_name}` or `{random:6}`."""

    text: str

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Read a pattern as typed; an unknown token is refused with the known ones."""
        for token in _TOKEN.findall(text):
            name = token.strip().lower()
            if name not in TOKENS and not (_RANDOM.fullmatch(name) and 1 <= int(name[7:]) <= 32):
                known = " ".join(f"{{{each}}}" for each in TOKENS)
                raise BadInput(f"{{{token}}} is no part of a pattern", hint=f"Use {known} {{random:6}}.")
        bare = _TOKEN.sub("", text)
        if "{" in bare or "}" in bare or not text.strip():
            raise BadInput(
                f"The pattern {text!r} cannot be read", hint="Write it like {first_name}{value} or Q4-{random:6}."
            )
        return cls(text.strip())

    @property
    def names(self) -> frozenset[str]:
        """The tokens in it, random ones apart."""
        return frozenset(token.strip().lower() for token in _TOKEN.findall(self.text)) & frozenset(TOKENS)

    @property
    def signs(self) -> int:
        """How many random signs a code of this pattern has."""
        found = (_RANDOM.fullmatch(token.strip().lower()) for token in _TOKEN.findall(self.text))
        return sum(int(each[1]) for each in found if each)

    def fill(self, values: Mapping[str, str], draw: Draw = draw) -> str:
        """The code for *values*; a token that is left empty is refused, since the code would be somebody else's too."""

        def filled(token: str) -> str:
            name = token.strip().lower()
            if random := _RANDOM.fullmatch(name):
                return draw(int(random[1]))
            value = fold(values.get(name, ""))
            if not value and name != "value":  # a code that takes nothing off has no value to show
                raise BadInput(
                    f"{{{name}}} is empty here, so the pattern {self.text} makes no code",
                    hint=f"Fill the column {name}, or give this row a code of its own in the column code.",
                )
            return value

        # What stands between tokens is folded by itself, so that a dash written there stays where it is.
        parts = _TOKEN.split(self.text)
        code = "".join(filled(part) if at % 2 else _plain(part) for at, part in enumerate(parts)).strip("-")
        if not code or len(code) > LONGEST:
            raise BadInput(
                f"the pattern {self.text} makes a code of {len(code)} characters here; 1 to {LONGEST} can be used",
                hint="Shorten the pattern, or give this row a code of its own in the column code.",
            )
        return code


def _plain(text: str) -> str:
    """Text between two tokens: dashes and underscores stay, spaces become dashes."""
    pieces = re.split(r"([-_\s]+)", text)
    return "".join(
        ("".join("-" if sign.isspace() else sign for sign in piece) if place % 2 else fold(piece))
        for place, piece in enumerate(pieces)
    )


def suffixed(code: str, draw: Draw = draw) -> str:
    """*code* with a random suffix, for when the name is taken."""
    return f"{code[: LONGEST - SUFFIX - 1]}-{draw(SUFFIX)}"


def bare_of(code: str) -> str:
    """*code* without a random suffix, if it ends like one."""
    name, _, end = code.rpartition("-")
    return name if name and len(end) == SUFFIX and {*end.upper()} <= {*ALPHABET} else code


def collision_chance(count: int, signs: int) -> float:
    """How likely two of *count* codes with *signs* random signs are the same: 10,000 with 6 signs 5.5 %."""
    room = float(len(ALPHABET)) ** signs
    return 1.0 if count > room else -math.expm1(-count * (count - 1) / (2 * room))
