"""Rows that are looked at together come as they come one by one: the same cells, with the same lines."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import pytest

from shopinf.errors import BadSheet
from shopinf.sheets.csvs import csv_records
from shopinf.sheets.records import Record, Sieve
from shopinf.work.customers.sheet import with_email


def records(text: str, *, together: bool, last: int = 1) -> list[Record]:
    """What a sheet of e-mails and phones is read into; *together*: with a test that lets every row pass."""
    sieve = Sieve(last=last)
    found = csv_records(
        "s.csv", io.BytesIO(text.encode()), "utf-8", tabs=False, recognised=lambda cells: len(cells), sieve=sieve
    )
    read = [next(found)]
    if together:
        sieve.test = lambda rows: range(len(rows))
    return [*read, *found]


@pytest.mark.parametrize("seed", range(12))
def test_together_or_one_by_one_is_the_same(seed: int) -> None:
    dice = random.Random(seed)
    kinds = ["a@x.example,+49{n},x", "b@x.example", "", "  ", ",,", "c,d,e,f", "x,y,z"]
    if seed % 2:
        kinds += ['"q, r",2,3', '"two\nlines",4,5', '"a ""quoted"" word",6,"7\r\n8"']
    end = "\r\n" if seed % 3 else "\n"
    lines = [dice.choice(kinds[:7] if n < 1200 else kinds).replace("{n}", str(n)) for n in range(3500)]
    text = end.join(["email,phone,name", *lines, "last@x.example,1,2" if seed % 4 else "last@x.example,1"])
    assert records(text, together=True) == records(text, together=False)
    assert records(text, together=True, last=9) == records(text, together=False)


def test_the_last_cell_of_a_row_that_is_looked_at_ends_before_the_line() -> None:
    seen: list[Sequence[str]] = []
    sieve = Sieve(last=1)
    found = csv_records(
        "s.csv", io.BytesIO(b"email,phone\r\na@x.example,12\r\n"), "utf-8", tabs=False, recognised=len, sieve=sieve
    )
    next(found)

    def none(rows: Sequence[Sequence[str]]) -> Sequence[int]:
        seen.extend(rows)
        return ()

    sieve.test = none
    assert list(found) == []
    assert seen == [["a@x.example", "12"]]


def test_a_mark_that_does_not_end_is_named_by_its_line_after_many_rows() -> None:
    text = "email,phone\n" + "a@x.example,1\n" * 2500 + '"b@x.example,2\n' + "c@x.example,3\n" * 10
    for together in (True, False):
        with pytest.raises(BadSheet, match="line 2502"):
            records(text, together=together)


@pytest.mark.parametrize(
    "cell",
    [
        "Ann.Lee+shop@X.example",
        "a.nn@gmail.com",
        "A.N.N+x@googlemail.com",
        " ann@x.example ",
        "Ann <ann@x.example>",
        "mailto:ann@x.example",
        "zoe@x.example; ann@x.example",
        "ann@x.example.",
        "two@x.example\nann@x.example",
    ],
)
def test_an_address_is_found_however_it_is_written(cell: str) -> None:
    known = {"ann.lee@x.example", "ann@gmail.com", "ann@x.example"}
    for others in (["leo@x.example", ""], ["Ö <o@x.example>", "jun@gmail.com"]):
        assert with_email([*others, cell, "no address"], known) == {2}
