"""The coverage itself: overlaps, gaps, edges, communities. Built on GEOS's coverage functions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.grids.edge_table import EdgeTable
from citygrid_core.grids.findings import Finding, finding
from citygrid_core.grids.mesh import Geometries, Ints


def findings(
    names: Geometries,
    shapes: Geometries,
    community: Geometries,
    area_codes: list[str],
    area_shapes: Geometries,
    grid_m: float,
) -> list[Finding]:
    """Return what is wrong with cells as a coverage of their communities.

    Parameters
    ----------
    names, shapes, community : arrays
        Valid polygons, what each is called and the community it claims.
    area_codes, area_shapes
        The communities.
    grid_m : float
        Differences up to two steps of the precision grid are rounding.
    """
    if not len(shapes):
        return [
            finding("grid.gap", [code], shapely.point_on_surface(shape), shape.area, "m²")
            for code, shape in zip(area_codes, area_shapes, strict=True)
        ]
    tree = shapely.STRtree(shapes)
    home = _home(shapes, area_shapes)
    table = EdgeTable.of(shapes)
    edges, suspect = _invalid_edges(shapes, table.unmatched(), home, area_shapes, tree, grid_m)
    found = list(_overlaps_and_edges(names, shapes, edges, suspect, tree, grid_m))
    for index in np.flatnonzero(home < 0):
        spot = shapely.point_on_surface(shapes[index])
        found.append(finding("grid.outside", [names[index]], spot, shapes[index].area, "m²"))
    codes = np.asarray(area_codes, dtype=object)
    inside = np.flatnonzero(home >= 0)
    for index in inside[community[inside] != codes[home[inside]]]:
        spot = shapely.point_on_surface(shapes[index])
        # the community it should have, by its first twelve digits, is in the codes
        found.append(finding("grid.community", [names[index]], spot, shapes[index].area, "m²"))
    exact = np.setdiff1d(table.filled(home, area_shapes), home[suspect])
    open_ = np.setdiff1d(np.arange(len(area_shapes)), exact)
    found += _gaps_and_spills(
        names, shapes, home, area_codes, area_shapes, open_, suspect, tree, grid_m
    )
    return found


def _invalid_edges(
    shapes: Geometries,
    unmatched: NDArray[np.bool_],
    home: Ints,
    area_shapes: Geometries,
    tree: shapely.STRtree,
    grid_m: float,
) -> tuple[Geometries, Ints]:
    """Return the invalid edges of each cell, and which cells have some.

    A vertex that rounding put beside its neighbour's edge leaves a gap of less
    than two steps of the grid: that is an edge not shared, too.

    GEOS judges the cells that have an edge without exactly one partner, among
    their neighbours, and all cells of a community whose areas don't add up;
    a cell whose every edge has one partner is sound.
    """
    wanted = unmatched.copy()
    total = np.bincount(home[home >= 0], shapely.area(shapes[home >= 0]), len(area_shapes))
    off = np.abs(total - shapely.area(area_shapes)) > 1e-3 * shapely.length(area_shapes)
    wanted |= (home < 0) | off[home]
    among = np.unique(np.r_[np.flatnonzero(wanted), tree.query(shapes[wanted])[1]])
    edges: Geometries = np.full(len(shapes), None, dtype=object)
    if len(among):
        plain = shapely.coverage_invalid_edges(shapes[among])
        near = shapely.coverage_invalid_edges(shapes[among], gap_width=2 * grid_m)
        # edges that are shared and merely run side by side are no breach
        rounded = shapely.is_empty(plain) & unmatched[among]
        edges[among] = np.where(rounded, near, plain)
    bad = np.zeros(len(shapes), dtype=bool)
    bad[among] = ~shapely.is_empty(edges[among])
    return edges, np.flatnonzero(bad)


def thick(shapes: Geometries, grid_m: float) -> NDArray[np.bool_]:
    """Return which polygons are wider than rounding on the precision grid can make."""
    wide = shapely.area(shapes) > 0
    wide[wide] = ~shapely.is_empty(shapely.buffer(shapes[wide], -grid_m, join_style="mitre"))
    return np.asarray(wide, dtype=bool)


def _overlaps_and_edges(
    names: Geometries,
    shapes: Geometries,
    edges: Geometries,
    suspect: Ints,
    tree: shapely.STRtree,
    grid_m: float,
) -> Iterator[Finding]:
    if not len(suspect):
        return
    first, second = tree.query(shapes[suspect], predicate="intersects")
    first = suspect[first]
    pair = first < second
    first, second = first[pair], second[pair]
    shared = shapely.intersection(shapes[first], shapes[second])
    parts, source = shapely.get_parts(shared, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    parts, source = parts[flat], source[flat]
    real = thick(parts, grid_m)
    explained: set[int] = set()
    for pair_index in np.unique(source[real]):
        mine = parts[real & (source == pair_index)]
        a, b = int(first[pair_index]), int(second[pair_index])
        explained |= {a, b}
        largest = mine[int(np.argmax(shapely.area(mine)))]
        yield finding(
            "grid.overlap",
            [names[a], names[b]],
            shapely.point_on_surface(largest),
            float(shapely.area(mine).sum()),
            "m²",
        )
    for index in suspect:
        if int(index) in explained:
            continue
        spot = shapely.line_interpolate_point(shapely.get_geometry(edges[index], 0), 0)
        yield finding("grid.edge", [names[index]], spot, float(shapely.length(edges[index])), "m")


def _home(shapes: Geometries, area_shapes: Geometries) -> Ints:
    """Return for each cell the community that holds most of it, −1 where none does."""
    home = np.full(len(shapes), -1, dtype=np.int64)
    tree = shapely.STRtree(area_shapes)
    # a cell within one community by its bounds and a point inside is the common case
    cell, area = tree.query(shapely.point_on_surface(shapes), predicate="intersects")
    home[cell] = area
    return home


def _gaps_and_spills(
    names: Geometries,
    shapes: Geometries,
    home: Ints,
    area_codes: list[str],
    area_shapes: Geometries,
    open_: Ints,
    suspect: Ints,
    tree: shapely.STRtree,
    grid_m: float,
) -> Iterator[Finding]:
    """Compare the union of the cells with the community, for those in `open_`."""
    bad = np.zeros(len(shapes), dtype=bool)
    bad[suspect] = True
    groups = pd.Series(np.arange(len(shapes))).groupby(home).indices
    for index in open_:
        code, area = area_codes[index], area_shapes[index]
        cells = np.asarray(groups.get(index, np.empty(0)), dtype=np.int64)
        # the quick union is only right for a valid coverage
        unite = shapely.union_all if bad[cells].any() else shapely.coverage_union_all
        union = unite(shapes[cells])
        for part in _parts(shapely.difference(area, union), grid_m):
            # cells of other communities may lie over it
            over = tree.query(part, predicate="intersects")
            left = shapely.difference(part, shapely.union_all(shapes[over])) if len(over) else part
            for gap in _parts(left, grid_m):
                near = tree.query(gap, predicate="dwithin", distance=2 * grid_m)
                who = names[near] if len(near) else np.asarray([code], dtype=object)
                yield finding("grid.gap", who, shapely.point_on_surface(gap), gap.area, "m²")
        spills = _parts(shapely.difference(union, area), grid_m)
        for part in spills:
            over = np.intersect1d(tree.query(part, predicate="intersects"), cells)
            inside = shapely.area(shapely.intersection(shapes[over], part))
            for cell, size in zip(over, inside, strict=True):
                if size > grid_m:
                    spot = shapely.point_on_surface(part)
                    yield finding("grid.outside", [names[cell]], spot, float(size), "m²")


def _parts(shape: shapely.Geometry, grid_m: float) -> Geometries:
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_type_id(parts) == 3]
    kept: Geometries = parts[thick(parts, grid_m)] if len(parts) else parts
    return kept
