"""Sheets from outside: what is read from each kind, and how a bad place is named."""

import io
import json
import tracemalloc
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from shopinf.errors import BadInput, BadSheet
from shopinf.sheets.fields import Fields, read_mapping
from shopinf.sheets.reading import Row, read_sheet
from shopinf.sheets.spelling import folded

FIELDS = Fields.of("influencer email first_name code percent note", required="influencer|email")


def rows_of(path: Path, content: str | bytes, fields: Fields = FIELDS, **mapping: str) -> list[Row]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = list(read_sheet(path, fields, mapping=mapping))
    for row in rows:
        row.check()
    return rows


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "influencers.csv"


def test_columns_are_recognised_by_the_names_people_give_them(sheet: Path) -> None:
    (row,) = rows_of(
        sheet, "User-Name,E-MAIL Address, Prénom ,Discount_Code,Colour\nmaya,m@x.example,Maya,MAYA15,red\n"
    )
    assert row.values == {"influencer": "maya", "email": "m@x.example", "first_name": "Maya", "code": "MAYA15"}
    assert row.extra == {"Colour": "red"}
    assert row["note"] == ""
    assert (row.file, row.line) == (str(sheet), 2)


def test_a_fields_own_name_is_surer_than_another_name_for_it(sheet: Path) -> None:
    fields = Fields.of("influencer handle")
    (row,) = rows_of(sheet, "username,handle\nmaya,@maya\n", fields)
    assert row.values == {"handle": "@maya"}
    assert row.extra == {"username": "maya"}
    (row,) = rows_of(sheet, "handle,influencer\n@maya,maya\n", Fields.of("influencer"))
    assert row.values == {"influencer": "maya"}
    assert row.extra == {"handle": "@maya"}


def test_map_names_a_column_that_is_not_recognised(sheet: Path) -> None:
    (row,) = rows_of(sheet, "Wunschcode,Person,influencer\nM15,maya,other\n", Person="influencer", wunschcode="code")
    assert row.values == {"influencer": "maya", "code": "M15"}


def test_map_options_are_column_and_field() -> None:
    assert read_mapping(["Insta = name=influencer", "E=first-name"]) == {
        "Insta = name": "influencer",
        "E": "first_name",
    }
    with pytest.raises(BadInput, match="column=field"):
        read_mapping(["influencer"])


@pytest.mark.parametrize(
    ("mapping", "message"),
    [({"Foo": "influencer"}, "names no column"), ({"email": "shoe"}, "names no field")],
)
def test_a_map_that_leads_nowhere_is_refused(sheet: Path, mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        rows_of(sheet, "email\na@b.example\n", **mapping)
    assert "email" in (refused.value.hint or "")


def test_a_missing_column_is_named_with_what_was_found_and_how_to_map_it(sheet: Path) -> None:
    with pytest.raises(BadSheet) as refused:
        rows_of(sheet, "\nPerson,code\nmaya,M15\n")
    assert (
        refused.value.message == f'{sheet}, line 2: there is no column for influencer or email; found "Person", "code"'
    )
    assert "--map Person=influencer" in (refused.value.hint or "")


def test_two_columns_for_one_field_are_refused(sheet: Path) -> None:
    with pytest.raises(BadSheet, match="line 1, column E-Mail: two columns are both the email"):
        rows_of(sheet, "email,E-Mail\na,b\n")


def test_two_columns_that_nobody_needs_may_have_one_name(sheet: Path) -> None:
    (row,) = rows_of(sheet, "email,x,x,,\na@b.example,1,2,3,\n")
    assert row.extra == {"x": "1"}


def test_notes_beside_the_table_in_a_workbook_do_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["influencer"], ["maya", None, "ask her again"]])
    assert [row.values for row in read_sheet(path, FIELDS)] == [{"influencer": "maya"}]


# csv


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(sheet: Path, sign: str) -> None:
    (row,) = rows_of(sheet, f"influencer{sign}note\nmaya{sign}hello\n")
    assert row.values == {"influencer": "maya", "note": "hello"}


