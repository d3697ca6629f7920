"""Runs: claimed, written, noted as paid or failed, given up; and what is done to them twice."""

from __future__ import annotations

import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, StillClock

from shopinf.practice import PracticeStore

from .paying import PAYEES, close, give_back, october, pay, payees, sell, sums

pytestmark = pytest.mark.slow


@pytest.fixture
def closed(run: Bench, shop: PracticeStore, tmp_path: Path) -> Path:
    """October is closed: 13.50 for mia, 18.00 for leo; the folder for files."""
    october(run, shop)
    run.once("October is closed", lambda: close(run))
    return tmp_path


def statements(run: Bench) -> dict[str, dict[str, Any]]:
    return {each["influencer"]: each for each in run("payouts", "list", "-f", "json").ok().json["statements"]}


def test_a_run_claims_what_is_payable_and_writes_the_rails_file(run: Bench, closed: Path) -> None:
    names = {who: each["statement"] for who, each in statements(run).items()}
    found = pay(run, closed).ok().json
    assert found["schema"] == "shopinf.payments/1"
    assert (found["rail"], found["files"], found["totals"]) == (
        "paypal",
        [str(closed / "run.csv")],
        [{"currency": "USD", "amount": "31.50"}],
    )
    assert sorted([*found["payments"][0]]) == sorted("statement payer influencer amount currency status error".split())
    assert {each["influencer"]: (each["amount"], each["status"]) for each in found["payments"]} == {
        "mia": ("13.50", "claimed"),
        "leo": ("18.00", "claimed"),
    }
    rows = sorted((closed / "run.csv").read_bytes().splitlines())
    assert rows == sorted(
        f"{who}@pay.example,{amount},USD,{names[who]},{names[who]},PAYPAL".encode()
        for who, amount in (("mia", "13.50"), ("leo", "18.00"))
    )
    listed = statements(run)["mia"]
    assert (listed["status"], listed["run"], listed["rail"], listed["paid_at"]) == (
        "claimed",
        found["run"],
        "paypal",
        None,
    )


def test_what_is_claimed_is_not_claimed_again_and_no_file_is_written(run: Bench, closed: Path) -> None:
    pay(run, closed).ok()
    (closed / "run.csv").unlink()
    again = pay(run, closed).ok()
    assert (again.json["run"], again.json["payments"], again.json["files"]) == (None, [], [])
    assert not (closed / "run.csv").exists()
    assert "in a run already" in again.err
    assert "Nothing is payable, so no file was written." in again.err


def test_a_file_with_accounts_in_it_is_its_owners_alone(run: Bench, closed: Path) -> None:
    pay(run, closed).ok()
    assert (closed / "run.csv").stat().st_mode & 0o777 == 0o600
    page = closed / "mia.html"
    run("payouts", "statement", "--statement", statements(run)["mia"]["statement"], "-o", str(page)).ok()
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_dry_run_of_a_run_that_was_made_writes_no_file_again(run: Bench, closed: Path) -> None:
    answer = pay(run, closed).ok().json
    (closed / "run.csv").unlink()
    again = pay(run, closed, "--run", answer["run"], "--dry-run").ok()
    assert (again.json["files"], len(again.json["payments"])) == ([], 2)
    assert "nothing was written" in again.err
    assert not (closed / "run.csv").exists()


def test_a_dry_run_claims_and_writes_nothing(run: Bench, closed: Path) -> None:
    shown = pay(run, closed, "--dry-run").ok().json
    assert ({each["status"] for each in shown["payments"]}, shown["rail"]) == ({"planned"}, "paypal")
    assert not (closed / "run.csv").exists()
    assert statements(run)["mia"]["status"] == "open"


