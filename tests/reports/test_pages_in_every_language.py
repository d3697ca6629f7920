"""Pages, statements and workbooks in every language: no word on them is from anywhere but the catalogue."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from bench import Bench
from markupsafe import Markup

from shopinf.attribution.overview import Overview
from shopinf.attribution.report import By, Choice, DateBasis
from shopinf.attribution.worth import By as WorthBy
from shopinf.attribution.worth import worth
from shopinf.letterhead import Language, Letterhead
from shopinf.money import Money
from shopinf.payouts.entries import Account, Kind
from shopinf.payouts.page import Line, Page, vat_of
from shopinf.payouts.statements import Figures, Statement
from shopinf.periods import Period
from shopinf.reports.guide import guide_page
from shopinf.reports.html import file as page
from shopinf.reports.statement import statement_book, statement_page
from shopinf.reports.tongue import Tongue, tongue_of
from shopinf.reports.worth import WorthPage
from shopinf.reports.worth import file as worth_file
from shopinf.reports.xlsx import file as book
from shopinf.results import Failure
from shopinf.scopes import FEATURES, to_paste

from .pagereader import read
from .samples import NAMES, ZONE, code_of, sample
from .test_came_back import PEOPLE, whole

pytestmark = pytest.mark.slow

OTHERS = [language for language in Language if language is not Language.EN]
WORDS = ("day", "days", "moment", "month", "stretch", "mark", "listed", "say")  # what a Tongue says in words


def everything(**more: Any) -> Overview:
    """A report with all that a page can have in it."""
    cut = datetime(2026, 6, 4, tzinfo=ZoneInfo(ZONE))
    lost = [Failure("berlin", "berlin", "no", 4)]
    choice = Choice(include_pending=True, campaigns=("Summer", "Spring"), influencers=NAMES)
    given = {"compare": True, "provisional": True, "reach": cut, "cut": "x", "missing": lost, "choice": choice}
    return replace(sample("EUR", "JPY", **{**given, **more}), back=whole(*PEOPLE).back)


def statement(**more: Any) -> Page:
    """A statement with every kind of line, remark and rate."""

    def eur(text: str) -> Money:
        return Money.of(text, "EUR")

    day = date(2026, 10, 3)
    rates = ("10%", "5.00", "5.00 pro rata", "10%, from 1000 15%", "10%, from 1000 15% (whole)", "10% and 12.5%")
    remarks = ("self_referral", "assumed", "refund", "cancellation", "split with LEO: 1 of 3 parts", "payment voided")
    sold = [
        Line(day, Kind.EARN, f"#{number}", "MAYA", eur("1234.50"), rate, eur("1.00"), remark, "shop")
        for number, (rate, remark) in enumerate(zip(rates, remarks, strict=True))
    ]
    decided = "ada decided on 2026-10-04: {} (Paket; leer)"
    said = [decided.format(what) for what in ("net sales of 5.00 EUR", "as computed", "nothing")]
    changed = [Line(day, Kind.ADJUST, "#7", "", eur("1"), "10%", eur("-1"), each, "paris") for each in [*said, "edit"]]
    changed.append(Line(day, Kind.MANUAL, amount=eur("1"), remark="Bonus"))
    paid = [Line(day, Kind.PAY, amount=eur("-5"), remark="TX"), Line(day, Kind.PAY_FAILED, amount=eur("5"))]
    figures = Figures(Decimal(1), Decimal(30), Decimal(-1), Decimal(5))
    made = Statement(
        "S-1", Account("1", "m", "EUR"), day, date(2026, 10, 31), figures, Decimal(5), Decimal(20), date(2026, 11, 3)
    )
    vat = vat_of(eur("20"), "19", "DE123")
    return replace(Page(made, "Nord", "Kiosk", "Maya", sold, changed, paid, "", vat), **more)


def worth_page() -> WorthPage:
    """What customers are worth, with all that the page can have in it."""
    back = whole(*PEOPLE).back
    day = date(2026, 6, 1)
    return WorthPage(
        worth(back, WorthBy.INFLUENCER),
        worth(back, WorthBy.MONTH),
        ["Maya Shop"],
        datetime(2026, 7, 2, 9, 30, tzinfo=ZoneInfo(ZONE)),
        Period(day, date(2026, 6, 30), ""),
        NAMES,
        ["note"],
    )


def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put what comes from the catalogue, or from Babel, into brackets."""

    def bracketed(method: Callable[..., str]) -> Callable[..., str]:
        def said(*given: Any, **more: Any) -> str:
            text = method(*given, **more)
            return Markup("⟦{}⟧").format(text) if isinstance(text, Markup) else f"⟦{text}⟧"

        return said

    for name in WORDS:
        monkeypatch.setattr(Tongue, name, bracketed(getattr(Tongue, name)))


