"""Lose the ledger, kill runs and trouble their requests, and see that what a store carries is taken up exactly.

    python tests/benchmarks/soak_looking_over.py --faults 5000 --kills 100 [--people 12] [--seed 1] [--share 0.1]

Two homes work on one store with ledgers of their own: codes with price rules of their own, codes of people and codes by
number on shared rules, and gifts. Before a run a ledger may be deleted, put back to an older copy, or swapped with the
other's. While it looks over the store and makes what is missing, answers are lost, late, torn, stale, refused for a
while or short of records, and the machine is killed at any request, with its ledger as it was in that moment; then
the ledger may be lost again. It is run until it ends well, and what the store has is counted.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import Bench, Ran
from benchmarks.soak_lost_ledger import ADDRESS, CAMPAIGNS, Soak
from killed import Killed
from trouble import Trouble

TOGETHER = ("herbst", "Winter & Co")  # campaigns whose people share a price rule
RUNS = 12  # with trouble, until one without


class LookingOver(Soak):
    """Two homes whose road to the store is troubled."""

    def __init__(self, folder: Path, people: int, seed: int, share: float, deadly: float = 0.3) -> None:
        super().__init__(folder, people, seed)
        self.road = Trouble(self.homes[0].wire, self.homes[0].clock, self.random, share)
        for home in self.homes:
            home.wire = self.road
        self.deadly = deadly
        self.ended = Counter[int]()
        self.shared: set[tuple[str, str]] = set()
        self.works = cycle((self.make_codes, self.make_together, self.make_number, self.send_gifts))

    def round(self) -> None:
        home = self.random.choice(self.homes)
        self._happen(home)
        work = next(self.works)
        work(home)
        self.done[work.__name__] += 1
        self.keep(home)
        self.check()

    def _happen(self, home: Bench) -> None:
        """Something may happen to the ledgers; by then nothing is under way any more."""
        happens = self.random.choice((self.nothing, self.delete, self.restore, self.swap))
        if happens != self.nothing:
            home.clock.pass_(minutes=self.random.choice((1, 30, 600)))
            self.road.arrive()
        happens(home)
        self.done[happens.__name__] += 1

    def until_done(self, home: Bench, *argv: str) -> Ran:
        """Run a command with trouble until it ends well, and once more without; each time it converges."""
        left = self.folder / "left.db"
        for _ in range(RUNS):
            self.road.armed = True
            deadly = self.random.randrange(40) if self.random.random() < self.deadly else None
            self.road.kill_in(deadly, lambda: _copied(home, left))
            try:
                ran = home(*argv)
            except Killed:
                self.delete(home)
                left.rename(home.home / "ledger.db")
                if self.random.random() < 0.3:
                    self.road.armed = False
                    home.clock.pass_(minutes=1)
                    self._happen(home)
                continue
            finally:
                self.road.armed = False
                self.road.kill_in(None)
            self.ended[ran.code] += 1
            assert ran.code in (0, 6, 7), ran.err
            if not ran.code:
                break
        home.clock.pass_(minutes=1)
        self.road.arrive(all=True)
        return home(*argv).ok()

    # the work

    def some(self) -> tuple[str, list[str]]:
        return self.random.choice(CAMPAIGNS), self.random.sample(self.people, self.random.randint(3, len(self.people)))

    def _sheet(self, people: list[str]) -> Path:
        sheet = self.folder / "codes.csv"
        sheet.write_text("influencer,email\n" + "".join(f"{each},{each}@x.example\n" for each in people))
        return sheet

    def make_codes(self, home: Bench) -> None:
        campaign, people = self.some()
        self._make(home, campaign, people)
        self.codes |= {(campaign, each) for each in people}

    def make_together(self, home: Bench) -> None:
        campaign, (_, people) = self.random.choice(TOGETHER), self.some()
        self._make(home, campaign, people, "--shared-rule")
        self.shared |= {(campaign, each) for each in people}

    def _make(self, home: Bench, campaign: str, people: list[str], *more: str) -> None:
        given = ("--sheet", str(self._sheet(people)), "--percent", "15", "--ends", "2027-12-31", "--yes", "-f", "json")
        made = self.until_done(home, "discounts", "create", "--campaign", campaign, *given, *more).json
        assert sorted(row["influencer"] for row in made["codes"]) == sorted(people)
        listed = {row["code"]: row for row in home("discounts", "list", "-f", "json").ok().json["rows"]}
        for row in made["codes"]:
            assert row["code"].casefold().startswith(row["influencer"])
            told = listed[row["code"]]
            assert (told["influencer"], told["campaign"]) == (row["influencer"], campaign), told

    def make_number(self, home: Bench) -> None:
        self.number = max(self.number, 1) + self.random.choice((0, 0, 3, 40, 130))
        given = ("--count", str(self.number), "--amount", "5", "--yes")
        self.until_done(home, "discounts", "create", "--campaign", "numbers", *given)

    def send_gifts(self, home: Bench) -> None:
        campaign, people = self.some()
        sheet = self.folder / "gifts.csv"
        header = "influencer,email,first_name,last_name,address1,city,province,country,zip\n"
        sheet.write_text(header + "".join(f"{each},{each}@x.example,{ADDRESS}\n" for each in people))
        given = ("--sheet", str(sheet), "--variant", str(self.variant["id"]), "--yes")
        self.until_done(home, "gifts", "send", "--campaign", campaign, *given)
        self.gifts |= {(campaign, each) for each in people}
        rows = home("gifts", "status", "--campaign", campaign, "-f", "json").ok().json["rows"]
        for row in rows:
            assert self.store.orders[row["order_id"]]["email"] == f"{row['influencer']}@x.example"
        assert {row["influencer"] for row in rows} >= set(people)

    def check(self) -> None:
        """The store has what was asked for, once."""
        names: dict[int, list[str]] = {rule: [] for rule in self.store.price_rules}
        for code in self.store.discount_codes.values():
            names[code["price_rule_id"]].append(code["code"].casefold())
        own, shared, numbers = Counter[tuple[str, str]](), Counter[tuple[str, str]](), list[int]()
        rules = Counter[str]()
        for rule in self.store.price_rules.values():
            title = rule["title"].rpartition(" - ")[0]
            if title == "numbers":
                numbers.append(len(names[rule["id"]]))
            elif title in TOGETHER:
                rules[title] += 1
                shared.update((title, name[:8]) for name in names[rule["id"]])
            else:
                [name] = names[rule["id"]]
                code, _, campaign = title.partition(" - ")  # which may lack the code's suffix, or have a former one
                assert name[:8] == code.casefold()[:8], (title, name)
                own[campaign, name[:8]] += 1
        assert own == Counter(self.codes), _apart(own, Counter(self.codes))
        assert shared == Counter(self.shared), _apart(shared, Counter(self.shared))
        assert all(times == 1 for times in rules.values()), rules
        assert numbers == [self.number] * bool(self.number)
        drafts = Counter(
            (next(each["value"] for each in draft["note_attributes"] if "campaign" in each["name"]), draft["email"])
            for draft in self.store.drafts.values()
        )
        wanted = Counter((campaign, f"{each}@x.example") for campaign, each in self.gifts)
        assert drafts == wanted, _apart(drafts, wanted)
        orders = [order for order in self.store.orders.values() if order["source_name"] == "shopify_draft_order"]
        assert len(orders) == len(self.gifts)


def _apart(found: Counter[tuple[str, str]], wanted: Counter[tuple[str, str]]) -> str:
    return f"too many {dict(found - wanted)}, missing {dict(wanted - found)}"


def _copied(home: Bench, to: Path) -> None:
    """The ledger as it is in this moment, which is what a killed run leaves behind."""
    to.unlink(missing_ok=True)
    with closing(sqlite3.connect(home.home / "ledger.db")) as ledger, closing(sqlite3.connect(to)) as copy:
        ledger.backup(copy)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.1, help="of the requests that meet trouble")
    given = parser.parse_args()
    begun, rounds = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        soak = LookingOver(Path(folder), given.people, given.seed, given.share)
        while soak.road.met.total() < given.faults or soak.road.kills < given.kills:
            try:
                soak.round()
            except AssertionError:
                print(f"after {rounds} rounds, {soak.road.met.total()} faults and {soak.road.kills} kills", flush=True)
                raise
            rounds += 1
        had = f"{len(soak.codes)} codes, {len(soak.shared)} on shared rules, {soak.number} by number"
        print(
            f"{rounds} rounds, {soak.road.met.total()} faults and {soak.road.kills} kills: {had} and {len(soak.gifts)} "
            f"gifts asked for, each there once and with its person; faults {dict(soak.road.met)}, happened "
            f"{dict(soak.done)}, exit codes {dict(soak.ended)}, {time.monotonic() - begun:.0f} s"
        )


if __name__ == "__main__":
    main()
