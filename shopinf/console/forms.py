"""What `--format` and `--output` mean together."""

from __future__ import annotations

from pathlib import Path

from shopinf.console.files import check_place
from shopinf.errors import BadInput
from shopinf.results import Form, Format

_SUFFIXES = {
    ".txt": Format.TABLE,
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".xlsx": Format.XLSX,
    ".html": Format.HTML,
    ".htm": Format.HTML,
}
_REPORTS = (Format.XLSX, Format.HTML)


def read_form(
    format: str | None, output: Path | None, *, reports: bool = False, columns: str | None = None, wide: bool = False
) -> Form:
    """The form asked for: `--format`, else the suffix of `--output`, else a table; *columns* as typed, with commas.

    Only a command with *reports* writes xlsx and html, and only to a file. `--output -` is standard output.
    """
    known = [one for one in Format if reports or one not in _REPORTS]
    if output is not None and str(output) == "-":
        output = None
    chosen = _named(format, known) if format else _by_suffix(output, known)
    if chosen not in known:
        raise BadInput(f"This command does not write {chosen}", hint=f"It writes {', '.join(known)}.")
    if output is None and chosen in _REPORTS:
        raise BadInput(f"{chosen} needs a file to go to", hint=f"Add --output report.{chosen}")
    if output is not None:
        output = output.expanduser()
        check_place(output)
    if columns is not None and wide:
        raise BadInput("Only one of --columns and --wide can be given")
    return Form(chosen, output, _names(columns), wide)


def _names(columns: str | None) -> tuple[str, ...]:
    """The columns that `--columns` names."""
    if columns is None:
        return ()
    names = tuple(name.strip().lower().replace(" ", "_") for name in columns.split(",") if name.strip())
    if not names:
        raise BadInput("--columns names no column", hint="Give it like --columns code,link.")
    return names


def _named(format: str, known: list[Format]) -> Format:
    try:
        return Format(format.strip().lower())
    except ValueError:
        raise BadInput(f"There is no format {format!r}", hint=f"Choose one of {', '.join(known)}.") from None


def _by_suffix(output: Path | None, known: list[Format]) -> Format:
    if output is None or (output.exists() and not output.is_file() and not output.is_dir()):  # /dev/stdout, a pipe
        return Format.TABLE
    if found := _SUFFIXES.get(output.suffix.lower()):
        return found
    ends = ", ".join(suffix for suffix, format in _SUFFIXES.items() if format in known)
    raise BadInput(
        f"The name {output.name} does not say which format to write",
        hint=f"End it with one of {ends}, or add --format.",
    )
