"""The one voice of shopinf: rows on standard output, everything said to a person on standard error."""

from __future__ import annotations

import codecs
import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TextIO, TypeVar

from shopinf.console import files, formats, prompts, tables
from shopinf.console.progress import (
    Board,
    Crew,
    LineBoard,
    Progress,
    SilentBoard,
    Task,
    gathered,
    reached,
    running,
)
from shopinf.console.streams import is_terminal, nobody_reads, pour, speak_utf8, to_nowhere, understands_escapes
from shopinf.errors import BadInput, Interrupted, MachineProblem, ShopinfError, Stopped
from shopinf.plain import harmless
from shopinf.results import Failure, Form, Format, Result, told
from shopinf.times import Clock
from shopinf.words import counted

_CODES = {"bold red": "1;31", "yellow": "33", "cyan": "36", "dim": "2", "": ""}


_EACH = 5  # files, each told of in a sentence of its own; of more the pattern is

W = TypeVar("W", Task, Crew)
Replace = Callable[[Path, Iterable[bytes]], None]  # puts a whole file in the place of another


@dataclass(frozen=True)
class Part:
    """What goes into one store's file: its answer, or nothing where the store failed."""

    store: str
    stem: Mapping[str, str]
    result: Result | None


class Out:
    """Shows results, says things, asks, and shows progress; knows which of its streams are terminals."""

    def __init__(
        self,
        stdout: TextIO | None,
        stderr: TextIO | None,
        stdin: TextIO | None,
        environ: Mapping[str, str],
        *,
        quiet: bool = False,
        verbose: bool = False,
        yes: bool = False,
        clock: Clock | None = None,
        replace: Replace,
    ) -> None:
        # A stream that the caller of the program closed is None in Python.
        self.stdout = stdout if stdout is not None else io.StringIO()
        self.stderr = stderr if stderr is not None else io.StringIO()
        self.stdin = stdin if stdin is not None else io.StringIO()
        self.quiet, self.verbose, self.yes = quiet, verbose, yes
        self.plain = False  # no colours, whatever the terminal can
        self.alone = False  # nobody is asked anything
        self.closed = False  # nobody reads standard output any more
        self.workbook: Callable[[Result], bytes] = _no_workbook  # makes one of the rows of any answer
        self.asks: bool | None = None  # does the command that runs say that it can ask? None: no command runs
        self._environ, self._clock, self._replace = environ, clock, replace
        self._monotonic = clock.monotonic if clock else time.monotonic
        self._lock = RLock()
        self._board: Board | None = None
        self._tasks: list[Task] = []  # under way, or stopped in the middle
        self._crews: list[Crew] = []
        for stream in (self.stdout, self.stderr, self.stdin):
            speak_utf8(stream)
        outputs = (self.stdout, self.stderr)
        self._bare = [each for each in outputs if is_terminal(each) and not understands_escapes(each)]

    @property
    def attended(self) -> bool:
        """Is somebody there to be asked: are standard input and standard error both terminals?"""
        return not self.alone and is_terminal(self.stdin) and is_terminal(self.stderr)

    # results

    def show(self, result: Result, form: Form, *, stem: Mapping[str, str] | None = None) -> None:
        """Write *result* to standard output, or to the file of *form*; then say its notes and failures.

        *stem* has the values of `{period}` and `{store}` in the file's name; `{date}` is today unless it differs there.
        """
        result = result.narrowed(form.columns)
        if form.output is not None:
            self.say(_written(result, form.format, self._put_away(result, form, form.output, stem)))
        elif form.format is Format.TABLE:
            text, left = tables.table(result, form, self._screen())
            self._write(text)
            if is_terminal(self.stdout) and (sentence := left.sentence()):
                self.say(sentence)
        else:
            self._write(self._text(result, form))
        self._tell_rest(result)

    def show_apart(self, result: Result, parts: Iterable[Part], form: Form) -> list[Failure]:
        """Write each store's part to a file of its own, then say the notes and failures of the whole *result*.

        A file that cannot be written keeps no other from being written; those are returned.
        """
        assert form.output is not None
        sentences: list[str] = []
        old: list[str] = []
        left: list[Failure] = []
        for part in parts:
            if part.result is None:
                if (path := self._place(form.output, part.stem)).is_file():
                    old.append(f"{path} is from an earlier run: {part.store} has nothing new")
                continue
            try:
                path = self._put_away(part.result.narrowed(form.columns), form, form.output, part.stem)
            except ShopinfError as error:
                left.append(Failure.of(error, store=part.store, what=part.store))
            else:
                sentences.append(_written(part.result, form.format, path))
        if len(sentences) > _EACH:
            each = " and ".join(
                name for name in ("store", "influencer", "campaign") if f"{{{name}}}" in str(form.output)
            )
            sentences = [f"{counted(len(sentences), 'file')} written to {form.output}, one for each {each}"]
        for sentence in sentences:
            self.say(sentence)
        for sentence in old:
            self.warn(sentence)
        self._tell_rest(result, left)
        return left

    def _tell_rest(self, result: Result, more: Sequence[Failure] = ()) -> None:
        for note in result.notes:
            self.note(note)
        for each in told([*result.failures, *more]):
            self._tell("error: ", "bold red", f"{', '.join(each.stores)}: {each.words}" if each.several else each.words)
            if each.hint:
                self._tell("hint: ", "cyan", each.hint)

    def print(self, text: str) -> None:
        """Write plain text of our own to standard output."""
        self._write(text.rstrip("\n") + "\n")

    def save(self, output: Path, content: bytes, *, stem: Mapping[str, str] | None = None) -> Path:
        """Replace the file *output* (a pattern or a plain name) whole with *content*; returns where it went."""
        path = self._place(output, stem or {})
        files.make_folders(path, files.fixed_folder(output))
        files.check_place(path)
        self._replace(path, [content])
        return path

    def _put_away(self, result: Result, form: Form, output: Path, stem: Mapping[str, str] | None) -> Path:
        content = self._file(result, form, output)
        return self.save(output, content, stem=stem)

    def _file(self, result: Result, form: Form, output: Path) -> bytes:
        """The content of the file *output*: a report's own, a workbook of the rows, or text."""
        if form.format.is_report:
            return result.content(form.format) if result.content else self.workbook(result)
        text = self._text(result, form).encode()
        # Excel on Windows takes a CSV for Windows-1252 unless it is marked; a stream goes to other programs.
        marked = sys.platform == "win32" and form.format is Format.CSV and output.suffix.lower() == ".csv"
        return codecs.BOM_UTF8 + text if marked else text

    def _place(self, output: Path, stem: Mapping[str, str]) -> Path:
        today = {"date": self._clock.now().astimezone().date().isoformat()} if self._clock else {}
        return files.filled(output, {**today, **stem})

    def _screen(self) -> tables.Screen:
        """What a table on standard output is made for."""
        now = self._clock.now() if self._clock else None
        if not is_terminal(self.stdout):
            return tables.Screen(now=now)
        return tables.Screen(tables.terminal_width(self.stdout, self._environ), self._styled(self.stdout), now)

    def _text(self, result: Result, form: Form) -> str:
        """The content of a file, or of standard output for another program."""
        match form.format:
            case Format.JSON:
                return formats.json_text(result)
            case Format.JSONL:
                return formats.jsonl_text(result)
            case Format.CSV:
                return formats.csv_text(result)
            case Format.TABLE:
                return tables.table(result, form, tables.Screen())[0]
            case _:
                raise ValueError(f"{form.format} is written by the reports")

    def _write(self, text: str) -> None:
        if self.closed or not text:
            return
        with self._lock, self._aside():
            try:
                pour(self.stdout, text)
            except OSError as error:
                self.closed = True
                to_nowhere(self.stdout)
                if not nobody_reads(error):
                    raise MachineProblem(
                        f"Standard output cannot be written: {error.strerror or error}",
                        hint="Free some space, or write to another file.",
                    ) from error

    # talk

    def say(self, text: str) -> None:
        """One sentence for the person; not with --quiet."""
        if not self.quiet:
            self._tell("", "", text)

    def note(self, text: str) -> None:
        """Something to know; not with --quiet."""
        if not self.quiet:
            self._tell("note: ", "cyan", text)

    def warn(self, text: str) -> None:
        """Something to look at; not with --quiet."""
        if not self.quiet:
            self._tell("warning: ", "yellow", text)

    def error(self, error: ShopinfError) -> None:
        """What happened, and what to do next; always said."""
        if isinstance(error, Stopped):  # which was wanted
            self._tell("", "", error.message)
            if isinstance(error, Interrupted) and (done := reached(self._crews, self._tasks)):
                self.say(f"So far: {done}.")
        else:
            self._tell("error: ", "bold red", error.message)
        if error.hint:
            self._tell("hint: ", "cyan", error.hint)

    def trace(self, line: str) -> None:
        """A line of --verbose."""
        if self.verbose:
            self._tell("", "dim", line)

    def _tell(self, word: str, style: str, text: str) -> None:
        with self._lock:
            plain = harmless(text)
            if self._board is not None and self._board.say(word, style, plain):
                return
            if style and self._styled(self.stderr):
                # Only the word is coloured, but a line of --verbose is dim as a whole.
                coloured, rest = (word, plain) if word else (plain, "")
                plain, word = f"\x1b[{_CODES[style]}m{coloured}\x1b[0m{rest}", ""
            self._put(f"{word}{plain}\n")

    def _put(self, text: str) -> None:
        try:
            self.stderr.write(text)
            self.stderr.flush()
        except OSError:  # there is no other place to say so
            to_nowhere(self.stderr)

    def _styled(self, stream: TextIO) -> bool:
        return not self.plain and not self._environ.get("NO_COLOR") and self._is_able(stream)

    def _is_able(self, stream: TextIO) -> bool:
        """Is it a terminal that escapes do more in than stand there?"""
        return is_terminal(stream) and not self._dumb and stream not in self._bare

    @property
    def _dumb(self) -> bool:
        return self._environ.get("TERM") in ("dumb", "unknown")

    # questions

    def confirm(self, question: str, *, flag: str = "--yes") -> None:
        """Go on only with a yes: from --yes, or from the person; a no raises `Stopped`."""
        if self.yes:
            return
        self._need_somebody(f"This needs a yes: {question}", f"Add {flag} to answer it beforehand.")
        try:
            answer = self._read(prompts.read_line, f"{question} [y/N] ")
        except Stopped:  # the end of what is typed
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise Stopped("Stopped at the question; nothing was written", hint=f"Answer y, or add {flag}.")

    def ask(self, prompt: str, *, otherwise: str = "Give it as an option.") -> str:
        """What the person types; *otherwise* says how to give it where nobody is there."""
        self._need_somebody(f"{prompt} cannot be asked for: nobody is at a terminal", otherwise)
        return self._read(prompts.read_line, f"{prompt}: ").strip()

    def ask_hidden(
        self, prompt: str, *, otherwise: str = "Give it on standard input with --stdin, or in the environment."
    ) -> str:
        """What the person types, never shown; *otherwise* says how to give it where nobody is there."""
        self._need_somebody(f"{prompt} cannot be asked for: nobody is at a terminal", otherwise)
        return self._read(prompts.read_hidden, f"{prompt}: ").strip()

    def _need_somebody(self, message: str, hint: str) -> None:
        if not self.attended:
            raise BadInput(message, hint=hint)

    def _read(self, reading: prompts.Reading, prompt: str) -> str:
        with self._lock, self._aside():
            return reading(self.stderr, self.stdin, harmless(prompt))

    # progress

    def progress(
        self, what: str, total: int | None, unit: str, *, store: str | None = None
    ) -> AbstractContextManager[Progress]:
        """Show how far *what* is while the block runs; several at once, from any thread, share one display."""
        task = Task(harmless(what), harmless(unit), total, self._monotonic(), harmless(store or ""))
        return self._kept(task, self._tasks, running(self._present_board(), task))

    def several(self, stores: int) -> AbstractContextManager[Progress]:
        """Show how many of *stores* are done while the block runs, and what they do in that one display."""
        crew = Crew(stores, self._monotonic())
        return self._kept(crew, self._crews, gathered(self._present_board(), crew))

    @contextmanager
    def _kept(self, work: W, among: list[W], shown: AbstractContextManager[Progress]) -> Iterator[Progress]:
        """A block of *work* that stays *among* what can be told of it, where the run is stopped in it."""
        among.append(work)
        try:
            with shown as progress:
                yield progress
        except (KeyboardInterrupt, Stopped):
            raise
        except BaseException:
            among.remove(work)
            raise
        among.remove(work)

    def close(self) -> None:
        """Leave the terminal as it was, even while workers are still at it."""
        if self._board is not None:
            self._board.close()

    def _present_board(self) -> Board:
        with self._lock:
            return SilentBoard() if self.quiet else self._shown_board()

    def _shown_board(self) -> Board:
        if self._board is None:
            if self._is_able(self.stderr):
                from shopinf.console.bars import BarBoard

                self._board = BarBoard(self.stderr, self._environ, self._monotonic, styled=self._styled(self.stderr))
            else:
                self._board = LineBoard(self.say, self._monotonic)
        return self._board

    @contextmanager
    def _aside(self) -> Iterator[None]:
        if self._board is None:
            yield
        else:
            with self._board.paused():
                yield


def _no_workbook(result: Result) -> bytes:
    raise ValueError(f"{result.schema} is written as a workbook by the commands alone")


def _written(result: Result, format: Format, path: Path) -> str:
    """What is said of a file that was written; of rows how many there are."""
    if (format.is_report and result.content) or (result.body and format is Format.JSON):
        return f"Written to {path}"
    return f"{counted(len(result.rows), 'row')} written to {path}"