def test_a_delimiter_that_only_stands_within_a_name_is_not_taken(sheet: Path) -> None:
    (row,) = rows_of(sheet, 'influencer;"a, b, c, d";email\nmaya;1,2,3;m@x.example\n')
    assert row.values == {"influencer": "maya", "email": "m@x.example"}


def test_excels_own_first_line_says_the_delimiter(sheet: Path) -> None:
    (row,) = rows_of(sheet, "sep=;\r\ninfluencer;note\r\nmaya;a,b\r\n")
    assert (row.values, row.line) == ({"influencer": "maya", "note": "a,b"}, 3)


def test_a_tsv_is_split_at_tabs_alone(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path / "a.tsv", "email\tnote,more\na@b.example\tx,y\n")
    assert row.values == {"email": "a@b.example"}
    assert row.extra == {"note,more": "x,y"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found(sheet: Path, encoding: str) -> None:
    text = "influencer,first_name\nzoe,Zoë Müller\n" + "x,Ø\n" * 20_000
    sheet.write_bytes(text.encode(encoding))
    read = read_sheet(sheet, FIELDS)
    rows = list(read)
    assert rows[0]["first_name"] == "Zoë Müller"
    assert rows[-1]["first_name"] == "Ø"
    assert bool(read.notes) is (encoding == "cp1252")


def test_one_accent_far_down_decides_the_encoding(sheet: Path) -> None:
    rows = rows_of(sheet, b"influencer\n" + b"maya\n" * 50_000 + "Zoë\n".encode("cp1252"))
    assert rows[-1]["influencer"] == "Zoë"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(sheet: Path, end: str) -> None:
    lines = ["influencer,note", "", 'maya,"one', 'two"', " , ", "zoe,x"]
    rows = rows_of(sheet, end.join(lines) + end)
    assert [(row["influencer"], row.line) for row in rows] == [("maya", 3), ("zoe", 6)]
    assert rows[0]["note"].splitlines() == ["one", "two"]


def test_a_short_row_is_filled_and_empty_cells_too_many_do_not_matter(sheet: Path) -> None:
    rows = rows_of(sheet, "influencer,email\nmaya\nzoe,z@x.example,,\n")
    assert [row.values for row in rows] == [
        {"influencer": "maya", "email": ""},
        {"influencer": "zoe", "email": "z@x.example"},
    ]


def test_a_row_with_a_cell_too_many_is_named_by_line(sheet: Path) -> None:
    with pytest.raises(BadSheet, match="line 3: the row has more cells than the 2 columns"):
        rows_of(sheet, "influencer,percent\nmaya,10\nzoe,12,5\n")


@pytest.mark.parametrize(
    "content",
    ['influencer\nmaya\n"zoe\nand on\n', 'influencer\nmaya\n"zoe\n' + "x" * 200_000, 'influencer\nmaya\n"z"oe\n'],
)
def test_quotation_marks_that_do_not_fit_are_named_by_line(sheet: Path, content: str) -> None:
    with pytest.raises(BadSheet, match="line 3: "):
        rows_of(sheet, content)


def test_a_nul_byte_is_named_by_line(sheet: Path) -> None:
    with pytest.raises(BadSheet, match="line 2: there is a NUL byte"):
        rows_of(sheet, "influencer\nma\0ya\n")


def test_our_own_apostrophe_is_taken_off_and_others_are_kept(sheet: Path) -> None:
    rows = rows_of(sheet, "influencer,note\n'+491701234,''=1\n't Hart,'quoted'\n")
    assert [(row["influencer"], row["note"]) for row in rows] == [("+491701234", "'=1"), ("'t Hart", "'quoted'")]


def test_what_cannot_be_seen_around_a_cell_is_not_part_of_it(sheet: Path) -> None:
    (row,) = rows_of(sheet, "email\n\u200b m@x.example\u00a0\ufeff\n")
    assert row["email"] == "m@x.example"


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_plain_refusal(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for suffix in (".csv", ".jsonl", ".xlsx", ".txt"):
            path = Path(folder, f"a{suffix}")
            path.write_bytes(content)
            with suppress(BadInput):
                assert all(
                    row["influencer"] == row["influencer"].strip() for row in read_sheet(path, Fields.of("influencer"))
                )


@pytest.mark.slow
def test_a_large_sheet_is_read_in_little_memory(sheet: Path) -> None:
    with sheet.open("w") as file:
        file.write("influencer,email,note\n")
        for number in range(30_000):
            file.write(f"influencer{number},i{number}@x.example,{'x' * 100}\n")
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_sheet(sheet, FIELDS)) == 30_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # the file has 4 MB


# json lines


def test_json_lines_keep_numbers_as_written_and_say_where_they_break(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first, second = rows_of(
        path,
        '{"handle": "maya", "percent": 12.50, "note": null, "email": true}\n\n'
        '{"note": ["a", "b"], "influencer": "\'=1"}\n',
    )
    assert first.values == {"influencer": "maya", "percent": "12.5", "note": "", "email": "true"}
    assert (second.values, second.line) == ({"note": "a; b", "influencer": "'=1"}, 3)


@pytest.mark.parametrize("line", ["{broken", "[1]", '"text"', '{"influencer": NaN}', "[" * 100_000])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadSheet, match="line 2: this is not"):
        rows_of(tmp_path / "a.jsonl", '{"influencer": "maya"}\n' + line + "\n")


def test_a_json_document_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(BadSheet) as refused:
        rows_of(tmp_path / "a.json", '[{"influencer": "maya"}]')
    assert "jsonl" in (refused.value.hint or "")


# workbooks


def workbook(path: Path, rows: list[list[object]], *, formats: dict[str, str] | None = None) -> Path:
    book = Workbook()
    active = book.active
    assert active is not None
    for row in rows:
        active.append(row)
    for cell, number_format in (formats or {}).items():
        active[cell].number_format = number_format
    book.save(path)
    return path


def test_a_workbook_gives_values_as_they_were_typed(tmp_path: Path) -> None:
    moments = [datetime.fromisoformat("2026-11-01"), datetime.fromisoformat("2026-11-30T08:30:00")]
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["Influencer", "percent", "amount", "zip", "starts", "ends", "at", "live", "phone", "sum", "share"],
            ["maya", 12.0, 12.5, 1234, *moments, time(9), True, 491701234567, 0.1 + 0.2, 0.15],
        ],
        formats={"D2": "00000", "K2": "0%"},
    )
    (row,) = read_sheet(path, Fields.of("influencer percent amount zip starts ends phone"))
    assert row.values == {
        "influencer": "maya",
        "percent": "12",
        "amount": "12.5",
        "zip": "01234",
        "starts": "2026-11-01",
        "ends": "2026-11-30T08:30:00",
        "phone": "491701234567",
    }
    assert row.extra == {"at": "09:00:00", "live": "true", "sum": "0.3", "share": "15%"}


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ('#,##0.00 "€"', "10 €"),
        ('"$"#,##0.00', "10 $"),
        ("[$€-407]#,##0.00", "10 €"),
        ("[$$-409]#,##0.00", "10 $"),
        ("[$-409]#,##0.00", "10"),
        ('#,##0 "EUR"', "10 EUR"),
        ("0.00", "10"),
    ],
)
def test_an_amount_of_a_workbook_keeps_its_currency(tmp_path: Path, shown: str, text: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["influencer", "note"], ["maya", 10]], formats={"B2": shown})
    (row,) = rows_of(path, path.read_bytes())
    assert row["note"] == text


