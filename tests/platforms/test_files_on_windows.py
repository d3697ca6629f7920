"""Result files on Windows: what Excel has open there, what it reads of a CSV, and names that are kept for devices."""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.console.files import file_name_part
from shopinf.practice import PracticeStore
from shopinf.shell import quoted


@pytest.fixture
def open_in_excel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file that nobody can open for writing nor replace, as Windows has it where another program has it open."""
    file = tmp_path / "stores.csv"
    file.write_text("what Excel shows", encoding="utf-8")
    replace, opened = os.replace, io.open

    def refused(path: Any) -> None:
        if not isinstance(path, int) and Path(path) == file:
            raise PermissionError(13, "Permission denied", str(path))

    def replaced(source: Any, target: Any) -> None:
        refused(target)
        replace(source, target)

    def opening(path: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if "+" in mode or "w" in mode:
            refused(path)
        return opened(path, mode, *more, **named)

    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(io, "open", opening)
    return file


def test_a_file_that_excel_has_open_is_named_before_any_work(
    run: Bench, shop: PracticeStore, open_in_excel: Path, on_windows: None
) -> None:
    asked = len(run.wire.sent)
    refused = run("orders", "sync", "-o", str(open_in_excel))
    assert (refused.code, refused.out) == (9, "")
    assert f"{open_in_excel} is open in another program, like Excel" in refused.err
    assert "hint: Close it there and run the same command again.\n" in refused.err
    assert len(run.wire.sent) == asked


def test_a_file_that_excel_opened_during_the_work_is_named_when_it_is_to_be_replaced(
    run: Bench, shop: PracticeStore, open_in_excel: Path, on_windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(io, "open", builtins.open)
    refused = run("stores", "list", "-o", str(open_in_excel))
    assert (refused.code, f"{open_in_excel} is open in another program" in refused.err) == (9, True)
    assert open_in_excel.read_text(encoding="utf-8") == "what Excel shows"
    assert [each.name for each in open_in_excel.parent.iterdir() if each.suffix == ".tmp"] == []


def test_elsewhere_a_refusal_is_a_matter_of_permissions(run: Bench, shop: PracticeStore, open_in_excel: Path) -> None:
    refused = run("stores", "list", "-o", str(open_in_excel))
    assert (refused.code, "This user is not allowed to use" in refused.err) == (9, True)


def test_a_sheet_that_cannot_be_read_since_excel_has_it_is_named(
    run: Bench, shop: PracticeStore, on_windows: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = tmp_path / "team.csv"
    sheet.write_text("influencer\nmaya\n", encoding="utf-8")
    opened = Path.open

    def opening(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        if path == sheet:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode, *more, **named)

    monkeypatch.setattr(Path, "open", opening)
    refused = run("influencers", "import", str(sheet))
    assert (refused.code, "is open in another program, like Excel" in refused.err) == (2, True)


def test_a_csv_file_is_marked_as_utf_8_for_excel_there_and_read_back(
    run: Bench, shop: PracticeStore, on_windows: None, tmp_path: Path
) -> None:
    written = tmp_path / "team.csv"
    written.write_text("influencer,email\nzoë,zoe@post.example\n", encoding="utf-8")
    run("influencers", "import", str(written)).ok()
    run("influencers", "export", "-o", str(written)).ok()
    assert written.read_bytes().startswith(b"\xef\xbb\xbfinfluencer,")
    run("influencers", "import", str(written)).ok()
    assert run("influencers", "list", "-f", "csv").ok().out.count("\n") == 2
    assert run("influencers", "export", "-f", "csv").ok().out.startswith("influencer,")  # a stream has no mark
    run("influencers", "export", "-o", str(tmp_path / "team.json")).ok()
    assert (tmp_path / "team.json").read_bytes().startswith(b"{")


def test_a_csv_file_has_no_mark_elsewhere(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run("stores", "list", "-o", str(tmp_path / "stores.csv")).ok()
    assert (tmp_path / "stores.csv").read_bytes().startswith(b"store,")


@pytest.mark.parametrize("name", ["con.csv", "NUL", "aux.2026.csv", "com1.csv", "Lpt9.txt"])
def test_a_device_of_windows_is_no_file_there(
    run: Bench, shop: PracticeStore, on_windows: None, tmp_path: Path, name: str
) -> None:
    refused = run("stores", "list", "-f", "csv", "-o", str(tmp_path / name))
    assert (refused.code, "Windows keeps it for a device" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("con", "con_"),
        ("AUX.shop", "AUX_.shop"),
        ("nul. ", "nul_"),
        ("com1", "com1_"),
        ("lpt³", "lpt³_"),
        ("com10", "com10"),
        ("console", "console"),
        ("maya...", "maya"),
        (" autumn / winter ", "autumn-winter"),
        ("..", "none"),
    ],
)
def test_no_name_fills_in_what_windows_would_not_take(name: str, part: str) -> None:
    assert file_name_part(name) == part


def test_long_names_are_cut_and_stay_apart() -> None:
    one, two = file_name_part("ü" * 300 + "a"), file_name_part("ü" * 300 + "b")
    assert one != two
    assert max(len(one.encode()), len(two.encode())) <= 80
    assert one.startswith("ü" * 30)


def test_stores_with_the_names_of_devices_get_files_of_their_own(run: Bench, tmp_path: Path) -> None:
    for handle, name in (("maya-shop", "con"), ("nordlicht", "aux")):
        run.connect(run.open(handle=handle, orders=0), "--as", name).ok()
    run("orders", "sync", "--all-stores", "-o", str(tmp_path / "{store}.csv")).ok()
    assert sorted(each.name for each in tmp_path.glob("*.csv")) == ["aux_.csv", "con_.csv"]


def test_a_name_that_no_file_system_takes_is_told_as_such(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    refused = run("stores", "list", "-o", str(tmp_path / f"{'x' * 300}.csv"))
    assert (refused.code, "Choose a shorter" in refused.err) == (9, True)


def test_what_is_to_be_typed_stands_between_double_quotes_there(
    run: Bench, shop: PracticeStore, on_windows: None, tmp_path: Path
) -> None:
    refused = run("stores", "list", "-o", str(tmp_path / "my reports" / "stores.csv"))
    assert f'hint: Make it first: mkdir "{tmp_path / "my reports"}"\n' in refused.err
    assert quoted("maya-shop") == "maya-shop"
    assert quoted('Maya\'s "best"') == '"Maya\'s ""best"""'


def test_what_is_settled_on_the_disk_is_open_for_writing_as_windows_wants_it(
    run: Bench, shop: PracticeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, settled = os.fsync, []

    def as_there(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            return  # which is done on POSIX alone
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        settled.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", as_there)
    backup = tmp_path / "backup.db"
    run("ledger", "export", str(backup)).ok()
    run("ledger", "import", str(backup), "--replace", "--yes").ok()
    run("stores", "list", "-o", str(tmp_path / "stores.csv")).ok()
    run("stores", "group", "maya-shop", "northlight").ok()
    assert len(settled) >= 4
