"""A record that cannot be read costs none of the others: customers, products, price rules and drafts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench, PracticeWire
from customerbench import enrich, found, people, write
from gifts.giving import sent as gifts_sent
from gifts.giving import sheet as gift_sheet
from middleman import Middleman

from shopinf.practice import PracticeStore

Json = dict[str, Any]


def twist(run: Bench, key: str, odd: int, **fields: Any) -> Callable[[], None]:
    """Have somebody in between give these fields to one record; what is returned sends him away."""
    honest = run.wire
    run.wire = Middleman(honest, lambda record: record.update(fields) if record["id"] == odd else None, key)

    def away() -> None:
        run.wire = honest

    return away


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    shop = run.open(orders=40, customers=12, throttle=False)
    run.connect(shop).ok()
    return shop


@pytest.fixture
def sheet(store: PracticeStore, tmp_path: Path) -> str:
    one, other = people(store)[3:5]
    rows = [{"email": each["email"], "handle": f"@{each['first_name']}", "platform": "IG"} for each in (one, other)]
    return str(write(tmp_path / "known.csv", rows))


def test_a_customer_that_cannot_be_read_is_named_without_anything_personal(
    run: Bench, store: PracticeStore, sheet: str
) -> None:
    one, other = people(store)[3:5]
    away = twist(run, "customers", one["id"], orders_count="many")
    ran = enrich(run, "--source", f"csv:{sheet}")
    assert ran.code == 7
    assert set(found(ran)) == {other["email"]}
    assert ran.json["failures"] == [
        {
            "store": "maya-shop",
            "what": f"customer id {one['id']}",
            "error": "cannot be read (at orders_count)",
            "code": 6,
        }
    ]
    away()
    run.clock.pass_(days=2)
    ran = enrich(run, "--source", f"csv:{sheet}").ok()  # only who changed is read, and who could not be
    assert set(found(ran)) >= {one["email"]}
    assert ran.json["failures"] == []
    assert run.look("SELECT * FROM unread") == []


def test_a_customer_with_odd_ends_is_read(run: Bench, store: PracticeStore, sheet: str) -> None:
    one = people(store)[3]
    twist(run, "customers", one["id"], total_spent="1,234.50", email_marketing_consent=[], tags=[], created_at="")
    ran = enrich(run, "--source", f"csv:{sheet}").ok()
    assert len(found(ran)) == 2


def test_a_product_that_cannot_be_read_is_named_and_stays_as_it_was_known(run: Bench, shop: PracticeStore) -> None:
    run("products", "import").ok()
    known = len(run("products", "list", "-f", "json").ok().json["rows"])
    odd = next(iter(shop.products))
    away = twist(run, "products", odd, variants=[{"id": 1, "price": "a lot"}])
    ran = run("products", "import", "--full", "-f", "json")
    assert ran.code == 7
    (failure,) = ran.json["failures"]
    assert (failure["what"].endswith(f"(id {odd})"), failure["error"]) == (True, "cannot be read (at variants.0.price)")
    assert ran.json["rows"][0]["removed"] == 0
    assert len(run("products", "list", "-f", "json").ok().json["rows"]) == known
    assert run("products", "import").code == 7  # asked for again, although nothing changed
    away()
    run("products", "import").ok()
    assert run.look("SELECT * FROM unread") == []


def test_a_product_without_variants_is_a_product(run: Bench, shop: PracticeStore) -> None:
    twist(run, "products", next(iter(shop.products)), variants={}, images={}, published_at="")
    run("products", "import").ok()


@pytest.mark.parametrize("many", [False, True], ids=["looked up", "listed"])
def test_a_price_rule_that_cannot_be_read_fails_its_own_codes_only(
    run: Bench, shop: PracticeStore, tmp_path: Path, many: bool
) -> None:
    names = [f"CODE{number}" for number in range(14 if many else 2)]
    for number, name in enumerate(names):
        rule = shop.add_rule("Partners" if number else name)
        shop.codes[name] = rule["id"]
    odd = shop.codes[names[0]]
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer\n" + "".join(f"{name},{name}\n" for name in names))
    run.wire = _Spoilt(run, odd)
    ran = run("discounts", "import", str(sheet), "-f", "json")
    assert ran.code == 7
    fates = {row["code"]: row["status"] for row in ran.json["rows"]}
    assert fates[names[1]] == "active"
    assert "price rule" in str(ran.json["failures"])
    assert [each["what"] for each in ran.json["failures"]] == [names[0]]


@pytest.fixture
def gifts(run: Bench, shop: PracticeStore, tmp_path: Path) -> list[Json]:
    """The orders of two gifts, whose parcels are on their way."""
    number = str(next(iter(shop.products.values()))["variants"][0]["id"])
    send = ("gifts", "send", "--campaign", "spring", "--sheet", gift_sheet(tmp_path), "--variant", number, "--yes")
    run(*send).ok()
    orders = gifts_sent(shop)
    for order in orders:
        shop.ship(order["id"], shipment_status="in_transit")
    return orders


def test_a_parcel_that_cannot_be_read_is_named_and_the_others_are_followed(
    run: Bench, shop: PracticeStore, gifts: list[Json]
) -> None:
    odd, other = gifts
    away = twist(run, "orders", odd["id"], fulfillments=[{"id": "first", "status": "success"}])
    ran = run("gifts", "status", "-f", "json")
    assert ran.code == 7
    assert {row["order_id"]: row["status"] for row in ran.json["rows"]} == {
        odd["id"]: "ordered",
        other["id"]: "shipped",
    }
    (failure,) = ran.json["failures"]
    assert failure["what"] == f"order {odd['name']} (id {odd['id']})"
    assert failure["error"] == "cannot be read (at fulfillments.0.id)"
    away()
    assert {row["status"] for row in run("gifts", "status", "-f", "json").ok().json["rows"]} == {"shipped"}


@pytest.mark.parametrize(
    "odd", [{"completed_at": "soon"}, {"note_attributes": "gift"}, {"line_items": [{"price": "a lot"}]}, {"tags": 5}]
)
def test_another_draft_that_cannot_be_read_keeps_no_gift_back(
    run: Bench, shop: PracticeStore, gifts: list[Json], tmp_path: Path, odd: Json
) -> None:
    number = str(next(iter(shop.products.values()))["variants"][0]["id"])
    strange = next(iter(shop.drafts))
    twist(run, "draft_orders", strange, **odd)
    again = ("gifts", "send", "--campaign", "summer", "--sheet", gift_sheet(tmp_path), "--variant", number, "--yes")
    run(*again).ok()
    assert len(gifts_sent(shop)) == 4


class _Spoilt(PracticeWire):
    """The practice wire, on which a price rule has a value in words, in the list and by itself."""

    def __init__(self, run: Bench, odd: int) -> None:
        super().__init__()
        self.odd = odd
        self.listed = Middleman(
            run.wire, lambda rule: rule.update(value="ten") if rule["id"] == odd else None, "price_rules"
        )

    def send(self, request: httpx.Request) -> httpx.Response:
        answer = self.listed.send(request)
        if not request.url.path.endswith(f"/price_rules/{self.odd}.json"):
            return answer
        answer.read()
        return httpx.Response(200, json={"price_rule": answer.json()["price_rule"] | {"value": "ten"}}, request=request)
