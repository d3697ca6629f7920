"""The agency's logo: a small picture beside the configuration, looked at before anything carries it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from shopinf.errors import BadInput
from shopinf.letterhead import Logo
from shopinf.local.disk import machine_problem

LARGEST = 500_000  # bytes: every page and every mail carries the whole picture
_HINT = "Give a PNG, JPEG or SVG file as agency_logo in config.toml, or switch that line off with a #."
_MARKS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_SVG = "{http://www.w3.org/2000/svg}svg"


def read_logo(path: Path) -> Logo:
    """The picture in *path*; what is missing, too large or no picture is wrong usage, by its name."""
    try:
        if (size := path.stat().st_size) > LARGEST:
            raise BadInput(
                f"The logo {path} has {size:,} bytes, and every page carries it whole: {LARGEST:,} at most",
                hint="Save a smaller one: some 600 pixels are wide enough.",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"There is no logo {path}", hint=_HINT) from None
    except IsADirectoryError:
        raise BadInput(f"The logo {path} is a folder", hint=_HINT) from None
    except OSError as problem:
        raise machine_problem(problem, path) from None
    for mark, kind in _MARKS.items():
        if content.startswith(mark):
            return Logo(kind, content)
    return Logo("image/svg+xml", _drawing(path, content))


def _drawing(path: Path, content: bytes) -> bytes:
    """An SVG that only draws: shown as a picture it runs nothing, and one that could is not handed on either."""
    if re.search(rb"<!ENTITY", content, re.IGNORECASE):
        raise BadInput(f"The logo {path} defines entities of its own", hint="Save it as plain SVG, or as PNG.")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise BadInput(f"The logo {path} is no PNG, JPEG or SVG picture", hint=_HINT) from None
    if root.tag != _SVG:
        raise BadInput(f"The logo {path} is no PNG, JPEG or SVG picture", hint=_HINT)
    if any(_runs(each) for each in root.iter()):
        raise BadInput(f"The logo {path} holds a script", hint="Save it as plain SVG, or as PNG.")
    return content


def _runs(element: ElementTree.Element) -> bool:
    """Would anything of it run, were it opened by itself?"""
    name = str(element.tag).rpartition("}")[2].lower()
    values = {str(key).rpartition("}")[2].lower(): str(value) for key, value in element.attrib.items()}
    if name in {"script", "foreignobject", "iframe", "handler"} or any(key.startswith("on") for key in values):
        return True
    return any(re.match(r"\s*(javascript|data:text)", value, re.IGNORECASE) for value in values.values())
