"""Secrets: one source for each connection, kept or said not to be, and never in anything that is printed."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordDeleteError, PasswordSetError
from keyrings.alt.file import PlaintextKeyring

from shopinf.errors import CredentialsMissing, CredentialsProblem, KeyringProblem
from shopinf.local.oskeyring import KeyringBackendLike, OSKeyring, Refusal
from shopinf.local.vault import SourceKind, Vault
from shopinf.stores import Auth, Credentials, Secret, Store

Chain: Callable[[], KeyringBackendLike] = keyring.backends.chainer.ChainerBackend
TOKEN = "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"
KEY, SECRET_KEY = "aaaabbbbccccddddeeeeffff00001111", "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"
SECRETS = (TOKEN, KEY, SECRET_KEY)
BY_TOKEN = Credentials(access_token=Secret(TOKEN))
BY_CLIENT = Credentials(api_key=Secret(KEY), api_secret_key=Secret(SECRET_KEY))


class InMemory:
    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.entries:
            raise PasswordDeleteError("not there")
        del self.entries[service, username]


class Raising:
    """A keyring that answers every call with one exception, which quotes what it was given."""

    def __init__(self, kind: type[Exception]) -> None:
        self.kind = kind

    def _raise(self, *given: str) -> Any:
        raise self.kind(f"could not handle {given}")

    get_password = set_password = delete_password = _raise


class OddDBusError(Exception):
    pass


class Half(InMemory):
    """A keyring that cuts what it is given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:20])


def plain_file(folder: Path) -> KeyringBackendLike:
    backend: Any = PlaintextKeyring()
    backend.file_path = str(folder / "keyring.cfg")
    kept: KeyringBackendLike = backend
    return kept


