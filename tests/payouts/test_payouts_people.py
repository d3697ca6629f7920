"""Balances of people: two who are one person, somebody who is forgotten, and what a person's card shows."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, StillClock
from orders.mirrored import goods, make_code, variant

from shopinf.practice import PracticeStore

from .paying import close, give_back, october, pay, sell, sums

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]


def balance(run: Bench, who: str) -> list[tuple[str, str, str]]:
    (row,) = run("influencers", "show", who, "-f", "json").ok().json["rows"]
    return [(each["payer"], each["currency"], each["balance"]) for each in row["balances"]]


def merge(run: Bench, gone: str = "leo", kept: str = "mia") -> Any:
    return run("influencers", "merge", gone, kept, "--yes", "-f", "json").ok()


def november(run: Bench, clock: StillClock) -> dict[str, dict[str, Any]]:
    clock.pass_(days=12)
    return close(run, "2026-11")


def listed(run: Bench) -> dict[str, dict[str, Any]]:
    found = run("payouts", "list", "-f", "json").ok().json["statements"]
    return {each["statement"]: each for each in found}


def test_a_persons_card_has_what_is_owed(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    assert balance(run, "mia") == []
    close(run)
    assert balance(run, "mia") == [("maya-shop", "USD", "13.50")]
    assert "owed by maya-shop" in run("influencers", "show", "mia").ok().out


def test_a_persons_card_has_what_each_code_earns_and_sold_after_returns(run: Bench, shop: PracticeStore) -> None:
    orders = october(run, shop)
    (unread,) = run("influencers", "show", "mia", "-f", "json").ok().json["rows"][0]["codes"]
    assert (unread["orders"], unread["net_sales"]) == (None, None)
    give_back(shop, orders["mia"])
    run("orders", "sync").ok()
    run("influencers", "rate", "mia", "--commission", "12%").ok()  # the code has its own, which goes before it
    (code,) = run("influencers", "show", "mia", "-f", "json").ok().json["rows"][0]["codes"]
    assert code == {
        "store": "maya-shop",
        "campaign": "q4",
        "code": "MIA10",
        "state": "live",
        "rate": "10%",
        "orders": 2,
        "net_sales": "45.00",
        "currency": "USD",
    }
    assert "MIA10 (q4, live): 10%, 2 orders, 45.00 USD" in run("influencers", "show", "mia").ok().out


def test_a_persons_card_has_the_gifts_they_were_sent(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    sheet = tmp_path / "gifts.csv"
    sheet.write_text(
        "influencer,email,first_name,last_name,address1,city,province,country,zip,variant\n"
        f"mia,mia@x.example,Mia,Lind,1 Main St,Ottawa,ON,CA,K1A 0B1,{variant(shop)}\n"
    )
    run("gifts", "send", "--campaign", "q4", "--sheet", str(sheet), "--yes").ok()
    (gift,) = run("influencers", "show", "mia", "-f", "json").ok().json["rows"][0]["gifts"]
    assert (gift["store"], gift["campaign"], gift["currency"], bool(gift["order_id"])) == (
        "maya-shop",
        "q4",
        "USD",
        True,
    )
    assert "gift from maya-shop" in run("influencers", "show", "mia").ok().out


# Two who are one person


def test_two_who_are_one_person_have_both_balances_to_the_cent(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    october(run, shop)
    before = close(run)
    ran = merge(run)
    assert "mia is owed 31.50 USD by maya-shop: both balances together." in ran.err
    moved = {row["what"]: row["count"] for row in ran.json["rows"]}
    assert moved["entries"] == 1
    assert balance(run, "mia") == [("maya-shop", "USD", "31.50")]
    assert {each["statement"]: each["closing"] for each in before.values()} == {
        name: each["closing"] for name, each in listed(run).items()
    }
    assert {each["influencer"] for each in listed(run).values()} == {"mia"}
    (mia,) = november(run, clock).values()
    assert sums(mia) == ("31.50", "0.00", "0.00", "0.00", "31.50")


def test_it_is_journalled_once_with_what_both_were_owed(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    close(run)
    merge(run)
    assert run("influencers", "merge", "leo", "mia", "--yes").code == 2
    with closing(run.ledger()) as ledger:
        (noted,) = ledger.entries(0, kind="influencer.merged")
    owed = {name: [each["amount"] for each in noted["data"][name]] for name in ("owed_before", "owed_former")}
    assert owed == {"owed_before": [1350], "owed_former": [1800]}


def test_one_run_pays_both_balances_to_one_payee(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    october(run, shop)
    close(run)
    merge(run)
    text = "influencer,paypal\nmia,mia@pay.example\n"
    (payment,) = pay(run, tmp_path, text=text).ok().json["payments"]
    assert (payment["amount"], payment["influencer"]) == ("31.50", "mia")


def test_what_was_in_a_run_when_they_became_one_is_paid_once_and_to_where_it_was_meant(
    run: Bench, shop: PracticeStore, clock: StillClock, tmp_path: Path
) -> None:
    orders = october(run, shop)
    close(run)
    answer = pay(run, tmp_path).ok().json
    first = (tmp_path / "run.csv").read_bytes()
    merge(run)
    both = "influencer,paypal\nmia,mia@pay.example\nleo,leo@pay.example\n"
    assert pay(run, tmp_path, "--run", answer["run"], text=both).code == 2  # two destinations for one person
    assert (tmp_path / "run.csv").read_bytes() == first
    run("payouts", "paid", "--run", answer["run"]).ok()
    assert balance(run, "mia") == [("maya-shop", "USD", "0.00")]
    give_back(shop, orders["leo"])
    (mia,) = november(run, clock).values()
    assert sums(mia) == ("31.50", "0.00", "-18.00", "31.50", "-18.00")


def test_a_hold_goes_with_the_person(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    october(run, shop)
    close(run)
    run("payouts", "hold", "--influencer", "leo", "--reason", "an own order").ok()
    moved = {row["what"]: row["count"] for row in merge(run).json["rows"]}
    assert moved["holds and rejections"] == 1
    assert "on hold: an own order" in pay(run, tmp_path).ok().err


def test_an_order_that_both_shared_still_adds_up_after_a_refund(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    for code, who in (("MIA10", "mia"), ("LEO10", "leo")):
        make_code(run, code, who)
    (run.home / "config.toml").write_text('multi_code = "split"\n')
    order = shop.sell(["MIA10", "LEO10"], lines=goods(shop, "100.00"), at="2026-10-05T10:00:00-05:00", force=True)
    earned = {who: each["earned"] for who, each in close(run).items()}
    assert earned == {"leo": "4.00", "mia": "4.00"}
    merge(run)
    give_back(shop, int(order["id"]))
    (mia,) = november(run, clock).values()
    assert sums(mia) == ("8.00", "0.00", "-8.00", "0.00", "0.00")


# Somebody who is forgotten


@pytest.fixture
def paid(run: Bench, shop: PracticeStore, tmp_path: Path) -> str:
    """Mia was paid for October by a run, and asked to be forgotten; the run's name."""
    october(run, shop)
    close(run)
    answer = pay(run, tmp_path).ok().json
    return str(answer["run"])


