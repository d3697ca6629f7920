"""The command tree: every command by name, loaded when it is asked for."""

from __future__ import annotations

import importlib
import keyword
import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from shopinf import __version__
from shopinf.commands.options import (
    LogFileOption,
    NoColorOption,
    NoInputOption,
    NotifyOption,
    QuietOption,
    VerboseOption,
    WaitOption,
    YesOption,
    in_words,
)
from shopinf.commands.usage import UnknownCommand, told
from shopinf.errors import BadInput, ShopinfError, Stopped
from shopinf.notices import VARIABLE as NOTIFY

if TYPE_CHECKING:
    from shopinf.desk import Desk, Setting

# name: first line of its help. A test holds the lines against the commands themselves.
COMMANDS = {
    "connect": "Connect a store, or give it new credentials.",
    "verify-scopes": "Check which scopes a store has granted, feature by feature.",
    "stores": "List the connected stores and look after them.",
    "disconnect": "Remove a store's credentials and local data.",
    "doctor": "Look over this machine and every store.",
    "customers": "Find the influencers among a store's customers.",
    "influencers": "Look after the influencers you know.",
    "sources": "Connect the sources that customers are looked up in.",
    "discounts": "Make and look after influencers' discount codes.",
    "rates": "Say what influencers, codes and campaigns earn.",
    "orders": "Read orders and attribute them to influencers.",
    "products": "Read the stores' products and look them up.",
    "payouts": "Close months, pay influencers, note what came back.",
    "gifts": "Send influencers gifts and follow the parcels.",
    "reports": "Send finished reports by mail, or tell of them in Slack.",
    "livecapture": "Hear of influencers who show interest in a store.",
    "schedule": "Leave a command to cron, systemd, launchd or Windows.",
    "ledger": "Back up the ledger, or move it.",
    "practice": "Serve practice stores on this machine.",
    "status": "Show how it stands with the stores: codes, sales, gifts, what is payable, and the last sync.",
    "reference": "Look up columns, exit codes, settings and sheets.",
    "help": "Show the help of a command.",
    "version": "Show the version.",
    "demo": "Run the whole story on a practice store in a minute.",
}


class Run:
    """One run of the program: its desk is set up when a command reaches for it, so that help is quick."""

    def __init__(self, setting: Setting | None) -> None:
        self._setting = setting
        self._open = ExitStack()
        self.error: ShopinfError | None = None  # what ended it

    @cached_property
    def desk(self) -> Desk:
        from shopinf.desk import Desk, Setting

        desk = Desk(self._setting or Setting.of_this_process())
        self._open.callback(desk.close)
        self._open.enter_context(desk.stopping())
        return desk

    def ended(self, code: int) -> None:
        """Tell the run's log how it ended, and who is to have a notice; help and version never reach for the desk."""
        if "desk" in self.__dict__:
            self.desk.ended(code, self.error)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()


class Group(TyperGroup):
    """A command with commands below it, which names the nearest one for a word that is none of them."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            raise UnknownCommand(ctx.command_path, args[0], known)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records = (parameter.get_help_record(ctx) for parameter in self.get_params(ctx))
        with formatter.section("Options"):
            formatter.write_dl([in_words(record) for record in records if record])
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands with the first lines of their help, never cut."""
        found: list[tuple[str, Any]] = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, (command.help or "").partition("\n")[0]) for name, command in found])


class Tree(Group):
    """The top of the tree; a noun's module is imported when one of its commands is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        if getattr(ctx, "listing", False):
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name], rich_markup_mode=None)
        found = importlib.import_module(f"shopinf.commands.{file_of(cmd_name)}")
        if hasattr(found, "VERBS"):
            return Verbs(found, name=cmd_name, help=COMMANDS[cmd_name])
        return command_in(found, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        ctx.listing = True  # names and first lines are enough to list what there is
        try:
            super().format_help(ctx, formatter)
        finally:
            ctx.listing = False


class Verbs(Group):
    """The verbs of a noun, a file each in the noun's folder; a file is imported when its command is wanted."""

    def __init__(self, noun: ModuleType, **settings: Any) -> None:
        super().__init__(no_args_is_help=True, rich_markup_mode=None, **settings)
        self._noun = noun
        names: Any = dict.fromkeys(noun.VERBS)
        self.commands = names  # whose keys Typer looks through for its "Did you mean …?"

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self._noun.VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self._noun.VERBS:
            return None
        return command_in(importlib.import_module(f"{self._noun.__name__}.{file_of(cmd_name)}"), cmd_name)


def file_of(name: str) -> str:
    """The file, or the folder, of the command *name*: `verify_scopes`, `import_`."""
    return f"{name}_" if keyword.iskeyword(name) else name.replace("-", "_")


@cache
def command_in(module: ModuleType, name: str) -> Any:
    """The command *name* of a file; its options are read once, however often a process runs it, as the demo does."""
    group: Any = typer.main.get_group(module.app)
    return group.commands[name]


app = typer.Typer(
    name="shopinf",
    cls=Tree,
    help="Run influencer programmes for Shopify stores: connect stores, make codes and links, attribute orders.",
    no_args_is_help=True,
    add_completion=False,  # its options cannot name a shell
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="Start with: shopinf demo",
)


def _say_version(context: typer.Context, wanted: bool) -> None:
    if wanted:
        context.obj.desk.out.print(f"shopinf {__version__}")
        raise typer.Exit


