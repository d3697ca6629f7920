"""The units of the headless server's example: systemd accepts them, and what they hand over is what shopinf reads."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopinf.practice import PracticeStore, serve

EXAMPLES = Path(__file__).parent.parent / "examples"
UNITS = ("shopinf-attribute.service", "shopinf-attribute.timer", "shopinf-failed@.service")
STATE = "/var/lib/shopinf"


def settings(unit: str) -> list[tuple[str, str, str]]:
    """Section, key and value of each line, the same key as often as it stands there."""
    section, found = "", []
    for line in (EXAMPLES / unit).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.append((section, key, value))
    return found


SERVICE = settings("shopinf-attribute.service")


def values(key: str) -> list[str]:
    return [value for _, name, value in SERVICE if name == key]


class Machine:
    """Runs the service as systemd does: its command line, with the variables and files that it names and no others."""

    def __init__(self, folder: Path, stores: list[PracticeStore]) -> None:
        self.state, self.credentials = folder / "state", folder / "credentials"
        self.credentials.mkdir()
        for name in values("StateDirectory")[0].split():
            (folder / "state" / Path(name).relative_to("shopinf")).mkdir(parents=True)
        one, other = stores
        self.secrets = {
            "shopinf_maya_shop_access_token": one.access_token,
            "shopinf_nordlicht_api_key": other.api_key,
            "shopinf_nordlicht_api_secret_key": other.api_secret_key,
        }
        for each in values("LoadCredential"):
            name, _, path = each.partition(":")
            assert path == f"/etc/credstore/{name}"
            (self.credentials / name).write_text(f"{self.secrets[name]}\n")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The service's command, or *words* in its place."""
        program, *argv = shlex.split(values("ExecStart")[0])
        assert program == "/opt/shopinf/bin/shopinf"
        given = dict(shlex.split(text)[0].split("=", 1) for text in values("Environment"))
        environ = {name: value.replace(STATE, str(self.state)) for name, value in given.items()}
        return subprocess.run(
            [sys.executable, "-m", "shopinf", *(words or argv)],
            cwd=self.state,
            env={
                **environ,
                "HOME": str(self.state),
                "CREDENTIALS_DIRECTORY": str(self.credentials),
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """The server, with two connected stores."""
    stores = [PracticeStore(handle, orders=5, customers=5) for handle in ("maya-shop", "nordlicht")]
    server = Machine(tmp_path, stores)
    with serve(stores) as doors:
        for store, url in zip(stores, doors.urls, strict=True):
            connected = server.run("connect", store.handle, "--url", url)
            assert connected.returncode == 0, connected.stderr
            assert "nothing was put into the keyring" in connected.stderr
        yield server


def test_the_service_does_its_work_with_what_the_unit_hands_over(machine: Machine) -> None:
    assert values("WorkingDirectory") == [STATE]
    done = machine.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pages = sorted(page.name for page in (machine.state / "reports").iterdir())
    assert [re.sub(r"\d{4}-\d\d", "MONTH", page) for page in pages] == ["maya-shop-MONTH.html", "nordlicht-MONTH.html"]


def test_every_credential_of_the_unit_is_one_that_shopinf_reads(machine: Machine) -> None:
    assert {each.partition(":")[0] for each in values("LoadCredential")} == set(machine.secrets)
    for name, secret in machine.secrets.items():
        (machine.credentials / name).unlink()
        done = machine.run()
        store = "maya-shop" if "maya" in name else "nordlicht"
        assert done.returncode == 7
        assert re.search(rf"error: .*{store}", done.stderr)
        assert name in done.stderr.lower()
        (machine.credentials / name).write_text(secret)
    assert machine.run().returncode == 0


def test_the_ways_that_are_only_named_are_named_right() -> None:
    text = (EXAMPLES / "shopinf-attribute.service").read_text()
    [(name, path)] = re.findall(r"^# LoadCredentialEncrypted=(\w+):(\S+)$", text, re.MULTILINE)
    assert path == f"/etc/credstore.encrypted/{name}"
    assert name in {each.partition(":")[0] for each in values("LoadCredential")}
    # The password file is handed over under the name by which it is looked for.
    [handed] = re.findall(r"^# LoadCredential=(\w+):/etc/credstore/\1$", text, re.MULTILINE)
    assert f'# Environment="PGPASSFILE=%d/{handed}"' in text


def test_the_timer_starts_the_service_and_a_failure_is_told() -> None:
    timer = {key: value for _, key, value in settings("shopinf-attribute.timer")}
    assert timer["WantedBy"] == "timers.target"
    assert timer["Persistent"] == "true"
    assert re.fullmatch(r"\*-\*-01 \d\d:\d\d:00 UTC", timer["OnCalendar"])
    assert values("OnFailure") == ["shopinf-failed@%n.service"]
    assert ("Service", "Type", "oneshot") in SERVICE
    assert {"UMask": "0077", "NoNewPrivileges": "true", "User": "shopinf"}.items() <= {
        key: value for _, key, value in SERVICE
    }.items()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        # The program is not installed where the example has it.
        text = (EXAMPLES / unit).read_text().replace("/opt/shopinf/bin/shopinf", "/bin/true")
        (tmp_path / unit).write_text(text)
    paths = [str(tmp_path / unit).replace("@.", "@example.") for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "shopinf" in line]
    assert (done.returncode, ours) == (0, [])
