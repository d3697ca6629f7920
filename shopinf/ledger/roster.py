"""The roster: everybody we know by name, their accounts and e-mails, and what was agreed with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, select, update

from shopinf.errors import BadInput
from shopinf.ledger.people import Recognition
from shopinf.ledger.persons import influencer_of
from shopinf.ledger.tables.journal import journal
from shopinf.ledger.tables.people import accounts, aliases, emails, influencers
from shopinf.ledger.upserts import parts, upsert
from shopinf.people.emails import email_key
from shopinf.people.influencers import Influencer, Named, Source, folded_name
from shopinf.people.profiles import Account, Known, together
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

Then = Callable[[Connection, list[Influencer]], None]


class Roster:
    """Everybody we know by name."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # who

    def everybody(self) -> list[Influencer]:
        """All influencers, by name."""
        with self._database.reading() as db:
            rows = db.execute(select(influencers).order_by(influencers.c.folded)).mappings()
            return [influencer_of(row) for row in rows]

    def recognise(self, known: Sequence[Known]) -> list[Influencer]:
        """Who each of *known* is; those who are new get a provisional id, and nothing is written."""
        with self._database.reading() as db:
            return self._recognised(db, known)[1]

    def enrol(self, known: Sequence[Known], then: Then | None = None) -> list[Influencer]:
        """Who each of *known* is, written down with e-mails and accounts; *then* writes in the same transaction."""
        key = self._database.key()
        with self._database.writing() as db:
            recognition, found = self._recognised(db, known)
            recognition.write()
            pairs = list(zip(found, known, strict=True))
            rows = [
                {"email_key": email_key(key, email), "person": one.id, "email": email}
                for one, each in pairs
                for email in each.emails
            ]
            upsert(db, emails, rows, replace=False)
            self._keep_accounts(db, [(one.id, account) for one, each in pairs for account in each.accounts])
            if then is not None:
                then(db, found)
        return found

    def imported(self, db: Connection, people: Iterable[Influencer]) -> None:
        """Note that the agency knows *people* itself, whatever store they buy in: they outlast every store."""
        wanted = {f"person:{one.id}" for one in people}
        kind = "influencer.imported"
        known: set[str] = set()
        for part in parts(sorted(wanted)):
            where = (journal.c.shop_id == 0, journal.c.kind == kind, journal.c.subject.in_(part))
            known |= set(db.execute(select(journal.c.subject).where(*where)).scalars())
        for subject in sorted(wanted - known):
            self._ledger.note(db, 0, kind, subject, {})

    def _recognised(self, db: Connection, known: Sequence[Known]) -> tuple[Recognition, list[Influencer]]:
        """By any e-mail first, then by our own id, then by an account; what is left goes by its name."""
        key = self._database.key()
        recognition = Recognition(db, key, self._ledger)
        every = [Named(each.named.name, each.named.source, email=email) for each in known for email in each.emails]
        recognition.load([*(each.named for each in known), *every])
        owners = self._owners(db, {account.key for each in known for account in each.accounts})
        named = []
        for each in known:
            one = next((o for email in each.emails if (o := recognition.by_email(email_key(key, email)))), None)
            if one is None and each.named.source is not Source.INFLUENCER:
                one = next((owners[a.key] for a in each.accounts if a.key in owners), None)
            if one is not None:
                more = each.named
                named.append(Named(one.influencer, Source.INFLUENCER, more.first_name, more.last_name, more.email))
            else:
                named.append(each.named)
        return recognition, recognition.of(named)

    def _owners(self, db: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Influencer]:
        """Whose accounts these are; an account of an unknown platform tells nothing."""
        wanted = sorted({key for key in keys if key[0]})
        found: dict[tuple[str, str], Influencer] = {}
        for part in parts(wanted):
            query = (
                select(accounts.c.platform, accounts.c.folded.label("account"), influencers)
                .join(influencers, influencers.c.id == accounts.c.person)
                .where(accounts.c.folded.in_([handle for _, handle in part]))
            )
            for row in db.execute(query).mappings():
                found.setdefault((row["platform"], row["account"]), influencer_of(row))
        return found

    # accounts

    def accounts_of(self, people: Iterable[str]) -> dict[str, tuple[Account, ...]]:
        """Everybody's accounts, the one with most followers first."""
        with self._database.reading() as db:
            return self._accounts(db, sorted(set(people)))

    def _accounts(self, db: Connection, people: Sequence[str]) -> dict[str, tuple[Account, ...]]:
        found: dict[str, list[Account]] = {}
        for part in parts(people):
            for row in db.execute(select(accounts).where(accounts.c.person.in_(part))).mappings():
                found.setdefault(row["person"], []).append(_account(row))
        return {person: together(each) for person, each in found.items()}

    def _keep_accounts(self, db: Connection, added: Sequence[tuple[str, Account]]) -> None:
        """Write accounts, with what is known of each already where the new word does not say."""
        known = self._accounts(db, sorted({person for person, _ in added}))
        whole: dict[tuple[str, str, str], Account] = {}
        for person, account in added:
            key = (person, *account.key)
            before = whole.get(key) or next((a for a in known.get(person, ()) if a.key == account.key), None)
            whole[key] = account.more(before) if before else account
        upsert(db, accounts, [self._account_row(key[0], account) for key, account in whole.items()])

    def _account_row(self, person: str, account: Account) -> dict[str, Any]:
        platform, folded = account.key
        return {
            "person": person,
            "platform": platform,
            "folded": folded,
            "handle": account.handle,
            "profile_url": account.profile_url,
            "platform_user_id": account.platform_user_id,
            "full_name": account.full_name,
            "followers": account.followers,
            "engagement_rate_pct": None if account.engagement_rate_pct is None else f"{account.engagement_rate_pct:f}",
            "verified": account.verified,
            "source": account.source,
            "matched_at": account.matched_at or self._ledger.clock.now(),
        }

    # names

    def rename(self, one: Influencer, name: str) -> Influencer:
        """Call somebody otherwise from now on; the former name goes on finding them."""
        folded = folded_name(name)
        with self._database.writing() as db:
            taken = select(func.count()).where(influencers.c.folded == folded, influencers.c.id != one.id)
            if db.execute(taken.select_from(influencers)).scalar():
                raise BadInput(
                    f"{name} is somebody else already",
                    hint=f"shopinf influencers merge {quoted(one.influencer)} {quoted(name)}",
                )
            db.execute(delete(aliases).where(aliases.c.folded == folded))
            upsert(db, aliases, [{"folded": folded_name(one.influencer), "person": one.id}])
            row = {"influencer": name, "folded": folded}
            db.execute(update(influencers).where(influencers.c.id == one.id).values(row))
            if folded == folded_name(one.influencer):
                db.execute(delete(aliases).where(aliases.c.folded == folded))
            self._ledger.note(db, 0, "influencer.renamed", f"person:{one.id}", {})
        return Influencer(one.id, name, one.first_name, one.last_name, one.email)


def _account(row: Any) -> Account:
    rate = row["engagement_rate_pct"]
    return Account(
        row["platform"] or None,
        row["handle"],
        row["profile_url"],
        row["platform_user_id"],
        row["full_name"],
        row["followers"],
        None if rate is None else Decimal(rate),
        row["verified"],
        row["source"],
        row["matched_at"],
    )