def test_a_workbooks_lines_are_its_row_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[], ["influencer"], ["maya"], [], [None], ["zoe"]])
    assert [(row["influencer"], row.line) for row in read_sheet(path, FIELDS)] == [("maya", 3), ("zoe", 6)]


def test_dates_alone_are_dates(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["influencer", "starts"], ["maya", date(2026, 11, 1)]])
    (row,) = read_sheet(path, Fields.of("influencer starts"))
    assert row["starts"] == "2026-11-01"


def test_a_cell_that_excel_could_not_compute_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["influencer", "Discount %"], ["maya", "#N/A"]])
    (row,) = read_sheet(path, FIELDS)
    with pytest.raises(BadSheet, match="line 2, column Discount %: the cell has the error #N/A"):
        row.check("percent")


def test_of_several_sheets_the_first_visible_one_with_rows_is_read_and_named(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Empty"
    book.create_sheet("Hidden").append(["influencer"])
    book["Hidden"].sheet_state = "hidden"
    for row in (["influencer"], ["maya"]):
        book.create_sheet("Codes").append(row) if "Codes" not in book.sheetnames else book["Codes"].append(row)
    book.save(tmp_path / "a.xlsx")
    read = read_sheet(tmp_path / "a.xlsx", FIELDS)
    assert [row["influencer"] for row in read] == ["maya"]
    assert read.notes == [f"{tmp_path / 'a.xlsx'} has 2 sheets; Codes was read."]


def test_a_workbook_is_known_by_its_content(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["influencer"], ["maya"]]).rename(tmp_path / "a.csv")
    assert [row["influencer"] for row in read_sheet(path, FIELDS)] == ["maya"]


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_workbook_is_said_plainly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(BadSheet):
        read_sheet(tmp_path / "a.xlsx", FIELDS)


