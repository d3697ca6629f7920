"""The sheet's people and the command that sends them something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

Send = Callable[..., Ran]


@pytest.fixture
def send(run: Bench, shop: PracticeStore, tmp_path: Path) -> Send:
    """`send("--dry-run")` sends Maya and Leo, or the people of *file*, the first variant of the shop."""
    from .giving import sheet, variant

    def command(*more: str, file: str | None = None, campaign: str = "spring", yes: bool = True) -> Ran:
        given = ["gifts", "send", "--campaign", campaign, "--from", file or sheet(tmp_path)]
        chosen = [] if "--variant" in more else ["--variant", variant(shop)["sku"]]
        return run(*given, *chosen, *more, *(["--yes"] if yes else []), "-f", "json")

    return command
