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
from shopinf.discounts.links import read_redirect, read_utm
from shopinf.discounts.plan import Standing
from shopinf.errors import BadInput
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result, columns

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

LINK_COLUMNS = columns(
    "store campaign influencer slot email code link status", shown="link influencer code status campaign store"
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
        Path | None, typer.Option("--qr", help="Write a QR code of each link into this folder.", metavar="DIR")
    ] = None,
) -> None:
    """Show affiliate links of codes; what is given here stands in for what they were made with."""
    found = found_rows(
        desk,
        desk.stores(stores),
        choice,
        redirect=read_redirect(redirect) if redirect else None,
        utm=read_utm(utm) if utm else None,
    )
    whole = desk.deliver(found, _answer, form)
    if qr is not None:
        _write_qr(desk, whole.rows, qr)


def _answer(done: Done[list[dict[str, Cell]]], failures: Sequence[Failure]) -> Result:
    """The links of these stores: of each code that can still work."""
    rows = [row for _, found in done for row in found if row["status"] not in GONE]
    idle = Counter(str(row["status"]) for row in rows if row["status"] != Standing.ACTIVE)
    notes = [f"{count} of these codes are {status}: their links track nothing now." for status, count in idle.items()]
    return Result("shopinf.discounts.links/1", LINK_COLUMNS, rows, notes=notes, failures=failures)


def _write_qr(desk: Desk, rows: Sequence[Mapping[str, Cell]], folder: Path) -> None:
    try:
        import segno
    except ImportError:
        raise BadInput("QR codes need the library segno", hint="pip install segno") from None
    folder.expanduser().mkdir(parents=True, exist_ok=True)
    several = len({row["store"] for row in rows}) > 1
    for row in rows:
        name = f"{row['store']}-{row['code']}" if several else str(row["code"])
        segno.make(str(row["link"]), error="m", micro=False).save(
            str(folder.expanduser() / f"{name}.svg"), scale=8, border=4
        )
    desk.out.say(f"{len(rows)} QR codes written to {folder}")
