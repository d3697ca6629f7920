"""A code as operators see it: one flat row shape for all commands that answer with codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

from shopinf.commands.discounts.choice import CodeChoice, choose_codes, people_of
from shopinf.commands.discounts.combination import unmet
from shopinf.discounts.links import link_of
from shopinf.discounts.records import CodeRecord, standing
from shopinf.discounts.terms import Terms
from shopinf.outcomes import Outcomes
from shopinf.people.influencers import Influencer
from shopinf.results import Cell, Column, Failure, Result, columns
from shopinf.times import in_zone

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


def _columns(shown: str) -> list[Column]:
    return columns(
        "store campaign influencer slot email first_name code link value_type combines_with commission status error",
        numbers="value price_rule_id discount_code_id",
        times="starts_at ends_at",
        order="store campaign influencer slot email first_name code link value_type value combines_with commission "
        "starts_at ends_at status error price_rule_id discount_code_id",
        shown=shown,
    )


CODE_COLUMNS = _columns("code influencer status link value combines_with commission error")
LIST_COLUMNS = _columns("code influencer status link value combines_with commission ends_at")
SCHEMA = "shopinf.codes/1"


@dataclass(frozen=True, slots=True)
class Summary:
    """How many codes were asked for, and what came of them."""

    asked: int = 0
    created: int = 0
    updated: int = 0
    existing: int = 0
    failed: int = 0

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Cell]]) -> Summary:
        """What the rows say of themselves."""
        count = Counter(str(row["status"]) for row in rows)
        return cls(len(rows), count["created"], count["updated"], count["exists"], count["failed"])

    def __add__(self, other: Summary) -> Summary:
        return Summary(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def facts(self) -> dict[str, int]:
        return asdict(self)


def code_row(
    store: Store,
    record: CodeRecord,
    person: Influencer | None,
    status: str,
    *,
    error: str | None = None,
    redirect: str | None = None,
    utm: Mapping[str, str] | None = None,
) -> dict[str, Cell]:
    """The row of a code that the ledger has; *redirect* and *utm* stand in for its own."""
    terms = record.rule.terms if record.rule.known else None
    row = bare_row(store, record.campaign, person, record.slot, record.code, terms, status, error)
    return row | {
        "link": link_of(store, record.code, person, record.campaign, redirect or record.redirect, utm or record.utm),
        "combines_with": record.rule.combining.shown if record.rule.known else None,
        "commission": record.commission,
        "price_rule_id": record.rule.price_rule_id,
        "discount_code_id": record.discount_code_id,
    }


def bare_row(
    store: Store,
    campaign: str,
    person: Influencer | None,
    slot: str,
    code: str,
    terms: Terms | None,
    status: str,
    error: str | None = None,
) -> dict[str, Cell]:
    """The row of a code that is not there, or not yet."""
    return {
        "store": store.name,
        "campaign": campaign,
        "influencer": person.influencer if person else None,
        "slot": slot or None,
        "email": person.email if person else None,
        "first_name": person.first_name if person else None,
        "code": code or None,
        "link": None,
        "value_type": str(terms.kind) if terms else None,
        "value": terms.money(store.currency) if terms else None,
        "combines_with": None,
        "commission": None,
        "starts_at": in_zone(terms.starts, store.zone) if terms and terms.starts else None,
        "ends_at": in_zone(terms.ends, store.zone) if terms and terms.ends else None,
        "status": status,
        "error": error,
        "price_rule_id": None,
        "discount_code_id": None,
    }


def found_rows(
    desk: Desk,
    stores: Sequence[Store],
    choice: CodeChoice,
    *,
    redirect: str | None = None,
    utm: Mapping[str, str] | None = None,
) -> Outcomes[list[dict[str, Cell]]]:
    """The codes chosen in each of *stores*, as they stand now by the ledger."""
    chosen, now = choose_codes(desk, stores, choice), desk.clock.now()

    def row(store: Store, record: CodeRecord, person: Influencer | None) -> dict[str, Cell]:
        status = str(standing(record, now))
        error = record.error or unmet(record, {})
        return code_row(store, record, person, status, error=error, redirect=redirect, utm=utm)

    found = []
    for store in stores:
        people = people_of(desk, chosen[store.name])
        found.append((store, [row(store, each, people.get(each.person)) for each in chosen[store.name]]))
    return Outcomes.of(found)


def one_code(desk: Desk, store: Store, record: CodeRecord, verb: str) -> Result:
    """The answer of a command about one code, as it is now."""
    [now] = desk.ledger.codes.by_ids([record.id])
    person = desk.ledger.people.by_id([now.person]).get(now.person)
    row = code_row(store, now, person, str(standing(now, desk.clock.now())))
    return Result(f"shopinf.discounts.{verb}/1", CODE_COLUMNS, [row])


def codes_result(
    rows: list[dict[str, Cell]],
    summary: Summary,
    *,
    notes: Iterable[str] = (),
    said: Iterable[str] = (),
    failures: Iterable[Failure] = (),
    more: Mapping[str, Any] | None = None,
) -> Result:
    """The answer of a command about codes; *said* has notes that the person has read already."""
    listed = [{column.key: row.get(column.key) for column in CODE_COLUMNS} for row in rows]
    body = {"codes": listed, "summary": summary.facts(), **(more or {})}
    return Result(SCHEMA, CODE_COLUMNS, rows, body=body, notes=list(notes), failures=list(failures), said=list(said))
