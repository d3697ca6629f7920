"""Price rules and discount codes at Shopify: made, found again, changed.

Fields and their rules: the PriceRule and DiscountCode resource pages of the REST Admin API
(https://shopify.dev/docs/api/admin-rest/latest/resources/pricerule).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from shopinf.discounts.terms import Goods, Kind, Terms
from shopinf.errors import LostResponse, NoAnswer, NoSuchThing, Refused
from shopinf.shopify.client import PAGE, Answer, Shop
from shopinf.shopify.problems import clean
from shopinf.shopify.records import Facts, mended
from shopinf.times import utc_z
from shopinf.unread import Unread
from shopinf.words import counted

Model = TypeVar("Model", bound=Facts)

MOST_IN_JOB = 100
_LOCATION = re.compile(r"/price_rules/(\d+)/discount_codes/(\d+)")
_UNIQUE = re.compile(r"unique|taken|exists", re.IGNORECASE)
_OTHER_JOB = re.compile(r"\b(jobs?|progress|running|already|another|queued?|pending|wait|one at a time)\b", re.I)


@dataclass(frozen=True, slots=True)
class Rule:
    """A price rule as the store has it."""

    id: int
    title: str
    terms: Terms
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A discount code as the store has it."""

    id: int
    code: str
    price_rule_id: int


