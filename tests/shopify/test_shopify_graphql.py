"""The GraphQL door: its points, its refusals in our words, what is asked again and what never is."""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Any

import httpx
import pytest

from shopinf.discounts.combining import Applies, Combining, With
from shopinf.errors import (
    CredentialsRefused,
    CustomerDataProtected,
    LostResponse,
    NoAnswer,
    NoSuchThing,
    Refused,
    RequestRejected,
    ScopeMissing,
    ShopinfError,
    StoreFrozen,
    StoreReadOnly,
)
from shopinf.shopify.combining import Sort, combine, gid, look_up_node, read_nodes
from shopinf.shopify.points import Cost, Points
from shopinf.shopify.transport import Exchange

from .farside import CrowdClock, ScriptedWire, StillClock, in_threads, page, reply, shop_on

ORDER = Combining((With.ORDER,))


def cost(asked: float, left: float, size: float = 2000, rate: float = 100) -> dict[str, Any]:
    throttle = {"maximumAvailable": size, "currentlyAvailable": left, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": asked, "actualQueryCost": asked, "throttleStatus": throttle}}


def said(code: str, message: str = "", **extensions: Any) -> dict[str, Any]:
    """An answer that is nothing but an error."""
    return {"data": None, "errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


def changed(*complaints: dict[str, Any], left: float = 1990) -> dict[str, Any]:
    return {
        "data": {"discountCodeBasicUpdate": {"userErrors": list(complaints)}},
        "extensions": cost(10, left),
    }


def node(number: int, **combines: bool) -> dict[str, Any]:
    return {
        "id": gid(number),
        "codeDiscount": {
            "__typename": "DiscountCodeBasic",
            "combinesWith": {"orderDiscounts": False, "productDiscounts": False, "shippingDiscounts": False} | combines,
            "customerGets": {"appliesOnOneTimePurchase": True, "appliesOnSubscription": False},
        },
    }


def raised(answer: Any, *, reading: bool = False) -> ShopinfError:
    """What an answer that comes again and again is turned into."""
    shop = shop_on(ScriptedWire(answer if isinstance(answer, httpx.Response) else reply(answer)))
    with pytest.raises(ShopinfError) as found:
        if reading:
            look_up_node(shop, "MAYA15")
        else:
            combine(shop, 7, "MAYA15", ORDER, None)
    return found.value


# what goes out and what comes in


def test_a_change_is_one_post_with_the_token_and_the_operations_name() -> None:
    wire = ScriptedWire(reply(changed()))
    combine(shop_on(wire), 1057371199, "MAYA15", Combining((With.ORDER,), Applies.BOTH), None)
    [request] = wire.sent
    assert str(request.url) == "https://maya-shop.myshopify.com/admin/api/2026-10/graphql.json"
    assert request.headers["X-Shopify-Access-Token"] == "shpat_5ecret0token"
    body = json.loads(request.content)
    assert body["operationName"] == "CombineCode"
    assert body["variables"] == {
        "id": "gid://shopify/DiscountCodeNode/1057371199",
        "discount": {
            "combinesWith": {"orderDiscounts": True, "productDiscounts": False, "shippingDiscounts": False},
            "customerGets": {"appliesOnOneTimePurchase": True, "appliesOnSubscription": True},
        },
    }


def test_what_was_not_said_is_not_sent() -> None:
    wire = ScriptedWire(reply(changed()))
    combine(shop_on(wire), 7, "MAYA15", Combining(applies=Applies.SUBSCRIPTION), None)
    assert json.loads(wire.sent[0].content)["variables"]["discount"] == {
        "customerGets": {"appliesOnOneTimePurchase": False, "appliesOnSubscription": True}
    }


def test_a_code_for_free_shipping_is_changed_as_one() -> None:
    answer: dict[str, Any] = {"data": {"discountCodeFreeShippingUpdate": {"userErrors": []}}}
    wire = ScriptedWire(reply(answer))
    combine(shop_on(wire), 7, "SHIP", Combining((), Applies.ONE_TIME), Sort.FREE_SHIPPING)
    assert json.loads(wire.sent[0].content)["variables"]["discount"] == {
        "combinesWith": {"orderDiscounts": False, "productDiscounts": False, "shippingDiscounts": False},
        "appliesOnOneTimePurchase": True,
        "appliesOnSubscription": False,
    }


def test_a_rule_whose_id_the_store_does_not_know_is_found_by_its_code() -> None:
    unknown = changed({"field": ["id"], "message": "Discount does not exist", "code": None})
    found = {"data": {"codeDiscountNodeByCode": node(99)}}
    wire = ScriptedWire(reply(unknown), reply(found), reply(changed()))
    combine(shop_on(wire), 7, "MAYA15", ORDER, None)
    assert json.loads(wire.sent[2].content)["variables"]["id"] == gid(99)


def test_nodes_are_read_a_hundred_at_a_time_and_those_that_are_gone_left_out() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)["variables"]["ids"]
        assert len(ids) <= 100
        nodes = [None if each == gid(3) else node(int(each.rpartition("/")[2]), orderDiscounts=True) for each in ids]
        return reply({"data": {"nodes": nodes}})

    wire = ScriptedWire(answer)
    found = read_nodes(shop_on(wire), range(1, 251))
    assert len(wire.sent) == 3
    assert len(found) == 249
    assert found[1].combining == Combining((With.ORDER,), Applies.ONE_TIME)


def test_a_question_that_is_too_dear_is_asked_in_halves() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)["variables"]["ids"]
        if len(ids) > 30:
            words = "Query cost is 1200, which exceeds the single query max cost limit (1000)"
            return reply(said("MAX_COST_EXCEEDED", words))
        return reply({"data": {"nodes": [node(int(each.rpartition("/")[2])) for each in ids]}})

    wire = ScriptedWire(answer)
    assert len(read_nodes(shop_on(wire), range(1, 101))) == 100
    assert [len(json.loads(request.content)["variables"]["ids"]) for request in wire.sent] == [
        100,
        50,
        25,
        25,
        50,
        25,
        25,
    ]