def test_a_payee_that_is_missing_or_wrong_stays_payable(run: Bench, closed: Path) -> None:
    ran = pay(run, closed, text="influencer,paypal\nleo,leo at pay\n")
    assert (ran.code, ran.json["run"], (closed / "run.csv").exists()) == (7, None, False)
    errors = {each["influencer"]: each["error"] for each in ran.json["payments"]}
    assert errors == {
        "mia": "is not in the payees' sheet",
        "leo": "'leo at pay' is no e-mail or phone number",
    }
    assert len(ran.json["failures"]) == 2
    half = pay(run, closed, text="influencer,paypal\nleo,leo@pay.example\n")
    assert (half.code, len((closed / "run.csv").read_bytes().splitlines())) == (7, 1)
    rest = pay(run, closed).ok().json
    assert [each["influencer"] for each in rest["payments"]] == ["mia"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("mia,M,alien,DE89370400440532013000,DE", "neither person nor business"),
        ("mia,M,person,DE89370400440532013000,Atlantis", "there is no country 'Atlantis'"),
        ("mia,M,person,DE89370400440532013001,DE", "DE89…3001 has wrong check digits"),
        ("mia,,person,DE89370400440532013000,DE", "the name is missing"),
    ],
)
def test_what_is_wrong_with_a_payee_is_said_in_its_row(run: Bench, closed: Path, row: str, words: str) -> None:
    ran = pay(run, closed, text=f"influencer,name,type,iban,country\n{row}\n", rail="csv" if ",," in row else "revolut")
    assert ran.code == 7
    errors = {each["influencer"]: each["error"] for each in ran.json["payments"] if each["error"]}
    assert words in errors.get("mia", words if "name" in words else "")


def test_two_rows_of_one_payee_that_differ_are_nobodys(run: Bench, closed: Path) -> None:
    ran = pay(run, closed, text=f"{PAYEES}mia,Mia Lind,person,other@pay.example,,,\n")
    (mia,) = [each for each in ran.json["payments"] if each["influencer"] == "mia"]
    assert "a second row says something else of mia" in mia["error"]


def test_the_same_run_writes_the_same_file_and_never_to_another_destination(run: Bench, closed: Path) -> None:
    first = pay(run, closed).ok().json["run"]
    made = (closed / "run.csv").read_bytes()
    again = str(closed / "again.csv")
    run("payouts", "pay", "--run", first, "--payees", payees(closed), "-o", again).ok()
    assert Path(again).read_bytes() == made
    other = payees(closed, PAYEES.replace("mia@pay.example", "eve@pay.example", 1))
    refused = run("payouts", "pay", "--run", first, "--payees", other, "-o", str(closed / "third.csv"))
    assert (refused.code, (closed / "third.csv").exists()) == (2, False)
    assert "was claimed for another destination" in refused.err
    assert "eve@pay" not in refused.err + run.kept()


def test_nothing_of_where_the_money_goes_is_kept(run: Bench, closed: Path) -> None:
    pay(run, closed, rail="csv").ok()
    assert "pay.example" not in run.kept()
    assert "DE8937" not in run.kept()


def test_a_run_that_was_stopped_before_its_file_is_written_is_finished_by_the_next(
    run: Bench, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shopinf.work.payouts import pay as engine

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "write", killed)
        assert pay(run, closed).code == 130
    assert not (closed / "run.csv").exists()
    found = pay(run, closed).ok()
    assert "was stopped before its files were written; they are written now" in found.err
    assert len((closed / "run.csv").read_bytes().splitlines()) == 2
    assert pay(run, closed).ok().json["run"] is None


def test_what_was_paid_is_noted_with_its_day_and_is_in_the_next_statement(
    run: Bench, shop: PracticeStore, closed: Path, clock: StillClock
) -> None:
    name = pay(run, closed).ok().json["run"]
    ran = run("payouts", "paid", "--run", name, "--date", "2026-11-23", "--reference", "TX-9").ok()
    assert "2 payments of 2 noted as paid" in ran.err
    mia = statements(run)["mia"]
    assert (mia["status"], mia["reference"], mia["paid_at"]) == ("paid", "TX-9", "2026-11-23")
    again = run("payouts", "paid", "--run", name).ok()
    assert "was noted as paid before; nothing has changed" in again.err
    clock.pass_(days=10)
    november = close(run, "2026-11")["mia"]
    assert sums(november) == ("13.50", "0.00", "0.00", "13.50", "0.00")
    (entry,) = november["entries"]
    assert (entry["kind"], entry["amount"], november["status"]) == ("pay", "-13.50", "nothing")


