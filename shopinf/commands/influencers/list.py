"""`shopinf influencers list`: everybody you know, those with most followers first."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.influencers.rows import influencer_row
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.results import Result, columns
from shopinf.words import counted

app = Noun()

COLUMNS = columns(
    order="influencer first_name last_name email platform handle profile_url followers engagement_rate_pct tier "
    "accounts commission",
    numbers="followers engagement_rate_pct",
    shown="influencer followers email platform tier commission first_name handle",
)


@app.command("list", columns=COLUMNS, epilog=examples("influencers list", "influencers list --search maya -f json"))
def list_(
    desk: DeskContext,
    search: Annotated[str | None, typer.Option("--search", help="Only those in whose row it is.")] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """List the influencers you know, those with most followers first."""
    people = desk.ledger.roster.everybody()
    accounts = desk.ledger.roster.accounts_of(one.id for one in people)
    rates = desk.ledger.rates.of_people(one.id for one in people)
    rows = [influencer_row(desk, one, accounts.get(one.id, ()), rates) for one in people]
    if search:
        word = search.strip().casefold()
        rows = [row for row in rows if any(word in str(value).casefold() for value in row.values() if value)]
    rows.sort(key=lambda row: (-(row["followers"] or 0), row["influencer"]))
    desk.show(Result("shopinf.influencers.list/1", COLUMNS, rows), form)
    if not people:
        desk.out.say(
            "Nobody is known yet.  Next: shopinf influencers import FILE, or shopinf customers enrich --source csv:FILE"
        )
    elif not rows:
        desk.out.say(f"{counted(len(people), 'influencer')} looked through: {search} is in no row of theirs.")
