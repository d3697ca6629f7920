"""Sheets of balances: those of a former provider as it exports them, or a plain one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.sheets import tell_sheet
from shopinf.errors import BadSheet
from shopinf.money import read_amount
from shopinf.payouts.former import Balance, Former, Line, balances, kind_of
from shopinf.sheets.fields import Fields
from shopinf.sheets.reading import Row

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer

FIELDS = Fields.of(
    "influencer email amount currency entry order paid reason",
    required="influencer|email amount",
    also={
        "influencer": (
            "affiliate name",
            "affiliate id",
            "ambassador name",
            "partner name",
            "ref code",
            "affiliate code",
        ),
        "email": ("affiliate email", "affiliate e-mail", "partner email"),
        "amount": (
            *("commission", "commission amount", "balance owed", "balance", "total commission", "commission total"),
            *("amount owed", "commission earned", "saldo", "guthaben"),
        ),
        "currency": ("currency code", "commission currency", "währung", "devise", "moneda", "valuta"),
        "entry": ("entry type", "event", "action", "type", "status", "conversion status", "entity type"),
        "order": ("order id", "order number", "conversion id", "order name", "transaction"),
        "paid": ("is paid ?", "is paid", "payment status", "paid status", "payout id", "payout"),
        "reason": ("note", "comment", "description", "memo", "grund"),
    },
)
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}


@dataclass
class Taken:
    """What a sheet comes to: balances of people who are known, and what is wrong with its other rows."""

    kind: Former
    found: list[tuple[Influencer, Balance]] = field(default_factory=list)
    wrong: list[BadSheet] = field(default_factory=list)


def read_balances(desk: Desk, file: Path, currency: str | None, reason: str | None) -> Taken:
    """Read a sheet of balances; *currency* and *reason* are for rows that say none."""
    sheet = desk.sheet(file, FIELDS)
    rows, lines = list[Row](), list[Line]()
    for row in sheet:
        rows.append(row)
        try:
            lines.append(_line(row, currency, reason))
        except BadSheet as wrong:
            sheet.told.refused(wrong)
    kind = kind_of([*sheet.headers.values(), *sheet.unknown], (row["order"] for row in rows))
    taken = Taken(kind)
    places = {row.place: row for row in rows}
    for balance in balances(kind, lines):
        one = desk.ledger.people.find(balance.who)
        if one is None:
            sheet.told.refused(places[balance.places[0]].problem(f"nobody here is called {balance.who}"))
        else:
            taken.found.append((one, balance))
    if kind is not Former.PLAIN:
        taken.found = _together(taken.found)
    tell_sheet(desk, sheet, len(rows))
    taken.wrong = sheet.told.bad
    return taken


def _together(found: Sequence[tuple[Influencer, Balance]]) -> list[tuple[Influencer, Balance]]:
    """One balance for each person and currency, whatever names the provider had for them."""
    kept: dict[tuple[str, str], tuple[Influencer, Balance]] = {}
    for one, balance in found:
        _, whole = kept.setdefault((one.id, balance.currency), (one, Balance(balance.who, balance.currency)))
        whole.amount += balance.amount
        whole.rows += balance.rows
        whole.paid += balance.paid
        whole.left_out += balance.left_out
        whole.places += balance.places
        whole.reason = whole.reason or balance.reason
    return list(kept.values())


def _line(row: Row, currency: str | None, reason: str | None) -> Line:
    row.check("amount")
    who = row["email"] or row["influencer"]
    if not who or not row["amount"]:
        raise row.problem("the row does not say whose balance it is" if not who else "the row has no amount")
    written = row.written.get("amount", "")
    sign = next((code for mark, code in _SIGNS.items() if mark in written), "")
    money = row["currency"].strip().upper() or sign or (currency or "").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", money):
        raise row.problem("the row has no currency", hint="Add --currency, like --currency EUR.")
    amount = row.read("amount", lambda text: read_amount(text, money).amount)
    assert amount is not None, "there is one"
    return Line(who, amount, money, row["entry"], row["order"], row["paid"], row["reason"] or reason or "", row.place)


def referenced(taken: Taken) -> Sequence[tuple[Influencer, Balance, str]]:
    """Each balance with the name that it is not taken twice by."""
    counts: dict[tuple[str, str], int] = {}
    named = []
    for one, balance in taken.found:
        if taken.kind is Former.PLAIN:
            key = (one.id, f"sheet {balance.currency} {balance.amount} {balance.reason}")
            counts[key] = counts.get(key, 0) + 1
            named.append((one, balance, f"{key[1]} {counts[key]}"))
        else:
            named.append((one, balance, f"opening {taken.kind}"))
    return named
