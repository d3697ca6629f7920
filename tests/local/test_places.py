"""Where things lie, who may read them, and what is said when they cannot be written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopinf.errors import BadInput, MachineProblem
from shopinf.ledger.engine import Database
from shopinf.local import disk
from shopinf.local.places import Places, find_places


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def ordinary_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


def test_shopinf_home_puts_everything_into_one_folder(tmp_path: Path) -> None:
    places = find_places({"SHOPINF_HOME": str(tmp_path), "XDG_CONFIG_HOME": "/elsewhere"})
    assert {places.config_file.parent, places.stores_file.parent, places.ledger_file.parent} == {tmp_path}
    assert (places.config_file.name, places.stores_file.name, places.ledger_file.name) == (
        "config.toml",
        "stores.toml",
        "ledger.db",
    )


@pytest.mark.skipif(os.name != "posix", reason="XDG")
def test_the_xdg_folders_are_honoured_and_relative_ones_are_not() -> None:
    places = find_places({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/conf", "XDG_DATA_HOME": "data"})
    assert places.config == Path("/conf/shopinf")
    assert places.data == Path("/home/ada/.local/share/shopinf")


def test_an_empty_environment_still_finds_a_place() -> None:
    assert find_places({}).config.is_absolute()


def test_a_relative_home_stays_where_it_was_when_the_run_changes_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_places({"SHOPINF_HOME": "here"}).config == tmp_path / "here"


def test_folders_are_made_for_their_owner_only(places: Places) -> None:
    places.make()
    assert [mode(folder) for folder in (places.config, places.data, places.locks)] == [0o700] * 3


def test_an_empty_folder_that_is_handed_over_is_closed_to_others(home: Path, places: Places) -> None:
    home.mkdir(mode=0o755)
    places.make()
    assert mode(home) == 0o700


def test_a_folder_that_somebody_arranged_keeps_its_permissions(home: Path, places: Places) -> None:
    home.mkdir(mode=0o755)
    (home / "notes.txt").touch()
    places.make()
    assert mode(home) == 0o755


def test_private_files_are_readable_by_their_owner_only_even_if_they_were_not_before(places: Places) -> None:
    places.make()
    places.stores_file.write_text("old")
    places.stores_file.chmod(0o644)
    places.write_private(places.stores_file, b"new")
    assert places.stores_file.read_bytes() == b"new"
    assert mode(places.stores_file) == 0o600


def test_the_ledger_and_the_files_beside_it_are_closed_to_others_while_it_is_open(places: Places) -> None:
    ledger = Database.in_file(places.ledger_file)
    with ledger.writing():
        beside = {mode(file) for file in places.ledger_file.parent.glob("ledger.db*")}
    ledger.close()
    assert beside == {0o600}


def test_a_linked_file_is_replaced_where_it_really_lies(home: Path, places: Places, tmp_path: Path) -> None:
    places.make()
    real = tmp_path / "dotfiles.toml"
    real.touch()
    places.stores_file.symlink_to(real)
    places.write_private(places.stores_file, b"new")
    assert places.stores_file.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_new_result_file_has_the_usual_mode_and_a_replaced_one_keeps_its_own(places: Places, tmp_path: Path) -> None:
    result = tmp_path / "result.csv"
    places.write_atomically(result, [b"a,", b"b\n"])
    assert (result.read_bytes(), mode(result)) == (b"a,b\n", 0o644)
    result.chmod(0o660)
    places.write_atomically(result, [b"c\n"])
    assert (result.read_bytes(), mode(result)) == (b"c\n", 0o660)


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_a_result_that_is_not_finished_leaves_the_former_one_and_no_litter(
    places: Places, tmp_path: Path, failure: type[BaseException]
) -> None:
    result = tmp_path / "result.csv"
    result.write_text("former")

    def rows() -> Iterator[bytes]:
        yield b"half"
        raise failure

    with pytest.raises(failure):
        places.write_atomically(result, rows())
    assert result.read_text() == "former"
    assert [path.name for path in tmp_path.iterdir()] == ["result.csv"]


def test_a_name_as_long_as_the_file_system_allows_can_be_written(places: Places, tmp_path: Path) -> None:
    result = tmp_path / ("r" * 251 + ".csv")
    places.write_atomically(result, [b"x"])
    assert result.read_bytes() == b"x"


def test_a_result_can_go_into_a_pipe(places: Places, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    places.write_atomically(pipe, [b"rows"])
    assert os.read(reader, 10) == b"rows"
    os.close(reader)


def test_a_mistyped_output_is_bad_input(places: Places, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        places.write_atomically(tmp_path / "missing" / "result.csv", [b"x"])
    with pytest.raises(BadInput, match="is a folder"):
        places.write_atomically(tmp_path, [b"x"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_to_be_full(places: Places) -> None:
    with pytest.raises(MachineProblem, match="disk is full: /dev/full") as full:
        places.write_atomically(Path("/dev/full"), [b"x" * 100])
    assert full.value.code == 9


def test_a_home_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineProblem, match="a file is where a folder should be") as problem:
        find_places({"SHOPINF_HOME": str(tmp_path / "file" / "home")}).make()
    assert "SHOPINF_HOME" in str(problem.value.hint)
    with pytest.raises(MachineProblem, match="a file is where a folder should be"):
        find_places({"SHOPINF_HOME": str(tmp_path / "file")}).make()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_every_refusal_of_the_system_names_the_place_and_a_way_out(number: int) -> None:
    problem = disk.machine_problem(OSError(number, os.strerror(number)), Path("/srv/shopinf"))
    assert "/srv/shopinf" in problem.message
    assert problem.hint


def test_what_killed_runs_left_beside_a_file_goes_and_another_runs_work_stays(tmp_path: Path) -> None:
    left, working, other = (
        tmp_path / f".{name}.tmp" for name in ("r.csv.0123456789ab", "r.csv.ba9876543210", "r.csv.x")
    )
    for each in (left, working, other):
        each.write_text("maya@x.example")
    os.utime(left, (0, 0))
    os.utime(other, (0, 0))
    disk.write_atomically(tmp_path / "r.csv", [b"done"])
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([working.name, other.name, "r.csv"])
