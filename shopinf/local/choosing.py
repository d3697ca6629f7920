"""Which stores are meant: named, a group, all, or the ones that are meant when nothing is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopinf.errors import BadInput, NotConnected, NotFound
from shopinf.nearest import did_you_mean
from shopinf.shell import quoted
from shopinf.stores import Store, read_store_name
from shopinf.words import agreeing

VARIABLE = "SHOPINF_STORE"


def lookup(connected: Sequence[Store], word: str) -> Store | None:
    """The store that *word* names: by its name first, then its handle or any address of it."""
    typed = word.strip()
    for store in connected:
        if same(store.name, typed):
            return store
    read = read_store_name(typed)
    for store in connected:
        if store.answers_to(typed) or (read.handle and store.answers_to(read.handle)):
            return store
    for store in connected:
        site = store.storefront.lower().removeprefix("www.")
        if str(store.shop_id) == typed or (site and read.website and read.website.removeprefix("www.") == site):
            return store
    return None


def same(name: str, other: str | None) -> bool:
    """Are these one name? Upper and lower case make no difference."""
    return other is not None and name.strip().casefold() == other.strip().casefold()


def not_connected(connected: Sequence[Store], word: str, otherwise: str | None = None) -> NotConnected:
    """The error for a *word* that names no store: what is connected, and what may have been meant.

    *otherwise*: what to do where none was meant; None: connect it.
    """
    typed = word.strip()[:80]
    shown, otherwise = typed or "''", otherwise or f"shopinf connect {quoted(typed)}"
    if not connected:
        return NotConnected(f"{shown} is not connected, and no other store is", hint=otherwise)
    words = {known: store.name for store in connected for known in (store.handle, *store.aliases, store.name)}
    verb = agreeing(len(connected), "is", "are")
    hint = did_you_mean(shown, words, otherwise)
    return NotConnected(f"{shown} is not connected; {_names(connected)} {verb}", hint=hint)


def choose(
    connected: Sequence[Store],
    default: Store | None,
    *,
    stores: Sequence[str],
    group: str | None,
    all_stores: bool,
    environ: Mapping[str, str],
) -> list[Store]:
    """Those named, a group's or all that are enabled; else SHOPINF_STORE's, the default, the only one.

    Each comes once, in the order named or connected.
    """
    if sum(map(bool, (stores, group, all_stores))) > 1:
        raise BadInput("--store, --group and --all-stores exclude each other", hint="Give one of them.")
    if stores:
        return _named(connected, stores)
    if group:
        return _of_group(connected, group)
    words = [word for word in environ.get(VARIABLE, "").split(",") if word.strip()]
    if words and not all_stores:
        return _named(connected, words, origin=f" ({VARIABLE} names it)")
    if not connected:
        raise NotConnected("No store is connected yet", hint="shopinf connect STORE")
    enabled = [store for store in connected if not store.disabled]
    if not enabled:
        raise BadInput("Every connected store is disabled", hint=_enable(connected[0]))
    if all_stores:
        return enabled
    if default:
        return _named(connected, [default.name], origin=" (it is the default store)")
    if len(enabled) == 1:
        return enabled
    raise BadInput(
        f"Several stores are connected and none was chosen: {_names(enabled)}",
        hint=f"Say which with --store {quoted(enabled[0].name)}, or --all-stores.",
    )


def in_group(store: Store, group: str) -> bool:
    """Is *store* in *group*?"""
    return same(group, store.group)


def _named(connected: Sequence[Store], words: Sequence[str], origin: str = "") -> list[Store]:
    chosen: dict[int, Store] = {}
    for word in words:
        store = lookup(connected, word)
        if store is None:
            unknown = not_connected(connected, word)
            raise NotConnected(unknown.message + origin, hint=unknown.hint)
        if store.disabled:
            raise BadInput(f"{store.name} is disabled{origin}", hint=_enable(store))
        chosen.setdefault(store.shop_id, store)
    return [*chosen.values()]


def _of_group(connected: Sequence[Store], group: str) -> list[Store]:
    members = [store for store in connected if in_group(store, group)]
    if not members:
        groups = {store.group.casefold(): store.group for store in connected if store.group}
        known = (
            f"the groups are {', '.join(groups[key] for key in sorted(groups))}" if groups else "no store is in a group"
        )
        raise NotFound(f"There is no group {group}; {known}", hint="shopinf stores group STORE NAME")
    enabled = [store for store in members if not store.disabled]
    if not enabled:
        raise BadInput(f"Every store of group {group} is disabled", hint=_enable(members[0]))
    return enabled


def _enable(store: Store) -> str:
    return f"shopinf stores enable {quoted(store.name)}"


def _names(stores: Sequence[Store]) -> str:
    return ", ".join(store.name for store in stores)
