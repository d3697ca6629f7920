"""Money: exact, with a currency, rounded half up to the currency's own minor unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from shopinf.errors import BadInput

# ISO 4217: the currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)


_DOLLARS = frozenset("USD CAD AUD NZD SGD HKD MXN".split())
_SIGNS: Mapping[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "$": _DOLLARS,
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "zł": frozenset({"PLN"}),
    "R$": frozenset({"BRL"}),
}
_CODES = re.compile(
    r"\b(?:EUR|GBP|JPY|CNY|INR|PLN|BRL|CHF|SEK|NOK|DKK|CZK|HUF|RON|TRY|ZAR|AED|ILS|KRW|THB|USD|CAD|AUD|NZD|SGD|HKD|MXN)\b"
)


def said_currencies(text: str) -> frozenset[str]:
    """The currencies that *text* may mean by a sign or a code in it; none where it says none."""
    if found := _CODES.findall(text):
        return frozenset(found)
    sign = next((sign for sign in sorted(_SIGNS, key=len, reverse=True) if sign in text), None)
    return _SIGNS[sign] if sign else frozenset()


def digits(currency: str) -> int:
    """Decimals of *currency*: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217)."""
    return _DIGITS.get(currency, 2)


@lru_cache(maxsize=256)
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of *currency*: 0.01 for USD."""
    return Decimal(1).scaleb(-digits(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """*amount* rounded half up to the minor unit of *currency*."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of one currency; sums of two currencies are an error, never a number."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Read an amount as Shopify writes it (`"90.00"`, `"1000"`), without rounding it."""
        return cls(Decimal(amount), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> Money:
        """Money from integer minor units, as the ledger keeps it."""
        return cls(Decimal(units).scaleb(-digits(currency)), currency)

    @classmethod
    def sum(cls, parts: Iterable[Money], currency: str) -> Money:
        total = cls.zero(currency)
        for part in parts:
            total += part
        return total

    @property
    def minor(self) -> int:
        """Integer minor units: 9000 for 90.00 USD, 1000 for 1000 JPY."""
        return int(rounded(self.amount, self.currency).scaleb(digits(self.currency)))

    def rounded(self) -> Money:
        """Rounded half up to the minor unit."""
        return Money(rounded(self.amount, self.currency), self.currency)

    def share(self, rate: Decimal) -> Money:
        """*rate* of this amount (0.10 is ten per cent), rounded half up."""
        return Money(self.amount * rate, self.currency).rounded()

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added up or compared")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        """The amount alone with the currency's own number of decimals, as our outputs show money."""
        amount = rounded(self.amount, self.currency)  # with so many decimals that it is never written with an exponent
        return str(amount if amount else abs(amount))


def read_amount(text: str, currency: str) -> Money:
    """Read an amount that a person typed; more decimals than the currency has are refused, not rounded away."""
    try:
        amount = Decimal(text.strip())
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise BadInput(f"{text!r} is not an amount", hint="Write it with digits and a dot, like 5 or 12.50 or 1000.")
    if amount != rounded(amount, currency):
        raise BadInput(f"{text} has more decimals than {currency} has", hint=f"{currency} has {digits(currency)}.")
    return Money(amount, currency)
