"""One meaning, one option, one name: the options that commands share, and the shape every command has.

A command is a function whose first parameter is the desk. `Noun.command` hands it over and adds to each signature the
options that work everywhere (`--quiet`, `--verbose`, `--yes`, `--wait`, `--log-file`). A parameter whose type is a
frozen dataclass, like `StoreChoice`, is a bundle of options: each of its fields is one, and is written only there.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand
from typer.models import ArgumentInfo, OptionInfo

from shopinf import periods
from shopinf.commands.completion import COMPLETIONS, period_names
from shopinf.console.forms import contradiction
from shopinf.errors import BadInput
from shopinf.results import Format
from shopinf.shell import quoted
from shopinf.words import listed

if TYPE_CHECKING:
    from decimal import Decimal

    from shopinf.desk import Desk
    from shopinf.results import Column, Result
    from shopinf.stores import Store

    DeskContext = Desk
else:
    DeskContext = object


OWN, STORES, ANSWER, EVERYWHERE = "Options", "Which stores", "What comes out", "In every command"
_WORDS = {int: "N", float: "N", Path: "FILE", str: "TEXT"}  # for the value of an option that names it nowhere else


def examples(*lines: str) -> str:
    """The epilog of a command's help: command lines that run."""
    # \b keeps the lines as they are.
    return "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  $ shopinf {line}" for line in lines)])


def _store_names(incomplete: str) -> list[str]:
    """Complete the names of connected stores."""
    from shopinf.desk import connected_names

    begun = incomplete.casefold()
    return [name for name in connected_names() if name.casefold().startswith(begun)]


def formats(*, reports: bool) -> str:
    """What `--format` takes, for its help: `table, csv, json or jsonl.`"""
    *names, last = Format.known(reports=reports)
    return f"{', '.join(names)} or {last}."


def decimal(text: str) -> Decimal:
    """Parse a number as typed; `15`, `12.5`."""
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise typer.BadParameter(f"{text!r} is not a number.")
    return number


StoreArgument = Annotated[str, typer.Argument(help="A connected store.", metavar="STORE", autocompletion=_store_names)]
OptionalStoreArgument = Annotated[
    str | None, typer.Argument(help="A connected store.", metavar="STORE", autocompletion=_store_names)
]
StoreArguments = Annotated[
    list[str] | None, typer.Argument(help="Connected stores.", metavar="STORE", autocompletion=_store_names)
]
StoreOption = Annotated[
    list[str] | None,
    typer.Option("--store", "-s", help="A store; may be repeated.", metavar="STORE", autocompletion=_store_names),
]
GroupOption = Annotated[str | None, typer.Option("--group", help="All stores of a group.", metavar="NAME")]
AllStoresOption = Annotated[bool, typer.Option("--all-stores", help="Every connected store.")]
FormatOption = Annotated[str | None, typer.Option("--format", "-f", help=formats(reports=False), metavar="FORMAT")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to a file; the suffix gives the format.", metavar="FILE")
]
ColumnsOption = Annotated[
    str | None,
    typer.Option("--columns", help="Only these columns, as JSON names them, in this order.", metavar="A,B,C"),
]
WideOption = Annotated[bool, typer.Option("--wide", help="All columns in a table.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="Say which field a column is; may be repeated.", metavar="COLUMN=FIELD"),
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", help="How a sheet of text is encoded, like cp1250; else it is found out.", metavar="E"),
]
NoSyncOption = Annotated[bool, typer.Option("--no-sync", help="Work from the ledger alone, offline.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show each request.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Answer questions with yes.")]
WaitOption = Annotated[
    float | None,
    typer.Option("--wait", help="Seconds to wait for another run to finish (60).", metavar="SECONDS", min=0),
]
LogFileOption = Annotated[
    Path | None, typer.Option("--log-file", help="Append what happens to a file, as JSON lines.", metavar="FILE")
]


@dataclass(frozen=True)
class StoreChoice:
    """Which stores a command line means: by name, by group, or all of them."""

    panel: ClassVar[str] = STORES
    store: StoreOption = None
    group: GroupOption = None
    all_stores: AllStoresOption = False

    @property
    def typed(self) -> str:
        """The same choice for another command, as it is typed, a blank before each option."""
        named = [("-s", each) for each in self.store or ()] + [("--group", self.group)] * bool(self.group)
        return "".join(f" {option} {quoted(value)}" for option, value in named if value) + (
            " --all-stores" if self.all_stores else ""
        )


@dataclass(frozen=True)
class PeriodChoice:
    """Which days a command line means: a period by its name, or from one day to another."""

    needed: ClassVar[bool] = False
    period: Annotated[
        str | None,
        typer.Option(
            "--period", help=f"One of {periods.NAMES}.", metavar="P", show_default=False, autocompletion=period_names
        ),
    ] = None
    since: Annotated[str | None, typer.Option("--from", help="The first day, YYYY-MM-DD.", metavar="D")] = None
    until: Annotated[str | None, typer.Option("--to", help="The last day, included.", metavar="D")] = None

    @property
    def given(self) -> bool:
        return bool(self.period or self.since or self.until)

    def of(self, desk: Desk, stores: Sequence[Store]) -> dict[str, periods.Period]:
        """The period of each of *stores*, on its own calendar."""
        return periods.read_periods(
            self.period, self.since, self.until, todays={store.name: desk.today(store) for store in stores}
        )


@dataclass(frozen=True)
class NeededPeriod(PeriodChoice):
    """The same for a command that does nothing without."""

    needed: ClassVar[bool] = True


@dataclass(frozen=True)
class FormChoice:
    """What form an answer takes and where it goes; checked before the command begins."""

    panel: ClassVar[str] = ANSWER
    format: FormatOption = None
    output: OutputOption = None
    columns: ColumnsOption = None
    wide: WideOption = False
    reports: ClassVar[bool] = False


@dataclass(frozen=True)
class Manners:
    """What a command says of itself to whoever leaves it alone: `schedule print` reads it."""

    asks: bool = False  # it asks before it writes, spends or deletes, if only in certain cases
    attended: bool = False  # it waits for somebody, or runs until somebody stops it
    period: bool = False  # it does nothing without a period
    reports: bool = False  # it writes the formats of reports too
    fills: tuple[str, ...] = ("date",)  # what it knows a value of, for `{name}` in --output
    columns: Sequence[Column] = ()  # what its answer has, for --columns and the reference
    sheet: bool = False  # it reads a sheet, whose encoding may be said


def exactly_one(**given: object) -> str:
    """The one option that was given; none or several are wrong usage."""
    chosen = [name for name, value in given.items() if value not in (None, False)]
    names = [f"--{name.rstrip('_').replace('_', '-')}" for name in given]
    all_of_them = listed(names, "or")
    if not chosen:
        raise BadInput(f"Exactly one of {all_of_them} is needed", hint=f"Add one, like {names[0]}.")
    if len(chosen) > 1:
        spelled = [f"--{name.rstrip('_').replace('_', '-')}" for name in chosen]
        raise BadInput(f"Only one of {all_of_them} can be given", hint=f"Leave out {listed(spelled, 'or')}.")
    return chosen[0]


NotifyOption = Annotated[
    str | None,
    typer.Option("--notify", help="An address that is told when a run does not end well.", metavar="URL"),
]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="No colours and no links in a terminal.")]
NoInputOption = Annotated[bool, typer.Option("--no-input", help="Ask nothing: what needs an answer is refused.")]


