"""A rail's own report, as it is downloaded there: which statement came to what."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.sheets import tell_sheet
from shopinf.errors import BadInput
from shopinf.payouts.runs import Reported, State, read_state
from shopinf.sheets.fields import Fields
from shopinf.sheets.reading import Row

if TYPE_CHECKING:
    from shopinf.desk import Desk

_LARGEST = 100_000_000  # bytes of a bank's message
FIELDS = Fields.of(
    "statement state amount currency reference reason",
    required="state",
    also={
        "statement": (
            *(
                "customer id",
                "unique id",
                "sender item id",
                "payment reference",
                "paymentreference",
                "reference number",
            ),
            *("referencenumber", "end to end id", "endtoendid", "invoice id", "invoice number", "reference text"),
        ),
        "state": ("status", "transaction status", "payment status", "transfer status", "statut", "estado"),
        "amount": ("gross", "net amount", "target amount", "amount paid", "transaction amount", "betrag"),
        "currency": ("transaction currency", "target currency", "currency code", "währung"),
        "reference": ("transaction id", "transfer id", "payout item id", "payment id", "transferwise id", "id"),
        "reason": ("error", "error message", "failure reason", "reason code", "errors", "decline reason"),
    },
)


def read_report(desk: Desk, file: Path, statements: Sequence[str]) -> list[Reported]:
    """The rows of a report that name a statement; a state that is new to us is told and not guessed at.

    It is a sheet, or a message of a bank.
    """
    if file.suffix.lower() == ".xml":
        return _read_message(desk, file, statements)
    sheet = desk.sheet(file, FIELDS)
    known = {each.casefold(): each for each in statements}
    found, unheard, count = [], set[str](), 0
    for row in sheet:
        count += 1
        statement = _statement(desk, row, known)
        if not statement:
            sheet.told.passed["no statement's id is in it"] += 1
            continue
        state = read_state(row["state"])
        if state is None:
            unheard.add(row["state"])
            state = State.CLAIMED
        found.append(_reported(row, statement, state))
    tell_sheet(desk, sheet, count)
    _warn_of_unheard(desk, str(sheet.file), unheard)
    if not found:
        raise BadInput(f"{sheet.file} names no statement", hint="Give the report of the payments, one a row.")
    return found


def _read_message(desk: Desk, file: Path, statements: Sequence[str]) -> list[Reported]:
    """What a bank's message says of *statements*; what else moved the account is no business of the run."""
    from shopinf.payfiles.bankreport import read_bank_report

    if not file.is_file():
        raise BadInput(f"There is no file {file}", hint="Check the name and the folder.")
    if file.stat().st_size > _LARGEST:
        raise BadInput(f"{file} is larger than a report of payments is", hint="Give that of the run's days alone.")
    found, unheard = [], set[str]()
    for each in read_bank_report(file.read_bytes(), str(file)):
        if not each.statement.upper().startswith("S-"):
            continue
        named = desk.ledger.accounts.named(each.statement)
        state = read_state(each.state)
        if state is None:
            unheard.add(each.state or "none")
        found.append(
            Reported(
                named.name if named else each.statement,
                state or State.CLAIMED,
                each.number,
                each.amount,
                each.currency,
                each.reference,
                each.reason,
            )
        )
    _warn_of_unheard(desk, str(file), unheard)
    if not found:
        raise BadInput(f"{file} names no statement", hint="Give the bank's report of the days after the run.")
    return [each for each in found if each.statement in statements] or found


def _warn_of_unheard(desk: Desk, name: str, unheard: set[str]) -> None:
    if unheard:
        desk.out.warn(f"{name}: states that are new to us, not used: {', '.join(sorted(unheard))}")


def _statement(desk: Desk, row: Row, known: dict[str, str]) -> str:
    """The statement that a row is about: by its own column, else by whatever cell has the id of one.

    One whose influencer was erased since the file was made goes by its name now.
    """
    for cell in (row["statement"], *row.extra.values(), *row.values.values()):
        for word in cell.split():
            if word.casefold() in known:
                return known[word.casefold()]
    text = row["statement"].strip()
    if not text.upper().startswith("S-"):
        return ""
    found = desk.ledger.accounts.named(text)
    return found.name if found else text


def _reported(row: Row, statement: str, state: State) -> Reported:
    amount = abs(Decimal(row["amount"])) if row["amount"] and "amount" not in row.doubts else None
    currency = row["currency"].strip().upper() or None
    return Reported(statement, state, row.line, amount, currency, row["reference"].strip(), row["reason"].strip())
