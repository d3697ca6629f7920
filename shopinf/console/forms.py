"""What `--format` and `--output` mean together."""

from __future__ import annotations

import os
from pathlib import Path

from shopinf.console.files import check_place
from shopinf.errors import BadInput
from shopinf.nearest import did_you_mean
from shopinf.results import Form, Format


def read_form(
    format: str | None, output: Path | None, *, reports: bool = False, columns: str | None = None, wide: bool = False
) -> Form:
    """The form asked for: `--format`, else the suffix of `--output`, else a table; *columns* as typed, with commas.

    Only a command that *reports* writes the formats of reports, and only to a file. `--output -` is standard output.
    """
    known = Format.known(reports=reports)
    if output is not None and str(output) == "-":
        output = None
    if output is not None and os.path.isdir(output.expanduser()):  # unlike a path's own, it raises for no name
        check_place(output.expanduser())
    chosen = _named(format, known) if format else _by_suffix(output, known)
    if chosen not in known:
        raise BadInput(f"This command does not write {chosen}", hint=f"It writes {', '.join(known)}.")
    if output is None and chosen.is_report:
        raise BadInput(f"{chosen} needs a file to go to", hint=f"Add --output report.{chosen}")
    if output is not None:
        output = output.expanduser()
        check_place(output)
    if columns is not None and wide:
        raise BadInput("Only one of --columns and --wide can be given", hint="Leave out --wide.")
    return Form(chosen, output, _names(columns), wide)


def contradiction(form: Form) -> str | None:
    """What is odd about a file whose suffix says another format than `-f`."""
    said = next((each for each in Format if form.output and form.output.suffix.lower() in each.suffixes), form.format)
    if said is form.format:
        return None
    name = form.output.name if form.output else ""
    return f"{name} will hold {form.format}, as -f says, although its name ends like {said}; programs may not open it"


def _names(columns: str | None) -> tuple[str, ...]:
    """The columns that `--columns` names."""
    if columns is None:
        return ()
    names = tuple(name.strip().lower().replace(" ", "_") for name in columns.split(",") if name.strip())
    if not names:
        raise BadInput("--columns names no column", hint="Give it like --columns code,link.")
    return names


def _named(format: str, known: list[Format]) -> Format:
    for each in Format:
        if each == format.strip().lower():
            return each
    raise BadInput(
        f"There is no format {format!r}", hint=did_you_mean(format, known, f"Choose one of {', '.join(known)}.")
    )


def _by_suffix(output: Path | None, known: list[Format]) -> Format:
    if output is None or (os.path.exists(output) and not output.is_file() and not output.is_dir()):  # a pipe
        return Format.TABLE
    for each in Format:
        if output.suffix.lower() in each.suffixes:
            return each
    ends = ", ".join(suffix for each in known for suffix in each.suffixes)
    raise BadInput(
        f"The name {output.name} does not say which format to write",
        hint=f"End it with one of {ends}, or add --format.",
    )
