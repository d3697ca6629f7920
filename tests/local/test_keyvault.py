"""The keys of sources: one place for each, and what is said where there is no place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bench import MemoryKeyring
from keyring.errors import KeyringLocked, NoKeyringError

from shopinf.errors import KeyringProblem
from shopinf.local.keyvault import KeyVault
from shopinf.local.oskeyring import KeyringBackendLike
from shopinf.stores import Secret

KEY = {"API_KEY": Secret("0123456789abcdef")}
VARIABLE = "SHOPINF_SOURCE_MODASH_API_KEY"


class Raising(MemoryKeyring):
    def __init__(self, kind: type[Exception]) -> None:
        super().__init__()
        self.kind = kind

    def get_password(self, service: str, username: str) -> str | None:
        raise self.kind


@pytest.fixture
def vault(tmp_path: Path) -> Callable[[KeyringBackendLike], KeyVault]:
    return lambda keyring: KeyVault({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}, tmp_path, keyring)


def test_two_homes_of_one_user_keep_a_key_each(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    one, other = (KeyVault({}, tmp_path / name, keyring) for name in ("one", "other"))
    one.keep("modash", KEY)
    other.keep("modash", {"API_KEY": Secret("other")})
    assert one.forget("modash")
    assert one.find("modash", ["API_KEY"]) is None
    found = KeyVault({}, tmp_path / "elsewhere" / ".." / "other", keyring).find("modash", ["API_KEY"])
    assert found is not None
    assert found.keys == {"API_KEY": Secret("other")}


def test_where_there_is_no_keyring_a_source_may_go_without_a_key_that_is_optional(
    vault: Callable[[KeyringBackendLike], KeyVault],
) -> None:
    server = vault(Raising(NoKeyringError))
    assert server.find("gravatar", ["API_KEY"], optional=True) is None
    with pytest.raises(KeyringProblem, match="No keyring is within reach") as missing:
        server.find("modash", ["API_KEY"])
    assert str(missing.value.hint).startswith(f"Set {VARIABLE}, or put files of these names")


def test_a_locked_keyring_may_hold_even_an_optional_key_and_is_to_be_unlocked(
    vault: Callable[[KeyringBackendLike], KeyVault],
) -> None:
    for optional in (True, False):
        with pytest.raises(KeyringProblem, match="The keyring is locked") as locked:
            vault(Raising(KeyringLocked)).find("modash", ["API_KEY"], optional=optional)
        assert str(locked.value.hint).startswith("Unlock the keyring by logging in")
        assert f"; or set {VARIABLE}, or put files of these names" in str(locked.value.hint)


def test_a_key_longer_than_every_systems_entry_is_refused_before_it_is_written(
    vault: Callable[[KeyringBackendLike], KeyVault],
) -> None:
    keyring = MemoryKeyring()
    with pytest.raises(KeyringProblem, match="longer than the 1,280 characters"):
        vault(keyring).keep("modash", {"API_KEY": Secret("k" * 1280)})
    assert keyring.entries == {}


@pytest.mark.parametrize("around", ["{}\n", '"{}"', "\ufeff'{}' "])
def test_what_files_and_shells_leave_around_a_key_is_taken_off(tmp_path: Path, around: str) -> None:
    text = around.format(KEY["API_KEY"].reveal())
    (tmp_path / VARIABLE.lower()).write_text(text)
    for environ in ({VARIABLE: text}, {"CREDENTIALS_DIRECTORY": str(tmp_path)}):
        found = KeyVault(environ, tmp_path, MemoryKeyring()).outside("modash", ["API_KEY"])
        assert found is not None
        assert found.keys == KEY
