"""What is shown while forty stores are at work: as much as fits, the rest in sums."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from rich.console import Console

from shopinf.console.bars import rendered
from shopinf.console.progress import Crew, Progress, Task
from shopinf.results import Failure, told

from .terminals import Screen, Voice, voice


def at_work(speaker: Voice, stack: ExitStack, count: int, goal: int | None = 10_000) -> list[Progress]:
    """Tasks of so many stores."""
    out = speaker.out
    return [
        stack.enter_context(out.progress("reading orders", goal, "orders", store=f"shop-{number:02}"))
        for number in range(count)
    ]


def test_in_a_log_forty_stores_are_one_short_line() -> None:
    speaker = voice()
    with ExitStack() as stack:
        crew = stack.enter_context(speaker.out.several(40))
        tasks = at_work(speaker, stack, 31)
        crew.advance(9)
        speaker.clock.wait(10)
        for number, task in enumerate(tasks, 1):
            task.advance(number * 100)
    # At the first news after the pause most have told nothing yet, so when the last will end is not known.
    assert speaker.said == "9 of 40 stores done, 100 of 310,000 orders, 10/s\n"


def test_the_store_that_will_be_the_last_is_named() -> None:
    speaker = voice()
    with ExitStack() as stack:
        stack.enter_context(speaker.out.several(40))
        tasks = at_work(speaker, stack, 4)
        speaker.clock.wait(4)
        for number, task in enumerate(tasks, 1):
            task.advance(number * 1000)
        speaker.clock.wait(6)
        tasks[3].advance(1000)
    assert speaker.said == "0 of 40 stores done, 11,000 of 40,000 orders, 1,100/s, 1 min 30 s left for shop-00\n"


def test_what_ended_tasks_brought_stays_in_the_sums() -> None:
    speaker = voice()
    with ExitStack() as stack:
        crew = stack.enter_context(speaker.out.several(40))
        with ExitStack() as first:
            for task in at_work(speaker, first, 10, 100):
                task.advance(100)
        crew.advance(10)
        tasks = at_work(speaker, stack, 5, None)
        speaker.clock.wait(10)
        tasks[0].advance(50)
    assert speaker.said == "10 of 40 stores done, 1,050 orders, 105/s\n"


def test_a_few_stores_are_told_of_one_by_one() -> None:
    speaker = voice()
    with ExitStack() as stack:
        stack.enter_context(speaker.out.several(3))
        tasks = at_work(speaker, stack, 2)
        speaker.clock.wait(10)
        tasks[1].advance(2500)
    assert speaker.said == (
        "0 of 3 stores done; reading orders in shop-00: 0 of 10,000 orders; "
        "reading orders in shop-01: 2,500 of 10,000 orders, 250/s, 30 s left\n"
    )


def test_many_tasks_without_a_crew_are_summed_up_too() -> None:
    speaker = voice()
    with ExitStack() as stack:
        tasks = at_work(speaker, stack, 8)
        speaker.clock.wait(10)
        tasks[7].advance(5)
    assert speaker.said.endswith("; and 5 more: 5 of 50,000 orders\n")
    assert speaker.said.count("shop-") == 3


def lines(count: int, width: int, height: int) -> list[str]:
    """The display of 40 stores of which so many are at work, as a terminal of that size has it."""
    tasks = [
        Task("reading orders", "orders", 1_000_000, 0.0, f"shop-with-a-long-name-{number:02}", done=number * 1000)
        for number in range(count)
    ]
    console = Console(width=width, height=height, record=True, file=Screen(), color_system=None)
    console.print(rendered(tasks, Crew(40, 0.0, done=40 - count), width, height, 100.0))
    return console.export_text().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 24), (200, 60), (40, 10), (20, 5)])
def test_the_display_never_outgrows_the_terminal(width: int, height: int) -> None:
    shown = lines(40, width, height)
    assert len(shown) < height
    assert all(len(line) <= width for line in shown)
    assert shown[0].startswith("0 of 40 stores done"[:width])


def test_what_does_not_fit_is_summed_up() -> None:
    shown = lines(40, 80, 24)
    assert shown[0] == "0 of 40 stores done, 780,000 of 40,000,000 orders, 7,800/s"
    assert [line.split()[0] for line in shown[1:-1]] == [f"shop-with-a-long-name-{number:02}" for number in range(19)]
    assert shown[-1] == "and 21 more: 609,000 of 21,000,000 orders"


def test_all_are_shown_where_all_fit() -> None:
    shown = lines(12, 120, 24)
    assert len(shown) == 13
    assert "11,000 of 1,000,000 orders, 110/s" in shown[-1]


def test_a_run_that_ends_in_the_middle_leaves_the_terminal_as_it_was() -> None:
    speaker = voice(stderr=Screen(), environ={"COLUMNS": "80", "NO_COLOR": "1"})
    with ExitStack() as stack:
        at_work(speaker, stack, 40)
        speaker.out.close()
        assert speaker.said.endswith("\x1b[2K")
        assert "\x1b[?25h" in speaker.said.rpartition("\x1b[?25l")[2]  # the cursor is back
        before = speaker.said
        at_work(speaker, stack, 1)  # a worker that has not heard of the end yet
        assert speaker.said == before


# failures


def failure(store: str, error: str, hint: str | None = None) -> Failure:
    return Failure(store, store, error, 5, hint)


def test_stores_that_failed_alike_share_a_sentence_without_what_is_only_their_own() -> None:
    refused = "Shopify does not accept the credentials of {0}: Invalid API key (request {0}-17)"
    said = told(
        [
            failure("nord", refused.format("nord"), "shopinf connect nord"),
            failure("paris", "paris is frozen"),
            failure("nord-2", refused.format("nord-2"), "shopinf connect nord-2"),
            failure("sud", refused.format("sud"), "shopinf connect sud"),
        ]
    )
    assert [(list(each.stores), each.words, each.hint) for each in said] == [
        (
            ["nord", "nord-2", "sud"],
            "Shopify does not accept the credentials of the store: Invalid API key",
            "shopinf connect STORE",
        ),
        (["paris"], "paris is frozen", None),
    ]


def test_two_stores_and_single_rows_are_told_as_they_are() -> None:
    failures = [failure(name, f"{name} is frozen (request {name})", "wait") for name in ("nord", "sud")]
    failures += [Failure("nord", f"MAYA{n}", "it is taken", 2) for n in range(4)]
    assert [each.words for each in told(failures)] == [
        "nord is frozen (request nord)",
        "sud is frozen (request sud)",
        *(f"nord: MAYA{n}: it is taken" for n in range(4)),
    ]
