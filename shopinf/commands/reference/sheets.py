"""`shopinf reference sheets`: what each sheet may have, and a template of it with an example row."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.completion import one_of
from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.commands.papers import ReportForm
from shopinf.errors import BadInput, NotFound
from shopinf.nearest import did_you_mean
from shopinf.results import Format, Result, columns
from shopinf.sheets.names import Kind
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.sheets.fields import Fields

app = Noun()

COLUMNS = columns(order="sheet command column required kind example", shown="sheet column required kind example")

# Each sheet, the command that reads it, and where its fields are declared.
SHEETS = {
    "creators": ("customers enrich --source csv:FILE", "shopinf.work.customers.sheet"),
    "influencers": ("influencers import FILE", "shopinf.commands.influencers.import_"),
    "codes": ("discounts create --sheet FILE", "shopinf.commands.discounts.sheet"),
    "former-codes": ("discounts import FILE", "shopinf.commands.discounts.import_"),
    "gifts": ("gifts send --sheet FILE", "shopinf.commands.gifts.sheet"),
    "rates": ("rates import FILE", "shopinf.commands.rates.import_"),
    "balances": ("payouts adjust --sheet FILE", "shopinf.commands.payouts.former"),
    "payees": ("payouts pay --payees FILE", "shopinf.commands.payouts.payees"),
}
_KINDS = {
    Kind.COUNT: "whole number",
    Kind.RATE: "percent",
    Kind.MONEY: "amount",
    Kind.EITHER: "percent or amount",
    Kind.NUMBER: "digits",
}
EXAMPLES = {
    "influencer": "maya",
    "handle": "mayalind",
    "username": "mayalind",
    "platform": "instagram",
    "profile_url": "https://www.instagram.com/mayalind",
    "email": "maya@example.com",
    "first_name": "Maya",
    "last_name": "Lind",
    "name": "Maya Lind",
    "followers": "12500",
    "engagement_rate_pct": "3.4",
    "code": "MAYA15",
    "percent": "15",
    "amount": "10.00",
    "starts": "2026-12-01",
    "ends": "2026-12-24",
    "usage_limit": "100",
    "commission": "10%",
    "redirect": "/products/serum",
    "campaign": "autumn",
    "address1": "Hafenstrasse",
    "house_number": "3",
    "city": "Hamburg",
    "zip": "20457",
    "country": "DE",
    "phone": "+49 40 1234567",
    "sku": "TRAVELKIT",
    "quantity": "1",
    "status": "active",
    "rate": "new 15% returning 5%",
    "since": "2026-12-01",
    "reason": "agreed in November",
    "currency": "EUR",
    "type": "person",
    "paypal": "maya@example.com",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "vat_rate": "19",
}


@app.command(
    "sheets",
    columns=COLUMNS,
    epilog=examples("reference sheets", "reference sheets codes", "reference sheets gifts -o gifts.xlsx"),
)
def sheets(
    desk: DeskContext,
    name: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(SHEETS)}.", metavar="NAME", autocompletion=one_of(*SHEETS))
    ] = None,
    form: ReportForm = ReportForm(),
) -> None:
    """Show what columns the sheets may have; with a name and -o FILE.xlsx or FILE.csv write a template."""
    if name is not None and name not in SHEETS:
        raise NotFound(f"There is no sheet {name}", hint=did_you_mean(name, [*SHEETS], "shopinf reference sheets"))
    meant = desk.form(form)
    if meant.format is Format.HTML:
        raise BadInput("A sheet is no page", hint="End the file with .xlsx or .csv.")
    if name is not None and meant.output is not None and meant.format in (Format.XLSX, Format.CSV):
        _write_template(desk, name, form)
        return
    if meant.format is Format.XLSX:
        raise BadInput("A template is of one sheet", hint=f"Name it: one of {', '.join(SHEETS)}.")
    rows = [
        {
            "sheet": each,
            "command": SHEETS[each][0],
            "column": field.key,
            "required": _needed(fields, field.key),
            "kind": _KINDS.get(field.kind, str(field.kind)),
            "example": EXAMPLES.get(field.key),
        }
        for each in ([name] if name else SHEETS)
        for fields in [fields_of(each)]
        for field in fields.fields
    ]
    desk.show(Result("shopinf.reference.sheets/1", COLUMNS, rows), form)


def fields_of(name: str) -> Fields:
    """The fields of the sheet *name*, as the command that reads it declares them."""
    found: Fields = importlib.import_module(SHEETS[name][1]).FIELDS
    return found


def _needed(fields: Fields, key: str) -> str | None:
    """`yes`, or the columns of which one is needed."""
    group = next((group for group in fields.required if key in group), None)
    return None if group is None else "yes" if len(group) == 1 else "one of these"


def _write_template(desk: DeskContext, name: str, form: ReportForm) -> None:
    from shopinf.reports.template import template

    keys = [field.key for field in fields_of(name).fields]
    row = {key: EXAMPLES.get(key) for key in keys}
    result = Result(
        "shopinf.reference.sheets/1",
        columns(" ".join(keys)),
        [row],
        content=lambda _: template(name, keys, [row[key] or "" for key in keys]),
    )
    desk.show(result, form)
    file = quoted(str(desk.form(form).output))
    desk.out.say(f"Fill it in below the column names.  Next: shopinf {SHEETS[name][0].replace('FILE', file)}")
