"""What a bank says of a SEPA file: a status report (pain.002), or its statement of the account (camt.052 to camt.054).

Both repeat the end-to-end id, which is the statement's. Of a statement of the account only booked movements count: one
that took money from the account was paid, one that brought it back was returned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from shopinf.errors import BadInput


@dataclass(frozen=True, slots=True)
class Told:
    """What the bank says of one payment, in its own word for the state."""

    statement: str
    state: str
    number: int  # among those of the report
    amount: Decimal | None = None
    currency: str | None = None
    reference: str = ""
    reason: str = ""


def read_bank_report(content: bytes, name: str) -> list[Told]:
    """What a bank's message says of payments, in its order; BadInput where it is none of those that say it."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BadInput(f"{name} defines entities of its own, which no bank does", hint="Download it once more.")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as broken:
        raise BadInput(f"{name} is not whole: {broken}", hint="Download it once more.") from None
    found = [*_status_reports(root), *_movements(root)]
    if not found:
        raise BadInput(
            f"{name} says nothing of single payments",
            hint="Give the bank's status report (pain.002) or statement of the account (camt.053 or .054), or a sheet.",
        )
    return [_told(each, number) for number, each in enumerate(found, 1)]


def _told(each: dict[str, str], number: int) -> Told:
    try:
        amount = abs(Decimal(each["amount"])) if each["amount"] else None
    except InvalidOperation:
        amount = None
    currency = each["currency"].upper() or None
    return Told(each["statement"], each["state"], number, amount, currency, each["reference"], each["reason"])


def _status_reports(root: Element) -> Iterator[dict[str, str]]:
    for each in _all(root, "TxInfAndSts"):
        why = " ".join(filter(None, (_text(each, "Rsn", "Cd"), _text(each, "Rsn", "Prtry"), _text(each, "AddtlInf"))))
        yield {
            "statement": _text(each, "OrgnlEndToEndId"),
            "state": _text(each, "TxSts"),
            "reference": _text(each, "AcctSvcrRef"),
            "reason": why,
            **_money(each, "InstdAmt"),
        }


def _movements(root: Element) -> Iterator[dict[str, str]]:
    for entry in _all(root, "Ntry"):
        state = "".join(next(_all(entry, "Sts"), Element("none")).itertext()).strip()
        for each in _all(entry, "TxDtls"):
            returned = next(_all(each, "RtrInf"), None) is not None
            took = (_text(each, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "DBIT"
            booked = "paid" if took and not returned else "returned"
            yield {
                "statement": _text(each, "Refs", "EndToEndId"),
                "state": booked if state in ("BOOK", "") else "pending",
                "reference": _text(each, "Refs", "AcctSvcrRef"),
                "reason": " ".join(filter(None, (_text(each, "Rsn", "Cd"), _text(each, "AddtlInf")))),
                **_money(each, "Amt"),
            }


def _money(each: Element, tag: str) -> dict[str, str]:
    found = next((one for one in _all(each, tag) if (one.text or "").strip()), None)
    if found is None:
        return {"amount": "", "currency": ""}
    return {"amount": (found.text or "").strip(), "currency": found.get("Ccy", "")}


def _text(each: Element, *path: str) -> str:
    """The text of the first element that is reached by these names, whatever version's namespace they are of."""
    places = [each]
    for tag in path:
        places = [found for place in places for found in _all(place, tag)]
    return (places[0].text or "").strip() if places else ""


def _all(each: Element, tag: str) -> Iterator[Element]:
    return (found for found in each.iter() if found.tag.rpartition("}")[2] == tag)