_EVERYWHERE: Mapping[str, Any] = {
    "quiet": (QuietOption, False),
    "verbose": (VerboseOption, False),
    "yes": (YesOption, False),
    "wait": (WaitOption, None),
    "log_file": (LogFileOption, None),
    "notify": (NotifyOption, None),
    "no_color": (NoColorOption, False),
    "no_input": (NoInputOption, False),
}


def in_words(record: tuple[str, str]) -> tuple[str, str]:
    """An option and its help without the words of a programmer: Python's for a type, Typer's for a bound."""
    name, help = record
    help = re.sub(r"; [^\[\];]*x[<>]=?[^\[\];]*(?=\])", "", help)  # a default before it stays
    return re.sub(r" <.*>$", "", name), re.sub(r"\s*\[[^\]]*x[<>]=?[^\]]*\]", "", help)


class Command(TyperCommand):
    """A command whose help lists its options in the groups of their meaning, its own first."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            own = "Arguments" if parameter.param_type_name == "argument" else OWN
            if (record := parameter.get_help_record(ctx)) is not None:
                groups.setdefault(getattr(parameter, "rich_help_panel", None) or own, []).append(in_words(record))
        last = [STORES, ANSWER, EVERYWHERE]
        for title in [*(name for name in groups if name not in last), *(name for name in last if name in groups)]:
            with formatter.section(title):
                formatter.write_dl(groups[title])


class Noun(typer.Typer):
    """The commands of one noun."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(no_args_is_help=True, add_completion=False, rich_markup_mode=None, **settings)

    def command(  # type: ignore[override]
        self,
        *args: Any,
        asks: bool = False,
        attended: bool = False,
        fills: tuple[str, ...] = (),
        columns: Sequence[Column] = (),
        sheet: bool = False,
        **kwargs: Any,
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register a command: a function that takes the desk first.

        *asks* says that it may ask a question, *attended* that it is nothing for a timer, *fills* what it knows a value
        of for a file's name beside `{date}`, `{store}` and `{period}`, which follow from its options, *columns* what
        its rows have, and *sheet* that it reads one, which may have an encoding of its own.
        """
        register = super().command(*args, cls=Command, **kwargs)

        def decorate(function: Callable[..., None]) -> Callable[..., None]:
            register(_at_the_desk(function, Manners(asks, attended, fills=fills, columns=columns, sheet=sheet)))
            return function

        return decorate


def _at_the_desk(function: Callable[..., None], said: Manners) -> Callable[..., None]:
    """*function* with the desk taken from Typer's context, bundles spelled out and the common options added."""
    signature = inspect.signature(function, eval_str=True)
    bundles = {name: p.annotation for name, p in signature.parameters.items() if _is_bundle(p.annotation)}
    spelled = {name: _spelled(bundle) for name, bundle in bundles.items()}
    options = {*signature.parameters, *(each.name for group in spelled.values() for each in group)}
    manners = dataclasses.replace(
        said,
        period=any(issubclass(bundle, PeriodChoice) and bundle.needed for bundle in bundles.values()),
        reports=any(issubclass(bundle, FormChoice) and bundle.reports for bundle in bundles.values()),
        fills=("date", *(n for n, o in (("store", "all_stores"), ("period", "period")) if o in options), *said.fills),
    )

    def called(context: typer.Context, **given: Any) -> None:
        desk: Desk = context.obj.desk
        desk.command = context.command_path
        desk.heed(**{name: given.pop(name) for name in _EVERYWHERE})
        desk.log.start(desk.command)
        desk.out.workbook = _workbook
        desk.encoded_as(given.pop("encoding", None))
        desk.fills, desk.columns, desk.out.asks = manners.fills, manners.columns, manners.asks
        for name, bundle in bundles.items():
            given[name] = bundle(**{each.name: given.pop(each.name) for each in spelled[name]})
            if isinstance(given[name], FormChoice):
                desk.output = given[name].output
                if odd := contradiction(desk.form(given[name])):
                    desk.out.warn(odd)
        function(desk, **given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)]
    for name, parameter in list(signature.parameters.items())[1:]:
        own = parameter.replace(kind=keyword, annotation=_described(parameter.annotation))
        parameters += spelled.get(name, [own])
    if manners.sheet:
        parameters.append(inspect.Parameter("encoding", keyword, annotation=_described(EncodingOption), default=None))
    parameters += [
        inspect.Parameter(n, keyword, annotation=_described(a, EVERYWHERE), default=d)
        for n, (a, d) in _EVERYWHERE.items()
    ]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    called.__module__, called.__name__, called.__doc__ = function.__module__, function.__name__, function.__doc__
    called.manners = manners  # type: ignore[attr-defined]
    return called


