"""What an operator types to add a library to this shopinf, or to have a newer one.

shopinf is installed from its source or from a wheel; no package index has it.
"""

from __future__ import annotations

import sys
from pathlib import PurePath

from shopinf.shell import quoted


def to_update(*, prefix: str = sys.prefix) -> str:
    """What to do for a newer shopinf, by whatever looks after this one."""
    command = "uv tool install --force FILE" if _keeper(prefix) == "uv" else "pipx install --force FILE"
    return f"Install the newer shopinf from its source or wheel, as it was for this one: {command}"


def to_add(requirement: str, *, prefix: str = sys.prefix, program: str = sys.executable) -> str:
    """The command that installs *requirement* beside this shopinf, which pipx or uv may look after."""
    match _keeper(prefix):
        case "pipx":
            return f"pipx inject shopinf {quoted(requirement)}"
        case "uv":  # its environments have no pip
            return f"uv pip install --python {quoted(program)} {quoted(requirement)}"
        case _:
            return f"{quoted(program)} -m pip install {quoted(requirement)}"


def _keeper(prefix: str) -> str | None:
    """What made the environment at *prefix* for shopinf alone: pipx, uv, or whoever it was."""
    folders = set(PurePath(prefix).parts)
    if {"pipx", "venvs"} <= folders:
        return "pipx"
    return "uv" if {"uv", "tools"} <= folders else None
