"""`shopinf demo`: the whole story on a practice store, in a minute, with nothing of the user's touched."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.errors import Bug, MachineProblem
from shopinf.stores import variable_stem

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.practice import PracticeStore

app = Noun()

WIDTH = 80  # of a terminal that nobody has made wider
FOLDER = Path("shopinf-demo")
CREATORS = "creators.csv"  # what an agency has: the creators it knows
FOUND = "influencers.csv"  # who of them buys in the store
STATEMENTS = "statements"  # a folder with a page for each of them


@app.command("demo", attended=True, epilog=examples("demo"))
def demo(desk: DeskContext) -> None:
    """Run the whole story on a practice store in a minute.

    It connects a store, verifies its scopes, finds influencers, makes codes, watches sales, attributes orders, closes
    them into statements and meets Black Friday, in a temporary home: neither your keyring nor your config is touched.
    The files stay in ./shopinf-demo/.
    """
    from shopinf.practice import PracticeStore, serve

    shop = PracticeStore("maya-shop", seed=7, plan="advanced", orders=400, customers=50)
    try:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / CREATORS).write_text(creators(shop), encoding="utf-8")
    except OSError as error:
        raise MachineProblem(
            f"./{FOLDER} cannot be written: {error.strerror}", hint="Change to a folder of your own, then: shopinf demo"
        ) from None
    with tempfile.TemporaryDirectory(prefix="shopinf-demo-") as home, serve([shop]) as served:
        story = Story(desk, home, {f"{variable_stem(shop.handle)}_ACCESS_TOKEN": shop.access_token})
        story.tell(f"A practice store is open at {served.urls[0]}: it answers like Shopify, on this machine alone.")
        story.tell("1. Connect it. Its token is in the environment; usually it goes into your keyring.")
        story.shopinf(f"connect maya-shop --url {served.urls[0]}")
        story.tell("2. Check what the store allows.")
        story.shopinf("verify-scopes")
        story.tell(f"3. Which of the creators in {FOLDER}/{CREATORS} are among the store's customers?")
        story.shopinf(f"customers enrich --source csv:{FOLDER}/{CREATORS} -o {FOLDER}/{FOUND}")
        story.shopinf("influencers list")
        story.tell("4. Make a code for each of them, each on a price rule of its own.")
        story.shopinf(
            f"discounts create --campaign autumn --sheet {FOLDER}/{FOUND} --percent 15 --commission 10% --yes"
        )
        story.shopinf(f"discounts links --campaign autumn -o {FOLDER}/links.csv")
        sold = shop.simulate_sales(days=30, orders=160)
        returned = sum(1 for order in sold if order["refunds"])
        story.tell(f"5. A month goes by: {len(sold)} orders came in, {returned} of them had something returned.")
        story.tell("6. Attribute the orders: what each influencer sold after returns, and what they earned.")
        story.shopinf("orders attribute --period last-30-days")
        story.tell("7. The same as files, order by order, for programs and for Excel.")
        kept = "orders attribute --period last-30-days --no-sync --quiet"
        story.shopinf(f"{kept} --by order -o {FOLDER}/orders.csv")
        story.shopinf(f"{kept} -o {FOLDER}/attribution.json")
        story.shopinf(f"{kept} -o {FOLDER}/attribution.xlsx")
        story.tell("8. And the page to send to the client: it leaves out what the influencers earn.")
        story.shopinf(f"orders attribute --period last-30-days --no-sync -o {FOLDER}/for-the-client.html")
        story.tell("9. Close these weeks: what is owed to whom, and a page for each influencer.")
        first, *_, last, _ = sorted({order["processed_at"][:10] for order in sold})  # the last day may not be over
        story.shopinf(f"payouts close --from {first} --to {last} --columns influencer,earned,payable,statement")
        story.shopinf(
            f"payouts statement --from {first} --to {last} -o {FOLDER}/{STATEMENTS}/{{influencer}}.html --quiet"
        )
        code, sales = sorted(shop.own_codes)[0].upper(), 20
        with_code = black_friday(shop, code, sales)
        story.tell(
            f"10. Black Friday: everybody has 20 % off, and of {sales} sales with {code} {with_code} have the code: "
            "it gives way to the better discount. Have it combine with that."
        )
        story.shopinf(f"discounts combine --code {code} --with order --columns code,combines_with,status")
        story.tell(f"Of {sales} more sales {black_friday(shop, code, sales)} have the code.")
        story.end()


def black_friday(shop: PracticeStore, code: str, sales: int) -> int:
    """Sell so often with a code while everybody has 20 % off; returns how many of the orders have the code."""
    from shopinf.practice.sitewide import Sitewide

    shop.graph.sitewide = Sitewide("Black Friday", "20")
    return sum(bool(shop.sell(code)["discount_codes"]) for _ in range(sales))


def creators(shop: PracticeStore) -> str:
    """A sheet of creators: those who buy in the store, and some who do not."""
    rows = ["email,first name,last name,instagram handle,followers,engagement rate"]
    for number, who in enumerate(shop.influencers()):
        followers, rate = 7_400 * (number + 1) ** 2, f"{3.9 - 0.4 * number:.1f}%"
        rows.append(f"{who['email']},{who['first_name']},{who['last_name']},{who['handle']},{followers},{rate}")
    rows += [f"creator{n}@studio.example,Sam,Example,studio.example.{n},{52_000 * n},2.4%" for n in range(1, 21)]
    return "\n".join(rows) + "\n"


def typed(line: str) -> str:
    """A command as it is typed: on several lines where one would be broken, an option always with its value."""
    words = line.split(" ")
    pieces: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before.startswith("-") and not word.startswith("-"):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    lines = ["$ shopinf"]
    for piece in pieces:
        if len(lines[-1]) + 1 + len(piece) <= WIDTH - 2:  # room for what says that it goes on
            lines[-1] += f" {piece}"
        else:
            lines.append(f"    {piece}")
    return " \\\n".join(lines)


class Story:
    """Runs the real program step by step, showing what a user would type and what comes back."""

    def __init__(self, desk: Desk, home: str, secrets: dict[str, str]) -> None:
        self._out = desk.out
        self._terminal = desk.setting.stdout.isatty() and desk.setting.stderr.isatty()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOPINF_")}
        self._environ = {
            **kept,
            **secrets,
            "SHOPINF_HOME": home,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def tell(self, text: str) -> None:
        """A sentence of the story, set apart, in lines that fit any terminal."""
        self._out.print("\n" + textwrap.fill(text, WIDTH))

    def shopinf(self, line: str) -> None:
        """Run one command line as a user would, and show it with its real output."""
        self._out.print(f"\n{typed(line)}")
        command = [sys.executable, "-m", "shopinf", *shlex.split(line)]
        shown = None if self._terminal else subprocess.PIPE  # a terminal is handed over, so that tables fit it
        done = subprocess.run(
            command,
            env=self._environ,
            check=False,
            stdout=shown,
            stderr=shown and subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
        )
        if done.stdout:
            self._out.print(done.stdout)
        if done.returncode != 0:
            raise Bug(
                f"The demonstration stopped: shopinf {line.split()[0]} ended with exit code {done.returncode}",
                hint="What it said stands above; please report it.",
            )

    def end(self) -> None:
        self.tell(f"That was the story. The files are in ./{FOLDER}/:")
        for file in sorted(FOLDER.iterdir()):
            self._out.print(f"  {FOLDER}/{file.name}{'/' if file.is_dir() else ''}")
        self._out.print("\nNext: shopinf connect YOUR-STORE, or shopinf practice for a store to play with")
