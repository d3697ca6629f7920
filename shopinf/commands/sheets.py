"""Sheets on the command line: the option that names one, and what a person is told of one that was read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.people.influencers import folded_name
from shopinf.plain import harmless
from shopinf.sheets.reading import Row, Sheet
from shopinf.sheets.spelling import Unit, unit_of
from shopinf.words import agreeing, counted, few

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
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


def tell_other_names(desk: Desk, rows: Iterable[tuple[str, Known]], people: Iterable[Influencer]) -> None:
    """Say which of *rows*, each with its place, name somebody otherwise than *people*, whom they turned out to be."""
    other = [
        f"{place}: {harmless(known.own)} is {one.influencer}"
        for (place, known), one in zip(rows, people, strict=True)
        if known.own and folded_name(known.own) != folded_name(one.influencer)
    ]
    if other:
        what = f"{counted(len(other), 'row')} {agreeing(len(other), 'names', 'name')} somebody"
        desk.out.note(f"{what} who is known under another id, by the e-mail or a former id: {few(other)}.")


def refuse_bare_share(row: Row, key: str) -> None:
    """Refuse a `0.1` for a commission, which is ten per cent to one and ten cents to another."""
    if re.fullmatch(r"0?[.,]\d+", written := row.written.get(key, "")):
        raise row.problem(
            f"{written!r} can be a share or an amount", key=key, hint="Write it like 10%, or like 0.10 USD."
        )


def rate_in(row: Row, read: Callable[[str], str]) -> str | None:
    """The commission that a row says, as *read* understands it; a bare number is what its type column says."""
    said = row["commission_type"].casefold()
    unit = unit_of(said)
    if unit is Unit.PERCENT:
        return row.read("commission", lambda text: read(f"{text.removesuffix('%')}%"))
    if unit is Unit.MONEY or any(word in said for word in ("flat", "fix", "amount", "betrag")):
        return row.read("commission", lambda text: read(text if "." in text else f"{text}.00"))
    refuse_bare_share(row, "commission")
    return row.read("commission", read)