def left(text: str, known: Sequence[str]) -> list[str]:
    """The words of *text* outside of all brackets that are nothing *known*, like a name."""
    while (shorter := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    for name in sorted(known, key=len, reverse=True):
        text = text.replace(name, " ")
    return re.findall(r"[^\W\d_]+", text)


def seen(html: bytes) -> str:
    """What somebody reads of a page, or hears: its text, and the texts in its attributes."""
    text = re.sub(r"<style>.*?</style>", " ", html.decode(), flags=re.DOTALL)
    spoken = re.findall(r'(?:data-head|alt|aria-label)="([^"]*)"', text)
    return unescape(" ".join([re.sub(r"<[^>]*>", " ", text), *spoken]))


DATA = (*NAMES, *(code_of(name).code for name in NAMES), "Summer", "Spring", "Maya Shop", "Paris", "maya-shop", "paris")
DATA = (*DATA, ZONE, "EUR", "JPY", "UTC", "Nord", "berlin")


@pytest.mark.parametrize("client", [True, False])
@pytest.mark.parametrize("step", [By.DAY, By.WEEK, By.MONTH, By.STORE])
@pytest.mark.parametrize("basis", DateBasis)
def test_every_word_on_a_page_is_from_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, client: bool, step: By, basis: DateBasis
) -> None:
    marked(monkeypatch)
    choice = Choice(by=step, basis=basis, include_pending=True, campaigns=("Summer",))
    html = page(everything(client=client, choice=choice), Letterhead(Language.DE, "Nord"))
    # Notes to the operator, and why a store failed, are what the terminal says too, and marked as English.
    html = re.sub(rb'<(ul|span) lang="en">.*?</\1>', b"", html, flags=re.DOTALL)
    assert set(left(seen(html), DATA)) - ({"no"} if not client else set()) == set()


def test_every_word_on_the_page_of_what_customers_are_worth_is_from_the_catalogue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marked(monkeypatch)
    html = worth_file(worth_page(), Letterhead(Language.NL, "Nord"))
    html = re.sub(rb'<(ul|span) lang="en">.*?</\1>', b"", html, flags=re.DOTALL)
    assert left(seen(html), (*DATA, "Cap")) == []


def test_every_word_of_a_statement_is_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    marked(monkeypatch)
    known = ("MAYA", "Nord", "Kiosk", "Maya", "EUR", "Bonus", "TX", "S-1", "shop", "paris")
    assert left(seen(statement_page(statement(), Letterhead(Language.FR))), known) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_page_says_which_language_it_is_in_and_has_none_of_the_english_words(language: Language) -> None:
    html = page(everything(client=True), Letterhead(language))
    (root,) = read(html).all("html")
    assert root.attributes["lang"] == language
    for words in ("Net sales", "customers", "Orders", "Returns", "could not", "How to read", "counted", "the "):
        assert words not in seen(html), words