def test_a_question_that_would_never_fit_into_the_bucket_is_asked_in_halves() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)["variables"]["ids"]
        told = {"extensions": cost(4.0 * len(ids), 100, size=100, rate=5)}
        if 4 * len(ids) > 100:
            return reply({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]} | told)
        return reply({"data": {"nodes": [node(int(each.rpartition("/")[2])) for each in ids]}} | told)

    assert len(read_nodes(shop_on(ScriptedWire(answer)), range(1, 81))) == 80


# refusals

SENTENCES: dict[str, tuple[Any, type[ShopinfError], str]] = {
    "the scope is missing": (
        said(
            "ACCESS_DENIED",
            "Access denied for discountCodeBasicUpdate field. Required access: `write_discounts` access scope.",
            requiredAccess="`write_discounts` access scope.",
        ),
        ScopeMissing,
        "maya has not granted write_discounts, which combining codes needs",
    ),
    "access is denied without a scope": (
        said("ACCESS_DENIED", "Access denied for discountCodeBasicUpdate field."),
        RequestRejected,
        "maya does not allow combining codes: Access denied for discountCodeBasicUpdate field.",
    ),
    "protected customer data": (
        said(
            "ACCESS_DENIED",
            "This app is not approved to access the Order object. See https://shopify.dev/docs/apps/"
            "launch/protected-customer-data for more details.",
        ),
        CustomerDataProtected,
        "maya's app is not approved for protected customer data",
    ),
    "too dear": (
        said("MAX_COST_EXCEEDED", "Query cost is 1001, which exceeds the single query max cost limit (1000)"),
        Refused,
        "maya finds one request for combining codes too much: Query cost is 1001, which exceeds",
    ),
    "a list that is too long": (
        said("MAX_INPUT_SIZE_EXCEEDED", "The input array size of 251 is greater than the maximum allowed of 250."),
        Refused,
        "maya finds one request for combining codes too much: The input array size of 251",
    ),
    "a field that this version does not know": (
        said("undefinedField", "Field 'combinesWith' doesn't exist on type 'DiscountCodeBasic'"),
        RequestRejected,
        "maya's API version does not know what combining codes needs: Field 'combinesWith' doesn't exist",
    ),
    "a wrong variable": (
        said(
            "INVALID_VARIABLE",
            "Variable $id of type ID! was provided invalid value",
            value="x",
            problems=[{"path": [], "explanation": "Invalid global id 'x'"}],
        ),
        Refused,
        "maya does not understand what combining codes says: Invalid global id 'x'",
    ),
    "an internal error": (
        said("INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong on our end. Request ID: 9-8"),
        LostResponse,
        "maya stumbled over combining codes, so it is not known whether the change was made: Internal error.",
    ),
    "throttled for ever": (
        said("THROTTLED", "Throttled"),
        NoAnswer,
        "maya left no room for combining codes for minutes",
    ),
    "an inactive shop": (said("SHOP_INACTIVE", "Shop is not active"), StoreFrozen, "maya is frozen or paused"),
    "something new": (said("SOMETHING_NEW", "No such luck"), Refused, "maya refused combining codes: No such luck"),
    "an error without a code": (
        {"errors": [{"message": 'Parse error on "}"'}]},
        Refused,
        "maya refused combining codes: Parse error on",
    ),
    "errors as REST says them": ({"errors": "Not for you"}, Refused, "maya refused combining codes: Not for you"),
    "a class that does not combine so": (
        changed(
            {
                "field": ["basicCodeDiscount", "combinesWith"],
                "code": "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS",
                "message": "The combinesWith settings are not valid for the discount class.",
            }
        ),
        Refused,
        "maya refused combining codes: The combinesWith settings are not valid for the discount class.",
    ),
    "a code that is not there": (
        changed({"field": ["id"], "code": "INVALID", "message": "Code discount does not exist."}),
        NoSuchThing,
        "maya says of combining codes: Code discount does not exist.",
    ),
    "a code that is taken": (
        changed({"field": ["code"], "code": "TAKEN", "message": "Code must be unique. Please try a different code."}),
        Refused,
        "maya refused combining codes: Code must be unique. Please try a different code.",
    ),
    "a percentage out of range": (
        changed({"field": ["value"], "code": "VALUE_OUTSIDE_RANGE", "message": "Value must be between 0.0 and 1.0"}),
        Refused,
        "maya refused combining codes: Value must be between 0.0 and 1.0",
    ),
    "two minimums": (
        changed({"field": None, "code": "CONFLICT", "message": "Minimum subtotal and quantity can't both be there."}),
        Refused,
        "maya refused combining codes: Minimum subtotal and quantity can't both be there.",
    ),
    "a bulk discount": (
        changed({"field": ["code"], "code": None, "message": "Cannot update the code of a bulk discount."}),
        Refused,
        "maya refused combining codes: Cannot update the code of a bulk discount.",
    ),
    "no answer to the change": ({"data": {"discountCodeBasicUpdate": None}}, LostResponse, "maya took a change, but"),
}


