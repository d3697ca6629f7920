"""What an account's entries say of themselves, for those who are paid: our own words in their language.

The ledger keeps a remark as the text that it was when it was written. Those of ours are known by their form; what a
person wrote as a reason is theirs, and stays as it is.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from shopinf.attribution.commissions import Commission
from shopinf.errors import BadInput
from shopinf.money import Money
from shopinf.payouts.rates import TierMode, Tiers, read_rate
from shopinf.reports.tongue import Tongue

_FORMS = {
    "self_referral": r"self_referral",
    "assumed": r"assumed",
    "cancelled": r"cancelled|cancellation",
    "sale": r"sale",
    "refund": r"refund",
    "edit": r"edit",
    "decision": r"decision",
    "tiers": r"the tiers of its period changed",
    "split": r"split with (?P<codes>.+): (?P<share>\d+) of (?P<all>\d+) parts",
    "code": r"code (?P<code>\S+)",
    "link": r"link (?P<code>\S+)",
    "before": r"chosen before (?P<codes>.+)",
    "no_rate": r"no commission rate",
    "payment_pending": r"payment pending",
    "payment_authorized": r"payment authorized",
    "payment_partially_paid": r"payment partially_paid",
    "payment_voided": r"payment voided",
    "payment_expired": r"payment expired",
    "inside_hold": r"inside the hold days",
    "on_hold": r"on hold",
    "on_hold_why": r"on hold: (?P<why>.+)",
}
_KNOWN = {key: re.compile(form) for key, form in _FORMS.items()}
_DECIDED = re.compile(
    r"(?:(?P<before>.+?); )??(?P<who>[^;]+) decided on (?P<day>\d{4}-\d\d-\d\d): "
    r"(?P<what>net sales of (?P<net>-?[\d.]+) (?P<currency>[A-Z]{3})|as computed|nothing) \((?P<why>.+)\)",
    re.DOTALL,
)


def remark(text: str, tongue: Tongue) -> str:
    """A remark as its reader has it."""
    if found := _DECIDED.fullmatch(text):
        # Whatever somebody gave as a reason stays whole; what stands before it are parts like any others.
        before = [remark(found["before"], tongue)] if found["before"] else []
        return "; ".join([*before, _decided(found, tongue)])
    return "; ".join(_one(part, tongue) for part in text.split("; "))


def _decided(found: re.Match[str], tongue: Tongue) -> str:
    """Who looked at an order, when, and what was decided."""
    what = {"as computed": "as_computed", "nothing": "nothing"}.get(found["what"], "net")
    net = tongue.money(Money(Decimal(found["net"]), found["currency"])) if found["net"] else ""
    decision = tongue.say(f"remark.decided_{what}", net=net)
    day = date.fromisoformat(found["day"])
    return tongue.say("remark.decided", who=found["who"], day=day, decision=decision, why=found["why"])


def _one(part: str, tongue: Tongue) -> str:
    for key, form in _KNOWN.items():
        if found := form.fullmatch(part):
            return tongue.say(f"remark.{key}", **found.groupdict())
    return part


def why_not_payable(text: str, currency: str, tongue: Tongue) -> str:
    """Why nothing of a statement can be paid yet."""
    said = []
    for part in text.split("; "):
        least = re.fullmatch(r"below the minimum of ([\d.]+)", part)
        money = least and tongue.money(Money(Decimal(least[1]), currency))
        said.append(tongue.say("remark.below_minimum", amount=money) if money else _one(part, tongue))
    return "; ".join(said)


def rate(text: str, currency: str, tongue: Tongue) -> str:
    """The rate that an order was credited by, or the several that its parts were."""
    try:
        return tongue.listed([_rate(read_rate(each), currency, tongue) for each in text.split(" and ")])
    except BadInput:
        return text


def _rate(found: object, currency: str, tongue: Tongue) -> str:
    match found:
        case Commission(percent=Decimal() as percent):
            return tongue.percent(percent)
        case Commission(flat=Decimal() as flat, pro_rata=pro_rata):
            amount = tongue.amount(Money(flat, currency))
            return tongue.say("rate.pro_rata", amount=amount) if pro_rata else amount
        case Tiers(steps=steps, mode=mode):
            (_, first), *others = steps
            parts = [
                tongue.percent(first),
                *(
                    tongue.say("rate.from", amount=tongue.count(start), percent=tongue.percent(percent))
                    for start, percent in others
                ),
            ]
            return tongue.say("rate.whole" if mode is TierMode.WHOLE else "rate.marginal", steps="; ".join(parts))
        case _:
            return str(found)
