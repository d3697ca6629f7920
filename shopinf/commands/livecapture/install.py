"""`shopinf livecapture install`: a script tag where Shopify still makes one, and files to paste where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from shopinf.capture import files
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.console.files import check_place
from shopinf.errors import BadInput, MachineProblem, ScopeMissing, StoreReadOnly
from shopinf.livecapture import (
    PORT,
    REFUSED,
    TAGS_END,
    Capture,
    Method,
    ScriptTag,
    read_endpoint,
    read_src,
    script_src,
)
from shopinf.local.disk import write_atomically
from shopinf.loopback import is_loopback
from shopinf.outcomes import Done
from shopinf.results import Failure, Result, columns
from shopinf.scopes import expand
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

_ADMIN = "https://admin.shopify.com/store"


COLUMNS = columns(order="store method status src id file paste_at ends_at", numbers="id")


@dataclass(frozen=True)
class Wish:
    """What is to be loaded into a storefront, and how it gets there."""

    src: Annotated[str | None, typer.Option("--src", help="Another party's script instead of ours.", metavar="URL")] = (
        None
    )
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="Your collector's public address.", metavar="URL")
    ] = None
    method: Annotated[Method, typer.Option("--method", help="How it gets onto the storefront.")] = Method.AUTO
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the files to paste.", metavar="DIR", file_okay=False)
    ] = Path("shopinf-livecapture")
    dry_run: DryRunOption = False

    def __post_init__(self) -> None:
        if self.src and self.endpoint:
            raise BadInput("Only one of --src and --endpoint can be given", hint="--endpoint is for our own script.")

    def read(self) -> Wish:
        """The same with its addresses read."""
        src, endpoint = self.src and read_src(self.src), self.endpoint and read_endpoint(self.endpoint)
        return replace(self, src=src or None, endpoint=endpoint or None)


@dataclass
class Installed:
    """What was done for one store, as rows, with what is to be said of it."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@app.command(
    "install",
    columns=COLUMNS,
    epilog=examples(
        "livecapture install --endpoint https://capture.example.com",
        "livecapture install --src https://cdn.example.com/capture.js --method snippet --out ./client",
    ),
)
def install(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    wish: Wish = Wish(),
    form: FormChoice = FormChoice(),
) -> None:
    """Put a capture on the storefront, or hand over what has to be pasted.

    Shopify has refused new script tags since 2026-10-01 and stops loading existing ones on 2027-03-01, so a custom
    pixel and a theme snippet are written, ready to paste. Nothing is collected before a visitor consents.
    """
    read = wish.read()
    outcomes = desk.each_store(desk.stores(stores), lambda store: _installed(desk, store, read)).or_nothing()
    desk.deliver(outcomes, _answer, form)
    outcomes.settle()


def _answer(done: Done[Installed], failures: Sequence[Failure]) -> Result:
    rows = [row for _, each in done for row in each.rows]
    notes = list(dict.fromkeys(note for _, each in done for note in each.notes))
    return Result("shopinf.livecapture.install/1", COLUMNS, rows, notes=notes, failures=failures)


def _installed(desk: Desk, store: Store, wish: Wish) -> Installed:
    capture = _capture(desk, store, wish)
    src = wish.src or script_src(capture.endpoint or "", capture.key)
    done = Installed()
    if wish.method in (Method.AUTO, Method.SCRIPT_TAG):
        _tag(desk, store, src, wish, done)
    if wish.method is not Method.SCRIPT_TAG:
        _hand_over(store, capture, wish, done)
        _say_next(store, capture, wish, done)
    return done


def _capture(desk: Desk, store: Store, wish: Wish) -> Capture:
    """The store's capture with its public key; a dry run makes none."""
    known = desk.ledger.leads.capture(store.shop_id)
    endpoint = None if wish.src else wish.endpoint or (known and known.endpoint) or _own_machine(store)
    if not (endpoint or wish.src):
        raise BadInput(
            f"Nothing says where the storefront of {store.name} should send what it captures",
            hint="Give your collector's public address with --endpoint https://capture.example.com (where shopinf "
            "livecapture serve answers), or a script with --src; shopinf livecapture run needs neither.",
        )
    if wish.dry_run:
        return Capture(store.shop_id, known.key if known else "KEY", endpoint)
    return desk.ledger.leads.open(store.shop_id, endpoint)


def _own_machine(store: Store) -> str | None:
    """A practice store's visitors are on this machine, and so may its collector be."""
    return f"http://127.0.0.1:{PORT}" if store.url and is_loopback(urlsplit(store.url).hostname or "") else None


# the tag


def _tag(desk: Desk, store: Store, src: str, wish: Wish, done: Installed) -> None:
    from shopinf.shopify.scripttags import script_tags

    demanded = wish.method is Method.SCRIPT_TAG
    reason = _why_not(desk, store, demanded=demanded)
    if reason:
        done.notes.append(f"{store.name}: no script tag was asked for: {reason}")
        return
    known = next((tag for tag in script_tags(desk.shop(store)) if tag.src == src), None)
    if known:
        if not wish.dry_run:
            desk.ledger.leads.intend(store.shop_id, src)
        done.rows.append(_tag_row(store, src, "exists", known))
        done.notes.append(_lasts(store))
    elif wish.dry_run:
        done.rows.append(_tag_row(store, src, "would be asked for", None))
        done.notes.append(f"{REFUSED}; {store.name} would be asked all the same")
    else:
        _create(desk, store, src, done, demanded=demanded)


