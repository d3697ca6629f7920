"""The endpoint of the GraphQL Admin API."""

from __future__ import annotations

from .asked import Answer, Asked, errors, route


@route("POST", "graphql.json")
def graphql(asked: Asked) -> Answer:
    """Answer a query: 200 whatever comes of it."""
    from .graph import answer

    sent = asked.body()
    if not isinstance(sent.get("query"), str):
        raise errors(400, {"query": "Required parameter missing or invalid"})
    body, changed = answer(asked.shop, sent, asked.allowed)
    return Answer(200, body, effect=changed)
