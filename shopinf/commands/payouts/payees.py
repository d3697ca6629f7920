"""The payees' own sheet: where the money goes; read and used, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.sheets import tell_sheet
from shopinf.errors import BadInput
from shopinf.gifts.addresses import country_code
from shopinf.payouts.payees import BUSINESS_WORDS, Payee
from shopinf.sheets.fields import Fields
from shopinf.sheets.reading import Row

if TYPE_CHECKING:
    from shopinf.desk import Desk

_KEYS = "name paypal iban bic account_number sort_code country email vat_id vat_rate address"
FIELDS = Fields.of(
    f"influencer type {_KEYS}",
    required="influencer|email",
    also={
        "name": ("payee", "payee name", "account holder", "account name", "beneficiary", "kontoinhaber", "titulaire"),
        "type": ("recipient type", "receiver type", "payee type", "empfängertyp", "art", "typ", "tipo", "soort"),
        "paypal": ("paypal email", "paypal e-mail", "paypal address", "paypal account", "paypal-adresse"),
        "iban": ("bank account", "account iban", "kontonummer"),
        "bic": ("swift", "swift code", "bic/swift", "swift/bic", "bic code"),
        "account_number": ("account number", "account no"),
        "sort_code": ("sort code", "sortcode"),
        "vat_id": ("vat number", "vat no", "ust-id", "ust-idnr", "umsatzsteuer-id", "numéro de tva", "partita iva"),
        "vat_rate": ("vat", "vat %", "vat rate %", "ust", "mwst", "tva", "iva", "btw"),
        "address": ("billing address", "postal address", "anschrift", "rechnungsadresse"),
    },
)


def read_payees(desk: Desk, file: Path) -> dict[str, Payee | BadInput]:
    """The payees by their influencer's opaque id; a row that is wrong is that influencer's problem alone."""
    sheet = desk.sheet(file, FIELDS)
    found: dict[str, Payee | BadInput] = {}
    count = 0
    for row in sheet:
        count += 1
        typed = row["influencer"] or row["email"]
        one = desk.ledger.people.find(typed) if typed else None
        if one is None:
            sheet.told.passed["nobody here is called so" if typed else "it does not say whose it is"] += 1
            continue
        payee = _payee(row)
        if (known := found.get(one.id)) is not None and known != payee:
            payee = BadInput(f"{row.place}: a second row says something else of {one.influencer}")
        found[one.id] = payee
    tell_sheet(desk, sheet, count)
    return found


def _payee(row: Row) -> Payee | BadInput:
    if row.wrong is not None:
        return row.wrong
    word = row["type"].strip().casefold()
    if word not in BUSINESS_WORDS:
        return BadInput(f"{row.place}: {row['type']!r} is neither person nor business")
    if row["country"] and country_code(row["country"]) is None:
        return BadInput(f"{row.place}: there is no country {row['country']!r}")
    texts: Mapping[str, str] = {key: row[key] for key in _KEYS.split()}
    return Payee(row["influencer"], business=BUSINESS_WORDS[word], **texts)
