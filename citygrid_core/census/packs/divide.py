"""Responsibility grids shared out among teams: balanced, and each team's part in one piece."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.errors import MissingCrs, Text, UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Share:
    """What one team gets.

    Attributes
    ----------
    team : int
        From 0.
    labels : tuple
        Index labels of its areas.
    streets_m, expected : float
        Metres of street, components expected.
    load : float
        Its part of the whole work; the parts of all teams sum to 1.
    """

    team: int
    labels: tuple[object, ...]
    streets_m: float
    expected: float
    load: float


def divide(
    areas: gpd.GeoDataFrame,
    teams: int,
    *,
    streets_m: pd.Series,
    expected: pd.Series,
    weight: float = 0.5,
    rounds: int = 200,
) -> list[Share]:
    """Share areas out among teams.

    Parameters
    ----------
    areas : GeoDataFrame
        Responsibility grids, or whatever is given out whole; projected CRS.
    teams : int
        At most as many as there are areas.
    streets_m, expected : Series
        Metres of street and components expected of each area, by the index of `areas`.
    weight : float
        How much of the load is walking (streets), the rest is surveying (components).
    rounds : int
        Most improvements after the first division.

    Returns
    -------
    list of Share
        One for each team, in the order of the sweep (deterministic).

    Raises
    ------
    MissingCrs, UsageError

    Notes
    -----
    Recursive weighted bisection along the longer axis (Berger and Bokhari, *A partitioning
    strategy for nonuniform problems on multiprocessors*, IEEE Trans. Computers 36(5), 1987)
    keeps the parts compact; then areas on a border change sides while that lowers the sum
    of squared loads and leaves no part in pieces it was not in before.
    """
    if areas.crs is None:
        raise MissingCrs(Text("areas", "区划"))
    if not 1 <= teams <= len(areas):
        raise UsageError(
            Text(
                f"{len(areas)} areas can't be shared among {teams} teams; "
                "make smaller responsibility grids, or fewer teams",
                f"{len(areas)} 个责任网格无法分给 {teams} 个作业组；请划小责任网格或减少组数",
            )
        )
    streets = streets_m.reindex(areas.index).fillna(0.0).to_numpy(dtype=np.float64)
    number = expected.reindex(areas.index).fillna(0.0).to_numpy(dtype=np.float64)
    load = weight * _shares(streets) + (1 - weight) * _shares(number)
    load = _shares(load) if load.sum() > 0 else np.full(len(areas), 1 / len(areas))
    centre = shapely.get_coordinates(shapely.centroid(areas.geometry.to_numpy()))
    owner = np.zeros(len(areas), dtype=np.int64)
    _bisect(np.arange(len(areas)), 0, teams, centre, load, owner)
    _improve(owner, teams, load, _neighbours(areas), rounds)
    return [
        Share(
            team,
            tuple(areas.index[owner == team]),
            float(streets[owner == team].sum()),
            float(number[owner == team].sum()),
            float(load[owner == team].sum()),
        )
        for team in range(teams)
    ]


def _shares(values: Floats) -> Floats:
    total = values.sum()
    return values / total if total > 0 else np.zeros_like(values)


def _bisect(at: Ints, first: int, teams: int, centre: Floats, load: Floats, owner: Ints) -> None:
    """Give the areas `at` to the teams ``first .. first + teams``."""
    if teams == 1:
        owner[at] = first
        return
    left = teams // 2
    spread = np.ptp(centre[at], axis=0)
    axis = int(spread[1] > spread[0])
    order = at[np.lexsort((at, centre[at, 1 - axis], centre[at, axis]))]
    before = np.cumsum(load[order]) - load[order] / 2
    cut = int(np.searchsorted(before, load[at].sum() * left / teams))
    cut = min(max(cut, left), len(at) - (teams - left))
    _bisect(order[:cut], first, left, centre, load, owner)
    _bisect(order[cut:], first + left, teams - left, centre, load, owner)


def _neighbours(areas: gpd.GeoDataFrame) -> list[set[int]]:
    shapes = areas.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found: list[set[int]] = [set() for _ in shapes]
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        if i != j:
            found[i].add(j)
    return found


def _improve(owner: Ints, teams: int, load: Floats, near: list[set[int]], rounds: int) -> None:
    """Move areas on a border to the lighter side while the balance improves."""
    sums = np.bincount(owner, weights=load, minlength=teams)
    for _ in range(rounds):
        best, gain = None, 1e-12
        for i, around in enumerate(near):
            here = int(owner[i])
            for there in sorted({int(owner[j]) for j in around} - {here}):
                # the fall of the sum of squares when i goes from here to there
                fall = 2 * load[i] * (sums[here] - sums[there] - load[i])
                if fall > gain and _keeps_whole(i, owner, near):
                    best, gain = (i, there), fall
        if best is None:
            return
        i, there = best
        sums[owner[i]] -= load[i]
        sums[there] += load[i]
        owner[i] = there


def _keeps_whole(i: int, owner: Ints, near: list[set[int]]) -> bool:
    """Whether the neighbours that `i` has on its side stay joined without it."""
    side = owner[i]
    same = {j for j in near[i] if owner[j] == side}
    if not same:
        return False
    seen, todo = set(), [min(same)]
    while todo:
        j = todo.pop()
        if j in seen:
            continue
        seen.add(j)
        todo += [k for k in near[j] if owner[k] == side and k != i and k not in seen]
    return same <= seen
