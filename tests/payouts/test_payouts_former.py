"""Balances of a former provider: exports added up, totals shown before they are taken, nothing taken twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from bench import Bench

from shopinf.payouts.former import Former, Line, balances, kind_of, totals
from shopinf.practice import PracticeStore

from .paying import close, october

D = Decimal

GOAFFPRO = """\
Transaction ID,Date,Affiliate Name,Affiliate Email,Order Number,Entry,Commission,Currency,Is Paid ?
1,2026-08-01,Mia Lind,mia@example.com,#901,ADD,10.00,USD,PO-77
2,2026-08-03,Mia Lind,mia@example.com,#902,ADD,12.00,USD,
3,2026-08-04,Mia Lind,mia@example.com,#902,UPDATE,-3.60,USD,
4,2026-08-05,Mia Lind,mia@example.com,#903,ADD,8.00,USD,
5,2026-08-06,Mia Lind,mia@example.com,#903,DELETE,8.00,USD,
6,2026-08-07,Leo Ek,leo@example.com,#904,ADD,20.00,USD,
7,2026-08-07,Eve Who,eve@example.com,#905,ADD,1.00,USD,
"""
REFERSION = """\
Conversion ID,Order ID,Affiliate Email,Status,Commission,Currency,Payment Status
1,901,mia@example.com,APPROVED,$10.00,USD,PAID
2,902,mia@example.com,APPROVED,$12.00,USD,UNPAID
3,CANCELLATION_902,mia@example.com,APPROVED,$4.00,USD,UNPAID
4,903,mia@example.com,PENDING,$50.00,USD,UNPAID
5,904,leo@example.com,DENIED,$60.00,USD,UNPAID
6,905,leo@example.com,APPROVED,"$1,020.50",USD,UNPAID
"""


@pytest.fixture
def known(run: Bench, shop: PracticeStore, tmp_path: Path) -> Bench:
    people = tmp_path / "people.csv"
    people.write_text("influencer,email\nmia,mia@example.com\nleo,leo@example.com\n", encoding="utf-8")
    run("influencers", "import", str(people)).ok()
    return run


def sheet(folder: Path, text: str) -> str:
    file = folder / "balances.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def take(run: Bench, file: str, *more: str) -> dict[str, str]:
    ran = run("payouts", "adjust", "--sheet", file, *more, "--yes", "-f", "json")
    assert ran.code in (0, 7), ran.err
    return {row["influencer"]: row["amount"] for row in ran.json["rows"] if row["status"] == "added"}


def test_entries_of_goaffpro_are_netted_and_what_a_payout_paid_is_left_out(known: Bench, tmp_path: Path) -> None:
    file = sheet(tmp_path, GOAFFPRO)
    ran = known("payouts", "adjust", "--sheet", file, "--yes", "-f", "json")
    assert ran.code == 7
    assert "a GoAffPro export: 28.40 USD owed to 2 influencers, from 6 rows; paid there 10.00" in ran.err
    assert "nobody here is called eve@example.com" in ran.err
    assert {row["influencer"]: row["amount"] for row in ran.json["rows"]} == {"mia": "8.40", "leo": "20.00"}
    assert take(known, file) == {}


def test_cancellations_of_refersion_take_away_and_what_is_not_due_is_left_out(known: Bench, tmp_path: Path) -> None:
    assert take(known, sheet(tmp_path, REFERSION)) == {"mia": "8.00", "leo": "1020.50"}


def test_a_later_export_adds_the_difference_alone(known: Bench, tmp_path: Path) -> None:
    take(known, sheet(tmp_path, GOAFFPRO))
    later = GOAFFPRO + "8,2026-08-09,Mia Lind,mia@example.com,#906,ADD,5.00,USD,\n"
    assert take(known, sheet(tmp_path, later)) == {"mia": "5.00"}
    assert take(known, sheet(tmp_path, later)) == {}


def test_two_names_of_one_person_in_an_export_are_one_balance(known: Bench, tmp_path: Path) -> None:
    file = sheet(tmp_path, GOAFFPRO)
    take(known, file)
    known("influencers", "merge", "leo", "mia", "--yes").ok()
    assert take(known, file) == {}
    assert take(known, sheet(tmp_path, GOAFFPRO + "8,2026-08-09,Leo Ek,leo@example.com,#906,ADD,5.00,USD,\n")) == {
        "mia": "5.00"
    }


def test_a_plain_sheet_needs_a_currency_and_a_wrong_row_fails_alone(known: Bench, tmp_path: Path) -> None:
    rows = 'influencer,amount,currency,reason\nmia,120.00,USD,balance\nleo,"1,200",,\nleo,-5.50,USD,\nann,1,USD,\n'
    file = sheet(tmp_path, rows)
    ran = known("payouts", "adjust", "--sheet", file, "--yes", "-f", "json")
    assert ran.code == 7
    assert "the row has no currency" in ran.err
    assert {row["influencer"]: row["amount"] for row in ran.json["rows"]} == {"mia": "120.00", "leo": "-5.50"}
    assert take(known, file) == {}
    assert take(known, sheet(tmp_path, "influencer,amount\nleo,7.00\n"), "--currency", "usd") == {"leo": "7.00"}


def test_nothing_is_taken_before_the_totals_were_shown_and_agreed_to(known: Bench, tmp_path: Path) -> None:
    file = sheet(tmp_path, GOAFFPRO)
    ran = known("payouts", "adjust", "--sheet", file)
    assert (ran.code, "28.40 USD owed" in ran.err, "needs a yes" in ran.err) == (2, True, True)
    shown = known("payouts", "adjust", "--sheet", file, "--dry-run", "-f", "json")
    assert {row["status"] for row in shown.json["rows"]} == {"planned"}
    assert take(known, file) == {"mia": "8.40", "leo": "20.00"}


def test_a_balance_opens_the_first_statement(known: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    take(known, sheet(tmp_path, GOAFFPRO))
    october(known, shop)
    mia = close(known)["mia"]
    assert (mia["opening"], mia["earned"], mia["adjustments"], mia["closing"]) == ("0.00", "13.50", "8.40", "21.90")
    assert [entry["kind"] for entry in mia["entries"]].count("manual") == 1


def line(amount: str, entry: str = "", order: str = "", paid: str = "", who: str = "mia") -> Line:
    return Line(who, D(amount), "USD", entry, order, paid)


def test_what_takes_away_is_read_as_such_however_it_is_written() -> None:
    both = [line("-8.00", "DELETE"), line("8.00", "delete")]
    assert [each.amount for each in balances(Former.GOAFFPRO, both)] == [D("-16.00")]
    cancelled = [line("-4.00", order="CANCELLATION_1"), line("4.00", order="cancellation_2")]
    assert [each.amount for each in balances(Former.REFERSION, cancelled)] == [D("-8.00")]
    assert totals(balances(Former.PLAIN, [line("1.00"), line("2.00", who="leo")])) == {"USD": D("3.00")}


def test_an_export_is_known_by_its_columns() -> None:
    assert kind_of(["Affiliate", "Is Paid ?"]) is Former.GOAFFPRO
    assert kind_of(["Conversion ID"]) is Former.REFERSION
    assert kind_of(["Order"], ["CANCELLATION_5"]) is Former.REFERSION
    assert kind_of(["influencer", "amount"]) is Former.PLAIN
