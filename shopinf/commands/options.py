"""One meaning, one option, one name: the options that commands share, and the shape every command has.

A command is a function whose first parameter is the desk. `Noun.command` hands it over and adds to each signature the
options that work everywhere (`--quiet`, `--verbose`, `--yes`, `--wait`, `--log-file`). A parameter declared as
`StoreChoice` or `FormChoice` stands for the group of options of that meaning.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.choices import FormChoice, ReportForm, StoreChoice

if TYPE_CHECKING:
    from decimal import Decimal

    from shopinf.desk import Desk

    DeskContext = Desk
else:
    DeskContext = object


def examples(*lines: str) -> str:
    """The epilog of a command's help: command lines that run."""
    # \b keeps the lines as they are.
    return "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  $ shopinf {line}" for line in lines)])


def _store_names(incomplete: str) -> list[str]:
    """Complete the names of connected stores."""
    from shopinf.desk import connected_names

    return [name for name in connected_names() if name.startswith(incomplete)]


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
FormatOption = Annotated[
    str | None, typer.Option("--format", "-f", help="table, csv, json or jsonl.", metavar="FORMAT")
]
ReportFormatOption = Annotated[
    str | None, typer.Option("--format", "-f", help="table, csv, json, jsonl, xlsx or html.", metavar="FORMAT")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to a file; the suffix gives the format.", metavar="FILE")
]
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


_EVERYWHERE: Mapping[str, Any] = {
    "quiet": (QuietOption, False),
    "verbose": (VerboseOption, False),
    "yes": (YesOption, False),
    "wait": (WaitOption, None),
    "log_file": (LogFileOption, None),
}
_BUNDLES: Mapping[object, tuple[Mapping[str, Any], Callable[..., object]]] = {
    StoreChoice: (
        {"store": (StoreOption, None), "group": (GroupOption, None), "all_stores": (AllStoresOption, False)},
        lambda store, group, all_stores: StoreChoice(tuple(store or ()), group, all_stores),
    ),
    FormChoice: ({"format": (FormatOption, None), "output": (OutputOption, None)}, FormChoice),
    ReportForm: ({"format": (ReportFormatOption, None), "output": (OutputOption, None)}, ReportForm),
}


class Noun(typer.Typer):
    """The commands of one noun."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(no_args_is_help=True, add_completion=False, rich_markup_mode=None, **settings)

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:  # type: ignore[override]
        """Register a command: a function that takes the desk first."""
        register = super().command(*args, **kwargs)

        def decorate(function: Callable[..., None]) -> Callable[..., None]:
            register(_at_the_desk(function))
            return function

        return decorate


def _at_the_desk(function: Callable[..., None]) -> Callable[..., None]:
    """*function* with the desk taken from Typer's context, bundles spelled out and the common options added."""
    signature = inspect.signature(function, eval_str=True)
    bundles = {name: p.annotation for name, p in signature.parameters.items() if _is_bundle(p.annotation)}
    stores = ["store"] if StoreChoice in bundles.values() else []
    fills = ("date", *stores, *(["period"] if "period" in signature.parameters else []))

    def called(context: typer.Context, **given: Any) -> None:
        desk: Desk = context.obj.desk
        desk.command = context.command_path
        desk.heed(**{name: given.pop(name) for name in _EVERYWHERE})
        desk.log.start(desk.command)
        for name, bundle in bundles.items():
            options, build = _BUNDLES[bundle]
            given[name] = build(*(given.pop(option) for option in options))
            desk.output = getattr(given[name], "output", desk.output)
        desk.fills = fills
        function(desk, **given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)]
    for name, parameter in list(signature.parameters.items())[1:]:
        if name in bundles:
            spelled = _BUNDLES[bundles[name]][0].items()
            parameters += [inspect.Parameter(n, keyword, annotation=a, default=d) for n, (a, d) in spelled]
        else:
            parameters.append(parameter.replace(kind=keyword))
    parameters += [inspect.Parameter(n, keyword, annotation=a, default=d) for n, (a, d) in _EVERYWHERE.items()]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    called.__name__, called.__doc__ = function.__name__, function.__doc__
    return called


def _is_bundle(annotation: object) -> bool:
    return isinstance(annotation, type) and annotation in _BUNDLES
