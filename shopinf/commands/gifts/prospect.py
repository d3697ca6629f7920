"""What would be sent from one store: the plan, with stock and customers' addresses as the store has them now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.gifts.addresses import nameless, read_address
from shopinf.gifts.plan import Ask, Fate, GiftRecord, Good, Shape, Step, fate_of, plan, worth
from shopinf.money import Money
from shopinf.products import Status, Variant, name_variants
from shopinf.shopify.drafts import Home, customer_home
from shopinf.shopify.pages import at_once
from shopinf.shopify.products import product_pages, products_by_id
from shopinf.work.doubt import together

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

_GIVEN = frozenset({Status.ACTIVE, Status.UNLISTED})


@dataclass(frozen=True)
class Prospect:
    """What would be done in one store."""

    store: Store
    shape: Shape
    asks: Sequence[Ask]
    goods: Mapping[str, Good]
    steps: Sequence[Step]

    @property
    def sends(self) -> list[Step]:
        return [step for step in self.steps if step.sends]

    @property
    def failing(self) -> list[Step]:
        return [step for step in self.steps if step.fate is Fate.FAIL]

    @property
    def retail(self) -> Money:
        return worth((line for step in self.sends for line in step.lines), self.store.currency)


def find_prospect(
    desk: Desk, store: Store, asks: Sequence[Ask], shape: Shape, variants: Sequence[str] = ()
) -> Prospect:
    """What would be done in *store*: reads the ledger, the stock, and customers' addresses where none are given.

    *variants* are refused where the store has none of that name, even if no row needs them.
    """
    named = {word.strip() for word in variants}
    shop, records = desk.shop(store), desk.ledger.gifts.of_shop(store.shop_id)
    known: dict[str, list[GiftRecord]] = {}
    for record in records:
        known.setdefault(record.person, []).append(record)

    def is_to_be_made(ask: Ask) -> bool:
        step = fate_of(ask, known.get(ask.person, ()), shape)
        return step.sends and not step.is_drafted

    goods = find_goods(desk, store, {item.word for ask in asks for item in ask.items} | named)
    for word in named:
        if word not in goods:
            raise BadInput(
                f"{store.name} has no variant or SKU {word}",
                hint="shopinf products import, then shopinf products list --search TEXT shows them.",
            )
    asks = _with_homes(shop, asks, is_to_be_made)
    return Prospect(store, shape, asks, goods, plan(asks, goods, records, shape))


# the variants that are meant


def find_goods(desk: Desk, store: Store, words: Collection[str]) -> dict[str, Good]:
    """The variants that *words* mean, as the store has them now; a word that means nothing in it is left out.

    What the ledger knows is asked for by its number; for the rest the catalogue is gone through.
    """
    shop, wanted = desk.shop(store), sorted(words)
    ids = sorted(desk.ledger.products.find(store.shop_id, wanted))
    pages = products_by_id(shop, store.currency, ids)
    variants = [each for page in pages for product in page.products for each in product.variants]
    found = name_variants(wanted, variants)
    if len(found) < len(wanted):
        pages = product_pages(shop, store.currency)
        variants = [each for page in pages for product in page.products for each in product.variants]
        found = name_variants(wanted, variants)
    return {word: _good(word, meant) for word, meant in found.items()}


def _good(word: str, meant: list[Variant]) -> Good:
    one = meant[0]
    if len(meant) > 1:
        listed = ", ".join(str(each.variant_id) for each in meant[:5])
        return Good(one.variant_id, word, one.price, problem=f"{word} means several variants: {listed}")
    name = f"{one.name} ({one.sku})" if one.sku else one.name
    problem = None if one.status in _GIVEN else f"{name} is {'a draft' if one.status == Status.DRAFT else one.status}"
    doubt = f"{name} is sold although none is left" if one.oversold and not one.in_stock else None
    return Good(one.variant_id, name, one.price, None if one.oversold else one.stock, problem, doubt)


# where the parcels go


def _with_homes(shop: Shop, asks: Sequence[Ask], needed: Callable[[Ask], bool]) -> list[Ask]:
    """*asks*, those without an address with that of the customer who has their e-mail; looked up where *needed*."""
    bare = [ask for ask in asks if ask.recipient.address is None and not ask.problems]
    without = [ask for ask in bare if ask.recipient.email and needed(ask)]
    jobs = (partial(_looked_up, shop, ask) for ask in without)
    found = {ask.person: home for ask, home in at_once(jobs, workers=together(shop), clock=shop.clock)}
    return [_at_home(ask, found[ask.person]) if ask.person in found else ask for ask in asks]


def _looked_up(shop: Shop, ask: Ask) -> tuple[Ask, Home | None]:
    return ask, customer_home(shop, ask.recipient.email or "")


def _at_home(ask: Ask, home: Home | None) -> Ask:
    if home is None:
        problem = "there is no address, and the store has no customer with this e-mail"
        return replace(ask, problems=(*ask.problems, problem))
    if not home.fields:
        problem = "there is no address, and the customer has none that we can see"
        return replace(ask, problems=(*ask.problems, problem))
    # The country's code says more than its name.
    fields = home.fields | {"country": home.fields.get("country_code") or home.fields.get("country", "")}
    checked = read_address(fields | {"province": fields.get("province_code") or fields.get("province", "")})
    to = replace(
        ask.recipient,
        first_name=fields.get("first_name", ""),
        last_name=fields.get("last_name", ""),
        customer_id=home.customer_id,
    )
    problems = [
        f"the customer's address: {problem}" for problem in (*checked.problems, *nameless(to.first_name, to.last_name))
    ]
    doubts = [f"the customer's address: {doubt}" for doubt in checked.doubts]
    return replace(
        ask,
        recipient=to,
        problems=(*ask.problems, *problems),
        doubts=(*ask.doubts, *doubts),
    )