@pytest.mark.parametrize("language", Language)
def test_amounts_are_the_same_to_a_program_in_every_language(language: Language) -> None:
    def machine(language: Language) -> list[str]:
        return re.findall(r'<(?:data value|time datetime)="([^"]*)"', page(everything(), Letterhead(language)).decode())

    assert machine(language) == machine(Language.EN) != []


@pytest.mark.parametrize("language", OTHERS)
def test_a_workbook_has_the_same_numbers_under_other_headings(language: Language) -> None:
    def cells(language: Language) -> list[list[list[Any]]]:
        made = openpyxl.load_workbook(io.BytesIO(book(everything(client=True), Letterhead(language))))
        return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in made]

    ours, english = cells(language), cells(Language.EN)
    tongue = tongue_of(language)
    assert [len(sheet) for sheet in ours] == [len(sheet) for sheet in english]
    for sheet, other in zip(ours[1:4], english[1:4], strict=True):
        assert [row for row in map(numbers, sheet) if row] == [row for row in map(numbers, other) if row]
        assert tongue.heading("net_sales") in sheet[0]
        assert "Net sales" not in sheet[0]
        assert sheet[-1][0] != other[-1][0] or tongue.say("page.total") == "Total"


def numbers(row: Sequence[Any]) -> list[Any]:
    return [cell for cell in row if isinstance(cell, int | float | datetime)]


@pytest.mark.parametrize("language", OTHERS)
def test_a_statements_workbook_has_the_same_numbers_in_every_language(language: Language) -> None:
    def cells(language: Language) -> list[Any]:
        made = openpyxl.load_workbook(io.BytesIO(statement_book(statement(), Letterhead(language))))
        return [numbers(row) for sheet in made for row in sheet.iter_rows(values_only=True)]

    assert cells(language) == cells(Language.EN)


def test_days_of_a_workbook_are_written_where_the_language_is_read() -> None:
    for language, form in (("en", "yyyy-mm-dd"), ("de", "dd.mm.yyyy"), ("fr", "dd/mm/yyyy"), ("nl", "dd-mm-yyyy")):
        made = openpyxl.load_workbook(io.BytesIO(book(everything(), Letterhead(Language(language)))))
        assert made.worksheets[0].cell(7, 2).number_format == form


def test_what_a_person_wrote_stays_as_it_is() -> None:
    html = seen(statement_page(statement(), Letterhead(Language.IT)))
    assert "Bonus" in html
    assert "ada ha deciso il 4 ott 2026: vendite nette di 5,00 EUR (Paket; leer)" in html
    assert "acquisto proprio, senza provvigione" in html


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "10%; from 1,000: 15% (of the whole)"),
        ("de", "10 %; ab 1.000: 15 % (vom Ganzen)"),
        ("nl", "10%; vanaf 1.000: 15% (over het geheel)"),
    ],
)
def test_a_rate_is_written_as_its_reader_has_it(language: str, shown: str) -> None:
    html = seen(statement_page(statement(), Letterhead(Language(language)))).replace("\xa0", " ")
    assert shown in html


@pytest.mark.parametrize("language", Language)
def test_the_guide_for_a_client_speaks_the_language_and_has_the_scopes(run: Bench, language: Language) -> None:
    tongue = tongue_of(language)
    text = run("connect", "--guide", "--language", language).ok().out
    run("connect", "--guide", str(run.home / "guide.html"), "--language", language).ok()
    html = (run.home / "guide.html").read_text("utf-8")
    for said in (text, unescape(html)):
        assert to_paste(FEATURES) in said
        assert tongue.say("guide.step_7") in said
    assert f'<html lang="{language}">' in html


def test_every_word_of_the_guide_is_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    marked(monkeypatch)
    assert left(seen(guide_page("read_orders", Letterhead(Language.ES, "Nord"))), ("read_orders", "Nord")) == []


def test_a_language_without_a_page_is_refused(run: Bench) -> None:
    ran = run("connect", "maya-shop", "--language", "de")
    assert (ran.code, "--language is for the page that --guide writes" in ran.err) == (2, True)
