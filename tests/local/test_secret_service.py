"""Secrets in a real Secret Service: the program as it is started from a desktop, a terminal and cron."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from shopinf.local.keyvault import KeyVault
from shopinf.local.oskeyring import KeyringBackendLike, OSKeyring, Refusal, Why
from shopinf.practice import PracticeStore, serve
from shopinf.stores import Secret

from . import secretservice, test_vault
from .secretservice import SecretService

pytestmark = pytest.mark.skipif(
    secretservice.missing() is not None, reason=f"{secretservice.missing()} is not installed"
)
PASSWORD = "a log-in's password"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretService]:
    started = SecretService(tmp_path_factory.mktemp("session"))
    yield started
    started.close()


@pytest.fixture
def desktop(session: SecretService) -> SecretService:
    """Somebody who logged in with the password: the keyring is there and open."""
    session.log_in(PASSWORD)
    return session


class Terminal:
    """Runs the real program, as one who has only shopinf installed."""

    def __init__(self, desktop: SecretService, folder: Path) -> None:
        self._installed = secretservice.as_installed(folder / "site")
        self._folder, self.desktop = folder, desktop
        self.store = PracticeStore("maya-shop", orders=3, customers=3)
        self.url = ""

    @property
    def home(self) -> Path:
        return self._folder / "home"

    def __call__(
        self, *words: str, stdin: str = "", environ: Mapping[str, str] | None = None, home: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        whole = self.desktop.environ if environ is None else environ
        place = {"SHOPINF_HOME": str(home or self.home)}
        done = subprocess.run(
            [sys.executable, "-m", "shopinf", *words],
            input=stdin,
            env={**whole, **place, **self._installed},
            capture_output=True,
            text=True,
            timeout=60,
        )
        secrets = (self.store.access_token, self.store.api_secret_key)
        assert not any(secret in done.stdout + done.stderr for secret in secrets)
        return done

    def connect(
        self, *, environ: Mapping[str, str] | None = None, home: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        given = f"ACCESS_TOKEN={self.store.access_token}\n"
        words = ("connect", "maya-shop", "--url", self.url, "--stdin")
        return self(*words, stdin=given, environ=environ, home=home)

    def accounts(self, home: Path | None = None) -> set[str]:
        """The entries of the keyring that a home's list of stores names."""
        listed = tomllib.loads(((home or self.home) / "stores.toml").read_text()).get("stores", [])
        return {f"{store['domain']}/{store['connection']}" for store in listed}


