"""Wise, "Send to bank accounts": a CSV whose headers must not be renamed, everything quoted, CRLF.

https://wise.com/help/articles/2736049/how-do-i-make-a-batch-payment
"""

from __future__ import annotations

from collections.abc import Sequence

from shopinf.payfiles.accounts import checked_iban
from shopinf.payfiles.texts import checked_email, checked_name, csv_bytes
from shopinf.payouts.payees import Batch, Payee, Payment

HEADER = (
    "name",
    "recipientEmail",
    "paymentReference",
    "referenceNumber",
    "receiverType",
    "amountCurrency",
    "amount",
    "sourceCurrency",
    "targetCurrency",
    "IBAN",
)


class Wise:
    """The file of a batch payment to IBANs."""

    currencies = frozenset("AED BGN CHF CZK DKK EUR GBP HUF ILS NOK PLN RON SEK TRY".split())  # those paid to an IBAN
    limit = 1000

    def check(self, payment: Payment) -> None:
        payee = payment.payee
        checked_name(payee.name)
        checked_iban(payee.iban)
        if payee.email:
            checked_email(payee.email)

    def form(self, payee: Payee) -> str:
        return ""

    def destination(self, payee: Payee) -> tuple[str, ...]:
        return (checked_name(payee.name), checked_iban(payee.iban))

    def write(self, payments: Sequence[Payment], batch: Batch, part: int) -> bytes:
        return csv_bytes([HEADER, *(self._row(payment) for payment in payments)], quoted=True)

    def _row(self, payment: Payment) -> Sequence[str]:
        payee, currency = payment.payee, payment.amount.currency
        return (
            checked_name(payee.name),
            payee.email.strip(),
            payment.statement,
            payment.statement,
            "BUSINESS" if payee.business else "PERSON",
            "target",  # the influencer gets this amount, whatever it is taken from
            str(payment.amount),
            currency,
            currency,
            checked_iban(payee.iban),
        )


FILE = Wise()
