"""A report value as a file: a module for each format, called as it is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopinf.attribution.overview import Overview
    from shopinf.letterhead import Letterhead
    from shopinf.results import Format


def report_file(format: Format, overview: Overview, letterhead: Letterhead) -> bytes:
    """*overview* as a file of *format*, in the language and look of *letterhead*: the module of that name makes it."""
    content: bytes = import_module(f"{__name__}.{format}").file(overview, letterhead)
    return content
