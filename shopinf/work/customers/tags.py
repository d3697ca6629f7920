"""A tag for the customers who were found: put among their others, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from shopinf.errors import ScopeMissing, ShopinfError, Stopped, StoreReadOnly
from shopinf.people.customers import Customer, merged_tags
from shopinf.people.enrichment import Found
from shopinf.results import Failure
from shopinf.scopes import expand
from shopinf.shell import quoted
from shopinf.shopify.customers import add_tag, customers_by_id
from shopinf.shopify.pages import at_once
from shopinf.shopify.shop import granted_scopes
from shopinf.stores import Store
from shopinf.words import counted
from shopinf.work.customers.waterfall import Seen

if TYPE_CHECKING:
    from shopinf.desk import Desk

_WORKERS = 4


def check_taggable(desk: Desk, store: Store) -> None:
    """May customers be tagged there? Said before anything is read or paid for."""
    if store.read_only:
        raise StoreReadOnly(
            f"{store.name} is connected read-only, so its customers are not tagged",
            hint=f"Leave out --tag, or: shopinf connect {quoted(store.name)} without --read-only.",
        )
    if "write_customers" not in expand(granted_scopes(desk.shop(store))):
        raise ScopeMissing(
            f"{store.name} has not granted write_customers, which tagging needs",
            scope="write_customers",
            hint="Leave out --tag, or add the scope to the app and approve it in the store.",
        )


def tag_all(
    desk: Desk,
    seen: Sequence[Seen],
    found: Mapping[str, Sequence[Found]],
    known: Mapping[str, Sequence[Found]],
    tag: str,
    notes: list[str],
    dry_run: bool,
) -> list[Failure]:
    """Tag every record of everybody who was *found*, and of whom earlier runs found, after a question.

    Those who are *known* are looked at too: an earlier run was perhaps not asked for the tag, or not allowed to put it.
    Returns what failed. What is to be said of a store goes to its own notes, the rest to *notes*.
    """
    work: dict[Store, tuple[Seen, list[int]]] = {}
    unread: list[Failure] = []
    for each in seen:
        records = _customers(found[each.store.name])
        try:
            records += _read_again(desk, each.store, known[each.store.name])
        except Stopped:
            raise
        except ShopinfError as error:
            unread.append(Failure.of(error, store=each.store.name, what="tags of customers"))
        lacking = [record.customer_id for record in records if merged_tags(record.tags, tag) is not None]
        if lacking:
            work[each.store] = (each, lacking)
    count = sum(len(ids) for _, ids in work.values())
    if dry_run:
        for store, (one, ids) in work.items():
            one.base.notes.append(f"{store.name}: would be tagged {tag}: customers {', '.join(map(str, ids))}")
        if not work:
            notes.append(f"nobody would be tagged {tag}")
        return unread
    if count > 1:
        where = ", ".join(store.name for store in work)
        desk.out.confirm(f"Tag {counted(count, 'customer')} of {where} as {tag}?")

    def tag_those(store: Store) -> list[Failure]:
        one, ids = work[store]
        failures: list[Failure] = []
        with (
            desk.writing(store),
            desk.out.progress("tagging customers", len(ids), "customers", store=store.name) as bar,
        ):
            done = 0
            jobs = (_job(desk, store, customer_id, tag) for customer_id in ids)
            for failure in at_once(jobs, workers=min(_WORKERS, len(ids)), clock=desk.clock):
                bar.advance()
                done += failure is None
                failures += [failure] if failure else []
        one.base.notes.append(f"{store.name}: {counted(done, 'customer')} tagged {tag}")
        return failures

    outcomes = desk.each_store(list(work), tag_those)
    return [*unread, *outcomes.failures, *(each for _, failures in outcomes.done for each in failures)]


def _customers(found: Sequence[Found]) -> list[Customer]:
    return [record.customer for one in found for record in one.records]


def _read_again(desk: Desk, store: Store, known: Sequence[Found]) -> list[Customer]:
    """The customers of *known* as the store has them now: which tags they carry is kept nowhere."""
    ids = [each.customer_id for each in _customers(known)]
    return list(customers_by_id(desk.shop(store), ids, lambda unread: None))


def _job(desk: Desk, store: Store, customer_id: int, tag: str) -> Callable[[], Failure | None]:
    def work() -> Failure | None:
        try:
            add_tag(desk.shop(store), customer_id, tag)
        except Stopped:
            raise
        except ShopinfError as error:
            return Failure.of(error, store=store.name, what=f"tag of customer {customer_id}")
        return None

    return work
