"""What cron, a shell and systemd make of the lines: the words that were meant, whatever they hold."""

from __future__ import annotations

import ctypes
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shopinf.errors import BadInput
from shopinf.schedules.timers import Job, Manager, cron_command, cron_escaped, crontab, units
from shopinf.schedules.times import Rhythm, When

ODD = [
    "two words",
    "100%",
    "%{period}%d",
    "back\\slash",
    "two\\\\together",
    "slash\\%percent",
    "it's",
    '"quoted"',
    "$HOME ${HOME} `id` $(id)",
    "{store}-{period}.xlsx",
    "",
    ";",
    "~/x",
    "*",
    "#",
    "zoë 日本",
    "-o",
]
WHEN = When(Rhythm.MONTH, 7, 10)
SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), os.environ.get('WISH')]))"


def job(*words: str, **settings: object) -> Job:
    given = {"name": "orders sync", "unit": "shopinf-orders-sync", "folder": "/srv", **settings}
    return Job(steps=(words,), **given)  # type: ignore[arg-type]


def as_cron_reads(command: str) -> str:
    """What cron hands to the shell: as far as the first bare %, with a backslash before % or a backslash taken away."""
    bare = re.search(r"(?<!\\)(?:\\\\)*%", command)
    assert not bare, f"cron ends the command at {command[bare.start() :][:20]}"
    return re.sub(r"\\([\\%])", r"\1", command)


@pytest.mark.parametrize("cron", [as_cron_reads, lambda command: command.replace(r"\%", "%")], ids=["Debian", "plain"])
def test_every_word_arrives_through_cron_and_the_shell(cron: Callable[[str], str], tmp_path: Path) -> None:
    folder = tmp_path / "an agency's 50% \\ folder"
    folder.mkdir()
    wish = "a\\%b 'c' $d"
    command = cron_command(job(sys.executable, "-c", SHOW, *ODD, folder=str(folder), environment={"WISH": wish}))
    shell = subprocess.run(["/bin/sh", "-c", cron(cron_escaped(command))], capture_output=True, text=True, env={})
    assert shell.stderr == ""
    assert json.loads(shell.stdout) == [ODD, str(folder), wish]


def extracted(line: str) -> list[str]:
    """The words of an ExecStart=, read by systemd's own code."""
    found = sorted(Path("/usr/lib").glob("*/systemd/libsystemd-shared-*.so")) + sorted(
        Path("/usr/lib/systemd").glob("libsystemd-shared-*.so")
    )
    if not found:
        pytest.skip("systemd's library is not installed")
    extract = ctypes.CDLL(str(found[0])).extract_first_word
    pointer = ctypes.POINTER(ctypes.c_char_p)
    extract.argtypes = [pointer, pointer, ctypes.c_char_p, ctypes.c_int]
    rest, words = ctypes.c_char_p(line.encode()), []
    cunescape, unquote = 2, 32
    word = ctypes.c_char_p()
    while extract(ctypes.byref(rest), ctypes.byref(word), None, cunescape | unquote) > 0:
        words.append((word.value or b"").decode())
    # What systemd itself does to each word: specifiers, then variables.
    return [word.replace("%%", "%").replace("$$", "$") for word in words]


def line_of(text: str, key: str) -> str:
    return next(line.removeprefix(f"{key}=") for line in text.splitlines() if line.startswith(f"{key}="))


def test_every_word_arrives_through_systemd() -> None:
    text = units(job("/opt/my tools/shopinf", *ODD), WHEN, Manager())
    assert extracted(line_of(text, "ExecStart")) == ["/opt/my tools/shopinf", *ODD]
    bare = re.sub(r"%%|\$\$", "", line_of(text, "ExecStart"))
    assert "%" not in bare
    assert "$" not in bare


def test_values_and_paths_arrive_through_systemd() -> None:
    text = units(
        job(
            "/usr/bin/shopinf",
            folder="/srv/50% off",
            environment={"NO_PROXY": 'a\\b "c" 5% $x'},
            variables=("SHOPINF_A_ACCESS_TOKEN",),
            variables_file="/srv/50% off/secrets.env",
        ),
        WHEN,
        Manager(),
    )
    assert line_of(text, "WorkingDirectory") == "/srv/50%% off"
    assert line_of(text, "EnvironmentFile") == "-/srv/50%% off/secrets.env"
    # Here $ means itself.
    assert [word.replace("$$", "$") for word in extracted(line_of(text, "Environment"))] == ['NO_PROXY=a\\b "c" 5% $x']


@pytest.mark.parametrize("odd", ["two\nlines", "carriage\rreturn", "null\0", "del\x7f"])
def test_what_no_line_can_hold_is_refused(odd: str) -> None:
    with pytest.raises(BadInput, match="control character"):
        job("/usr/bin/shopinf", odd)
    with pytest.raises(BadInput, match="control character"):
        job("/usr/bin/shopinf", folder=f"/srv/{odd}")


def test_a_line_too_long_for_debian_says_so() -> None:
    assert "998" not in crontab(job("/usr/bin/shopinf", "x" * 900), WHEN, "UTC")
    assert "# Debian's cron takes no command of over 998 bytes" in crontab(
        job("/usr/bin/shopinf", "é" * 500), WHEN, "UTC"
    )


def test_all_of_a_crontab_but_its_last_line_is_comments() -> None:
    *comments, line = crontab(
        job("/usr/bin/shopinf", "orders", "sync", last_zone="Asia/Tokyo"), WHEN, "UTC"
    ).splitlines()
    assert all(comment.startswith("# ") for comment in comments)
    assert line == "10 7 1 * * cd /srv && /usr/bin/shopinf orders sync"


def test_a_user_and_root_have_different_places_for_units() -> None:
    mine, roots = (units(job("/usr/bin/shopinf"), WHEN, Manager(root=root)) for root in (False, True))
    for text in ("~/.config/systemd/user/", "systemctl --user enable --now shopinf-orders-sync.timer", "enable-linger"):
        assert text in mine
        assert text not in roots
    assert "# /etc/systemd/system/shopinf-orders-sync.service" in roots
    assert "User=root" in roots
