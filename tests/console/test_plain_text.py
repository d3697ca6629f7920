"""Foreign text made plain, and text kept from running as a formula."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopinf.plain import formula_safe, formula_unsafe, harmless

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates included
MEAN_TEXT = st.text(st.sampled_from("'=+-@|%\t\r\n \u200b\u200d＝a1é\u00a0"), max_size=8)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a new title\x07Maya", "Maya"),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1bPq#0;2;0\x1b\\Maya", "Maya"),
        ("\x9b31mred", "red"),
        ("\x9dtitle\x9cMaya", "Maya"),
        ("a\x1b(Bb\x1bcc", "abc"),
        ("half\x1b[", "half"),
        ("\x1b\x1b[0m[31mred", "[31mred"),
        ("Ma\x00y\x08a\x7f\x85!", "Maya !"),
        ("abc\u202egnp.exe\u202c", "abcgnp.exe"),
        ("\u2066a\u2069\u200eb\u200fc\u061c", "abc"),
        ("pay\u200bpal\ufeff\u00ad", "paypal"),
        ("a\ud800b", "a\ufffdb"),
        ("hidden\U000e0068\U000e0069", "hidden"),
        ("one\r\ntwo\tthree\u2028four", "one two three four"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out_and_the_words_stay(text: str, plain: str) -> None:
    assert harmless(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "Maya Øst-Müller",
        "山田 花子",
        "👩‍👩‍👧‍👦 ❤️",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
        "[bold]Maya[/bold]",
    ],
)
def test_names_in_any_script_and_emoji_stay_whole(text: str) -> None:
    assert harmless(text) == text


def test_line_breaks_stay_where_lines_are_allowed() -> None:
    assert harmless("one\r\ntwo\rthree\u2029four\x1b[0m", lines=True) == "one\ntwo\nthree\nfour"


@given(ANY_TEXT)
def test_plain_text_has_no_control_bidi_or_surrogate_character(text: str) -> None:
    plain = harmless(text)
    assert not [sign for sign in plain if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(plain) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff")
    assert harmless(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+491701234",
        "-5",
        "@SUM(A1)",
        "|calc",
        "%0A",
        "\t=1",
        "\r=1",
        "  =1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠a",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Maya", "'Maya'", "1-2", "a=b", "don't", "'", "…", "90.00"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert formula_safe(text) == text


def test_text_with_an_apostrophe_of_its_own_gets_one_more() -> None:
    assert formula_safe("'=1") == "''=1"
    assert formula_unsafe("''=1") == "'=1"


def test_an_apostrophe_that_is_not_ours_is_not_taken_off() -> None:
    assert formula_unsafe("'t Hart") == "'t Hart"


@given(st.one_of(ANY_TEXT, MEAN_TEXT))
def test_every_text_comes_back_from_its_cell(text: str) -> None:
    assert formula_unsafe(formula_safe(text)) == text


@given(MEAN_TEXT)
def test_no_cell_begins_with_a_formula(text: str) -> None:
    assert formula_safe(text).lstrip()[:1] not in {*"=+-@|%＝"}
