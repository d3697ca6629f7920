"""`shopinf rates import`: rates from a sheet, one a row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, MapOption, Noun, StoreChoice, examples
from shopinf.commands.rates.particular import Reach, particular_notes
from shopinf.commands.rates.rows import COLUMNS, rate_rows
from shopinf.commands.rates.subject import Meant, SubjectChoice, meant_by, read_for
from shopinf.commands.sheets import refuse_bare_share, tell_sheet
from shopinf.errors import BadInput, BadSheet, PartlyDone, ShopinfError
from shopinf.payouts.rates import read_rate
from shopinf.periods import read_day
from shopinf.results import Failure, Result
from shopinf.sheets.fields import Fields, read_mapping
from shopinf.sheets.reading import Row
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

FIELDS = Fields.of(
    "influencer code campaign product rate since reason",
    required="rate influencer|code|campaign|product",
    also={
        "rate": ("commission", "commission rate", "provision", "kommission", "comisión", "commission %"),
        "since": ("from", "starts", "valid from", "ab", "gültig ab", "seit", "depuis", "desde", "dal", "vanaf"),
        "product": ("sku", "product id", "artikel"),
        "reason": ("note", "comment", "why"),
    },
)


@app.command(
    "import",
    columns=COLUMNS,
    sheet=True,
    epilog=examples("rates import rates.csv", "rates import rates.xlsx -s maya-shop"),
)
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A sheet: csv, tsv, jsonl or xlsx; - is standard input.")],
    map_: MapOption = None,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Agree on the rates of a sheet: influencer, code, campaign or product, rate, and from which day on.

    A row that is wrong fails alone; importing the sheet again changes nothing.
    """
    sheet = desk.sheet(file, FIELDS, mapping=read_mapping(map_ or ()))
    done: list[Meant] = []
    agreed: list[Reach] = []
    today = desk.clock.now().astimezone().date()
    count = 0
    for row in sheet:
        count += 1
        try:
            found = _agree(desk, row, stores)
            since = row.read("since", read_day) or today
            agreed += [Reach(meant.subject, since, row["rate"]) for meant in found]
            done += found
        except BadSheet as wrong:
            sheet.told.refused(wrong)
        except ShopinfError as wrong:
            sheet.told.refused(row.problem(wrong.message, hint=wrong.hint))
    tell_sheet(desk, sheet, count)
    if not count:
        desk.out.say(f"There is no rate in {sheet.file}: no row stands below its column names.")
    failures = [Failure(None, file.name, each.message, BadInput.code) for each in sheet.told.bad]
    kept = desk.ledger.rates.of_subjects(dict.fromkeys(meant.subject for meant in done))
    notes = particular_notes(desk, agreed, {meant.subject for meant in done})
    desk.show(Result("shopinf.rates.import/1", COLUMNS, rate_rows(desk, kept), notes=notes, failures=failures), form)
    if failures:
        raise PartlyDone(
            f"{counted(len(failures), 'row')} could not be used",
            hint="Correct what is named above, and import it again.",
        )


def _agree(desk: Desk, row: Row, stores: StoreChoice) -> list[Meant]:
    row.check("rate", "since")
    whose, code, campaign, product = (row[key] or None for key in ("influencer", "code", "campaign", "product"))
    if code:  # which says whose it is, and of which campaign
        whose = campaign = None
    choice = SubjectChoice(whose, code, campaign, product)
    if not choice.given or not row["rate"]:
        raise row.problem("the row does not say what earns how much")
    refuse_bare_share(row, "rate")
    rate, day = row.read("rate", read_rate), row.read("since", read_day)
    assert rate is not None
    found = meant_by(desk, choice, stores)
    for meant in found:
        worded = read_for(desk, row["rate"], meant, rate)
        if desk.ledger.rates.agree(meant.subject, worded, day, row["reason"]) and meant.record and meant.store:
            desk.ledger.codes.tell_commission(meant.store.shop_id, meant.record, worded)
    return found
