"""How many numbers of a class are left, said before they run out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: A component's number has six digits in every edition (per county and minor class).
MOST = 999_999
#: Share of the numbers used from which people are warned.
WARN = 0.8


@dataclass(frozen=True)
class Capacity:
    """The numbers of one county and class.

    Attributes
    ----------
    scope : str
        ``component:<county><class>``.
    used : int
        Highest number minted or leased: none up to it is ever minted again.
    left : int
        Numbers that can still be minted.
    """

    scope: str
    used: int
    left: int

    @property
    def share(self) -> float:
        """Used part of all numbers, 0 to 1."""
        return self.used / (self.used + self.left)

    @property
    def low(self) -> bool:
        """Whether people should be warned."""
        return self.share >= WARN


def capacity(counters: Mapping[str, int], *, most: int = MOST) -> list[Capacity]:
    """Return the capacity of each scope of components, the fullest first.

    Parameters
    ----------
    counters : mapping of str to int
        Scope to the highest number minted.
    most : int
        Highest number of the edition.
    """
    found = [
        Capacity(scope, min(last, most), max(most - last, 0))
        for scope, last in counters.items()
        if scope.startswith("component:")
    ]
    return sorted(found, key=lambda c: (-c.used, c.scope))
