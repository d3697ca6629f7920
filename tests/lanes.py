"""Which lane a test is in, told by what it reaches, so that nobody keeps a list.

`pytest -m quick` takes under a minute on two cores: it leaves out what starts another program, serves stores on a port
or needs PostgreSQL, a browser or a keyring. A test is slow when it, a fixture that it asks for, or a helper of the
tests that one of them uses (however far down) names one of SLOW; also when it tries hundreds of examples (hypothesis),
and when it is marked `slow`, because it is long. All others are quick. A quick test that starts a program all the same
fails, so the lane keeps its word.
"""

from __future__ import annotations

import inspect
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
import werkzeug.serving

import shopinf.practice

TESTS = f"{Path(__file__).parent}/"
SLOW: tuple[object, ...] = (subprocess, multiprocessing, shopinf.practice.serve, werkzeug.serving.make_server)
STARTS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.system"})


def is_slow(item: pytest.Item) -> bool:
    """Does the test reach anything that the quick lane leaves out?"""
    if not isinstance(item, pytest.Function) or any(item.iter_markers("slow")) or hasattr(item.function, "hypothesis"):
        return True
    if hasattr(item, "callspec") and "postgresql" in item.callspec.params.values():
        return True
    fixtures = [each.func for name in item._fixtureinfo.name2fixturedefs.values() for each in name]
    return any(reaches_what_is_slow(each) for each in [item.function, item.cls, *fixtures])


def watch_for_programs() -> list[str]:
    """A list that from now on takes in every start of another program by this one."""
    started: list[str] = []

    def heard(event: str, about: tuple[Any, ...]) -> None:
        if event in STARTS:
            started.append(f"{event} {about[:2]}")

    sys.addaudithook(heard)
    return started


@cache
def reaches_what_is_slow(thing: Any) -> bool:
    """Does *thing* (a function or class of the tests) name something slow, itself or by way of another?"""
    waiting, seen = [thing], set[int]()
    while waiting:
        thing = waiting.pop()
        if any(thing is slow for slow in SLOW):
            return True
        if id(thing) not in seen and isinstance(thing, FunctionType | type):
            seen.add(id(thing))
            waiting.extend(_named_by(inspect.unwrap(thing)))
    return False


@cache
def _named_by(thing: FunctionType | type) -> list[Any]:
    """What a function or class of the tests names; of other people's things it is nothing."""
    if isinstance(thing, FunctionType):
        return [*_globals_of(thing.__code__, thing.__globals__)] if _is_ours(thing.__code__.co_filename) else []
    if not _is_ours(getattr(sys.modules.get(thing.__module__), "__file__", None)):
        return []
    members = [getattr(each, "fget", None) or getattr(each, "func", None) or each for each in vars(thing).values()]
    return [*thing.__bases__, *(getattr(each, "__func__", each) for each in members)]


def _globals_of(code: CodeType, known: dict[str, Any]) -> Iterator[Any]:
    """What the code may mean outside of itself, functions within it included."""
    for name in code.co_names:
        found = known[name] if name in known else sys.modules.get(name)  # a module may be imported in the function
        yield found
        if isinstance(found, ModuleType) and _is_ours(getattr(found, "__file__", None)):
            yield from (vars(found)[each] for each in code.co_names if each in vars(found))
    for nested in code.co_consts:
        if isinstance(nested, CodeType):
            yield from _globals_of(nested, known)


def _is_ours(file: str | None) -> bool:
    return file is not None and file.startswith(TESTS)
