"""Reading the customers that a run looks at: everybody once, then only who is new or changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from shopinf.errors import CustomerDataProtected
from shopinf.people.customers import Customer
from shopinf.people.emails import email_key
from shopinf.people.enrichment import Base, Summary
from shopinf.shopify.customers import count_customers, customers_by_id, read_customers
from shopinf.stores import Store
from shopinf.unread import Unread
from shopinf.windows import caught_up
from shopinf.words import agreeing, counted
from shopinf.work.orders.seats import Seats

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.enrichment import Mark

_WORKERS = 8


def read_base(
    desk: Desk,
    store: Store,
    updated_since: datetime | None,
    *,
    consented_only: bool,
    by_phone: bool,
    seats: Seats,
) -> Base:
    """The customers of *store* whom this run looks at, and what is to be said of those it cannot.

    Only where a source can be searched *by_phone*, customers without any e-mail are of use.
    """
    shop = desk.shop(store)
    begun = shop.clock.now()
    counted = count_customers(shop, updated_since=updated_since)
    workers = min(seats.workers(shop), _WORKERS)
    odd: list[Unread] = []
    with desk.out.progress("reading customers", counted.count, "customers", store=store.name) as progress:
        found = read_customers(
            shop,
            counted.count,
            updated_since=updated_since,
            workers=workers,
            read=progress.advance,
            odd=odd.append,
        )
    if updated_since is not None:
        found += _again(desk, store, {each.customer_id for each in found}, odd)
    _note(desk, store, found, odd)
    found = _with_country(desk, store, found)
    base = Base(found, None if counted.at is None else caught_up(counted.at, begun), unread=odd)
    base.summary = Summary(
        customers=len(found),
        with_email=sum(1 for each in found if each.email),
        withheld=sum(1 for each in found if each.is_blank),
    )
    _check_withheld(desk, store, base, everybody=updated_since is None, by_phone=by_phone)
    base.customers = _wanted(desk, base, consented_only=consented_only)
    if len(base.customers) < len(found):
        wanted = {each.customer_id for each in base.customers}
        base.left_out = [each for each in found if each.customer_id not in wanted]
    return base


def _note(desk: Desk, store: Store, found: Sequence[Customer], odd: Sequence[Unread]) -> None:
    """Note which customers could not be read; they are named, and asked for again by the next run."""
    known = {each.record_id for each in desk.ledger.unread.of(store.shop_id, "customers")}
    readable = [each.customer_id for each in found if each.customer_id in known] if known else []
    desk.ledger.unread.note(store.shop_id, "customers", odd, readable)


def _again(desk: Desk, store: Store, met: Collection[int], odd: list[Unread]) -> list[Customer]:
    """The customers that could not be read so far, and were not met by this run."""
    known = desk.ledger.unread.of(store.shop_id, "customers")
    seen = {*met, *(each.record_id for each in odd if each.record_id)}
    ids = [each.record_id for each in known if each.record_id and each.record_id not in seen]
    if not ids:
        return []
    found = list(customers_by_id(desk.shop(store), ids, odd.append))
    left = {each.record_id for each in odd}
    desk.ledger.unread.forget(store.shop_id, "customers", [each for each in ids if each not in left])
    return found


def _with_country(desk: Desk, store: Store, found: list[Customer]) -> list[Customer]:
    """*found* with the shop's country where a phone is written as it is dialled at home and no country is known."""
    if not any(_is_dialled_at_home(each) and not each.country for each in found):
        return found
    from shopinf.shopify.shop import shop_facts

    country = shop_facts(desk.shop(store)).country_code
    return [replace(each, country=country) if each.phones and not each.country else each for each in found]


def _is_dialled_at_home(customer: Customer) -> bool:
    return any(not phone.lstrip().startswith(("+", "00")) for phone in customer.phones)


def _check_withheld(desk: Desk, store: Store, base: Base, *, everybody: bool, by_phone: bool) -> None:
    """Withheld data is no "no match": where nothing came that people can be found by, say so and stop."""
    found, summary = base.customers, base.summary
    if not found or summary.with_email:
        if summary.withheld:
            base.notes.append(
                f"{summary.withheld:,} of {counted(len(found), 'customer')} came without name, e-mail and phone: "
                "Shopify withholds them, or the store does not know them"
            )
        return
    if not everybody and any(each.email for each in _some(desk, store)):
        return  # whoever changed meanwhile just has none
    summary.withheld = len(found)
    if by_phone and any(each.phones for each in found):
        base.notes.append(f"{store.name}: Shopify withholds every e-mail address, so only phones could be compared")
        return
    raise CustomerDataProtected(
        f"{store.name} has {counted(len(found), 'customer')}, but Shopify withholds their e-mail addresses and phones: "
        "the app is not approved for this protected customer data, or the store's plan is below Grow",
        hint="In the Dev Dashboard, under API access requests, tick name, e-mail and phone in Protected customer data "
        "(shopinf connect --guide); an app made in the store's admin needs the Grow plan or higher.",
    )


def _some(desk: Desk, store: Store) -> Sequence[Customer]:
    from shopinf.shopify.customers import first_customers

    return first_customers(desk.shop(store))


def _wanted(desk: Desk, base: Base, *, consented_only: bool) -> list[Customer]:
    """Without those who asked to be forgotten, and where it was asked for without those who did not consent."""
    found = list(base.customers)
    if hidden := desk.ledger.enrichment.forgotten():
        key = desk.ledger.database.key()
        kept = [each for each in found if not (each.email and email_key(key, each.email) in hidden)]
        if gone := len(found) - len(kept):
            base.notes.append(
                f"{counted(gone, 'customer')} who asked to be forgotten {agreeing(gone, 'was', 'were')} left out"
            )
        found = kept
    if consented_only:
        kept = [each for each in found if each.consented]
        out = len(found) - len(kept)
        were = agreeing(out, "was", "were")
        base.notes.append(f"{counted(out, 'customer')} without consent to marketing {were} left out")
        found = kept
    return found


def begin(
    marks: Mapping[str, Mark], keys: Sequence[str], store: Store, *, new: bool, since: date | None, everybody: bool
) -> datetime | None:
    """From which change on customers are read; None for all of them.

    By default everybody is read until each of the sources has seen them all; from then on only who is new or changed.
    """
    if since is not None:
        return datetime.combine(since, time(), store.zone)
    if everybody:
        return None
    seen = [marks[key].watermark for key in keys if key in marks]
    if new:
        return min(seen or [each.watermark for each in marks.values()], default=None)
    return min(seen) if seen and len(seen) == len(keys) else None