@dataclass(frozen=True, slots=True)
class Job:
    """A code-creation job as it stands."""

    id: int
    completed: bool
    count: int
    done: int
    logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of one code of a job: its id, or why there is none."""

    code: str
    id: int | None
    errors: tuple[str, ...]

    @property
    def taken(self) -> bool:
        return any(_UNIQUE.search(error) for error in self.errors)


# price rules


def make_rule(shop: Shop, title: str, terms: Terms) -> int:
    """Make a price rule and return its id; a lost answer raises `LostResponse`."""
    body = {"title": title, "customer_selection": "all", **rule_body(terms, shop.clock.now())}
    return _rule(shop, shop.post("price_rules.json", {"price_rule": body})).id


def change_rule(shop: Shop, rule_id: int, **body: Any) -> Rule:
    """Change fields of a price rule; doing so twice is the same."""
    path = f"price_rules/{rule_id}.json"
    return _rule(shop, shop.put(path, {"price_rule": {"id": rule_id, **body}}, idempotent=True))


def delete_rule(shop: Shop, rule_id: int) -> None:
    """Delete a price rule and all codes in it."""
    shop.delete(f"price_rules/{rule_id}.json")


def find_rule(shop: Shop, rule_id: int, odd: Callable[[Unread], None] | None = None) -> Rule | None:
    """A price rule by its id; *odd* hears of one that cannot be read, which is a broken answer without it."""
    try:
        answer = shop.get(f"price_rules/{rule_id}.json")
    except NoSuchThing:
        return None
    try:
        return _rule(shop, answer)
    except LostResponse:
        if odd is None:
            raise
        odd(Unread("price_rules", rule_id, None, "price_rule"))
        return None


def all_rules(shop: Shop, odd: Callable[[Unread], None] | None = None) -> Iterator[Rule]:
    """Every price rule of the store; *odd* hears of each that cannot be read, else such a page is a broken answer."""
    for raw in shop.pages("price_rules.json", "price_rules", params={"since_id": 0}, model=_RuleFacts, odd=odd):
        yield raw.rule()


def titles_since(shop: Shop, since_id: int) -> Iterator[tuple[int, str]]:
    """Ids and titles of the price rules made after the one with *since_id*."""
    params = {"since_id": since_id, "fields": "id,title"}
    for raw in shop.pages("price_rules.json", "price_rules", params=params, model=_Titled):
        yield raw.id, raw.title


@dataclass(frozen=True, slots=True)
class Titled:
    """A price rule by its title alone."""

    id: int
    title: str
    created_at: datetime | None = None


def rules_since(shop: Shop, since_id: int) -> Iterator[Titled]:
    """The price rules made after the one with *since_id*, with as little as tells ours from others."""
    params = {"since_id": since_id, "fields": "id,title,created_at"}
    for raw in shop.pages("price_rules.json", "price_rules", params=params, model=_Made):
        yield Titled(raw.id, raw.title, raw.created_at)


def some_newest_rule(shop: Shop) -> int:
    """The id of a price rule below all that are made later: the newest of one page, 0 where there is none."""
    rules = shop.get("price_rules.json", limit=PAGE, fields="id").get("price_rules") or []
    return max((int(rule["id"]) for rule in rules), default=0)


def count_rules(shop: Shop) -> int:
    """How many price rules the store has."""
    return int(shop.get("price_rules/count.json").get("count") or 0)


def count_codes(shop: Shop) -> int:
    """How many codes the store has, about: the count comes from a search index."""
    return int(shop.get("discount_codes/count.json").get("count") or 0)


def rule_body(terms: Terms, now: datetime) -> dict[str, Any]:
    """*terms* as the fields of a price rule; every one of them is there, so that a change empties what is not said."""
    goods = terms.goods
    shipping = terms.kind is Kind.FREE_SHIPPING
    match terms.kind:
        case Kind.PERCENTAGE | Kind.FIXED_AMOUNT:
            value = f"-{_decimal(terms.value)}"
        case Kind.FREE_SHIPPING:
            value = "-100.0"
        case Kind.TRACK_ONLY:
            value = "-0.0"  # the value of a price rule is negative, or nothing
    fixed = terms.kind is Kind.FIXED_AMOUNT
    subtotal, quantity = terms.min_subtotal, terms.min_quantity
    return {
        "target_type": "shipping_line" if shipping else "line_item",
        "target_selection": "entitled" if goods else "all",
        "allocation_method": "each" if shipping else "across",
        "value_type": "fixed_amount" if fixed else "percentage",
        "value": value,
        "once_per_customer": terms.once_per_customer,
        "usage_limit": terms.usage_limit,
        "starts_at": utc_z(terms.starts or now),
        "ends_at": utc_z(terms.ends) if terms.ends else None,
        "entitled_product_ids": list(goods.products),
        "entitled_variant_ids": list(goods.variants),
        "entitled_collection_ids": list(goods.collections),
        "prerequisite_subtotal_range": subtotal and {"greater_than_or_equal_to": _decimal(subtotal)},
        "prerequisite_quantity_range": quantity and {"greater_than_or_equal_to": quantity},
    }


# single codes


def make_code(shop: Shop, rule_id: int, code: str) -> int:
    """Make a code and return its id; see `is_taken` for the refusal of a name that is used."""
    answer = shop.post(f"price_rules/{rule_id}/discount_codes.json", {"discount_code": {"code": code}})
    return _code(shop, answer).id


def is_taken(error: Refused) -> bool:
    """Was the code refused because its name is used in the shop? It may be used by ourselves."""
    texts = [text for field, found in error.fields.items() if field in ("code", "base") for text in found]
    return any(_UNIQUE.search(text) for text in texts or [error.message])


def look_up(shop: Shop, code: str) -> Code | None:
    """The code of that name anywhere in the shop; Shopify answers with a redirect to it, which is not followed."""
    answer = shop.answer("GET", "discount_codes/lookup.json", params={"code": code}, accept=(404,))
    if answer.status == 404:
        return None
    found = _LOCATION.search(answer.headers.get("Location", ""))
    if found:
        return Code(int(found[2]), code, int(found[1]))
    if isinstance(answer.json, dict) and "discount_code" in answer.json:  # where a proxy followed it for us
        return _code(shop, answer.json)
    raise NoAnswer(
        f"{shop.access.name} did not say where the code {code} is",
        hint="Run the same command again later; a proxy may be in between: shopinf doctor",
    )


def codes_of(shop: Shop, rule_id: int) -> Iterator[Code]:
    """The codes of a price rule."""
    path = f"price_rules/{rule_id}/discount_codes.json"
    for raw in shop.pages(path, "discount_codes", model=_CodeFacts):
        yield Code(raw.id, raw.code, raw.price_rule_id or rule_id)


def rename_code(shop: Shop, rule_id: int, code_id: int, code: str) -> None:
    """Give a code another name; links with the old one no longer work."""
    body = {"discount_code": {"id": code_id, "code": code}}
    shop.put(f"price_rules/{rule_id}/discount_codes/{code_id}.json", body, idempotent=True)


def delete_code(shop: Shop, rule_id: int, code_id: int) -> None:
    """Delete a code; its price rule stays."""
    shop.delete(f"price_rules/{rule_id}/discount_codes/{code_id}.json")


# jobs


def start_job(shop: Shop, rule_id: int, codes: Sequence[str]) -> Job | None:
    """Have up to a hundred codes made; None while another job of the shop is not completed."""
    body = {"discount_codes": [{"code": code} for code in codes]}
    answer = shop.answer("POST", f"price_rules/{rule_id}/batch.json", body, accept=(400, 409, 422, 423, 429))
    if answer.status < 300:
        return _job(shop, answer.json)
    words = _words(answer)
    if answer.status == 429 or _OTHER_JOB.search(words):
        return None
    raise Refused(
        f"{shop.access.name} refused to make {counted(len(codes), 'code')}: {words or f'status {answer.status}'}",
        hint="Correct what it names, and run the command again.",
    )


def job(shop: Shop, rule_id: int, job_id: int) -> Job:
    """A job as it stands."""
    return _job(shop, shop.get(f"price_rules/{rule_id}/batch/{job_id}.json"))


def job_results(shop: Shop, rule_id: int, job_id: int) -> list[JobResult]:
    """What came of each code of a completed job."""
    path = f"price_rules/{rule_id}/batch/{job_id}/discount_codes.json"
    found = shop.pages(path, "discount_codes", params={"limit": None}, model=_ResultFacts)
    return [JobResult(raw.code, raw.id, _texts(raw.errors)) for raw in found]


# Shopify's shapes


class _Least(Facts):
    greater_than_or_equal_to: Decimal | None = None


class _Titled(Facts):
    id: int
    title: str = ""


class _Made(_Titled):
    created_at: datetime | None = None


class _RuleFacts(_Made):
    target_type: str = "line_item"
    value_type: str = "percentage"
    value: Decimal = Decimal(0)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    once_per_customer: bool | None = False
    usage_limit: int | None = None
    entitled_product_ids: list[int] | None = None
    entitled_variant_ids: list[int] | None = None
    entitled_collection_ids: list[int] | None = None
    prerequisite_subtotal_range: _Least | None = None
    prerequisite_quantity_range: _Least | None = None

    def rule(self) -> Rule:
        value = abs(self.value)
        if self.target_type == "shipping_line":
            kind, value = Kind.FREE_SHIPPING, Decimal(0)
        elif not value:
            kind = Kind.TRACK_ONLY
        else:
            kind = Kind.FIXED_AMOUNT if self.value_type == "fixed_amount" else Kind.PERCENTAGE
        subtotal, quantity = self.prerequisite_subtotal_range, self.prerequisite_quantity_range
        items = quantity.greater_than_or_equal_to if quantity else None
        terms = Terms(
            kind=kind,
            value=value,
            starts=self.starts_at,
            ends=self.ends_at,
            once_per_customer=bool(self.once_per_customer),
            usage_limit=self.usage_limit,
            min_subtotal=subtotal.greater_than_or_equal_to if subtotal else None,
            min_quantity=None if items is None else int(items),
            goods=Goods(
                tuple(self.entitled_product_ids or ()),
                tuple(self.entitled_variant_ids or ()),
                tuple(self.entitled_collection_ids or ()),
            ),
        )
        return Rule(self.id, self.title, terms, self.created_at)


class _CodeFacts(Facts):
    id: int
    code: str
    price_rule_id: int | None = None


class _ResultFacts(Facts):
    id: int | None = None
    code: str = ""
    errors: Any = None


class _JobFacts(Facts):
    id: int
    status: str = ""
    completed_at: datetime | None = None
    codes_count: int | None = None
    imported_count: int | None = None
    failed_count: int | None = None
    logs: Any = Field(default=None)


def _rule(shop: Shop, answer: Any) -> Rule:
    return _inside(shop, answer, "price_rule", _RuleFacts).rule()


def _code(shop: Shop, answer: Any) -> Code:
    raw = _inside(shop, answer, "discount_code", _CodeFacts)
    return Code(raw.id, raw.code, raw.price_rule_id or 0)


def _job(shop: Shop, answer: Any) -> Job:
    raw = _inside(shop, answer, "discount_code_creation", _JobFacts)
    done = (raw.imported_count or 0) + (raw.failed_count or 0)
    # There is no status for a failed job: it completes, and its codes tell.
    return Job(raw.id, raw.status == "completed", raw.codes_count or 0, done, _texts(raw.logs))


def _inside(shop: Shop, answer: Any, key: str, model: type[Model]) -> Model:
    """What is under *key*; an answer of another shape leaves open what became of the request, so it counts as lost."""
    try:
        return model.model_validate(mended(answer[key], model))
    except (ValidationError, KeyError, TypeError):
        raise LostResponse(
            f"{shop.access.name} sent a {key.replace('_', ' ')} that cannot be read",
            hint="Run the same command again: it looks at the store first and makes only what is missing.",
        ) from None


def _texts(value: Any) -> tuple[str, ...]:
    """The sentences in Shopify's errors, whatever their shape."""
    match value:
        case None | "":
            return ()
        case dict():
            return tuple(text for each in value.values() for text in _texts(each))
        case list():
            return tuple(text for each in value for text in _texts(each))
        case _:
            return (clean(str(value), 200),)


def _words(answer: Answer) -> str:
    found: Iterable[str] = _texts(answer.json) if isinstance(answer.json, (dict, list)) else ()
    return clean("; ".join(found), 300)


def _decimal(value: Decimal) -> str:
    plain = f"{value.normalize():f}"
    return plain if "." in plain else f"{plain}.0"
