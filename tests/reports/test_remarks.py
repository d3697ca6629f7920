"""What the rules say of an order or a balance is known again where somebody reads it in another language."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shopinf.attribution.buyers import rank
from shopinf.attribution.codebook import Codes, Since, TrackedCode
from shopinf.attribution.credits import MultiCode, Rules, attribute
from shopinf.attribution.decisions import Decision, Verdict, fingerprint
from shopinf.attribution.sales import Happening
from shopinf.attribution.standing import is_decision
from shopinf.letterhead import Language
from shopinf.orders import Application, Order, UsedCode
from shopinf.payouts.closing import unchanged
from shopinf.payouts.entries import Account, Entry, Kind, OrderKey, Recorded
from shopinf.payouts.statements import Action, Due, Mark, payable
from shopinf.reports.remarks import rate, remark, why_not_payable
from shopinf.reports.tongue import tongue_of

from .samples import NOW, ZONE, order

GERMAN = tongue_of(Language.DE)
CODES = Codes([TrackedCode((Since(name),), (Since(name.lower()),)) for name in ("MAYA", "LEO")], zone=ZoneInfo(ZONE))


def bought(**more: object) -> Order:
    """An order with both codes."""
    both = (Application("discount_code", code="MAYA"), Application("discount_code", code="LEO"))
    return order(1, NOW, "MAYA", Decimal(100), "EUR", **{"applications": both, **more})


def credited(made: Order, **more: Any) -> list[str]:
    """Why *made* was credited, and how it stands."""
    found = attribute(made, CODES, Rules(**{"multi_code": MultiCode.SPLIT, **more}), rank([made]).get(1))
    assert isinstance(found, list)
    return [reason for credit in found for reason in credit.reasons]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"cancelled_at": NOW},
        *({"financial_status": status} for status in ("pending", "authorized", "partially_paid", "voided", "expired")),
    ],
)
def test_every_reason_of_a_credit_is_known(more: dict[str, object]) -> None:
    said = credited(bought(**more))
    assert said
    assert [each for each in said if remark(each, GERMAN) == each] == []


@pytest.mark.parametrize("chosen", [MultiCode.LARGEST, MultiCode.SPLIT])
@pytest.mark.parametrize(("verdict", "net"), [(Verdict.NOTHING, None), (Verdict.AS_COMPUTED, None), (Verdict.NET, "5")])
def test_a_decision_is_known_whatever_else_is_said_of_the_order(
    chosen: MultiCode, verdict: Verdict, net: str | None
) -> None:
    odd = bought(used_codes=(UsedCode("SPRING"),), total_discounts=Decimal(50))
    made = Decision(1, verdict, net and Decimal(net), NOW, "ada", "Paket; leer", fingerprint(odd))  # type: ignore[arg-type]
    said = credited(odd, multi_code=chosen, decisions={1: made})
    assert [each for each in said if remark(each, GERMAN) == each] == []
    # A line of a statement has its remarks in one text, and somebody's decision is the last of them.
    last = next(place for place, each in enumerate(said) if is_decision(each))
    together = remark("; ".join(said[: last + 1]), GERMAN)
    assert together == "; ".join(remark(each, GERMAN) for each in said[: last + 1])
    assert "; ada hat am 02.07.2026 entschieden: " in together
    assert together.endswith(" (Paket; leer)")


def test_what_the_tiers_of_a_period_change_has_a_word() -> None:
    first = Entry(Kind.EARN, Account("1", "m", "EUR"), Decimal(5), NOW, OrderKey(1, 1), net=Decimal(50), rate="10%")
    assert remark(unchanged(Recorded.of([first]), NOW, 1).reason, GERMAN).startswith("die Staffel")


@pytest.mark.parametrize("happening", Happening)
def test_whatever_changed_an_order_has_a_word(happening: Happening) -> None:
    assert remark(str(happening), GERMAN) != str(happening)


def test_why_nothing_can_be_paid_is_said_in_the_readers_language() -> None:
    account = Account("1", "m", "EUR")

    def why(mark: Mark | None = None, **more: object) -> str:
        due = Due(1, account, Decimal(9), OrderKey(1, 1), **more)  # type: ignore[arg-type]
        found = payable([due], [mark] if mark else [], NOW, Decimal("1234.5"))
        return why_not_payable(found.reason, "EUR", GERMAN)

    assert why() == "unter dem Mindestbetrag von 1.234,50 EUR"
    assert why(payable_at=NOW + timedelta(days=9)) == "innerhalb der Wartefrist"
    assert why(Mark(Action.HOLD, "", NOW, OrderKey(1, 1))) == "zurückgehalten"
    assert why(Mark(Action.HOLD, "Betrug?", NOW, OrderKey(1, 1))) == "zurückgehalten: Betrug?"


def test_what_is_not_ours_stays_as_it_is() -> None:
    for text in ("Danke!", "code", "payment of a friend", "{0}", "a; b", "10 percent"):
        assert remark(text, GERMAN) == text
        assert rate(text, "EUR", GERMAN) == text


def test_a_remark_of_several_parts_is_said_part_by_part() -> None:
    assert remark("split with LEO: 1 of 2 parts; assumed", GERMAN).startswith("geteilt mit LEO: 1 von 2 Teilen; als ")
