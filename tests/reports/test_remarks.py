"""What the rules say of an order or a balance is known again where somebody reads it in another language."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shopinf.attribution.buyers import rank
from shopinf.attribution.codebook import Codes, Since, TrackedCode
from shopinf.attribution.credits import MultiCode, Rules, attribute
from shopinf.attribution.sales import Happening
from shopinf.letterhead import Language
from shopinf.orders import Application, Order
from shopinf.payouts.entries import Account, OrderKey
from shopinf.payouts.statements import Action, Due, Mark, payable
from shopinf.reports.remarks import rate, remark, why_not_payable
from shopinf.reports.tongue import tongue_of

from .samples import NOW, ZONE, order

GERMAN = tongue_of(Language.DE)
CODES = Codes([TrackedCode((Since(name),), (Since(name.lower()),)) for name in ("MAYA", "LEO")], zone=ZoneInfo(ZONE))


def credited(**more: object) -> list[str]:
    """Why an order with both codes was credited, and how it stands."""
    both = (Application("discount_code", code="MAYA"), Application("discount_code", code="LEO"))
    made: Order = order(1, NOW, "MAYA", Decimal(100), "EUR", **{"applications": both, **more})
    found = attribute(made, CODES, Rules(multi_code=MultiCode.SPLIT), rank([made]).get(1))
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
    said = credited(**more)
    assert said
    assert [each for each in said if remark(each, GERMAN) == each] == []


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
    assert why(payable_at=NOW + timedelta(days=9)) == "innerhalb der Haltefrist"
    assert why(Mark(Action.HOLD, "", NOW, OrderKey(1, 1))) == "zurückgehalten"
    assert why(Mark(Action.HOLD, "Betrug?", NOW, OrderKey(1, 1))) == "zurückgehalten: Betrug?"


def test_what_is_not_ours_stays_as_it_is() -> None:
    for text in ("Danke!", "code", "payment of a friend", "{0}", "a; b", "10 percent"):
        assert remark(text, GERMAN) == text
        assert rate(text, "EUR", GERMAN) == text


def test_a_remark_of_several_parts_is_said_part_by_part() -> None:
    assert remark("split with LEO: 1 of 2 parts; assumed", GERMAN).startswith("geteilt mit LEO: 1 von 2 Teilen; als ")
