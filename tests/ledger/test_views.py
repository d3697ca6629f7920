"""The ledger's views: what tools that read databases find in it, the same on both engines."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bench import Bench
from sqlalchemy import inspect

from shopinf.ledger import viewsteps
from shopinf.money import digits
from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

COLUMNS = {
    "v_version": "version",
    "v_stores": "shop_id store domain currency timezone synced_at complete_from orders",
    "v_codes": "shop_id code_id code campaign influencer slot state origin made_at",
    "v_orders": "shop_id order_id order_name created_at processed_at updated_at cancelled_at financial_status test "
    "gift currency",
    "v_credits": "shop_id order_id order_name processed_at influencer code campaign slot method currency gross_sales "
    "discounts included_tax returns net_sales commission rate share customer_type status",
    "v_gifts": "shop_id gift_id campaign influencer slot state currency retail_value draft_order_id order_id made_at "
    "completed_at fulfillment_status shipment_status delivered",
    "v_statements": "statement_id payer influencer currency period_from period_to opening earned adjustments paid "
    "closing held payable payable_on",
    "v_entries": "entry_id statement_id payer influencer currency kind amount shop_id order_id order_name code "
    "net_sales rate customer_type payable_at happened_at recorded_at payment_id",
}


@pytest.fixture
def sold(run: Bench, shop: PracticeStore, tmp_path: Path) -> PracticeStore:
    """Two influencers' orders of a month, paid, refunded, cancelled and waiting, reported on and closed."""
    sheet = tmp_path / "codes.csv"
    sheet.write_text("code,influencer,email\nMIA10,mia,mia@example.com\nLEO10,leo,leo@example.com\n")
    options = ("--campaign", "q4", "--sheet", str(sheet), "--percent", "10", "--commission", "12.5%", "--yes")
    run("discounts", "create", *options).ok()
    product = next(iter(shop.products.values()))
    variant = product["variants"][0]["id"]
    for day, code in ((3, "MIA10"), (4, "MIA10"), (5, "LEO10"), (9, "LEO10"), (11, "MIA10")):
        wishes = {"at": f"2026-10-{day:02}T10:00:00Z", "customer": f"buyer{day}@example.com", "force": True}
        order = shop.sell(code, lines=[(variant, day, "19.99")], **wishes)
        if day == 4:
            shop.refund(order["id"], [(order["line_items"][0]["id"], 1)], at="2026-10-20T10:00:00Z")
        if day == 9:
            shop.cancel(order["id"], at="2026-10-21T10:00:00Z")
    return shop


def rows(run: Bench, query: str) -> list[tuple[Any, ...]]:
    """What a tool reads, numbers as it would show them."""
    return [tuple(round(float(v), 2) if isinstance(v, (float, Decimal)) else v for v in row) for row in run.look(query)]


def test_every_view_has_the_columns_that_it_promises(run: Bench, shop: PracticeStore) -> None:
    with closing(run.ledger()) as ledger, ledger.database.reading() as db:
        made = inspect(db)
        found = {name: " ".join(c["name"] for c in made.get_columns(name)) for name in made.get_view_names()}
    assert found == COLUMNS
    assert run.look("SELECT version FROM v_version") == [(viewsteps.VERSION,)]


def test_the_views_add_up_to_what_the_report_says(run: Bench, sold: PracticeStore) -> None:
    report = run("orders", "attribute", "--period", "2026-10", "-f", "json").ok().json
    [total] = report["totals"]
    figures = "gross_sales", "discounts", "returns", "net_sales", "commission"
    wanted = [tuple(round(float(total[name]), 2) for name in figures)]
    sums = ", ".join(f"sum({name})" for name in figures)
    assert total["net_sales"] != "0.00"
    assert rows(run, f"SELECT {sums} FROM v_credits WHERE status <> 'needs_review'") == wanted
    # People are a join that an administrator may grant.
    joined = "SELECT i.influencer, sum(net_sales) FROM v_credits c JOIN influencers i ON i.id = c.influencer"
    by_name = {row["influencer"]: round(float(row["net_sales"]), 2) for row in report["rows"]}
    assert dict(rows(run, f"{joined} GROUP BY i.influencer")) == by_name
    assert rows(run, "SELECT sum(orders), min(store) FROM v_stores") == [(5, "maya-shop")]


def test_a_sync_with_credits_fills_the_view_of_credits(run: Bench, sold: PracticeStore) -> None:
    run("orders", "sync").ok()
    assert run.look("SELECT count(*) FROM v_credits") == [(0,)]
    run("orders", "sync", "--credits").ok()
    statuses = run.look("SELECT status, count(*) FROM v_credits GROUP BY status ORDER BY status")
    assert statuses == [("approved", 4), ("reversed", 1)]
    sold.sell("MIA10", customer="late@example.com", force=True)
    run("orders", "sync", "--credits").ok()
    assert run.look("SELECT count(*) FROM v_credits") == [(6,)]


def test_the_views_name_nobody(run: Bench, sold: PracticeStore) -> None:
    run("orders", "attribute", "--period", "2026-10").ok()
    run("payouts", "close", "--period", "2026-10", "--yes")
    for view in COLUMNS:
        text = repr(run.look(f"SELECT * FROM {view}")).lower()
        assert "@" not in text, view
        if view not in ("v_codes", "v_credits", "v_entries"):  # a code may be called like somebody
            assert "mia" not in text, view
            assert "leo" not in text, view


def test_a_closing_is_in_the_views_with_its_amounts(run: Bench, sold: PracticeStore) -> None:
    run("orders", "sync").ok()
    run("payouts", "close", "--period", "2026-10", "--yes").ok()
    earned = rows(run, "SELECT sum(earned), sum(closing) FROM v_statements")
    entered = rows(run, "SELECT sum(amount) FROM v_entries WHERE statement_id IS NOT NULL")
    assert earned[0][0] == entered[0][0] > 0


def test_amounts_are_in_units_of_their_currency(run: Bench, shop: PracticeStore) -> None:
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:
        for number, currency in enumerate(("EUR", "JPY", "KWD")):
            db.exec_driver_sql(
                "INSERT INTO entries (payer, person, currency, kind, amount, shop_id, order_id, step, order_name, "
                'code, happened_at, recorded_at, "by", reason, reference) VALUES '
                f"('shop:1', 'p', '{currency}', 'earned', 1234567, 1, {number}, 0, '', '', '2026-10-01T00:00:00Z', "
                "'2026-10-01T00:00:00Z', '', '', '')"
            )
    found = dict(run.look("SELECT currency, amount FROM v_entries"))
    assert {each: Decimal(str(amount)) for each, amount in found.items()} == {
        each: Decimal(1234567).scaleb(-digits(each)) for each in ("EUR", "JPY", "KWD")
    }
