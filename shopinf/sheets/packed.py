"""The parts of a workbook, unpacked within bounds: what is small as a file may be made to grow without end."""

from __future__ import annotations

import io
import zipfile
from typing import IO, Any, BinaryIO

MOST_PARTS = 10_000
LARGEST = 1 << 30  # bytes of all parts when unpacked
LARGEST_SETTINGS = 4 << 20  # bytes of a part that is read whole as a tree: styles, relations, the list of sheets
LARGEST_STRINGS = 32 << 20  # bytes of the table of all texts, which is kept in memory
LARGEST_ROW = 8 << 20  # bytes; a full row of 16,384 cells has one megabyte

_END = b"PK\x05\x06"  # the last record of a zip file: 2 bytes at 10 say how many parts, 4 at 12 how long their list is
_LONGEST_LIST = 4 << 20


class TooLarge(ValueError):
    """A part that goes beyond its bound."""


class Parts(zipfile.ZipFile):
    """A workbook's file whose parts are read within bounds."""

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0, io.SEEK_END)
        stream.seek(max(stream.tell() - (1 << 16) - 22, 0))
        _, found, end = stream.read().rpartition(_END)
        if found and (int.from_bytes(end[6:8], "little") > MOST_PARTS or _list_length(end) > _LONGEST_LIST):
            raise TooLarge("it has too many parts")
        stream.seek(0)
        super().__init__(stream)
        if sum(part.file_size for part in self.infolist()) > LARGEST:
            raise TooLarge("its parts are too large")

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        with super().open(name) as part:
            content = part.read(LARGEST_SETTINGS + 1)
        if len(content) > LARGEST_SETTINGS:
            raise TooLarge("a part is too large")
        return content

    def open(self, name: Any, mode: Any = "r", pwd: Any = None, *, force_zip64: bool = False) -> Any:
        return Bounded(super().open(name, mode, pwd, force_zip64=force_zip64))


class Bounded:
    """A part that is read to a bound; whoever is done with a piece of it `goes_on` to the next."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self._left = LARGEST_STRINGS

    def goes_on(self) -> None:
        """Another piece begins, which has the bound of a row."""
        self._left = LARGEST_ROW

    def read(self, size: int = -1) -> bytes:
        content = self._part.read(self._left + 1 if size < 0 else size)
        self._left -= len(content)
        if self._left < 0:
            raise TooLarge("a part is too large")
        return content

    def close(self) -> None:
        self._part.close()

    def __enter__(self) -> Bounded:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


def _list_length(end: bytes) -> int:
    return int.from_bytes(end[8:12], "little")
