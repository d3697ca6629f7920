"""Accounts in the ledger, on both engines: closings chain, nothing is entered, claimed or paid twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bench import StillClock

from shopinf.errors import Busy
from shopinf.ledger.accountrows import Draft
from shopinf.ledger.accounts import Outdated
from shopinf.ledger.ledger import Ledger
from shopinf.ledger.merging import move_money
from shopinf.ledger.tables.people import merges
from shopinf.payouts.closing import first_entries, later_entries
from shopinf.payouts.entries import Account, Entry, Kind, OrderKey, Recorded, rejected
from shopinf.payouts.runs import Rail, State
from shopinf.payouts.statements import Action, Mark, Statement, Terms
from shopinf.periods import Period, read_period

from .accounts import MIA, UTC_ZONE, D, again, fresh, on

pytestmark = pytest.mark.both_engines
CLOCK = StillClock(on("2026-09-01"))
LEO = Account("shop:1", "leo", "USD")


@pytest.fixture
def opened(tmp_path: Path, ledger_url: str | None) -> Callable[[], Ledger]:
    """Opens the ledger as another machine of the team would."""

    def open() -> Ledger:
        if ledger_url:
            return Ledger.at(ledger_url, shown="the shared ledger", clock=CLOCK)
        return Ledger.in_file(tmp_path / "ledger.db", clock=CLOCK)

    return open


@pytest.fixture
def ledger(opened: Callable[[], Ledger]) -> Iterator[Ledger]:
    with closing(opened()) as ledger:
        ledger.by = "ann"
        yield ledger


def month(text: str) -> Period:
    return read_period(text, None, None, today=date(2026, 12, 1))


def draft(ledger: Ledger, period: str, entries: Sequence[Entry], **more: object) -> Draft:
    given = {"terms": Terms(), "names": {"mia": "mia", "leo": "leo"}, "version": ledger.accounts.version([1]), **more}
    stores = {1: on("2026-07-01")}
    return Draft(
        "shop:1",
        "maya-shop",
        period=month(period),
        stores=stores,
        entries=entries,
        zone=UTC_ZONE,
        **given,  # type: ignore[arg-type]
    )


def closed(ledger: Ledger, period: str, *entries: Entry, **more: object) -> list[Statement]:
    found = ledger.accounts.close(draft(ledger, period, entries, **more))
    assert found is not None
    return [*found.statements]


def sums(each: Statement) -> tuple[str, ...]:
    sums = each.figures
    return tuple(f"{amount:f}" for amount in (sums.opening, sums.earned, sums.adjustments, sums.paid, sums.closing))


def known(ledger: Ledger, order: int) -> Recorded:
    ((recorded, _),) = ledger.accounts.recorded(1, [order])
    return recorded


def run(ledger: Ledger, *statements: Statement, name: str = "R-1") -> list[object] | None:
    wanted = {each.id: "hash" for each in statements}
    found = ledger.payments.claim(name, Rail.CSV, wanted, {"shop:1": D(0)})
    return None if found is None else [*found[1]]


def test_statements_chain_over_a_payment_and_a_refund(ledger: Ledger) -> None:
    (june,) = closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    assert sums(june) == ("0", "9.00", "0", "0", "9.00")
    assert (june.payable, june.held, june.name[:14]) == (D("9.00"), D(0), "S-2026-06-mia-")
    claimed = run(ledger, june)
    assert claimed is not None
    assert ledger.payments.pay(claimed, date(2026, 7, 2), on("2026-07-02"), "TX-1")  # type: ignore[arg-type]
    back = later_entries([again(known(ledger, 1), "54.00", "2026-07-12", "90.00")])
    (july,) = closed(ledger, "2026-07", *back)
    assert sums(july) == ("9.00", "0", "-3.60", "9.00", "-3.60")
    assert (july.payable, july.reason) == (D(0), "below zero: carried on")
    (august,) = closed(ledger, "2026-08", *first_entries([fresh(2, "100.00", "2026-08-03")]))
    assert sums(august) == ("-3.60", "10.00", "0", "0", "6.40")
    assert august.payable == D("6.40")


def test_an_account_at_nothing_that_did_not_move_gets_no_statement(ledger: Ledger) -> None:
    (june,) = closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    claimed = run(ledger, june)
    ledger.payments.pay(claimed, date(2026, 7, 2), on("2026-07-02"))  # type: ignore[arg-type]
    (july,) = closed(ledger, "2026-07")
    assert sums(july) == ("9.00", "0", "0", "9.00", "0.00")
    assert closed(ledger, "2026-08") == []


def test_the_same_period_is_closed_once_and_its_statements_stay(ledger: Ledger) -> None:
    made = closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    again_made = draft(ledger, "2026-06", first_entries([fresh(2, "90.00", "2026-06-04")]))
    assert ledger.accounts.close(again_made) is None
    assert ledger.accounts.of_period("shop:1", month("2026-06")) == made
    assert ledger.accounts.named(made[0].name.upper()) == made[0]
    assert ledger.accounts.entered(1) == {1}


def test_a_closing_is_outdated_by_one_of_a_store_that_was_closed_together_with_its_own(ledger: Ledger) -> None:
    both, others = {1: on("2026-07-01"), 2: on("2026-07-01")}, {2: on("2026-08-01")}
    assert ledger.accounts.close(replace(draft(ledger, "2026-06", ()), payer="group:north", stores=both)) is not None
    alone = draft(ledger, "2026-07", first_entries([fresh(1, "90.00", "2026-07-03")]))
    order = replace(fresh(2, "90.00", "2026-07-03"), order=OrderKey(2, 2), account=replace(MIA, payer="shop:2"))
    meanwhile = draft(ledger, "2026-07", first_entries([order]))
    assert ledger.accounts.close(replace(meanwhile, payer="shop:2", stores=others)) is not None
    with pytest.raises(Outdated):
        ledger.accounts.close(alone)


def test_an_order_that_another_closing_entered_meanwhile_makes_a_closing_outdated(ledger: Ledger) -> None:
    late = draft(ledger, "2026-07", first_entries([fresh(1, "90.00", "2026-06-03")]))
    closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    with pytest.raises(Outdated):
        ledger.accounts.close(late)
    forced = draft(ledger, "2026-07", first_entries([fresh(1, "90.00", "2026-06-03")]))
    with pytest.raises(Outdated):  # the fence holds by itself
        ledger.accounts.close(forced)
    assert len(ledger.accounts.closings("shop:1")) == 1


def test_ten_closings_at_once_on_ten_machines_make_one(opened: Callable[[], Ledger], ledger: Ledger) -> None:
    ledger.accounts.version([1])

    def close(_: int) -> str:
        with closing(opened()) as mine:
            try:
                entries = first_entries([fresh(n, "90.00", "2026-06-03") for n in range(1, 30)])
                found = mine.accounts.close(draft(mine, "2026-06", entries))
            except Outdated:
                return "outdated"
            return "closed" if found else "was closed"

    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(close, range(10)))
    assert said.count("closed") == 1
    (june,) = ledger.accounts.of_period("shop:1", month("2026-06"))
    assert sums(june)[-1] == "261.00"
    assert len(ledger.accounts.of_statements([june.id])[june.id]) == 29


def test_ten_runs_at_once_on_ten_machines_claim_everything_once(opened: Callable[[], Ledger], ledger: Ledger) -> None:
    orders = [fresh(n, "90.00", "2026-06-03", account=account) for n, account in enumerate([MIA, LEO] * 5, 1)]
    made = closed(ledger, "2026-06", *first_entries(orders))

    def claim(number: int) -> int:
        with closing(opened()) as mine:
            found = run(mine, *made, name=f"R-{number}")
            return 0 if found is None else len(found)

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(claim, range(10))) == [0] * 9 + [2]
    paid = ledger.payments.where()
    assert [each.amount for each in paid] == [D("45.00"), D("45.00")]


def test_a_payment_that_failed_is_payable_again_and_one_that_came_back_is_owed_again(ledger: Ledger) -> None:
    (june,) = closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    (first,) = run(ledger, june) or []
    assert run(ledger, june, name="R-2") is None
    assert ledger.payments.fail(first, on("2026-07-02"), "account closed")  # type: ignore[arg-type]
    assert not ledger.payments.fail(first, on("2026-07-02"), "twice")  # type: ignore[arg-type]
    (second,) = run(ledger, june, name="R-3") or []
    day = date(2026, 7, 3)
    assert len(ledger.payments.pay([second], day, on("2026-07-03"))) == 1  # type: ignore[list-item]
    assert ledger.payments.pay([second], day, on("2026-07-03")) == []  # type: ignore[list-item]
    came_back = ledger.payments.of_statements([june.id])[june.id]
    assert came_back.state is State.PAID
    assert ledger.payments.fail(came_back, on("2026-07-09"), "returned by the bank")
    (july,) = closed(ledger, "2026-07")
    assert sums(july) == ("9.00", "0", "0", "0.00", "9.00")
    kinds = [(each.entry.kind, each.entry.amount) for each in ledger.accounts.of_statements([july.id])[july.id]]
    assert kinds == [(Kind.PAY, D("-9.00")), (Kind.PAY_FAILED, D("9.00"))]
    assert july.payable == D("9.00")


def test_a_run_is_given_up_as_a_whole_and_not_once_something_of_it_was_paid(ledger: Ledger) -> None:
    orders = [fresh(n, "90.00", "2026-06-03", account=account) for n, account in enumerate([MIA, LEO], 1)]
    made = closed(ledger, "2026-06", *first_entries(orders))
    run(ledger, *made)
    first = ledger.payments.run("r-1")
    assert first is not None
    assert [each.name for each in ledger.payments.unwritten()] == ["R-1"]
    assert ledger.payments.drop(first, "wrong day") == 2
    assert ledger.payments.drop(first, "wrong day") == 0
    paid = run(ledger, *made, name="R-2")
    assert paid is not None
    ledger.payments.written("R-2")
    assert ledger.payments.unwritten() == []
    ledger.payments.pay(paid[:1], date(2026, 7, 2), on("2026-07-02"))  # type: ignore[arg-type]
    second = ledger.payments.run("R-2")
    assert second is not None
    with pytest.raises(Busy):
        ledger.payments.drop(second, "too late")


def test_what_is_in_a_run_is_held_back_by_the_next_closing(ledger: Ledger) -> None:
    (june,) = closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    run(ledger, june)
    (july,) = closed(ledger, "2026-07", *first_entries([fresh(2, "50.00", "2026-07-03")]))
    assert sums(july) == ("9.00", "5.00", "0", "0", "14.00")
    assert (july.held, july.payable, july.reason) == (D("9.00"), D("5.00"), "9.00 is in a run")


def test_what_is_rejected_or_held_after_the_closing_is_not_claimed(ledger: Ledger) -> None:
    orders = [fresh(n, "90.00", "2026-06-03", account=account) for n, account in enumerate([MIA, MIA, LEO], 1)]
    made = closed(ledger, "2026-06", *first_entries(orders))
    gone = rejected(known(ledger, 1), on("2026-07-01"), "a bot")
    assert gone is not None
    ledger.accounts.add([gone])
    ledger.accounts.judge(Mark(Action.HOLD, "to be looked at", on("2026-07-01"), person="leo"))
    (payment,) = run(ledger, *made) or []
    assert (payment.account, payment.amount) == (MIA, D("9.00"))  # type: ignore[attr-defined]
    ledger.accounts.judge(Mark(Action.RELEASE, "it is fine", on("2026-07-02"), person="leo"))
    (other,) = run(ledger, *made, name="R-2") or []
    assert (other.account, other.amount) == (LEO, D("9.00"))  # type: ignore[attr-defined]


def test_an_entry_with_a_reference_is_made_once(ledger: Ledger) -> None:
    balance = Entry(Kind.MANUAL, MIA, D("120.00"), on("2026-06-01"), reason="balance", reference="former 1")
    other = Entry(Kind.MANUAL, MIA, D("1.00"), on("2026-06-01"), reason="bonus")
    ids = ledger.accounts.add([balance, balance, other, other])
    assert [bool(id) for id in ids] == [True, False, True, True]
    (june,) = closed(ledger, "2026-06")
    assert sums(june) == ("0", "0", "122.00", "0", "122.00")
    assert june.payable == D("122.00")
    assert {each.by for each in ledger.accounts.of_statements([june.id])[june.id]} == {"ann"}


def test_orders_of_tiers_are_found_with_the_others_of_their_statement(ledger: Ledger) -> None:
    rate = "10%, from 1000 15%"
    orders = [fresh(n, "700.00", f"2026-06-{n:02}", rate) for n in (1, 2)]
    (june,) = closed(ledger, "2026-06", *first_entries([*orders, fresh(3, "10.00", "2026-06-09")]))
    pool = ledger.accounts.pool(june.id, ["mia"])
    assert sorted(recorded.first.order.order_id for recorded in pool) == [1, 2]


def test_a_hold_from_a_day_on_is_about_when_an_order_was_made_not_about_what_came_back_of_it(ledger: Ledger) -> None:
    (june,) = closed(ledger, "2026-06", *first_entries([fresh(1, "54.00", "2026-06-03")]))
    claimed = run(ledger, june)
    assert claimed is not None
    ledger.payments.pay(claimed, date(2026, 7, 2), on("2026-07-02"))  # type: ignore[arg-type]
    more = later_entries([again(known(ledger, 1), "90.00", "2026-07-12", "90.00")])
    closed(ledger, "2026-07", *more, *first_entries([fresh(2, "10.00", "2026-07-03")]))
    ledger.accounts.judge(Mark(Action.HOLD, "leaked", on("2026-07-15"), person="mia", since=on("2026-07-01")))
    (mia,) = ledger.payments.candidates("shop:1", D(0))
    assert (mia.now.amount, mia.now.held) == (D("3.60"), D("1.00"))


def test_an_order_of_two_influencers_is_in_the_tiers_of_each_by_itself(ledger: Ledger) -> None:
    rate, leo = "10%, from 1000 15%", replace(MIA, person="leo")
    both = [fresh(1, "700.00", "2026-06-01", rate), fresh(1, "300.00", "2026-06-01", rate, account=leo)]
    made = closed(ledger, "2026-06", *first_entries([*both, fresh(2, "10.00", "2026-06-09", rate, account=leo)]))
    mias = next(each for each in made if each.account == MIA)
    (pooled,) = ledger.accounts.pool(mias.id, ["leo", "mia"])
    assert (pooled.first.account, pooled.total) == (MIA, D("70.00"))


def test_a_payer_remembers_its_terms_and_its_first_day(ledger: Ledger) -> None:
    closed(ledger, "2026-06", terms=Terms(hold_days=30, minimum=D("50")))
    closed(ledger, "2026-07", terms=Terms(hold_days=15))
    (payer,) = ledger.accounts.payers()
    assert (payer.name, payer.terms, payer.began) == ("maya-shop", Terms(hold_days=15), date(2026, 6, 1))
    look = ledger.accounts.last_look(1)
    assert look is not None
    assert (look.seen, look.shared) == (on("2026-07-01"), False)
    assert ledger.accounts.last_look(2) is None


def test_what_was_paid_in_a_year_is_told_per_influencer_currency_and_rail(ledger: Ledger) -> None:
    (june,) = closed(ledger, "2026-06", *first_entries([fresh(1, "90.00", "2026-06-03")]))
    paid = run(ledger, june)
    assert ledger.payments.of_orders(1, [1]) == {(1, "mia"): (0, 900)}
    ledger.payments.pay(paid, date(2026, 12, 31), on("2026-12-31"))  # type: ignore[arg-type]
    assert ledger.payments.totals(2026) == [("mia", "USD", "csv", D("9.00"), 1)]
    assert ledger.payments.totals(2027) == []
    assert ledger.payments.of_orders(1, [1]) == {(1, "mia"): (900, 0)}


def test_a_rehearsal_shows_the_statements_and_writes_nothing(ledger: Ledger) -> None:
    entries = first_entries([fresh(1, "90.00", "2026-06-03")])
    shown = ledger.accounts.close(draft(ledger, "2026-06", entries), rehearsal=True)
    assert shown is not None
    (june,) = shown.statements
    assert [each.entry.amount for each in shown.entries[june.id]] == [D("9.00")]
    assert (ledger.accounts.payers(), ledger.accounts.entered(1)) == ([], set())
    (made,) = closed(ledger, "2026-06", *entries)
    assert sums(made) == sums(june)


def become_one(ledger: Ledger) -> None:
    """Mia is leo from now on."""
    with ledger.database.writing() as db:
        move_money(db, "mia", "leo")
        db.execute(merges.insert().values(id="mia", person="leo"))


def test_a_closing_worked_out_before_two_became_one_is_entered_for_the_one(ledger: Ledger) -> None:
    made = draft(ledger, "2026-06", first_entries([fresh(1, "90.00", "2026-06-03")]))
    become_one(ledger)
    found = ledger.accounts.close(made)
    assert found is not None
    assert [(each.account, sums(each)) for each in found.statements] == [(LEO, ("0", "9.00", "0", "0", "9.00"))]


def test_a_payment_under_way_when_two_became_one_is_paid_out_of_the_one_account(ledger: Ledger) -> None:
    orders = [fresh(1, "90.00", "2026-06-03"), fresh(2, "50.00", "2026-06-04", account=LEO)]
    statements = closed(ledger, "2026-06", *first_entries(orders))
    assert run(ledger, *statements) is not None
    payments = ledger.payments.where()
    become_one(ledger)
    ledger.payments.pay(payments, date(2026, 7, 2), on("2026-07-02"))
    assert ledger.accounts.balances("leo") == [("shop:1", "USD", D("0.00"))]
    assert ledger.accounts.balances("mia") == []
    (july,) = closed(ledger, "2026-07")
    assert sums(july) == ("14.00", "0", "0", "14.00", "0.00")