@pytest.fixture(autouse=True)
def no_secret_is_printed(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(0)
    yield
    printed = capfd.readouterr()
    assert not any(secret in printed.out + printed.err + caplog.text for secret in SECRETS)


def says_no_secret(problem: CredentialsProblem) -> None:
    """Search all that the error would print, its whole chain and every value it carries."""
    chain: list[BaseException] = []
    link: BaseException | None = problem
    while link is not None:
        chain.append(link)
        link = link.__cause__ or link.__context__
    shown = "".join(traceback.format_exception(problem)) + repr([(item, vars(item), item.args) for item in chain])
    assert not any(secret in shown for secret in SECRETS)
    assert problem.code == 4
    assert problem.hint


class TestContract:
    """What holds for every keyring that keeps what it is given."""

    # The chain loads all keyrings that there are, and some look for programs then.
    @pytest.fixture(params=["in memory", "plain file", pytest.param("chain", marks=pytest.mark.slow)])
    def backend(
        self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> KeyringBackendLike:
        match request.param:
            case "in memory":
                return InMemory()
            case "plain file":
                return plain_file(tmp_path)
            case _:
                monkeypatch.setattr(Chain, "backends", [plain_file(tmp_path), InMemory()], raising=False)
                return Chain()

    @pytest.fixture
    def vault(self, backend: KeyringBackendLike) -> Vault:
        return Vault({}, backend)

    @pytest.mark.parametrize(
        "credentials", [BY_TOKEN, BY_CLIENT, Credentials(Secret(KEY), Secret(SECRET_KEY), Secret(TOKEN))]
    )
    def test_what_is_kept_is_found_again(self, vault: Vault, maya: Store, credentials: Credentials) -> None:
        vault.keep(maya, credentials)
        found = vault.find(maya)
        assert found.credentials == credentials
        assert found.kind is SourceKind.KEYRING
        assert found.source.startswith("keyring (")

    def test_one_entry_holds_all_values_under_the_service_shopinf(
        self, vault: Vault, backend: KeyringBackendLike, maya: Store
    ) -> None:
        vault.keep(maya, BY_CLIENT)
        entry = backend.get_password("shopinf", "maya-shop.myshopify.com/c0ffee")
        assert json.loads(str(entry)) == {"api_key": KEY, "api_secret_key": SECRET_KEY}

    def test_what_is_forgotten_is_gone_and_only_that(self, vault: Vault, maya: Store) -> None:
        other_home = maya.with_(connection="another home's")
        vault.keep(maya, BY_TOKEN)
        vault.keep(other_home, BY_CLIENT)
        assert vault.forget(maya)
        again = vault.forget(maya)
        assert (again.removed, again.problem) == (False, None)
        assert vault.find(other_home).credentials == BY_CLIENT
        with pytest.raises(CredentialsMissing) as missing:
            vault.find(maya)
        assert str(missing.value.hint).startswith(
            "shopinf connect maya-shop, or set SHOPINF_MAYA_SHOP_ACCESS_TOKEN, or put files of these names"
        )

    def test_it_can_be_used(self, vault: Vault) -> None:
        backend = vault.backend()
        assert (backend.usable, backend.problem) == (True, None)

    def test_what_does_not_fit_into_every_systems_entry_is_refused_before_it_is_written(
        self, vault: Vault, backend: KeyringBackendLike, maya: Store
    ) -> None:
        with pytest.raises(KeyringProblem, match="longer than the 1,280 characters") as refused:
            vault.keep(maya, Credentials(access_token=Secret(TOKEN * 40)))
        says_no_secret(refused.value)
        assert backend.get_password("shopinf", maya.account) is None

    @pytest.mark.parametrize(
        "entry",
        [
            "",
            "{",
            "[]",
            "null",
            '{"access_token": 7}',
            "{}",
            f'{{"api_key": "{KEY}"}}',
            f'{{"x": "{TOKEN}"',
            f'"{TOKEN}"',
            json.dumps({"access_token": f"{TOKEN}\nX-Evil: 1"}),
        ],
    )
    def test_a_damaged_entry_says_to_connect_again(
        self, vault: Vault, backend: KeyringBackendLike, maya: Store, entry: str
    ) -> None:
        backend.set_password("shopinf", maya.account, entry)
        with pytest.raises(CredentialsProblem, match="maya-shop") as damaged:
            vault.find(maya)
        says_no_secret(damaged.value)
        assert vault.forget(maya)


REFUSALS = [
    (NoKeyringError, "No keyring is within reach"),
    (KeyringLocked, "The keyring is locked"),
    (InitError, "not set up yet"),
    (PasswordSetError, "did not take the entry"),
    (PasswordDeleteError, "did not delete the entry"),
    (RuntimeError, "cannot be reached"),
    (OddDBusError, "failed (OddDBusError)"),
]


@pytest.mark.parametrize(("kind", "words"), REFUSALS)
def test_every_refusal_of_a_keyring_has_a_sentence_and_names_the_variables(
    maya: Store, kind: type[Exception], words: str
) -> None:
    vault = Vault({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}, Raising(kind))
    for use in (lambda: vault.find(maya), lambda: vault.keep(maya, BY_TOKEN)):
        with pytest.raises(KeyringProblem) as refused:
            use()
        assert words in refused.value.message
        assert "maya-shop" in refused.value.message
        assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in str(refused.value.hint)
        assert "systemd" in str(refused.value.hint)
        says_no_secret(refused.value)
    forgotten = vault.forget(maya)
    assert not forgotten
    assert words in str(forgotten.problem)
    backend = vault.backend()
    assert not backend.usable
    assert words in str(backend.problem)


def test_a_keyring_that_does_not_answer_is_given_up_and_not_waited_for_again(maya: Store) -> None:
    asked, answer = [], threading.Event()

    class Silent(InMemory):
        def get_password(self, service: str, username: str) -> str | None:
            asked.append(username)
            answer.wait()
            return None

    keyring = OSKeyring({}, Silent(), patience=0.01)
    try:
        for _ in range(3):
            with pytest.raises(Refusal, match="does not answer; it may be asking on the desktop"):
                keyring.get(maya.account)
    finally:
        answer.set()
    assert asked == [maya.account]


def test_every_refusal_has_a_sentence_of_its_own() -> None:
    said = {Vault({}, Raising(kind)).backend().problem for kind, _ in REFUSALS}
    assert len(said) == len(REFUSALS)


def test_an_app_without_a_token_is_told_both_variables(maya: Store) -> None:
    with pytest.raises(KeyringProblem) as refused:
        Vault({}, keyring.backends.fail.Keyring()).find(maya.with_(auth=Auth.CLIENT_CREDENTIALS))
    assert "Set SHOPINF_MAYA_SHOP_API_KEY and SHOPINF_MAYA_SHOP_API_SECRET_KEY" in str(refused.value.hint)


def test_a_cron_job_is_told_where_the_desktops_keyring_is(
    maya: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopinf.local.oskeyring._user_bus", lambda: Path("/run/user/1000/bus"))
    with pytest.raises(KeyringProblem) as refused:
        Vault({}, keyring.backends.fail.Keyring()).find(maya)
    assert "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus" in str(refused.value.hint)


def test_a_locked_keyring_is_to_be_unlocked(maya: Store) -> None:
    with pytest.raises(KeyringProblem) as refused:
        Vault({}, Raising(KeyringLocked)).find(maya)
    assert str(refused.value.hint).startswith("Unlock the keyring")


@pytest.mark.parametrize("backend", [keyring.backends.null.Keyring(), Half()])
def test_a_keyring_that_does_not_keep_what_it_takes_is_found_out(maya: Store, backend: KeyringBackendLike) -> None:
    vault = Vault({}, backend)
    with pytest.raises(KeyringProblem, match="did not keep them") as refused:
        vault.keep(maya, BY_TOKEN)
    says_no_secret(refused.value)
    assert backend.get_password("shopinf", maya.account) is None


def test_a_keyring_that_holds_on_to_an_entry_is_reported(maya: Store) -> None:
    class Sticky(InMemory):
        def delete_password(self, service: str, username: str) -> None:
            pass

    vault = Vault({}, Sticky())
    vault.keep(maya, BY_TOKEN)
    assert "still holds" in str(vault.forget(maya).problem)


@pytest.mark.slow
def test_plain_text_keyrings_are_known_by_name_also_behind_a_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Vault({}, plain_file(tmp_path)).backend()
    assert (plain.name, plain.plain_text) == ("keyrings.alt.file.PlaintextKeyring", True)
    monkeypatch.setattr(Chain, "backends", [plain_file(tmp_path), InMemory()], raising=False)
    assert Vault({}, Chain()).backend() == plain
    monkeypatch.setattr(Chain, "backends", [])
    assert Vault({}, Chain()).backend().usable is False
    assert Vault({}, InMemory()).backend().plain_text is False
    assert Vault({}, keyring.backends.null.Keyring()).backend().usable is False


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ("nonsense.Keyring", "PYTHON_KEYRING_BACKEND names (nonsense.Keyring)"),
        ("keyring.backends.SecretService.Keyring", "PYTHON_KEYRING_BACKEND names"),
        ("keyring.backends.fail.Keyring", "No keyring is within reach"),
    ],
)
def test_the_systems_own_keyring_is_opened_and_its_refusal_said(tmp_path: Path, chosen: str, words: str) -> None:
    program = (
        "import sys\nfrom shopinf.local.vault import Vault\nvault = Vault({})\n"
        "assert 'keyring' not in sys.modules\nprint(vault.backend())"
    )
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHON_KEYRING_BACKEND": chosen,
        "PYTHONPATH": ":".join(sys.path),
    }
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert words in done.stdout
    assert "usable=False" in done.stdout


