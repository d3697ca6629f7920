"""A hint can be typed: what people have named stands in it as one word of a command line."""

from __future__ import annotations

import ast
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from bench import Bench

import shopinf
from shopinf import errors
from shopinf.practice import PracticeStore
from shopinf.shell import quoted

pytestmark = pytest.mark.slow

HOUSE = Path(shopinf.__file__).parent
# What stands before a name that people have given.
BEFORE_A_NAME = re.compile(
    r"(--(store|group|campaign|influencer|code)|-s"
    r"|shopinf (connect|disconnect|verify-scopes|stores \S+|discounts (assign|rename)|influencers \S+)) $"
)
# The demo's and the practice store's names are our own.
OTHERS = [path for path in sorted(HOUSE.rglob("*.py")) if not {"practice", "demo.py", "practice.py"} & {*path.parts}]


def command_in(said: str) -> list[str]:
    """The words of the command that a hint ends with, as a shell reads them."""
    return shlex.split(said[said.rindex("shopinf ") :].splitlines()[0])


def test_a_campaign_with_an_apostrophe_gives_a_hint_that_can_be_typed(run: Bench, shop: PracticeStore) -> None:
    made = run("discounts", "create", "--campaign", "maya's", "--influencer", "maya", "--percent", "15").ok()
    typed = command_in(made.err)
    assert typed == ["shopinf", "discounts", "links", "--campaign", "maya's"]
    assert run(*typed[1:], "-f", "json").ok().json["rows"][0]["campaign"] == "maya's"


def test_a_store_with_a_blank_in_its_name_is_connected_again_as_the_hint_says(run: Bench) -> None:
    store = run.open()
    run.connect(store, "--as", "Maya Shop", "--read-only").ok()
    refused = run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")
    assert refused.code == 5
    hint = refused.err.rsplit("hint: ", 1)[1].removesuffix(" without --read-only allows writing.\n")
    assert shlex.split(hint) == ["shopinf", "connect", "Maya Shop"]


@pytest.mark.parametrize("name", ["maya", "spring sale", "maya's", 'the "real" one', "$HOME", "`id`", "a;b", "été", ""])
def test_a_quoted_name_is_one_word_to_a_shell(name: str) -> None:
    assert shlex.split(f"shopinf --campaign {quoted(name)}") == ["shopinf", "--campaign", name]


def test_what_needs_no_quotes_gets_none() -> None:
    assert quoted("maya-shop_2") == "maya-shop_2"


def test_every_name_in_a_command_line_that_is_printed_is_quoted() -> None:
    bare = [
        f"{path.relative_to(HOUSE)}, line {value.lineno}: {ast.unparse(value)}"
        for path in OTHERS
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for before, value in pairwise(text.values)
        if isinstance(before, ast.Constant) and BEFORE_A_NAME.search(str(before.value))
        if isinstance(value, ast.FormattedValue) and not ast.unparse(value.value).startswith("quoted(")
    ]
    assert not bare


def test_every_failure_that_ends_a_run_says_what_to_do_next() -> None:
    # A payee's and an event's fault is told with its row or to the script, and what is done about it beside them.
    apart = {"payfiles", "capture", "livecapture.py"}
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)} - {
        "Stopped",
        "Interrupted",
        "Bug",
        "LostResponse",
    }
    silent = [
        f"{path.relative_to(HOUSE)}, line {raised.lineno}: {ast.unparse(raised.exc)}"
        for path in OTHERS
        if not apart & {*path.relative_to(HOUSE).parts}
        for raised in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(raised, ast.Raise) and isinstance(raised.exc, ast.Call)
        if isinstance(raised.exc.func, ast.Name) and raised.exc.func.id in kinds and raised.exc.args
        if not {"hint", None} & {each.arg for each in raised.exc.keywords}
    ]
    assert not silent
