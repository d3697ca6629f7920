"""`shopinf livecapture uninstall`: remove the script tags that shopinf installed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import PartlyDone, ShopinfError
from shopinf.livecapture import ScriptTag
from shopinf.outcomes import Done
from shopinf.results import Failure, Result, columns
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns(order="store id src status", numbers="id")

Removed = tuple[list[dict[str, Any]], list[Failure]]


@app.command(
    "uninstall",
    asks=True,
    columns=COLUMNS,
    epilog=examples("livecapture uninstall --yes", "livecapture uninstall -s maya-shop --dry-run"),
)
def uninstall(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    src: Annotated[
        str | None, typer.Option("--src", help="Also the tags that load this script.", metavar="URL")
    ] = None,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Remove the script tags that shopinf installed; pixels and snippets go where they were pasted."""
    from shopinf.work.livecapture.tags import remove_tags, tags_to_remove

    chosen = desk.stores(stores)
    found = desk.each_store(chosen, lambda store: tags_to_remove(desk, store, src)).or_nothing()
    wanted = dict(found.done)
    count = sum(map(len, wanted.values()))
    if count and not dry_run:
        names = ", ".join(store.name for store, tags in found.done if tags)
        desk.out.confirm(f"Remove {counted(count, 'script tag')} from {names}?")

    def work(store: Store) -> Removed:
        if dry_run or not wanted[store]:
            return [_row(store, tag, "would be removed") for tag in wanted[store]], []
        return _told(store, remove_tags(desk, store, wanted[store]))

    def answer(done: Done[Removed], failures: Sequence[Failure]) -> Result:
        rows = [row for _, (mine, _) in done for row in mine]
        notes = [] if rows else ["no script tag of ours is there"]
        lost = [*failures, *(each for _, (_, mine) in done for each in mine)]
        return Result("shopinf.livecapture.uninstall/1", COLUMNS, rows, notes=notes, failures=lost)

    removed = desk.each_store(list(wanted), work).after(found).or_raise()
    whole = desk.deliver(removed, answer, form)
    desk.out.say("A pixel is removed under Settings > Customer events, a snippet in the theme's code.")
    if whole.failures:
        raise PartlyDone(
            f"{len(whole.failures)} could not be removed", hint="Run the same command again; the others are gone."
        )


def _told(store: Store, removed: Iterable[tuple[ScriptTag, ShopinfError | None]]) -> Removed:
    rows: list[dict[str, Any]] = []
    failures: list[Failure] = []
    for tag, error in removed:
        rows.append(_row(store, tag, "failed" if error else "removed"))
        if error:
            failures.append(Failure.of(error, store=store.name, what=f"script tag {tag.id}"))
    return rows, failures


def _row(store: Store, tag: ScriptTag, status: str) -> dict[str, Any]:
    return {"store": store.name, "id": tag.id, "src": tag.src, "status": status}
