"""Lose the ledger again and again, and see that the store has exactly what was asked for, each with its person.

    python tests/benchmarks/soak_lost_ledger.py --rounds 100 [--people 12] [--seed 1]

Two homes work on one store with ledgers of their own. Between their runs of codes, of codes by number and of gifts a
ledger is deleted, put back to a random older copy, or swapped with the other home's.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import Bench

CAMPAIGNS = ("q4", "Spring Sale", "späth - und gut", "vip")
ADDRESS = "Ann,Lee,1 Main St,Ottawa,ON,CA,K1A 0B1"


class Soak:
    """Two homes, one store, and what was asked for so far."""

    def __init__(self, folder: Path, people: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        first = Bench(folder / "one")
        self.store = first.open(handle="lost-shop", throttle=False, products=2)
        self.homes = [first, Bench(folder / "two", clock=first.clock, wire=first.wire)]
        for home in self.homes:
            home.environ["SHOPINF_LOST_SHOP_ACCESS_TOKEN"] = self.store.access_token
            home("connect", "lost-shop").ok()
        self.variant = next(iter(self.store.products.values()))["variants"][0]
        self.variant["inventory_quantity"] = 1_000_000
        self.people = [f"person{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(people)]
        self.codes: set[tuple[str, str]] = set()
        self.gifts: set[tuple[str, str]] = set()
        self.number = 0
        self.copies: list[Path] = []
        self.done = Counter[str]()

    def round(self) -> None:
        """Something happens to the ledgers, then one of the homes works."""
        self.homes[0].clock.pass_(minutes=self.random.choice((0, 1, 30, 600)))
        home = self.random.choice(self.homes)
        happens = self.random.choice((self.nothing, self.delete, self.restore, self.swap))
        happens(home)
        self.done[happens.__name__] += 1
        work = self.random.choice((self.make_codes, self.make_codes, self.make_number, self.send_gifts))
        work(home)
        self.done[work.__name__] += 1
        self.keep(home)
        self.check()

    # what happens

    def nothing(self, home: Bench) -> None:
        pass

    def delete(self, home: Bench) -> None:
        for path in home.home.glob("ledger.db*"):
            path.unlink()

    def restore(self, home: Bench) -> None:
        if self.copies:
            self.delete(home)
            shutil.copy(self.random.choice(self.copies), home.home / "ledger.db")

    def swap(self, home: Bench) -> None:
        aside = self.folder / "aside"
        aside.mkdir()
        one, two = (each.home for each in self.homes)
        for source, target in ((one, aside), (two, one), (aside, two)):
            for path in list(source.glob("ledger.db*")):
                path.rename(target / path.name)
        aside.rmdir()

    def keep(self, home: Bench) -> None:
        """A backup of either home."""
        if self.random.random() < 0.5:
            path = self.folder / f"copy{len(self.copies)}.db"
            home("ledger", "export", str(path)).ok()
            self.copies.append(path)

    # the work

    def some(self) -> tuple[str, list[str]]:
        return self.random.choice(CAMPAIGNS), self.random.sample(self.people, self.random.randint(1, 6))

    def make_codes(self, home: Bench) -> None:
        campaign, people = self.some()
        sheet = self.folder / "codes.csv"
        sheet.write_text("influencer,email\n" + "".join(f"{each},{each}@x.example\n" for each in people))
        given = ("--from", str(sheet), "--percent", "15", "--ends", "2027-12-31", "--yes", "-f", "json")
        made = home("discounts", "create", "--campaign", campaign, *given).ok().json
        self.codes |= {(campaign, each) for each in people}
        listed = {row["code"]: row for row in home("discounts", "list", "-f", "json").ok().json["rows"]}
        for row in made["codes"]:
            assert listed[row["code"]]["influencer"] == row["influencer"]
            assert row["code"].casefold().startswith(row["influencer"])
            rule = self.store.price_rules[row["price_rule_id"]]
            assert rule["title"].startswith(f"{row['code']} - {campaign} - "), rule["title"]

    def make_number(self, home: Bench) -> None:
        self.number = max(self.number, 1) + self.random.choice((0, 0, 3, 40))
        given = ("--count", str(self.number), "--amount", "5", "--yes")
        home("discounts", "create", "--campaign", "numbers", *given).ok()

    def send_gifts(self, home: Bench) -> None:
        campaign, people = self.some()
        sheet = self.folder / "gifts.csv"
        header = "influencer,email,first_name,last_name,address1,city,province,country,zip\n"
        sheet.write_text(header + "".join(f"{each},{each}@x.example,{ADDRESS}\n" for each in people))
        given = ("--from", str(sheet), "--variant", str(self.variant["id"]), "--yes")
        home("gifts", "send", "--campaign", campaign, *given).ok()
        self.gifts |= {(campaign, each) for each in people}
        rows = home("gifts", "status", "--campaign", campaign, "-f", "json").ok().json["rows"]
        for row in rows:
            assert self.store.orders[row["order_id"]]["email"] == f"{row['influencer']}@x.example"
        assert {row["influencer"] for row in rows} >= set(people)

    def check(self) -> None:
        """The store has what was asked for, once."""
        own = [rule for rule in self.store.price_rules.values() if not rule["title"].startswith("numbers - ")]
        names = {code["price_rule_id"]: code["code"] for code in self.store.discount_codes.values()}
        found = Counter(
            (rule["title"].removeprefix(f"{names[rule['id']]} - ")[:-13], names[rule["id"]].casefold()[:8])
            for rule in own
        )
        assert found == Counter(self.codes), found - Counter(self.codes)
        shared = len(self.store.price_rules) - len(own)
        assert shared == bool(self.number)
        assert len(self.store.discount_codes) == len(own) + self.number
        drafts = Counter(
            (next(each["value"] for each in draft["note_attributes"] if "campaign" in each["name"]), draft["email"])
            for draft in self.store.drafts.values()
        )
        assert drafts == Counter((campaign, f"{each}@x.example") for campaign, each in self.gifts)
        orders = [order for order in self.store.orders.values() if order["source_name"] == "shopify_draft_order"]
        assert len(orders) == len(self.gifts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), given.people, given.seed)
        for _ in range(given.rounds):
            soak.round()
        passed = time.monotonic() - begun
        had = f"{len(soak.codes)} codes, {soak.number} by number and {len(soak.gifts)} gifts asked for, each there once"
        print(f"{given.rounds} rounds: {had}; {dict(soak.done)}, {passed:.0f} s")


if __name__ == "__main__":
    main()