def _install_completion(context: typer.Context, shell: str | None) -> None:
    if shell:
        from shopinf.commands.shells import install

        context.obj.desk.out.say(install(shell))
        raise typer.Exit


def _show_completion(context: typer.Context, shell: str | None) -> None:
    if shell:
        from shopinf.commands.shells import script

        context.obj.desk.out.print(script(shell))
        raise typer.Exit


@app.callback()
def top(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", is_eager=True, callback=_say_version)
    ] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    yes: YesOption = False,
    wait: WaitOption = None,
    log_file: LogFileOption = None,
    notify: NotifyOption = None,
    no_color: NoColorOption = False,
    no_input: NoInputOption = False,
    install_completion: Annotated[
        str | None,
        typer.Option(
            help=f"Have this shell complete commands and names, or the one named: {_SHELLS}.",
            metavar="[SHELL]",
            is_eager=True,
            callback=_install_completion,
        ),
    ] = None,
    show_completion: Annotated[
        str | None,
        typer.Option(
            help="Print the script that does it.", metavar="[SHELL]", is_eager=True, callback=_show_completion
        ),
    ] = None,
) -> None:
    """Heed the options that work before a command as well as after it."""
    context.obj.desk.heed(
        quiet=quiet,
        verbose=verbose,
        yes=yes,
        wait=wait,
        log_file=log_file,
        notify=notify,
        no_color=no_color,
        no_input=no_input,
    )


def help_of(words: Sequence[str]) -> str:
    """The help of the command that *words* name, as `--help` shows it."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("shopinf", [*words, "--help"], resilient_parsing=True)
    for word in words:
        if not isinstance(command, TyperGroup):
            raise BadInput(f"{context.command_path} has no commands", hint=f"{context.command_path} --help")
        found = command.get_command(context, word)
        if found is None:
            raise UnknownCommand(context.command_path, word, command.list_commands(context))
        command = found
        context = type(context)(command, info_name=word, parent=context)
    return str(command.get_help(context))


_SHELLS = "bash, zsh, fish, powershell, pwsh"
# The last one is what it means alone.
_ALONE = {
    "--links": ("first", "last"),
    "--install-completion": ("this",),
    "--show-completion": ("this",),
}


def carry_out(argv: Sequence[str], run: Run) -> int:
    """Run one command line; what Typer finds wrong with it becomes one of our own sentences."""
    command: Any = typer.main.get_command(app)
    argv = list(argv) or ["--help"]
    if os.environ.get("_SHOPINF_COMPLETE"):  # a shell asks for completions
        from shopinf.commands import shells

        return shells.answer(command, run, os.environ)
    _check_text(argv)
    argv = _spelled_out(argv)
    try:
        # Not `command.main`: it makes a silent exit code of Ctrl-C, of a closed pipe and of the end of a file.
        with command.make_context("shopinf", list(argv), obj=run) as context:  # a list of its own: it is used up
            answer = command.invoke(context)
    except typer.Exit as done:
        return int(done.exit_code)
    except typer.Abort:
        raise Stopped("Stopped; nothing more was done") from None
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # a noun alone
            run.desk.out.print(error.ctx.get_help())  # type: ignore[attr-defined]
            return 0
        path = _path(error, command, argv)
        _begin_log(run, argv, path)
        raise told(error, path) from None
    except UnknownCommand as error:
        _begin_log(run, argv, error.path)
        raise BadInput(error.message, hint=error.hint) from None
    return answer if isinstance(answer, int) else 0


def _spelled_out(argv: Sequence[str]) -> list[str]:
    """The command line, with the word that is meant where an option stands alone."""
    spelled = []
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        spelled.append(word)
        if word in _ALONE and (not after or not after[:1].isalpha()):  # another option, or an order
            spelled.append(_ALONE[word][-1])
    return spelled


def _check_text(argv: Sequence[str]) -> None:
    """Refuse bytes that are no text: they could be no name in any answer, no key in the ledger, no part of a call."""
    for word in argv:
        if any("\udc80" <= sign <= "\udcff" for sign in word):  # how Python keeps bytes that are not UTF-8
            raise BadInput(
                f"The argument {word} is not UTF-8 text",
                hint="Have the terminal write UTF-8; a file with such a name needs another one first.",
            )


def _begin_log(run: Run, argv: Sequence[str], path: str) -> None:
    """Let the log tell of a command line that could not be read; what was typed wrongly is told first."""
    log, address = _value_in(argv, "--log-file"), _value_in(argv, "--notify")
    run.desk.log_to(Path(log) if log else None)
    with suppress(ShopinfError):
        run.desk.notice.send_to(address or run.desk.environ.get(NOTIFY))
    run.desk.command = path
    with suppress(ShopinfError):
        run.desk.log.start(path)


def _value_in(argv: Sequence[str], option: str) -> str | None:
    """What *option* says on a command line that could not be read, so that log and notice tell of that too."""
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if name == option and (value or following):
            return value or following
    return None


def _path(error: typer.TyperException, here: Any, argv: Sequence[str]) -> str:
    """The command that *error* is about; an option without its value does not say so, but the command line does."""
    if context := getattr(error, "ctx", None):
        return str(context.command_path)
    words, nowhere = ["shopinf"], cast(Any, None)  # a command is found without a context
    for word in (word for word in argv if not word.startswith("-")):
        here = here.get_command(nowhere, word) if isinstance(here, TyperGroup) else None
        if here is None:
            break
        words.append(word)
    return " ".join(words)