@pytest.mark.parametrize("case", list(SENTENCES))
def test_each_refusal_is_one_sentence_and_what_to_do_next(case: str) -> None:
    answer, kind, sentence = SENTENCES[case]
    if case == "a code that is not there":  # it is looked for by its name as well
        shop = shop_on(ScriptedWire(reply(answer), reply({"data": {"codeDiscountNodeByCode": None}})))
        with pytest.raises(NoSuchThing) as found:
            combine(shop, 7, "MAYA15", ORDER, None)
        error: ShopinfError = found.value
    else:
        error = raised(answer)
    assert type(error) is kind or (kind is Refused and isinstance(error, Refused))
    assert error.message.startswith(sentence)
    assert error.hint


def test_a_missing_scope_is_named_with_the_command_that_tells_more() -> None:
    error = raised(SENTENCES["the scope is missing"][0])
    assert isinstance(error, ScopeMissing)
    assert (error.scope, error.code) == ("write_discounts", 5)
    assert error.hint == "shopinf verify-scopes maya --feature discounts"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"errors": "[API] Invalid API key or access token"}, 401), CredentialsRefused),
        (reply({"errors": "Unavailable Shop"}, 402), StoreFrozen),
        (reply({"errors": "Not Found"}, 404), RequestRejected),
        (page("<h1>Shopify Security Rejection</h1>", 430), RequestRejected),
        (page("<h1>502</h1>", 502), LostResponse),
        (page("<h1>Log in</h1>", 200), LostResponse),
    ],
)
def test_what_the_door_itself_says_is_what_it_says_for_rest(answer: httpx.Response, kind: type[ShopinfError]) -> None:
    assert isinstance(raised(answer), kind)