def test_a_refund_after_the_payment_is_netted_from_the_next_one(
    run: Bench, shop: PracticeStore, closed: Path, clock: StillClock
) -> None:
    name = pay(run, closed).ok().json["run"]
    run("payouts", "paid", "--run", name).ok()
    orders = {order["name"]: key for key, order in shop.orders.items()}
    give_back(shop, min(orders.values()))
    clock.pass_(days=10)
    november = close(run, "2026-11")["mia"]
    assert sums(november) == ("13.50", "0.00", "-9.00", "13.50", "-9.00")
    assert (november["payable"], november["status"], november["reason"]) == (
        "0.00",
        "carried",
        "below zero: carried on",
    )
    assert "carried on" in pay(run, closed).ok().err
    sell(shop, "MIA10", "200.00", "2026-12-03")
    clock.pass_(days=31)
    december = close(run, "2026-12")["mia"]
    assert (sums(december)[-1], december["payable"]) == ("9.00", "9.00")


def test_a_statement_is_paid_once_by_hand(run: Bench, closed: Path) -> None:
    name = statements(run)["mia"]["statement"]
    run("payouts", "paid", name.lower(), "--date", "2026-11-20", "--reference", "cash").ok()
    assert statements(run)["mia"]["rail"] == "hand"
    same = run("payouts", "paid", name).ok()
    assert "nothing has changed" in same.err
    other = run("payouts", "paid", name, "--date", "2026-11-21")
    assert (other.code, "was paid on 2026-11-20 already" in other.err) == (2, True)
    assert run("payouts", "paid", "S-2026-10-nobody-22").code == 3
    assert run("payouts", "paid").code == 2


def report(folder: Path, *rows: str) -> str:
    file = folder / "report.csv"
    file.write_text("\n".join(["Transaction ID,Customer ID,Gross,Currency,Status,Reason", *rows]), encoding="utf-8")
    return str(file)


def test_a_rails_report_is_matched_by_the_statements_ids(run: Bench, closed: Path) -> None:
    name = pay(run, closed).ok().json["run"]
    mia, leo = (statements(run)[who]["statement"] for who in ("mia", "leo"))
    file = report(closed, f"T1,{mia},-13.50,USD,Success,", f"T2,{leo},18.00,USD,Failed,account closed")
    ran = run("payouts", "paid", "--run", name, "--report", file, "-f", "json").ok()
    found = {row["statement"]: (row["status"], row["reference"], row["reason"]) for row in ran.json["rows"]}
    assert found == {mia: ("paid", "T1", None), leo: ("failed", None, "account closed")}
    assert {who: each["status"] for who, each in statements(run).items()} == {"mia": "paid", "leo": "open"}
    again = pay(run, closed).ok().json
    assert [(each["influencer"], each["amount"]) for each in again["payments"]] == [("leo", "18.00")]


def test_what_a_report_leaves_open_stays_claimed_and_what_is_wrong_in_it_is_not_used(run: Bench, closed: Path) -> None:
    name = pay(run, closed).ok().json["run"]
    mia, leo = (statements(run)[who]["statement"] for who in ("mia", "leo"))
    file = report(closed, f"T1,{mia},99.00,USD,Success,", f"T2,{leo},18.00,USD,Unclaimed,", "T3,none,1,USD,Success,")
    ran = run("payouts", "paid", "--run", name, "--report", file)
    assert ran.code == 7
    assert f"{mia} is about 99.00, not 13.50" in ran.err
    assert f"Not settled yet, says the report: {leo}" in ran.err
    assert {each["status"] for each in statements(run).values()} == {"claimed"}


def test_a_report_of_another_run_is_refused(run: Bench, closed: Path) -> None:
    name = pay(run, closed).ok().json["run"]
    file = report(closed, "T1,S-2026-09-ann-22,1.00,USD,Success,")
    ran = run("payouts", "paid", "--run", name, "--report", file)
    assert (ran.code, f"not of run {name}" in ran.err) == (2, True)
    assert run("payouts", "paid", "--run", "R-1", "--report", file).code == 3


