"""SEPA credit transfers: pain.001.001.09, which European banks have asked for alone since 15 November 2026.

The library sepaxml builds the message and checks it against the schema of ISO 20022. What it would draw at random or
take from the clock is the run's own instead, so that the same run gives the same file. The payee's address is left
out: banks refuse one that is not split into its parts, and need none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from xml.etree import ElementTree

from shopinf.errors import BadInput
from shopinf.payfiles.accounts import checked_bic, checked_iban, is_sepa
from shopinf.payfiles.texts import checked_name, sepa_text
from shopinf.payouts.payees import Batch, Payee, Payer, Payment

SCHEMA = "pain.001.001.09"
_SPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"
_NAME, _REMITTANCE = 70, 140  # signs


class Sepa:
    """The file of a collective transfer in euro."""

    currencies = frozenset({"EUR"})
    limit = None

    def check(self, payment: Payment) -> None:
        payee = payment.payee
        if not sepa_text(checked_name(payee.name), _NAME):
            raise BadInput("the name has no sign that a bank takes")
        iban = checked_iban(payee.iban)
        if not is_sepa(iban):
            raise BadInput(f"the IBAN is of {iban[:2]}, which is outside of SEPA")
        checked_bic(payee.bic, iban)

    def form(self, payee: Payee) -> str:
        return ""

    def destination(self, payee: Payee) -> tuple[str, ...]:
        return (checked_name(payee.name), checked_iban(payee.iban))

    def write(self, payments: Sequence[Payment], batch: Batch, part: int) -> bytes:
        from sepaxml import SepaTransfer
        from sepaxml.validation import try_valid_xml

        transfer = SepaTransfer(_debtor(batch.payer), schema=SCHEMA, clean=False)
        for payment in payments:
            transfer.add_payment(_transaction(payment, batch))
        whole = transfer.export(validate=False)
        made: bytes = _settled(whole, batch, part)
        try_valid_xml(made, SCHEMA)
        return made


def check_payer(payer: Payer) -> None:
    """Raise `BadInput` where the account that pays cannot stand in a bank's file."""
    if not payer.iban.strip():
        raise BadInput("A SEPA file names the account that pays, and there is none")
    try:
        checked_bic(payer.bic, checked_iban(payer.iban))
    except BadInput as refused:
        raise BadInput(f"The account that pays: {refused.message}") from None
    if not sepa_text(payer.name, _NAME):
        raise BadInput("A SEPA file names who pays, and there is no name")


def _debtor(payer: Payer) -> dict[str, object]:
    iban = checked_iban(payer.iban)
    bic = checked_bic(payer.bic, iban)
    found: dict[str, object] = {"name": sepa_text(payer.name, _NAME), "IBAN": iban, "batch": True, "currency": "EUR"}
    return found | ({"BIC": bic} if bic else {})


def _transaction(payment: Payment, batch: Batch) -> dict[str, object]:
    payee = payment.payee
    iban = checked_iban(payee.iban)
    bic = checked_bic(payee.bic, iban)
    words = f"{batch.note} {payment.statement}" if batch.note else payment.statement
    found: dict[str, object] = {
        "name": sepa_text(payee.name, _NAME),
        "IBAN": iban,
        "amount": payment.amount.minor,
        "execution_date": batch.made_at.astimezone(UTC).date(),
        "description": sepa_text(words, _REMITTANCE),
        "endtoend_id": payment.statement,
    }
    return found | ({"BIC": bic} if bic else {})


def _settled(message: bytes, batch: Batch, part: int) -> bytes:
    """*message* with the run's own ids and time."""
    root = ElementTree.fromstring(message)
    own = {
        "MsgId": f"{batch.run}-{part}",
        "PmtInfId": f"{batch.run}-{part}",
        "CreDtTm": batch.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
    }
    for tag, text in own.items():
        for element in root.iter(f"{_SPACE}{tag}"):
            element.text = text
    for bank in root.iter(f"{_SPACE}FinInstnId"):
        if not len(
            bank
        ):  # without a BIC the bank is said to be unknown, which the schema lets be empty and banks do not
            other = ElementTree.SubElement(bank, f"{_SPACE}Othr")
            ElementTree.SubElement(other, f"{_SPACE}Id").text = "NOTPROVIDED"
    ElementTree.register_namespace("", _SPACE[1:-1])
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return made + b"\n"


FILE = Sepa()
