"""The catalogues: every language has every word, with the same things in it, and a form for each of its plurals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

import shopinf.reports
from shopinf.attribution.credits import Exclusion, Method, Status
from shopinf.attribution.report import LEFT_OUT_COLUMNS, By, report_columns
from shopinf.letterhead import Language
from shopinf.money import Money
from shopinf.reports.tongue import Words, catalogue, tongue_of

OTHERS = [language for language in Language if language is not Language.EN]
ENGLISH = catalogue(Language.EN)
HERE = Path(shopinf.reports.__file__).parent
OTHER_ROOMS = [HERE.parent / name for name in ("commands", "delivery")]
SOURCES = [*HERE.rglob("*.py"), *HERE.rglob("*.html"), *(path for room in OTHER_ROOMS for path in room.rglob("*.py"))]

ALONE = re.compile(r" [:;»?!%]|« ")


def forms(words: Words) -> Mapping[str, str]:
    return {"": words} if isinstance(words, str) else words


def named(text: str) -> set[str]:
    """What stands in a sentence: each a plain name, nothing that reaches into a value."""
    found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    assert all(name.isidentifier() and not spec and not conversion for name, spec, conversion in found), text
    return {name for name, _, _ in found}


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_is_missing_in_any_language_and_none_is_there_for_nothing(language: Language) -> None:
    assert list(catalogue(language)) == list(ENGLISH)


@pytest.mark.parametrize("language", Language)
def test_a_sentence_has_the_same_things_in_it_in_every_language(language: Language) -> None:
    for key, words in catalogue(language).items():
        wanted = named(forms(ENGLISH[key]).get("other", str(ENGLISH[key])))
        assert isinstance(words, str) == isinstance(ENGLISH[key], str), key
        for plural, text in forms(words).items():
            assert text.strip() == text != "", key
            # `1` may be in words; everything else has to be said.
            assert named(text) == wanted or (plural == "one" and wanted - named(text) <= {"n", "first", "last"}), key


@pytest.mark.parametrize("language", Language)
def test_a_sentence_that_counts_has_a_form_for_each_plural_of_its_language(language: Language) -> None:
    tongue = tongue_of(language)
    plurals = {tongue.plural(number) for number in (0, 1, 2, 3, 5, 11, 100, 1_000_000, Decimal("1.5"))}
    counting = {key: words for key, words in catalogue(language).items() if not isinstance(words, str)}
    assert counting
    assert {key: set(words) for key, words in counting.items()} == dict.fromkeys(counting, plurals)


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: Language) -> None:
    """Some short words are the same in two languages; whole sentences are not."""
    same = [
        f"{key}: {text}"
        for key, words in catalogue(language).items()
        for text in forms(words).values()
        if text in forms(ENGLISH[key]).values() and len(re.findall(r"\w+", re.sub(r"\{\w+\}", "", text))) > 1
    ]
    assert same == []


def test_every_word_that_the_code_asks_for_is_there_and_every_word_is_asked_for() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCES)
    said = set(re.findall(r"""say\(\s*f?["']([a-z_]+\.[a-z_]+)["']""", text))
    assert said <= set(ENGLISH), said - set(ENGLISH)
    # A key that is put together names its beginning: `table.lead_{what}`.
    begun = set(re.findall(r"""f["']([a-z_]+\.[a-z_]*)\{""", text)) | {f"{name}." for name in ("heading", "statement")}
    quoted = set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", text))
    unused = [key for key in ENGLISH if key not in quoted and not key.startswith(tuple(begun))]
    assert unused == []


@pytest.mark.parametrize("language", Language)
def test_every_column_and_every_value_of_ours_has_a_word(language: Language) -> None:
    words = catalogue(language)
    columns = [*LEFT_OUT_COLUMNS, *(each for by in By for each in report_columns(by, compared=True, payments=True))]
    assert [column.key for column in columns if f"heading.{column.key}" not in words] == []
    values = [*Status, *Method, "new", "returning"]
    assert [value for value in values if f"value.{value}" not in words] == []
    assert [why for why in (*Exclusion, Status.PENDING, Status.NEEDS_REVIEW) if f"left_out.{why}" not in words] == []


@pytest.mark.parametrize(
    ("language", "amount", "yen", "percent", "days", "rows"),
    [
        ("en", "1,234,567.50", "12,345", "−12.5%", "1–30 June 2026", "1 row, 306 rows"),
        ("de", "1.234.567,50", "12.345", "−12,5 %", "1.–30. Juni 2026", "1 Zeile, 306 Zeilen"),
        ("fr", "1 234 567,50", "12 345", "−12,5 %", "1–30 juin 2026", "1 ligne, 306 lignes"),
        ("es", "1.234.567,50", "12.345", "−12,5 %", "1–30 de junio de 2026", "1 fila, 306 filas"),
        ("it", "1.234.567,50", "12.345", "−12,5%", "1–30 giugno 2026", "1 riga, 306 righe"),
        ("nl", "1.234.567,50", "12.345", "−12,5%", "1–30 juni 2026", "1 regel, 306 regels"),
    ],
)
def test_numbers_money_and_days_are_written_as_the_language_has_them(
    language: str, amount: str, yen: str, percent: str, days: str, rows: str
) -> None:
    tongue = tongue_of(Language(language))
    said = [
        tongue.amount(Money.of("1234567.5", "EUR")),
        tongue.amount(Money.of("12345", "JPY")),
        tongue.change(Decimal("-12.5")),
        tongue.days(date(2026, 6, 1), date(2026, 6, 30)),
        f"{tongue.say('count.rows', 1)}, {tongue.say('count.rows', 306)}",
    ]
    plain = [re.sub(r"\s", " ", text).replace(" – ", "–") for text in said]
    assert plain == [amount, yen, percent, days, rows]


def test_no_sign_of_french_stands_alone_on_a_line() -> None:
    """What French sets apart with a space stays with its word: `« a »`, `a :`, `a ;`."""
    apart = [
        key for key, words in catalogue(Language.FR).items() for text in forms(words).values() if ALONE.search(text)
    ]
    assert apart == []
