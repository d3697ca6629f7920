"""`shopinf connect`: take a store's credentials, check everything live, then keep them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.choices import FormChoice
from shopinf.commands.guide import GUIDE_HELP, write_guide
from shopinf.commands.looking import Look, look
from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.credentials import FIELDS, check_sendable, misplaced, read_lines
from shopinf.errors import (
    BadInput,
    CredentialsMissing,
    CredentialsRefused,
    NotFound,
    ShopinfError,
)
from shopinf.results import Result, columns
from shopinf.scopes import FEATURES, good_enough
from shopinf.stores import Credentials, Secret, Store, StoreName, read_store_name, variable_stem

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun(help="Connect a store.")

STORE_COLUMNS = columns(
    order="store shop_id domain name plan currency timezone auth api_version group read_only", numbers="shop_id"
)


@app.command(
    "connect",
    epilog=examples(
        "connect mysuperstore",
        "connect mysuperstore --stdin < credentials.txt",
        "connect maya --url http://127.0.0.1:8799",
        "connect --guide for-the-client.html",
    ),
)
def connect(
    desk: DeskContext,
    store: Annotated[
        str | None,
        typer.Argument(
            metavar="[STORE]", help="Handle, myshopify domain, admin URL or own domain; with --guide, a file."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--as", help="What to call it here; by default its handle.", metavar="NAME")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="The group it belongs to.", metavar="NAME")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Never write anything to this store.")] = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read API_KEY=…, API_SECRET_KEY=…, ACCESS_TOKEN=… lines.")
    ] = False,
    url: Annotated[str | None, typer.Option("--url", help="A practice store on this machine.", metavar="URL")] = None,
    api_version: Annotated[
        str | None, typer.Option("--api-version", help="Shopify API version, like 2026-07.", metavar="V")
    ] = None,
    guide: Annotated[bool, typer.Option("--guide", help=GUIDE_HELP)] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Connect a store, or give it new credentials.

    Everything is checked live before anything is kept: token, shop, scopes, customers and orders.

    Asks for the three values by Shopify's own names, unless they come with --stdin or from the environment
    (SHOPINF_<HANDLE>_ACCESS_TOKEN, …_API_KEY, …_API_SECRET_KEY). Without a token the client credentials grant is used.
    """
    if guide:
        write_guide(desk, Path(store) if store else None)
        return
    if store is None:
        raise BadInput("Name the store to connect", hint="shopinf connect mysuperstore")
    desk.form(form)
    typed, host = _address(desk, store, url)
    former = _former(desk, typed, host)
    credentials, source = _credentials(desk, typed, host, former, stdin=stdin)
    check_sendable(credentials)
    handle = host.removesuffix(".myshopify.com")
    asked = Store(
        name=name or (former.name if former else typed.handle or handle),
        shop_id=0,
        domain=host,
        connection=secrets.token_hex(4),
        auth=credentials.auth,
        url=url.rstrip("/") if url else None,
        api_version=api_version or desk.config.api_version,
    )
    found = _look(desk, asked, credentials)
    connected = _settled(desk, asked, found, typed, group=group, read_only=read_only, named=name is not None)
    notes = [*found.notes, *_keep(desk, connected, credentials, source)]
    desk.show(_answer(connected, found, notes), form)
    _say_connected(desk, connected)


def _address(desk: Desk, text: str, url: str | None) -> tuple[StoreName, str]:
    """What was typed, and the host of the Admin API; a shop's own domain is looked up there."""
    typed = read_store_name(text)
    if typed.handle:
        return typed, f"{typed.handle}.myshopify.com"
    if typed.website is None:
        raise BadInput(
            f"{text!r} is not a store",
            hint="Type it like mysuperstore, mysuperstore.myshopify.com or www.mysuperstore.com",
        )
    if url:
        handle = typed.website.removeprefix("www.").split(".")[0]
        return StoreName(handle=handle), f"{handle}.myshopify.com"
    from shopinf.shopify.shop import resolve

    return typed, resolve(typed, desk.wire, desk.clock)


def _former(desk: Desk, typed: StoreName, host: str) -> Store | None:
    """The connection that this one renews, when the store is known by what was typed."""
    return next((s for s in desk.book.all() if s.domain == host or (typed.handle and s.answers_to(typed.handle))), None)


def _credentials(
    desk: Desk, typed: StoreName, host: str, former: Store | None, *, stdin: bool
) -> tuple[Credentials, str | None]:
    """The credentials, and the source that will go on serving them when that is not the keyring."""
    if stdin:
        given = read_lines(desk.setting.stdin)
        if not given.usable:
            raise CredentialsMissing(
                "Standard input gave neither ACCESS_TOKEN=… nor both API_KEY=… and API_SECRET_KEY=…",
                hint="One value a line, by these names.",
            )
        return given, None
    handles = [h for h in dict.fromkeys([host.removesuffix(".myshopify.com"), typed.handle]) if h]
    found = desk.vault.in_environment([*handles, *([former.handle, *former.aliases, former.name] if former else [])])
    if found:
        return found.credentials, found.source
    stem = variable_stem(handles[0])
    if not desk.out.attended:
        raise CredentialsMissing(
            f"There are no credentials for {handles[0]}, and nobody is here to type them",
            hint=f"Set {stem}_ACCESS_TOKEN (or {stem}_API_KEY and {stem}_API_SECRET_KEY), or use --stdin.",
        )
    desk.out.say("Three values from the store's app; leave the token empty for a Dev Dashboard app.")
    given = Credentials(*(Secret(desk.out.ask_hidden(FIELDS[field])) for field in FIELDS))
    if not given.usable:
        raise CredentialsMissing(
            "A connection needs the Admin API access token, or both the Client ID and the Client secret",
            hint="shopinf connect --guide explains where a store's owner finds them.",
        )
    return given, None


