"""The catalogue of rails, what each of them is asked, and how a run's payments are laid out in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from shopinf.payouts.payees import Batch, Payee, Payment
from shopinf.payouts.runs import Rail


class PayFile(Protocol):
    """What a rail's file is."""

    currencies: frozenset[str] | None  # None: any
    limit: int | None  # payments in one file

    def check(self, payment: Payment) -> None:
        """Raise `BadInput` with one sentence where the rail cannot carry *payment*."""

    def form(self, payee: Payee) -> str:
        """Which form a payee needs; those of two forms cannot stand in one file. `""` is the usual one."""

    def destination(self, payee: Payee) -> tuple[str, ...]:
        """Where the money goes, to be compared with where it went."""

    def write(self, payments: Sequence[Payment], batch: Batch, part: int) -> bytes:
        """The file of *payments*, the *part*th of its run."""


# Each rail's file of this folder.
_FILES: dict[Rail, str] = {each: str(each) for each in Rail if each is not Rail.HAND}
RAILS = tuple(_FILES)


def pay_file(rail: Rail) -> PayFile:
    """The file that *rail* takes."""
    found: PayFile = import_module(f"shopinf.payfiles.{_FILES[rail]}").FILE
    return found


@dataclass(frozen=True, slots=True)
class Sheaf:
    """The payments of one file; *part* numbers the files of a run."""

    currency: str
    form: str
    payments: tuple[Payment, ...]
    part: int


def sheaves(file: PayFile, payments: Sequence[Payment]) -> list[Sheaf]:
    """*payments* in files: one currency and one form each, and no more in one than the rail takes."""
    groups: dict[tuple[str, str], list[Payment]] = {}
    for each in sorted(payments, key=lambda payment: payment.statement):
        groups.setdefault((each.amount.currency, file.form(each.payee)), []).append(each)
    found: list[Sheaf] = []
    for (currency, form), group in sorted(groups.items()):
        size = file.limit or len(group)
        for start in range(0, len(group), size):
            found.append(Sheaf(currency, form, tuple(group[start : start + size]), len(found) + 1))
    return found


def file_names(output: Path, sheaves: Sequence[Sheaf]) -> list[Path]:
    """A name for each file: *output* itself for one, else with what tells it from the others: `run-EUR-2.csv`."""
    if len(sheaves) == 1:
        return [output]
    names = []
    for sheaf in sheaves:
        alike = [other for other in sheaves if (other.currency, other.form) == (sheaf.currency, sheaf.form)]
        words = [sheaf.currency, *([sheaf.form] if sheaf.form else [])]
        if len(alike) > 1:
            words.append(str(alike.index(sheaf) + 1))
        names.append(output.with_name(f"{output.stem}-{'-'.join(words)}{output.suffix}"))
    return names
