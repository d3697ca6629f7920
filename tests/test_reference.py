"""`shopinf reference`: what it prints is what the program declares, and nothing that the program heeds is missing."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import answers
import pytest
from bench import Bench

import shopinf
from shopinf.commands.reference.answers import every_answer
from shopinf.commands.reference.exit_codes import meanings
from shopinf.commands.reference.sheets import SHEETS
from shopinf.commands.tree import file_of
from shopinf.environment import VARIABLES
from shopinf.errors import Busy, ShopinfError
from shopinf.local.config import Config

HOUSE = Path(shopinf.__file__).parent
# Of web servers and of Typer: nobody sets them for shopinf.
FOREIGN = {
    # What shells tell Typer of a line that is completed.
    "COMP_CWORD",
    "COMP_WORDS",
    "_TYPER_COMPLETE_ARGS",
    "_TYPER_COMPLETE_FISH_ACTION",
    "_TYPER_COMPLETE_WORD_TO_COMPLETE",
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "HTTP_ORIGIN",
    "HTTP_X_FORWARDED_FOR",
    "PATH_INFO",
    "REMOTE_ADDR",
    "REQUEST_METHOD",
    "_SHOPINF_COMPLETE",
}


def test_columns_are_those_that_a_command_writes(run: Bench, shop: object) -> None:
    rows = run("reference", "columns", "discounts", "list", "-f", "json").ok().json["rows"]
    header = run("discounts", "list", "-f", "csv").ok().out.splitlines()[0]
    assert ",".join(row["column"] for row in rows) == header
    assert run("reference", "columns", "discounts", "lst").code == 3


def test_every_answer_is_called_as_its_command_calls_it() -> None:
    for each in every_answer():
        noun, _, verb = each.command.partition(" ")
        place = HOUSE / "commands" / file_of(noun)
        files = [place / f"{file_of(verb)}.py", *place.glob("*.py")] if verb else [place.with_suffix(".py")]
        text = "".join(file.read_text() for file in [*files, HOUSE / "commands/customers/rows.py"] if file.is_file())
        verbs = each.name.removesuffix("/1").rsplit(".", 1)[0]
        assert each.name in text or f"{verbs}.{{" in text or noun == "connect", each


def test_a_schema_is_json_schema_for_the_answer(run: Bench, shop: object) -> None:
    schemas = run("reference", "schemas", "codes", "-f", "json").ok().json["schemas"]
    schema = schemas["discounts create"]
    assert schema["properties"]["schema"] == {"const": "shopinf.codes/1"}
    made = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "-f", "json").ok()
    assert set(schema["required"]) <= set(made.json)
    assert set(schema["properties"]["codes"]["items"]["properties"]) == set(made.json["codes"][0])
    assert set(schema["properties"]["codes"]["items"]["required"]) == set(made.json["codes"][0])


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda answer: answer["codes"][0].pop("slot"),
        lambda answer: answer["codes"][0].update(more="x"),
        lambda answer: answer["summary"].pop("failed"),
        lambda answer: answer.pop("notes"),
        lambda answer: answer.update(schema="shopinf.codes/2"),
        lambda answer: answer["codes"][0].update(code=15),
    ],
)
def test_the_bench_finds_an_answer_that_is_not_as_its_schema(
    run: Bench, shop: object, spoilt: Callable[[dict[str, Any]], object]
) -> None:
    asked = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15", "-f", "json")
    answer = run(*asked).ok().json
    spoilt(answer)
    with pytest.raises(AssertionError, match="shopinf discounts create"):
        answers.hold(asked, json.dumps(answer, indent=2))


def test_exit_codes_are_those_of_the_failures(run: Bench) -> None:
    known = {row["code"]: row["meaning"] for row in run("reference", "exit-codes", "-f", "json").ok().json["rows"]}
    assert set(known) == {0, *(kind.code for kind in ShopinfError.__subclasses__())}
    assert known[Busy.code] == "Another shopinf run holds the lock."


def test_no_failure_has_an_exit_code_that_is_not_listed() -> None:
    kinds, found = [ShopinfError], set()
    for path in (HOUSE / "commands", HOUSE / "work", HOUSE / "local", HOUSE / "shopify"):
        for file in path.rglob("*.py"):
            importlib.import_module(".".join(["shopinf", *file.relative_to(HOUSE).with_suffix("").parts]))
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found.add(kind.code)
    assert found | {0} == set(meanings())


def test_every_variable_that_the_code_heeds_is_listed(run: Bench) -> None:
    heeded = {name for path in HOUSE.rglob("*.py") if "practice" not in path.parts for name in looked_up(path)}
    assert {"SHOPINF_HOME", "SHOPINF_LEDGER_URL", "CREDENTIALS_DIRECTORY", "TERM"} <= heeded
    assert heeded - FOREIGN <= set(VARIABLES)
    assert {row["variable"] for row in run("reference", "environment", "-f", "json").ok().json["rows"]} == {*VARIABLES}


@pytest.mark.parametrize("name", VARIABLES)
def test_what_is_listed_is_heeded(name: str) -> None:
    """By us, or by a library that reads it for us; a pattern by what stands before and after the name in it."""
    texts = [path.read_text() for path in HOUSE.rglob("*.py") if path.name != "environment.py"]
    parts = [part.strip("_") for part in re.split(r"<[A-Z]+>", name)]
    assert any(all(part in text for part in parts) for text in texts)


def looked_up(path: Path) -> set[str]:
    """The variables that a module asks an environment for: by their names, or by the constants that have them."""
    tree = ast.parse(path.read_text())
    found = set(re.findall(r"\"(SHOPINF_[A-Z_]*[A-Z])\"", path.read_text()))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=where, attr="get"), args=[asked, *_]):
                pass
            case ast.Subscript(value=where, slice=asked):
                pass
            case ast.Compare(left=asked, comparators=[where]):
                pass
            case _:
                continue
        if "environ" not in ast.unparse(where):
            continue
        match asked:
            case ast.Constant(value=str(name)) if name.isupper():
                found.add(name)
            case ast.Name(id=constant) if constant.isupper():
                module = importlib.import_module(".".join(["shopinf", *path.relative_to(HOUSE).with_suffix("").parts]))
                found.add(getattr(module, constant))
    return found


def test_every_setting_is_listed_with_its_comment(run: Bench) -> None:
    rows = run("reference", "config", "-f", "json").ok().json["rows"]
    assert {row["setting"] for row in rows} == set(Config.__slots__)
    assert all(row["meaning"] for row in rows)


@pytest.mark.parametrize("name", SHEETS)
def test_a_template_is_read_by_the_command_it_is_for(run: Bench, tmp_path: Path, name: str) -> None:
    file = tmp_path / "template.xlsx"
    run("reference", "sheets", name, "-o", str(file)).ok()
    openpyxl = importlib.import_module("openpyxl")
    header, example = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    listed = run("reference", "sheets", name, "-f", "json").ok().json["rows"]
    assert list(header) == [row["column"] for row in listed]
    assert any(example)


def test_influencers_are_imported_from_their_template(run: Bench, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    run("reference", "sheets", "influencers", "-o", str(file)).ok()
    run("influencers", "import", str(file)).ok()
    assert run("influencers", "list", "-f", "json").json["rows"][0]["influencer"] == "maya"