# places


def test_standard_input_is_a_sheet_too() -> None:
    for stdin in (io.BytesIO(b"influencer\nmaya\n"), io.StringIO('{"influencer": "maya"}\n')):
        (row,) = read_sheet("-", FIELDS, stdin=stdin)
        assert (row["influencer"], row.file) == ("maya", "standard input")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " , ,\n"])
def test_an_empty_sheet_is_refused(sheet: Path, content: str) -> None:
    with pytest.raises(BadSheet, match="the sheet is empty"):
        rows_of(sheet, content)


def test_a_sheet_with_column_names_only_has_no_rows(sheet: Path) -> None:
    assert rows_of(sheet, "influencer,email\n") == []


def test_files_that_are_not_there_or_not_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"There is no file .*nowhere\.csv"):
        read_sheet(tmp_path / "nowhere.csv", FIELDS)
    with pytest.raises(BadInput, match="is a folder"):
        read_sheet(tmp_path, FIELDS)
    with pytest.raises(BadInput, match="cannot be read"):
        read_sheet("a\0b.csv", FIELDS)


def test_a_row_names_its_place_with_the_column_as_the_sheet_calls_it(sheet: Path) -> None:
    (row,) = rows_of(sheet, "User Name,percent\nmaya,lots\n")
    problem = row.problem("lots is not a number", key="percent", hint="Write 15.")
    assert problem.message == f"{sheet}, line 2, column percent: lots is not a number"
    assert row.problem("no", key="influencer").message == f"{sheet}, line 2, column User Name: no"


@given(st.text(max_size=20))
def test_folding_a_name_twice_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_our_own_json_lines_come_back(tmp_path: Path) -> None:
    row = {"influencer": "=maya", "email": None, "percent": 15}
    (read,) = rows_of(tmp_path / "a.jsonl", json.dumps(row) + "\n")
    assert read.values == {"influencer": "=maya", "email": "", "percent": "15"}


def test_a_workbook_that_begins_with_a_cover_is_read_from_the_sheet_with_the_columns(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Cover"
    book.active.append(["Our influencers 2026"])
    book.create_sheet("Codes").append(["influencer"])
    book["Codes"].append(["maya"])
    book.save(tmp_path / "a.xlsx")
    read = read_sheet(tmp_path / "a.xlsx", FIELDS)
    assert [row["influencer"] for row in read] == ["maya"]
    assert read.notes == [f"{tmp_path / 'a.xlsx'} has 2 sheets; Codes was read."]


def test_where_no_sheet_of_a_workbook_has_the_columns_the_first_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Colour", "Size"])
    book.active.append(["red", "L"])
    book.create_sheet("Notes").append(["call them"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(BadSheet, match='found "Colour", "Size"'):
        list(read_sheet(tmp_path / "a.xlsx", FIELDS))


def test_a_formula_whose_value_is_not_in_the_file_is_named_and_no_empty_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["influencer", "Discount %"], ["maya", "=5*3"], ["", "=5*4"]])
    (row,) = read_sheet(path, FIELDS)
    with pytest.raises(BadSheet, match=r"line 2, column Discount %: the file has the formula =5\*3 and not its value"):
        row.check("percent")
