"""What is said to a person, asked of one, and shown while work is going on."""

import io
import os
import select
import termios
import threading
from collections.abc import Callable

import pytest

from shopinf.console.out import Out
from shopinf.errors import BadInput, Stopped
from shopinf.local.disk import write_atomically
from shopinf.results import Form, Result, columns

from .terminals import Screen, pseudo_terminal, voice


def test_an_error_is_two_plain_lines() -> None:
    speaker = voice()
    speaker.out.error(BadInput("maya-shop is not a [store]", hint="shopinf stores list"))
    assert speaker.said == "error: maya-shop is not a [store]\nhint: shopinf stores list\n"
    assert speaker.shown == ""


def test_being_stopped_is_told_without_calling_it_an_error() -> None:
    speaker = voice()
    speaker.out.error(Stopped("Stopped; 3 codes are made", hint="Run it again."))
    assert speaker.said == "Stopped; 3 codes are made\nhint: Run it again.\n"


def test_quiet_silences_all_but_errors() -> None:
    speaker = voice(quiet=True)
    speaker.out.say("said")
    speaker.out.note("noted")
    speaker.out.warn("warned")
    with speaker.out.progress("Reading", 10, "orders") as progress:
        speaker.clock.wait(60)
        progress.advance()
    assert speaker.said == ""
    speaker.out.error(BadInput("wrong"))
    assert speaker.said == "error: wrong\n"


def test_only_verbose_traces() -> None:
    speaker = voice()
    speaker.out.trace("GET shop.json 200")
    speaker.out.verbose = True
    speaker.out.trace("GET orders.json 200")
    assert speaker.said == "GET orders.json 200\n"


def test_talk_in_a_pipe_is_one_line_however_long() -> None:
    speaker = voice(environ={"COLUMNS": "40"})
    speaker.out.note("word " * 100 + "end\nand more")
    assert speaker.said.count("\n") == 1


def test_foreign_text_in_talk_obeys_nobody() -> None:
    speaker = voice(stderr=Screen(), environ={"NO_COLOR": "1"})
    speaker.out.say("Gift for [red]M\x1b[31maya\u202e\x07")
    assert speaker.said == "Gift for [red]Maya\n"


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_that_want_it(environ: dict[str, str], coloured: bool) -> None:
    speaker = voice(stderr=Screen(), environ=environ)
    speaker.out.warn("careful")
    assert ("\x1b[" in speaker.said) is coloured
    assert "careful" in speaker.said


def test_streams_that_the_caller_closed_are_nobodys_problem() -> None:
    out = Out(None, None, None, {}, replace=write_atomically)
    out.say("hello")
    out.show(Result("s", columns("store"), [{"store": "a"}]), Form())
    assert not out.attended


# questions


def answered(typed: str, asking: Callable[[Out], object], environ: dict[str, str] | None = None) -> tuple[object, str]:
    """What *asking* returned when *typed* was typed at a terminal, and what the terminal showed."""
    with pseudo_terminal() as (ours, stdin, stderr):
        os.write(ours, typed.encode())
        answer = asking(Out(io.StringIO(), stderr, stdin, environ or {}, replace=write_atomically))
        stderr.flush()
        return answer, shown(ours).decode()


def shown(screen: int) -> bytes:
    """Everything that a terminal shows; what was typed and what was said may come in several pieces."""
    pieces = b""
    while select.select([screen], [], [], 0.2)[0]:
        pieces += os.read(screen, 4096)
    return pieces


def test_a_yes_goes_on() -> None:
    _, screen = answered("y\n", lambda out: out.confirm("Make 3 codes in maya-shop?"))
    assert "Make 3 codes in maya-shop? [y/N] " in screen
    answered("YES\n", lambda out: out.confirm("Sure?"))


@pytest.mark.parametrize("typed", ["n\n", "\n", "yesterday\n", "\x04"])
def test_anything_but_a_yes_stops(typed: str) -> None:
    with pytest.raises(Stopped, match=r"nothing was written|at a question"):
        answered(typed, lambda out: out.confirm("Sure?"))


def test_yes_given_beforehand_is_not_asked_again() -> None:
    speaker = voice(yes=True)
    speaker.out.confirm("Sure?")
    assert speaker.said == ""


@pytest.mark.parametrize("streams", [{}, {"stderr": Screen()}, {"stdin": Screen("y\n")}])
def test_without_a_terminal_a_question_is_refused_and_the_flag_named(streams: dict[str, Screen]) -> None:
    speaker = voice(**streams)  # type: ignore[arg-type]
    with pytest.raises(BadInput) as refused:
        speaker.out.confirm("Make 3 codes?")
    assert "Make 3 codes?" in refused.value.message
    assert "--yes" in (refused.value.hint or "")
    assert refused.value.code == 2


