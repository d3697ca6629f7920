"""A bank's own messages as the report of a run: what it says of each payment, and what else is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

from shopinf.errors import BadInput
from shopinf.payfiles.bankreport import read_bank_report

from .paying import close, october, pay

pytestmark = pytest.mark.slow

STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>{mia}</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>B1</AcctSvcrRef>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">13.50</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>{leo}</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Account closed</AddtlInf></StsRsnInf></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""

ACCOUNT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="EUR">31.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls>
<TxDtls><Refs><AcctSvcrRef>B7</AcctSvcrRef><EndToEndId>{mia}</EndToEndId></Refs><Amt Ccy="EUR">13.50</Amt></TxDtls>
<TxDtls><Refs><EndToEndId>{leo}</EndToEndId></Refs><Amt Ccy="EUR">18.00</Amt></TxDtls>
<TxDtls><Refs><EndToEndId>S-2026-09-ann-22</EndToEndId></Refs><Amt Ccy="EUR">1.00</Amt></TxDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="EUR">900.00</Amt></TxDtls></NtryDtls></Ntry>
{returned}</Stmt></BkToCstmrStmt></Document>"""

RETURNED = """<Ntry><Amt Ccy="EUR">18.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls><TxDtls>
<Refs><EndToEndId>{leo}</EndToEndId></Refs><Amt Ccy="EUR">18.00</Amt>
<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"""


@pytest.fixture
def paid(run: Bench, tmp_path: Path) -> str:
    """October of a store in euros was handed to the bank; the run's name."""
    shop = run.open(currency="EUR")
    run.connect(shop).ok()
    october(run, shop)
    close(run)
    sender = ("--payer-iban", "DE02120300000000202051", "--payer-name", "Agency")
    return str(pay(run, tmp_path, *sender, rail="sepa").ok().json["run"])


def names(run: Bench) -> dict[str, str]:
    return {each["influencer"]: each["statement"] for each in listed(run)}


def listed(run: Bench) -> list[dict[str, str]]:
    found: list[dict[str, str]] = run("payouts", "list", "-f", "json").ok().json["statements"]
    return found


def stand(run: Bench) -> dict[str, str]:
    return {each["influencer"]: each["status"] for each in listed(run)}


def report(folder: Path, text: str) -> str:
    file = folder / "report.xml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_banks_status_report_says_what_was_paid_and_what_was_rejected(run: Bench, paid: str, tmp_path: Path) -> None:
    file = report(tmp_path, STATUS.format(**names(run)))
    rows = run("payouts", "paid", "--run", paid, "--report", file, "-f", "json").ok().json["rows"]
    found = {row["influencer"]: (row["status"], row["reference"], row["reason"]) for row in rows}
    assert found == {"mia": ("paid", "B1", None), "leo": ("failed", None, "AC04 Account closed")}
    assert stand(run) == {"mia": "paid", "leo": "open"}


def test_a_statement_of_the_account_says_what_left_it_and_what_came_back(run: Bench, paid: str, tmp_path: Path) -> None:
    known = names(run)
    file = report(tmp_path, ACCOUNT.format(returned="", **known))
    run("payouts", "paid", "--run", paid, "--report", file).ok()  # another run's payment, and a rent, are none of it
    assert stand(run) == {"mia": "paid", "leo": "paid"}
    only = ACCOUNT[: ACCOUNT.index("<Ntry>")] + RETURNED.format(**known) + "</Stmt></BkToCstmrStmt></Document>"
    run("payouts", "paid", "--run", paid, "--report", report(tmp_path, only)).ok()
    assert stand(run) == {"mia": "paid", "leo": "open"}


def test_what_went_out_and_came_back_in_one_report_is_told_and_not_used(run: Bench, paid: str, tmp_path: Path) -> None:
    known = names(run)
    file = report(tmp_path, ACCOUNT.format(returned=RETURNED.format(**known), **known))
    ran = run("payouts", "paid", "--run", paid, "--report", file)
    assert (ran.code, f"{known['leo']} is failed here and paid before" in ran.err) == (7, True)
    assert stand(run)["mia"] == "paid"


def test_a_report_of_other_payments_is_refused(run: Bench, paid: str, tmp_path: Path) -> None:
    file = report(tmp_path, STATUS.format(mia="S-2026-09-ann-22", leo="S-2026-09-tom-22"))
    ran = run("payouts", "paid", "--run", paid, "--report", file)
    assert (ran.code, f"not of run {paid}" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<Document>", "is not whole"),
        ("<Document/>", "says nothing of single payments"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Document>&b;</Document>', "defines entities"),
    ],
)
def test_what_is_no_report_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_bank_report(text.encode(), "report.xml")