@pytest.fixture
def shopinf(desktop: SecretService, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(desktop, tmp_path)
    with serve([terminal.store]) as door:
        terminal.url = door.urls[0]
        yield terminal


def held(terminal: Terminal) -> dict[str, dict[str, str]]:
    """What the keyring holds of the tests' own store, by account."""
    return {account: json.loads(text) for account, text in terminal.desktop.entries().items()}


@pytest.fixture(autouse=True)
def _empty_again(session: SecretService) -> Iterator[None]:
    """Each test begins with a keyring of its own making."""
    yield
    session.log_out()
    for file in (session.folder / "data" / "keyrings").glob("*"):
        file.unlink()


@pytest.fixture
def backend(desktop: SecretService, monkeypatch: pytest.MonkeyPatch) -> KeyringBackendLike:
    """The library's door to the desktop's keyring, within this process."""
    from keyring.backends.SecretService import Keyring

    for name, value in desktop.environ.items():
        monkeypatch.setenv(name, value)
    return Keyring()


class TestContractOfTheVault(test_vault.TestContract):
    """What holds for every keyring that keeps what it is given."""

    @pytest.fixture
    def backend(self, backend: KeyringBackendLike) -> KeyringBackendLike:
        return backend


def test_connect_puts_the_secrets_there_and_another_process_finds_them(shopinf: Terminal) -> None:
    done = shopinf.connect()
    assert done.returncode == 0, done.stderr
    assert "plain text" not in done.stderr
    assert held(shopinf) == {account: {"access_token": shopinf.store.access_token} for account in shopinf.accounts()}
    assert shopinf("verify-scopes").returncode == 0
    row = json.loads(shopinf("stores", "list", "-f", "json").stdout)["rows"][0]
    assert (row["store"], row["auth"]) == ("maya-shop", "admin_token")
    doctor = shopinf("doctor")
    assert doctor.returncode == 0
    assert "credentials from keyring (keyring.backends.SecretService.Keyring)" in doctor.stdout


def test_new_credentials_take_the_place_of_the_former_ones(shopinf: Terminal) -> None:
    shopinf.connect()
    (before,) = held(shopinf)
    given = f"API_KEY={shopinf.store.api_key}\nAPI_SECRET_KEY={shopinf.store.api_secret_key}\n"
    done = shopinf("connect", "maya-shop", "--stdin", stdin=given)
    assert done.returncode == 0, done.stderr
    ((after, values),) = held(shopinf).items()
    assert shopinf.accounts() == {after} != {before}
    assert set(values) == {"api_key", "api_secret_key"}
    assert shopinf("verify-scopes").returncode == 0


def test_credentials_that_are_refused_leave_the_former_ones(shopinf: Terminal) -> None:
    shopinf.connect()
    before = held(shopinf)
    assert shopinf("connect", "maya-shop", "--stdin", stdin="ACCESS_TOKEN=shpat_" + "0" * 32).returncode == 4
    assert held(shopinf) == before
    assert shopinf("verify-scopes").returncode == 0


def test_disconnect_leaves_nothing_there(shopinf: Terminal) -> None:
    shopinf.connect()
    done = shopinf("disconnect", "maya-shop", "--yes")
    assert done.returncode == 0, done.stderr
    assert held(shopinf) == {}


def test_two_homes_never_delete_each_others(shopinf: Terminal, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shopinf.connect()
    shopinf.connect(home=other)
    assert len(held(shopinf)) == 2
    shopinf.connect()
    assert set(held(shopinf)) == shopinf.accounts() | shopinf.accounts(other)
    assert shopinf("disconnect", "maya-shop", "--yes").returncode == 0
    assert set(held(shopinf)) == shopinf.accounts(other)
    assert shopinf("verify-scopes", home=other).returncode == 0


def test_two_homes_keep_a_key_of_their_own_for_a_source(
    desktop: SecretService, backend: KeyringBackendLike, tmp_path: Path
) -> None:
    one, other = (KeyVault({}, tmp_path / name, backend) for name in ("home", "other"))
    one.keep("modash", {"API_KEY": Secret("one's")})
    other.keep("modash", {"API_KEY": Secret("other's")})
    assert len(desktop.entries()) == 2
    assert one.forget("modash")
    assert one.find("modash", ["API_KEY"]) is None
    found = other.find("modash", ["API_KEY"])
    assert found is not None
    assert found.keys == {"API_KEY": Secret("other's")}


# Started by cron, after a reboot, on a server


def test_a_cron_job_with_the_address_of_the_bus_finds_them(shopinf: Terminal) -> None:
    shopinf.connect()
    bare = {name: shopinf.desktop.environ[name] for name in ("HOME", "PATH")}
    done = shopinf("verify-scopes", environ={**bare, "DBUS_SESSION_BUS_ADDRESS": shopinf.desktop.address})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("address", [None, "unix:path=/nowhere/bus"], ids=["no bus", "a stale address"])
def test_without_a_bus_it_is_said_and_every_way_out_is_named(shopinf: Terminal, address: str | None) -> None:
    shopinf.connect()
    before = held(shopinf)
    bare = {name: shopinf.desktop.environ[name] for name in ("HOME", "PATH")}
    environ = bare if address is None else {**bare, "DBUS_SESSION_BUS_ADDRESS": address}
    for done in shopinf.connect(environ=environ), shopinf("verify-scopes", environ=environ):
        assert (done.returncode, done.stdout) == (4, "")
        assert "No keyring is within reach of this run" in done.stderr
        assert "set SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in done.stderr.replace("Set", "set")
        assert "systemd credentials" in done.stderr
    assert held(shopinf) == before


def locked_by_a_reboot(desktop: SecretService) -> None:
    desktop.log_in(None)


def locked_by_its_owner(desktop: SecretService) -> None:
    desktop.lock()


@pytest.mark.parametrize("lock", [locked_by_a_reboot, locked_by_its_owner])
def test_a_locked_keyring_has_a_sentence_of_its_own(shopinf: Terminal, lock: Callable[[SecretService], None]) -> None:
    shopinf.connect()
    before = held(shopinf)
    lock(shopinf.desktop)
    for done in shopinf.connect(), shopinf("verify-scopes"):
        assert (done.returncode, done.stdout) == (4, "")
        assert "The keyring is locked" in done.stderr
        assert "hint: Unlock the keyring by logging in to the desktop with the password; or set SHOPINF_" in done.stderr
    shopinf.desktop.log_in(PASSWORD)
    assert held(shopinf) == before


def test_a_store_is_not_let_go_while_its_secrets_are_locked_in(shopinf: Terminal) -> None:
    shopinf.connect()
    shopinf.desktop.lock()
    done = shopinf("disconnect", "maya-shop", "--yes")
    assert (done.returncode, done.stdout) == (4, "")
    assert "so the credentials of maya-shop cannot be removed from it" in done.stderr
    shopinf.desktop.log_in(PASSWORD)
    assert set(held(shopinf)) == shopinf.accounts()
    assert shopinf("disconnect", "maya-shop", "--yes").returncode == 0
    assert held(shopinf) == {}


def test_where_nobody_ever_logged_in_there_is_no_keyring_to_put_them_in(shopinf: Terminal) -> None:
    for file in (shopinf.desktop.folder / "data" / "keyrings").glob("*"):
        file.unlink()
    shopinf.desktop.log_in(None)
    done = shopinf.connect()
    assert (done.returncode, done.stdout) == (4, "")
    assert "not set up yet" in done.stderr
    assert "hint: Log in to the desktop once" in done.stderr


def test_a_question_on_the_desktop_that_nobody_answers_does_not_hold_a_run_for_ever(
    desktop: SecretService, backend: KeyringBackendLike
) -> None:
    desktop.lock()
    keyring = OSKeyring({}, backend, patience=1)
    with desktop.asking_for_ever():
        for _ in range(2):
            with pytest.raises(Refusal, match="may be asking on the desktop") as refused:
                keyring.get("an account")
            assert refused.value.why is Why.SILENT
    # Somebody came and opened it: the next run finds it so.
    desktop.log_in(PASSWORD)
    assert OSKeyring({}, backend).get("an account") is None
