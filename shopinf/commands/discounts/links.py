"""`shopinf discounts links`: affiliate links to hand out, and QR codes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.discounts.choice import CodeChoice, RedirectOption, UtmOption
from shopinf.commands.discounts.rows import found_rows
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.console.files import cannot_write, check_place, file_name_part
from shopinf.discounts.links import read_redirect, read_utm
from shopinf.discounts.records import Standing
from shopinf.errors import BadInput
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result, columns
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

LINK_COLUMNS = columns(
    order="store campaign influencer slot email first_name code link value_type value currency commission ends_at "
    "status",
    numbers="value",
    times="ends_at",
    shown="link influencer code status campaign store",
)
GONE = {Standing.FAILED, Standing.UNFINISHED, Standing.RETIRED, Standing.MISSING}  # nobody is to be sent to these


@app.command(
    "links",
    columns=LINK_COLUMNS,
    epilog=examples(
        "discounts links --campaign q4 -o links.csv",
        "discounts links --influencer maya --redirect /products/serum --utm source={influencer}",
    ),
)
def links(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    choice: CodeChoice,
    redirect: RedirectOption = None,
    utm: UtmOption = None,
    qr: Annotated[
        Path | None,
        typer.Option("--qr", help="Write a QR code of each link into this folder, as SVG and PNG.", metavar="DIR"),
    ] = None,
) -> None:
    """Show affiliate links of codes; what is given here stands in for what they were made with."""
    if qr is not None and qr.expanduser().exists() and not qr.expanduser().is_dir():
        raise BadInput(f"{qr} is a file, and --qr takes a folder", hint="Name a folder, like --qr qr-codes.")
    chosen = desk.stores(stores)
    found = found_rows(
        desk,
        chosen,
        choice,
        redirect=read_redirect(redirect) if redirect else None,
        utm=read_utm(utm) if utm else None,
    )
    currencies = {store.name: store.currency for store in chosen}
    whole = desk.deliver(found, lambda done, failures: _answer(done, failures, currencies), form)
    if qr is not None:
        _write_qr(desk, whole.rows, qr)


def _answer(done: Done[list[dict[str, Cell]]], failures: Sequence[Failure], currencies: Mapping[str, str]) -> Result:
    """The links of these stores, with what a letter to each influencer needs: of each code that can still work."""
    rows = [
        {**row, "currency": currencies[str(row["store"])]}
        for _, found in done
        for row in found
        if row["status"] not in GONE
    ]
    idle = Counter(str(row["status"]) for row in rows if row["status"] != Standing.ACTIVE)
    notes = [
        f"{counted(count, 'of these codes', 'of these codes')} {agreeing(count, 'is', 'are')} {status}: "
        f"{agreeing(count, 'its link tracks', 'their links track')} nothing now."
        for status, count in idle.items()
    ]
    return Result("shopinf.discounts.links/1", LINK_COLUMNS, rows, notes=notes, failures=failures)


def _write_qr(desk: Desk, rows: Sequence[Mapping[str, Cell]], folder: Path) -> None:
    import segno

    try:
        folder.expanduser().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error, option="--qr") from error
    several = len({row["store"] for row in rows}) > 1
    for row in rows:
        name = file_name_part(f"{row['store']}-{row['code']}" if several else str(row["code"]))
        sign = segno.make(str(row["link"]), error="m", micro=False)
        for suffix in ("svg", "png"):
            file = folder.expanduser() / f"{name}.{suffix}"
            check_place(file, option="--qr")
            try:
                sign.save(str(file), scale=8, border=4)
            except OSError as error:
                raise cannot_write(file, error, option="--qr") from error
    desk.out.say(f"{counted(len(rows), 'QR code')} written to {folder}, each as SVG and as PNG")
