"""Shopify's second door, for what REST has no words for: a query out, its answer in as a model, refusals in our words.

The door is the same store's: host, token, patience and masking are REST's (`Shop`). It has a rate limit of its own, in
points. An answer is 200 whatever happened: `errors` says what of it failed, `data` what is there all the same
(https://shopify.dev/docs/api/admin-graphql#status_and_error_codes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import httpx
from pydantic import BeforeValidator, Field, ValidationError

from shopinf.errors import LostResponse, NoAnswer, NoSuchThing, RequestRejected, ShopinfError
from shopinf.network.patience import TRIES
from shopinf.shell import quoted
from shopinf.shopify.client import Shop
from shopinf.shopify.graphproblems import Complaint, TooMuch, UserComplaint, refusal, user_refusal
from shopinf.shopify.points import Cost
from shopinf.shopify.problems import broken_answer
from shopinf.shopify.records import Facts
from shopinf.shopify.values import parsed

VERSION = "2026-10"  # the oldest whose schema has all that is asked; a store set to a newer one is asked in that
MOST_IDS = 250  # in one list
MOST_POINTS = 1000.0  # for one query

Model = TypeVar("Model", bound=Facts)
Payload = TypeVar("Payload", bound="Written")


@dataclass(frozen=True, slots=True)
class Query(Generic[Model]):
    """A question or a change, beside the model of its answer.

    *cost* is what it may cost in points, *each* what every id in a list adds: enough to wait for the first one's turn;
    afterwards what the store charged counts. *doing* says what for, as it stands in a refusal.
    """

    name: str
    text: str
    answer: type[Model]
    doing: str
    feature: str
    cost: float = 10.0
    each: float = 0.0
    writes: bool = False


class Written(Facts):
    """What a mutation answers: `userErrors` where the store's rules do not allow it."""

    complaints: Annotated[list[UserComplaint], BeforeValidator(lambda found: found or [])] = Field(
        default_factory=list, alias="userErrors"
    )


class _Throttle(Facts):
    maximumAvailable: float = 0.0
    currentlyAvailable: float = 0.0
    restoreRate: float = 0.0


class _Cost(Facts):
    requestedQueryCost: float | None = None
    actualQueryCost: float | None = None
    throttleStatus: _Throttle | None = None


class _Extensions(Facts):
    cost: _Cost | None = None


class _Envelope(Facts):
    data: Any = None
    errors: Annotated[list[Complaint], BeforeValidator(lambda found: found or [])] = Field(default_factory=list)
    extensions: _Extensions | None = None

    def cost(self) -> Cost | None:
        """What the answer says of points; None where it says nothing that can be used."""
        cost = self.extensions.cost if self.extensions else None
        throttle = cost.throttleStatus if cost else None
        if cost is None or throttle is None or throttle.maximumAvailable <= 0 or throttle.restoreRate <= 0:
            return None
        asked = cost.requestedQueryCost or cost.actualQueryCost or 0.0
        return Cost(asked, throttle.maximumAvailable, throttle.currentlyAvailable, throttle.restoreRate)


def ask(shop: Shop, query: Query[Model], /, **variables: Any) -> Model:
    """The answer to *query*.

    It waits for its points. What only asks is asked again where the store stumbled; a change whose answer is lost
    raises `LostResponse`, and whoever made it looks. Where a part of an answer failed, the rest is given and a note
    says what is missing.
    """
    body = {"query": query.text, "variables": variables, "operationName": query.name}
    declared = query.cost + query.each * sum(len(each) for each in variables.values() if isinstance(each, list))
    for attempt in range(1, TRIES + 1):
        response, answer = _exchange(shop, query, body, declared, last=attempt == TRIES)
        codes = {each.code for each in answer.errors}
        cost = answer.cost()
        if "THROTTLED" in codes and cost is not None and cost.asked > cost.size:
            raise TooMuch(  # it would never fit
                f"{shop.access.name} finds one request for {query.doing} too much: {cost.asked:.0f} points of "
                f"{cost.size:.0f}",
                hint="Choose fewer codes at a time.",
            )
        if attempt < TRIES and ("THROTTLED" in codes or (answer.broke and not query.writes)):
            if answer.broke:
                shop.clock.wait(0.5 * 2 ** (attempt - 1))
            continue
        break
    return _read(shop, query, response, answer)


