"""A plain sheet with everything that is known of each payment, for any rail that has no file of its own here."""

from __future__ import annotations

from collections.abc import Sequence

from shopinf.payfiles.accounts import checked_bic, checked_iban
from shopinf.payfiles.texts import checked_email, checked_recipient, csv_bytes
from shopinf.payouts.payees import Batch, Payee, Payment
from shopinf.plain import formula_safe, harmless

HEADER = (
    "statement",
    "influencer",
    "name",
    "type",
    "amount",
    "currency",
    "paypal",
    "iban",
    "bic",
    "account_number",
    "sort_code",
    "country",
    "email",
    "vat_id",
    "vat_rate",
    "address",
    "run",
)


class Plain:
    """A sheet of payments."""

    currencies = None
    limit = None

    def check(self, payment: Payment) -> None:
        payee = payment.payee
        if payee.iban:
            checked_bic(payee.bic, checked_iban(payee.iban))
        if payee.paypal:
            checked_recipient(payee.paypal)
        if payee.email:
            checked_email(payee.email)

    def form(self, payee: Payee) -> str:
        return ""

    def destination(self, payee: Payee) -> tuple[str, ...]:
        return (payee.name, payee.paypal, payee.iban, payee.account_number, payee.sort_code, payee.email)

    def write(self, payments: Sequence[Payment], batch: Batch, part: int) -> bytes:
        return csv_bytes([HEADER, *(self._row(payment, batch) for payment in payments)])

    def _row(self, payment: Payment, batch: Batch) -> Sequence[str]:
        payee, money = payment.payee, payment.amount
        words = (
            payee.paypal,
            checked_iban(payee.iban) if payee.iban else "",
            payee.bic,
            payee.account_number,
            payee.sort_code,
            payee.country,
            payee.email,
            payee.vat_id,
            payee.vat_rate,
            payee.address,
        )
        return (
            payment.statement,
            _cell(payee.influencer),
            _cell(payee.name),
            "business" if payee.business else "person",
            str(money),
            money.currency,
            *map(_cell, words),
            batch.run,
        )


def _cell(text: str) -> str:
    return formula_safe(" ".join(harmless(text).split()))


FILE = Plain()
