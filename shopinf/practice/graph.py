"""The GraphQL Admin API of a practice store: a few types in words of its own, with their costs and refusals.

The parts below bring the words and the answers. The library that reads queries is loaded at the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import graph_discounts, graph_drafts, graph_visits
from .points import MOST, PointsBucket

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode

    from .sitewide import Sitewide
    from .store import PracticeStore

Json = dict[str, Any]
PARTS = (graph_discounts, graph_drafts, graph_visits)
WORDS = """
schema { query: QueryRoot mutation: Mutation }
interface Node { id: ID! }
interface DisplayableError { field: [String!] message: String! }
type UserError implements DisplayableError { field: [String!] message: String! }
scalar DateTime
scalar Decimal
scalar Money
type QueryRoot { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! }
type Mutation { _nothing: Boolean }
"""
LONGEST_LIST = 250
MUTATION = 10.0


@dataclass
class Graph:
    """What a store knows of its GraphQL door, and what goes wrong there on purpose.

    * ``lag``: seconds until what was changed is read back
    * ``several_order_discounts``: whether the plan lets discounts on the whole order combine with each other
    * ``shift``: how far the ids of discounts are from those of price rules
    * ``sorts``: discounts that are of another type (DiscountCodeApp, DiscountCodeBxgy), by rule
    * ``journey_lag``: seconds until the visits before an order are told
    * ``surcharge``: what drafts cost too much; ``sitewide``: the discount that everybody has without a code

    :meth:`fail` has the next requests fail with a code.
    """

    points: PointsBucket
    lag: float = 0.0
    journey_lag: float = 0.0
    several_order_discounts: bool = True
    shift: int = 0
    surcharge: str = "0.00"
    sitewide: Sitewide | None = None
    sorts: dict[int, str] = field(default_factory=dict)
    settings: dict[int, list[tuple[float, Json]]] = field(default_factory=dict)  # by rule: since when, what
    changes: list[tuple[str, int]] = field(default_factory=list)  # every change that was made: its name, the rule
    troubles: list[list[Any]] = field(default_factory=list)

    def fail(self, code: str, times: int = 1, message: str = "", *, changes_only: bool = False) -> None:
        """Have the next *times* requests (or changes) fail with an error of that code."""
        self.troubles.append([code, times, message or MESSAGES.get(code, code), changes_only])

    def trouble(self, *, changing: bool) -> tuple[str, str] | None:
        """Take the trouble that the next request is to have, if any."""
        for plan in self.troubles:
            if changing or not plan[3]:
                plan[1] -= 1
                if plan[1] <= 0:
                    self.troubles.remove(plan)
                return plan[0], plan[2]
        return None


MESSAGES = {
    "THROTTLED": "Throttled",
    "INTERNAL_SERVER_ERROR": "Internal error. Looks like something went wrong on our end.",
}


class Trouble(Exception):
    """An error with a code that answers the whole request."""

    def __init__(self, message: str, code: str, **extensions: Any) -> None:
        super().__init__(message)
        self.error = {"message": message, "extensions": {"code": code, **extensions}}


def answer(shop: PracticeStore, sent: Json, allowed: Callable[[str], bool]) -> tuple[Json, bool]:
    """Answer what was sent, and tell whether it changed something; *allowed* tells whether the app has a scope."""
    graph = shop.graph
    try:
        document, operation = read(str(sent.get("query") or ""), sent.get("operationName"))
    except Trouble as trouble:
        return {"errors": [trouble.error]}, False
    given = sent.get("variables")
    variables: Json = given if isinstance(given, dict) else {}
    asked = cost_of(operation, variables)
    changing = operation.operation.value == "mutation"
    try:
        trouble_ahead = graph.trouble(changing=changing)
        if trouble_ahead and trouble_ahead[0] != "THROTTLED":
            raise Trouble(trouble_ahead[1], trouble_ahead[0])
        if asked > MOST:
            words = f"Query cost is {asked:.0f}, which exceeds the single query max cost limit ({MOST:.0f})"
            raise Trouble(words, "MAX_COST_EXCEEDED", cost=int(asked), maxCost=int(MOST))
        check_lists(variables)
        if trouble_ahead or (shop.throttle and not graph.points.take(asked)):
            raise Trouble("Throttled", "THROTTLED")
    except Trouble as trouble:
        return {"errors": [trouble.error], "extensions": {"cost": graph.points.told(asked, None)}}, False
    before = len(graph.changes)
    result = carried_out(shop, document, operation, variables, allowed)
    spent = asked if changing else max(1.0, asked * served(result.get("data")))
    if shop.throttle:
        graph.points.give_back(asked - spent)
    return result | {"extensions": {"cost": graph.points.told(asked, spent)}}, len(graph.changes) > before


def carried_out(
    shop: PracticeStore,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Json,
    allowed: Callable[[str], bool],
) -> Json:
    """Do what is asked and write the answer, without what it costs."""
    from graphql import ExecutionResult, execute

    root: dict[str, Any] = {}
    for part in PARTS:
        root |= part.fields(shop, allowed)
    root |= {"nodes": lambda info, ids: [node(shop, id, allowed) for id in ids]}
    root |= {"node": lambda info, id: node(shop, id, allowed)}
    name = operation.name.value if operation.name else None
    found = execute(schema(), document, root, variable_values=variables, operation_name=name)
    assert isinstance(found, ExecutionResult)
    answer: Json = {}
    if found.errors:
        answer["errors"] = [written(error, variables) for error in found.errors]
    if found.data is not None or not found.errors or any(error.path for error in found.errors):
        answer = {"data": found.data, **answer}
    return answer


def node(shop: PracticeStore, id: str, allowed: Callable[[str], bool]) -> Json | None:
    """Find a node of any type that is served; None where there is none."""
    kind, number = split(id)
    for part in PARTS:
        if kind in part.NODES:
            found: Json | None = part.NODES[kind](shop, number, allowed)
            return found
    return None


def split(id: str) -> tuple[str, int]:
    """Read an id like ``gid://shopify/Order/17``."""
    head, _, number = id.rpartition("/")
    if not head.startswith("gid://shopify/") or not number.isdigit():
        from graphql import GraphQLError

        raise GraphQLError(f"Invalid global id '{id}'", extensions={"code": "argumentLiteralsIncompatible"})
    return head.removeprefix("gid://shopify/"), int(number)