def forget(run: Bench) -> Any:
    return run("influencers", "forget", "mia", "--yes", "-f", "json").ok()


def test_no_statement_is_called_by_the_name_of_somebody_who_was_forgotten(
    run: Bench, paid: str, clock: StillClock, tmp_path: Path
) -> None:
    (before,) = (name for name in listed(run) if "-mia-" in name)
    gone = {row["what"]: row["count"] for row in forget(run).json["rows"]}
    assert gone["names in statements"] == 1
    assert "-mia-" not in run.kept()
    after = before.replace("-mia-", "-x-")
    found = listed(run)[after]
    assert (found["payable"], found["status"], found["run"]) == ("13.50", "claimed", paid)
    assert "mia" not in found["influencer"]
    pages = tmp_path / "pages" / "{influencer}-{period}-{statement}.csv"
    run("payouts", "statement", "--period", "2026-10", "-o", str(pages)).ok()
    written = [file for file in pages.parent.iterdir() if "leo" not in file.name]
    assert [file.name for file in written] == [f"{found['influencer']}-2026-10-{after}.csv"]
    assert b"mia" not in written[0].read_bytes().replace(b"MIA10", b"")


def test_the_rails_report_still_finds_the_payment_by_its_former_id(run: Bench, paid: str, tmp_path: Path) -> None:
    names = list(listed(run))
    forget(run)
    report = tmp_path / "report.csv"
    report.write_text("customer id,status\n" + "".join(f"{name},Success\n" for name in names))
    run("payouts", "paid", "--run", paid, "--report", str(report)).ok()
    assert {each["status"] for each in listed(run).values()} == {"paid"}
    assert run("payouts", "show", names[0]).ok().out


def test_a_run_with_somebody_who_was_forgotten_is_written_no_more_but_can_be_given_up(
    run: Bench, paid: str, tmp_path: Path
) -> None:
    forget(run)
    again = pay(run, tmp_path, "--run", paid)
    assert (again.code, f"shopinf payouts drop {paid}" in again.err) == (2, True)
    run("payouts", "drop", paid).ok()
    rest = pay(run, tmp_path)
    assert rest.code == 7
    assert [each["status"] for each in rest.json["payments"] if each["influencer"] == "leo"] == ["claimed"]


def test_what_is_still_owed_to_them_is_said_and_stays_in_the_books(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    october(run, shop)
    close(run)
    said = " ".join(forget(run).json["notes"])
    assert "still open: 13.50 USD by maya-shop, under the opaque id" in said
    name = next(each for each in listed(run) if "-x-" in each)
    assert f"shopinf payouts paid {name}" in said
    assert run("payouts", "show", listed(run)[name]["influencer"], "-f", "json").ok().json["balances"] == [
        {"payer": "maya-shop", "currency": "USD", "balance": "13.50"}
    ]
    run("payouts", "paid", name).ok()
    sell(shop, "MIA10", "10.00", "2026-11-24")
    forgotten = next(each for who, each in november(run, clock).items() if who != "leo")
    assert sums(forgotten) == ("13.50", "0.90", "0.00", "13.50", "0.90")
    assert forgotten["statement"].startswith("S-2026-11-x-")
