"""Unit grids into responsibility, management and evaluation grids: whole, contiguous, balanced."""

from __future__ import annotations

import heapq
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from citygrid_core.errors import Text, UsageError
from citygrid_core.grids.errors import MissingColumn
from citygrid_core.grids.frames import geometries, require_metres, require_same
from citygrid_core.grids.mesh import Floats, Geometries, Ints, segments

Kind = Literal["responsibility", "management", "evaluation"]
#: Digits of the area code inside which a group stays: a community, or a street.
WITHIN = {"community": 12, "street": 9, "county": 6}
#: A street this near (m) to a grid is beside it; pieces (m) in which streets are shared out.
BESIDE_M = 3.0
PIECE_M = 10.0


def group(
    grids: gpd.GeoDataFrame,
    kind: Kind,
    *,
    target: float,
    load: pd.Series | None = None,
    within: str = "",
    most: int = 0,
    grid_m: float = 0.001,
) -> gpd.GeoDataFrame:
    """Return groups of adjacent unit grids with about `target` of load each.

    Parameters
    ----------
    grids : GeoDataFrame
        ``code``, ``community_code`` and polygons; a valid coverage.
    kind : str
        ``responsibility`` (one collector's patrol area), ``management`` (at most
        5 unit grids of one community, GB/T 47678.3) or ``evaluation``.
    target : float
        Load of a group.
    load : Series, optional
        Load of each grid by the index of `grids`: components, cases, metres of
        street. Default: area in m².
    within : str, optional
        ``community``, ``street`` or ``county``; default: community for
        management grids, street for the others.
    most : int, optional
        Most unit grids in a group; 5 for management grids, else no limit.

    Returns
    -------
    GeoDataFrame
        ``kind``, ``place_code`` (of the community or street), ``grid_codes`` (joined
        by commas), ``grids``, ``load``, ``area_m2`` and the polygon; by place, then
        as one reads a page.

    Notes
    -----
    A place is bisected again and again: a breadth-first front from its end
    collects about half of the load, then border cells change sides while that
    improves the balance and keeps both sides in one piece.
    """
    crs = require_metres(grids, "grids")
    for column in ("code", "community_code"):
        if column not in grids.columns:
            raise MissingColumn("grids", column)
    within = within or ("community" if kind == "management" else "street")
    if within not in WITHIN or target <= 0:
        raise UsageError(
            Text(
                "a group stays within a community, street or county and has a target above 0",
                "分组须在社区、街道或区县之内，且目标值应大于0",
            )
        )
    most = most or (5 if kind == "management" else 0)
    # by code, so that the order of the input makes no difference
    order = np.argsort(grids["code"].astype(str).to_numpy(), kind="stable")
    ordered = grids.iloc[order]
    shapes = geometries(ordered)
    weight = (
        shapely.area(shapes)
        if load is None
        else load.reindex(ordered.index).fillna(0.0).to_numpy(dtype=np.float64)
    )
    place = ordered["community_code"].astype(str).str[: WITHIN[within]].to_numpy()
    graph = adjacency(shapes, grid_m)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    rows = []
    codes = ordered["code"].astype(str).to_numpy()
    for name, members in pd.Series(np.arange(len(ordered))).groupby(place):
        local = members.to_numpy(dtype=np.int64)
        for part in _parts(local, graph, weight, centre, target, most):
            rows.append(
                {
                    "kind": kind,
                    "place_code": str(name),
                    "grid_codes": ",".join(sorted(codes[part])),
                    "grids": len(part),
                    "load": float(weight[part].sum()),
                    "geometry": shapely.coverage_union_all(shapes[part]),
                }
            )
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
    frame["area_m2"] = frame.geometry.area.round(2)
    middle = shapely.get_coordinates(shapely.centroid(geometries(frame)))
    page = np.lexsort((middle[:, 0], -middle[:, 1], frame["place_code"].to_numpy().astype(str)))
    return frame.iloc[page].reset_index(drop=True)


def street_length(grids: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> pd.Series:
    """Return the metres of street in each grid, aligned to the index of `grids`.

    A street along a border counts in equal parts for the grids beside it (within
    3 m); so the sum is the length of the streets in the city.

    Parameters
    ----------
    grids, roads : GeoDataFrame
        In one projected CRS; `roads` are lines.
    """
    require_same(roads, require_metres(grids, "grids"), "roads")
    lines = shapely.get_parts(shapely.force_2d(geometries(roads)))
    lines = lines[(shapely.get_dimensions(lines) == 1) & ~shapely.is_empty(lines)]
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, PIECE_M), return_index=True)
    same = line[1:] == line[:-1]
    long = np.hypot(*np.diff(xy, axis=0)[same].T)
    middle = shapely.points((xy[1:][same] + xy[:-1][same]) / 2)
    shapes = geometries(grids)
    piece, cell = shapely.STRtree(shapes).query(middle, predicate="dwithin", distance=BESIDE_M)
    share = long[piece] / np.bincount(piece, minlength=len(long))[piece]
    metres = np.bincount(cell, weights=share, minlength=len(shapes))
    out: pd.Series = pd.Series(metres, index=grids.index, name="street_m")
    return out


