"""The options of what leaves as a page or a workbook: its format, its language, and whose letterhead is on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from shopinf.commands.options import FormChoice, formats
from shopinf.letterhead import PLAIN, Language, Letterhead
from shopinf.results import Format

if TYPE_CHECKING:
    from shopinf.desk import Desk

ReportFormatOption = Annotated[str | None, typer.Option("--format", "-f", help=formats(reports=True), metavar="FORMAT")]
LanguageOption = Annotated[
    Language | None,
    typer.Option(
        "--language",
        help="Of the page or workbook; language in config.toml otherwise.",
        metavar="LANG",
        case_sensitive=False,
    ),
]


@dataclass(frozen=True)
class ReportForm(FormChoice):
    """What form an answer takes where it may be a report, which has formats of its own too."""

    format: ReportFormatOption = None
    reports: ClassVar[bool] = True


def letterhead_of(desk: Desk, format: Format, language: Language | None) -> Letterhead:
    """How a page or workbook looks; what programs read has no looks, and speaks English."""
    if format.readers is not None:
        for name, near in desk.languages_of_nobody().items() if language is None else ():
            meant = f": did you mean {near}?" if near else "."
            desk.out.warn(f"config.toml has a language for {name}, and no store and no group is called that{meant}")
        return desk.letterhead(language)
    if language not in (None, Language.EN):
        desk.out.warn("--language is of pages and workbooks, -o FILE.html or FILE.xlsx; all else is in English.")
    return PLAIN


def spoken(desk: Desk, letterhead: Letterhead, language: Language | None, stores: Iterable[str]) -> Letterhead:
    """*letterhead* in the language that was asked for, else in the one that all of *stores*, by their names, speak."""
    return replace(letterhead, language=language or desk.language_of(stores))
