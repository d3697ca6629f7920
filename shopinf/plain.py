"""Foreign text made plain: nothing in it moves a cursor, turns the reading direction or runs in a spreadsheet."""

from __future__ import annotations

import re
import unicodedata

# Escape sequences as ECMA-48 writes them, each taken out whole: what is left of "\x1b[31mred" is "red".
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"  # the short ones
)
# The flags of England, Scotland and Wales are a black flag and invisible letters; anywhere else such letters hide text.
_FLAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f)")

# Of the format characters these are part of writing: joiners (emoji, Persian, Indic names) and Arabic number signs.
_WRITTEN = {"\u200c", "\u200d", *map(chr, range(0x600, 0x606)), "\u06dd", "\u070f", "\u0890", "\u0891", "\u08e2"}

_FORMULA_SIGNS = frozenset("=+-@|%\t\r＝＋－＠｜％")


def harmless(text: str, *, lines: bool = False) -> str:
    """*text* without terminal escapes, control and bidi characters; with *lines* its line breaks stay.

    Otherwise a line break becomes a space. Lone surrogates, which no encoding can write, become U+FFFD.
    """
    if text.isprintable():
        return text
    text = _SEQUENCES.sub("", text).replace("\r\n", "\n")
    parts = _FLAGS.split(text)
    return "".join(part if at % 2 else "".join(_plain(sign, lines) for sign in part) for at, part in enumerate(parts))


def _plain(sign: str, lines: bool) -> str:
    match unicodedata.category(sign):
        case "Cc" if sign in "\n\r":
            return "\n" if lines else " "
        case "Cc":
            return " " if sign in "\t\v\f\x85" else ""
        case "Zl" | "Zp":
            return "\n" if lines else " "
        case "Cf":
            return sign if sign in _WRITTEN else ""
        case "Cs":
            return "\ufffd"
        case _:
            return "\ufffd" if sign in "\ufffe\uffff" else sign


def _runs(text: str) -> bool:
    """Would a spreadsheet run *text*, once leading apostrophes are gone?"""
    for sign in text:
        if sign in _FORMULA_SIGNS:
            return True
        # A spreadsheet trims white space, and an import may drop what cannot be seen.
        if not (sign == "'" or sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf", "Mn")):
            return False
    return False


def formula_safe(text: str) -> str:
    """*text* as a CSV cell that stays text: with a leading `'` where a spreadsheet would run it.

    Text that has apostrophes of its own before the formula gets one more, so `formula_unsafe` gives back every text.
    """
    return f"'{text}" if _runs(text) else text


def formula_unsafe(cell: str) -> str:
    """The text of a CSV cell: the `'` taken off again where `formula_safe` puts one."""
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell
