"""What an agency puts on what it sends: its name, its logo, its colour, and the language that it speaks there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages that pages, statements, workbooks and mails are written in; the terminal speaks English."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"
    IT = "it"
    NL = "nl"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it stands in its file; *kind* is its media type."""

    kind: str
    content: bytes

    @property
    def is_drawing(self) -> bool:
        """Is it SVG, which a workbook cannot show?"""
        return self.kind == "image/svg+xml"

    @property
    def address(self) -> str:
        """The whole picture as an address: in an `<img>` nothing of it runs, and nobody is asked for it."""
        from base64 import b64encode

        return f"data:{self.kind};base64,{b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose page it is and how it looks; without a name it is nobody's."""

    language: Language = Language.EN
    name: str = ""
    logo: Logo | None = None
    accent: str = ""  # `#2b5a4d`; empty: the house's own


PLAIN = Letterhead()  # in English, and nobody's


# Colours, and whether they can be read: WCAG 2.2, relative luminance and contrast (1.4.3 and 1.4.11).

READABLE = 4.5  # the contrast of a text with what it stands on, at level AA
_DARK, _LIGHT = "#000000", "#ffffff"


def read_colour(text: str) -> str | None:
    """`#2B5A4D` or `#abc` as `#rrggbb`; None where it is no colour."""
    found = re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", text.strip().lower(), re.ASCII)
    if not found:
        return None
    digits = found[1]
    return f"#{digits if len(digits) == 6 else ''.join(sign * 2 for sign in digits)}"


def contrast(one: str, other: str) -> float:
    """How far two colours are apart for an eye, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: str) -> str:
    """The text that can be read on *ground*: white or black, whichever is farther; one of them is far enough."""
    return max((_LIGHT, _DARK), key=lambda ink: contrast(ink, ground))


def readable(colour: str, paper: str, *, at_least: float = READABLE) -> str:
    """*colour* as it is where it can be read on *paper*, else as much darker or lighter as it takes."""
    end = _parts(ink_on(paper))
    start = _parts(colour)
    for step in range(101):
        mixed = _named([begin + (end - begin) * step / 100 for begin, end in zip(start, end, strict=True)])
        if contrast(mixed, paper) >= at_least:
            return mixed
    return ink_on(paper)


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _named(parts: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
