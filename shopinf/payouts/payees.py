"""Payees: where the money goes, as the payees' own sheet has it; read, used, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shopinf.money import Money


@dataclass(frozen=True, slots=True)
class Payee:
    """One row of the payees' sheet, as it was written there."""

    influencer: str
    name: str = ""
    business: bool = False
    paypal: str = ""  # an e-mail or a phone number
    iban: str = ""
    bic: str = ""
    account_number: str = ""
    sort_code: str = ""
    country: str = ""  # of the bank, where an IBAN does not say it
    email: str = ""
    vat_id: str = ""
    vat_rate: str = ""
    address: str = ""

    def __repr__(self) -> str:
        """Nothing of it, so that no log and no traceback has an account number."""
        return f"<Payee {self.influencer}>"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays: the name and, for a bank's own file, the account that the money leaves."""

    name: str
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """One statement to be paid; its id stands in every file, and comes back in the rail's report."""

    statement: str
    amount: Money
    payee: Payee


@dataclass(frozen=True, slots=True)
class Batch:
    """What a file says of itself: the same for the same run, whenever it is written."""

    run: str
    made_at: datetime
    payer: Payer
    note: str = ""  # a sentence for the payees, where a rail has room for one


BUSINESS_WORDS: Mapping[str, bool] = {
    "": False,
    **dict.fromkeys(("person", "private", "individual", "privat", "personne", "persona", "persoon"), False),
    **dict.fromkeys(
        ("business", "company", "firma", "unternehmen", "entreprise", "empresa", "azienda", "bedrijf"), True
    ),
}
