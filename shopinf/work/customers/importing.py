"""Influencers from a sheet into the roster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shopinf.attribution.codebook import on_day
from shopinf.attribution.commissions import read_commission
from shopinf.errors import BadInput
from shopinf.people.emails import email_key
from shopinf.people.identity import known_of, one_each
from shopinf.people.profiles import Known
from shopinf.sheets.reading import Row, read_sheet
from shopinf.sources.csv import read_profile_row
from shopinf.work.customers.sheet import sheet_fields

if TYPE_CHECKING:
    from shopinf.desk import Desk


def import_people(desk: Desk, file: str, mapping: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Write down everybody in the sheet *file*; a bad commission is named by its place before anything is written."""
    sheet = read_sheet(file, sheet_fields(), mapping=mapping, stdin=desk.setting.stdin)
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
    before = {one.id for one in desk.ledger.roster.everybody()}
    people = desk.ledger.roster.enrol(one_each(known), desk.ledger.roster.imported)
    today = now.astimezone().date()
    agreed = desk.ledger.roster.rates(one.id for one in people)
    for one, rate in zip(people, rates, strict=True):
        if rate is not None and rate != on_day(agreed.get(one.id, ()), today):
            desk.ledger.roster.agree(one, rate, None if one.id not in agreed else today)
    named = {one.id: one for one in people}
    rows = [
        {"influencer": one.influencer, "email": one.email, "status": "known" if one.id in before else "created"}
        for one in named.values()
    ]
    notes = [*sheet.notes]
    if left_out:
        notes.append(f"{left_out} who asked to be forgotten were left out")
    return rows, notes


def _commission(row: Row) -> str | None:
    if not row["commission"]:
        return None
    try:
        return str(read_commission(row["commission"]))
    except BadInput as wrong:
        raise row.problem(wrong.message, key="commission", hint=wrong.hint) from None