def test_a_line_is_asked_for() -> None:
    answer, screen = answered("  maya \n", lambda out: out.ask("Store"))
    assert answer == "maya"
    assert "Store: " in screen


def test_what_is_typed_at_a_hidden_prompt_is_not_shown_and_echo_comes_back() -> None:
    with pseudo_terminal() as (ours, stdin, stderr):
        out = Out(io.StringIO(), stderr, stdin, {}, replace=write_atomically)
        got: list[str] = []

        def ask() -> None:
            got.append(out.ask_hidden("Admin API access token"))
            got.append(out.ask_hidden("API key"))

        asking = threading.Thread(target=ask)
        asking.start()
        screen = b""
        while not screen.endswith(b"token: "):
            screen += os.read(ours, 4096)
        # Both lines are pasted at once; the second is not lost.
        os.write(ours, b"shpat_secret\nkey_secret\n")
        asking.join(10)
        screen += os.read(ours, 4096)
        assert got == ["shpat_secret", "key_secret"]
        assert b"secret" not in screen
        assert termios.tcgetattr(stdin.fileno())[3] & termios.ECHO


def test_a_secret_without_a_terminal_names_the_other_ways() -> None:
    with pytest.raises(BadInput) as refused:
        voice().out.ask_hidden("Admin API access token")
    assert "--stdin" in (refused.value.hint or "")
    assert "environment" in (refused.value.hint or "")


# progress


def test_short_work_says_nothing_in_a_log() -> None:
    speaker = voice()
    with speaker.out.progress("Reading orders", 1000, "orders") as progress:
        for _ in range(100):
            speaker.clock.wait(0.04)
            progress.advance(10)
    assert speaker.said == ""


def test_long_work_says_a_line_every_few_seconds_with_count_rate_and_time_left() -> None:
    speaker = voice()
    with speaker.out.progress("Reading orders", 10_000, "orders") as progress:
        for _ in range(48):
            speaker.clock.wait(0.25)
            progress.advance(25)
    assert speaker.said.splitlines() == [
        "Reading orders: 500 of 10,000 orders, 100/s, 1 min 35 s left",
        "Reading orders: 1,000 of 10,000 orders, 100/s, 1 min 30 s left",
    ]


def test_several_stores_share_one_line() -> None:
    speaker = voice()
    with (
        speaker.out.progress("maya-shop", 100, "orders") as maya,
        speaker.out.progress("tokyo", None, "orders") as tokyo,
    ):
        maya.advance(10)
        speaker.clock.wait(6)
        tokyo.advance()
        maya.total(200)
    assert speaker.said == "maya-shop: 10 of 100 orders, 2/s, 54 s left; tokyo: 1 order, 10.0/min\n"


def thousand_times(step: Callable[[], None]) -> None:
    for _ in range(1000):
        step()


def test_many_threads_may_advance_one_task() -> None:
    speaker = voice(stderr=Screen(), environ={"COLUMNS": "80", "NO_COLOR": "1"})
    with speaker.out.progress("Reading", 4000, "orders") as progress:
        workers = [threading.Thread(target=thousand_times, args=(progress.advance,)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        speaker.out.note("in between")
    assert "4,000 of 4,000 orders" in speaker.said
    assert "note: in between" in speaker.said


def test_a_bar_on_a_terminal_goes_away_when_the_work_is_done() -> None:
    speaker = voice(stderr=Screen(), environ={"COLUMNS": "40"})
    with speaker.out.progress("Reading [b]orders\x1b[31m of a store with a long name", 10, "orders") as progress:
        progress.advance(5)
    assert speaker.said.endswith("\x1b[2K")
    assert "\x1b[?25h" in speaker.said  # the cursor is back


def test_a_bar_goes_away_when_the_work_fails() -> None:
    speaker = voice(stderr=Screen())

    def work() -> None:
        with speaker.out.progress("Reading", 10, "orders"):
            raise BadInput("broken")

    with pytest.raises(BadInput):
        work()
    assert "\x1b[?25h" in speaker.said


def test_a_dumb_terminal_gets_lines_and_no_bar() -> None:
    speaker = voice(stderr=Screen(), environ={"TERM": "dumb"})
    with speaker.out.progress("Reading", 10, "orders") as progress:
        speaker.clock.wait(6)
        progress.advance(5)
    assert speaker.said == "Reading: 5 of 10 orders, 50.0/min, 6 s left\n"


def test_a_question_moves_the_bar_out_of_the_way() -> None:
    def asking(out: Out) -> str:
        with out.progress("Reading", 10, "orders") as progress:
            progress.advance()
            return out.ask("Store")

    answer, screen = answered("maya\n", asking)
    assert answer == "maya"
    before = screen.partition("Store: ")[0]
    assert before.rindex("\x1b[?25h") > before.rindex("Reading")  # the bar is gone and the cursor back
