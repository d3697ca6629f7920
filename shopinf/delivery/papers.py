"""A file that is to be sent: its bytes, what kind it is, and what it says of itself where it is one of ours.

It is known by what is in it, but for when it was made: the report of a month made a second time is the same report.
"""

from __future__ import annotations

import hashlib
import io
import json
import mimetypes
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from shopinf.errors import BadInput, MachineProblem
from shopinf.people.emails import is_email
from shopinf.plain import harmless
from shopinf.shell import quoted

LARGEST = 50 * 1024 * 1024  # bytes; no mail server takes more
_FINISHED = "Name files that are finished, like report.html."
_HEAD = 64 * 1024  # bytes of a page in which its head is
_UNFOLDED = 10 * LARGEST  # bytes of a workbook that are looked through
_CORE = "docProps/core.xml"  # of a workbook: its title, and when it was made
_DUBLIN, _OFFICE = (
    "{http://purl.org/dc/elements/1.1/}",
    "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}",
)
_OURS = ("influencer-sales", "statement")  # so pages and workbooks call themselves; a client reads no program's name
_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".pdf": "application/pdf",
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a report of ours says of itself; nothing, where it is another file."""

    title: str = ""  # what it is, of whom, and of which days
    figures: str = ""  # the first of them, as its readers may see them
    made: str = ""  # when, as it stands in the text
    internal: bool = False  # is it for the agency alone?
    language: str = ""  # `de`


@dataclass(frozen=True)
class Paper:
    """A file that is to be sent, read once."""

    path: Path
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        return harmless(self.path.name)

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def kind(self) -> str:
        """Its media type."""
        suffix = self.path.suffix.lower()
        return _TYPES.get(suffix) or mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"

    @cached_property
    def said(self) -> Said:
        match self.kind:
            case "text/html":
                return _page(self.content)
            case "application/json":
                return _answer(self.content)
            case kind if kind == _TYPES[".xlsx"]:
                return _book(self.content)
            case _:
                return Said()

    @cached_property
    def digest(self) -> str:
        """What it is known by: a hash of all that is in it, but for when it was made."""
        hashed = hashlib.sha256()
        made = self.said.made.encode()
        if self.kind == _TYPES[".xlsx"] and (parts := _parts(self.content)):
            for name in sorted(parts.keys() - {_CORE}):
                hashed.update(f"{name}\0".encode() + _without(parts[name], made))
        elif self.kind == _TYPES[".json"] and self.said.title:
            hashed.update(_timeless_text(self.content))
        else:
            hashed.update(_without(self.content, made))
        return hashed.hexdigest()


def read_paper(path: Path) -> Paper:
    """The file at *path*, which has to be one, and not too large for a mail."""
    try:
        if not path.is_file():
            what = f"{path} is a folder" if path.is_dir() else f"There is no file {path}"
            hint = f"Is it an address? --to {quoted(str(path))}" if is_email(path.name) else _FINISHED
            raise BadInput(what, hint=hint)
        if path.stat().st_size > LARGEST:
            raise BadInput(
                f"{path} is larger than {LARGEST // 1024 // 1024} MB, which no mail server takes",
                hint="Send a smaller report, or put the file where your client can fetch it.",
            )
        content = path.read_bytes()
    except OSError as error:
        raise MachineProblem(
            f"{path} cannot be read: {error.strerror or error}", hint="Look at who may read it."
        ) from None
    if not content:
        raise BadInput(f"{path} is empty", hint="Make the report anew before it is sent.")
    return Paper(path, content)


def _without(content: bytes, made: bytes) -> bytes:
    return content.replace(made, b"") if made else content


def _parts(content: bytes, only: str = "", *, largest: int = _UNFOLDED) -> dict[str, bytes]:
    """What is in a workbook by name, or of it *only* that part; nothing where it is none, broken, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [each for each in book.infolist() if only in ("", each.filename)]
            if sum(each.file_size for each in parts) > largest:
                return {}
            return {each.filename: book.read(each) for each in parts}
    except Exception:  # a damaged one lets ValueError, RuntimeError and the errors of zlib and lzma out of zipfile
        return {}


def _timeless_text(content: bytes) -> bytes:
    """An answer of ours without when it was made; one that is nested deeper than ours are as it stands."""
    try:
        return json.dumps(_timeless(json.loads(content)), sort_keys=True).encode()
    except RecursionError:
        return content


def _timeless(value: Any) -> Any:
    """An answer of ours without when the store was last read for it."""
    if isinstance(value, dict):
        return {key: _timeless(each) for key, each in value.items() if key != "synced_at"}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


class _Head(HTMLParser):
    """The title of a page, and what its `meta` elements say."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.language, self.meta = "", "", dict[str, str]()
        self._inside = self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._over = self._over or tag == "body"
        if self._over:
            return
        given = dict(attrs)
        self._inside = tag == "title"
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "meta" and (name := given.get("name")):
            self.meta[name] = given.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.title += data


def _page(content: bytes) -> Said:
    head = _Head()
    with suppress(AssertionError):  # so html.parser calls a section like <![x[ that no browser knows either
        head.feed(content[:_HEAD].decode("utf-8", "replace"))
    if head.meta.get("report") not in _OURS:
        return Said()
    meta = head.meta
    return Said(
        _line(head.title),
        _line(meta.get("description")),
        meta.get("date", ""),
        meta.get("audience") == "internal",
        head.language,
    )


def _book(content: bytes) -> Said:
    """What a workbook's properties say; a file that is none, or is broken, says nothing."""
    try:
        core = ElementTree.fromstring(_parts(content, _CORE, largest=_HEAD).get(_CORE, b""))
    except (ElementTree.ParseError, ValueError, LookupError):  # the last two of an encoding that XML does not have
        return Said()
    if core.findtext(f"{_OFFICE}keywords") not in _OURS:
        return Said()
    made, audience = core.findtext(f"{_DUBLIN}description") or "", core.findtext(f"{_OFFICE}category")
    return Said(
        _line(core.findtext(f"{_DUBLIN}title")),
        made=made,
        internal=audience == "internal",
        language=core.findtext(f"{_OFFICE}contentStatus") or "",
    )


def _answer(content: bytes) -> Said:
    """What an answer in JSON says: its schema, its period, its stores."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return Said()
    schema = str(answer.get("schema") or "") if isinstance(answer, dict) else ""
    if not schema.startswith("shopinf."):
        return Said()
    period = answer.get("period")
    days = f"{period.get('from')} – {period.get('to')}" if isinstance(period, Mapping) else ""
    stores = answer.get("stores")
    names = (
        [each if isinstance(each, str) else str(each.get("store")) for each in stores or () if each]
        if (isinstance(stores, list) and all(isinstance(each, str | Mapping) for each in stores))
        else []
    )
    what = schema.removeprefix("shopinf.").partition("/")[0].replace(".", " ")
    return Said(_line(" · ".join(part for part in (", ".join(names[:4]), what, days) if part)))


def _line(text: str | None) -> str:
    return " ".join(harmless(text or "").split())[:300]
