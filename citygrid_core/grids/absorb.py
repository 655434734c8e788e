"""Slivers merged into their neighbours: the one repair that changes which grids there are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.grids.check import SLIVER_WIDTH_M
from citygrid_core.grids.edit import Division, Edit
from citygrid_core.grids.group import adjacency
from citygrid_core.grids.policy import Policy


def absorb_slivers(grids: gpd.GeoDataFrame, *, policy: Policy | None = None) -> Edit:
    """Return the edit that merges each sliver with the neighbour of the longest border.

    Only within the community; a sliver without a neighbour there stays. A sliver is
    what `check` calls so: a mean width (2 × area / perimeter) below 5 m.

    Parameters
    ----------
    grids : GeoDataFrame
        A valid coverage with ``code`` and ``community_code``.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    shapes = division.shapes
    size = shapely.area(shapes)
    width = 2 * size / np.maximum(shapely.length(shapes), 1e-9)
    graph = adjacency(shapes, policy.grid_m)
    into = np.arange(len(shapes))

    def root(index: int) -> int:
        while into[index] != index:
            index = int(into[index])
        return index

    for index in sorted(np.flatnonzero(width < SLIVER_WIDTH_M), key=lambda i: (size[i], i)):
        row = slice(graph.indptr[index], graph.indptr[index + 1])
        beside, border = graph.indices[row], graph.data[row]
        mine = division.community[beside] == division.community[index]
        # a neighbour that is no sliver itself comes first
        order = np.lexsort((beside, -border, width[beside] < SLIVER_WIDTH_M))
        for pick in order[mine[order]]:
            other = root(int(beside[pick]))
            if other != root(int(index)):
                into[root(int(index))] = other
                break
    members: dict[int, list[int]] = {}
    for index in range(len(shapes)):
        members.setdefault(root(index), []).append(index)
    merged = [sorted(part) for _, part in sorted(members.items()) if len(part) > 1]
    if not merged:
        none = grids.iloc[:0]
        return Edit("repair", none, none, none.assign(moved_m2=np.empty(0)), none, ())
    created = [(shapely.normalize(shapely.coverage_union_all(shapes[m])), m) for m in merged]
    retired = sorted(index for part in merged for index in part)
    return division.edit("repair", retired, created, {})
