"""What the ledger has: codes with their standing, and links to hand out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.discounts.plan import CodeRecord, Standing, standing
from shopinf.errors import BadInput
from shopinf.outcomes import Done, Outcomes
from shopinf.people.influencers import Influencer
from shopinf.results import Cell, Failure, Result, columns
from shopinf.work.discounts.codechoice import CodeChoice, choose_codes, people_of
from shopinf.work.discounts.coderows import CODE_COLUMNS, code_row

if TYPE_CHECKING:
    from shopinf.desk import ChosenForm, Desk
    from shopinf.stores import Store

LINK_COLUMNS = columns("store campaign influencer slot email code link status")
Rows = list[dict[str, Cell]]
SHOWN = ("active", "scheduled", "paused", "expired", "missing", "retired")


def read_standings(words: Collection[str]) -> set[Standing]:
    """Read `--status` options."""
    for word in words:
        if word.strip().lower() not in SHOWN:
            raise BadInput(f"There is no status {word!r}", hint=f"Choose of {', '.join(SHOWN)}.")
    return {Standing(word.strip().lower()) for word in words}


def list_codes(
    desk: Desk, stores: Sequence[Store], choice: CodeChoice, wanted: Collection[Standing], form: ChosenForm
) -> None:
    """Show the codes of *stores* as they stand now; codes that could not be made are left out."""

    def answer(done: Done[Rows], failures: Sequence[Failure]) -> Result:
        rows = [
            row
            for _, found in done
            for row in found
            if (row["status"] in wanted if wanted else row["status"] != Standing.FAILED)
        ]
        return Result("shopinf.discounts.list/1", CODE_COLUMNS, rows, failures=failures)

    if not desk.deliver(_found(desk, stores, choice), answer, form).rows:
        desk.out.say("No codes to show.  Next: shopinf discounts create --help")


def list_links(
    desk: Desk,
    stores: Sequence[Store],
    choice: CodeChoice,
    form: ChosenForm,
    *,
    redirect: str | None,
    utm: Mapping[str, str] | None,
    qr: Path | None,
) -> None:
    """Show an affiliate link for each code that can still work, and write QR codes of them where asked for."""
    gone = {Standing.FAILED, Standing.UNFINISHED, Standing.RETIRED, Standing.MISSING}

    def answer(done: Done[Rows], failures: Sequence[Failure]) -> Result:
        rows = [row for _, found in done for row in found if row["status"] not in gone]
        idle = Counter(str(row["status"]) for row in rows if row["status"] != Standing.ACTIVE)
        notes = [
            f"{count} of these codes are {status}: their links track nothing now." for status, count in idle.items()
        ]
        return Result("shopinf.discounts.links/1", LINK_COLUMNS, rows, notes=notes, failures=failures)

    whole = desk.deliver(_found(desk, stores, choice, redirect=redirect, utm=utm), answer, form)
    if qr is not None:
        _write_qr(desk, whole.rows, qr)


def _found(
    desk: Desk,
    stores: Sequence[Store],
    choice: CodeChoice,
    *,
    redirect: str | None = None,
    utm: Mapping[str, str] | None = None,
) -> Outcomes[Rows]:
    chosen, now = choose_codes(desk, stores, choice), desk.clock.now()

    def row(store: Store, record: CodeRecord, person: Influencer | None) -> dict[str, Cell]:
        status = str(standing(record, now))
        return code_row(store, record, person, status, error=record.error, redirect=redirect, utm=utm)

    found = []
    for store in stores:
        people = people_of(desk, chosen[store.name])
        found.append((store, [row(store, each, people.get(each.person)) for each in chosen[store.name]]))
    return Outcomes.of(found)


def _write_qr(desk: Desk, rows: Sequence[Mapping[str, Cell]], folder: Path) -> None:
    try:
        import segno
    except ImportError:
        raise BadInput("QR codes need the library segno", hint="pip install segno") from None
    folder.expanduser().mkdir(parents=True, exist_ok=True)
    several = len({row["store"] for row in rows}) > 1
    for row in rows:
        name = f"{row['store']}-{row['code']}" if several else str(row["code"])
        segno.make(str(row["link"]), error="m", micro=False).save(
            str(folder.expanduser() / f"{name}.svg"), scale=8, border=4
        )
    desk.out.say(f"{len(rows)} QR codes written to {folder}")
