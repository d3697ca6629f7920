"""`shopinf connect`: take a store's credentials, check everything live, then keep them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.keeping import kept_notes
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.papers import LanguageOption
from shopinf.commands.stores.credentials import Given, read_credentials
from shopinf.commands.stores.guide import GUIDE_HELP, write_guide
from shopinf.commands.stores.look import Look, first_look
from shopinf.commands.stores.rows import feature_rows, store_row
from shopinf.commands.stores.target import Target, find_target, settled
from shopinf.credentials import check_sendable
from shopinf.errors import BadInput
from shopinf.local.storebook import check_name
from shopinf.results import Result, columns
from shopinf.scopes import FEATURES, Readiness, good_enough
from shopinf.shell import quoted
from shopinf.stores import API_VERSION, Store
from shopinf.words import agreeing
from shopinf.work.stores.keep import keep, keep_served

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun()

COLUMNS = columns(
    order="store shop_id domain name plan currency timezone auth api_version group read_only", numbers="shop_id"
)


@app.command(
    "connect",
    columns=COLUMNS,
    attended=True,
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
            metavar="STORE", help="Handle, myshopify domain, admin URL or own domain; with --guide, a file."
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
    language: LanguageOption = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Connect a store, or give it new credentials.

    Everything is checked live before anything is kept: token, shop, scopes, customers and orders.

    Asks for the three values by Shopify's own names, unless they come with --stdin or from the environment
    (SHOPINF_<HANDLE>_ACCESS_TOKEN, …_API_KEY, …_API_SECRET_KEY). Without a token the client credentials grant is used.
    """
    if guide:
        write_guide(desk, Path(store) if store else form.output, language)
        return
    if language is not None:
        raise BadInput("--language is for the page that --guide writes", hint="shopinf connect --guide guide.html")
    if store is None:
        raise BadInput("Name the store to connect", hint="shopinf connect mysuperstore")
    if name is not None:
        check_name(name)
    version = _version(api_version)
    target = find_target(desk, store, url)
    given = read_credentials(desk, target, name, stdin=stdin)
    check_sendable(given.credentials)
    asked = _asked(desk, target, given, name, version)
    found = first_look(desk, asked, given.credentials)
    connected = settled(desk, asked, found, target, named=name is not None, group=group, read_only=read_only)
    as_before = [f"calls go to {target.url}, as before"] if target.url and not url else []
    notes = [*as_before, *found.notes, *_kept(desk, connected, given)]
    desk.show(_answer(connected, found, notes), form)
    following = f"shopinf verify-scopes {quoted(connected.name)}"
    desk.out.say(f"{connected.name} ({connected.title}) is connected.  Next: {following}")


def _version(text: str | None) -> str | None:
    if text is not None and not API_VERSION.fullmatch(text):
        raise BadInput(f"{text!r} is not an API version", hint="Write it like --api-version 2026-07")
    return text


def _asked(desk: Desk, target: Target, given: Given, name: str | None, version: str | None) -> Store:
    """The store as it is to be connected; what was not said is as it was before, and its number is not known yet."""
    former = target.former
    return Store(
        name=name or (former.name if former else target.typed.handle or target.handle),
        shop_id=0,
        domain=target.host,
        connection=secrets.token_hex(4),
        auth=given.credentials.auth,
        url=target.url,
        api_version=version or (former.api_version if former else desk.config.api_version),
    )


def _kept(desk: Desk, store: Store, given: Given) -> list[str]:
    """Keep the connection; returns what a person should know of where its credentials are."""
    if given.source is not None:
        problem = keep_served(desk, store)
        notes = [f"the credentials are read from {given.source}; nothing was put into the keyring"]
    else:
        problem = keep(desk, store, given.credentials)
        notes = [*kept_notes(desk, desk.vault.overshadowing(store))]
    if problem:
        desk.out.warn(f"The former credentials could not be removed from the keyring: {problem}")
    return notes


def _answer(store: Store, found: Look, notes: list[str]) -> Result:
    ready = found.ready(FEATURES, read_only=store.read_only)
    lacking = [_lack(r) for r in ready if r.missing and not good_enough(r, read_only=store.read_only)]
    row = store_row(store)
    body = {**row, "scopes": sorted(found.scopes), "features": feature_rows(ready)}
    return Result("shopinf.store/1", COLUMNS, [row], body=body, notes=[*notes, *lacking], card=True)


def _lack(ready: Readiness) -> str:
    what = "can only be read" if ready.status == "read_only" else "is unavailable"
    verb = agreeing(len(ready.missing), "is", "are")
    return f"{ready.feature.name} {what}: {', '.join(ready.missing)} {verb} not granted"
