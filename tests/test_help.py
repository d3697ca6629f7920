"""Help: quick, without anything else imported, and with examples that can be typed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
from bench import Bench
from commandtree import leaves, tree_of

from shopinf.commands.tree import COMMANDS
from shopinf.main import main

EXAMPLE = re.compile(r"^\s*\$ shopinf (.*)$", re.MULTILINE)
# pydantic is not among them: Typer reads its own parameters with it.
HEAVY = {"httpx", "sqlalchemy", "keyring", "werkzeug", "openpyxl", "tomli_w", "rich.console", "shopinf.shopify.client"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_commands_help_shows_examples_that_parse(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words, command in leaves(name):
        assert main([*words, "--help"]) == 0
        shown = EXAMPLE.findall(capsys.readouterr().out)
        assert shown, f"shopinf {' '.join(words)} --help has no example"
        for line in shown:
            typed = shlex.split(line.split(" < ")[0].split(" > ")[0].split(" | ")[0])
            assert typed[: len(words)] == words
            # The parser itself, with everything that an option or argument refuses, but without carrying it out.
            command.make_context(words[-1], typed[len(words) :], obj=None).close()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_line_in_the_list_is_the_commands_own(name: str) -> None:
    first, listed = (tree_of(name).help or "").strip().splitlines()[0], COMMANDS[name]
    assert first.startswith(listed.removesuffix("."))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_options_that_work_everywhere_and_none_for_a_secret(name: str) -> None:
    for words, command in leaves(name):
        spelled = {option for parameter in command.params for option in parameter.opts}
        assert {"--quiet", "-q", "--verbose", "-v", "--yes", "-y", "--wait"} <= spelled, words
        secret = re.compile("token|secret|passw|key")
        assert not [option for option in spelled if secret.search(option)], words


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["connect", "--help"], ["stores", "list", "--help"]])
def test_help_and_version_import_nothing_heavy(argv: list[str]) -> None:
    code = (
        "import sys; from shopinf.main import main; main(sys.argv[1:]); "
        f"print(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr.split() == []


@pytest.mark.parametrize("words", [("-q", "stores", "list"), ("stores", "list", "-q")])
def test_quiet_works_before_and_after_the_command(run: Bench, words: tuple[str, ...]) -> None:
    ran = run(*words).ok()
    assert (ran.out, ran.err) == ("", "")


@pytest.mark.parametrize("words", [("-v", "verify-scopes"), ("verify-scopes", "-v")])
def test_verbose_works_before_and_after_the_command(run: Bench, shop: Any, words: tuple[str, ...]) -> None:
    line = run(*words).ok().err.splitlines()[0]
    known = r"maya-shop: GET /admin/api/2026-07/shop\.json → 200 in \d+ ms, request [0-9a-f-]{36}, bucket \d+/40"
    assert re.fullmatch(known, line)


@pytest.mark.parametrize("words", [("-y", "disconnect", "maya-shop"), ("disconnect", "maya-shop", "-y")])
def test_yes_works_before_and_after_the_command(run: Bench, shop: Any, words: tuple[str, ...]) -> None:
    run(*words).ok()


@pytest.mark.parametrize("words", [("--wait", "7", "disconnect", "m", "-y"), ("disconnect", "m", "-y", "--wait", "7")])
def test_wait_works_before_and_after_the_command(run: Bench, words: tuple[str, ...]) -> None:
    store = run.open()
    run.connect(store, "--as", "m").ok()
    with held(run, store.id):
        assert run(*words).code == 8
    assert run.clock.monotonic() == pytest.approx(7)


def held(run: Bench, shop_id: int) -> Any:
    """The store's lock, held by another run."""
    from filelock import FileLock

    (run.home / "locks").mkdir()
    return FileLock(run.home / "locks" / f"{shop_id}-writing.lock")
