"""Which commands ask: each that does says so, which conftest.py holds them to, and each that says so does."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from bench import Bench
from commandtree import leaves

from shopinf.commands.options import manners_of
from shopinf.commands.tree import COMMANDS
from shopinf.console.out import Out
from shopinf.practice import PracticeStore

ASKING = [
    (" ".join(words), command) for name in COMMANDS for words, command in leaves(name) if manners_of(command).asks
]


@cache
def parsed(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def asks(module: ModuleType) -> bool:
    """Does a question stand in this file?"""
    calls = (node.func for node in ast.walk(parsed(module)) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr == "confirm" for called in calls)


def drives(module: ModuleType) -> Iterator[ModuleType]:
    """The other files of commands and of work that this one imports."""
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("shopinf.commands.", "shopinf.work.")):
            yield importlib.import_module(str(node.module))


def reached(module: ModuleType) -> Iterator[ModuleType]:
    waiting, seen = [module], set[ModuleType]()
    while waiting:
        if (found := waiting.pop()) not in seen:
            seen.add(found)
            waiting += drives(found)
            yield found


@pytest.mark.parametrize(("name", "command"), ASKING, ids=[name for name, _ in ASKING])
def test_a_command_that_says_it_asks_comes_to_a_question(name: str, command: Any) -> None:
    own = importlib.import_module(command.callback.__module__)
    assert any(asks(module) for module in reached(own)), f"{name} says that it asks, and nothing in it does"


def test_a_run_knows_whether_its_command_asks(run: Bench, shop: PracticeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool | None] = []
    monkeypatch.setattr(Out, "say", lambda out, text: told.append(out.asks))
    run("discounts", "list").ok()
    assert told == [False]
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    assert told == [False, True]
