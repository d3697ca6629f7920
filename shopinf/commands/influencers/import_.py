"""`shopinf influencers import`: people, accounts and commissions from a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.attribution.codebook import on_day
from shopinf.commands.options import DeskContext, FormChoice, MapOption, Noun, examples
from shopinf.errors import BadInput
from shopinf.payouts.rates import Subject, read_rate
from shopinf.people.emails import email_key
from shopinf.people.identity import known_of, one_each
from shopinf.results import Result, columns
from shopinf.sheets.fields import read_mapping
from shopinf.sheets.reading import Row, Sheet
from shopinf.sources.csv import read_profile_row
from shopinf.work.customers.sheet import sheet_fields

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.profiles import Known

app = Noun()

COLUMNS = columns("influencer email status")


@app.command("import", columns=COLUMNS, epilog=examples("influencers import influencers.csv"))
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A sheet: csv, tsv, jsonl or xlsx; - is standard input.")],
    map_: MapOption = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Take over influencers from a sheet, with their accounts and commissions; rows of one person are put together."""
    sheet = desk.sheet(file, sheet_fields(), mapping=read_mapping(map_ or ()))
    known, rates, left_out = _read(desk, sheet)
    roster = desk.ledger.roster
    before = {one.id for one in roster.everybody()}
    people = roster.enrol(one_each(known), roster.imported)
    today = desk.clock.now().astimezone().date()
    agreed = desk.ledger.rates.of_people(one.id for one in people)
    for one, rate in zip(people, rates, strict=True):
        if rate is not None and rate != on_day(agreed.get(one.id, ()), today):
            desk.ledger.rates.agree(Subject(person=one.id), rate, None if one.id not in agreed else today)
    rows: list[dict[str, Any]] = [
        {"influencer": one.influencer, "email": one.email, "status": "known" if one.id in before else "created"}
        for one in {one.id: one for one in people}.values()
    ]
    notes = [*sheet.notes]
    if left_out:
        notes.append(f"{left_out} who asked to be forgotten were left out")
    desk.show(Result("shopinf.influencers.import/1", COLUMNS, rows, notes=notes), form)


def _read(desk: Desk, sheet: Sheet) -> tuple[list[Known], list[str | None], int]:
    """Everybody in the sheet with the commission of each, and how many were left out.

    A bad row is named by its place before anything is written.
    """
    now = desk.clock.now()
    key, hidden = desk.ledger.database.key(), desk.ledger.enrichment.forgotten()
    known: list[Known] = []
    rates: list[str | None] = []
    left_out = 0
    for row in sheet:
        each = known_of(read_profile_row(row.values, now), None)
        if not (each.emails or each.accounts or each.named.name != "unnamed"):
            raise row.problem("the row does not say who it is about", hint="Fill influencer, handle, e-mail or name.")
        if any(email_key(key, email) in hidden for email in each.emails):
            left_out += 1
            continue
        known.append(each)
        rates.append(_commission(row))
    return known, rates, left_out


def _commission(row: Row) -> str | None:
    if not row["commission"]:
        return None
    try:
        return str(read_rate(row["commission"]))
    except BadInput as wrong:
        raise row.problem(wrong.message, key="commission", hint=wrong.hint) from None
