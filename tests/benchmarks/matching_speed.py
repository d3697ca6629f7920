"""Matching a store's customers against a large sheet: time and memory beside a bare reading of the file, and pandas.

    python tests/benchmarks/matching_speed.py --customers 200000 --rows 1000000
    python tests/benchmarks/matching_speed.py --customers 40000 --rows 200000 --xlsx

Each contender runs in a process of its own, so that peak memory is its own. pandas is compared where it is installed,
with CSV alone. Bare is csv.reader, and openpyxl's own reading of a workbook row by row.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOMAINS = ("gmail.com", "outlook.com", "post.example", "inbox.test", "letters.example", "brev.example")
COLUMNS = "influencer,email,first_name,last_name,phone,platform,handle,profile_url,followers,engagement_rate".split(",")


def email(number: int) -> str:
    return f"First.Last{number}{'+x' if number % 7 == 0 else ''}@{DOMAINS[number % len(DOMAINS)]}"


def make_sheet(path: Path, rows: int, customers: int, overlap: int) -> None:
    """Of 100 rows *overlap* are about customers, and write their e-mail a little otherwise."""
    rng = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(COLUMNS)
        for n in range(rows):
            number = rng.randrange(customers) if n % 100 < overlap else customers + n
            handle = f"handle{n}"
            address = f"https://www.instagram.com/{handle}/"
            phone = f"+1212{n * 7919 % 10**7:07d}"
            sheet.writerow(
                ["", email(number).upper(), "First", "Last", phone, "instagram", handle, address, n * 3, "2.5%"]
            )


def as_workbook(path: Path) -> Path:
    """The same rows as a workbook, followers as numbers."""
    import xlsxwriter

    made = path.with_suffix(".xlsx")
    options = {"constant_memory": True, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(made), options) as book, path.open(newline="", encoding="utf-8") as file:
        sheet = book.add_worksheet()
        for at, row in enumerate(csv.reader(file)):
            sheet.write_row(at, 0, [int(cell) if cell.isdecimal() else cell for cell in row])
    return made


def bare(path: Path) -> int:
    """What nobody can be quicker than: the file through csv.reader, or openpyxl."""
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        return sum(1 for _ in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(file))


def ours(path: Path, customers: int) -> int:
    import io
    from types import SimpleNamespace
    from typing import Any, cast

    from shopinf.console.out import Out
    from shopinf.local.clock import SystemClock
    from shopinf.people.customers import Customer
    from shopinf.people.matching import Index
    from shopinf.sheets.reading import read_sheet
    from shopinf.sources.specs import Spec
    from shopinf.work.customers.sheet import SheetSource

    people = [
        Customer(n, email(n), "First", "Last", f"+1646{n * 104729 % 10**7:07d}", 3, None, n, "", True)
        for n in range(customers)
    ]
    begun = time.perf_counter(), time.process_time()
    clock = SystemClock()
    out = Out(io.StringIO(), io.StringIO(), io.StringIO(), {}, clock=clock, replace=lambda path, parts: None)
    desk = SimpleNamespace(clock=clock, out=out, sheet=read_sheet)
    gc.set_threshold(100_000, 50, 100)  # as in a run of the program
    hits = SheetSource(cast(Any, desk), Spec("csv", str(path)), {}).match([Index(people)])
    report(begun)
    return len(hits[0])


def with_pandas(path: Path, customers: int) -> int:
    """The usual way: both sides folded into a column, then merged."""
    import pandas as pd  # type: ignore[import-untyped]

    people = pd.DataFrame({"id": range(customers), "email": [email(n) for n in range(customers)]})
    begun = time.perf_counter(), time.process_time()
    sheet = pd.read_csv(path, dtype=str)
    for frame in (people, sheet):
        parts = frame["email"].str.lower().str.split("@", n=1, expand=True)
        local = parts[0].str.replace(r"\+.*", "", regex=True)
        local = local.where(parts[1] != "gmail.com", local.str.replace(".", "", regex=False))
        frame["key"] = local + "@" + parts[1]
    merged = people.merge(sheet, on="key")
    report(begun)
    return int(merged["id"].nunique())


def report(begun: tuple[float, float]) -> None:
    wall, cpu = time.perf_counter() - begun[0], time.process_time() - begun[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--customers", type=int, default=200_000)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--overlap", type=int, default=1, help="of 100 rows so many are about customers")
    options.add_argument("--xlsx", action="store_true", help="as a workbook")
    options.add_argument("--run", choices=["bare", "ours", "pandas"])
    options.add_argument("--sheet", type=Path)
    asked = options.parse_args()
    match asked.run:
        case "bare":
            begun = time.perf_counter(), time.process_time()
            found = bare(asked.sheet)
            report(begun)
            print(found)
        case "ours":
            print(ours(asked.sheet, asked.customers))
        case "pandas":
            print(with_pandas(asked.sheet, asked.customers))
        case _:
            compare(asked.customers, asked.rows, asked.overlap, xlsx=asked.xlsx)


def compare(customers: int, rows: int, overlap: int, *, xlsx: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "influencers.csv"
        make_sheet(sheet, rows, customers, overlap)
        sheet = as_workbook(sheet) if xlsx else sheet
        print(
            f"{customers:,} customers, {rows:,} rows, {overlap} % of them theirs, {sheet.stat().st_size / 1e6:.0f} MB"
        )
        base = 0.0
        for name in ("bare", "ours") if xlsx else ("bare", "ours", "pandas"):
            command = [sys.executable, __file__, "--run", name, "--sheet", str(sheet), "--customers", str(customers)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name:7} did not run: {done.stderr.strip().splitlines()[-1]}")
                continue
            figures, count = done.stdout.split("\n")[:2]
            took = json.loads(figures)
            base = base or took["cpu"]
            ratio = took["cpu"] / base
            print(
                f"{name:7} {took['wall']:6.2f} s wall, {took['cpu']:6.2f} s CPU ({ratio:.2f} x bare), "
                f"{took['peak']:5.0f} MB peak, {count} {'rows' if name == 'bare' else 'customers found'}"
            )


if __name__ == "__main__":
    main()
