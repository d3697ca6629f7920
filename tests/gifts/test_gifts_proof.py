"""The dry run proves that each gift would cost nothing, where the store works out drafts for us."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .giving import HEADER, MAYA, sheet

GRAPHQL = "POST graphql.json"


def asked(shop: PracticeStore) -> int:
    return sum(path.endswith("/graphql.json") for _, path, _ in shop.requests)


def test_the_dry_run_has_the_store_work_out_each_draft(run: Bench, shop: PracticeStore, send: Any) -> None:
    done = send("--dry-run", yes=False).ok()
    assert "maya-shop worked out 2 drafts: each comes to 0.00 USD." in done.json["notes"]
    assert asked(shop) == 2
    assert (shop.writes, len(shop.drafts)) == ([], 0)


def test_a_gift_that_would_cost_something_fails_its_row(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.graph.surcharge = "4.00"
    done = send("--dry-run", yes=False)
    assert done.code == 7
    assert [row["status"] for row in done.json["rows"]] == ["failed", "failed"]
    assert done.json["rows"][0]["error"] == "its draft would come to 4.00 USD, not to nothing"
    assert shop.writes == []


def test_what_the_store_has_against_a_draft_is_told_in_its_row(run: Bench, shop: PracticeStore, send: Any) -> None:
    complaint = {"calculatedDraftOrder": None, "userErrors": [{"field": ["input"], "message": "Not to that country"}]}
    shop.faults.fail(GRAPHQL, 200, {"data": {"draftOrderCalculate": complaint}}, times=1)
    done = send("--dry-run", yes=False)
    assert done.code == 7
    assert [row["status"] for row in done.json["rows"]] == ["failed", "planned"]
    assert "Not to that country" in done.json["rows"][0]["error"]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (404, {"errors": "Not Found"}, "maya-shop has no GraphQL for us, which working out drafts needs"),
        (403, {"errors": "Forbidden"}, "maya-shop does not allow us this"),
        (502, "<h1>Bad gateway</h1>", "answered 502"),
        (
            200,
            {"errors": [{"message": "Field doesn't exist", "extensions": {"code": "undefinedField"}}]},
            "maya-shop's API version does not know what working out drafts needs",
        ),
    ],
)
def test_a_store_that_does_not_work_it_out_is_planned_as_before(
    run: Bench, shop: PracticeStore, send: Any, status: int, body: Any, why: str
) -> None:
    shop.faults.fail(GRAPHQL, status, body, times=None)
    done = send("--dry-run", yes=False).ok()
    assert [row["status"] for row in done.json["rows"]] == ["planned", "planned"]
    [note] = [note for note in done.json["notes"] if "did not work out" in note]
    assert why in note or status == 502
    assert "each is checked before it is completed" in note
    assert asked(shop) <= 5  # and the second draft is not asked about


def test_the_address_and_the_customer_are_told_as_for_the_draft_itself(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    home = {"first_name": "Zoe", "last_name": "Roe", "address1": "1 Main St", "city": "Ottawa", "zip": "K1A 0B1"}
    home |= {"country": "Canada", "country_code": "CA", "province": "Ontario", "province_code": "ON"}
    customer = shop.add_customer("zoe@x.example", default_address=home)
    done = send("--dry-run", file=sheet(tmp_path, MAYA, "zoe,zoe@x.example,,,,,,,", header=HEADER), yes=False).ok()
    assert "worked out 2 drafts" in done.err
    bodies = [call.body.decode() for call in shop.calls if call.path.endswith("/graphql.json")]
    assert any('"countryCode": "CA"' in body and '"provinceCode": "ON"' in body for body in bodies)
    assert any(f"gid://shopify/Customer/{customer['id']}" in body for body in bodies)


def test_the_sending_itself_asks_nothing_of_the_kind(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    assert asked(shop) == 0