def change(shop: Shop, query: Query[Model], payload: Callable[[Model], Written | None], /, **variables: Any) -> None:
    """Have *query* make its change; what the store's rules do not allow is raised in our words.

    *payload* finds the mutation's own answer; where there is none, it is not known what became of the change.
    """
    written = payload(ask(shop, query, **variables))
    if written is None:
        raise _lost(shop)
    if written.complaints:
        raise user_refusal(written.complaints, shop.access.name, query.doing)


def in_parts(ids: Sequence[str], size: int, once: Callable[[list[str]], Model]) -> Iterator[Model]:
    """The answers for *ids*, so many at a time; where a store finds that too much, in halves."""
    for start in range(0, len(ids), size):
        yield from _halved(list(ids[start : start + size]), once)


def _halved(ids: list[str], once: Callable[[list[str]], Model]) -> Iterator[Model]:
    try:
        yield once(ids)
    except TooMuch:
        if len(ids) < 2:
            raise
        middle = len(ids) // 2
        yield from _halved(ids[:middle], once)
        yield from _halved(ids[middle:], once)


class _Answer(_Envelope):
    """An answer that was read."""

    @property
    def broke(self) -> bool:
        """Did the store itself stumble?"""
        return any(each.code == "INTERNAL_SERVER_ERROR" for each in self.errors)


def _exchange(
    shop: Shop, query: Query[Any], body: Mapping[str, Any], declared: float, *, last: bool
) -> tuple[httpx.Response, _Answer]:
    """One request and its answer, told to the bucket."""
    points = shop.points
    ticket = points.acquire(points.price(query.name, declared))
    told = False
    try:
        path = f"/admin/api/{max(shop.access.api_version, VERSION)}/graphql.json"
        try:
            response = shop.graphql(path, body, name=query.name, writes=query.writes)
        except NoSuchThing as error:
            raise RequestRejected(
                f"{shop.access.name} has no GraphQL for us, which {query.doing} needs",
                hint=f"shopinf connect {quoted(shop.access.name)} --api-version chooses another version.",
            ) from error
        answer = _envelope(shop, response)
        if answer is None and not last and not query.writes:
            answer = _Answer(errors=[Complaint(message="", extensions={"code": "INTERNAL_SERVER_ERROR"})])
        if answer is None:
            raise _lost(shop) if query.writes else broken_answer(response, shop.access.name)
        cost = answer.cost()
        if any(each.code == "THROTTLED" for each in answer.errors):
            points.throttled(ticket, cost)
            told = True
        elif cost is not None:
            points.seen(ticket, cost, name=query.name, declared=declared)
            told = True
    except BaseException:
        points.unseen(ticket, answered=False)
        raise
    if not told:
        points.unseen(ticket, answered=True)
    return response, answer


def _envelope(shop: Shop, response: httpx.Response) -> _Answer | None:
    """The answer as it was meant; None where it is no answer of GraphQL's at all."""
    try:
        raw = parsed(response.content)
        if not isinstance(raw, dict) or not raw.keys() & {"data", "errors"}:
            return None
        if isinstance(raw.get("errors"), str):  # as REST says it
            raw["errors"] = [{"message": raw["errors"]}]
        return _Answer.model_validate(raw)
    except (ValueError, ValidationError):
        return None


def _read(shop: Shop, query: Query[Model], response: httpx.Response, answer: _Answer) -> Model:
    data = answer.data if isinstance(answer.data, dict) else {}
    served = any(value is not None for value in data.values())
    if answer.errors and not served:
        raise refusal(answer.errors, response, shop.access.name, query.doing, query.feature, writes=query.writes)
    for each in answer.errors:
        problem = refusal([each], response, shop.access.name, query.doing, query.feature, writes=False)
        shop.notes.once(problem.message, problem.message)
    try:
        return query.answer.model_validate(data)
    except ValidationError:
        raise _unreadable(shop, query, response) from None


def _unreadable(shop: Shop, query: Query[Any], response: httpx.Response) -> ShopinfError:
    return _lost(shop) if query.writes else broken_answer(response, shop.access.name)


def _lost(shop: Shop) -> NoAnswer:
    return LostResponse(
        f"{shop.access.name} took a change, but its answer cannot be read",
        hint="Run the same command again: it looks at the store first and makes only what is missing.",
    )
