"""`shopinf payouts statement`: one private page for each influencer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, Noun, PeriodChoice, StoreChoice, examples
from shopinf.commands.papers import LanguageOption, letterhead_of, spoken
from shopinf.commands.payouts.choice import chosen_payers, statement_called
from shopinf.commands.payouts.payees import read_payees
from shopinf.commands.payouts.rows import View, views
from shopinf.console import files
from shopinf.console.formats import csv_text
from shopinf.errors import BadInput
from shopinf.letterhead import Letterhead
from shopinf.local.disk import write_atomically
from shopinf.money import Money
from shopinf.payouts.entries import Entry, Kind
from shopinf.payouts.page import Line, Page, vat_of
from shopinf.payouts.payees import Payee
from shopinf.periods import Period
from shopinf.results import Format, Result, columns
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.accountrows import Entered
    from shopinf.stores import Store

app = Noun()

_FILLS = ("influencer", "period", "statement", "payer", "currency")
_FORMATS = {".html": Format.HTML, ".xlsx": Format.XLSX, ".csv": Format.CSV}
CSV = columns(
    order="statement kind date order store code net_sales rate amount currency remark", money="net_sales amount"
)


@app.command(
    "statement",
    fills=_FILLS,
    epilog=examples(
        "payouts statement --period 2026-10 -o 'statements/{influencer}-{period}.html'",
        "payouts statement --statement S-2026-10-maya-7K -o maya.xlsx",
    ),
)
def statement(
    desk: DeskContext,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A file for each: html, xlsx or csv by its suffix.", metavar="FILE")
    ],
    name: Annotated[
        list[str] | None, typer.Option("--statement", help="Only this one; may be repeated.", metavar="S")
    ] = None,
    period: PeriodChoice = PeriodChoice(),
    payees: Annotated[
        Path | None,
        typer.Option("--payees", help="The payees' sheet, for an address and the lines of VAT.", metavar="FILE"),
    ] = None,
    language: LanguageOption = None,
    stores: StoreChoice = StoreChoice(),
) -> None:
    """Write each influencer's statement: what was sold, what came back, what is paid and when; nobody else's figures.

    The same statement is the same file, whenever it is written. It is no invoice, and says so.
    """
    if output.suffix.lower() not in _FORMATS:
        raise BadInput(f"A statement is no {output.suffix or 'file without a suffix'}", hint="Like -o maya.html")
    files.check_fillable(output, (*_FILLS, "date"))
    letterhead = letterhead_of(desk, _FORMATS[output.suffix.lower()], language)
    shown = _chosen(desk, name or (), period, stores)
    known = read_payees(desk, payees) if payees else {}
    entries = desk.ledger.accounts.of_statements([each.statement.id for each in shown])
    places = _places(shown, output)
    _make_folder(output)
    for each in shown:
        page = _page(desk, each, entries[each.statement.id], known.get(each.statement.account.person))
        path = places[each.statement.name]
        files.make_folders(path, files.fixed_folder(output))
        files.check_place(path)
        head = spoken(desk, letterhead, language, [each.payer])
        write_atomically(path, [_content(page, output.suffix.lower(), head)], private=True)
    if len(shown) == 1:
        desk.out.say(f"Written to {places[shown[0].statement.name]}.")
    elif shown:
        desk.out.say(f"{counted(len(shown), 'statement')} written to {output}, each in a file of its own.")
    else:
        desk.out.say("No statement is of these days.  shopinf payouts close makes those of a period.")


def _chosen(desk: Desk, names: Sequence[str], period: PeriodChoice, stores: StoreChoice) -> list[View]:
    if bool(names) == period.given:
        raise BadInput("Name either statements or a period", hint="Like --period 2026-10, or --statement S-2026-10-…")
    if names:
        return views(desk, [statement_called(desk, each) for each in names])
    payers = [each.key for each in chosen_payers(desk, stores)]
    spans = period.of(desk, desk.stores(stores)).values()
    first, last = min(each.first for each in spans), max(each.last for each in spans)
    return views(desk, desk.ledger.accounts.listed(payers, first=first, last=last))


def _places(shown: Sequence[View], output: Path) -> Mapping[str, Path]:
    """Where each statement goes; two that would be one file are kept apart by the statement's own name, or refused."""
    found: dict[str, Path] = {}
    taken: dict[Path, str] = {}
    for each in shown:
        span = Period(each.statement.first, each.statement.last, "")
        values = {
            "influencer": each.influencer,
            "period": span.dated,
            "statement": each.statement.name,
            "payer": each.payer,
            "currency": each.currency,
        }
        path = files.filled(output, values)
        if path in taken and files.has_pattern(output):
            path = path.with_name(f"{path.stem}-{each.statement.name}{path.suffix}")
        if path in taken:
            raise BadInput(
                f"{counted(len(shown), 'statement')} cannot be one file: nobody sees another's figures",
                hint=f"Put the influencer into its name, like -o '{{influencer}}-{{period}}{output.suffix}'.",
            )
        taken[path] = each.statement.name
        found[each.statement.name] = path
    return found


def _make_folder(output: Path) -> None:
    """The folder for statements, for its owner alone, where only it is missing."""
    folder = files.fixed_folder(output.expanduser())
    if not folder.exists() and folder.parent.is_dir():
        folder.mkdir(mode=0o700)
    files.check_place(output)


def _content(page: Page, suffix: str, letterhead: Letterhead) -> bytes:
    from shopinf.reports.statement import csv_rows, statement_book, statement_page

    match suffix:
        case ".html":
            return statement_page(page, letterhead)
        case ".xlsx":
            return statement_book(page, letterhead)
        case _:
            return csv_text(Result("shopinf.payouts.statement/1", CSV, csv_rows(page))).encode()


def _page(desk: Desk, each: View, entries: Sequence[Entered], payee: Payee | BadInput | None) -> Page:
    stores = {store.shop_id: store for store in desk.book.all()}
    payable = Money(each.statement.payable, each.currency)
    good = payee if isinstance(payee, Payee) else None
    return Page(
        each.statement,
        desk.config.agency or each.payer,
        each.payer,
        (good.name if good else "") or each.influencer,
        list(_lines(entries, stores, {Kind.EARN})),
        list(_lines(entries, stores, {Kind.ADJUST, Kind.REJECT, Kind.RESTORE, Kind.MANUAL})),
        list(_lines(entries, stores, {Kind.PAY, Kind.PAY_FAILED})),
        good.address if good else "",
        vat_of(payable, good.vat_rate, good.vat_id) if good and good.vat_rate else None,
    )


def _lines(entries: Iterable[Entered], stores: Mapping[int, Store], kinds: set[Kind]) -> Iterable[Line]:
    for each in entries:
        entry: Entry = each.entry
        if entry.kind not in kinds:
            continue
        store, currency = stores.get(entry.order.shop_id), entry.account.currency
        zone: tzinfo = store.zone if store else UTC
        yield Line(
            entry.happened_at.astimezone(zone).date(),
            entry.kind,
            entry.order_name,
            entry.code,
            None if entry.net is None else Money(entry.net, currency),
            entry.rate or "",
            Money(entry.amount, currency),
            entry.reason,
            store.name if store else "",
        )
