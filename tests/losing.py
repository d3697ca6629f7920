"""A home whose ledger is lost now and then: deleted, or put back to a random older copy."""

from __future__ import annotations

import random
import shutil
from pathlib import Path


class Losing:
    """Loses the ledger of *home* with a chance of *share*, and keeps a copy otherwise; no run may be under way."""

    def __init__(self, home: Path, share: float, chance: random.Random) -> None:
        self.home, self.share, self.random = home, share, chance
        self.copies: list[Path] = []
        self.lost = 0

    def __str__(self) -> str:
        return f", the ledger lost {self.lost} times" if self.share else ""

    def __call__(self) -> None:
        if not self.share:
            return
        if self.random.random() >= self.share:
            copy = self.home.with_name(f"{self.home.name}-copy{len(self.copies)}")
            copy.mkdir()
            for path in self.home.glob("ledger.db*"):
                shutil.copy(path, copy / path.name)
            self.copies.append(copy)
            return
        self.lost += 1
        for path in self.home.glob("ledger.db*"):
            path.unlink()
        if self.copies and self.random.random() < 0.5:
            for path in self.random.choice(self.copies).iterdir():
                shutil.copy(path, self.home / path.name)
