"""`shopinf influencers`: the people you know, their accounts, and what was agreed with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.results import Format, Result, columns

influencers = Noun(help="Look after the influencers you know.")
app = Noun()
app.add_typer(influencers, name="influencers")

LIST_COLUMNS = columns(
    order="influencer first_name last_name email platform handle profile_url followers engagement_rate_pct tier "
    "accounts commission",
    numbers="followers engagement_rate_pct",
)
SHOW_COLUMNS = columns("field value")
EXPORT_COLUMNS = columns(
    order="influencer first_name last_name email platform handle profile_url platform_user_id followers "
    "engagement_rate_pct verified commission",
    numbers="followers engagement_rate_pct",
)
IMPORT_COLUMNS = columns("influencer email status")
CHANGED_COLUMNS = columns("influencer what count", numbers="count", order="influencer what count")
RATE_COLUMNS = columns("influencer commission since")

NameArgument = Annotated[str, typer.Argument(help="An influencer's id, as `influencers list` shows it.", metavar="X")]


@influencers.command("list", epilog=examples("influencers list", "influencers list --search maya -f json"))
def list_(
    desk: DeskContext,
    search: Annotated[str | None, typer.Option("--search", help="Only those in whose row it is.")] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """List the influencers you know, those with most followers first."""
    from shopinf.work.customers.roster import listed

    desk.show(Result("shopinf.influencers.list/1", LIST_COLUMNS, listed(desk, search)), form)


@influencers.command("show", epilog=examples("influencers show maya", "influencers show maya -f json"))
def show(desk: DeskContext, name: NameArgument, form: FormChoice = FormChoice()) -> None:
    """Show everything that is known of an influencer: accounts, customers, codes, rates."""
    from shopinf.work.customers.roster import shown

    lines, whole = shown(desk, name)
    desk.show(Result("shopinf.influencers.show/1", SHOW_COLUMNS, lines, body={"rows": [whole]}), form)


@influencers.command("export", epilog=examples("influencers export -o influencers.csv"))
def export(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Write all influencers, one account a row, as `influencers import` reads them; CSV unless told otherwise."""
    from shopinf.work.customers.roster import exported

    if form.format is None and desk.form(form).format is Format.TABLE:
        form = FormChoice("csv", form.output)
    desk.show(Result("shopinf.influencers.export/1", EXPORT_COLUMNS, exported(desk)), form)


@influencers.command("import", epilog=examples("influencers import influencers.csv"))
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A sheet: csv, tsv, jsonl or xlsx; - is standard input.")],
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Say which field a column is; may be repeated.", metavar="COLUMN=FIELD"),
    ] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Take over influencers from a sheet, with their accounts and commissions; rows of one person are put together."""
    from shopinf.sheets.fields import read_mapping
    from shopinf.work.customers.importing import import_people

    rows, notes = import_people(desk, str(file), read_mapping(map_ or ()))
    desk.show(Result("shopinf.influencers.import/1", IMPORT_COLUMNS, rows, notes=notes), form)


@influencers.command("rename", epilog=examples("influencers rename maya mayalind"))
def rename(
    desk: DeskContext,
    name: NameArgument,
    to: Annotated[str, typer.Argument(help="The new id.", metavar="Y")],
    form: FormChoice = FormChoice(),
) -> None:
    """Call an influencer otherwise; codes and orders follow, and old sheets still find them."""
    from shopinf.work.customers.roster import rename_person

    former, now = rename_person(desk, name, to)
    rows: list[dict[str, Any]] = [{"influencer": now.influencer, "what": f"was called {former.influencer}", "count": 1}]
    desk.show(Result("shopinf.influencers.rename/1", CHANGED_COLUMNS, rows), form)


@influencers.command("merge", asks=True, epilog=examples("influencers merge maya.old maya --yes"))
def merge(
    desk: DeskContext,
    name: NameArgument,
    into: Annotated[str, typer.Argument(help="Who they really are, and stay.", metavar="Y")],
    form: FormChoice = FormChoice(),
) -> None:
    """Make one person of two: X's accounts, codes, gifts and matches become Y's, and X is gone."""
    from shopinf.work.customers.roster import merge_people

    kept, moved = merge_people(desk, name, into)
    rows: list[dict[str, Any]] = [{"influencer": kept, "what": what, "count": count} for what, count in moved.items()]
    desk.show(Result("shopinf.influencers.merge/1", CHANGED_COLUMNS, rows), form)
    desk.out.say(f"{name} is {kept} from now on.")


@influencers.command(
    "rate",
    epilog=examples(
        "influencers rate maya --commission 12% --from 2026-12-01", "influencers rate maya --commission none"
    ),
)
def rate(
    desk: DeskContext,
    name: NameArgument,
    commission: Annotated[str, typer.Option("--commission", help="10%, 5.00 an order, or none.", metavar="10%|5.00")],
    since: Annotated[
        str | None,
        typer.Option("--from", help="The first day; today if not given.", metavar="DATE"),
    ] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Agree on a commission from a day on; orders before it stay with what was agreed then.

    A code's own commission goes before it.
    """
    from shopinf.work.customers.roster import rate_person

    row = rate_person(desk, name, commission, since)
    desk.show(Result("shopinf.influencers.rate/1", RATE_COLUMNS, [row]), form)


@influencers.command("forget", asks=True, epilog=examples("influencers forget maya@example.com --yes"))
def forget(
    desk: DeskContext,
    email: Annotated[str, typer.Argument(help="The e-mail of whoever asked to be forgotten.", metavar="EMAIL")],
    form: FormChoice = FormChoice(),
) -> None:
    """Erase a person's names, e-mails, addresses and accounts everywhere here, and show what was removed.

    Money stays under an opaque id. Later runs do not find them again; nothing in a store changes.
    """
    from shopinf.work.customers.roster import forget_person

    rows, notes = forget_person(desk, email)
    desk.show(Result("shopinf.influencers.forget/1", columns("what count", numbers="count"), rows, notes=notes), form)
