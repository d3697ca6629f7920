"""PayPal Payouts: a CSV without a header, `recipient, amount, currency, customer id, note, wallet`.

https://www.paypal.com/us/cshelp/article/help357 · https://developer.paypal.com/docs/payouts/
"""

from __future__ import annotations

from collections.abc import Sequence

from shopinf.errors import BadInput
from shopinf.payfiles.texts import checked_recipient, csv_bytes, one_line
from shopinf.payouts.payees import Batch, Payee, Payment

WALLET = "PAYPAL"
_WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})  # PayPal's own list; ISO 4217 gives two of them decimals


class PayPal:
    """The file of a mass payment."""

    currencies = frozenset(
        "AUD BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()
    )
    limit = 5000

    def check(self, payment: Payment) -> None:
        if not payment.payee.paypal.strip():
            raise BadInput("the e-mail or phone number at PayPal is missing")
        checked_recipient(payment.payee.paypal)
        currency = payment.amount.currency
        if currency in _WITHOUT_DECIMALS and payment.amount.amount % 1:
            raise BadInput(f"PayPal takes no decimals in {currency}, and this is {payment.amount}")

    def form(self, payee: Payee) -> str:
        return ""

    def destination(self, payee: Payee) -> tuple[str, ...]:
        return (checked_recipient(payee.paypal),)

    def write(self, payments: Sequence[Payment], batch: Batch, part: int) -> bytes:
        return csv_bytes(self._row(payment, batch) for payment in payments)

    def _row(self, payment: Payment, batch: Batch) -> Sequence[str]:
        money = payment.amount
        amount = f"{money.amount:.0f}" if money.currency in _WITHOUT_DECIMALS else str(money)
        note = one_line(batch.note) or payment.statement
        return (checked_recipient(payment.payee.paypal), amount, money.currency, payment.statement, note, WALLET)


FILE = PayPal()
