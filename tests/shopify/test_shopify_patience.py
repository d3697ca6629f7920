"""Patience: what is repeated, what is not, how long it waits and when it ends."""

from __future__ import annotations

import gzip

import httpx
import pytest

from shopinf.errors import LostResponse, NoAnswer, ShopinfError, Stopped, StoreReadOnly
from shopinf.shopify.transport import Exchange

from .farside import API, BASE, HOST, TOKEN, Breaking, ScriptedWire, StillClock, limit, page, reply, shop_on

PASSING = [408, 500, 502, 503, 504, 520, 522, 530]
BROKEN = [
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("dropped"),
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
]
FINE = {"shop": {"id": 1}}


@pytest.mark.parametrize("status", PASSING)
def test_a_read_is_repeated_after_a_passing_status(status: int) -> None:
    clock, wire = StillClock(), ScriptedWire(page("<h1>Bad gateway</h1>", status), reply(FINE))
    assert shop_on(wire, clock).get("shop.json") == FINE
    assert len(wire.sent) == 2
    assert clock.waits


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
def test_a_read_is_repeated_after_a_broken_connection(error: Exception) -> None:
    wire = ScriptedWire(error, error, reply(FINE))
    assert shop_on(wire).get("shop.json") == FINE
    assert len(wire.sent) == 3


def test_a_read_is_repeated_when_its_body_breaks_off() -> None:
    broken = httpx.Response(200, stream=Breaking(b'{"shop":', httpx.RemoteProtocolError("incomplete")))
    assert shop_on(ScriptedWire(broken, reply(FINE))).get("shop.json") == FINE


@pytest.mark.parametrize("body", [b'{"shop": {"id": 1', b"\x1f\x8bbroken"], ids=["cut", "bad-gzip"])
def test_a_read_is_repeated_when_its_body_is_broken(body: bytes) -> None:
    headers = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f") else {}
    broken = httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))
    assert shop_on(ScriptedWire(broken, reply(FINE))).get("shop.json") == FINE


def test_a_compressed_answer_is_read() -> None:
    body = gzip.compress(b'{"shop": {"id": 1}}')
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(body))
    assert shop_on(ScriptedWire(answer)).get("shop.json") == FINE


def test_a_read_ends_after_five_tries() -> None:
    clock, wire = StillClock(), ScriptedWire(page("down", 503))
    with pytest.raises(NoAnswer, match="503"):
        shop_on(wire, clock).get("shop.json")
    assert len(wire.sent) == 5
    assert 3 < sum(clock.waits) < 20


def test_a_read_ends_after_two_minutes_whatever_the_tries() -> None:
    clock = StillClock()

    def slow(request: httpx.Request) -> httpx.Response:
        allowed = request.extensions["timeout"]["read"]
        clock.pass_(allowed)
        raise httpx.ReadTimeout("slow", request=request)

    wire = ScriptedWire(slow)
    with pytest.raises(NoAnswer, match="30 seconds"):
        shop_on(wire, clock).get("shop.json")
    assert clock.monotonic() <= 120
    assert len(wire.sent) == 4


def test_a_body_that_trickles_without_end_is_given_up() -> None:
    clock = StillClock()

    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> object:  # type: ignore[override]
            while True:
                clock.pass_(20)
                yield b" "

    with pytest.raises(NoAnswer):
        shop_on(ScriptedWire(lambda request: httpx.Response(200, stream=Trickle())), clock).get("shop.json")
    assert clock.monotonic() <= 160


def test_an_answer_too_large_to_be_one_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopinf.shopify.transport.LARGEST", 10)
    wire = ScriptedWire(reply(FINE))
    with pytest.raises(NoAnswer, match="more than"):
        shop_on(wire).get("shop.json")
    assert len(wire.sent) == 1


def test_retry_after_is_obeyed_to_the_tenth() -> None:
    clock = StillClock()
    wire = ScriptedWire(reply({"errors": "Exceeded"}, 429, Retry_After="2.5"), reply(FINE, **limit(1)))
    assert shop_on(wire, clock).get("shop.json") == FINE
    assert clock.monotonic() >= 2.5


@pytest.mark.parametrize("told", ["soon", "-1", "nan", "inf", "1e9"])
def test_a_retry_after_without_sense_neither_hurries_nor_hangs(told: str) -> None:
    clock = StillClock()
    wire = ScriptedWire(reply({}, 429, Retry_After=told), reply(FINE))
    assert shop_on(wire, clock).get("shop.json") == FINE
    assert clock.monotonic() <= 61


