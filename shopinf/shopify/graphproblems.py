"""GraphQL's refusals in our words: the errors of a request, and a mutation's own complaints about what it was told.

Codes and messages: https://shopify.dev/docs/api/admin-graphql#status_and_error_codes and the DiscountErrorCode page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import Field

from shopinf.errors import (
    CustomerDataProtected,
    LostResponse,
    NoAnswer,
    NoSuchThing,
    Refused,
    RequestRejected,
    ScopeMissing,
    ShopinfError,
    StoreFrozen,
)
from shopinf.shell import quoted
from shopinf.shopify.problems import clean, request_id
from shopinf.shopify.records import Facts

_LONGEST = 300
_SCOPE = re.compile(r"\b((?:read|write)_[a-z]+(?:_[a-z]+)*)\b")
_GONE = re.compile(r"does not exist|not found|invalid id", re.IGNORECASE)
_AGAIN = "Run the same command again: it looks at the store first and makes only what is missing."


class TooMuch(Refused):
    """One request asked for more than the store answers at once; half of it may do."""


class Complaint(Facts):
    """One of the `errors` of an answer."""

    message: str | None = ""
    path: list[Any] | None = None
    extensions: dict[str, Any] | None = None

    @property
    def code(self) -> str:
        return str((self.extensions or {}).get("code") or "")

    def said(self, name: str) -> str:
        return clean(str((self.extensions or {}).get(name) or ""), _LONGEST)


class UserComplaint(Facts):
    """One of the `userErrors` of a mutation."""

    field: Any = None  # names, one below the other
    message: str = ""
    code: str | None = None
    extra: str | None = Field(default=None, alias="extraInfo")


def refusal(
    errors: Sequence[Complaint], response: httpx.Response, store: str, doing: str, feature: str, *, writes: bool
) -> ShopinfError:
    """What the errors of an answer mean, the first that says most, with the request's id and a next step."""
    first = next((each for each in errors if each.code), errors[0])
    words = clean("; ".join(dict.fromkeys(each.message or "" for each in errors)).strip("; "), _LONGEST)
    found = request_id(response)
    tail = (f": {words}" if words else "") + (f" (request {found})" if found else "")
    match first.code:
        case "ACCESS_DENIED":
            return _denied(first, store, doing, feature, tail)
        case "THROTTLED":
            return NoAnswer(
                f"{store} left no room for {doing} for minutes",
                hint="Another app may be using the same limit; run the same command again later.",
            )
        case "INTERNAL_SERVER_ERROR" if writes:
            message = f"{store} stumbled over {doing}, so it is not known whether the change was made{tail}"
            return LostResponse(message, hint=_AGAIN)
        case "INTERNAL_SERVER_ERROR":
            return NoAnswer(f"{store} stumbled over {doing}{tail}", hint="Run the same command again later.")
        case "MAX_COST_EXCEEDED" | "MAX_INPUT_SIZE_EXCEEDED":
            return TooMuch(
                f"{store} finds one request for {doing} too much{tail}", hint="Choose fewer codes at a time."
            )
        case "undefinedField" | "undefinedType" | "argumentNotAccepted":
            return RequestRejected(
                f"{store}'s API version does not know what {doing} needs{tail}",
                hint=f"shopinf connect {quoted(store)} --api-version chooses another one.",
            )
        case "SHOP_INACTIVE":
            hint = "Its owner must settle the plan in the Shopify admin; nothing was changed here, try again later."
            return StoreFrozen(f"{store} is frozen or paused{tail}", hint=hint)
        case "INVALID_VARIABLE":
            why = "; ".join(_explained(first)) or words
            return Refused(f"{store} does not understand what {doing} says: {why}", hint="Correct what it names.")
    return Refused(f"{store} refused {doing}{tail}", hint="Correct what it names, and run the command again.")


def user_refusal(complaints: Sequence[UserComplaint], store: str, doing: str) -> ShopinfError:
    """What a mutation's own complaints mean; one about a thing that is not there is `NoSuchThing`."""
    fields: dict[str, list[str]] = {}
    for each in complaints:
        name = ".".join(map(str, each.field)) if isinstance(each.field, list) else str(each.field or "")
        fields.setdefault(clean(name, 80) or "base", []).append(clean(each.message, _LONGEST))
    words = clean("; ".join(text for texts in fields.values() for text in texts), _LONGEST)
    codes = {each.code for each in complaints}
    if codes <= {None, "INVALID"} and _GONE.search(words):
        return NoSuchThing(f"{store} says of {doing}: {words}", hint="shopinf discounts check shows what is there.")
    if "INTERNAL_ERROR" in codes:
        return LostResponse(f"{store} stumbled over {doing}: {words}", hint=_AGAIN)
    hint = next((text for code, text in _HINTS.items() if code in codes), "Correct what it names.")
    return Refused(f"{store} refused {doing}: {words}", fields=fields, hint=hint)


_HINTS = {
    "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS": "A code for shipping combines with no other for shipping; a code for a "
    "whole order combines with another for the order only on plans that allow it. Leave that kind out.",
    "TAKEN": "Choose another code.",
    "APPLIES_ON_NOTHING": "A code has to hold for one-time purchases, for subscriptions, or for both.",
    "INVALID_PRODUCT_DISCOUNTS_FALSE_WITH_EXISTING_TAGS_ON_SAME_CART_LINE": "In the Shopify admin the code combines "
    "with tagged product discounts; say so with --with product, or take the tags away there.",
}


def _denied(error: Complaint, store: str, doing: str, feature: str, tail: str) -> ShopinfError:
    message = error.message or ""
    if "protected customer data" in message.lower() or "protected-customer-data" in message.lower():
        return CustomerDataProtected(
            f"{store}'s app is not approved for protected customer data{tail}",
            hint="In the Dev Dashboard, under API access requests, the app's owner ticks Protected customer data: "
            "shopinf connect --guide shows where.",
        )
    named = _SCOPE.search(error.said("requiredAccess")) or _SCOPE.search(message.partition("Required access")[2])
    if named:
        return ScopeMissing(
            f"{store} has not granted {named[1]}, which {doing} needs",
            scope=named[1],
            hint=f"shopinf verify-scopes {quoted(store)} --feature {feature}",
        )
    return RequestRejected(f"{store} does not allow {doing}{tail}", hint=f"shopinf verify-scopes {quoted(store)}")


def _explained(error: Complaint) -> list[str]:
    """What is wrong with the variables of a request, each with its place."""
    problems = (error.extensions or {}).get("problems")
    found = [each for each in problems if isinstance(each, dict)] if isinstance(problems, list) else []
    return [
        clean(f"{'.'.join(map(str, each.get('path') or []))} {each.get('explanation') or ''}".strip(), _LONGEST)
        for each in found
    ]
