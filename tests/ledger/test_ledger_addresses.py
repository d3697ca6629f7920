"""The address of a shared ledger as people mistype it: refused by the name of the part, its password unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("postgresql://u:p@ss5word@host:5432/db", "The host"),
        ("postgresql://u:s5word@host:54x2/db", "The port"),
        ("postgresql://u:s5word@[::1/db", "The port"),
        ("postgresql://u:s5word@ho]st/db", "The host"),
        ("mysql://u:s5word@host/db", "The ledger's address"),
    ],
)
def test_an_address_that_is_none_is_refused_by_its_part(run: Bench, tmp_path: Path, address: str, part: str) -> None:
    ran = run("ledger", "export", str(tmp_path / "backup.db"), environ={"SHOPINF_LEDGER_URL": address})
    assert (ran.code, ran.out) == (2, "")
    assert part in ran.err
    assert "s5word" not in ran.err
    assert "ss5word" not in ran.err