@pytest.mark.parametrize("headers", [{}, limit(40)], ids=["no-header", "full"])
def test_an_endless_429_ends(headers: dict[str, str]) -> None:
    wire = ScriptedWire(lambda request: reply({"errors": "Exceeded 2 calls"}, 429, Retry_After="2.0", **headers))
    with pytest.raises(NoAnswer, match="throttling"):
        shop_on(wire).get("shop.json")
    assert len(wire.sent) == 5


def test_a_throttled_kind_of_record_holds_up_its_own_call_only() -> None:
    clock = StillClock()
    wire = ScriptedWire(reply({}, 429, Retry_After="3.0", **limit(5)), reply({"draft_order": {}}, 201, **limit(6)))
    shop = shop_on(wire, clock)
    shop.post("draft_orders.json", {"draft_order": {}})
    assert clock.waits == [3.0]
    assert shop.bucket.waited == 0
    assert shop.bucket.leak == 2.0


def test_five_drafts_a_minute_are_outlasted() -> None:
    clock = StillClock()

    def trial(request: httpx.Request) -> httpx.Response:
        if clock.monotonic() < 60:
            return reply({"errors": "Exceeded"}, 429, Retry_After="2.0", **limit(3))
        return reply({"draft_order": {"id": 1}}, 201, **limit(3))

    assert shop_on(ScriptedWire(trial), clock).post("draft_orders.json", {}) == {"draft_order": {"id": 1}}


@pytest.mark.parametrize("verb", ["post", "put"])
def test_a_write_is_repeated_after_a_429(verb: str) -> None:
    wire = ScriptedWire(reply({}, 429, Retry_After="1.0"), reply({"ok": 1}, 201))
    assert getattr(shop_on(wire), verb)("price_rules.json", {"price_rule": {}}) == {"ok": 1}
    assert wire.sent[0].content == wire.sent[1].content == b'{"price_rule": {}}'


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no"), httpx.ProxyError("407")],
    ids=lambda error: type(error).__name__,
)
def test_a_write_is_repeated_when_surely_no_connection_was_made(error: Exception) -> None:
    wire = ScriptedWire(error, reply({"ok": 1}, 201))
    assert shop_on(wire).post("price_rules.json", {}) == {"ok": 1}


def test_a_write_that_never_got_a_connection_is_no_lost_one() -> None:
    with pytest.raises(NoAnswer) as caught:
        shop_on(ScriptedWire(httpx.ConnectError("refused"))).post("price_rules.json", {})
    assert not isinstance(caught.value, LostResponse)


LOST = [
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("broken pipe"),
    httpx.RemoteProtocolError("dropped"),
    *(page("oops", status) for status in PASSING),
    lambda request: httpx.Response(201, stream=Breaking(b'{"pri', httpx.RemoteProtocolError("incomplete"))),
    httpx.Response(201, content=b'{"price_rule": {"id": 1'),
]


@pytest.mark.parametrize("outcome", LOST)
@pytest.mark.parametrize("verb", ["post", "put"])
def test_a_write_whose_answer_is_lost_is_never_repeated(verb: str, outcome: httpx.Response | Exception) -> None:
    wire = ScriptedWire(outcome)
    with pytest.raises(LostResponse):
        getattr(shop_on(wire), verb)("price_rules.json", {})
    assert len(wire.sent) == 1


@pytest.mark.parametrize("outcome", [httpx.ReadTimeout("slow"), page("oops", 502)])
def test_an_idempotent_write_is_repeated_and_lost_only_in_the_end(outcome: httpx.Response | Exception) -> None:
    wire = ScriptedWire(outcome, reply({"customer": {"id": 1}}))
    assert shop_on(wire).put("customers/1.json", {}, idempotent=True) == {"customer": {"id": 1}}
    endless = ScriptedWire(outcome)
    with pytest.raises(LostResponse):
        shop_on(endless).put("customers/1.json", {}, idempotent=True)
    assert len(endless.sent) == 5


def test_a_deletion_is_repeated_and_what_is_gone_counts_as_deleted() -> None:
    wire = ScriptedWire(httpx.ReadTimeout("slow"), reply({"errors": "Not Found"}, 404))
    assert shop_on(wire).delete("price_rules/1.json") is None
    assert wire.lines == [f"DELETE {API}/price_rules/1.json"] * 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 406, 422, 423, 430, 501])
def test_what_will_not_change_is_asked_once(status: int) -> None:
    wire = ScriptedWire(reply({"errors": "no"}, status))
    with pytest.raises(ShopinfError):
        shop_on(wire).get("orders.json")
    assert len(wire.sent) == 1


