"""Bank accounts, checked by a library that knows every country's form: IBAN, its check digits, its bank."""

from __future__ import annotations

from shopinf.errors import BadInput
from shopinf.plain import harmless


def checked_iban(text: str) -> str:
    """An IBAN without spaces, with right check digits and a length and form that its country has."""
    from schwifty import IBAN
    from schwifty.exceptions import InvalidChecksumDigits, SchwiftyException

    if not text.strip():
        raise BadInput("the IBAN is missing")
    shown = harmless(text.strip())
    try:
        return str(IBAN(text))
    except InvalidChecksumDigits:
        raise BadInput(f"the IBAN {_masked(shown)} has wrong check digits: a digit is mistyped") from None
    except SchwiftyException as refused:
        raise BadInput(f"{_masked(shown)} is no IBAN: {str(refused).split(' in IBAN')[0].lower()}") from None


def checked_bic(text: str, iban: str) -> str:
    """The BIC that was given, which has to be of the IBAN's country; else the bank's own, where it is known."""
    from schwifty import BIC, IBAN
    from schwifty.exceptions import SchwiftyException

    account = IBAN(iban)
    if not text.strip():
        return str(account.bic or "")
    try:
        bic = BIC(text)
    except SchwiftyException as refused:
        raise BadInput(f"{harmless(text.strip())!r} is no BIC: {refused}") from None
    if bic.country_code != account.country_code and account.country_code not in _SHARED.get(str(bic.country_code), ()):
        raise BadInput(f"the BIC {bic} is of a bank in {bic.country_code}, the IBAN of one in {account.country_code}")
    return str(bic)


# Banks whose BIC names the country that a territory belongs to, and the other way round.
_SHARED = {
    "FR": ("MC", "GF", "GP", "MQ", "RE", "PF", "NC", "YT", "PM", "WF", "BL", "MF"),
    "MC": ("FR",),
    "GP": ("FR",),
    "MQ": ("FR",),
    "RE": ("FR",),
    "GF": ("FR",),
    "GB": ("GG", "JE", "IM", "GI"),
    "GG": ("GB",),
    "JE": ("GB",),
    "IM": ("GB",),
    "ES": ("AD",),
    "IT": ("SM", "VA"),
    "FI": ("AX",),
    "DK": ("FO", "GL"),
}


def iban_country(iban: str) -> str:
    """The country of the bank."""
    return iban[:2]


def is_sepa(iban: str) -> bool:
    """Is the bank in a country of the Single Euro Payments Area?"""
    from schwifty import IBAN

    return bool(IBAN(iban).in_sepa_zone)


def _masked(text: str) -> str:
    """Enough of an account number to find it in one's own sheet."""
    joined = "".join(text.split())
    return f"{joined[:4]}…{joined[-4:]}" if len(joined) > 8 else joined
