"""The ledger keeps the facts of orders, and of the people who made them nothing that can be read."""

from __future__ import annotations

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import goods

pytestmark = pytest.mark.both_engines


def test_the_ledger_holds_no_names_emails_phones_or_addresses_of_buyers(run: Bench, shop: PracticeStore) -> None:
    buyer = shop.add_customer(
        "Ann.Kowalczyk+shop@Gmail.com", first_name="Annabel", last_name="Kowalczyk-Ortiz", phone="+447700900123"
    )
    order = shop.sell(
        customer=buyer,
        lines=goods(shop, "60.00"),
        manual=[("Sorry Annabel, for the delay", 10)],
        landing_site="/discount/ANY?utm_source=x",
        tags="vip, annabel@gmail.com",
        note="Ring at Kowalczyk",
    )
    run("orders", "sync").ok()
    home = order["shipping_address"]
    personal = ["Kowalczyk", "Annabel", "gmail.com", "7700900123", home["address1"], home["zip"]]
    kept = run.kept().lower()
    assert len(run.look("SELECT * FROM order_facts")) == 1
    for text in personal:
        assert text.lower() not in kept, text


def test_orders_of_one_person_are_known_by_the_folded_email(run: Bench, shop: PracticeStore) -> None:
    for email in ("ann.ek@gmail.com", "AnnEk+shop@googlemail.com"):
        shop.sell(customer=email)
    shop.sell(customer="ann.ek@mail.example")
    run("orders", "sync").ok()
    assert len(run.look("SELECT DISTINCT email_key FROM orders")) == 2


def test_an_order_without_code_or_link_leaves_only_a_skeleton(run: Bench, shop: PracticeStore) -> None:
    shop.sell(landing_site="/collections/all")
    shop.sell(landing_site="/?ref=maya")
    shop.sell(landing_site="/discount/OLDCODE")
    run("orders", "sync").ok()
    assert run.look("SELECT count(*) FROM orders") == [(3,)]
    assert run.look("SELECT count(*) FROM order_facts") == [(2,)]


def test_withheld_personal_data_is_no_obstacle(run: Bench, shop: PracticeStore) -> None:
    shop.sell(landing_site="/?ref=maya")
    shop.faults.redact = "missing"
    run("orders", "sync").ok()
    assert run.look("SELECT email_key FROM orders") == [(None,)]
