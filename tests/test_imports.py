"""The house keeps its order: who may import whom, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopinf

HOUSE = Path(shopinf.__file__).parent
ROOMS = {"network", "shopify", "sources", "local", "ledger", "sheets", "console", "reports", "capture", "payfiles"}
FRONT = {"desk", "main", "__main__", "commands", "work", "practice"}
OUTSIDE = set("os socket subprocess shutil tempfile urllib httpx keyring sqlalchemy rich typer".split())
FILES = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    """The room a file stands in: the folder's name, or the module's own at the top."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case ast.ImportFrom(level=1):
                yield f"shopinf.{room(path)}"


def ours(path: Path) -> set[str]:
    """The rooms of this house that a file imports."""
    return {([*name.split("."), "__init__"])[1] for name in imports(path) if name.split(".")[0] == "shopinf"}


def may_import(here: str) -> set[str]:
    """The rooms that *here* may import besides the pure packages and the small words that all share."""
    match here:
        case "practice":
            return set()
        case "desk":
            return ROOMS - {"reports", "capture", "payfiles"}
        case "commands":
            return ROOMS | {"desk", "work", "practice"}
        case "work":
            return ROOMS | {"desk"}
        case "shopify" | "sources":
            return {"network"}
        case "main":
            return {"commands", "desk"}
        case "__main__":
            return {"main"}
        case _:
            return set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_each_room_imports_only_what_it_may(path: Path) -> None:
    here = room(path)
    if here == "practice":
        assert ours(path) <= {"practice"}, "a fake that shares our code shares our mistakes"
        return
    strangers = {name for name in ours(path) if name in ROOMS | FRONT} - may_import(here) - {here}
    assert not strangers, f"{here} must not import {sorted(strangers)}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if room(p) not in ROOMS | FRONT], ids=lambda p: str(p.relative_to(HOUSE))
)
def test_the_agencys_world_touches_nothing_outside(path: Path) -> None:
    allowed = {"urllib.parse"}
    used = {name.split(".")[0] for name in imports(path) if name not in allowed}
    assert not used & OUTSIDE


def test_only_commands_practice_and_demo_start_the_practice_store() -> None:
    users = {path.stem for path in FILES if room(path) == "commands" and "practice" in ours(path)}
    assert users <= {"practice", "demo"}
