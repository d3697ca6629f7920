"""Sheets that are made to hurt: each is read or refused in a process that the system gives little memory and time."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

MEMORY, SECONDS = 200 << 20, 40  # bytes of data, the interpreter's and the libraries' with it; of the processor's time
READ = (
    "import sys; from shopinf.errors import BadSheet; from shopinf.sheets.fields import Fields\n"
    "from shopinf.sheets.reading import read_sheet\n"
    "try: print('rows', sum(1 for _ in read_sheet(sys.argv[1], Fields.of('influencer email note'))))\n"
    "except BadSheet as wrong: print('refused', wrong)\n"
)
MAIN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
TABLE = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>influencer</t></is></c></row>'


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def read(path: Path) -> str:
    done = subprocess.run([sys.executable, "-c", READ, str(path)], preexec_fn=_bounded, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    return done.stdout.strip()


def workbook(path: Path, parts: dict[str, Callable[[], object]]) -> Path:
    """A workbook of one sheet, with *parts* in the place of its own; each gives text or pieces of text."""
    book, plain = Workbook(), io.BytesIO()
    book.active.append(["influencer"])
    book.active.append(["maya"])
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            with new.open(name, "w", force_zip64=True) as part:
                made = content()
                for piece in [made] if isinstance(made, str) else made:  # type: ignore[attr-defined]
                    part.write(piece.encode())
    return path


def _sheet(rows: str, tail: str = "") -> Callable[[], str]:
    return lambda: f"{MAIN}<sheetData>{HEADER}{rows}</sheetData>{tail}</worksheet>"


def _long(before: str, piece: str, times: int, after: str) -> Callable[[], object]:
    return lambda: [before, *[piece * 1000] * (times // 1000), after]


SHEET, STRINGS, TYPES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WITH_STRINGS = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}sheet.main+xml"/>'
    f'<Override PartName="/{STRINGS}" ContentType="{TYPE}sharedStrings+xml"/></Types>'
)
CELL = '<c r="XFD{0}" t="inlineStr"><is><t>x</t></is></c>'
WORKBOOKS: dict[str, tuple[dict[str, Callable[[], object]], str]] = {
    "a far row": ({SHEET: _sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')}, "rows 1"),
    "a row beyond the last": ({SHEET: _sheet('<row r="999999999999"><c r="A2"><v>1</v></c></row>')}, "refused"),
    "a negative row": ({SHEET: _sheet('<row r="-5"><c r="A2"><v>1</v></c></row>')}, "refused"),
    "a wrong size": (
        {SHEET: lambda: f'{MAIN}<dimension ref="A1:XFD1048576"/><sheetData>{HEADER}</sheetData></worksheet>'},
        "rows 0",
    ),
    "far cells in many rows": (
        {SHEET: _sheet("".join(f'<row r="{at}">{CELL.format(at)}</row>' for at in range(2, 30_000)))},
        "rows 0",
    ),
    "a row that does not end": (
        {SHEET: _long(f'{MAIN}<sheetData>{HEADER}<row r="2">', "<c><v>1</v></c>", 2_000_000, "</row></sheetData>")},
        "refused",
    ),
    "a cell that does not end": (
        {SHEET: _long(f'{MAIN}<sheetData>{HEADER}<row r="2"><c t="str"><v>', "x" * 100, 1_000_000, "</v></c></row>")},
        "refused",
    ),
    "much before the rows": ({SHEET: _long(f"{MAIN}<cols>", '<col min="1"/>', 2_000_000, "</cols>")}, "refused"),
    "texts without end": (
        {TYPES: lambda: WITH_STRINGS, STRINGS: _long(TABLE,
                        "<si><t>x</t></si>", 4_000_000, "</sst>")},
        "refused",
    ),
    "one text without end": (
        {TYPES: lambda: WITH_STRINGS, STRINGS: _long(TABLE + "<si><t>", "x" * 100,
                        1_000_000, "</t></si></sst>")},
        "refused",
    ),
    "styles without end": ({"xl/styles.xml": _long("<styleSheet>", "<xf/>", 4_000_000, "</styleSheet>")}, "refused"),
    "a list of sheets without end": (
        {"xl/workbook.xml": _long("<workbook>", "<sheet/>", 2_000_000, "</workbook>")}, "refused"
    ),
    "entities within entities": (
        {SHEET: lambda: '<!DOCTYPE x [<!ENTITY a "' + "x" * 9000 + '">' + "".join(
            f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 20}">' for at in range(8)
        ) + f"]>{MAIN}<sheetData>{HEADER}<row><c t='str'><v>&i;</v></c></row></sheetData></worksheet>"},
        "refused",
    ),
    "too many parts": ({f"x{at}": str for at in range(12_000)}, "refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_that_is_made_to_hurt_is_read_within_bounds(name: str, tmp_path: Path) -> None:
    parts, expected = WORKBOOKS[name]
    assert read(workbook(tmp_path / "a.xlsx", parts)).startswith(expected)


def test_texts_hold_a_line_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("influencer," + "x" * (128 << 10) + "\nmaya,1\n")
    assert read(path).startswith("refused")
    path.write_text('influencer\n"maya' + "x\n" * 500_000)
    assert read(path).startswith("refused")
    path.write_text("influencer\n" + "x" * (3 << 20) + "\n")
    assert read(path).startswith("refused")


def test_a_gigabyte_of_text_streams(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"influencer,note\n")
        rows = (b"maya," + b"x" * 100_000 + b"\n") * 100
        for _ in range(108):
            file.write(rows)
    assert path.stat().st_size > 1 << 30
    assert read(path) == "rows 10800"


def test_a_gigabyte_of_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("influencer,note\nmaya,x\n")
    os.truncate(path, 1 << 30)
    assert read(path).startswith("refused")


def test_what_the_library_does_not_support_is_not_said_to_a_person(tmp_path: Path) -> None:
    extension = '<extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"/></extLst>'
    path = workbook(tmp_path / "a.xlsx", {SHEET: _sheet('<row r="2"><c r="A2"><v>1</v></c></row>', extension)})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert read(path) == "rows 1"
    assert told == []
