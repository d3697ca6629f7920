"""Files of settings that somebody edited by hand, into whatever shape: named by file and key, never our mistake."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import tomli_w
from bench import Bench

from shopinf.local.config import _READERS as SETTINGS
from shopinf.local.storesfile import _OPTIONAL, _REQUIRED
from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

VALUES = [
    '"text"',
    '""',
    '"../../etc"',
    r'"\u001b[31m[b]\u202e\n"',
    "0",
    "-1",
    "99999999999999999999999999",
    "1e400",
    "nan",
    "true",
    "[]",
    '["x", "y"]',
    "[1, [2], {a = 1}]",
    "{a = 1}",
    "1979-05-27",
    "07:32:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
]
DAMAGED = {
    "no text": b"\xff\xfe",
    "sixteen bits a sign": "[[stores]]\n".encode("utf-16"),
    "a NUL": b"a = 1\n\0",
    "an open table": b"[[stores]\n",
    "an open text": b'name = """',
    "tables for a text": b"[[wait]]\n[[name]]\n[version.x]\n",
    "one key twice": b"wait = 1\nwait = 2\n",
    "a day that is none": b"wait = 2026-02-31\n",
    "lists in lists": b"a = " + b"[" * 5000,
    "tables in tables": b"a = " + b"{a = " * 5000,
    "a number of many digits": b"b = 1\na = " + b"9" * 5000,
    "a number of many more digits": b"b = 1\na = 0x" + b"f" * 5000,
}


def wrong_keys(said: str, file: Path) -> list[str]:
    """The key, or where in the file, that each sentence of *said* begins with."""
    return re.findall(rf"error: (?:maya-shop: )?{re.escape(str(file))}, line \d+: (\w+)", said)


@pytest.mark.slow
def test_any_value_of_a_store_is_taken_or_named_by_its_key(run: Bench, shop: PracticeStore) -> None:
    file = run.home / "stores.toml"
    [store] = tomllib.loads(file.read_text())["stores"]
    named = set()
    for key in (*_REQUIRED, *_OPTIONAL, "colour"):
        for value in VALUES:
            others = tomli_w.dumps({name: kept for name, kept in store.items() if name != key})
            file.write_text(f"[[stores]]\n{others}{key} = {value}\n")
            for command in (("stores", "list", "--wide"), ("orders", "sync")):
                ran = run(*command)
                assert ran.code not in (1, 130), (key, value, ran.err)
                if found := wrong_keys(ran.err, file):
                    assert (ran.code, found) == (2, [key]), (key, value, ran.err)
                    named.add(key)
                    break
    assert named >= {*_REQUIRED, *_OPTIONAL}


@pytest.mark.parametrize("key", ["version", "default", "stores"])
def test_any_value_at_the_top_of_the_list_is_taken_or_named(run: Bench, shop: PracticeStore, key: str) -> None:
    file = run.home / "stores.toml"
    lines = file.read_text().splitlines()
    kept = lines[: lines.index("[[stores]]")] if key == "stores" else lines
    for value in VALUES:
        file.write_text("\n".join([f"{key} = {value}", *(each for each in kept if not each.startswith(f"{key} ="))]))
        ran = run("orders", "sync")
        assert ran.code not in (1, 130), (value, ran.err)
        if found := wrong_keys(ran.err, file):
            assert (ran.code, found) == (2, [key])


def test_any_value_of_a_setting_is_taken_or_named_by_its_key(run: Bench, shop: PracticeStore) -> None:
    file = run.home / "config.toml"
    for key in (*SETTINGS, "colour"):
        for value in VALUES:
            file.write_text(f"# mine\n{key} = {value}\n")
            ran = run("orders", "attribute", "--period", "today")
            assert ran.code not in (1, 130), (key, value, ran.err)
            assert ran.code in (0, 2), (key, value, ran.err)
            if ran.code == 2:
                assert key in ran.err, (key, value, ran.err)


@pytest.mark.parametrize("name", ["stores.toml", "config.toml"])
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_named_with_the_line(run: Bench, shop: PracticeStore, name: str, damage: str) -> None:
    file = run.home / name
    file.write_bytes(DAMAGED[damage])
    ran = run("orders", "sync")
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {file}" in ran.err
    assert "hint: " in ran.err
    assert file.read_bytes() == DAMAGED[damage]


@pytest.mark.parametrize("name", ["stores.toml", "config.toml"])
def test_a_folder_in_the_place_of_a_file_is_named(run: Bench, shop: PracticeStore, name: str) -> None:
    (run.home / name).unlink()
    (run.home / name).mkdir()
    ran = run("orders", "sync")
    assert (ran.code, ran.out) == (2, "")
    assert f"error: {run.home / name} is a folder" in ran.err
    assert f"hint: Move it away: mv {run.home / name}" in ran.err
