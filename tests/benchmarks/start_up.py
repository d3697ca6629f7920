"""How quickly the program is there, as ratios taken in one run, best of several rounds each.

    python tests/benchmarks/start_up.py

Aims: `--version` at most 2 times `python -c pass`; `--help` and `orders attribute --help` at most 1.2 times a Typer app
of two commands that does the same.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 25
TWO_COMMANDS = '''
import typer

app = typer.Typer()


@app.command()
def attribute(period: str = "last-month", by: str = "influencer"):
    """Attribute orders."""


@app.command()
def sync(full: bool = False):
    """Read orders."""


app()
'''


def seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def best(pairs: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """The best time of each command; rounds are interleaved, so that a busy moment hits all of them."""
    found = dict.fromkeys(pairs, float("inf"))
    for _ in range(ROUNDS):
        for name, command in pairs.items():
            found[name] = min(found[name], seconds(*command))
    return found


def main() -> None:
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "two_commands.py"
        small.write_text(TWO_COMMANDS)
        found = best(
            {
                "pass": (python, "-c", "pass"),
                "version": (python, "-m", "shopinf", "--version"),
                "typer help": (python, str(small), "--help"),
                "help": (python, "-m", "shopinf", "--help"),
                "typer command help": (python, str(small), "attribute", "--help"),
                "command help": (python, "-m", "shopinf", "orders", "attribute", "--help"),
            }
        )
    for name, ours, base, aim in (
        ("--version", "version", "pass", 2.0),
        ("--help", "help", "typer help", 1.2),
        ("orders attribute --help", "command help", "typer command help", 1.2),
    ):
        ratio = found[ours] / found[base]
        print(f"{name:26} {1000 * found[ours]:6.1f} ms / {1000 * found[base]:6.1f} ms = {ratio:.2f}  (aim {aim})")


if __name__ == "__main__":
    main()
