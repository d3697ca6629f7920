"""Making one person of two, and erasing people: what their name leads to goes, money stays under an opaque id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, select, union, update

from shopinf.errors import BadInput
from shopinf.ledger.dispatches import unaddress
from shopinf.ledger.merging import move_money, sums_of
from shopinf.ledger.rates import move_rates
from shopinf.ledger.tables.journal import codes, gifts, journal
from shopinf.ledger.tables.payouts import rates
from shopinf.ledger.tables.people import (
    accounts,
    aliases,
    emails,
    forgotten,
    influencers,
    leads,
    lookups,
    matches,
    merges,
)
from shopinf.ledger.unnaming import unname
from shopinf.ledger.upserts import parts, upsert
from shopinf.people.emails import email_key
from shopinf.people.influencers import Influencer, folded_name
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

_PERSON = "person:"  # what the journal's subject begins with where it is a person


def merge(ledger: Journal, gone: Influencer, kept: Influencer) -> dict[str, int]:
    """Make one person of two: everything of *gone* is *kept*'s from now on; returns how much that was.

    What one of a kind both have (an account, a code of one campaign) stays as *kept* has it; the journal's mentions
    of *gone* lead to *kept*. Money is moved as it stands, and the journal has what both were owed.
    """
    moved: dict[str, int] = {}
    with ledger.database.writing() as db:
        if not db.execute(select(influencers.c.id).where(influencers.c.id == gone.id)).first():
            raise BadInput(
                f"{gone.influencer} was made one with somebody else or forgotten meanwhile",
                hint=f"shopinf influencers show {quoted(kept.influencer)} shows how it stands.",
            )
        owed = {"former": gone.id, "owed_before": sums_of(db, kept.id), "owed_former": sums_of(db, gone.id)}
        moved["accounts"] = _move(db, accounts, ("platform", "folded"), gone.id, kept.id)
        moved["rates"] = move_rates(db, gone.id, kept.id)
        moved |= move_money(db, gone.id, kept.id)
        for table in (codes, gifts):
            moved[table.name] = _reassign(db, table, gone.id, kept.id)
        for table in (emails, aliases, matches, lookups, merges, leads):
            where = table.c.person == gone.id
            moved[table.name] = db.execute(update(table).where(where).values(person=kept.id)).rowcount
        key = ledger.database.key()
        db.execute(delete(influencers).where(influencers.c.id == gone.id))
        if gone.email:
            row = {"email_key": email_key(key, gone.email), "person": kept.id, "email": gone.email}
            upsert(db, emails, [row])
        upsert(db, aliases, [{"folded": folded_name(gone.influencer), "person": kept.id}])
        db.execute(insert(merges).values(id=gone.id, person=kept.id))
        filled = {
            name: getattr(gone, name)
            for name in ("first_name", "last_name", "email")
            if getattr(gone, name) and not getattr(kept, name)
        }
        if filled.get("email"):
            filled["email_key"] = email_key(key, filled["email"])
        if filled:
            db.execute(update(influencers).where(influencers.c.id == kept.id).values(filled))
        ledger.note(db, 0, "influencer.merged", f"person:{kept.id}", owed)
        ledger.database.owe(db)
    ledger.database.tidy()
    return {name.replace("_", " "): count for name, count in moved.items() if count}


def _move(db: Connection, table: Table, key: tuple[str, ...], gone: str, kept: str) -> int:
    """Give rows to *kept*, but for those of which *kept* has one of its own; these go."""
    mine = {tuple(row) for row in db.execute(select(*(table.c[name] for name in key)).where(table.c.person == kept))}
    moved = 0
    for row in db.execute(select(*(table.c[name] for name in key)).where(table.c.person == gone)).all():
        this = [table.c.person == gone, *(table.c[name] == value for name, value in zip(key, row, strict=True))]
        if tuple(row) in mine:
            db.execute(delete(table).where(*this))
        else:
            moved += db.execute(update(table).where(*this).values(person=kept)).rowcount
    return moved


def _reassign(db: Connection, table: Table, gone: str, kept: str) -> int:
    """Give codes or gifts to *kept*; where both have one in the same place, *gone*'s gets a place of its own."""
    place = (table.c.shop_id, table.c.campaign, table.c.slot)
    mine = {tuple(row) for row in db.execute(select(*place).where(table.c.influencer == kept))}
    rows = db.execute(select(table.c.id, *place).where(table.c.influencer == gone)).all()
    for id, shop_id, campaign, slot in rows:
        if (shop_id, campaign, slot) in mine:
            slot = f"{slot or 'merged'}-{gone[:8]}"
        db.execute(update(table).where(table.c.id == id).values(influencer=kept, slot=slot))
    return len(rows)


