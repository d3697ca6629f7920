"""`shopinf influencers export`: everybody, as `influencers import` reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shopinf.commands.influencers.rows import rate_today
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.people.enrichment import account_row
from shopinf.results import Format, Result, columns

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

COLUMNS = columns(
    order="influencer first_name last_name email platform handle profile_url platform_user_id followers "
    "engagement_rate_pct verified commission",
    numbers="followers engagement_rate_pct",
)


@app.command("export", columns=COLUMNS, epilog=examples("influencers export -o influencers.csv"))
def export(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Write all influencers, one account a row, as `influencers import` reads them; CSV unless told otherwise."""
    if form.format is None and desk.form(form).format is Format.TABLE:
        form = replace(form, format="csv")
    desk.show(Result("shopinf.influencers.export/1", COLUMNS, _rows(desk)), form)


def _rows(desk: Desk) -> list[dict[str, Any]]:
    """Everybody, one account a row; who has none gets a row as well."""
    people = desk.ledger.roster.everybody()
    accounts = desk.ledger.roster.accounts_of(one.id for one in people)
    rates = desk.ledger.rates.of_people(one.id for one in people)
    rows = []
    for one in people:
        person = {
            "influencer": one.influencer,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": one.email,
            "commission": rate_today(desk, rates, one),
        }
        for each in accounts.get(one.id) or (None,):
            own = {} if each is None else {**account_row(each, primary=False)}
            rows.append({**own, **person})
    return rows
