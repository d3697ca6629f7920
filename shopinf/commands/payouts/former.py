"""Sheets of balances: those of a former provider as it exports them, or a plain one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.money import rounded
from shopinf.payouts.former import Balance, Former, Line, balances, kind_of
from shopinf.sheets.fields import Fields
from shopinf.sheets.reading import Row, read_sheet

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
    """What a sheet comes to: balances of people who are known, and the rows that are not used, with why."""

    kind: Former
    found: list[tuple[Influencer, Balance]] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def read_balances(desk: Desk, file: Path, currency: str | None, reason: str | None) -> Taken:
    """Read a sheet of balances; *currency* and *reason* are for rows that say none."""
    sheet = read_sheet(file, FIELDS, stdin=desk.setting.stdin)
    rows: list[Row] = []
    wrong: list[tuple[str, str]] = []
    lines: list[Line] = []
    for row in sheet:
        rows.append(row)
        try:
            lines.append(_line(row, currency, reason))
        except BadInput as refused:
            wrong.append((row.place, refused.message.removeprefix(f"{row.place}, ")))
    for note in sheet.notes:
        desk.out.note(note)
    if sheet.unknown:
        desk.out.note(f"{sheet.file}: not used: {', '.join(sheet.unknown)}")
    kind = kind_of([*sheet.headers.values(), *sheet.unknown], (row["order"] for row in rows))
    taken = Taken(kind, wrong=wrong)
    for balance in balances(kind, lines):
        one = desk.ledger.people.find(balance.who)
        if one is None:
            taken.wrong.append((balance.places[0], f"nobody here is called {balance.who}"))
        else:
            taken.found.append((one, balance))
    return taken


def _line(row: Row, currency: str | None, reason: str | None) -> Line:
    who = row["email"] or row["influencer"]
    if not who:
        raise row.problem("the row does not say whose balance it is")
    amount, sign = _amount(row)
    money = row["currency"].strip().upper() or sign or (currency or "").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", money):
        raise row.problem("the row has no currency", hint="Add --currency, like --currency EUR.")
    if amount != rounded(amount, money):
        raise row.problem(f"{amount} has more decimals than {money} has", key="amount")
    return Line(who, amount, money, row["entry"], row["order"], row["paid"], row["reason"] or reason or "", row.place)


def _amount(row: Row) -> tuple[Decimal, str]:
    """An amount that reads in one way only, and the currency of its sign."""
    text = row["amount"].replace("\u2212", "-").replace("\u00a0", " ").strip()
    sign = next((code for mark, code in _SIGNS.items() if mark in text), "")
    bare = re.sub(r"[^\d.,()+-]", "", text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    found = re.fullmatch(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?|([+-]?)(\d{1,3}(?:\.\d{3})+|\d+),(\d{1,2})", bare)
    if found is None or re.fullmatch(r"[+-]?\d{1,3},\d{3}", bare):
        raise row.problem(f"{row['amount']!r} is not an amount that reads in one way only", key="amount")
    if found[5]:
        return Decimal(f"{found[4]}{found[5].replace('.', '')}.{found[6]}"), sign
    return Decimal(f"{found[1]}{found[2].replace(',', '')}{found[3] or ''}"), sign


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