def _why_not(desk: Desk, store: Store, *, demanded: bool) -> str | None:
    """Why no tag can be asked for; raised where one was demanded."""
    from shopinf.shopify.shop import granted_scopes

    if store.read_only:
        if demanded:
            raise StoreReadOnly(
                f"{store.name} is connected read-only, so nothing is written to it",
                hint=f"shopinf livecapture install --method pixel -s {quoted(store.name)} writes files only.",
            )
        return "the store is connected read-only"
    if "write_script_tags" in expand(granted_scopes(desk.shop(store))):
        return None
    if demanded:
        raise ScopeMissing(
            f"{store.name} has not granted write_script_tags, and it would not help: {REFUSED}",
            scope="write_script_tags",
            hint=f"shopinf livecapture install --method pixel -s {quoted(store.name)}",
        )
    return f"write_script_tags is not granted, and it would not help: {REFUSED}"


def _create(desk: Desk, store: Store, src: str, done: Installed, *, demanded: bool) -> None:
    from shopinf.shopify.scripttags import TagsClosed
    from shopinf.work.livecapture.tags import ask_for_tag

    try:
        made = ask_for_tag(desk, store, src)
    except TagsClosed as closed:
        if demanded:
            raise
        done.rows.append(_tag_row(store, src, "refused", None))
        done.notes.append(f"{store.name}: {closed.message}")
        return
    done.rows.append(_tag_row(store, src, "created", made))
    done.notes.append(_lasts(store))


def _lasts(store: Store) -> str:
    return (
        f"{store.name}: the script tag works until {TAGS_END}, when Shopify stops loading script tags; paste the pixel "
        "before then, and remove the tag with shopinf livecapture uninstall"
    )


def _tag_row(store: Store, src: str, status: str, tag: ScriptTag | None) -> dict[str, Any]:
    ends = tag.ends.isoformat() if tag else None
    return _row(store, Method.SCRIPT_TAG, status, src=src, id=tag and tag.id, ends_at=ends)


# the files


def _hand_over(store: Store, capture: Capture, wish: Wish, done: Installed) -> None:
    handle = store.handle
    texts: dict[Method, tuple[str, str, str]] = {}
    if wish.method in (Method.AUTO, Method.PIXEL):
        text = files.loading_pixel(wish.src) if wish.src else files.pixel(capture.endpoint or "", capture.key)
        texts[Method.PIXEL] = (f"{handle}-pixel.js", text, f"{_ADMIN}/{handle}/settings/customer_events")
    if wish.method in (Method.AUTO, Method.SNIPPET):
        text = files.foreign_snippet(wish.src) if wish.src else files.snippet(capture.endpoint or "", capture.key)
        texts[Method.SNIPPET] = (f"{handle}-snippet.liquid", text, f"{_ADMIN}/{handle}/themes")
    for method, (name, text, where) in texts.items():
        file = wish.out / name
        if not wish.dry_run:
            _write(file, text)
        status = "would be written" if wish.dry_run else "ready to paste"
        done.rows.append(_row(store, method, status, file=str(file), paste_at=where))


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineProblem(
            f"{file.parent} cannot be made: {error.strerror}", hint="Choose another folder with --out."
        ) from None
    check_place(file, option="--out")
    write_atomically(file, [text.encode()])


def _say_next(store: Store, capture: Capture, wish: Wish, done: Installed) -> None:
    pasted = {row["method"]: row["file"] for row in done.rows if row["file"] and not wish.dry_run}
    if Method.PIXEL in pasted:
        done.notes.append(
            f"{store.name}: paste {pasted[Method.PIXEL]} at {_ADMIN}/{store.handle}/settings/customer_events (Add "
            "custom pixel; Permission: Required, Marketing and Analytics), save and connect it"
        )
    if Method.SNIPPET in pasted:
        other = "or " if Method.PIXEL in pasted else ""
        done.notes.append(
            f"{store.name}: {other}paste {pasted[Method.SNIPPET]} into the theme at {_ADMIN}/{store.handle}/themes "
            "(Edit code, layout/theme.liquid, above </head>)"
        )
    if wish.src:
        done.notes.append(
            "whether that script waits for the visitor's consent is up to its maker; in a pixel it runs in a sandbox "
            "and sees no forms of the page"
        )
    elif is_loopback(urlsplit(capture.endpoint or "").hostname or ""):
        done.notes.append(
            f"events go to {capture.endpoint}, which only browsers on this machine reach; give your collector's public "
            "address with --endpoint before real visitors come"
        )


def _row(store: Store, method: Method, status: str, **more: Any) -> dict[str, Any]:
    empty: Mapping[str, Any] = dict.fromkeys(("src", "id", "file", "paste_at", "ends_at"))
    return {"store": store.name, "method": method.value, "status": status, **empty, **more}
