"""Where `--output` goes when links stand on its way."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

LISTED = ("stores", "list", "-f", "csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    return made


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    file = tmp_path / "mine.txt"
    file.write_text("precious")
    return file


def test_a_link_out_of_its_folder_is_refused_and_the_file_behind_it_stays(
    run: Bench, shop: PracticeStore, folder: Path, victim: Path
) -> None:
    link = folder / "stores.csv"
    link.symlink_to(victim)
    refused = run(*LISTED, "-o", str(link))
    assert (refused.code, refused.out) == (2, "")
    assert f"{link} is a link that leads out of its folder, to {victim}" in refused.err
    assert f"hint: Name that file itself, or remove the link: rm {link}" in refused.err
    assert victim.read_text() == "precious"
    link.unlink()
    run(*LISTED, "-o", str(link)).ok()


def test_a_link_to_what_is_not_there_yet_is_refused_alike(
    run: Bench, shop: PracticeStore, folder: Path, tmp_path: Path
) -> None:
    (folder / "stores.csv").symlink_to(tmp_path / "new.csv")
    assert run(*LISTED, "-o", str(folder / "stores.csv")).code == 2
    assert not (tmp_path / "new.csv").exists()


def test_ones_own_link_within_the_folder_is_followed(run: Bench, shop: PracticeStore, folder: Path) -> None:
    (folder / "november.csv").touch()
    (folder / "latest.csv").symlink_to("november.csv")
    run(*LISTED, "-o", str(folder / "latest.csv")).ok()
    assert (folder / "latest.csv").is_symlink()
    assert "maya-shop" in (folder / "november.csv").read_text()


def test_ones_own_link_to_a_folder_is_followed(run: Bench, shop: PracticeStore, folder: Path) -> None:
    (folder.parent / "shortcut").symlink_to(folder)
    run(*LISTED, "-o", str(folder.parent / "shortcut" / "stores.csv")).ok()
    assert (folder / "stores.csv").is_file()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a link to somebody else")
@pytest.mark.parametrize("place", ["stores.csv", "there/stores.csv"])
def test_a_link_of_somebody_elses_is_followed_nowhere(
    run: Bench, shop: PracticeStore, folder: Path, place: str
) -> None:
    (folder / "real").mkdir()
    (folder / "other.csv").touch()
    link = folder / place.partition("/")[0]
    link.symlink_to("real" if "/" in place else "other.csv")
    os.lchown(link, 65534, 65534)
    refused = run(*LISTED, "-o", str(folder / place))
    assert refused.code == 2
    assert f"{link} is a link that belongs to somebody else" in refused.err
    assert (folder / "other.csv").read_text() == ""
    assert not list((folder / "real").iterdir())


def test_a_folder_that_a_pattern_asks_for_is_no_way_out_either(
    run: Bench, shop: PracticeStore, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "away").mkdir()
    (folder / "2026-11-22").symlink_to(tmp_path / "away")
    refused = run(*LISTED, "-o", f"{folder}/{{date}}/stores.csv")
    assert refused.code == 2
    assert "leads out of its folder" in refused.err
    assert not list((tmp_path / "away").iterdir())


@pytest.mark.parametrize("file", ["backup.db", "guide.html"])
def test_other_files_that_are_asked_for_are_no_way_out_either(
    run: Bench, shop: PracticeStore, folder: Path, victim: Path, file: str
) -> None:
    (folder / file).symlink_to(victim)
    asked = ("ledger", "export") if file == "backup.db" else ("connect", "--guide")
    refused = run(*asked, str(folder / file))
    assert refused.code == 2
    assert "leads out of its folder" in refused.err
    assert victim.read_text() == "precious"


def test_the_streams_of_the_run_and_a_shells_pipes_are_written_to(tmp_path: Path) -> None:
    program = f"{shlex.quote(sys.executable)} -m shopinf reference exit-codes -f csv"
    script = (
        f"{program} -o /dev/stdout | head -1; {program} -o >(head -1 >'{tmp_path}/piped'); wait $!;"
        f"echo before >'{tmp_path}/file'; {program} -o /dev/stdout >>'{tmp_path}/file'"
    )
    environ = {**os.environ, "SHOPINF_HOME": str(tmp_path / "home")}
    done = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == (tmp_path / "piped").read_text()
    assert done.stdout.startswith("code,")
    assert (tmp_path / "file").read_text().startswith(f"before\n{done.stdout}")


def test_a_stream_that_cannot_be_opened_anew_is_written_to_all_the_same(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()  # as systemd's journal is
    program = [sys.executable, "-m", "shopinf", "reference", "exit-codes", "-f", "csv", "-o", "/dev/stdout"]
    environ = {**os.environ, "SHOPINF_HOME": str(tmp_path / "home")}
    with ours:
        with theirs:
            done = subprocess.run(program, env=environ, stdout=theirs.fileno(), stderr=subprocess.PIPE, text=True)
        assert (done.returncode, ours.recv(5)) == (0, b"code,"), done.stderr
