"""A row far down a long sheet, where rows are looked at together, is about whom it would be about at the top."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from customerbench import enrich, people

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

# How the e-mail and the phone of one and the same customer may stand in a sheet.
EMAILS = (
    *("ann.lee@post.example", "Ann.Lee+shop@POST.example", " ann.lee@post.example ", "Ann <ann.lee@post.example>"),
    *("mailto:ann.lee@post.example", "zoe@x.example; ann.lee@post.example", "ann.lee@post.example."),
    *("ann.lee (at) post.example", "ann.lee [AT] post [dot] example", "ann.lee\uff20post.example"),
    *("\u200bann.lee@post.example", "\uff41nn.lee@post.example", '"ann.lee@post.example"'),
)
PHONES = (
    *("+447700900123", "447700900123", "00447700900123", "+44 7700 900123", "+44 (0) 7700 900123", "'+447700900123"),
    *("447700900123.0", "447700900123,00", "4.47700900123E+11", '="447700900123"', "+44-7700-900123", "4477 00900123"),
    *("+447700900123; +4915112345678", "+447700900123, 0", "+447700900123 | +4915112345678", "x / +447700900123"),
    "\uff0b\uff14\uff14\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff12\uff13",
)


@pytest.fixture
def shop(run: Bench) -> PracticeStore:
    shop = run.open(orders=3, customers=3, throttle=False)
    run.connect(shop).ok()
    one = people(shop)[0]
    shop.customers[one["id"]] = {**one, "email": "ann.lee@post.example", "phone": "+447700900123"}
    return shop


def is_found(run: Bench, path: Path, column: str, cell: str, *, below: int) -> bool:
    """Is the last row of a sheet hers, where her *column* is written so, *below* so many rows about others?"""
    others = {"email": "o{n}@else.example", "phone": "+1212555{n:04}"}[column]
    rows = [f"other{n}\t{others.format(n=n)}\n" for n in range(below)]
    quoted = cell.replace('"', '""')
    path.write_text(f'handle\t{column}\n{"".join(rows)}{path.stem}\t"{quoted}"\n', encoding="utf-8")
    done = enrich(run, "--all", "--source", f"csv:{path}").ok()
    return path.stem in [account["handle"] for each in done.json["influencers"] for account in each["accounts"]]


@pytest.mark.parametrize(("column", "cells"), [("email", EMAILS), ("phone", PHONES)])
def test_however_it_is_written_a_row_far_down_is_about_whom_it_would_be_at_the_top(
    run: Bench, shop: PracticeStore, tmp_path: Path, column: str, cells: tuple[str, ...]
) -> None:
    at_top = {each: is_found(run, tmp_path / f"top{n}.tsv", column, each, below=0) for n, each in enumerate(cells)}
    far_down = {each: is_found(run, tmp_path / f"far{n}.tsv", column, each, below=300) for n, each in enumerate(cells)}
    assert far_down == at_top
    assert sum(at_top.values()) > len(cells) - 3


@pytest.mark.parametrize("rows", [1, 245, 246, 247, 248, 300, 1246, 1247, 1248])
def test_a_table_ends_where_another_begins_however_long_it_is(
    run: Bench, shop: PracticeStore, tmp_path: Path, rows: int
) -> None:
    path = tmp_path / "report.csv"
    others = "".join(f"other{n},o{n}@else.example\n" for n in range(rows))
    path.write_text(f"REPORT,\n,\nhandle,email\n{others},\nAPPLICANTS,\nname,email\nann,ann.lee@post.example\nb,b\n")
    done = enrich(run, "--source", f"csv:{path}").ok()
    assert done.json["influencers"] == []
    assert f"from line {rows + 5} on there is another table; 4 rows passed over." in done.err
