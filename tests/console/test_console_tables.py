"""Tables for eyes: what they show by default, how they fit a terminal, and what is said of what they leave out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shopinf.errors import BadInput
from shopinf.money import Money
from shopinf.results import Form, Format, Result, columns

from .terminals import Screen, voice

LINK = "https://www.maya-shop.example/discount/MAYA15"
COLUMNS = columns(
    numbers="orders",
    money="net_sales",
    times="made_at",
    order="store campaign influencer note code link orders net_sales made_at error price_rule_id",
    shown="code link influencer orders net_sales note store error made_at",
)
ROWS = [
    {
        "store": "maya-shop",
        "campaign": "q4",
        "influencer": name,
        "note": f"{name} writes about mountains and about what one eats there",
        "code": f"{name.upper()}15",
        "link": LINK.replace("MAYA", name.upper()),
        "orders": 3,
        "net_sales": Money.of("90", "USD"),
        "made_at": datetime(2026, 11, 27, 10, 7, tzinfo=UTC),
        "price_rule_id": 1057371199,
    }
    for name in ("maya", "leo")
]
RESULT = Result("shopinf.test/1", COLUMNS, ROWS)


def seen(width: int | None, form: Form | None = None, result: Result = RESULT) -> tuple[list[str], str]:
    """The lines of the table on a terminal so wide, or in a pipe, and what was said beside it."""
    environ = {"COLUMNS": str(width), "NO_COLOR": "1"} if width else {}
    speaker = voice(stdout=Screen(), environ=environ) if width else voice()
    speaker.out.show(result, form or Form())
    return speaker.shown.splitlines(), speaker.said


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_table_fits_the_terminal_and_never_cuts_a_code_a_link_or_a_number(width: int) -> None:
    lines, _ = seen(width)
    assert max(map(len, lines)) <= width
    assert all(f"{name}15" in line for name, line in zip(("MAYA", "LEO"), lines[-2:], strict=True))
    assert all(f"/discount/{name}15 " in f"{line} " for name, line in zip(("MAYA", "LEO"), lines[-2:], strict=True))


def test_titles_are_folded_before_text_is_cut_and_text_before_a_column_goes() -> None:
    folded, _ = seen(140)
    assert folded[0].split() == ["net"]
    assert folded[1].split() == ["influencer", "note", "code", "link", "orders", "sales"]
    assert folded[2].count("…") == 0
    cut, said = seen(120)
    assert cut[1].split() == folded[1].split()
    assert cut[2].count("…") == 1
    assert "for room: note" not in said


def test_the_least_important_column_goes_first_and_what_has_room_beside_a_wide_one_stays() -> None:
    narrow, said = seen(84)
    assert narrow[-2].split() == ["maya", "MAYA15", LINK, "3", "90.00"]
    assert "for room: note" in said
    narrower, said = seen(48)
    assert narrower[-1].split() == ["leo", "leo", "writes", "a…", "LEO15", "3", "90.00"]
    assert "for room: link" in said


def test_stores_and_currencies_are_shown_where_they_differ_whatever_their_rank() -> None:
    other = {**ROWS[1], "store": "nordlicht", "net_sales": Money.of("80", "EUR"), "currency": "EUR"}
    apart = columns(order="store currency code net_sales", money="net_sales", shown="code net_sales")
    result = Result("shopinf.test/1", apart, [{**ROWS[0], "currency": "USD"}, other])
    assert seen(80, result=result)[0][0].split() == ["store", "currency", "code", "net", "sales"]
    alike = replace(result, rows=[{**row, "store": "maya-shop", "currency": "USD"} for row in ROWS])
    lines, said = seen(80, result=alike)
    assert lines[0].split() == ["code", "net", "sales"]
    assert "the same in every row: store maya-shop, currency USD" in said


def test_what_is_the_same_in_every_row_or_empty_is_left_out_and_told() -> None:
    lines, said = seen(200)
    assert lines[0].split() == ["influencer", "note", "code", "link", "orders", "net", "sales"]
    assert "store maya-shop" in said
    assert "made at 27 Nov 10:07" in said
    assert "empty: error" in said
    assert "--wide shows all" in said


def test_one_row_keeps_its_columns_and_a_pipe_cuts_nothing() -> None:
    lines, said = seen(None, result=replace(RESULT, rows=ROWS[:1]))
    assert said == ""
    assert LINK in lines[1]
    assert "maya-shop" in lines[1]
    assert lines[1].count("…") == 0


def test_columns_chooses_in_every_format_and_in_its_order() -> None:
    chosen = Form(Format.CSV, columns=("code", "influencer"))
    assert seen(None, chosen)[0] == ["code,influencer", "MAYA15,maya", "LEO15,leo"]
    assert seen(None, replace(chosen, format=Format.JSONL))[0][0] == '{"code": "MAYA15", "influencer": "maya"}'
    assert seen(None, replace(chosen, format=Format.TABLE))[0][0].split() == ["code", "influencer"]
    body = replace(RESULT, body={"codes": [dict(row) for row in ROWS], "summary": {"asked": 2}})
    assert '"price_rule_id"' not in "".join(seen(None, replace(chosen, format=Format.JSON), body)[0])
    assert '"asked": 2' in "".join(seen(None, replace(chosen, format=Format.JSON), body)[0])


def test_a_column_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="There is no column cod") as refused:
        seen(None, Form(columns=("cod",)))
    assert "code" in str(refused.value.hint)


def test_wide_shows_all_as_cards_where_they_do_not_fit_beside_each_other() -> None:
    lines, said = seen(80, Form(wide=True))
    assert lines[0].split() == ["store", "maya-shop"]
    assert "left out" not in said
    assert "price rule id  1057371199" in "\n".join(lines)
    assert seen(None, Form(wide=True))[0][0].split()[0] == "store"


def test_times_are_short_and_say_another_year() -> None:
    old = {**ROWS[0], "made_at": datetime(2024, 2, 3, 9, 5, tzinfo=UTC)}
    lines, _ = seen(None, Form(columns=("code", "made_at")), replace(RESULT, rows=[ROWS[0], old]))
    assert lines[1].endswith("27 Nov 10:07")
    assert lines[2].endswith("3 Feb 2024 09:05")


def test_a_link_can_be_clicked_where_the_terminal_is_styled() -> None:
    speaker = voice(stdout=Screen(), environ={"COLUMNS": "200"})
    speaker.out.show(replace(RESULT, rows=ROWS[:1]), Form(columns=("code", "link")))
    assert f"\x1b]8;;{LINK}\x1b\\{LINK}\x1b]8;;\x1b\\" in speaker.shown


def test_totals_stay_under_their_columns() -> None:
    result = replace(RESULT, totals=[{"store": None, "orders": 6, "net_sales": Money.of("180", "USD")}])
    lines, _ = seen(None, result=result)
    assert lines[-1].split() == ["total", "6", "180.00"]
