"""Revolut Business, bulk payments: one form for IBANs, another for British accounts.

https://help.revolut.com/business/help/transfers-and-payments/bulk-payments
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopinf.errors import BadInput
from shopinf.payfiles.accounts import checked_bic, checked_iban, iban_country
from shopinf.payfiles.texts import checked_name, csv_bytes
from shopinf.payouts.payees import Batch, Payee, Payment

_FIRST = ("Name", "Recipient type")
_REST = ("Recipient bank country", "Currency", "Amount", "Payment reference")
IBAN_HEADER = (*_FIRST, "IBAN", "BIC", *_REST)
UK_HEADER = (*_FIRST, "Account number", "Sort code", *_REST)
UK = "uk"


class Revolut:
    """The files of a bulk payment."""

    currencies = None
    limit = None

    def check(self, payment: Payment) -> None:
        payee = payment.payee
        checked_name(payee.name)
        if self.form(payee) == UK:
            _british(payee)
            return
        checked_bic(payee.bic, checked_iban(payee.iban))

    def form(self, payee: Payee) -> str:
        return UK if payee.account_number.strip() and not payee.iban.strip() else ""

    def destination(self, payee: Payee) -> tuple[str, ...]:
        account = _british(payee) if self.form(payee) == UK else (checked_iban(payee.iban),)
        return (checked_name(payee.name), *account)

    def write(self, payments: Sequence[Payment], batch: Batch, part: int) -> bytes:
        header = UK_HEADER if self.form(payments[0].payee) == UK else IBAN_HEADER
        return csv_bytes([header, *(self._row(payment) for payment in payments)])

    def _row(self, payment: Payment) -> Sequence[str]:
        payee, money = payment.payee, payment.amount
        if self.form(payee) == UK:
            account, country = _british(payee), "GB"
        else:
            iban = checked_iban(payee.iban)
            account, country = (iban, checked_bic(payee.bic, iban)), iban_country(iban)
        kind = "COMPANY" if payee.business else "INDIVIDUAL"
        return (checked_name(payee.name), kind, *account, country, money.currency, str(money), payment.statement)


def _british(payee: Payee) -> tuple[str, str]:
    """The account number and the sort code of a British account, with all their digits."""
    number, sort = (re.sub(r"[\s-]", "", text) for text in (payee.account_number, payee.sort_code))
    if not re.fullmatch(r"\d{6,8}", number):
        raise BadInput("the account number has not the 8 digits of a British one")
    if not re.fullmatch(r"\d{6}", sort):
        raise BadInput("the sort code has not 6 digits" if sort else "the sort code is missing")
    return number.zfill(8), sort


FILE = Revolut()
