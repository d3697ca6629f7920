"""What an operator types into a shell: how a name stands in a command line that we print."""

from __future__ import annotations

import shlex


def quoted(text: str) -> str:
    """*text* as one word of a command line: `maya` as it is, `spring sale` as `'spring sale'`.

    Every hint with something in it that people named goes through here, so that it can be pasted as it stands.
    """
    return shlex.quote(text)
