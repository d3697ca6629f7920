"""The steps of `connect`: which shop is meant, its credentials, a live look, and what is kept in which order."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.credentials import FIELDS, in_wrong_field, misplaced, read_lines
from shopinf.errors import (
    BadInput,
    CredentialsMissing,
    CredentialsProblem,
    CredentialsRefused,
    KeyringProblem,
    NotFound,
)
from shopinf.loopback import is_loopback
from shopinf.shell import quoted
from shopinf.stores import HANDLE, Credentials, Secret, Store, StoreName, read_store_name, variable_stem
from shopinf.work.stores.looking import Look, look

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Target:
    """Which shop is meant: what was typed, the host of its Admin API, and the connection that is renewed."""

    typed: StoreName
    host: str
    url: str | None = None
    former: Store | None = None

    @property
    def handle(self) -> str:
        return self.host.removesuffix(".myshopify.com")


@dataclass(frozen=True)
class Given:
    """Credentials, and the source that will go on serving them when that is not the keyring."""

    credentials: Credentials
    source: str | None = None


# Which shop


def find_target(desk: Desk, text: str, url: str | None) -> Target:
    """The shop that *text* means: a connected store by its name, else by a handle, an address or its own domain."""
    address = practice_address(url) if url else None
    stores = desk.book.all()
    typed = read_store_name(text)
    if "." not in text and (known := next((s for s in stores if s.name.lower() == text.strip().lower()), None)):
        return Target(typed, known.domain, address or known.url, known)
    if typed.website and is_loopback(typed.website):
        raise BadInput(
            f"{text} is this machine, not the name of a store",
            hint=f"Give a practice store's address with --url: shopinf connect maya-shop --url {quoted(text)}",
        )
    if typed.handle is None and typed.website is None:
        raise BadInput(
            f"{text!r} is not a store",
            hint="Type it like mysuperstore, mysuperstore.myshopify.com or www.mysuperstore.com",
        )
    host = f"{typed.handle}.myshopify.com" if typed.handle else _resolved(desk, typed, address)
    former = next((s for s in stores if s.domain == host or (typed.handle and s.answers_to(typed.handle))), None)
    # A bare word means the practice store that it meant before; whoever types an address means that address.
    return Target(typed, host, address or (former.url if former and typed.looks_bare else None), former)


def practice_address(url: str) -> str:
    """`--url` as scheme, host and port; anything but this machine is refused, since credentials would go there."""
    import httpx

    text = url.strip()
    try:
        address = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL:
        raise BadInput(f"{url!r} is not an address", hint="Write it like --url http://127.0.0.1:8799") from None
    if address.scheme not in ("http", "https") or not is_loopback(address.host) or address.userinfo:
        raise BadInput(
            f"Credentials are not sent to {address.scheme}://{address.host}",
            hint="--url is for a practice store on this machine, like http://127.0.0.1:8799; a real store needs none.",
        )
    return str(address.copy_with(path="/", query=None, fragment=None)).rstrip("/")


def _resolved(desk: Desk, typed: StoreName, address: str | None) -> str:
    """The host of a shop that was typed by its own domain; a practice store may not know that domain."""
    from shopinf.shopify.resolve import resolve

    try:
        return resolve(typed, desk.wire, desk.clock, at=address)
    except NotFound:
        if address is None:
            raise
    label = re.sub(r"[^a-z0-9-]", "-", (typed.website or "").removeprefix("www.").split(".")[0]).strip("-")
    return f"{label or 'practice'}.myshopify.com"


# Its credentials


def read_credentials(desk: Desk, target: Target, name: str | None, *, stdin: bool) -> Given:
    """The three values, from standard input, the environment, credential files, or a person at hidden prompts."""
    if stdin:
        return Given(_from_stdin(desk))
    former = target.former
    handles = [target.handle, target.typed.handle or "", *([name.lower()] if name else [])]
    handles += [former.handle, *former.aliases, former.name.lower()] if former else []
    found = desk.vault.in_environment([handle for handle in dict.fromkeys(handles) if HANDLE.fullmatch(handle)])
    if found:
        return Given(found.credentials, found.source)
    stem = variable_stem(target.handle)
    ways_out = (
        f"Set {stem}_ACCESS_TOKEN (or {stem}_API_KEY and {stem}_API_SECRET_KEY), put files of these names in lower "
        "case into $CREDENTIALS_DIRECTORY, or give the values with --stdin."
    )
    if not desk.out.attended:
        raise CredentialsMissing(
            f"There are no credentials for {target.handle}, and nobody is here to type them", hint=ways_out
        )
    backend = desk.vault.backend()
    if not backend.usable:  # said before anybody types three values in vain
        raise KeyringProblem(
            f"{backend.problem or 'There is no keyring'}, so credentials typed here could not be kept",
            hint=f"{backend.way_out}; or {ways_out[0].lower()}{ways_out[1:]}" if backend.way_out else ways_out,
        )
    return Given(_from_a_person(desk, former))


def _from_stdin(desk: Desk) -> Credentials:
    stdin = desk.setting.stdin
    if stdin is None or stdin.isatty():
        raise BadInput(
            "--stdin reads the values from a pipe or a file, and nothing is connected to it",
            hint="shopinf connect STORE --stdin < credentials.txt, or without --stdin to type them unseen.",
        )
    given = read_lines(stdin)
    if not given.usable:
        raise CredentialsMissing(
            "Standard input gave neither ACCESS_TOKEN=… nor both API_KEY=… and API_SECRET_KEY=…",
            hint="Give one value a line, by these names.",
        )
    return given


def _from_a_person(desk: Desk, former: Store | None) -> Credentials:
    kept: Credentials | None = None
    if former:
        with suppress(CredentialsProblem):
            kept = desk.vault.find(former).credentials
    desk.out.say(
        "Three values from the store's app, none of them shown; leave the token empty for a Dev Dashboard app."
        + (" Leave all three empty to go on with those in the keyring." if kept else "")
    )
    answers = {field: desk.out.ask_hidden(name) for field, name in FIELDS.items()}
    given = Credentials(**{field: Secret(answer) for field, answer in answers.items() if answer})
    if given.empty and kept:
        return kept
    if not given.usable:
        raise CredentialsMissing(
            "A connection needs the Admin API access token, or both the API key and the API secret key",
            hint="shopinf connect --guide explains where a store's owner finds them.",
        )
    return given


# A live look


def look_live(desk: Desk, asked: Store, credentials: Credentials) -> Look:
    """Look at the store with these credentials; a refusal names the value that looks wrong. Nothing is saved yet."""
    shop = desk.client(asked, credentials)
    try:
        found = look(shop, asked)
    except CredentialsRefused as refused:
        if guesses := misplaced(credentials):
            raise CredentialsRefused(
                f"{refused.message.rstrip('.')}; {'; '.join(guesses)}",
                hint="Connect again with each value in its own field; shopinf connect --guide shows where they are.",
            ) from None
        raise
    except NotFound as missing:
        raise _no_shop(asked) from missing
    finally:
        shop.close()
    for guess in in_wrong_field(credentials):
        found.notes.append(f"the store was reached, but {guess}")
    return found


def _no_shop(asked: Store) -> NotFound:
    if asked.url:
        return NotFound(
            f"Nothing at {asked.url} answers as the shop {asked.handle}",
            hint="Look at what `shopinf practice` printed, and give its address with --url.",
        )
    return NotFound(
        f"There is no shop at {asked.domain}",
        hint="Give the HANDLE in the address of its admin, admin.shopify.com/store/HANDLE, or the shop's own domain: "
        f"shopinf connect www.{asked.handle}.com",
    )


# What is kept


def settled(
    desk: Desk, asked: Store, found: Look, target: Target, *, named: bool, group: str | None, read_only: bool
) -> Store:
    """The store as it will be kept: its number decides whether it is one that is known already."""
    facts = found.facts
    domain = (facts.myshopify_domain or asked.domain).lower()
    known = desk.book.by_shop_id(facts.id)
    name = asked.name if named else known.name if known else target.typed.handle or domain.split(".")[0]
    others = [other for other in desk.book.all() if other.shop_id != facts.id]
    meant = target.former if not named and target.former in others else None
    if clash := meant or next((other for other in others if other.answers_to(name)), None):
        raise BadInput(
            f"These credentials open {facts.name} ({domain}, shop number {facts.id}), but {clash.name} is already the "
            f"name of {clash.domain}, which is another shop (number {clash.shop_id})",
            hint=f"Give those of {clash.domain}; or give this one a name of its own with --as NAME, or disconnect the "
            f"other first: shopinf disconnect {quoted(clash.name)}",
        )
    aliases = {target.handle, target.typed.handle, *((known.handle, *known.aliases) if known else ())}
    group = known.group if group is None and known else (group or "").strip() or None
    # An import brings the colleague's choice along; a store connected here is made writable by connecting it again.
    read_only = read_only or bool(known and known.read_only and known.connected_at is None)
    return asked.with_(
        name=name,
        shop_id=facts.id,
        domain=domain,
        title=facts.name,
        storefront=facts.domain or domain,
        plan=facts.plan,
        currency=facts.currency,
        timezone=facts.iana_timezone,
        group=group,
        read_only=read_only,
        disabled=False,
        aliases=tuple(sorted({alias for alias in aliases if alias} - {domain.removesuffix(".myshopify.com")})),
        scopes=tuple(sorted(found.scopes)),
        connected_at=desk.clock.now(),
    )


def keep(desk: Desk, store: Store, given: Given) -> list[str]:
    """Keep the secret, then the store, then forget the former secret: a crash in between leaves what works."""
    if given.source is not None:
        known = desk.book.by_shop_id(store.shop_id)
        # With the former connection's id, so that a secret in the keyring is found again when it is disconnected.
        same_place = known is not None and known.domain == store.domain
        former = desk.book.save(store.with_(connection=known.connection) if known and same_place else store)
        if former and not same_place:
            _forget_former(desk, former)
        return [f"the credentials are read from {given.source}; nothing was put into the keyring"]
    desk.vault.keep(store, given.credentials)
    try:
        former = desk.book.save(store)
    except BaseException:
        desk.vault.forget(store)  # the list does not know it, so nobody would ever find it again
        raise
    if former:
        _forget_former(desk, former)
    notes: list[str] = []
    backend = desk.vault.backend()
    if backend.plain_text:
        notes.append(f"the keyring in use ({backend.name}) keeps secrets as plain text on this machine")
    if variables := desk.vault.overshadowing(store):
        notes.append(
            f"{', '.join(variables)} overshadows what was stored just now: the environment is used as long as it is set"
        )
    return notes


def _forget_former(desk: Desk, former: Store) -> None:
    gone = desk.vault.forget(former)
    if gone.problem:
        desk.out.warn(f"The former credentials could not be removed from the keyring: {gone.problem}")
