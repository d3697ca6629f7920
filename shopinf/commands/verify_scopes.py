"""`shopinf verify-scopes`: a live look at what each store allows, feature by feature."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreArguments, StoreChoice, examples
from shopinf.commands.stores.look import look
from shopinf.errors import NotAllowed
from shopinf.results import Failure, Result, columns
from shopinf.scopes import (
    Feature,
    Readiness,
    Status,
    choose_features,
    expand,
    good_enough,
    lacking_to_combine,
    to_paste,
    unneeded,
)
from shopinf.stores import Store
from shopinf.words import agreeing

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.outcomes import Done

app = Noun()

COLUMNS = columns("store feature status scope need granted", shown="scope granted feature status need store")


@dataclass(frozen=True)
class Verified:
    """What one store allows now."""

    granted: frozenset[str]
    ready: list[Readiness]
    notes: list[str]


@app.command(
    "verify-scopes",
    columns=COLUMNS,
    epilog=examples(
        "verify-scopes maya-shop",
        "verify-scopes --all-stores --feature discounts --feature orders",
        "verify-scopes --print-required",
    ),
)
def verify_scopes(
    desk: DeskContext,
    names: StoreArguments = None,
    stores: StoreChoice = StoreChoice(),
    feature: Annotated[list[str] | None, typer.Option("--feature", help="A feature to check; may be repeated.")] = None,
    print_required: Annotated[
        bool, typer.Option("--print-required", help="Print the scopes to paste into Shopify, and stop.")
    ] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Check which scopes a store has granted, feature by feature.

    Exit code 5 when a feature asked for (by default all) is not ready; on a store connected --read-only, reading is
    enough.
    """
    features = choose_features(feature or [])
    if print_required:
        desk.out.print(to_paste(features))
        return
    chosen = desk.stores(StoreChoice([*(names or ()), *(stores.store or ())], stores.group, stores.all_stores))
    outcomes = desk.each_store(chosen, lambda store: _verify(desk, store, features)).or_raise()
    desk.deliver(outcomes, _answer, form)
    outcomes.settle()
    _complain(outcomes.done)


def _answer(done: Done[Verified], failures: Sequence[Failure]) -> Result:
    rows = [row for store, found in done for row in _rows(store, found)]
    body = {"stores": [_entry(store, found) for store, found in done]}
    alone = len(done) == 1 and not failures
    notes = [note if alone else f"{store.name}: {note}" for store, found in done for note in found.notes]
    return Result("shopinf.scopes/1", COLUMNS, rows, body=body, notes=notes, failures=failures)


def _verify(desk: Desk, store: Store, features: list[Feature]) -> Verified:
    found = look(desk.shop(store), store)
    facts = found.facts
    seen = {
        "scopes": tuple(sorted(found.scopes)),
        "title": facts.name,
        "storefront": facts.domain or store.storefront,
        "plan": facts.plan,
        "timezone": facts.iana_timezone,
    }
    if any(getattr(store, field) != value for field, value in seen.items()):
        desk.book.change(store, **seen)
    ready = found.ready(features, read_only=store.read_only)
    return Verified(found.scopes, ready, [*found.notes, *_advice(store, ready, found.scopes)])


def _advice(store: Store, ready: Sequence[Readiness], granted: Collection[str]) -> list[str]:
    """What a store goes without for want of scopes that are advised: so far that is codes which combine."""
    usable = any(each.feature.name == "discounts" and each.status is not Status.UNAVAILABLE for each in ready)
    scope = lacking_to_combine(granted, read_only=store.read_only)
    if not usable or scope is None:
        return []
    what = "seen" if store.read_only else "set or seen"
    return [f"what codes combine with and apply to cannot be {what}: the app lacks {scope}"]


def _rows(store: Store, found: Verified) -> list[dict[str, Any]]:
    held = expand(found.granted)
    rows = []
    for ready in found.ready:
        needs = [
            ("required", ready.feature.required),
            ("advised", ready.feature.advised),
            ("optional", ready.feature.optional),
        ]
        rows += [
            {
                "store": store.name,
                "feature": ready.feature.name,
                "status": ready.status.value,
                "scope": scope,
                "need": need,
                "granted": "yes" if scope in held else "no",
            }
            for need, scopes in needs
            for scope in scopes
        ]
    return rows


def _entry(store: Store, found: Verified) -> dict[str, Any]:
    return {
        "store": store.name,
        "granted": sorted(found.granted),
        "missing": list(dict.fromkeys(scope for ready in found.ready for scope in ready.missing)),
        "unneeded": unneeded(found.granted),
        "features": [
            {
                "feature": ready.feature.name,
                "status": ready.status.value,
                "required": list(ready.feature.required),
                "missing": list(ready.missing),
                "advised": list(ready.feature.advised),
            }
            for ready in found.ready
        ],
        "notes": found.notes,
    }


def _complain(done: list[tuple[Store, Verified]]) -> None:
    """Exit code 5 when a feature that was asked for is not ready."""
    lacking = [
        (store, ready)
        for store, found in done
        for ready in found.ready
        if not good_enough(ready, read_only=store.read_only)
    ]
    if not lacking:
        return
    told = [f"{store.name} is not ready for {ready.feature.name}: {_lack(ready)}" for store, ready in lacking]
    if any(ready.missing for _, ready in lacking):
        hint = "Add the scopes of `shopinf verify-scopes --print-required` to the app at Shopify, and approve them."
    else:
        hint = "In the Dev Dashboard, under API access requests, tick Protected customer data: shopinf connect --guide"
    raise NotAllowed("; ".join(told), hint=hint)


def _lack(ready: Readiness) -> str:
    if not ready.missing:
        return "Shopify has not approved the app for protected customer data"
    return f"{', '.join(ready.missing)} {agreeing(len(ready.missing), 'is', 'are')} not granted"
