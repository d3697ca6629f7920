"""`shopinf practice`: pretend stores on this machine, to try everything without a shop."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.completion import one_of
from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.errors import BadInput, MachineProblem, Stopped
from shopinf.stores import variable_stem
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.practice import PracticeStore

app = Noun()

PLANS = ("standard", "advanced", "plus")
# handle, currency, time zone, whether prices include the tax, and its rate
STORES = (
    ("maya-shop", "USD", "America/New_York", False, "0.072"),
    ("nordlicht", "EUR", "Europe/Berlin", True, "0.19"),
    ("atelier-rosa", "EUR", "Europe/Paris", True, "0.2"),
    ("blue-heron", "GBP", "Europe/London", True, "0.2"),
    ("tanuki-tea", "JPY", "Asia/Tokyo", True, "0.1"),
    ("casa-verde", "MXN", "America/Mexico_City", True, "0.16"),
    ("iron-lark", "CAD", "America/Toronto", False, "0.13"),
    ("sol-y-sal", "EUR", "Europe/Madrid", True, "0.21"),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """How a shell hands a line to a program, sets a variable, and sends a body to an address."""

    name: str
    handing_over: str
    setting: str
    posting: str
    quote: str = '"'  # how a double quote stands within a body

    def spelled(self, body: str) -> str:
        return body.replace('"', self.quote)


SH = Shell("sh", "  printf '{given}\\n' | {command}", "  export {name}={value}", "    curl {url} -d '{body}'")
WINDOWS = (
    Shell(
        "PowerShell",
        "  '{given}' | {command}",
        "  $env:{name} = '{value}'",
        "    Invoke-RestMethod {url} -Method Post -Body '{body}'",
    ),
    Shell("cmd", "  echo {given}| {command}", '  set "{name}={value}"', '    curl {url} -d "{body}"', r"\""),
)
_BRANDED = 3  # so many stores have a brand's name; the others go by their handle
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
        str,
        typer.Option(
            "--plan",
            help="standard, advanced or plus: how many requests a second.",
            autocompletion=one_of(*PLANS),
        ),
    ] = "standard",
) -> None:
    """Serve practice stores on this machine: they answer like Shopify, and sell with the codes you make.

    Nothing leaves this machine, and the keys that it prints open nothing else. Ctrl-C ends it.
    """
    if plan not in PLANS:
        raise BadInput(f"There is no plan {plan!r}", hint=f"Choose from {', '.join(PLANS)}.")
    from shopinf.practice import serve

    shops = [opened(place, seed=seed, plan=plan, orders=orders) for place in range(stores)]
    try:
        served = serve(shops, port=port)
    except (OSError, OverflowError, SystemExit):
        raise MachineProblem(
            f"Port {port} cannot be opened; another program may use it",
            hint="shopinf practice --port 0 takes a free one.",
        ) from None
    with served:
        desk.out.print(ways_in(shops, served.urls))
        desk.out.print(what_can_happen(served.urls))
        open = agreeing(
            len(shops), "The store is open until Ctrl-C. It sells", "The stores are open until Ctrl-C. They sell"
        )
        desk.out.say(f"{open} with every code you make.")
        try:
            _keep_shop(desk, shops)
        except (Stopped, KeyboardInterrupt):
            raise Stopped(
                "The stores are closed; codes and sales of this time are gone with them",
                hint="shopinf practice opens them as they were at first; shopinf disconnect forgets one.",
            ) from None


def opened(place: int, *, seed: int, plan: str, orders: int) -> PracticeStore:
    """The practice store at *place*: names, currencies, taxes and time zones go round when they run out."""
    from shopinf.practice import PracticeStore

    handle, currency, zone, included, rate = STORES[place % len(STORES)]
    again = place // len(STORES)
    return PracticeStore(
        f"{handle}-{again + 1}" if again else handle,
        seed=seed + place,
        name=None if place < _BRANDED else f"{handle.replace('-', ' ').title()}{f' {again + 1}' if again else ''}",
        plan=plan,
        orders=orders,
        customers=max(20, orders // 3),
        currency=currency,
        timezone=zone,
        taxes_included=included,
        tax_rate=rate,
    )


def ways_in(shops: Sequence[PracticeStore], urls: Sequence[str]) -> str:
    """Each store with how it is connected in this machine's shells; of the first one how in the others'."""
    own = _own()
    others = [shell for shell in (SH, *WINDOWS) if shell not in own]
    lines: list[str] = []
    for shop, url in zip(shops, urls, strict=True):
        lines += [_shown(shop, url)]
        for shell in own:
            lines += [f" {shell.name}:"] * (len(own) > 1) + [how_to_connect(shop, url, shell)]
        lines.append("")
    for shell in others:
        lines += [f"In {shell.name}:", how_to_connect(shops[0], urls[0], shell), ""]
    return "\n".join(lines)


def how_to_connect(shop: PracticeStore, url: str, shell: Shell) -> str:
    """Two ways to connect a practice store that can be pasted into *shell*: with a keyring, and without one."""
    connect = f"shopinf connect {shop.handle} --url {url}"
    return "\n".join(
        [
            shell.handing_over.format(given=f"ACCESS_TOKEN={shop.access_token}", command=f"{connect} --stdin"),
            "  or, without a keyring:",
            shell.setting.format(name=f"{variable_stem(shop.handle)}_ACCESS_TOKEN", value=shop.access_token),
            f"  {connect}",
        ]
    )


def _shown(shop: PracticeStore, url: str) -> str:
    """A store's name and address, what sets it apart, and how it is connected."""
    prices = f"{(shop.tax_rate * 100).normalize():f} % tax {'inside the prices' if shop.taxes_included else 'added'}"
    return f"{shop.name}: {url}  ({shop.currency}, {prices}, {shop.timezone})"


def what_can_happen(urls: Sequence[str]) -> str:
    """The page of the first store, and what its buttons do, each as a line for a terminal."""
    from shopinf.practice.tools import TOOLS

    each = "Each store has a page with buttons" if len(urls) > 1 else "The store has a page with buttons"
    lines = [f"\n{each}: {urls[0]}/practice", "The same from a terminal:"]
    for tool in TOOLS:
        example = json.dumps(tool.example)
        lines.append(f"  {tool.about}")
        lines += [shell.posting.format(url=urls[0] + tool.path, body=shell.spelled(example)) for shell in _own()]
    return "\n".join([*lines, ""])


def _own() -> Sequence[Shell]:
    """The shells that this machine's system has."""
    return WINDOWS if sys.platform == "win32" else [SH]


def _keep_shop(desk: Desk, shops: list[PracticeStore]) -> None:
    """Sell with each code that the stores did not have when they opened, spread over the last weeks.

    Where a day has passed, the parcels have travelled for a day.
    """
    known = {shop.handle: set(shop.codes) for shop in shops}
    day = desk.clock.now().date()
    while True:
        desk.clock.wait(_SECONDS)
        passed, day = (desk.clock.now().date() - day).days, desk.clock.now().date()
        for shop in shops:
            if passed:
                shop.move_parcels(passed)
            new = set(shop.codes) - known[shop.handle]
            if new:
                known[shop.handle] |= new
                sold = shop.simulate_sales(days=30, orders=min(20 * len(new), 2000))
                desk.out.say(f"{shop.handle} sold {counted(len(sold), 'order')} with {counted(len(new), 'new code')}.")