# The environment and credential files

VARIABLES = {
    "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": TOKEN,
    "SHOPINF_MAYA_SHOP_API_KEY": KEY,
    "SHOPINF_MAYA_SHOP_API_SECRET_KEY": SECRET_KEY,
}


def credential_files(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    for variable, value in variables.items():
        (folder / variable.lower()).write_text(value)
    return {"CREDENTIALS_DIRECTORY": str(folder)}


@pytest.mark.parametrize("where", ["environment", "files"])
@pytest.mark.parametrize("names", [c for n in (1, 2, 3) for c in itertools.combinations(VARIABLES, n)])
def test_a_source_that_holds_any_value_is_the_only_one_asked(
    maya: Store, tmp_path: Path, where: str, names: tuple[str, ...]
) -> None:
    given = {name: VARIABLES[name] for name in names}
    environ = given if where == "environment" else credential_files(tmp_path / "credentials", given)
    vault = Vault(environ, InMemory())
    vault.keep(maya, Credentials(access_token=Secret("the keyring's")))
    usable = "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in given or len(given) == 2
    if not usable:
        with pytest.raises(CredentialsMissing) as missing:
            vault.find(maya)
        assert all(name in missing.value.message for name in list(VARIABLES)[1:])
        says_no_secret(missing.value)
        return
    found = vault.find(maya)
    values = (found.credentials.access_token, found.credentials.api_key, found.credentials.api_secret_key)
    assert {value.reveal() for value in values if value} == set(given.values())
    assert found.kind == where
    expected = f"environment ({', '.join(names)})" if where == "environment" else "files in $CREDENTIALS_DIRECTORY"
    assert found.source == expected
    assert not any(secret in repr(found) for secret in SECRETS)


def test_the_environment_goes_before_files_and_files_before_the_keyring(maya: Store, tmp_path: Path) -> None:
    files = credential_files(tmp_path, {"SHOPINF_MAYA_SHOP_ACCESS_TOKEN": "of-files"})
    both = Vault({**files, "SHOPINF_OLD_MAYA_ACCESS_TOKEN": "of-environment"}, InMemory())
    assert both.find(maya).credentials.access_token == Secret("of-environment")
    vault = Vault(files, InMemory())
    vault.keep(maya, BY_TOKEN)
    assert vault.find(maya).credentials.access_token == Secret("of-files")


def test_the_canonical_handle_goes_before_aliases_and_the_name_and_they_are_never_mixed(maya: Store) -> None:
    store = maya.with_(name="Flagship")
    environ = {
        "SHOPINF_FLAGSHIP_ACCESS_TOKEN": "c",
        "SHOPINF_OLD_MAYA_ACCESS_TOKEN": "b",
        "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": "a",
    }
    for expected in "abc":
        assert Vault(environ, InMemory()).find(store).credentials.access_token == Secret(expected)
        environ.popitem()
    halves = {"SHOPINF_MAYA_SHOP_API_KEY": KEY, "SHOPINF_OLD_MAYA_API_SECRET_KEY": SECRET_KEY}
    with pytest.raises(CredentialsMissing, match="not SHOPINF_MAYA_SHOP_API_SECRET_KEY"):
        Vault(halves, InMemory()).find(store)


@pytest.mark.parametrize("around", ["{}\n", "  {}\t", '"{}"', "'{}'\r\n", "\ufeff{}"])
def test_what_files_and_shells_leave_around_a_value_is_taken_off(maya: Store, tmp_path: Path, around: str) -> None:
    given = {"SHOPINF_MAYA_SHOP_ACCESS_TOKEN": around.format(TOKEN)}
    for environ in (given, credential_files(tmp_path, given)):
        assert Vault(environ, InMemory()).find(maya).credentials.access_token == Secret(TOKEN)


def test_empty_variables_and_files_are_no_source(maya: Store, tmp_path: Path) -> None:
    empty = {"SHOPINF_MAYA_SHOP_ACCESS_TOKEN": " \n", "SHOPINF_MAYA_SHOP_API_KEY": '""'}
    vault = Vault({**empty, **credential_files(tmp_path, empty)}, InMemory())
    assert vault.in_environment(["maya-shop"]) is None
    assert vault.overshadowing(maya) == []
    with pytest.raises(CredentialsMissing):
        vault.find(maya)


@pytest.mark.parametrize("middle", [" ", "\n", "\r\nX-Evil: ", "…", "\x00", "\x7f"])
def test_a_value_that_no_header_can_carry_is_refused_by_its_variables_name(
    maya: Store, tmp_path: Path, middle: str
) -> None:
    given = {"SHOPINF_MAYA_SHOP_ACCESS_TOKEN": TOKEN + middle + TOKEN}
    for environ in (given, credential_files(tmp_path, given)):
        with pytest.raises(CredentialsProblem, match="SHOPINF_MAYA_SHOP_ACCESS_TOKEN holds characters") as bad:
            Vault(environ, InMemory()).find(maya)
        says_no_secret(bad.value)


def test_credential_files_that_are_no_text_or_no_files_are_named(maya: Store, tmp_path: Path) -> None:
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    file = tmp_path / "shopinf_maya_shop_access_token"
    file.write_bytes(TOKEN.encode() + b"\xff")
    with pytest.raises(CredentialsProblem, match="holds characters") as bad:
        Vault(environ, InMemory()).find(maya)
    says_no_secret(bad.value)
    file.unlink()
    file.mkdir()
    with pytest.raises(CredentialsProblem, match="shopinf_maya_shop_access_token cannot be read"):
        Vault(environ, InMemory()).find(maya)
    assert Vault({"CREDENTIALS_DIRECTORY": str(tmp_path / "gone")}, InMemory()).in_environment(["maya-shop"]) is None


def test_a_server_without_a_keyring_works_from_the_environment(maya: Store) -> None:
    vault = Vault(VARIABLES, keyring.backends.fail.Keyring())
    found = vault.in_environment(["maya-shop"])
    assert found is not None
    assert found.credentials == vault.find(maya).credentials
    assert vault.in_environment(["another"]) is None


def test_what_overshadows_the_keyring_is_named(maya: Store, tmp_path: Path) -> None:
    name = "SHOPINF_OLD_MAYA_ACCESS_TOKEN"
    assert Vault({name: TOKEN}, InMemory()).overshadowing(maya) == [name]
    files = credential_files(tmp_path, {name: TOKEN})
    assert Vault(files, InMemory()).overshadowing(maya) == [f"$CREDENTIALS_DIRECTORY/{name.lower()}"]
    assert Vault({}, InMemory()).overshadowing(maya) == []
