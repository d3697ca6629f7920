"""Bytes to text: which encoding a file is in, and lines that are text indeed."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, TextIO

from shopinf.errors import BadInput, BadSheet
from shopinf.nearest import did_you_mean
from shopinf.plain import harmless
from shopinf.sheets.guessing import CALLED, CENTRAL, WESTERN, guess

KNOWN = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso-8859-2", "mac-roman", "shift_jis")
_CHUNK = 1 << 16
_MARKED = frozenset({"utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"})  # told by the beginning of the file alone
_LONGEST_LINE = 1 << 20  # characters; a sheet with a longer line is none, and memory stays bounded


def encoding_of(file: str, stream: BinaryIO, said: str | None, notes: list[str]) -> str:
    """The encoding of *stream*: as it was *said*, else as it is found out; a guess is told in *notes*."""
    if said is not None:
        if not decodes(stream, said):
            raise BadSheet(
                file,
                f"this is not text in {said}",
                hint="Give another --encoding, or leave it out: then it is found out.",
            )
        return "utf-8-sig" if said == "utf-8" else said
    encoding = find_encoding(stream)
    if called := CALLED.get(encoding):
        other = WESTERN if called != CALLED[WESTERN] else CENTRAL
        notes.append(
            f"{file} is not in UTF-8; it was read as {called}, so check names with accents. "
            f"Where they are wrong, say what it is, like --encoding {other}."
        )
    return encoding


def find_encoding(stream: BinaryIO) -> str:
    """The encoding of *stream*: what its byte order mark says, else UTF-8, else the likeliest. Rewinds it.

    UTF-16 without a mark is known by its zero bytes. The whole file is decoded once, a piece at a time, since one
    accent far down decides.
    """
    stream.seek(0)
    head = stream.read(_CHUNK)
    stream.seek(0)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if 2 * head[1::2].count(0) > len(head[1::2]) > 1:
        return "utf-16-le"
    if 2 * head[0::2].count(0) > len(head[0::2]) > 1:
        return "utf-16-be"
    if decodes(stream, "utf-8"):
        return "utf-8"
    likely = guess(stream)
    return likely if decodes(stream, likely) else "latin-1"


def read_encoding(name: str) -> str:
    """The encoding that *name* means to Python; what is none, or is not one of text, is wrong usage."""
    try:
        found = codecs.lookup(name.strip())
        "".encode(found.name)
    except (LookupError, ValueError):
        raise BadInput(
            f"There is no encoding {harmless(name)!r}",
            hint=did_you_mean(name.strip().lower(), KNOWN, f"Some of those that are: {', '.join(KNOWN)}."),
        ) from None
    return found.name


def decodes(stream: BinaryIO, encoding: str) -> bool:
    """Is all of *stream* text in *encoding*? Rewinds it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := stream.read(_CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    finally:
        stream.seek(0)
    return True


def checked_lines(file: str, text: TextIO) -> Iterator[str]:
    """The lines of *text* with their ends; refuses what is no text, by line."""
    return chain.from_iterable(_pieces(file, text))


def _pieces(file: str, text: TextIO) -> Iterator[list[str]]:
    """The lines of *text*, so many together that no time goes into each.

    Where it is not known yet that all of it can be decoded they come one by one, so that the line that cannot is known.
    """
    line, size = 1, 0 if text.encoding in _MARKED else _CHUNK
    while True:
        try:
            piece = text.read(size)
            piece += text.readline(_LONGEST_LINE)  # whole lines, and no end of a line in two parts
        except UnicodeDecodeError as error:
            raise BadSheet(file, "the text is cut off or damaged", line=line, hint="Save the sheet again.") from error
        if not piece:
            return
        lines = io.StringIO(piece, newline="").readlines()
        if "\0" in piece or len(piece) >= _LONGEST_LINE:
            yield from _checked(file, lines, line)
        else:
            yield lines
        line += len(lines)


def _checked(file: str, lines: list[str], first: int) -> Iterator[list[str]]:
    """The same lines one by one, up to one that is no line of a sheet."""
    for line, found in enumerate(lines, first):
        if "\0" in found:
            raise BadSheet(
                file,
                "there is a NUL byte, so this is not a sheet of text",
                line=line,
                hint="Save the sheet as .csv (UTF-8) or .xlsx.",
            )
        if len(found) >= _LONGEST_LINE:
            raise BadSheet(
                file, "the line is too long to be a row", line=line, hint="Check that this is the right file."
            )
        yield [found]
