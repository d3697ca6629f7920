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

from shopinf.commands.options import in_words, manners_of
from shopinf.commands.tree import COMMANDS
from shopinf.main import main
from shopinf.practice import PracticeStore

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


def test_a_noun_alone_prints_what_it_has_and_help_alone_what_there_is(run: Bench) -> None:
    assert "  pause " in run("discounts").ok().out
    assert run("help", "discounts").ok().out.strip() == run("discounts").out.strip()
    assert "  discounts " in run("help").ok().out


def test_help_of_a_command_is_that_of_its_option(run: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discounts", "create", "--help"]) == 0
    assert run("help", "discounts", "create").ok().out.strip() == capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("discount create", "Did you mean shopinf discounts?"),
        ("discounts crate", "Did you mean shopinf discounts create?"),
        ("help order", "Did you mean shopinf orders?"),
        ("zzz", "shopinf --help"),
    ],
)
def test_a_command_that_is_none_names_the_nearest(run: Bench, typed: str, hint: str) -> None:
    ran = run(*typed.split())
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"hint: {hint}")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("discounts create --campaign q4 --count x", "--count: that is not a number"),
        ("discounts create --campaign q4 --count 0", "--count: it has to be 1 or more"),
        ("discounts create --count 3", "--campaign is missing"),
        ("orders attribute --by influncer", "--by: 'influncer' is none of 'influencer', 'code', …"),
        ("products list --limit 5", "There is no option --limit"),
        ("discounts create --percnt 5", "There is no option --percnt; near it: --percent"),
        ("discounts create --comission 5%", "There is no option --comission; near it: --commission"),
        ("stores group maya-shop", "NAME is missing"),
        ("reports disconnect", "WAY is missing"),
        ("stores show a b", "Too much was typed: b"),
        ("stores list -f", "-f needs a value"),
    ],
)
def test_what_was_typed_wrongly_is_told_in_our_own_words(run: Bench, typed: str, sentence: str) -> None:
    ran = run(*typed.split())
    said = ran.err.splitlines()[0].removeprefix("error: ")
    assert ran.code == 2
    assert said.startswith(sentence.removesuffix("…")) if sentence.endswith("…") else said == sentence


def test_an_option_before_its_command_is_told_where_it_belongs(run: Bench) -> None:
    ran = run("orders", "--period", "last-month", "attribute")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "error: There is no option --period")
    assert "comes after its name: shopinf orders COMMAND --period. Otherwise: shopinf orders --help" in ran.err
    assert "comes after" not in run("orders", "attribute", "--zzz").err


def test_an_option_without_its_value_leads_to_the_help_of_its_command(run: Bench) -> None:
    assert "hint: shopinf payouts paid --help" in run("payouts", "paid", "--run").err
    assert "hint: shopinf status --help" in run("-q", "status", "--format").err
    assert "hint: shopinf --help" in run("--wait").err


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_shows_a_type_of_python_instead_of_a_word(name: str) -> None:
    for words, command in leaves(name):
        shown = command.get_help(command.make_context(words[-1], ["--help"], resilient_parsing=True))
        assert not re.search(r"<[a-z]+( [a-z]+)?>|list\[|x[<>]=", shown), words


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_takes_a_value_says_which(name: str) -> None:
    for words, command in leaves(name):
        context = command.make_context(words[-1], ["--help"], resilient_parsing=True)
        valued = [each for each in command.get_params(context) if each.param_type_name == "option" and not each.is_flag]
        lines = [in_words(each.get_help_record(context))[0] for each in valued if not each.hidden]
        assert [line for line in lines if not re.search(r"--?[\w-]+ [\w|]", line)] == [], words


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (
            "discounts create",
            "Like: shopinf discounts create --campaign q4 --influencer maya --percent 15  All of it: …",
        ),
        ("customers enrich", "Like: shopinf customers enrich --source csv:influencers.csv  All of it: …"),
        ("orders attribute last-month", "Perhaps --period last-month? Otherwise: shopinf orders attribute --help"),
        ("discounts pause MAYA15", "Perhaps --code MAYA15? Otherwise: shopinf discounts pause --help"),
        ("orders attribute --by influenser", "Did you mean influencer? Otherwise: shopinf orders attribute --help"),
        ("orders attribute --period lastmonth", "Did you mean last-month? Otherwise: …"),
        ("sources connect modsh", "Did you mean modash? Otherwise: …"),
        ("discounts list -f jsn", "Did you mean json? Otherwise: choose one of table, csv, json, jsonl, xlsx."),
        ("discounts list --columns cod,status", "Did you mean code? Otherwise: …"),
        ("reference sheets code", "Did you mean codes? Otherwise: shopinf reference sheets"),
        ("discounts list -s maya", "Did you mean maya-shop? Otherwise: shopinf connect maya"),
    ],
)
def test_what_was_typed_wrongly_is_answered_with_what_can_be_typed(
    run: Bench, shop: PracticeStore, typed: str, hint: str
) -> None:
    said = run(*typed.split()).err.splitlines()[-1].removeprefix("hint: ")
    assert said.startswith(hint.removesuffix("…")) if hint.endswith("…") else said == hint


def test_the_many_options_of_create_stand_in_named_groups_with_their_defaults(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["discounts", "create", "--help"]) == 0
    shown = capsys.readouterr().out
    titles = re.findall(r"^([A-Z][\w, ]+):$", shown, re.MULTILINE)
    assert titles[:5] == [
        "Whose codes",
        "What they give",
        "What they are called, lead to and earn",
        "How they are made",
        "Options",
    ]
    groups = re.split(r"^[A-Z][\w, ]+:$", shown, flags=re.MULTILINE)
    assert max(group.count("\n  --") for group in groups) <= 15
    assert "{influencer}{value} by default" in " ".join(shown.split())


def test_an_option_with_bounds_shows_its_default_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "the next ones follow. [default: 8799]" in said
    assert "How many stores. [default: 1]" in said
    assert "<=" not in said


def test_every_command_groups_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["orders", "attribute", "--help"]) == 0
    shown = capsys.readouterr().out
    places = [shown.index(f"{title}:\n") for title in ("Options", "Which stores", "What comes out", "In every command")]
    assert places == sorted(places)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_answers_with_data_declares_its_columns(name: str) -> None:
    for words, command in leaves(name):
        options = {option for parameter in command.params for option in parameter.opts}
        columns = manners_of(command).columns
        assert ("--columns" in options) == bool(columns), words
        ranked = [column for column in columns if column.rank is not None]
        assert len(ranked) <= 15, f"{words}: these are all of them"
        assert len(columns) <= 12 or ranked, f"{words}: which of them answer the question?"


@pytest.mark.parametrize("typed", ["5.000", "5,000", "1.000.000", "50.0", "1e3", "5 000"])
@pytest.mark.parametrize("option", ["--count", "--usage-limit"])
def test_thousands_with_something_between_are_not_taken_for_a_few(run: Bench, option: str, typed: str) -> None:
    refused = run("discounts", "create", "--campaign", "q4", "--percent", "10", option, typed)
    assert refused.code == 2
    assert option in refused.err


def test_whole_numbers_keep_their_bounds(run: Bench) -> None:
    create = ("discounts", "create", "--campaign", "q4", "--percent", "10", "--count")
    assert "it has to be 1 or more" in run(*create, "0").err
    assert "it has to be 65535 or less" in run("practice", "--port", "65536").err
    assert "that is not a number" in run(*create, "many").err
