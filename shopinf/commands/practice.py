"""`shopinf practice`: pretend stores on this machine, to try everything without a shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.errors import BadInput, MachineProblem
from shopinf.stores import variable_stem
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.practice import PracticeStore

app = Noun()

PLANS = ("standard", "advanced", "plus")
_NAMES = ("maya-shop", "nordlicht", "atelier-rosa", "blue-heron", "tanuki-tea", "casa-verde", "iron-lark", "sol-y-sal")
_SECONDS = 2.0  # between looks for new codes


@app.command(
    "practice",
    attended=True,
    epilog=examples("practice", "practice --port 8799 --orders 5000 --plan plus", "practice --stores 3 --seed 7"),
)
def practice(
    desk: DeskContext,
    port: Annotated[
        int, typer.Option("--port", help="The first store's port; the next ones follow.", min=0, max=65535)
    ] = 8799,
    stores: Annotated[int, typer.Option("--stores", help="How many stores.", min=1, max=200)] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same stores.")] = 1,
    orders: Annotated[int, typer.Option("--orders", help="Orders in each store's past.", min=0)] = 500,
    plan: Annotated[
        str, typer.Option("--plan", help="standard, advanced or plus: how many requests a second.")
    ] = "standard",
) -> None:
    """Serve practice stores on this machine: they answer like Shopify, and sell with the codes you make.

    Nothing leaves this machine, and the keys that it prints open nothing else. Ctrl-C ends it.
    """
    if plan not in PLANS:
        raise BadInput(f"There is no plan {plan!r}", hint=f"Choose from {', '.join(PLANS)}.")
    from shopinf.practice import PracticeStore, serve

    shops = [
        PracticeStore(handle_of(place), seed=seed + place, plan=plan, orders=orders, customers=max(20, orders // 3))
        for place in range(stores)
    ]
    try:
        served = serve(shops, port=port)
    except (OSError, OverflowError, SystemExit):
        raise MachineProblem(
            f"Port {port} cannot be opened; another program may use it",
            hint="shopinf practice --port 0 takes a free one.",
        ) from None
    with served:
        for shop, url in zip(shops, served.urls, strict=True):
            desk.out.print(how_to_connect(shop, url))
        desk.out.say("The stores are open until Ctrl-C. They sell with every code you make.")
        _keep_shop(desk, shops)


def handle_of(place: int) -> str:
    """The handle of the practice store at *place*: a believable name, numbered when they run out."""
    name = _NAMES[place % len(_NAMES)]
    return name if place < len(_NAMES) else f"{name}-{place // len(_NAMES) + 1}"


def how_to_connect(shop: PracticeStore, url: str) -> str:
    """Two ways to connect a practice store that can be pasted: with a keyring, and without one."""
    return "\n".join(
        [
            f"{shop.name}: {url}",
            f"  printf 'ACCESS_TOKEN={shop.access_token}\\n' | shopinf connect {shop.handle} --url {url} --stdin",
            "  or, without a keyring:",
            f"  export {variable_stem(shop.handle)}_ACCESS_TOKEN={shop.access_token}",
            f"  shopinf connect {shop.handle} --url {url}",
            "",
        ]
    )


def _keep_shop(desk: Desk, shops: list[PracticeStore]) -> None:
    """Sell with each code that the stores did not have when they opened, spread over the last weeks."""
    known = {shop.handle: set(shop.codes) for shop in shops}
    while True:
        desk.clock.wait(_SECONDS)
        for shop in shops:
            new = set(shop.codes) - known[shop.handle]
            if new:
                known[shop.handle] |= new
                sold = shop.simulate_sales(days=30, orders=min(20 * len(new), 2000))
                desk.out.say(f"{shop.handle} sold {counted(len(sold), 'order')} with {counted(len(new), 'new code')}.")
