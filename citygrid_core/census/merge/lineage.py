"""Which state a returned file builds on.

Every edit of a pack appends a random token to the log inside the pack. A file whose log
continues the log of an earlier return builds on that return; one whose log is only the
beginning of it is an older copy and has nothing new; one that shares less was edited on
a second device from an earlier copy, and builds on the last state that both share.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Hexadecimal digits of a token.
TOKEN = 16


@dataclass(frozen=True)
class Ancestor:
    """The state that a file builds on.

    Attributes
    ----------
    seq : int
        The state whose log the file's log continues.
    stale : bool
        The file is an older copy, between two returns: it has nothing that is not known.
    same : bool
        The file's log is exactly the one of that state.
    """

    seq: int
    stale: bool
    same: bool


def ancestor(log: Sequence[str], states: Mapping[int, Sequence[str]]) -> Ancestor:
    """Find the state that a file builds on.

    Parameters
    ----------
    log : sequence of str
        Tokens of the file's edits, oldest first.
    states : mapping of int to sequence of str
        Whole log of each state; state 0, what was taken, has an empty one.
    """
    mine = list(log)
    best, longest, stale = 0, -1, False
    for seq, held in sorted(states.items()):
        theirs = list(held)
        if len(theirs) > len(mine):
            stale = stale or theirs[: len(mine)] == mine
        elif mine[: len(theirs)] == theirs and len(theirs) >= longest:
            best, longest = seq, len(theirs)
    same = longest == len(mine)
    return Ancestor(best, stale and not same, same)


def pack_log(tokens: Sequence[str]) -> str:
    """Return tokens as one compact text."""
    raw = bytes.fromhex("".join(t.ljust(TOKEN, "0")[:TOKEN] for t in tokens))
    return base64.b64encode(zlib.compress(raw, 1)).decode("ascii")


def unpack_log(text: str | None) -> list[str]:
    """Return the tokens that `pack_log` wrote."""
    if not text:
        return []
    raw = zlib.decompress(base64.b64decode(text)).hex()
    return [raw[i : i + TOKEN] for i in range(0, len(raw), TOKEN)]
