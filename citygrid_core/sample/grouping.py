"""Group the cells of a coverage into connected regions of given shares of the area."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citygrid_core.sample.mesh import Floats

Integers = NDArray[np.int64]

#: What it costs to cross a line of a class, as a factor on the distance.
CROSSING = {
    "lane": 1.0, "branch": 1.15, "secondary": 1.7, "arterial": 2.6, "expressway": 4.0,
    "railway": 4.0, "bank": 0.4, "river": 9.0,
}  # fmt: skip


@dataclass(frozen=True)
class Neighbours:
    """Pairs of cells that share an edge, and the class of the line between them."""

    first: Integers
    second: Integers
    crossing: list[str]

    def of(self, cells: Integers, n: int) -> tuple[list[list[int]], list[list[float]]]:
        """Return, within a choice of cells, each one's neighbours and crossing costs."""
        place = np.full(n, -1, dtype=np.int64)
        place[cells] = np.arange(len(cells))
        near: list[list[int]] = [[] for _ in cells]
        cost: list[list[float]] = [[] for _ in cells]
        a, b = place[self.first], place[self.second]
        for k in np.flatnonzero((a >= 0) & (b >= 0)):
            i, j, c = int(a[k]), int(b[k]), CROSSING[self.crossing[k]]
            near[i].append(j)
            near[j].append(i)
            cost[i].append(c)
            cost[j].append(c)
        return near, cost


def group(
    cells: Integers,
    n: int,
    neighbours: Neighbours,
    middle: Floats,
    weight: Floats,
    shares: Floats,
    rng: np.random.Generator,
    seeds: list[int] | None = None,
) -> Integers:
    """Return for each of `cells` the number of its region (0 to len(shares) - 1).

    Regions grow at once from one seed each over the shared edges, so each is
    connected when the cells are; seeds and speeds are mended until the shares
    of the weight (area) are about right.

    Parameters
    ----------
    cells : ndarray of int
        Positions of the cells to group among all `n`.
    middle, weight : ndarray
        Of all cells: centre (n, 2) in m, area in m2.
    seeds : list of int, optional
        Positions in `cells` to keep as seeds.
    """
    k = len(shares)
    if k <= 1 or len(cells) <= k:
        return np.minimum(np.arange(len(cells), dtype=np.int64), k - 1)
    near, cost = neighbours.of(cells, n)
    xy, w = middle[cells], weight[cells]
    goal = shares / shares.sum() * w.sum()
    at = seeds or _spread(xy, k, rng)
    speed = np.sqrt(goal / goal.mean())
    best, best_error = np.zeros(len(cells), dtype=np.int64), np.inf
    for turn in range(14):
        region = _grow(at, near, cost, xy, speed)
        held = np.bincount(region, weights=w, minlength=k)
        error = float(np.abs(held / goal - 1).max())
        if error < best_error:
            best, best_error = region, error
        if error < 0.2:
            break
        speed *= (goal / np.maximum(held, goal * 0.05)) ** 0.35
        if seeds is None and turn % 2 == 0:
            at = _middles(region, xy, w, k, at)
    return best


def _spread(xy: Floats, k: int, rng: np.random.Generator) -> list[int]:
    """Return k cells far from one another."""
    at = [int(rng.integers(len(xy)))]
    gap = np.hypot(*(xy - xy[at[0]]).T)
    at = [int(np.argmax(gap))]
    gap = np.hypot(*(xy - xy[at[0]]).T)
    while len(at) < k:
        at.append(int(np.argmax(gap)))
        gap = np.minimum(gap, np.hypot(*(xy - xy[at[-1]]).T))
    return at


def _middles(region: Integers, xy: Floats, w: Floats, k: int, old: list[int]) -> list[int]:
    out = []
    for r in range(k):
        mine = np.flatnonzero(region == r)
        if not len(mine):
            out.append(old[r])
            continue
        centre = np.average(xy[mine], axis=0, weights=np.maximum(w[mine], 1))
        out.append(int(mine[np.argmin(np.hypot(*(xy[mine] - centre).T))]))
    return out if len(set(out)) == k else old


def _grow(
    at: list[int], near: list[list[int]], cost: list[list[float]], xy: Floats, speed: Floats
) -> Integers:
    region = np.full(len(xy), -1, dtype=np.int64)
    heap = [(0.0, r, i) for r, i in enumerate(at)]
    points = xy.tolist()
    while heap:
        far, r, i = heapq.heappop(heap)
        if region[i] >= 0:
            continue
        region[i] = r
        x, y = points[i]
        for j, c in zip(near[i], cost[i], strict=True):
            if region[j] < 0:
                step = ((points[j][0] - x) ** 2 + (points[j][1] - y) ** 2) ** 0.5
                heapq.heappush(heap, (far + step * c / float(speed[r]), r, j))
    region[region < 0] = 0
    return region