def written(error: GraphQLError, variables: Json) -> Json:
    """Write an error as Shopify does."""
    made: Json = {"message": error.message}
    if error.path:
        made["path"] = list(error.path)
    extensions = dict(error.extensions or {})
    if not error.path and error.message.startswith("Variable '$"):
        name = error.message.split("'")[1].removeprefix("$").split(".")[0]
        extensions = {
            "code": "INVALID_VARIABLE",
            "value": variables.get(name),
            "problems": [{"path": [], "explanation": error.message.partition("; ")[2] or error.message}],
        }
        made["message"] = f"Variable ${name} was provided invalid value"
    return made | ({"extensions": extensions} if extensions else {})


def check_lists(value: Any) -> None:
    """Refuse a list that is longer than any may be."""
    if isinstance(value, list):
        if len(value) > LONGEST_LIST:
            raise Trouble(
                f"The input array size of {len(value)} is greater than the maximum allowed of {LONGEST_LIST}.",
                "MAX_INPUT_SIZE_EXCEEDED",
            )
        for each in value:
            check_lists(each)
    elif isinstance(value, dict):
        for each in value.values():
            check_lists(each)


def served(data: Any) -> float:
    """Tell which part of the list that was asked for is there: what is not costs nothing."""
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    items = [item for each in lists for item in each]
    return sum(1 for item in items if item is not None) / len(items) if items else 1.0


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """Put the words of all parts together."""
    from graphql import build_ast_schema, extend_schema, parse

    built = build_ast_schema(parse(WORDS), assume_valid=True)
    for part in PARTS:
        built = extend_schema(built, parse(part.WORDS), assume_valid=True)
    return built


@lru_cache(maxsize=128)
def read(query: str, name: str | None) -> tuple[DocumentNode, OperationDefinitionNode]:
    """Read a query and hold it against the words; Trouble where it does not fit them."""
    from graphql import GraphQLError, OperationDefinitionNode, parse, validate

    try:
        document = parse(query)
    except GraphQLError as error:
        raise Trouble(error.message, "parseError") from None
    for wrong in validate(schema(), document):
        unknown = wrong.message.startswith("Cannot query field")
        words = wrong.message.split("'")
        if unknown and len(words) > 3:
            said = f"Field '{words[1]}' doesn't exist on type '{words[3]}'"
            raise Trouble(said, "undefinedField", typeName=words[3], fieldName=words[1])
        raise Trouble(wrong.message, "argumentNotAccepted")
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    for each in operations:
        if name is None or (each.name and each.name.value == name):
            return document, each
    raise Trouble(f'No operation named "{name}"', "undefinedOperation")


def cost_of(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> float:
    """Work out what a query may cost: an object 1, a list as many as are asked for, a mutation 10."""
    fields = list(selected(operation))
    if operation.operation.value == "mutation":
        return MUTATION * len(fields)
    return sum(price(each, variables) for each in fields)


def price(node: Any, variables: Mapping[str, Any]) -> float:
    """Work out what one field may cost, with all below it."""
    if node.selection_set is None:
        return 0.0
    below = list(selected(node))
    plain = sum(price(each, variables) for each in below if each.kind == "field")
    # Of the types that something may have, the dearest counts.
    kinds = [sum(price(one, variables) for one in selected(each)) for each in below if each.kind != "field"]
    times = 1
    for argument in getattr(node, "arguments", None) or ():
        if argument.name.value in ("ids", "first", "last"):
            value = argument.value
            given = variables.get(value.name.value) if value.kind == "variable" else getattr(value, "value", None)
            times = len(given) if isinstance(given, list) else int(given or 1)
    return times * (1.0 + plain + max(kinds, default=0.0))


def selected(node: Any) -> Iterator[Any]:
    """Give what is selected below a node."""
    yield from node.selection_set.selections
