"""Rows that are about nobody, headers of two lines, and quotation marks as databases write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopinf.sheets.fields import Fields
from shopinf.sheets.names import PERSON, WHO
from shopinf.sheets.persons import no_profiles
from shopinf.sheets.reading import Row, read_sheet

PEOPLE = Fields.of(PERSON, required=WHO)


def rows(folder: Path, text: str) -> tuple[list[Row], dict[str, int]]:
    """The rows of a sheet, and those passed over with the reason."""
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    sheet = read_sheet(path, PEOPLE)
    return list(sheet), dict(sheet.told.passed)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Total,,300", "it has the totals"),
        ('Gesamtsumme:,,"1.234,5"', "it has the totals"),
        ("GERMANY,,", "it is the heading of a group"),
        ("Instagram:,,", "it is the heading of a group"),
        ("Username,Email,Followers", "it is the header once more"),
    ],
)
def test_a_row_about_nobody_is_passed_over_and_told(tmp_path: Path, row: str, why: str) -> None:
    found, passed = rows(tmp_path, f"Username,Email,Followers\nmia,mia@x.example,100\n{row}\nleo,leo@x.example,200\n")
    assert [each["handle"] for each in found] == ["mia", "leo"]
    assert passed == {why: 1}


@pytest.mark.parametrize("row", ["total.fit,,300", "Total,total@x.example,300", "germany.travels,,", "mia,,"])
def test_a_row_about_somebody_is_read(tmp_path: Path, row: str) -> None:
    found, passed = rows(tmp_path, f"Username,Email,Followers\n{row}\n")
    assert ([each["handle"] for each in found], passed) == ([row.partition(",")[0]], {})


def test_a_header_in_a_second_language_is_nobody(tmp_path: Path) -> None:
    found, passed = rows(tmp_path, "First name,Last name,Email\nVorname,Nachname,E-Mail\nMia,Lind,mia@x.example\n")
    assert [each["first_name"] for each in found] == ["Mia"]
    assert passed == {"it is the header once more": 1}


def test_headings_of_groups_above_the_header_say_whose_columns_they_are(tmp_path: Path) -> None:
    text = "Contact,,Instagram,,TikTok\nName,Email,Handle,Followers,Handle\nMia Lind,mia@x.example,@mia,1200,@mia.t\n"
    ((row,), _) = rows(tmp_path, text)
    keys = ("name", "email", "instagram_handle", "instagram_followers", "tiktok_handle")
    assert [row[key] for key in keys] == ["Mia Lind", "mia@x.example", "@mia", "1200", "@mia.t"]
    assert row.line == 3


def test_quotation_marks_behind_a_backslash_stay_in_their_cell(tmp_path: Path) -> None:
    (found, _) = rows(tmp_path, 'Username,Name\nmia,"Mia \\"M\\" Lind"\nleo,Leo\n')
    assert [each["name"] for each in found] == ['Mia "M" Lind', "Leo"]


@pytest.mark.parametrize(
    ("column", "cell", "named"),
    [
        ("Handle", "https://www.instagram.com/p/CabcD/", 1),
        ("Handle", "https://vm.tiktok.com/ZM8/", 1),
        ("Profile URL", "https://www.facebook.com/profile.php?id=1", 1),
        ("Profile URL", "https://linktr.ee/mia", 0),  # her own page: a link, and kept as one
        ("Profile URL", "https://www.instagram.com/mia/", 0),
    ],
)
def test_a_link_to_nobodys_profile_is_named_also_where_the_row_has_an_email(
    tmp_path: Path, column: str, cell: str, named: int
) -> None:
    ((row,), _) = rows(tmp_path, f"{column},Email\n{cell},mia@x.example\n")
    found = [each.message for each in no_profiles(row)]
    assert found == [f"{row.place}, column {column}: {cell} is not the address of a profile"] * named