def forget(ledger: Journal, email: str | None, one: Influencer | None, wait: float | None = None) -> dict[str, int]:
    """Erase *one* and whoever has this e-mail, overwritten; returns how much of each kind went.

    Names, e-mails, accounts and matches go; codes, commissions and what was agreed stay under the opaque id. A keyed
    hash of each e-mail stays, so that the next run does not find them again. Who reads the ledger is waited for, *wait*
    seconds; then it is `Busy`, and the next run finishes it.
    """
    hashes = {email_key(ledger.database.key(), email)} if email else set()
    with ledger.database.writing() as db:
        gone = _forget(ledger, db, {one.id} if one else set(), {each: ledger.clock.now() for each in hashes})
    ledger.database.compact(wait)
    return gone


def forget_again(ledger: Journal, db: Connection, marks: Mapping[str, datetime]) -> dict[str, int]:
    """Erase whom an older copy of the ledger brought back, in the caller's transaction; *marks* are as they were."""
    return _forget(ledger, db, set(), marks) if marks else {}


def _forget(ledger: Journal, db: Connection, people: set[str], marks: Mapping[str, datetime]) -> dict[str, int]:
    """Erase *people* and those with the e-mails of *marks*: their hashes, and since when they are forgotten."""
    hashes = set(marks)
    for part in parts(sorted(marks)):
        people |= set(db.execute(select(emails.c.person).where(emails.c.email_key.in_(part))).scalars())
        people |= set(db.execute(select(influencers.c.id).where(influencers.c.email_key.in_(part))).scalars())
    for part in parts(sorted(people)):
        hashes |= set(db.execute(select(emails.c.email_key).where(emails.c.person.in_(part))).scalars())
        also = select(influencers.c.email_key).where(influencers.c.id.in_(part), influencers.c.email_key.is_not(None))
        hashes |= set(db.execute(also).scalars())
    gone = {
        "addresses and names of files sent": unaddress(db, people, hashes),
        "names and e-mail": _all_gone(db, influencers, (influencers.c.id, people)),
        "further e-mails": _all_gone(db, emails, (emails.c.person, people)),
        "former names": _all_gone(db, aliases, (aliases.c.person, people)),
        "accounts": _all_gone(db, accounts, (accounts.c.person, people)),
        "matches with customers": _all_gone(db, matches, (matches.c.person, people)),
        "look-ups at providers": _all_gone(db, lookups, (lookups.c.person, people), (lookups.c.key, hashes)),
        "leads": _all_gone(db, leads, (leads.c.person, people), (leads.c.email_key, hashes)),
        "names in statements": unname(ledger, db, people),
    }
    now = ledger.clock.now()
    upsert(db, forgotten, [{"email_key": each, "at": marks.get(each, now)} for each in sorted(hashes)], replace=False)
    for person in sorted(people):
        ledger.note(db, 0, "influencer.forgotten", f"person:{person}", {})
    ledger.database.owe(db)
    return {what: count for what, count in gone.items() if count}


def _all_gone(db: Connection, table: Table, *where: tuple[Column[Any], set[str]]) -> int:
    """Remove the rows that have any of these values in one of these columns; returns how many that were."""
    return sum(_gone(db, table, column.in_(part)) for column, values in where for part in parts(sorted(values)))


def known_only_by(db: Connection, shop_id: int) -> set[str]:
    """Whom we know from nowhere but a store's customers and visitors: found among them, and by nobody else.

    A code or gift of another store, a customer of another store, an import, a rate, a name given or a merge shows that
    the agency knows somebody itself. Codes and gifts of this store do not: they were made for whom was found in it.
    """
    found_here = [select(each.c.person).where(each.c.shop_id == shop_id) for each in (matches, leads, lookups)]
    elsewhere = [
        *(select(each.c.person).where(each.c.shop_id.not_in((shop_id, 0))) for each in (matches, leads, lookups)),
        *(select(each.c.influencer).where(each.c.shop_id != shop_id) for each in (codes, gifts)),
        select(rates.c.person),
        select(merges.c.person),
        select(func.substr(journal.c.subject, len(_PERSON) + 1)).where(
            journal.c.shop_id == 0, journal.c.subject.startswith(_PERSON, autoescape=True)
        ),
    ]
    found = set(db.execute(union(*found_here)).scalars()) - set(db.execute(union(*elsewhere)).scalars())
    return {person for person in found if person}


def erase_people(ledger: Journal, db: Connection, people: Collection[str]) -> int:
    """Erase names, e-mails and accounts of *people*, in the caller's transaction; returns how many people that were."""
    gone = 0
    unname(ledger, db, people)
    unaddress(db, people)
    for part in parts(sorted(people)):
        for table in (emails, aliases, accounts):
            _gone(db, table, table.c.person.in_(part))
        gone += _gone(db, influencers, influencers.c.id.in_(part))
    return gone


def _gone(db: Connection, table: Table, where: object) -> int:
    return db.execute(delete(table).where(where)).rowcount  # type: ignore[arg-type]