def test_an_address_that_is_not_on_the_apps_list_is_named_as_a_possible_cause() -> None:
    assert "IP allowlist" in str(raised(reply({"errors": "Forbidden"}, 403)).hint)


def test_a_part_of_an_answer_is_used_and_a_note_says_what_is_missing() -> None:
    denied = said("ACCESS_DENIED", "Access denied for codeDiscount field.", requiredAccess="`read_discounts`")["errors"]
    shop = shop_on(ScriptedWire(reply({"data": {"nodes": [node(1), None]}, "errors": denied})))
    assert list(read_nodes(shop, [1, 2])) == [1]
    assert shop.notes == ["maya has not granted read_discounts, which combining codes needs"]


def test_a_change_that_was_made_counts_as_made_whatever_else_failed() -> None:
    answer = changed() | {"errors": said("INTERNAL_SERVER_ERROR")["errors"]}
    combine(shop_on(ScriptedWire(reply(answer))), 7, "MAYA15", ORDER, None)
    empty = {"data": {"discountCodeBasicUpdate": {"userErrors": None}}, "errors": None, "extensions": None}
    combine(shop_on(ScriptedWire(reply(empty))), 7, "MAYA15", ORDER, None)


def test_a_complaint_about_one_field_names_it() -> None:
    error = raised(changed({"field": "code", "message": "is odd", "code": "BLANK"}))
    assert isinstance(error, Refused)
    assert error.fields == {"code": ["is odd"]}


def test_foreign_words_come_out_without_secrets_and_control_characters() -> None:
    error = raised(said("SOMETHING_NEW", "token shpat_5ecret0token \x1b[31m is bad"))
    assert "5ecret" not in error.message
    assert "\x1b" not in error.message


# what is asked again


def test_a_question_is_asked_again_after_an_internal_error_and_a_broken_line() -> None:
    good = reply({"data": {"codeDiscountNodeByCode": node(7)}})
    for trouble in (reply(said("INTERNAL_SERVER_ERROR")), page("", 503), httpx.ReadError("cut"), page("<p>", 200)):
        wire = ScriptedWire(trouble, good)
        assert look_up_node(shop_on(wire), "MAYA15")
        assert len(wire.sent) == 2
    assert "stumbled over combining codes" in raised(said("INTERNAL_SERVER_ERROR"), reading=True).message


@pytest.mark.parametrize("trouble", [reply(said("INTERNAL_SERVER_ERROR")), httpx.ReadError("cut"), page("", 502)])
def test_a_change_whose_answer_is_lost_is_never_sent_again_by_the_door(trouble: Any) -> None:
    wire = ScriptedWire(trouble)
    with pytest.raises(LostResponse):
        combine(shop_on(wire), 7, "MAYA15", ORDER, None)
    assert len(wire.sent) == 1


def test_a_throttled_change_was_not_made_and_is_sent_again_when_there_are_points() -> None:
    clock = StillClock()
    throttled = said("THROTTLED", "Throttled") | {"extensions": cost(10, 3)}
    wire = ScriptedWire(reply(throttled), reply(changed()))
    combine(shop_on(wire, clock), 7, "MAYA15", ORDER, None)
    assert len(wire.sent) == 2
    assert sum(clock.waits) == pytest.approx(1.27, abs=0.3)  # 27 points at 100 a second, and the lag