def test_a_distrusted_certificate_is_said_at_once_with_the_way_out() -> None:
    wire = ScriptedWire(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"))
    with pytest.raises(NoAnswer, match="certificate") as caught:
        shop_on(wire).get("shop.json")
    assert "SSL_CERT_FILE" in str(caught.value.hint)
    assert len(wire.sent) == 1


def test_a_connection_that_breaks_while_the_run_is_stopped_is_the_stop() -> None:
    clock = StillClock()

    def stopping(request: httpx.Request) -> httpx.Response:
        clock.stop.set()
        raise httpx.ReadError("closed", request=request)

    with pytest.raises(Stopped):
        shop_on(ScriptedWire(stopping), clock).post("price_rules.json", {})


def test_a_store_to_be_read_only_is_never_written_to() -> None:
    wire = ScriptedWire(reply({}))
    shop = shop_on(wire, read_only=True)
    for write in (
        lambda: shop.post("price_rules.json", {}),
        lambda: shop.put("customers/1.json", {}),
        lambda: shop.delete("price_rules/1.json"),
        lambda: shop.answer("POST", "draft_orders.json", {}),
    ):
        with pytest.raises(StoreReadOnly):
            write()
    assert wire.sent == []
    assert shop.get("shop.json") == {}


def test_calls_are_paced_by_the_header_from_one_answer_to_the_next() -> None:
    clock = StillClock()
    shop = shop_on(ScriptedWire(lambda request: reply(FINE, **limit(38))), clock)
    shop.get("shop.json")
    assert clock.monotonic() == 0
    shop.get("shop.json")
    assert clock.monotonic() > 0
    assert shop.bucket.waited == clock.monotonic()


def test_each_exchange_is_told_without_secrets_query_values_or_bodies() -> None:
    told: list[Exchange] = []
    answer = reply({"customers": [{"email": "maya@example.com"}]}, X_Request_Id="7f3a", **limit(32))
    shop = shop_on(ScriptedWire(page("down", 502), answer), talk=told.append)
    shop.get("customers/search.json", query="email:maya@example.com", limit=50)
    assert [exchange.status for exchange in told] == [502, 200]
    assert told[1].path == "/admin/api/2026-07/customers/search.json?query=…&limit=50"
    assert (told[1].method, told[1].request_id, told[1].bucket, told[1].store) == ("GET", "7f3a", "32/40", "maya")
    assert "maya@example.com" not in repr(told) + "".join(map(str, told))
    assert TOKEN not in repr(told)


def test_a_call_without_an_answer_is_told_as_well() -> None:
    told: list[Exchange] = []
    with pytest.raises(NoAnswer):
        shop_on(ScriptedWire(httpx.ReadTimeout("slow")), talk=told.append).get("shop.json")
    assert [exchange.status for exchange in told] == [None] * 5


def test_a_deprecated_endpoint_is_noted_once_however_many_ids() -> None:
    wire = ScriptedWire(lambda request: reply({"ok": 1}, X_Shopify_API_Deprecated_Reason="https://shopify.dev/gone"))
    shop = shop_on(wire)
    for path in ("price_rules/1.json", "price_rules/2.json", "price_rules/2/discount_codes.json"):
        shop.get(path)
    assert shop.notes == [
        "Shopify marks GET price_rules/{id}.json as deprecated: https://shopify.dev/gone",
        "Shopify marks GET price_rules/{id}/discount_codes.json as deprecated: https://shopify.dev/gone",
    ]


def test_a_version_fallen_forward_is_noted() -> None:
    shop = shop_on(ScriptedWire(lambda request: reply(FINE, X_Shopify_API_Version="2026-10")))
    shop.get("shop.json")
    shop.get("/admin/oauth/access_scopes.json")
    assert shop.notes == ["maya answered with API version 2026-10 instead of 2026-07"]


def test_the_token_is_in_no_text_that_an_error_or_an_object_can_show() -> None:
    wire = ScriptedWire(httpx.ReadTimeout("slow"))
    shop = shop_on(wire)
    with pytest.raises(NoAnswer) as caught:
        shop.get("shop.json")
    chain: BaseException | None = caught.value
    shown = repr(shop) + repr(shop.access)
    while chain is not None:
        shown += repr(chain) + str(chain)
        chain = chain.__cause__
    assert wire.sent[0].headers["X-Shopify-Access-Token"] == TOKEN
    assert TOKEN not in shown
    assert HOST in BASE
