"""Merging small faces: greedy, by the objective, never across the community.

Region merging on the graph of neighbours (polygonise and merge): the pair whose
merging lowers the objective most goes first. No geometry is touched: areas and
border lengths of the arcs say all.
"""

from __future__ import annotations

import heapq

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.grids.mesh import Floats, Ints, Mesh
from citygrid_core.grids.policy import Policy

#: A face whose mean width (2 × area / perimeter, metres) is below this is a strip.
STRIP_WIDTH_M = 15.0
#: So is one with a lower Polsby-Popper measure: 20 × 550 m has 0.11.
NEEDLE = 0.12


class _Graph:
    """Faces, their areas and perimeters, and the borders between them."""

    def __init__(self, mesh: Mesh) -> None:
        length = shapely.length(mesh.arcs.shapes)
        self.area: Floats = shapely.area(mesh.faces)
        self.perimeter = np.zeros(len(mesh.faces))
        for side in (0, 1):
            has = mesh.sides[:, side] >= 0
            np.add.at(self.perimeter, mesh.sides[has, side], length[has])
        self.borders: list[dict[int, tuple[float, float]]] = [{} for _ in mesh.faces]
        for arc in np.flatnonzero(mesh.inner):
            a, b = (int(f) for f in mesh.sides[arc])
            self._add(a, b, float(length[arc]), float(length[arc] * mesh.arcs.weight[arc] ** 2))

    def _add(self, a: int, b: int, length: float, weight: float) -> None:
        for one, other in ((a, b), (b, a)):
            had = self.borders[one].get(other, (0.0, 0.0))
            self.borders[one][other] = (had[0] + length, had[1] + weight)

    def join(self, a: int, b: int) -> None:
        """Merge `b` into `a`."""
        shared = self.borders[a][b][0]
        self.area[a] += self.area[b]
        self.perimeter[a] += self.perimeter[b] - 2 * shared
        for other, (length, weight) in self.borders[b].items():
            del self.borders[other][b]
            if other != a:
                self._add(a, other, length, weight)
        self.borders[b] = {}


def merge(mesh: Mesh, policy: Policy, fixed: NDArray[np.bool_]) -> Ints:
    """Return for each face the face that it is merged into.

    Parameters
    ----------
    mesh : Mesh
    policy : Policy
    fixed : bool array
        Faces that stay as they are, e.g. compounds; they still take in a
        neighbour that is below the lower limit and has no one else.
    """
    graph = _Graph(mesh)
    count = len(mesh.faces)
    into = np.arange(count)
    version = [0] * count
    held = fixed.copy()
    heap: list[tuple[float, int, int, int, int]] = []

    def gain(a: int, b: int) -> float | None:
        length, weight = graph.borders[a][b]
        small = a if graph.area[a] < graph.area[b] else b
        size, around = graph.area[small], graph.perimeter[small]
        # a strip along a street is no cell either
        strip = 2 * size < STRIP_WIDTH_M * around and size < policy.low_m2
        strip |= 4 * np.pi * size < NEEDLE * around**2 and size < policy.high_m2
        tiny = size < policy.limit_low_m2 or strip
        if (held[a] or held[b]) and not tiny:
            return None
        together = graph.area[a] + graph.area[b]
        if together > policy.high_m2 and not tiny:
            return None
        rim = graph.perimeter[a] + graph.perimeter[b] - 2 * length
        if rim <= 0:
            return -1e9  # one inside the other and nothing else
        before = policy.cell_cost(
            np.array([graph.area[a], graph.area[b]]),
            np.array([graph.perimeter[a], graph.perimeter[b]]),
        ).sum()
        after = policy.cell_cost(np.array([together]), np.array([rim]))[0]
        change = float(after - before + policy.border_weight * weight / length)
        if tiny:
            # it must go somewhere: the longest, least important border wins
            change += 20 * weight / length - 50 - 20 * length / around
            if held[a] or held[b]:
                change += 2
            elif together > policy.high_m2:
                change += 40
        return change

    def push(a: int, b: int) -> None:
        value = gain(a, b)
        if value is not None and value < 0:
            low, high = min(a, b), max(a, b)
            heapq.heappush(heap, (round(value, 9), low, high, version[low], version[high]))

    for a in range(count):
        for b in graph.borders[a]:
            if a < b:
                push(a, b)
    while heap:
        _, a, b, of_a, of_b = heapq.heappop(heap)
        if version[a] != of_a or version[b] != of_b:
            continue
        if graph.area[b] > graph.area[a]:
            a, b = b, a
        graph.join(a, b)
        into[b] = a
        held[a] = held[a] or held[b]
        version[a] += 1
        version[b] += 1
        for other in list(graph.borders[a]):
            push(a, other)
    while True:  # follow the chain to its end
        further = into[into]
        if np.array_equal(further, into):
            return into.astype(np.int64)
        into = further


def inner_of(mesh: Mesh, into: Ints) -> NDArray[np.bool_]:
    """Return the arcs that merging by `into` makes superfluous."""
    inner = mesh.inner
    gone = np.zeros(len(mesh.arcs), dtype=bool)
    gone[inner] = into[mesh.sides[inner, 0]] == into[mesh.sides[inner, 1]]
    return gone