def test_a_payment_that_came_back_is_payable_again(run: Bench, closed: Path, clock: StillClock) -> None:
    name = pay(run, closed).ok().json["run"]
    run("payouts", "paid", "--run", name).ok()
    mia = statements(run)["mia"]["statement"]
    run("payouts", "failed", mia, "--reason", "returned by the bank").ok()
    assert statements(run)["mia"]["status"] == "open"
    assert "nothing has changed" in run("payouts", "failed", mia, "--reason", "again").ok().err
    again = pay(run, closed).ok().json
    assert [each["amount"] for each in again["payments"]] == ["13.50"]
    clock.pass_(days=10)
    assert sums(close(run, "2026-11")["mia"]) == ("13.50", "0.00", "0.00", "0.00", "13.50")


def test_a_run_is_given_up_before_anything_of_it_was_paid(run: Bench, closed: Path) -> None:
    name = pay(run, closed).ok().json["run"]
    ran = run("payouts", "drop", name, "--reason", "wrong account", "-f", "json").ok()
    assert {row["status"] for row in ran.json["rows"]} == {"dropped"}
    assert "nothing has changed" in run("payouts", "drop", name).ok().err
    other = pay(run, closed).ok().json
    assert len(other["payments"]) == 2
    run("payouts", "paid", other["payments"][0]["statement"]).ok()
    refused = run("payouts", "drop", other["run"])
    assert (refused.code, "was paid" in refused.err) == (2, True)
    assert run("payouts", "drop", "R-none").code == 3


def test_a_sepa_run_needs_the_account_that_pays_and_euros(run: Bench, closed: Path) -> None:
    refused = pay(run, closed, rail="sepa")
    assert (refused.code, "--payer-iban" in refused.err) == (2, True)
    sender = ("--payer-iban", "DE02120300000000202051", "--payer-name", "Nordlicht")
    dollars = pay(run, closed, *sender, rail="sepa").ok()
    assert "2 payments in USD left out: sepa takes no USD, and --rail csv anything." in dollars.err
    assert pay(run, closed, *sender, "--currency", "USD", rail="sepa").code == 2
    assert pay(run, closed, "--currency", "usd", rail="csv").ok().json["totals"][0]["amount"] == "31.50"


def test_a_run_for_euros_is_a_file_that_the_bank_takes(run: Bench, tmp_path: Path) -> None:
    store = run.open(currency="EUR", timezone="Europe/Berlin")
    run.connect(store).ok()
    october(run, store)
    close(run)
    (run.home / "config.toml").write_text('agency = "Nordlicht"\npayer_iban = "DE02 1203 0000 0000 2020 51"\n')
    pay(run, tmp_path, rail="sepa").ok()
    made = (tmp_path / "run.csv").read_text()
    assert "pain.001.001.09" in made
    assert "<Nm>Nordlicht</Nm>" in made
    assert "<CtrlSum>31.50</CtrlSum>" in made


@pytest.mark.parametrize(
    ("rail", "currency", "row"),
    [
        ("paypal", "GBP", "mia@pay.example,13.50,GBP,{0},{0},PAYPAL"),
        (
            "wise",
            "GBP",
            '"Mia Lind","mia@pay.example","{0}","{0}","PERSON","target","13.50","GBP","GBP","DE89370400440532013000"',
        ),
        ("revolut", "EUR", "Mia Lind,INDIVIDUAL,DE89370400440532013000,COBADEFFXXX,DE,EUR,13.50,{0}"),
        ("sepa", "EUR", "<EndToEndId>{0}</EndToEndId>"),
        (
            "csv",
            "EUR",
            "{0},mia,Mia Lind,person,13.50,EUR,mia@pay.example,DE89370400440532013000,,,,DE,mia@pay.example",
        ),
    ],
)
def test_a_closed_month_goes_out_by_each_rail_and_comes_back_as_paid(
    run: Bench, tmp_path: Path, rail: str, currency: str, row: str
) -> None:
    store = run.open(currency=currency)
    run.connect(store).ok()
    october(run, store)
    name = close(run)["mia"]["statement"]
    sender = ("--payer-iban", "DE02120300000000202051", "--payer-name", "Agency") if rail == "sepa" else ()
    made = pay(run, tmp_path, *sender, rail=rail).ok().json["run"]
    assert row.format(name) in (tmp_path / "run.csv").read_text()
    run("payouts", "paid", "--run", made).ok()
    assert {(each["status"], each["rail"]) for each in statements(run).values()} == {("paid", rail)}


