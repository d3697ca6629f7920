"""What can be let happen to a practice store: a button each on its page, and an address each for `curl`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import stir
from .asked import Asked
from .sitewide import Sitewide
from .times import aware

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]
Told = tuple[Json, str]  # the answer, and a sentence of it


@dataclass(frozen=True)
class Number:
    """A whole number that a tool takes; *usual* None leaves it to the store."""

    name: str
    usual: int | None
    least: int
    most: int


@dataclass(frozen=True)
class Tool:
    """One thing that can be let happen: what its button says, what it takes, and what it does."""

    name: str
    button: str
    about: str
    numbers: tuple[Number, ...]
    act: Callable[[PracticeStore, Json], Told]
    of_code: bool = False

    @property
    def path(self) -> str:
        return f"/practice/{self.name}"

    @property
    def example(self) -> Json:
        """What a caller may send, as it is without saying anything."""
        return {number.name: number.usual for number in self.numbers if number.usual is not None}


def _sales(shop: PracticeStore, wish: Json) -> Told:
    made = shop.simulate_sales(wish["days"], orders=wish["orders"])
    coded = sum(1 for order in made if order["discount_codes"])
    first = min((aware(order["created_at"], shop.zone) for order in made), default=None)
    answer = {"orders": len(made), "with_code": coded, "since": shop.time(first) if first else None}
    return answer, f"{_many(len(made), 'order')} came in, {coded} with a code."


def _returns(shop: PracticeStore, wish: Json) -> Told:
    names = [order["name"] for order in stir.send_back(shop, wish["orders"])]
    listed = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
    told = f"Something of {_many(len(names), 'order')} came back: {listed}." if names else "There is nothing to return."
    return {"orders": len(names), "names": names}, told


def _parcels(shop: PracticeStore, wish: Json) -> Told:
    found = shop.move_parcels(wish["days"])
    moved = sum(found.values())
    where = ", ".join(f"{count} {stage.replace('_', ' ')}" for stage, count in found.items() if count)
    passed = f"{_many(wish['days'], 'day')} passed"
    return {"orders": moved, **found}, f"{passed}: {where}." if moved else f"{passed}, and no parcel was under way."


def _sitewide(shop: PracticeStore, wish: Json) -> Told:
    percent = wish["percent"]
    shop.graph.sitewide = Sitewide("Site-wide sale", str(percent)) if percent else None
    if not percent:
        return {"percent": 0}, "The site-wide sale is over."
    told = f"Everybody has {percent} % off; codes that do not combine give way where that is better for the buyer."
    return {"percent": percent}, told


def _post(shop: PracticeStore, wish: Json) -> Told:
    return _crowd(shop, shop.post(wish["code"], wish["orders"], wish["days"]), "after a post about it")


def _leak(shop: PracticeStore, wish: Json) -> Told:
    return _crowd(shop, shop.leak(wish["code"], wish["orders"], wish["days"]), "since a coupon site has it")


def _crowd(shop: PracticeStore, crowd: stir.Crowd, why: str) -> Told:
    count, refused = len(crowd.orders), crowd.refused
    answer = {"code": crowd.code, "orders": count, "refused": refused, "since": shop.time(crowd.since)}
    away = f"; {_many(refused, 'buyer')} left, since the code did not work for them" if refused else ""
    return answer, f"{_many(count, 'order')} with {crowd.code} {why}{away}."


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def days(usual: int, most: int = 730) -> Number:
    """Give the number of days a tool takes."""
    return Number("days", usual, 1, most)


TOOLS = (
    Tool(
        "sales",
        "Sell for a month",
        "A month of sales with the codes that are live, some returned, some shipped.",
        (days(30), Number("orders", None, 0, 100_000)),
        _sales,
    ),
    Tool(
        "returns",
        "Send something back",
        "Orders of the last weeks come back, whole or in part.",
        (Number("orders", 5, 1, 1000),),
        _returns,
    ),
    Tool(
        "parcels",
        "Let the parcels travel",
        "Days pass for every parcel under way: packed, on the road, at the door.",
        (days(2, 60),),
        _parcels,
    ),
    Tool(
        "sitewide",
        "Begin a site-wide sale",
        "Everybody has so much off without a code, which takes sales from codes that do not combine; 0 ends it.",
        (Number("percent", 20, 0, 90),),
        _sitewide,
    ),
    Tool(
        "post",
        "Somebody posts about a code",
        "Followers come by the influencer's link, many at first, fewer each day.",
        (Number("orders", 40, 1, 5000), days(4, 60)),
        _post,
        of_code=True,
    ),
    Tool(
        "leak",
        "Let a code leak",
        "A coupon site has the code: strangers use it who never saw the influencer.",
        (Number("orders", 40, 1, 5000), days(3, 60)),
        _leak,
        of_code=True,
    ),
)


def tool_at(path: str) -> Tool | None:
    """Give the tool of an address."""
    return next((tool for tool in TOOLS if tool.path == path), None)


def sent_to(asked: Asked) -> Json:
    """Read what was sent: JSON, whatever it is called, or a form. `curl -d` calls everything a form.

    ValueError where it is neither.
    """
    data = asked.request.get_data()
    if asked.request.mimetype == "application/json" or data.lstrip()[:1] in (b"{", b"["):
        read = json.loads(data or b"{}")
        if not isinstance(read, dict):
            raise ValueError("send one JSON object")
        return read
    return asked.request.form.to_dict()


def wish_for(tool: Tool, shop: PracticeStore, sent: Mapping[str, Any]) -> Json:
    """Read what is wished of a tool; ValueError says what is wrong with it."""
    known = [number.name for number in tool.numbers] + (["code"] if tool.of_code else [])
    strange = [name for name in sent if name not in known]
    if strange:
        raise ValueError(f"{tool.path} knows no {strange[0]}; it takes {' and '.join(known)}")
    wish: Json = {}
    for number in tool.numbers:
        given = sent.get(number.name)
        try:
            wish[number.name] = number.usual if given in (None, "") else int(given)
        except (TypeError, ValueError):
            wish[number.name] = -1
        if wish[number.name] is not None and not number.least <= wish[number.name] <= number.most:
            raise ValueError(f"{number.name} is {number.least} to {number.most}")
    if tool.of_code:
        wish["code"] = stir.code_for(shop, str(sent.get("code") or ""))
    return wish
