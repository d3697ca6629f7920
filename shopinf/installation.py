"""What an operator types to add a library to this shopinf, or to have a newer one.

shopinf is installed from its source or from a wheel; no package index has it.
"""

from __future__ import annotations

import sys
from pathlib import PurePath

from shopinf.shell import quoted

UPDATE = "Install the newer shopinf from its source or wheel, as it was for this one: pipx install --force FILE"


def to_add(requirement: str, *, prefix: str = sys.prefix, program: str = sys.executable) -> str:
    """The command that installs *requirement* beside this shopinf, which pipx may look after."""
    if {"pipx", "venvs"} <= set(PurePath(prefix).parts):
        return f"pipx inject shopinf {quoted(requirement)}"
    return f"{quoted(program)} -m pip install {quoted(requirement)}"