def test_what_is_missing_for_a_run_is_said_with_what_to_add(run: Bench, closed: Path) -> None:
    assert "Add --rail" in run("payouts", "pay").err
    assert "Add --payees" in run("payouts", "pay", "--rail", "csv").err
    assert "Add -o" in run("payouts", "pay", "--rail", "csv", "--payees", payees(closed)).err
    assert run("payouts", "pay", "--rail", "hand").code == 2
    assert run("payouts", "pay", "--run", "R-9", "--payees", "x", "-o", "y").code == 3


def test_a_run_lists_what_it_claimed_also_what_another_run_pays_now(run: Bench, closed: Path) -> None:
    first = pay(run, closed).ok().json["run"]
    run("payouts", "failed", statements(run)["mia"]["statement"], "--reason", "no such account").ok()
    second = pay(run, closed).ok().json["run"]
    run.connect(run.open(handle="nord", seed=2)).ok()  # of several stores the run says which
    for name, people in ((first, {"mia", "leo"}), (second, {"mia"})):
        found = run("payouts", "list", "--run", name, "-f", "json").ok().json["statements"]
        assert {each["influencer"]: each["run"] for each in found} == dict.fromkeys(people, name)


def test_what_was_paid_by_hand_has_no_rail_and_no_file(run: Bench, closed: Path) -> None:
    run("payouts", "paid", statements(run)["mia"]["statement"]).ok()
    name = next(each["run"] for each in statements(run).values() if each["run"])
    refused = pay(run, closed, "--run", name)
    assert (refused.code, "was noted by hand, so it has no file" in refused.err) == (2, True)
    assert pay(run, closed, rail="hand").code == 2


def test_only_the_payers_that_were_named_are_paid(run: Bench, closed: Path) -> None:
    refused = pay(run, closed, "--payer", "maya-shp")
    assert (refused.code, "Did you mean maya-shop?" in refused.err) == (3, True)
    run.connect(run.open(handle="nord", seed=2)).ok()  # of several stores the payer says which
    assert len(pay(run, closed, "--payer", "maya-shop").ok().json["payments"]) == 2


def test_a_hold_after_the_closing_keeps_a_payment_back_and_its_release_lets_it_go(run: Bench, closed: Path) -> None:
    held = run("payouts", "hold", "--code", "mia10", "--from", "2026-10-10", "--reason", "leaked", "-f", "json").ok()
    assert [(row["influencer"], row["recorded"]) for row in held.json["rows"]] == [("mia", "4.50")]
    found = pay(run, closed, "--dry-run").ok().json
    assert {each["influencer"]: each["amount"] for each in found["payments"]} == {"mia": "9.00", "leo": "18.00"}
    run("payouts", "release", "--code", "MIA10", "--reason", "a mistake").ok()
    found = pay(run, closed).ok().json
    assert found["totals"] == [{"currency": "USD", "amount": "31.50"}]


def test_a_rejected_order_earns_nothing_until_it_is_released(run: Bench, shop: PracticeStore, closed: Path) -> None:
    order = min(shop.orders)
    name = shop.orders[order]["name"]
    ran = run("payouts", "reject", "--order", name, "--reason", "a bot", "-f", "json").ok()
    assert [row["amount"] for row in ran.json["rows"]] == ["-9.00"]
    assert (
        run("payouts", "reject", "--order", str(order), "--reason", "a bot", "-f", "json")
        .ok()
        .json["rows"][0]["amount"]
        is None
    )
    dry = {each["influencer"]: each["amount"] for each in pay(run, closed, "--dry-run").ok().json["payments"]}
    assert dry == {"mia": "4.50", "leo": "18.00"}
    back = run("payouts", "release", "--order", name, "--reason", "a person", "-f", "json").ok()
    assert [row["amount"] for row in back.json["rows"]] == ["9.00"]
    assert {e["influencer"]: e["amount"] for e in pay(run, closed).ok().json["payments"]} == {
        "mia": "13.50",
        "leo": "18.00",
    }