def test_nothing_is_changed_in_a_store_that_is_only_read_but_it_is_asked() -> None:
    wire = ScriptedWire(reply({"data": {"codeDiscountNodeByCode": node(7)}}))
    shop = shop_on(wire, read_only=True)
    assert look_up_node(shop, "MAYA15")
    with pytest.raises(StoreReadOnly):
        combine(shop, 7, "MAYA15", ORDER, None)
    assert len(wire.sent) == 1


def test_a_request_is_told_with_its_name_and_the_points_and_without_its_contents() -> None:
    told: list[Exchange] = []
    combine(shop_on(ScriptedWire(reply(changed(left=1990))), talk=told.append), 7, "MAYA15", ORDER, None)
    assert "POST /admin/api/2026-10/graphql.json#CombineCode → 200" in str(told[0])
    assert told[0].bucket == "10/2000"
    assert "MAYA15" not in str(told[0])


def test_graphql_takes_nothing_from_rests_limit() -> None:
    shop = shop_on(ScriptedWire(reply(changed())))
    before = shop.bucket.room()
    combine(shop, 7, "MAYA15", ORDER, None)
    assert shop.bucket.room() == before


# points


class FarPoints:
    """Shopify's side of the points."""

    def __init__(self, clock: StillClock, size: float, rate: float, step: float = 0.0) -> None:
        self.size, self.rate, self.left = size, rate, size
        self.taken, self.refused = 0.0, 0
        self._clock, self._at, self._step = clock, clock.monotonic(), step

    def take(self, asked: float, actual: float) -> Cost | None:
        now = self._clock.monotonic()
        now = now // self._step * self._step if self._step else now
        self.left = min(self.size, self.left + self.rate * (now - self._at))
        self._at = max(now, self._at)
        if asked > self.left:
            self.refused += 1
            return None
        self.left -= actual
        self.taken += actual
        return Cost(asked, self.size, self.left, self.rate)


def one(points: Points, far: FarPoints, clock: StillClock, asked: float, actual: float, way: float = 0.0) -> None:
    ticket = points.acquire(points.price("q", 10))
    clock.wait(way)
    found = far.take(asked, actual)
    clock.wait(way)
    if found is None:
        points.throttled(ticket, None)
    else:
        points.seen(ticket, found, name="q", declared=10)


@pytest.mark.parametrize(("size", "rate"), [(2000.0, 100.0), (4000.0, 200.0), (20000.0, 1000.0)])
@pytest.mark.parametrize("step", [0.0, 1.0], ids=["steady", "each second"])
def test_eight_threads_use_all_the_points_and_are_never_throttled(size: float, rate: float, step: float) -> None:
    clock = CrowdClock(1)
    points, far = Points(clock), FarPoints(clock, size, rate, step)
    one(points, far, clock, 10, 10)
    clock._crowd = 8

    def work(seed: int) -> None:
        pace = random.Random(seed)
        try:
            while clock.monotonic() < 120:
                one(points, far, clock, 100, 90, pace.uniform(0.01, 0.2))
        finally:
            clock.leave()

    assert in_threads([partial(work, seed) for seed in range(8)]) == []
    assert far.refused == 0
    ways = 8 * 120 / 0.21 * 90  # what eight threads can ask for at all
    assert far.taken >= 0.93 * min(rate * 120 + size, ways)


def test_what_a_query_was_charged_counts_from_then_on() -> None:
    clock = StillClock()
    points = Points(clock)
    assert points.price("q", 10) == 10
    points.seen(points.acquire(10), Cost(52, 2000, 1948, 100), name="q", declared=10)
    assert points.price("q", 20) == 104
    assert points.price("other", 20) == 20


def test_a_store_that_says_nothing_of_points_is_taken_for_the_standard_plan() -> None:
    clock = StillClock()
    points = Points(clock)
    for _ in range(300):
        points.unseen(points.acquire(10), answered=True)
    assert clock.monotonic() == pytest.approx((3000 - 1980) / 100, abs=1.5)
