"""`shopinf ledger import`: a file of `ledger export` in the place of the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.ledger.rows import COLUMNS, moved
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, examples
from shopinf.errors import BadInput
from shopinf.words import counted, few

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.books import Books
    from shopinf.ledger.engine import Database

app = Noun()

_NAMED = 10  # statements that are named


@app.command(
    "import",
    columns=COLUMNS,
    asks=True,
    epilog=examples(
        "ledger import backup.db", "ledger import backup.db --replace --yes", "ledger import backup.db --dry-run"
    ),
)
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A file of `ledger export`.", metavar="FILE")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is in the ledger.")] = False,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Bring a file of `ledger export` into the ledger, as one step: all of it or nothing.

    With SHOPINF_LEDGER_URL set it moves the ledger of one machine into the database of a team. A ledger that has
    something in it is only replaced with --replace, after a question; who was forgotten in it stays forgotten.
    """
    from shopinf.ledger.books import Books
    from shopinf.ledger.copying import copy, counts, opened_file
    from shopinf.ledger.erasing import forget_again
    from shopinf.local.copies import Copies

    if not file.is_file():
        raise BadInput(f"There is no file {file}", hint="Name a file of shopinf ledger export.")
    desk.places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    ledger, working = desk.ledger, desk.places.data / f"import-{secrets.token_hex(6)}"
    with Copies(desk.places.data).noted(working), opened_file(file, working) as source:
        found, there = counts(source), counts(ledger.database)
        if there and not replace:
            raise BadInput(
                f"The ledger {desk.ledger.shown} is not empty: it has {_content(there)}",
                hint="Keep a copy with shopinf ledger export backup.db, then add --replace.",
            )
        if there:
            desk.out.say(f"The ledger {desk.ledger.shown} will lose {_content(there)}.")
            _warn_of_older_books(desk, Books.of(ledger.database).but(Books.of(source)), file)
            _warn_of_forgotten(desk, source, file)
        if not dry_run:
            if there:
                desk.out.confirm(f"Replace it by {file}?")
            with _alone(desk):
                found = copy(source, ledger.database, partial(forget_again, ledger))
    desk.show(moved("import", found), form)
    desk.out.say("Nothing was written." if dry_run else f"The ledger {desk.ledger.shown} is what {file} was.")


def _alone(desk: Desk) -> ExitStack:
    """No other run writes to a store, or syncs one, meanwhile."""
    stack = ExitStack()
    try:
        for store in desk.book.all():
            stack.enter_context(desk.erasing(store))
    except BaseException:
        stack.close()
        raise
    return stack


def _warn_of_older_books(desk: Desk, lost: Books, file: Path) -> None:
    """Say what was closed and paid here that the file knows nothing of: it would be closed and paid once more."""
    if not lost.statements and not lost.payments:
        return
    named = [
        f"{counted(len(found), noun)} ({few(sorted(found), _NAMED)})"
        for noun, found in (("statement", lost.statements), ("payment", {name for _, name in lost.payments}))
        if found
    ]
    desk.out.warn(
        f"{file} is older than the books here: it lacks {' and '.join(named)}. What was paid since is payable again "
        "by it; note each payment with shopinf payouts paid before the next run."
    )


def _warn_of_forgotten(desk: Desk, source: Database, file: Path) -> None:
    """Say when those who were forgotten here cannot be known in the file: it has hashes of its own."""
    if (count := len(desk.ledger.forgetting)) and source.key() != desk.ledger.database.key():
        desk.out.warn(
            f"{file} is no copy of this ledger, so whoever was forgotten here ({counted(count, 'e-mail')}) cannot be "
            "told in it; forget them again with shopinf influencers forget."
        )


def _content(found: Mapping[str, int]) -> str:
    """`3 codes, 1,200 orders`: what an operator would miss."""
    words = {f"{noun}s": counted(found.get(f"{noun}s", 0), noun) for noun in ("code", "gift", "order", "influencer")}
    words |= {f"{noun}s": counted(found.get(f"{noun}s", 0), noun) for noun in ("statement", "payment")}
    words["journal"] = counted(found.get("journal", 0), "journal entry", "journal entries")
    return ", ".join(said for name, said in words.items() if name in found) or "some rows"
