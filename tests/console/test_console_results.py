"""Results on standard output and in files: table, CSV, JSON, JSON lines."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopinf.console.forms import read_form
from shopinf.errors import BadInput, MachineProblem
from shopinf.money import Money
from shopinf.results import Cell, Failure, Form, Format, Result, columns
from shopinf.sheets.fields import Fields
from shopinf.sheets.reading import read_sheet
from shopinf.sheets.values import plain

from .terminals import Screen, voice

COLUMNS = columns(
    "store influencer note",
    numbers="orders rate",
    money="net_sales",
    times="last_order_at",
    order="store influencer orders net_sales rate last_order_at note",
)
BERLIN = timezone(timedelta(hours=1))
MAYA: dict[str, Cell] = {
    "store": "maya-shop",
    "influencer": "maya",
    "orders": 3,
    "net_sales": Money.of("90", "USD"),
    "rate": Decimal("0.10"),
    "last_order_at": datetime(2026, 11, 1, 14, 3, 5, 999, tzinfo=BERLIN),
    "note": "[bold]hi[/bold]",
}
ZOE: dict[str, Cell] = {
    "store": "tokyo",
    "influencer": "+491701234",
    "orders": -1,
    "net_sales": Money.of("-1000", "JPY"),
}
RESULT = Result("shopinf.test/1", COLUMNS, [MAYA, ZOE])


def shown(result: Result, format: Format) -> str:
    speaker = voice()
    speaker.out.show(result, Form(format))
    return speaker.shown


def test_json_is_one_object_with_schema_rows_notes_and_failures() -> None:
    result = Result(
        "shopinf.test/1", COLUMNS, [MAYA], notes=["a note"], failures=[Failure("tokyo", "MAYA15", "taken", 2)]
    )
    assert json.loads(shown(result, Format.JSON)) == {
        "schema": "shopinf.test/1",
        "rows": [
            {
                "store": "maya-shop",
                "influencer": "maya",
                "orders": 3,
                "net_sales": "90.00",
                "rate": "0.10",
                "last_order_at": "2026-11-01T14:03:05+01:00",
                "note": "[bold]hi[/bold]",
            }
        ],
        "notes": ["a note"],
        "failures": [{"store": "tokyo", "what": "MAYA15", "error": "taken", "code": 2}],
    }


def test_what_is_unknown_is_null_in_json_and_never_left_out() -> None:
    row = json.loads(shown(RESULT, Format.JSON))["rows"][1]
    assert row == {
        "store": "tokyo",
        "influencer": "+491701234",
        "orders": -1,
        "net_sales": "-1000",
        "rate": None,
        "last_order_at": None,
        "note": None,
    }


def test_a_body_takes_the_place_of_rows_and_its_values_are_written_alike() -> None:
    body = {
        "codes": [{"value": Money.of("5", "KWD"), "ends": date(2026, 11, 1), "tags": ("a", "b\x1b[0m")}],
        "notes": ["its own"],
    }
    whole = json.loads(shown(Result("shopinf.codes/1", COLUMNS, [MAYA], body=body, notes=["mine"]), Format.JSON))
    assert whole == {
        "schema": "shopinf.codes/1",
        "codes": [{"value": "5.000", "ends": "2026-11-01", "tags": ["a", "b"]}],
        "notes": ["its own", "mine"],
        "failures": [],
    }
    assert next(iter(whole)) == "schema"


def test_json_lines_are_bare_rows_and_no_text_breaks_a_line() -> None:
    rows = [{"store": "a\u2028b\nc\x85d"}, {"store": "e"}]
    lines = shown(Result("shopinf.test/1", columns("store"), rows), Format.JSONL).splitlines()
    assert [json.loads(line) for line in lines] == [{"store": "a\nb\nc d"}, {"store": "e"}]


def test_csv_has_a_header_and_keeps_text_from_running_but_never_touches_numbers() -> None:
    assert shown(RESULT, Format.CSV) == (
        "store,influencer,orders,net_sales,rate,last_order_at,note\n"
        "maya-shop,maya,3,90.00,0.10,2026-11-01T14:03:05+01:00,[bold]hi[/bold]\n"
        "tokyo,'+491701234,-1,-1000,,,\n"
    )


def test_a_number_that_came_as_text_is_a_number_only_in_a_column_of_numbers() -> None:
    result = Result("shopinf.test/1", COLUMNS, [{"orders": "-5", "net_sales": "-5+cmd", "note": "-5"}])
    assert shown(result, Format.CSV).splitlines()[1] == ",,-5,'-5+cmd,,,'-5"


def test_lists_are_one_cell_of_csv_and_truth_is_a_word() -> None:
    result = Result("shopinf.test/1", columns("store tags live"), [{"store": "a", "tags": ("x", "y"), "live": True}])
    assert shown(result, Format.CSV) == "store,tags,live\na,x; y,true\n"


def test_csv_without_rows_still_has_its_header_and_a_table_says_nothing() -> None:
    empty = Result("shopinf.test/1", columns("store code"), [])
    assert shown(empty, Format.CSV) == "store,code\n"
    assert shown(empty, Format.TABLE) == ""
    assert json.loads(shown(empty, Format.JSON))["rows"] == []


@pytest.mark.parametrize("format", [Format.TABLE, Format.CSV, Format.JSON, Format.JSONL])
def test_no_format_lets_escapes_controls_or_bidi_marks_through(format: Format) -> None:
    nasty = "A\x1b[31mB\x9b0mC\x07D\u202eE\u2066F\x1b]0;t\x07G\ud800"
    text = shown(Result("shopinf.test/1", columns("store"), [{"store": nasty}], notes=[nasty]), format)
    assert "ABCDEFG" in text
    assert not set(text) & set("\x1b\x9b\x07\u202e\u2066\ud800")


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
def test_our_own_reader_gives_back_what_csv_was_written(texts: list[str]) -> None:
    # White space around a cell, control characters and line ends do not survive on purpose; letters become plain ones.
    rows = [{"note": text, "code": "X"} for text in texts]
    written = shown(Result("shopinf.test/1", columns("code note"), rows), Format.CSV)
    kept = [
        json.loads(line)["note"] for line in shown(Result("s", columns("note"), rows), Format.JSONL).split("\n")[:-1]
    ]
    read = [row["note"] for row in read_sheet("-", Fields.of("code note"), stdin=io.StringIO(written))]
    assert read == [plain(text).strip() for text in kept]


def test_a_table_in_a_pipe_is_never_cut_or_wrapped_and_lines_up() -> None:
    wide = Result("shopinf.test/1", COLUMNS, [{**MAYA, "note": "long " * 100 + "end", "influencer": "日本"}, ZOE])
    header, first, second = shown(wide, Format.TABLE).splitlines()
    assert header.split() == ["store", "influencer", "orders", "net", "sales", "rate", "last", "order", "at", "note"]
    assert first.endswith("long end")
    assert len(first) > 500
    assert second.index("-1000") == header.index("net sales") + len("net sales") - len("-1000")
    # A Japanese name is two letters and four cells.
    assert first.index("90.00") == second.index("-1000") - len("日本")


def test_totals_stand_under_a_table_and_nowhere_else() -> None:
    result = Result("shopinf.test/1", COLUMNS, [MAYA], totals=[{"orders": 3, "net_sales": Money.of("90", "USD")}])
    assert shown(result, Format.TABLE).splitlines()[-1].split() == ["total", "3", "90.00"]
    assert "total" not in shown(result, Format.CSV) + shown(result, Format.JSON)


@pytest.mark.parametrize("width", ["1", "40", "80", "300"])
def test_a_wide_table_on_a_terminal_shows_every_word_at_any_width(width: str) -> None:
    screen = Screen()
    speaker = voice(stdout=screen, environ={"COLUMNS": width, "NO_COLOR": "1"})
    speaker.out.show(RESULT, Form(wide=True))
    text = " ".join(speaker.shown.split())
    assert "maya-shop" in text
    assert "+491701234" in text
    assert "[bold]hi[/bold]" in text
    assert "\x1b" not in speaker.shown


def test_the_lines_of_a_card_are_folded_within_its_terminal_and_never_cut() -> None:
    screen = Screen()
    rows = [{"store": "a", "note": "word " * 40}, {"store": "b"}]
    result = Result("shopinf.test/1", columns("store note", numbers="orders"), rows, card=True)
    voice(stdout=screen, environ={"COLUMNS": "60"}).out.show(result, Form())
    lines = screen.getvalue().splitlines()
    assert len(lines) > 3
    assert sum(line.count("word") for line in lines) == 40


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_titles_are_bold_on_a_terminal_that_wants_it(environ: dict[str, str], coloured: bool) -> None:
    screen = Screen()
    voice(stdout=screen, environ={"COLUMNS": "200", **environ}).out.show(RESULT, Form())
    assert ("\x1b[1m" in screen.getvalue()) is coloured


def test_notes_and_failures_are_said_on_standard_error() -> None:
    result = Result("s", columns("store"), [], notes=["all is old"], failures=[Failure("tokyo", "MAYA15", "taken", 2)])
    speaker = voice()
    speaker.out.show(result, Form(Format.CSV))
    assert speaker.said == "note: all is old\nerror: tokyo: MAYA15: taken\n"
    quiet = voice(quiet=True)
    quiet.out.show(result, Form(Format.CSV))
    assert quiet.said == "error: tokyo: MAYA15: taken\n"


def test_the_failure_of_a_whole_store_names_it_once() -> None:
    speaker = voice()
    speaker.out.show(Result("s", columns("store"), [], failures=[Failure("tokyo", "tokyo", "frozen", 5)]), Form())
    assert speaker.said == "error: tokyo: frozen\n"


# files


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("old")
    path.chmod(0o640)
    before = path.stat().st_ino
    speaker = voice()
    speaker.out.show(RESULT, read_form(None, path))
    assert path.read_text(encoding="utf-8").startswith("store,influencer,")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_ino != before
    assert os.listdir(tmp_path) == ["codes.csv"]
    assert (speaker.shown, speaker.said) == ("", f"2 rows written to {path}\n")


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.csv").write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real" / "a.csv")
    voice().out.show(RESULT, Form(Format.CSV, link))
    assert link.is_symlink()
    assert (tmp_path / "real" / "a.csv").read_text().startswith("store,")


def test_a_file_that_cannot_be_replaced_stays_as_it_was_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineProblem, match="The disk is full"):
        voice().out.show(RESULT, Form(Format.CSV, path))
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["codes.csv"]


def test_patterns_in_a_files_name_are_filled_with_fit_names(tmp_path: Path) -> None:
    form = read_form(None, tmp_path / "{store}-{period}-{date}.csv")
    voice().out.show(RESULT, form, stem={"store": "../maya shop", "period": "2026-10"})
    (made,) = os.listdir(tmp_path)
    today = datetime(2026, 11, 3, 12, tzinfo=UTC).astimezone().date()
    assert made == f"maya-shop-2026-10-{today}.csv"


def test_a_pattern_without_a_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\{period\}"):
        voice().out.show(RESULT, Form(Format.CSV, tmp_path / "{period}.csv"))


def test_a_device_is_written_to_as_it_is() -> None:
    voice().out.show(RESULT, read_form("csv", Path("/dev/null")))
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# forms


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.csv", "csv"),
        ("a.JSON", "json"),
        ("a.jsonl", "jsonl"),
        ("a.txt", "table"),
        ("a.xlsx", "xlsx"),
        ("a.html", "html"),
    ],
)
def test_the_suffix_says_the_format(tmp_path: Path, name: str, format: str) -> None:
    assert read_form(None, tmp_path / name, reports=True).format == format


def test_the_format_option_is_stronger_than_the_suffix(tmp_path: Path) -> None:
    assert read_form("json", tmp_path / "a.csv").format is Format.JSON
    assert read_form("jsonl", tmp_path / "no-suffix").format is Format.JSONL


def test_the_default_is_a_table_on_standard_output() -> None:
    assert read_form(None, None) == Form(Format.TABLE, None)
    assert read_form("csv", Path("-")) == Form(Format.CSV, None)


@pytest.mark.parametrize(
    ("format", "output", "reports", "message"),
    [
        (None, "a.pdf", False, "does not say which format"),
        (None, "a", False, "does not say which format"),
        ("yaml", None, False, "no format 'yaml'"),
        ("xlsx", None, True, "needs a file"),
        ("html", None, True, "needs a file"),
        ("html", None, False, "does not write html"),
        ("xlsx", None, False, "needs a file"),
        (None, "a.html", False, "does not write html"),
        (None, "nowhere/a.csv", False, "There is no folder"),
        (None, "nowhere/{period}.csv", False, "There is no folder"),
        ("csv", ".", False, "is a folder"),
    ],
)
def test_a_form_that_cannot_be_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str | None, output: str | None, reports: bool, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=message):
        read_form(format, Path(output) if output else None, reports=reports)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_said_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(MachineProblem, match="does not allow it"):
        read_form(None, tmp_path / "closed" / "a.csv")


# pipes

PROGRAM = """
import os, sys
from shopinf.console.out import Out
from shopinf.errors import ShopinfError
from shopinf.local.disk import write_atomically
from shopinf.results import Form, Format, Result, columns
out = Out(sys.stdout, sys.stderr, sys.stdin, os.environ, replace=write_atomically)
rows = [{"store": "日本 " * 40} for _ in range(5000)]
try:
    out.show(Result("s", columns("store"), rows), Form(Format.CSV))
except ShopinfError as error:
    out.error(error)
    sys.exit(error.code)
sys.exit(42 if out.closed else 0)
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_nobody_reads_is_quiet(unbuffered: str) -> None:
    environ = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.read(10)
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait() == 42


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_standard_output_on_a_full_disk_is_this_machines_problem() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", PROGRAM], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 9
    assert done.stderr.startswith(b"error: Standard output cannot be written: No space left")
    assert b"Traceback" not in done.stderr


def test_a_pipe_gets_utf_8_whatever_the_locale() -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, env=environ, check=True)
    assert len(list(csv.reader(io.StringIO(done.stdout.decode("utf-8"))))) == 5001


def test_importing_the_voice_does_not_load_rich() -> None:
    code = "import sys, shopinf.console.out, shopinf.console.forms; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
