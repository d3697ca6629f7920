"""What an operator types into a shell: how a name stands in a command line that we print."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

_PLAIN = re.compile(r"[\w@+=:,./\\-]+")  # needs no quotes in PowerShell and cmd


def quoted(text: str) -> str:
    """*text* as one word of a command line: `maya` as it is, `spring sale` as `'spring sale'`.

    Every hint with something in it that people named goes through here, so that it can be pasted as it stands. On
    Windows it stands between double quotes, which PowerShell and cmd both know.
    """
    if sys.platform != "win32":
        return shlex.quote(text)
    return text if _PLAIN.fullmatch(text) else '"{}"'.format(text.replace('"', '""'))


def making(folder: Path) -> str:
    """What makes *folder*, those above it included, in this machine's shells."""
    return f"mkdir {'' if sys.platform == 'win32' else '-p '}{quoted(str(folder))}"
