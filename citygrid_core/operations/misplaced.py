"""Points outside the city: is it the axes, degrees, or the datum? Said with the evidence."""

from __future__ import annotations

import numpy as np
import pyproj

from citygrid_core.errors import Problem, Text
from citygrid_core.operations.city import City, Floats
from citygrid_core.tables.datum import convert

#: A cause is named when it brings in so much of what lies outside.
_EXPLAINS = 0.9
#: Fewer points outside than this say nothing about their cause.
FEWEST = 3


def misplaced(
    city: City, x: Floats, y: Floats, *, file: str = "", fewest: int = FEWEST
) -> Problem | None:
    """Return one finding about the points that lie outside the city, or None.

    Parameters
    ----------
    x, y : float64
        In the workspace's CRS, as they were read.
    fewest : int
        Fewer points outside than this say nothing about their cause.

    Notes
    -----
    A cause is tried on all points: swapped axes, degrees in either order, GCJ-02 or
    BD-09 taken for CGCS2000. It is named when it brings nine tenths of the points that
    lie outside into the city and loses fewer than it gains; the best one is taken.
    """
    inside = _inside(city, x, y)
    outside = len(x) - int(inside.sum())
    if not outside:
        return None
    found = Text(f"{outside} of {len(x)} points outside", f"{len(x)} 个点中有 {outside} 个在外")
    expected = Text("points inside the city", "城市范围内的点")
    best, said = 0, Text("check the CRS (--crs) and the datum (--datum)", "请检查坐标系与基准")
    for name, cure, (tx, ty) in _causes(city, x, y) if outside >= fewest else ():
        now = _inside(city, tx, ty)
        gained = int((now & ~inside).sum())
        lost = int((inside & ~now).sum())
        if gained < _EXPLAINS * outside or gained - lost <= best:
            continue
        best = gained - lost
        said = Text(
            f"perhaps {name.en}: {gained} of these {outside} would be inside, "
            f"{lost} others would leave; {cure.en}",
            f"可能是{name.zh}：其中 {gained}/{outside} 个将落入市内，另有 {lost} 个移出；{cure.zh}",
        )
    return Problem("points.outside", found, expected, said, file=file)


def _inside(city: City, x: Floats, y: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = city.positions(x, y) < len(city.places) - 1
    return inside


def _causes(city: City, x: Floats, y: Floats) -> list[tuple[Text, Text, tuple[Floats, Floats]]]:
    """Return what may have gone wrong, its cure, and where the points would be."""
    crs = city.workspace.crs
    forward = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    swap = Text("give x and y the right way round", "请交换 x 与 y")
    found = [(Text("swapped axes", "坐标轴互换"), swap, (y, x))]
    if np.nanmax(np.abs(x)) <= 180 and np.nanmax(np.abs(y)) <= 180:
        degrees = Text("give --crs EPSG:4490 or EPSG:4326", "请指定 --crs EPSG:4490 或 EPSG:4326")
        found.append((Text("degrees", "经纬度（度）"), degrees, forward.transform(x, y)))
        both = Text(f"{degrees.en}, and {swap.en}", f"{degrees.zh}，并{swap.zh}")
        name = Text("degrees with swapped axes", "经纬度（度）且坐标轴互换")
        found.append((name, both, forward.transform(y, x)))
        return found
    longitude, latitude = forward.transform(x, y, direction="INVERSE")
    if not (np.isfinite(longitude).all() and np.isfinite(latitude).all()):
        return found
    for datum, title in (("gcj02", "GCJ-02"), ("bd09", "BD-09")):
        moved = forward.transform(*convert(longitude, latitude, datum, "cgcs2000"))
        shift = float(np.hypot(moved[0] - x, moved[1] - y).mean())
        name = Text(f"{title}, a shift of {shift:.0f} m", f"{title} 坐标，偏移约 {shift:.0f} 米")
        cure = Text(f"give --datum {datum}", f"请指定 --datum {datum}")
        found.append((name, cure, moved))
    return found