def _look(desk: Desk, asked: Store, credentials: Credentials) -> Look:
    """Look at the store with these credentials: token, shop, scopes, customers and orders. Nothing is saved yet."""
    shop = desk.client(asked, credentials)
    try:
        return look(shop, asked)
    except CredentialsRefused as refused:
        if guesses := misplaced(credentials):
            raise CredentialsRefused(
                f"{refused.message.rstrip('.')}; {'; '.join(guesses)}",
                hint="Connect again with each value in its own field; shopinf connect --guide shows where they are.",
            ) from None
        raise
    except NotFound as missing:
        if asked.url:
            raise
        raise NotFound(
            f"There is no shop at {asked.domain}",
            hint="Use the handle in the admin's address (admin.shopify.com/store/HANDLE) or the shop's own domain.",
        ) from missing
    finally:
        shop.close()


def _settled(
    desk: Desk, asked: Store, found: Look, typed: StoreName, *, group: str | None, read_only: bool, named: bool
) -> Store:
    """The store as it will be kept: its number decides whether it is one that is already known."""
    facts = found.facts
    known = desk.book.by_shop_id(facts.id)
    name = asked.name if named or known is None else known.name
    for other in desk.book.all():
        if other.shop_id != facts.id and other.answers_to(name):
            raise BadInput(
                f"{name} is already the name of {other.domain}, which is another shop",
                hint="Give this one a name of its own with --as NAME, or disconnect the other first.",
            )
    aliases = {*(known.aliases if known else ()), *([typed.handle] if typed.handle else [])}
    domain = facts.myshopify_domain or asked.domain
    if known:
        aliases.add(known.handle)
    return asked.with_(
        name=name,
        shop_id=facts.id,
        domain=domain,
        title=facts.name,
        storefront=facts.domain or domain,
        plan=facts.plan,
        currency=facts.currency,
        timezone=facts.iana_timezone,
        group=group if group is not None else known.group if known else None,
        read_only=read_only,
        disabled=False,
        aliases=tuple(sorted(aliases - {domain.removesuffix(".myshopify.com")})),
        scopes=tuple(sorted(found.scopes)),
        connected_at=desk.clock.now(),
    )


def _keep(desk: Desk, store: Store, credentials: Credentials, source: str | None) -> list[str]:
    """Keep the secret, then the store, then forget the former secret: a crash in between leaves what works."""
    notes: list[str] = []
    if source is None:
        desk.vault.keep(store, credentials)
        backend = desk.vault.backend()
        if backend.plain_text:
            notes.append(f"the keyring in use ({backend.name}) keeps secrets as plain text on this machine")
        if variables := desk.vault.overshadowing(store):
            notes.append(f"{', '.join(variables)} in the environment overshadows what was stored just now")
        try:
            former = desk.book.save(store)
        except ShopinfError:
            desk.vault.forget(store)  # the list does not know it, so nobody would ever find it again
            raise
        if former:
            _forget_former(desk, former)
    else:
        known = desk.book.by_shop_id(store.shop_id)
        desk.book.save(store.with_(connection=known.connection) if known else store)
        notes.append(f"the credentials stay in {source}; nothing was put into the keyring")
    return notes


def _forget_former(desk: Desk, former: Store) -> None:
    gone = desk.vault.forget(former)
    if gone.problem:
        desk.out.warn(f"The former credentials could not be removed from the keyring: {gone.problem}")


def _answer(store: Store, found: Look, notes: list[str]) -> Result:
    ready = found.ready(FEATURES, read_only=store.read_only)
    lines = [
        f"{r.feature.name} {'can only be read' if r.status == 'read_only' else 'is unavailable'}: "
        f"{', '.join(r.missing)} missing"
        for r in ready
        if r.missing and not good_enough(r, read_only=store.read_only)
    ]
    row = store_row(store)
    body: dict[str, Any] = {
        **row,
        "scopes": sorted(found.scopes),
        "features": [{"feature": r.feature.name, "status": r.status.value, "missing": list(r.missing)} for r in ready],
    }
    return Result("shopinf.store/1", STORE_COLUMNS, [row], body=body, notes=[*notes, *lines])


def store_row(store: Store) -> dict[str, Any]:
    """A connected store as rows and JSON show it."""
    return {
        "store": store.name,
        "shop_id": store.shop_id,
        "domain": store.domain,
        "name": store.title,
        "plan": store.plan,
        "currency": store.currency,
        "timezone": store.timezone,
        "auth": store.auth.value,
        "api_version": store.api_version,
        "group": store.group,
        "read_only": store.read_only,
    }


def _say_connected(desk: Desk, store: Store) -> None:
    desk.out.say(f"{store.name} ({store.title}) is connected.  Next: shopinf verify-scopes {store.name}")
