"""Components surveyed twice: same class, nearer than two of them can stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.errors import MissingCrs, Text, UsageError

Ints = npt.NDArray[np.int64]
Pairs = tuple[Ints, Ints, npt.NDArray[np.float64]]


def twins(
    components: gpd.GeoDataFrame,
    radius_m: float | Mapping[str, float],
    *,
    default_m: float | None = None,
    against: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Find pairs of the same class within the class's radius.

    Parameters
    ----------
    components : GeoDataFrame
        class_code and geometry, in metres. Rows without a geometry have no twin.
    radius_m : float or mapping
        One radius for all, or class code (or a prefix of it, the longest counts)
        to radius. A distance equal to the radius is within it.
    default_m : float, optional
        Radius of classes that the mapping does not name.
    against : GeoDataFrame, optional
        Components held already: pairs are then one of `components` with one of these.

    Returns
    -------
    DataFrame
        left, right (index labels of `components`, and of `against` if given),
        class_code, distance_m; each pair once, ordered by position.

    Raises
    ------
    MissingCrs
        A frame has no CRS.
    UsageError
        The CRS is not in metres, the two differ, or a class has no radius.
    """
    _check_crs(components, against)
    frames = [components] if against is None else [components, against]
    present = sorted({str(c) for f in frames for c in f["class_code"].dropna().unique()})
    radius = _radii(present, radius_m, default_m)
    left_groups = _groups(components)
    right_groups = left_groups if against is None else _groups(against)
    found: list[tuple[str, Pairs]] = []
    a = components.geometry.to_numpy()
    b = a if against is None else against.geometry.to_numpy()
    for code in present:
        one, other = left_groups.get(code), right_groups.get(code)
        if one is None or other is None or radius[code] <= 0:
            continue
        pairs = _near(a, one, b, other, radius[code], same=against is None)
        if len(pairs[0]):
            found.append((code, pairs))
    if not found:
        return _pairs([], [], [], np.empty(0))
    left = np.concatenate([p[0] for _, p in found])
    right = np.concatenate([p[1] for _, p in found])
    codes = np.concatenate([np.full(len(p[0]), c, dtype=object) for c, p in found])
    distance = np.concatenate([p[2] for _, p in found])
    order = np.lexsort((right, left))
    other_index = components.index if against is None else against.index
    return _pairs(
        components.index.to_numpy()[left[order]],
        other_index.to_numpy()[right[order]],
        codes[order],
        distance[order],
    )


def _pairs(left: Any, right: Any, codes: Any, distance: Any) -> pd.DataFrame:
    frame: pd.DataFrame = pd.DataFrame(
        {"left": left, "right": right, "class_code": codes, "distance_m": distance}
    )
    frame["class_code"] = frame["class_code"].astype(object)
    return frame


def _check_crs(components: gpd.GeoDataFrame, against: gpd.GeoDataFrame | None) -> None:
    for frame in (components, against):
        if frame is None:
            continue
        if frame.crs is None:
            raise MissingCrs(Text("components", "部件"))
        if not frame.crs.is_projected:
            name = frame.crs.to_string()
            raise UsageError(
                Text(
                    f"twins are looked for in metres, not in degrees ({name}); project first",
                    f"疑似重复查找以米为单位，不能用经纬度（{name}）；请先投影",
                )
            )
    if against is not None and components.crs != against.crs:
        a, b = components.crs.to_string(), against.crs.to_string()
        raise UsageError(
            Text(f"the two frames differ in CRS: {a} and {b}", f"两组数据坐标系不同：{a} 与 {b}")
        )


def _radii(
    present: list[str], radius: float | Mapping[str, float], default: float | None
) -> dict[str, float]:
    if not isinstance(radius, Mapping):
        return dict.fromkeys(present, float(radius))
    out: dict[str, float] = {}
    for code in present:
        named = [p for p in radius if code.startswith(p)]
        if named:
            out[code] = float(radius[max(named, key=len)])
        elif default is not None:
            out[code] = float(default)
    lacking = [c for c in present if c not in out]
    if lacking:
        names = ", ".join(lacking)
        raise UsageError(
            Text(f"no radius for class {names}; give default_m", f"类别 {names} 未给出半径")
        )
    return out


def _groups(frame: gpd.GeoDataFrame) -> dict[str, Ints]:
    """Return positions of the rows with a geometry by class."""
    shapes = frame.geometry.to_numpy()
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    classes = frame["class_code"].to_numpy(dtype=object)[there]
    codes, distinct = pd.factorize(classes)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(distinct) + 1))
    return {str(name): there[order[bounds[i] : bounds[i + 1]]] for i, name in enumerate(distinct)}


def _near(
    a: npt.NDArray[Any], one: Ints, b: npt.NDArray[Any], other: Ints, radius: float, *, same: bool
) -> Pairs:
    points = (shapely.get_type_id(a[one]) == 0).all() and (shapely.get_type_id(b[other]) == 0).all()
    if points and same:
        i, j = _point_pairs(shapely.get_coordinates(a[one]), radius)
    else:
        i, j = _box_pairs(a[one], b[other], radius)
        if same:
            i, j = i[i < j], j[i < j]
    distance = shapely.distance(a[one[i]], b[other[j]])
    near = distance <= radius
    return one[i[near]], other[j[near]], distance[near]


def _box_pairs(a: npt.NDArray[Any], b: npt.NDArray[Any], radius: float) -> tuple[Ints, Ints]:
    # Not GEOS's dwithin: it never answers for a line of no length, which surveys have.
    x0, y0, x1, y1 = shapely.bounds(a).T
    reach = radius * (1 + 1e-9) + 1e-9
    boxes = shapely.box(x0 - reach, y0 - reach, x1 + reach, y1 + reach)
    i, j = shapely.STRtree(b).query(boxes)
    return i.astype(np.int64), j.astype(np.int64)


def _point_pairs(xy: npt.NDArray[np.float64], radius: float) -> tuple[Ints, Ints]:
    from scipy.spatial import cKDTree

    # A little more than the radius: the tree's own arithmetic may lose a pair at the radius.
    pairs = cKDTree(xy).query_pairs(radius * (1 + 1e-9) + 1e-9, output_type="ndarray")
    i, j = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    return i, j
