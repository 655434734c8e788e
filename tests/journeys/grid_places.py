"""Where a surveyor would work: ``grid_places.py WORKSPACE BASE OUT.json``.

Places of the sample city at which each tool has something to do. A process of its
own: foreign files are never read beside QGIS.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops

from citygrid_core.grids import Coverage, GridEditRefused
from citygrid_core.operations.grids.plan import Step, make_step
from citygrid_core.workspace import Workspace


def places(workspace: Path, roads: Any, buildings: Any) -> dict[str, Any]:
    """Find them: grids that a straight line halves past all buildings, a road inside grids."""
    with Workspace.open(workspace) as ws:
        grids, rules = ws.read("grids"), ws.read("duty_rules", geometry=False)
    coverage = Coverage(grids)
    houses = shapely.STRtree(buildings)
    named = set(rules.loc[rules["place"] == "grid", "place_code"])
    found: dict[str, Any] = {}
    order = sorted(
        range(len(grids)), key=lambda i: (grids["code"].iloc[i] not in named, -grids.area.iloc[i])
    )
    for i in order:
        line = _halving(grids.geometry.iloc[i], houses)
        if line is None:
            continue
        code = str(grids["code"].iloc[i])
        edit = make_step(coverage, Step("split", (), line.wkt))
        if len(edit.created) != 2 or set(edit.retired["code"]) != {code}:
            continue
        pair = _neighbour(grids, i, edit)
        if pair is None:
            continue
        middle = grids.geometry.iloc[i].centroid
        found |= {
            "grid": code,
            "split": [list(c) for c in line.coords],
            "split_at": [middle.x, middle.y],
            "merge": pair[0],
            "merged": pair[1],
        }
        break
    used = {found["grid"], found["merged"]}
    found["border"], found["border_grids"] = _border(grids, coverage, used, houses)
    used |= set(found["border_grids"])
    found["road"], found["road_grids"] = _road(coverage, roads, used, houses)
    return found


def _halving(shape: Any, houses: Any) -> Any:
    """Return a straight line that halves a shape and keeps 3 m off buildings, or None."""
    if shape.area < 9000:
        return None
    x, y = shape.centroid.x, shape.centroid.y
    for angle in np.arange(0, np.pi, np.pi / 12):
        for shift in (0, 8, -8, 16, -16):
            dx, dy = np.cos(angle), np.sin(angle)
            cx, cy = x - shift * dy, y + shift * dx
            line = shapely.LineString(
                [(cx - 400 * dx, cy - 400 * dy), (cx + 400 * dx, cy + 400 * dy)]
            )
            inside = shapely.intersection(line, shape)
            if inside.geom_type != "LineString" or len(
                houses.query(inside.buffer(3), "intersects")
            ):
                continue
            (x0, y0), (x1, y1) = inside.coords[0], inside.coords[-1]
            length = inside.length
            over = shapely.LineString(
                [(x0 - 4 * (x1 - x0) / length, y0 - 4 * (y1 - y0) / length),
                 (x1 + 4 * (x1 - x0) / length, y1 + 4 * (y1 - y0) / length)]
            )  # fmt: skip
            parts = shapely.get_parts(shapely.ops.split(shape, over))
            if len(parts) == 2 and min(p.area for p in parts) > 2500:
                return over
    return None


def _neighbour(grids: Any, i: int, edit: Any) -> Any:
    """Return two places to click for a merge of a piece and a neighbour, and that one's code."""
    home = grids["community_code"].iloc[i]
    for piece in edit.created.geometry:
        for j in range(len(grids)):
            if j == i or grids["community_code"].iloc[j] != home:
                continue
            other = grids.geometry.iloc[j]
            if shapely.intersection(piece.boundary, other.boundary).length > 40:
                a, b = piece.point_on_surface(), other.point_on_surface()
                return [[a.x, a.y], [b.x, b.y]], str(grids["code"].iloc[j])
    return None


def _border(grids: Any, coverage: Coverage, used: set[str], houses: Any) -> Any:
    """Return from where to where a border can be dragged, and whose it is."""
    shapes, codes = grids.geometry.to_numpy(), grids["code"].astype(str).to_numpy()
    tree = shapely.STRtree(shapes)
    for a, b in zip(*tree.query(shapes, predicate="touches"), strict=True):
        if a >= b or {codes[a], codes[b]} & used or codes[a][:12] != codes[b][:12]:
            continue
        shared = shapely.line_merge(shapely.intersection(shapes[a].boundary, shapes[b].boundary))
        if shared.geom_type != "LineString" or shared.length < 60:
            continue
        spot = shared.interpolate(0.5, normalized=True)
        far = np.hypot(*(shapely.get_coordinates(shared) - [spot.x, spot.y]).T)
        to = shapely.intersection(spot.buffer(12).exterior, shapes[a])
        if to.is_empty or far.min() < 20:
            continue
        to = to.interpolate(0.5, normalized=True) if to.geom_type == "LineString" else None
        if to is None or len(
            houses.query(shapely.MultiPoint([spot, to]).convex_hull.buffer(40), "intersects")
        ):
            continue
        return [[spot.x, spot.y], [to.x, to.y]], [codes[a], codes[b]]
    raise AssertionError("no border can be dragged")


def _road(coverage: Coverage, roads: Any, used: set[str], houses: Any) -> Any:
    """Return a place on a road that splits grids which nothing else has touched."""
    for line in roads:
        try:
            edit = make_step(coverage, Step("split", (), line.wkt))
        except GridEditRefused:
            continue
        touched = {*edit.retired["code"], *edit.changed["code"]}
        if touched & used or len(houses.query(line, "intersects")):
            continue
        spot = line.interpolate(0.5, normalized=True)
        return [spot.x, spot.y], sorted(map(str, edit.retired["code"]))
    raise AssertionError("no road splits a grid")


if __name__ == "__main__":
    city, base, out = map(Path, sys.argv[1:])
    layers = [
        gpd.read_file(base, layer=name).geometry.to_numpy() for name in ("roads", "buildings")
    ]
    out.write_text(json.dumps(places(city, *layers)))
