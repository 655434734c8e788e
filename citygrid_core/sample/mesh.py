"""A planar mesh whose faces share every vertex, also after one of them was divided.

Faces are rings of node numbers. Cutting a segment is noted once, for the segment;
a ring is expanded through these notes when it is asked for, so that the neighbour
of a divided face gets the new vertex too. Nodes stand on a grid of 1 mm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Array = NDArray[Any]
Segment = tuple[int, int]


def segment(a: int, b: int) -> Segment:
    """Return the key of the segment between two nodes, whichever way it runs."""
    return (a, b) if a < b else (b, a)


@dataclass
class Mesh:
    """Nodes, cut segments, and the line that each segment is part of.

    Attributes
    ----------
    line : dict
        Segment to the number of the line (road, bank, railway ...) it is part of.
    junctions : set of int
        Nodes where a line ends on another or crosses it.
    fixed : set of int
        Lines that may not be cut: they are shared with another county.
    """

    line: dict[Segment, int] = field(default_factory=dict)
    junctions: set[int] = field(default_factory=set)
    fixed: set[Segment] = field(default_factory=set)
    _xy: list[tuple[float, float]] = field(default_factory=list)
    _at: dict[tuple[int, int], int] = field(default_factory=dict)
    _cut: dict[Segment, int] = field(default_factory=dict)

    def node(self, x: float, y: float) -> int:
        """Return the number of the node at a place, made when it is new."""
        key = (round(x * 1000), round(y * 1000))
        found = self._at.get(key)
        if found is None:
            found = self._at[key] = len(self._xy)
            self._xy.append((key[0] / 1000, key[1] / 1000))
        return found

    def cut(self, a: int, b: int, x: float, y: float) -> int:
        """Put a node on the segment between `a` and `b` and return its number."""
        new = self.node(x, y)
        key = segment(a, b)
        self._cut[key] = new
        line = self.line.pop(key)
        self.line[segment(a, new)] = line
        self.line[segment(new, b)] = line
        return new

    def expand(self, ring: Sequence[int], closed: bool = True) -> list[int]:
        """Return the ring (or the open path) with the nodes put on its segments since."""
        if not self._cut:
            return list(ring)
        out: list[int] = []
        ends = [*ring[1:], ring[0]] if closed else ring[1:]
        for a, b in zip(ring, ends):  # noqa: B905 - an open path is one longer than its ends
            out.append(a)
            self._between(a, b, out)
        if not closed:
            out.append(ring[-1])
        return out

    def _between(self, a: int, b: int, out: list[int]) -> None:
        middle = self._cut.get(segment(a, b))
        if middle is None:
            return
        self._between(a, middle, out)
        out.append(middle)
        self._between(middle, b, out)

    def points(self, nodes: Iterable[int]) -> Floats:
        """Return the coordinates of nodes, shape (n, 2)."""
        xy = self._xy
        return np.array([xy[n] for n in nodes], dtype=float).reshape(-1, 2)


def ring_area(p: Floats) -> float:
    """Return the signed area of a ring (n, 2), positive when anticlockwise."""
    x, y = p[:, 0] - p[0, 0], p[:, 1] - p[0, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def ring_length(p: Floats) -> float:
    """Return the length of a closed ring (n, 2)."""
    return float(np.hypot(*(np.roll(p, -1, axis=0) - p).T).sum())


def roundness(p: Floats) -> float:
    """Return 4 pi area / perimeter squared (Polsby and Popper): 1 for a circle."""
    return float(4 * np.pi * abs(ring_area(p)) / ring_length(p) ** 2)
