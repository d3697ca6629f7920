"""`shopinf influencers import`: people, accounts and commissions from a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.attribution.codebook import on_day
from shopinf.commands.options import DeskContext, FormChoice, MapOption, Noun, examples
from shopinf.commands.sheets import rate_in, refuse_forgotten, tell_other_names, tell_sheet
from shopinf.errors import BadInput, BadSheet, PartlyDone
from shopinf.payouts.rates import Subject, read_rate
from shopinf.people.identity import known_of, one_each
from shopinf.results import Failure, Result, columns
from shopinf.sheets.fields import Fields, read_mapping
from shopinf.sheets.names import PERSON, WHO
from shopinf.sheets.persons import Who, no_profiles, read_who
from shopinf.sheets.reading import Row, Sheet, each_row
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.profiles import Known

app = Noun()

FIELDS = Fields.of(f"{PERSON} commission commission_type", required=WHO)
COLUMNS = columns("influencer email status")


@app.command("import", columns=COLUMNS, sheet=True, epilog=examples("influencers import influencers.csv"))
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A sheet: csv, tsv, jsonl or xlsx; - is standard input.")],
    map_: MapOption = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Take over influencers from a sheet, with their accounts and commissions; rows of one person are put together."""
    sheet = desk.sheet(file, FIELDS, mapping=read_mapping(map_ or ()))
    known, rates, places, count = _read(desk, sheet)
    tell_sheet(desk, sheet, count)
    roster = desk.ledger.roster
    before = {one.id for one in roster.everybody()}
    known = one_each(known)
    people = roster.enrol(known, roster.imported)
    tell_other_names(desk, zip(places, known, strict=True), people)
    today = desk.clock.now().astimezone().date()
    agreed = desk.ledger.rates.of_people(one.id for one in people)
    for one, rate in zip(people, rates, strict=True):
        if rate is not None and rate != on_day(agreed.get(one.id, ()), today):
            desk.ledger.rates.agree(Subject(person=one.id), rate, None if one.id not in agreed else today)
    rows: list[dict[str, Any]] = [
        {"influencer": one.influencer, "email": one.email, "status": "known" if one.id in before else "created"}
        for one in {one.id: one for one in people}.values()
    ]
    failures = [Failure(None, "", each.message, BadInput.code) for each in sheet.told.bad]
    if not count:
        desk.out.say(f"There is nobody in {sheet.file}: no row stands below its column names.")
    desk.show(Result("shopinf.influencers.import/1", COLUMNS, rows, failures=failures), form)
    if failures:
        raise PartlyDone(
            f"{len(failures)} of {counted(count, 'row')} {agreeing(len(failures), 'was', 'were')} left out",
            hint="Correct what is named above and import the sheet again; the others are in.",
        )


def _read(desk: Desk, sheet: Sheet) -> tuple[list[Known], list[str | None], list[str], int]:
    """Everybody in the sheet, the commission and the place of each, and how many rows there are."""
    now = desk.clock.now()
    known: list[Known] = []
    rates: list[str | None] = []
    places: list[str] = []
    count = 0

    def read(row: Row) -> tuple[Who, Known, str | None]:
        who, rate = read_who(row, now), _rate(row)
        each = known_of(who.profile, None)
        refuse_forgotten(desk, row, each)
        return who, each, rate

    for row, found in each_row(sheet, read):
        count += 1
        if isinstance(found, BadSheet):
            continue
        who, each, rate = found
        sheet.told.remarks += [*row.doubts.values(), *([who.remark] if who.remark else []), *no_profiles(row)]
        known.append(each)
        rates.append(rate)
        places.append(row.place)
    return known, rates, places, count


def _rate(row: Row) -> str | None:
    return rate_in(row, lambda text: str(read_rate(text)))
