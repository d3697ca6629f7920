"""`shopinf influencers forget`: a person is erased here, at their request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.influencers.choice import influencer_names
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.rows import balances, open_balances
from shopinf.people.persons import read_typed
from shopinf.results import Cell, Result, columns

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

COLUMNS = columns("what count", numbers="count")


@app.command("forget", columns=COLUMNS, asks=True, epilog=examples("influencers forget maya@example.com --yes"))
def forget(
    desk: DeskContext,
    who: Annotated[
        str,
        typer.Argument(
            help="The e-mail of whoever asked to be forgotten; an id, @handle or profile link does as well.",
            metavar="EMAIL",
            autocompletion=influencer_names,
        ),
    ],
    form: FormChoice = FormChoice(),
) -> None:
    """Erase a person's names, e-mails, addresses and accounts everywhere here, and show what was removed.

    Money stays under an opaque id. Later runs do not find them again; nothing in a store changes. An e-mail by which
    nobody is known is noted all the same, so that nobody is found by it later.
    """
    from shopinf.ledger import erasing
    from shopinf.work.livecapture.taking import erase_forgotten

    email, one = read_typed(who).email, desk.ledger.people.find(who)
    if email is None and one is None:
        raise desk.ledger.people.unknown(who)
    whose = f"{one.influencer}'s" if one else "this person's"
    desk.out.confirm(f"Erase {whose} names, e-mails, accounts and matches for good?")
    owed = balances(desk, one.id) if one else []
    gone = erasing.forget(desk.ledger, email, one, desk.patience)
    if waited := erase_forgotten(desk):
        gone["events that wait"] = waited
    rows: list[dict[str, Cell]] = [{"what": what, "count": count} for what, count in gone.items()]
    notes = [] if gone else ["nothing was kept of that e-mail; later runs will not look it up either"]
    if gone:
        notes.append(
            "codes, gifts and commissions stay under an opaque id; the texts of codes and what the stores themselves "
            "know stay as they are"
        )
    notes += _owed(desk, one.id, owed) if one else []
    desk.show(Result("shopinf.influencers.forget/1", COLUMNS, rows, notes=notes), form)


def _owed(desk: Desk, person: str, owed: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is still between them and the agency, and how it is paid to somebody without a name."""
    if not (told := open_balances(owed)):
        return []
    latest = {each.account: each.name for each in desk.ledger.accounts.of_person(person) if each.figures.closing > 0}
    hint = f"; pay it by hand, and note it with shopinf payouts paid {' '.join(latest.values())}" if latest else ""
    return [f"still open: {', '.join(told)}, under the opaque id{hint}"]
