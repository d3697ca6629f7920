"""Text for payment files: names that a spreadsheet or a bank's reader takes for nothing but names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from shopinf.errors import BadInput
from shopinf.people.emails import is_public
from shopinf.plain import formula_safe, harmless

# What the European banks agreed on for names and remittance lines.
_OUTSIDE_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_PHONE = re.compile(r"\+?\d{7,15}")


def one_line(text: str) -> str:
    """*text* on one line, and nothing that a spreadsheet would run: signs that begin a formula are left out.

    A leading apostrophe, which guards our own sheets, would become part of the name at a bank.
    """
    plain = " ".join(harmless(text).split())
    while plain != formula_safe(plain):
        plain = plain[1:].lstrip()
    return plain


def sepa_text(text: str, longest: int) -> str:
    """*text* in the signs that every European bank takes: `Zoë Großmann` is `Zoe Grossmann`."""
    from anyascii import anyascii

    folded = " ".join(_OUTSIDE_SEPA.sub(" ", anyascii(one_line(text).replace("&", "+"))).split())
    return folded[:longest].strip()


def csv_bytes(rows: Iterable[Sequence[str]], *, quoted: bool = False) -> bytes:
    """Rows as CSV in UTF-8 with CRLF, as RFC 4180 has it."""
    made = io.StringIO(newline="")
    csv.writer(made, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\r\n").writerows(rows)
    return made.getvalue().encode()


def checked_email(text: str, what: str = "e-mail") -> str:
    """An e-mail as a rail takes it."""
    if not is_public(text):
        raise BadInput(f"{harmless(text)!r} is no {what}" if text else f"the {what} is missing")
    return text.strip()


def checked_recipient(text: str) -> str:
    """An e-mail or a phone number in the form +4915112345678."""
    phone = re.sub(r"[\s()./-]", "", text)
    if _PHONE.fullmatch(phone):
        return phone
    return checked_email(text, "e-mail or phone number")


def checked_name(text: str) -> str:
    """A name that is not empty."""
    if not (name := one_line(text)):
        raise BadInput("the name is missing")
    return name
