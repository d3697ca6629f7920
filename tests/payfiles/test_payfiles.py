"""Payment files, byte for byte as each rail documents them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopinf.errors import BadInput
from shopinf.money import Money
from shopinf.payfiles.rails import RAILS, PayFile, file_names, pay_file, sheaves
from shopinf.payfiles.sepa import check_payer
from shopinf.payouts.payees import Batch, Payee, Payer, Payment
from shopinf.payouts.runs import Rail

ZOE = Payee(
    "zoe",
    "Zoë Großmann",
    paypal="zoe@x.example",
    iban="DE89 3704 0044 0532 0130 00",
    email="zoe@x.example",
    country="DE",
)
UAB = Payee(
    "jonas", "UAB Šiauliai, Vilnius", True, paypal="+370 612 34567", iban="LT121000011101001000", bic="HABALT22"
)
BRIT = Payee("ann", "Ann O'Neill", account_number="3192 6819", sort_code="60-16-13", country="GB")
AGENCY = Payer("Nordlicht & Söhne GmbH", "DE02120300000000202051")
BATCH = Batch("R-2026-11-27-7KQ", datetime(2026, 11, 27, 10, tzinfo=UTC), AGENCY, "Commission of October")


def pay(payee: Payee, amount: str = "25.00", currency: str = "EUR", statement: str | None = None) -> Payment:
    return Payment(statement or f"S-2026-10-{payee.influencer}-7K", Money.of(amount, currency), payee)


def written(rail: Rail, *payments: Payment) -> bytes:
    file = pay_file(rail)
    for each in payments:
        file.check(each)
    return file.write(payments, BATCH, 1)


def test_paypal_takes_rows_without_a_header() -> None:
    assert written(Rail.PAYPAL, pay(ZOE), pay(UAB, "1234.5", "USD"), pay(ZOE, "1000", "JPY")) == (
        b"zoe@x.example,25.00,EUR,S-2026-10-zoe-7K,Commission of October,PAYPAL\r\n"
        b"+37061234567,1234.50,USD,S-2026-10-jonas-7K,Commission of October,PAYPAL\r\n"
        b"zoe@x.example,1000,JPY,S-2026-10-zoe-7K,Commission of October,PAYPAL\r\n"
    )


def test_paypal_gives_no_decimals_to_currencies_that_it_knows_without() -> None:
    assert b",1234,HUF," in written(Rail.PAYPAL, pay(ZOE, "1234.00", "HUF"))
    with pytest.raises(BadInput, match="no decimals in HUF"):
        written(Rail.PAYPAL, pay(ZOE, "1234.50", "HUF"))


def test_wise_takes_quoted_cells_under_its_own_headers() -> None:
    assert written(Rail.WISE, pay(ZOE), pay(UAB, "6.40")).decode() == (
        '"name","recipientEmail","paymentReference","referenceNumber","receiverType","amountCurrency","amount",'
        '"sourceCurrency","targetCurrency","IBAN"\r\n'
        '"Zoë Großmann","zoe@x.example","S-2026-10-zoe-7K","S-2026-10-zoe-7K","PERSON","target","25.00","EUR","EUR",'
        '"DE89370400440532013000"\r\n'
        '"UAB Šiauliai, Vilnius","","S-2026-10-jonas-7K","S-2026-10-jonas-7K","BUSINESS","target","6.40","EUR","EUR",'
        '"LT121000011101001000"\r\n'
    )


def test_revolut_takes_ibans_in_one_form_and_british_accounts_in_another() -> None:
    file, payments = pay_file(Rail.REVOLUT), [pay(BRIT, "9.00", "GBP"), pay(ZOE, "25.00", "GBP"), pay(UAB, "6.40")]
    made = [
        (sheaf.currency, sheaf.form, file.write(sheaf.payments, BATCH, sheaf.part).decode())
        for sheaf in sheaves(file, payments)
    ]
    assert made == [
        (
            "EUR",
            "",
            "Name,Recipient type,IBAN,BIC,Recipient bank country,Currency,Amount,Payment reference\r\n"
            '"UAB Šiauliai, Vilnius",COMPANY,LT121000011101001000,HABALT22,LT,EUR,6.40,S-2026-10-jonas-7K\r\n',
        ),
        (
            "GBP",
            "",
            "Name,Recipient type,IBAN,BIC,Recipient bank country,Currency,Amount,Payment reference\r\n"
            "Zoë Großmann,INDIVIDUAL,DE89370400440532013000,COBADEFFXXX,DE,GBP,25.00,S-2026-10-zoe-7K\r\n",
        ),
        (
            "GBP",
            "uk",
            "Name,Recipient type,Account number,Sort code,Recipient bank country,Currency,Amount,Payment reference\r\n"
            "Ann O'Neill,INDIVIDUAL,31926819,601613,GB,GBP,9.00,S-2026-10-ann-7K\r\n",
        ),
    ]


PAIN = Path(__file__).with_name("pain.001.001.09.xml")


def test_a_sepa_file_is_a_credit_transfer_of_2019_without_addresses_in_signs_that_banks_take() -> None:
    made = written(Rail.SEPA, pay(ZOE), pay(UAB, "6.40"))
    assert made.decode() == PAIN.read_text(encoding="utf-8")
    assert made == written(Rail.SEPA, pay(ZOE), pay(UAB, "6.40"))
    assert made.isascii()
    assert b"PstlAdr" not in made


def test_the_sepa_file_is_held_against_the_schema() -> None:
    import sepaxml
    import xmlschema

    schema = xmlschema.XMLSchema(str(Path(sepaxml.__file__).with_name("schemas") / "pain.001.001.09.xsd"))
    made = PAIN.read_text(encoding="utf-8")
    assert schema.is_valid(made)
    assert not schema.is_valid(made.replace("2026-11-27T", "27.11.2026 "))
    assert not schema.is_valid(made.replace("S-2026-10-zoe-7K", "S" * 36))


def test_a_bank_without_a_known_bic_is_said_to_be_unknown() -> None:
    batch = Batch("R-1", BATCH.made_at, Payer("Agency", "LT121000011101001000"))
    made = pay_file(Rail.SEPA).write([pay(ZOE)], batch, 2)
    assert b"<Id>NOTPROVIDED</Id>" in made
    assert b"<MsgId>R-1-2</MsgId>" in made


def test_everything_stands_in_the_plain_sheet_and_no_cell_is_a_formula() -> None:
    odd = Payee("=2+3", "-Zoë\n@home", iban=ZOE.iban, vat_id="DE1", vat_rate="19", address="Weg 1\r\n12345 Köln")
    rows = list(csv.DictReader(io.StringIO(written(Rail.CSV, pay(odd, statement="S-1")).decode())))
    assert rows == [
        {
            "statement": "S-1",
            "influencer": "'=2+3",
            "name": "'-Zoë @home",
            "type": "person",
            "amount": "25.00",
            "currency": "EUR",
            "paypal": "",
            "iban": "DE89370400440532013000",
            "bic": "",
            "account_number": "",
            "sort_code": "",
            "country": "",
            "email": "",
            "vat_id": "DE1",
            "vat_rate": "19",
            "address": "Weg 1 12345 Köln",
            "run": "R-2026-11-27-7KQ",
        }
    ]


names = st.text(max_size=40) | st.sampled_from(["=HYPERLINK(1)", "@a", "+1", "a\r\nb", "'=x", "\u202eabc", "-"])


@settings(max_examples=150, deadline=None, database=None)
@given(names, st.sampled_from([each for each in RAILS if each is not Rail.PAYPAL]))
def test_no_name_makes_a_second_line_a_formula_or_a_broken_file(name: str, rail: Rail) -> None:
    file, payment = pay_file(rail), pay(Payee("x", name, iban=ZOE.iban, country="DE"), statement="S-1")
    try:
        file.check(payment)
    except BadInput:
        return
    made = file.write([payment], BATCH, 1)
    if rail is Rail.SEPA:
        assert made.isascii()
        return
    rows = list(csv.reader(io.StringIO(made.decode())))
    assert made.count(b"\n") == 2
    assert len(rows) == 2
    shown = rows[1][2 if rail is Rail.CSV else 0]
    assert not shown.startswith(("=", "+", "-", "@", "|", "%", "\t"))


WRONG = [
    (Rail.PAYPAL, Payee("x"), "the e-mail or phone number at PayPal is missing"),
    (Rail.PAYPAL, Payee("x", paypal="zoe at x"), "is no e-mail or phone number"),
    (Rail.PAYPAL, Payee("x", paypal="=cmd@x.example"), "is no e-mail"),
    (Rail.WISE, Payee("x", "Zoë"), "the IBAN is missing"),
    (Rail.WISE, Payee("x", "Zoë", iban="DE89 3704 0044 0532 0130 01"), "DE89…3001 has wrong check digits"),
    (Rail.WISE, Payee("x", "Zoë", iban="DE8937040044053201300"), "is no IBAN: invalid iban length"),
    (Rail.WISE, Payee("x", "Zoë", iban="XX89370400440532013000"), "is no IBAN: unknown country-code"),
    (Rail.WISE, Payee("x", iban=ZOE.iban), "the name is missing"),
    (Rail.WISE, Payee("x", "Zoë", iban=ZOE.iban, email="zoe"), "is no e-mail"),
    (Rail.REVOLUT, Payee("x", "Zoë", iban=ZOE.iban, bic="NWBKGB2L"), "of a bank in GB, the IBAN of one in DE"),
    (Rail.REVOLUT, Payee("x", "Zoë", iban=ZOE.iban, bic="COBA"), "is no BIC"),
    (Rail.REVOLUT, Payee("x", "Ann", account_number="31926819"), "the sort code is missing"),
    (Rail.REVOLUT, Payee("x", "Ann", account_number="3192", sort_code="601613"), "8 digits"),
    (Rail.SEPA, Payee("x", "Zoë", iban="AE070331234567890123456"), "is of AE, which is outside of SEPA"),
    (Rail.SEPA, Payee("x", "☃", iban="DE89370400440532013001"), "check digits|no sign"),
    (Rail.CSV, Payee("x", iban="DE89370400440532013001"), "wrong check digits"),
]


@pytest.mark.parametrize(("rail", "payee", "words"), WRONG)
def test_what_is_wrong_with_a_payee_is_one_sentence_without_the_whole_account(
    rail: Rail, payee: Payee, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        pay_file(rail).check(pay(payee))
    assert "37040044053201300" not in refused.value.message


def test_the_same_destination_is_the_same_however_it_is_typed() -> None:
    for rail in RAILS:
        if rail is not Rail.CSV:
            typed = Payee("zoe", " Zoë Großmann", paypal="zoe@x.example", iban="de89370400440532013000")
            assert pay_file(rail).destination(ZOE) == pay_file(rail).destination(typed)


@pytest.mark.parametrize(
    ("payer", "words"),
    [
        (Payer("Agency"), "there is none"),
        (Payer("Agency", "DE02120300000000202052"), "wrong check digits"),
        (Payer("", "DE02120300000000202051"), "there is no name"),
        (Payer("Agency", "DE02120300000000202051", "NWBKGB2L"), "of a bank in GB"),
    ],
)
def test_a_sepa_file_needs_to_know_who_pays(payer: Payer, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_payer(payer)


def many(count: int, currency: str = "EUR") -> list[Payment]:
    return [pay(ZOE, currency=currency, statement=f"S-{number:05}") for number in range(count)]


@pytest.mark.parametrize(
    ("rail", "sizes"), [(Rail.PAYPAL, [5000, 1]), (Rail.WISE, [1000] * 5 + [1]), (Rail.CSV, [5001])]
)
def test_files_are_split_at_the_rails_limit(rail: Rail, sizes: list[int]) -> None:
    found = sheaves(pay_file(rail), many(5001))
    assert [len(sheaf.payments) for sheaf in found] == sizes
    assert [sheaf.part for sheaf in found] == list(range(1, len(sizes) + 1))


def test_one_file_has_the_name_that_was_asked_for_and_several_tell_currency_form_and_part() -> None:
    wise = pay_file(Rail.WISE)
    assert file_names(Path("out/run.csv"), sheaves(wise, many(3))) == [Path("out/run.csv")]
    assert file_names(Path("run.csv"), sheaves(wise, many(1001))) == [Path("run-EUR-1.csv"), Path("run-EUR-2.csv")]
    both = sheaves(wise, [*many(2), *many(2, "SEK")])
    assert file_names(Path("run.csv"), both) == [Path("run-EUR.csv"), Path("run-SEK.csv")]
    uk = sheaves(pay_file(Rail.REVOLUT), [pay(ZOE, currency="GBP"), pay(BRIT, currency="GBP")])
    assert file_names(Path("run.csv"), uk) == [Path("run-GBP.csv"), Path("run-GBP-uk.csv")]
    assert sheaves(wise, []) == []


@pytest.mark.parametrize("rail", RAILS)
def test_every_rail_has_a_file_of_one_shape(rail: Rail) -> None:
    file: PayFile = pay_file(rail)
    assert file.form(ZOE) == ""
    assert file.limit is None or file.limit > 0
    assert file.currencies is None or "EUR" in file.currencies
