"""Bytes to text: which encoding a file is in, and lines that are text indeed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from shopinf.errors import BadSheet

_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 20  # characters; a sheet with a longer line is none, and memory stays bounded


def find_encoding(stream: BinaryIO) -> str:
    """The encoding of *stream*: what its byte order mark says, else UTF-8, else Windows-1252. Rewinds it.

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
    for encoding in ("utf-8", "cp1252"):
        if _decodes(stream, encoding):
            return encoding
    return "latin-1"


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := stream.read(_CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


def checked_lines(file: str, text: TextIO) -> Iterator[str]:
    """The lines of *text* with their ends; refuses what is no text, by line."""
    line = 0
    while True:
        line += 1
        try:
            found = text.readline(_LONGEST_LINE)
        except UnicodeDecodeError as error:
            raise BadSheet(file, "the text is cut off or damaged", line=line, hint="Save the sheet again.") from error
        if not found:
            return
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
        yield found
