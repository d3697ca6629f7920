"""The settings: made once, read ever after, wrong by line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from shopinf.errors import BrokenConfig, MachineProblem
from shopinf.local.config import Config, load_config, mask_url
from shopinf.local.places import Places, find_places


def written(places: Places, text: str) -> Config:
    places.make()
    places.config_file.write_text(text, encoding="utf-8")
    return load_config(places, {})


def test_it_is_made_once_with_every_setting_explained_and_none_in_force(places: Places) -> None:
    assert load_config(places, {}) == Config()
    text = places.config_file.read_text()
    assert tomllib.loads(text) == {}
    settings = set(Config.__dataclass_fields__)
    assert {line.split()[1] for line in text.splitlines() if " = " in line} == settings


def test_every_example_in_it_can_be_used_as_it_stands(places: Places) -> None:
    load_config(places, {})
    lines = [line.removeprefix("# ") for line in places.config_file.read_text().splitlines() if " = " in line]
    config = written(places, "\n".join(lines))
    assert config.commission == "10%"
    assert config.ledger_url is not None


def test_it_is_never_rewritten(places: Places) -> None:
    written(places, "wait = 5 # mine\n")
    load_config(places, {})
    assert places.config_file.read_text() == "wait = 5 # mine\n"


def test_a_home_that_cannot_be_written_goes_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    places = Places(tmp_path / "file" / "config", tmp_path)
    with pytest.raises(MachineProblem):
        places.make()
    assert load_config(Places(Path("/proc/shopinf"), tmp_path), {}) == Config()


def test_settings_are_read(places: Places) -> None:
    config = written(
        places,
        '\ufeffwait = 0.5\nmulti_code = "SPLIT"\ncommission = "5.00"\ndate = "event"\napi_version = "2026-04"\n'
        'ledger_url = "postgresql://ada@db/shopinf"',
    )
    assert (config.wait, config.multi_code, config.commission, config.date) == (0.5, "split", "5.00", "event")
    assert config.api_version == "2026-04"
    assert config.ledger_url is not None
    assert config.ledger_url.reveal() == "postgresql://ada@db/shopinf"


def test_the_environment_names_the_ledger_before_the_file_does(places: Places) -> None:
    written(places, 'ledger_url = "postgresql://ada@db/shopinf"')
    config = load_config(places, {"SHOPINF_LEDGER_URL": " postgresql://ada:hunter2@db2/shopinf\n"})
    assert config.ledger_url is not None
    assert config.ledger_url.reveal() == "postgresql://ada:hunter2@db2/shopinf"
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("wait = 5\nmulti_code = \n", 2, "invalid value"),
        ("wait = 5\n\nnonsense here\n", 3, "expected"),
        ('commission = "10%', 1, ""),
        ("wait = 5\nwait = 6\n", 2, "overwrite"),
        ('# a comment\nwait = "5"\n', 2, "must be a number of seconds, not text in quotes"),
        ("wait = true\n", 1, "must be a number of seconds, not true or false"),
        ("wait = -1\n", 1, "between 0 and"),
        ("wait = nan\n", 1, "between 0 and"),
        ("\n\ncommission = 10\n", 3, "must be text in quotes, not a whole number"),
        ('commission = "10"\n', 1, "'10' is not a commission"),
        ('commission = "101%"\n', 1, "more than the whole sale"),
        ('multi_code = "first"\n', 1, "largest or split, not 'first'"),
        ('api_version = "july"\n', 1, "must look like"),
        ("ledger_url = 2026-01-01\n", 1, "not a date"),
        ('ledger_url = ""\n', 1, "is empty"),
        ("wait = 5\n[commission]\nx = 1\n", 2, "not a table"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(places: Places, text: str, line: int, words: str) -> None:
    with pytest.raises(BrokenConfig) as broken:
        written(places, text)
    assert broken.value.message.startswith(f"{places.config_file}, line {line}: ")
    assert words in broken.value.message
    assert broken.value.hint
    assert broken.value.code == 2


def test_a_key_that_is_not_known_gets_the_near_one_suggested(places: Places) -> None:
    with pytest.raises(BrokenConfig, match="line 2: there is no setting 'mutli_code'") as broken:
        written(places, "wait = 5\nmutli_code = 'split'\n")
    assert broken.value.hint == "Did you mean multi_code?"
    with pytest.raises(BrokenConfig, match="line 1") as broken:
        written(places, "[zebra]\nwait = 5\n")
    assert "ledger_url" in str(broken.value.hint)


def test_a_file_that_is_no_text_is_named_by_line(places: Places) -> None:
    places.make()
    places.config_file.write_bytes(b"wait = 5\ncommission = '\xff'\n")
    with pytest.raises(BrokenConfig, match="line 2: this is not UTF-8"):
        load_config(places, {})


def test_a_secret_is_sent_to_the_keyring_and_not_repeated(places: Places) -> None:
    with pytest.raises(BrokenConfig, match="line 1: access_token looks like a secret") as broken:
        written(places, 'access_token = "shpat_0123"\n')
    assert "shpat_0123" not in f"{broken.value.message}{broken.value.hint}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hunter2@db/shopinf",
        "postgresql+psycopg://ada:hun@ter2/hunter2@db/shopinf",
        "postgresql://db/shopinf?user=ada&password=hunter2",
        "postgresql://db/shopinf?sslpassword=hunter2&x=1",
        "host=db password='hunter2 hunter2' user=ada",
    ],
)
def test_a_password_in_the_ledgers_address_is_refused_here_and_masked_elsewhere(places: Places, url: str) -> None:
    with pytest.raises(BrokenConfig, match="line 1: ledger_url holds a password") as broken:
        written(places, f'ledger_url = "{url}"\n')
    assert "hunter2" not in f"{broken.value.message}{broken.value.hint}"
    assert "SHOPINF_LEDGER_URL" in str(broken.value.hint)
    assert "hunter2" not in mask_url(url)
    assert "***" in mask_url(url)


@pytest.mark.parametrize("url", ["postgresql://ada@db:5432/shopinf?sslmode=require", "sqlite:////srv/ledger.db"])
def test_an_address_without_a_password_is_shown_whole(places: Places, url: str) -> None:
    assert mask_url(url) == url
    assert written(places, f'ledger_url = "{url}"\n').ledger_url is not None


def test_config_stands_beside_the_stores(tmp_path: Path) -> None:
    places = find_places({"SHOPINF_HOME": str(tmp_path)})
    load_config(places, {})
    assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o600
