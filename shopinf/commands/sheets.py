"""Sheets on the command line: the option that names one, and what a person is told of one that was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.sheets.reading import Row, Sheet

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.profiles import Known

SheetOption = Annotated[
    Path,
    typer.Option("--sheet", "--from", help="A sheet with one influencer a row; - is standard input.", metavar="FILE"),
]
OptionalSheetOption = Annotated[
    Path | None,
    typer.Option("--sheet", "--from", help="A sheet with one influencer a row; - is standard input.", metavar="FILE"),
]


def tell_sheet(desk: Desk, sheet: Sheet, count: int) -> None:
    """Say how the sheet was read and which of its *count* rows are bad; one with bad rows alone is refused."""
    told = sheet.told
    for sentence in told.sentences():
        desk.out.note(sentence)
    for sentence in told.bad_rows(all_but_first=len(told.bad) >= count):
        desk.out.warn(sentence)
    told.refuse_all(count)


def refuse_forgotten(desk: Desk, row: Row, known: Known) -> None:
    """Raise BadSheet for a row about somebody who asked to be forgotten: no sheet brings them back."""
    if (since := desk.ledger.forgetting.since(known.emails)) is not None:
        raise row.problem(
            f"the person with this e-mail asked to be forgotten on {since.astimezone():%Y-%m-%d}",
            key="email",
            hint="shopinf influencers remember EMAIL lifts that.",
        )


def rate_in(row: Row, read: Callable[[str], str]) -> str | None:
    """The commission that a row says, as *read* understands it; a bare number is what its type column says."""
    said = row["commission_type"].casefold()
    if "percent" in said or "%" in said or "prozent" in said:
        return row.read("commission", lambda text: read(f"{text.removesuffix('%')}%"))
    if any(word in said for word in ("flat", "fix", "amount", "betrag")):
        return row.read("commission", lambda text: read(text if "." in text else f"{text}.00"))
    return row.read("commission", read)
