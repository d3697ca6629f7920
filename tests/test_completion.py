"""Completion, as the shells themselves take it: whatever a campaign is called, what is put on the line means it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from bench import Bench

from shopinf.commands.shells import Shell
from shopinf.commands.tree import COMMANDS, app
from shopinf.practice import PracticeStore

CAMPAIGNS = ("maya's picks", "Spring sale $5", "a:b", '`x` "y"')
# What stands for what zsh has only while somebody types: it shows the values as they would be quoted and inserted.
ZSH = """
compset() { print -r -- "left standing: $2" }
_files() { print -r -- files }
_describe() { for each in "${(@)_found}"; do print -r -- "[${${each%%:(#e)*}//\\\\:/:}]"; done }
"""


@pytest.fixture
def home(run: Bench, shop: PracticeStore, tmp_path: Path) -> Mapping[str, str]:
    """The environment of a shell in which `shopinf` is this one, with campaigns that shells stumble over."""
    for campaign in CAMPAIGNS:
        run("discounts", "create", "--campaign", campaign, "--influencer", "maya", "--percent", "5", "-y").ok()
    program = tmp_path / "bin" / "shopinf"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shopinf "$@"\n')
    program.chmod(0o755)
    source = str(Path(__file__).parents[1])
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "SHOPINF_HOME": str(run.home), "PATH": path, "PYTHONPATH": source}


def in_bash(home: Mapping[str, str], *words: str) -> list[str]:
    """What bash is offered for the last of *words*, as it splits them."""
    script = """
    eval "$(shopinf --show-completion bash)"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _shopinf_completion shopinf
    printf '%s\\n' "${COMPREPLY[@]}"
    """
    typed = ["bash", "--norc", "-c", script, "bash", "shopinf", *words]
    return subprocess.run(typed, env=home, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["--campaign", "may"], r"maya\'s\ picks"),
        (["--campaign", "'may"], r"maya'\''s picks"),
        (["--campaign", '"Spr'], r"Spring sale \$5"),
        (["--campaign", r"Spring\ s"], r"Spring\ sale\ \$5"),
        (["--campaign", "=", "Spr"], r"Spring\ sale\ \$5"),
        (["--campaign", "a", ":"], "b"),
        (["--campaign", "=", "a", ":", "b"], "b"),
        (["--campaign", r"\`"], r"\`x\`\ \"y\""),
        (["--columns", "code,li"], "code,link"),
    ],
)
def test_bash_puts_on_the_line_what_means_the_name(home: Mapping[str, str], words: list[str], offered: str) -> None:
    assert in_bash(home, "discounts", "list", *words) == [offered]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["influencers", "import", "x.csv", "--encoding", "cp125"], ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254"]),
        (["practice", "--plan", "a"], ["advanced"]),
    ],
)
def test_bash_offers_the_words_that_an_option_takes(
    home: Mapping[str, str], words: list[str], offered: list[str]
) -> None:
    assert in_bash(home, *words) == offered


def test_bash_offers_files_where_no_name_is_meant(home: Mapping[str, str]) -> None:
    assert in_bash(home, "influencers", "import", "shee") == [""]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh (on Debian: apt-get install zsh)")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("discounts list --campaign may", "[maya's picks]"),
        ("discounts list --campaign 'may", "[maya's picks]"),
        ("discounts list --campaign=Spr", "left standing: --*=\n[Spring sale $5]"),
        ("discounts list --campaign a:", "[a:b]"),
        ("influencers import shee", "files"),
    ],
)
def test_zsh_reads_every_name_unharmed(home: Mapping[str, str], line: str, said: str) -> None:
    asked = {"_SHOPINF_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"shopinf {line}"}
    script = f"setopt extendedglob; {ZSH}\nanswer() {{ eval $(env shopinf) }}; answer"
    done = subprocess.run(
        ["zsh", "-f", "-c", script], env={**home, **asked}, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == (said, "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish (on Debian: apt-get install fish)")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("shopinf discounts list --campaign may", "maya's picks"),
        ("shopinf discounts list --campaign=Spr", "--campaign=Spring sale $5"),
        ("shopinf discounts list --campaign a:", "a:b"),
        ("shopinf verify-scopes m", "maya-shop"),
    ],
)
def test_fish_is_offered_every_name_as_it_is(home: Mapping[str, str], line: str, offered: str) -> None:
    script = "shopinf --show-completion fish | source; complete --do-complete $argv[1]"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script, line], env=home, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == [offered]


def test_powershell_is_offered_names_in_its_own_quotes(home: Mapping[str, str]) -> None:
    asked = {
        "_SHOPINF_COMPLETE": "complete_powershell",
        "_TYPER_COMPLETE_ARGS": "shopinf discounts list --campaign may",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": "may",
    }
    done = subprocess.run(["shopinf"], env={**home, **asked}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "'maya''s picks'::: \n"


@pytest.mark.parametrize("shell", Shell)
def test_the_script_of_each_shell_is_shown_by_its_name(run: Bench, shell: str) -> None:
    ran = run("--show-completion", shell).ok()
    assert "_SHOPINF_COMPLETE" in ran.out
    assert ran.err == ""


def test_a_shell_that_is_not_known_is_wrong_usage(run: Bench) -> None:
    ran = run("--show-completion", "csh")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("hint: It has them for bash, zsh, fish, powershell, pwsh.\n")


def test_it_is_installed_for_the_shell_that_is_named(
    run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "fish completes shopinf from its next start on" in run("--install-completion", "fish").ok().err
    written = (tmp_path / ".config/fish/completions/shopinf.fish").read_text()
    assert written == run("--show-completion", "fish").ok().out


def test_every_option_and_argument_for_a_known_name_completes_it() -> None:
    tree: Any = typer.main.get_command(app)
    context = tree.make_context("shopinf", ["version"], resilient_parsing=True)
    known = {
        "--store",
        "--group",
        "--campaign",
        "--influencer",
        "--code",
        "--period",
        "--run",
        "--payer",
        "--statement",
    }
    known |= {"STORE", "CODE", "INFLUENCER", "RUN", "STATEMENT"}
    lacking = []
    for name in COMMANDS:
        command: Any = tree.get_command(context, name)
        for verb in getattr(command, "list_commands", lambda _: [""])(context):
            leaf = command.get_command(context, verb) if verb else command
            lacking += [
                f"{name} {verb} {word}"
                for each in leaf.params
                for word in (*each.opts, each.metavar)
                if word in known and each._custom_shell_complete is None
            ]
    assert lacking == ["connect  STORE"]  # which may be anything that leads to a shop
