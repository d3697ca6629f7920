"""`shopinf payouts totals`: what was paid in a calendar year."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.money import Money
from shopinf.results import Cell, Result, columns

app = Noun()

COLUMNS = columns(numbers="year payments", money="paid", order="year influencer currency rail payments paid")


@app.command(
    "totals", columns=COLUMNS, epilog=examples("payouts totals --year 2026", "payouts totals --year 2026 -o 2026.csv")
)
def totals(
    desk: DeskContext,
    year: Annotated[
        int, typer.Option("--year", help="The calendar year of the payments.", metavar="Y", min=2000, max=9998)
    ],
    form: FormChoice = FormChoice(),
) -> None:
    """Add up what was paid in a year, per influencer, currency and rail; what came back is not in it."""
    found = desk.ledger.payments.totals(year)
    people = desk.ledger.people.by_id({person for person, *_ in found})
    rows: list[dict[str, Cell]] = [
        {
            "year": year,
            "influencer": people[person].influencer if person in people else person,
            "currency": currency,
            "rail": rail,
            "payments": count,
            "paid": Money(amount, currency),
        }
        for person, currency, rail, amount, count in found
    ]
    rows.sort(key=lambda row: (str(row["currency"]), str(row["influencer"]), str(row["rail"])))
    desk.show(Result("shopinf.payouts.totals/1", COLUMNS, rows), form)
    if not rows:
        desk.out.say(f"Nothing was paid in {year}.")