def adjacency(shapes: Geometries, grid_m: float) -> csr_matrix:
    """Return the graph of cells that share a border: its length in metres."""
    mine, _ = segments(shapes, np.empty(0, dtype=object), grid_m)
    keys = mine.keys
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    a, b = mine.owner[order][same], mine.owner[order][same + 1]
    count = len(shapes)
    length = mine.length[order][same]
    graph = coo_matrix((length, (a, b)), shape=(count, count))
    return (graph + graph.T).tocsr()


def _parts(
    members: Ints, graph: csr_matrix, weight: Floats, centre: Floats, target: float, most: int
) -> list[Ints]:
    """Return `members` in connected parts of about `target` and at most `most` cells."""
    done: list[Ints] = []
    waiting = _connected(members, graph)
    while waiting:
        part = waiting.pop()
        count = max(1, round(float(weight[part].sum()) / target))
        if most:
            count = max(count, -(-len(part) // most))
        count = min(count, len(part))
        if count == 1:
            done.append(np.sort(part))
            continue
        near, far = _bisect(part, graph, weight, centre, (count // 2) / count)
        waiting += [*_connected(near, graph), *_connected(far, graph)]
    return done


def _connected(members: Ints, graph: csr_matrix) -> list[Ints]:
    count, label = connected_components(graph[members][:, members], directed=False)
    return [members[label == index] for index in range(count)]


def _bisect(
    part: Ints, graph: csr_matrix, weight: Floats, centre: Floats, share: float
) -> tuple[Ints, Ints]:
    """Return two connected sides of `part`, the first with about `share` of the load."""
    local = graph[part][:, part].tocsr()
    load = np.maximum(weight[part], 1e-9)
    total = load.sum()
    spread = centre[part] - centre[part].mean(axis=0)
    axis = np.linalg.svd(spread, full_matrices=False)[2][0]
    axis = axis if (axis[0], axis[1]) > (0, 0) else -axis
    best: NDArray[np.bool_] | None = None
    worst = np.inf
    for direction in (axis, -axis):
        along = spread @ direction
        side = _front(local, load, along, share * total)
        side = _balanced(local, load, side, share * total)
        miss = abs(load[side].sum() - share * total)
        if miss < worst - 1e-9:
            best, worst = side, miss
    assert best is not None
    return part[best], part[~best]


def _front(local: csr_matrix, load: Floats, along: Floats, wanted: float) -> NDArray[np.bool_]:
    """Grow a side from the end of the axis, nearest first, until it has its load."""
    side = np.zeros(len(load), dtype=bool)
    reach: list[tuple[float, int]] = [(0.0, int(np.argmin(along)))]
    seen = {reach[0][1]}
    have = 0.0
    while reach and side.sum() < len(load) - 1:
        _, pick = heapq.heappop(reach)
        if have > 0 and have + load[pick] / 2 > wanted:
            break
        side[pick] = True
        have += float(load[pick])
        for beside in local.indices[local.indptr[pick] : local.indptr[pick + 1]].tolist():
            if beside not in seen:
                seen.add(beside)
                heapq.heappush(reach, (float(along[beside]), beside))
    # what the front has cut off from the rest comes along
    others = np.flatnonzero(~side)
    _, label = connected_components(local[others][:, others], directed=False)
    main = int(np.argmax(np.bincount(label, weights=load[others])))
    side[others[label != main]] = True
    return side


def _balanced(
    local: csr_matrix, load: Floats, side: NDArray[np.bool_], wanted: float
) -> NDArray[np.bool_]:
    """Let border cells change sides while that improves the balance."""
    side = side.copy()
    for _ in range(len(side)):
        miss = load[side].sum() - wanted
        giver = side if miss > 0 else ~side
        if giver.sum() < 2:
            return side
        taker = np.asarray(local[~giver].sum(axis=0)).ravel() > 0
        border = np.flatnonzero(giver & taker)
        gain = abs(miss) - np.abs(abs(miss) - load[border])
        for index in border[np.argsort(-gain, kind="stable")]:
            if abs(abs(miss) - load[index]) >= abs(miss) - 1e-9:
                return side
            left = giver.copy()
            left[index] = False
            if connected_components(local[left][:, left], directed=False)[0] == 1:
                side[index] = not side[index]
                break
        else:
            return side
    return side
