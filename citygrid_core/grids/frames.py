"""Frames as they come in: projected, in one CRS, in one order."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import MissingCrs, Problem, Text, UnusableInput
from citygrid_core.grids.errors import CrsMismatch, MissingColumn, NotProjected, named
from citygrid_core.grids.policy import Policy

Geometries = NDArray[Any]


def require_metres(frame: gpd.GeoDataFrame, what: str) -> Any:
    """Return the CRS of `frame`.

    Raises
    ------
    MissingCrs, NotProjected
    """
    crs = frame.crs
    if crs is None:
        raise MissingCrs(named(what))
    if not crs.is_projected:
        raise NotProjected(what, crs.to_string())
    return crs


def require_same(frame: gpd.GeoDataFrame, crs: Any, what: str) -> None:
    """Raise `CrsMismatch` or `MissingCrs` unless `frame` is in `crs`."""
    if frame.crs is None:
        raise MissingCrs(named(what))
    if frame.crs != crs:
        raise CrsMismatch(what, frame.crs.to_string(), crs.to_string())


def geometries(frame: gpd.GeoDataFrame) -> Geometries:
    """Return the geometries as a plain array of objects."""
    return np.asarray(frame.geometry.values, dtype=object)


def in_order(values: Geometries) -> NDArray[np.int64]:
    """Return the order of geometries by their bytes: independent of the input's order."""
    keys = shapely.to_wkb(shapely.normalize(values))
    return np.asarray(sorted(range(len(values)), key=lambda i: keys[i]), dtype=np.int64)


def communities(areas: gpd.GeoDataFrame) -> tuple[list[str], Geometries]:
    """Return codes and polygons of the communities of `areas`, by code.

    A frame with a column ``level`` may hold counties and streets too.
    """
    if "code" not in areas.columns:
        raise MissingColumn("areas", "code")
    if "level" in areas.columns:
        areas = areas[areas["level"] == "community"]
    codes = [str(code) for code in areas["code"]]
    shapes = geometries(areas)
    problems = []
    seen: set[str] = set()
    for code, shape in zip(codes, shapes, strict=True):
        if code in seen:
            problems.append(_problem("areas.duplicate", code, "appears twice", "重复出现"))
        seen.add(code)
        if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
            problems.append(_problem("areas.polygon", code, "has no polygon", "没有面"))
        elif not shape.is_valid:
            why = shapely.is_valid_reason(shape)
            problems.append(_problem("areas.valid", code, f"is invalid: {why}", f"无效：{why}"))
    if not codes:
        problems.append(
            Problem(
                "areas.empty",
                Text("no community", "没有社区"),
                Text("at least one area of level community", "至少一个社区级区域"),
            )
        )
    if problems:
        raise UnusableInput(*problems)
    order = sorted(range(len(codes)), key=codes.__getitem__)
    return [codes[i] for i in order], shapes[order]


def _problem(rule: str, code: str, en: str, zh: str) -> Problem:
    return Problem(
        rule,
        Text(f"area {code} {en}", f"区域{code}{zh}"),
        Text("valid polygons that share their borders", "边界共用且有效的面"),
        Text("repair the areas (clean_areas)", "请先修复行政区域（clean_areas）"),
        field="code",
    )


def line_parts(
    frame: gpd.GeoDataFrame | None, policy: Policy, crs: Any, what: str
) -> tuple[Geometries, NDArray[np.float64]]:
    """Return the single lines of `frame` and their importance.

    Importance comes from a column ``importance``, else ``road_class``,
    ``highway`` or ``kind`` by the policy's table. Polygons give their outlines.
    """
    none: Geometries = np.empty(0, dtype=object)
    if frame is None or len(frame) == 0:
        return none, np.empty(0)
    require_same(frame, crs, what)
    shapes = geometries(frame)
    if "importance" in frame.columns:
        weight = frame["importance"].to_numpy(dtype=np.float64)
    else:
        named = next((c for c in ("road_class", "highway", "kind") if c in frame.columns), None)
        classes = pd.Series("", index=frame.index) if named is None else frame[named]
        weight = policy.line_importance(classes)
    usable = np.asarray([s is not None and not s.is_empty for s in shapes], dtype=bool)
    shapes, weight = shapely.force_2d(shapes[usable]), weight[usable]
    flat = shapely.get_dimensions(shapes) == 2
    shapes[flat] = shapely.boundary(shapes[flat])
    parts, source = shapely.get_parts(shapes, return_index=True)
    keep = shapely.get_dimensions(parts) == 1
    return parts[keep], weight[source[keep]]


def polygon_parts(frame: gpd.GeoDataFrame | None, crs: Any, what: str) -> Geometries:
    """Return the valid single polygons of `frame`, in an order of their own."""
    if frame is None or len(frame) == 0:
        return np.empty(0, dtype=object)
    require_same(frame, crs, what)
    shapes = geometries(frame)
    shapes = shapely.force_2d(shapes[np.asarray([s is not None for s in shapes], dtype=bool)])
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    # twice: make_valid may leave multipolygons inside collections
    array: Geometries = shapely.get_parts(shapely.get_parts(shapes))
    array = array[(shapely.get_type_id(array) == 3) & (shapely.area(array) > 0)]
    return array[in_order(array)]