def _workbook(result: Result) -> bytes:
    """The rows of *result* as a workbook; only commands may enter the room that makes it."""
    from shopinf.reports import rows

    return rows.file(result)


def manners_of(command: Any) -> Manners:
    """What the command (as Typer has it) says of itself."""
    found = getattr(command.callback, "manners", None)
    return found if isinstance(found, Manners) else Manners()


def _is_bundle(annotation: object) -> bool:
    return isinstance(annotation, type) and dataclasses.is_dataclass(annotation)


def _described(annotation: Any, panel: str | None = None) -> Any:
    """*annotation* with what its help needs: the group that it is listed in, and a word for its value."""
    kind, *said = typing.get_args(annotation) or (annotation,)
    if not said or not isinstance(said[0], OptionInfo | ArgumentInfo):
        return annotation
    info = copy(said[0])
    info.rich_help_panel = info.rich_help_panel or panel
    if info.autocompletion is None:
        # The first name of an option is where a default would be, were this not in `Annotated`.
        name = info.default if isinstance(info, OptionInfo) else info.metavar
        info.autocompletion = COMPLETIONS.get(str(name))
    kinds = {kind, *typing.get_args(kind), *(arg for each in typing.get_args(kind) for arg in typing.get_args(each))}
    if isinstance(info, OptionInfo) and info.metavar is None and bool not in kinds:
        choices = next((each for each in kinds if isinstance(each, type) and issubclass(each, Enum)), None)
        word = next((word for type, word in _WORDS.items() if type in kinds), None)
        info.metavar = "|".join(str(each.value) for each in choices) if choices else word
    if int in kinds and info.parser is None:
        info.parser = _whole(info.min, info.max)
    return Annotated[kind, info]


def _whole(least: float | None, most: float | None) -> Callable[[Any], int]:
    """Reads a whole number within bounds. Left to itself pydantic takes `5.000`, five thousand to many, for 5."""

    def read(value: Any) -> int:
        text = str(value).strip()
        if re.fullmatch(r"\d{1,3}([.,'_ ]\d{3})+", text):
            raise typer.BadParameter(f"write {text!r} without anything between its digits")
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            raise typer.BadParameter("that is not a number")
        if least is not None and int(text) < least:
            raise typer.BadParameter(f"it has to be {least:.0f} or more")
        if most is not None and int(text) > most:
            raise typer.BadParameter(f"it has to be {most:.0f} or less")
        return int(text)

    return read


def _spelled(bundle: type[Any]) -> list[inspect.Parameter]:
    """The fields of a bundle as parameters of a command."""
    hints = typing.get_type_hints(bundle, include_extras=True)
    panels: Mapping[str, str] = getattr(bundle, "panels", {})  # where its options are not all of one group
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_described(hints[each.name], panels.get(each.name, getattr(bundle, "panel", None))),
            default=inspect.Parameter.empty if each.default is dataclasses.MISSING else each.default,
        )
        for each in dataclasses.fields(bundle)
    ]