def test_what_is_rejected_beforehand_is_entered_with_nothing(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    october(run, shop)
    run("payouts", "reject", "--influencer", "mia", "--from", "2026-10-10", "--reason", "quit").ok()
    mia = close(run)["mia"]
    assert [(entry["kind"], entry["amount"]) for entry in mia["entries"]] == [
        ("earn", "9.00"),
        ("earn", "4.50"),
        ("reject", "-4.50"),
    ]
    assert sums(mia) == ("0.00", "13.50", "-4.50", "0.00", "9.00")


def test_what_is_meant_is_said_in_one_way(run: Bench, closed: Path) -> None:
    assert run("payouts", "hold", "--reason", "x").code == 2
    assert run("payouts", "hold", "--code", "MIA10", "--influencer", "mia", "--reason", "x").code == 2
    assert run("payouts", "hold", "--code", "MIA10", "--reason", " ").code == 2
    assert run("payouts", "hold", "--code", "NOPE", "--reason", "x").code == 3
    assert run("payouts", "hold", "--order", "#9", "--reason", "x").code == 3
    assert run("payouts", "hold", "--order", "#1001", "--from", "2026-10-01", "--reason", "x").code == 2


def test_a_bonus_is_added_once_and_is_in_the_next_statement(run: Bench, closed: Path, clock: StillClock) -> None:
    bonus = ("payouts", "adjust", "mia", "50.00", "--currency", "USD", "--reason", "bonus for the reel")
    assert "mia is owed 50.00 USD more" in run(*bonus).ok().err
    assert "is there already" in run(*bonus).ok().err
    less = run("payouts", "adjust", "mia", "-20", "--currency", "usd", "--reason", "sample not returned").ok()
    assert "mia is owed 20.00 USD less; it is in the next statement." in less.err
    dry = {each["influencer"]: each["amount"] for each in pay(run, closed, "--dry-run").ok().json["payments"]}
    assert dry == {"leo": "18.00"}  # 13.50 less 20.00; the bonus waits for its statement
    clock.pass_(days=10)
    assert sums(close(run, "2026-11")["mia"]) == ("13.50", "0.00", "30.00", "0.00", "43.50")
    assert run("payouts", "adjust", "mia", "5.001", "--currency", "USD", "--reason", "x").code == 2
    assert run("payouts", "adjust", "mia", "5", "--currency", "XXQ", "--reason", "x").code == 2
    assert run("payouts", "adjust", "mia", "5", "--reason", "x").code == 2
    assert run("payouts", "adjust", "nobody", "5", "--currency", "USD", "--reason", "x").code == 3


def test_everything_of_somebody_is_shown_with_who_when_and_why(run: Bench, closed: Path) -> None:
    run("payouts", "adjust", "mia", "50.00", "--currency", "USD", "--reason", "bonus").ok()
    found = run("payouts", "show", "mia", "-f", "json").ok().json
    assert found["balances"] == [{"payer": "maya-shop", "currency": "USD", "balance": "63.50"}]
    assert [entry["reason"] for entry in found["not_closed_yet"]] == ["bonus"]
    (statement,) = found["statements"]
    one = run("payouts", "show", statement["statement"], "-f", "json").ok().json
    assert one["statements"] == [statement]
    assert "opening 0.00 + earned 13.50" in run("payouts", "show", statement["statement"]).ok().err
    assert run("payouts", "show", "S-2026-10-nobody-22").code == 3


def test_what_was_paid_in_a_year_is_added_up(run: Bench, closed: Path) -> None:
    name = pay(run, closed).ok().json["run"]
    run("payouts", "paid", "--run", name, "--date", "2026-12-31").ok()
    rows = run("payouts", "totals", "--year", "2026", "-f", "json").ok().json["rows"]
    assert [(row["influencer"], row["rail"], row["payments"], row["paid"]) for row in rows] == [
        ("leo", "paypal", 1, "18.00"),
        ("mia", "paypal", 1, "13.50"),
    ]
    assert "Nothing was paid in 2025." in run("payouts", "totals", "--year", "2025").ok().err


def attributed(run: Bench, *more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        run("orders", "attribute", "--period", "2026-10", "--with-payments", *more, "-f", "json").ok().json["rows"]
    )
    return rows


def test_reports_show_what_of_the_commission_is_paid_and_what_is_open(
    run: Bench, shop: PracticeStore, closed: Path
) -> None:
    def sums() -> dict[str, tuple[str, str, str]]:
        return {row["influencer"]: (row["commission"], row["paid"], row["open"]) for row in attributed(run)}

    assert sums() == {"mia": ("13.50", "0.00", "13.50"), "leo": ("18.00", "0.00", "18.00")}
    mia = statements(run)["mia"]["statement"]
    run("payouts", "paid", mia).ok()
    assert sums() == {"mia": ("13.50", "13.50", "0.00"), "leo": ("18.00", "0.00", "18.00")}
    run("payouts", "reject", "--code", "LEO10", "--reason", "a bot").ok()
    assert sums()["leo"] == ("18.00", "0.00", "0.00")
    orders = attributed(run, "--by", "order")
    assert [(row["code"], row["paid"]) for row in orders] == [("MIA10", "9.00"), ("LEO10", "0.00"), ("MIA10", "4.50")]
    total = run("orders", "attribute", "--period", "2026-10", "--with-payments", "-f", "json").ok().json["totals"]
    assert (total[0]["paid"], total[0]["open"]) == ("13.50", "0.00")
    header = run("orders", "attribute", "--period", "2026-10", "--with-payments").ok().out.splitlines()[0]
    assert {"commission", "paid", "open"} <= {*header.split()}
    plain = run("orders", "attribute", "--period", "2026-10", "-f", "json").ok().json
    assert "paid" not in {*plain["rows"][0], *plain["totals"][0]}
    client = run("orders", "attribute", "--period", "2026-10", "--with-payments", "--for", "client", "-f", "json").ok()
    assert not {"paid", "open", "commission"} & {*client.json["rows"][0]}
    assert "13.50" not in client.out


def test_what_nobodys_codes_earn_is_open_to_nobody(run: Bench, shop: PracticeStore, closed: Path) -> None:
    run("discounts", "create", "--campaign", "crowd", "--count", "1", "--percent", "10", "--yes").ok()
    run("rates", "set", "8%", "--campaign", "crowd").ok()
    [code] = [code for code in shop.codes if code.startswith("CROWD-")]
    shop.sell(code)
    report = ("orders", "attribute", "--period", "this-month", "--with-payments", "-f", "json")
    [row] = [row for row in run(*report).ok().json["rows"] if row["influencer"] is None]
    assert Decimal(row["commission"]) > 0
    assert (row["paid"], row["open"]) == ("0.00", "0.00")


def test_an_amount_in_a_currency_that_the_store_does_not_sell_in_is_warned_of(run: Bench, closed: Path) -> None:
    odd = run("payouts", "adjust", "mia", "5", "--currency", "EUR", "--reason", "bonus").ok()
    assert "warning: maya-shop sells in USD; an amount in EUR makes a statement of its own." in odd.err
    assert "warning" not in run("payouts", "adjust", "mia", "5", "--currency", "USD", "--reason", "bonus").ok().err


def test_what_lifts_a_hold_is_said_as_it_can_be_typed(run: Bench, closed: Path) -> None:
    held = run("payouts", "hold", "--code", "MIA10", "--from", "2026-10-10", "-s", "maya-shop", "--reason", "x").ok()
    lift = held.err.split("Next: shopinf ")[1].strip()
    assert lift == "payouts release --code MIA10 --from 2026-10-10 -s maya-shop --reason 'looked at'"
    run(*shlex.split(lift)).ok()
