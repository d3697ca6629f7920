"""Statements as their influencers get them: one private page each, complete, and the same a year later."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from bench import Bench, StillClock

from shopinf.money import Money
from shopinf.payouts.entries import Account, Kind
from shopinf.payouts.page import Line, Page, vat_of
from shopinf.payouts.statements import Figures, Statement
from shopinf.practice import PracticeStore
from shopinf.reports.statement import statement_page

from .paying import close, give_back, october, pay, payees, sell

D = Decimal


@pytest.fixture
def november(run: Bench, shop: PracticeStore, tmp_path: Path, clock: StillClock) -> Path:
    """October was closed and paid, then something came back; November is closed."""
    orders = october(run, shop)
    close(run)
    name = pay(run, tmp_path).ok().json["run"]
    run("payouts", "paid", "--run", name, "--date", "2026-11-23", "--reference", "TX-9").ok()
    give_back(shop, orders["mia later"])
    sell(shop, "MIA10", "300.00", "2026-11-24")
    clock.pass_(days=10)
    close(run, "2026-11")
    return tmp_path


def test_everybody_gets_a_page_with_nobody_elses_figures(run: Bench, november: Path) -> None:
    pattern = str(november / "statements" / "{influencer}-{period}.html")
    ran = run("payouts", "statement", "--period", "2026-11", "-o", pattern).ok()
    assert "2 statements written to" in ran.err
    mia = (november / "statements" / "mia-2026-11.html").read_text()
    leo = (november / "statements" / "leo-2026-11.html").read_text()
    assert "This is a statement, not an invoice." in mia
    for words in ("mia", "13.50", "27.00", "-4.50", "-13.50", "22.50 USD is payable.", "TX-9", "23 Nov 2026"):
        assert words in mia, words
    assert "leo" not in mia.lower()
    assert "18.00" not in mia
    assert "mia" not in leo.lower()
    assert "<script" not in mia
    assert "Nothing is owed." in leo


def test_a_statement_is_the_same_to_the_byte_whenever_it_is_written(
    run: Bench, shop: PracticeStore, november: Path, clock: StillClock
) -> None:
    written: dict[str, list[bytes]] = {}
    for _ in range(2):
        for suffix in ("html", "xlsx", "csv"):
            file = november / f"{{influencer}}.{suffix}"
            run("payouts", "statement", "--period", "2026-10", "-o", str(file)).ok()
            written.setdefault(suffix, []).append((november / f"mia.{suffix}").read_bytes())
        clock.pass_(days=365)
        sell(shop, "MIA10", "70.00", "2026-12-24")
        close(run, "2026-12") if "2026-12" not in run("payouts", "list", "-f", "csv").out else None
    assert all(first == second for first, second in written.values())


def test_a_workbook_has_the_sums_and_every_line_of_them(run: Bench, november: Path) -> None:
    file = november / "mia.xlsx"
    name = next(
        each["statement"]
        for each in run("payouts", "list", "--period", "2026-11", "-f", "json").ok().json["statements"]
        if each["influencer"] == "mia"
    )
    run("payouts", "statement", "--statement", name, "-o", str(file)).ok()
    book = openpyxl.load_workbook(file)
    rows = {row[0]: row[1] for row in book["Statement"].iter_rows(values_only=True)}
    assert (rows["Statement"], rows["Balance"], rows["Payable"]) == (name, 22.5, 22.5)
    for sheet, column, amount in (("Sold", "Commission", 27), ("Changed", "Amount", -4.5), ("Paid", "Amount", -13.5)):
        heads, *lines = book[sheet].iter_rows(values_only=True)
        assert [line[heads.index(column)] for line in lines] == [amount, amount]
        assert [line[0] for line in lines][-1] == "Total"


def test_a_workbook_of_a_statement_is_made_for_people_and_for_paper(run: Bench, november: Path) -> None:
    run("payouts", "statement", "--period", "2026-11", "-o", str(november / "{influencer}.xlsx")).ok()
    book = openpyxl.load_workbook(november / "mia.xlsx")
    for sheet in book:
        assert sheet.print_area
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for name in ("Sold", "Changed", "Paid"):
        heads = [cell.value for cell in book[name][1]]
        assert not [head for head in heads if "_" in head or head != head.capitalize()]
        assert book[name].print_title_rows == "$1:$1"
    money = book["Sold"].cell(2, [cell.value for cell in book["Sold"][1]].index("Net sales") + 1)
    assert (money.value, money.number_format) == (270, '#,##0.00\\ "USD"')


def test_no_code_is_broken_on_a_statement_and_every_figure_is_named_on_a_phone() -> None:
    day, code = date(2026, 10, 9), "THEWANDERINGPHOTOGRAPHER15"
    net, amount = Money.of("120.00", "EUR"), Money.of("12.00", "EUR")
    sold = [
        Line(day, Kind.EARN, "#1001", code, net, "10%", amount, "new customer"),
        Line(day, Kind.EARN, "#1002", "X" * 41, net, "10%"),
    ]
    made = statement_page(replace(page("12"), sold=sold)).decode()
    assert f'<td class="name">{code}</td>' in made
    assert f'<td class="name long">{"X" * 41}</td>' in made
    assert '<td class="number" data-head="Net sales">120.00</td>' in made
    assert '<td class="first words">#1001 (new customer)</td>' in made
    assert '<td class="number amount">12.00</td></tr></tfoot>' in made
    assert "<th>Store</th>" not in made


def test_a_plain_sheet_adds_up_too(run: Bench, november: Path) -> None:
    run("payouts", "statement", "--period", "2026-11", "-o", str(november / "{influencer}.csv")).ok()
    rows = list(csv.DictReader(io.StringIO((november / "mia.csv").read_text())))
    assert sum(D(row["amount"]) for row in rows) == D("22.50") - D("13.50")
    assert [row["kind"] for row in rows] == ["sold", "changed", "paid"]


def test_vat_and_address_come_from_the_payees_own_sheet(run: Bench, november: Path) -> None:
    sheet = payees(november, "influencer,name,vat_id,vat_rate,address\nmia,Mia Lind GbR,DE123,19,Weg 1; 50667 Köln\n")
    out = str(november / "{influencer}.html")
    run("payouts", "statement", "--period", "2026-11", "--payees", sheet, "-o", out).ok()
    page = (november / "mia.html").read_text()
    for words in ("Mia Lind GbR", "Weg 1; 50667 Köln", "Value added tax 19%, DE123", "4.28", "26.78"):
        assert words in page, words
    assert "Value added tax" not in (november / "leo.html").read_text()


def test_statements_of_several_are_never_one_file(run: Bench, november: Path) -> None:
    ran = run("payouts", "statement", "--period", "2026-11", "-o", str(november / "all.html"))
    assert (ran.code, "nobody sees another's figures" in ran.err) == (2, True)
    assert not (november / "all.html").exists()
    assert run("payouts", "statement", "--period", "2026-11", "-o", str(november / "{influencer}.pdf")).code == 2
    assert run("payouts", "statement", "--period", "2026-11", "-o", str(november / "{nobody}.html")).code == 2
    assert run("payouts", "statement", "-o", str(november / "x.html")).code == 2
    assert run("payouts", "statement", "--statement", "S-1", "-o", str(november / "x.html")).code == 3
    none = run("payouts", "statement", "--period", "2026-09", "-o", str(november / "{influencer}.html")).ok()
    assert "No statement is of these days" in none.err


def test_what_comes_from_a_store_is_text_on_the_page(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    october(run, shop)
    reason = "<script>alert(1)</script>"
    run("payouts", "adjust", "mia", "5.00", "--currency", "USD", "--reason", reason).ok()
    close(run)
    run("payouts", "statement", "--period", "2026-10", "-o", str(tmp_path / "{influencer}.html")).ok()
    page = (tmp_path / "mia.html").read_text()
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def page(closing: str, held: str = "0", payable: str = "0", reason: str = "", on: date | None = None) -> Page:
    account = Account("shop:1", "mia", "EUR")
    day = date(2026, 10, 31)
    return Page(
        Statement("S", account, day, day, Figures(D(closing)), D(held), D(payable), on, reason), "A", "P", "mia"
    )


def said(whole: Page) -> str:
    found = re.search(r'<p class="owed">(.*?)</p>', statement_page(whole).decode())
    return found[1] if found else ""


def test_what_happens_with_the_balance_is_said_in_a_sentence() -> None:
    assert "below zero" in said(page("-3.60"))
    assert said(page("0")) == "Nothing is owed."
    assert said(page("25", "0", "25")) == "25.00 EUR is payable."
    both = said(page("40", "15", "25", "inside the hold days", date(2026, 11, 30)))
    assert both == "25.00 EUR is payable. 15.00 EUR is not payable yet, all of it by 30 Nov 2026."
    assert (
        said(page("9", reason="below the minimum of 50")) == "Nothing is payable yet: below the minimum of 50.00 EUR."
    )


@pytest.mark.parametrize(
    ("rate", "tax"), [("19", "4.75"), ("7,7 %", "1.93"), ("0", "0.00"), ("none", None), ("-1", None)]
)
def test_tax_is_worked_out_on_what_is_payable(rate: str, tax: str | None) -> None:
    found = vat_of(Money.of("25.00", "EUR"), rate, "DE1")
    assert (found and str(found.amount)) == tax
