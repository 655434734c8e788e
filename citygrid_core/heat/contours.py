"""Lines and bands of equal density."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from citygrid_core.heat.surface import UNIT, Surface


def levels_of(surface: Surface, number: int = 8) -> list[float]:
    """Return about `number` round levels above 0: steps of 1, 2 or 5."""
    most = surface.maximum
    if most <= 0:
        return []
    rough = most / number
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(s for s in (1, 2, 5, 10) if s * power >= rough)
    # written out: 3 x 0.1 is not 0.3
    digits = max(int(-np.floor(np.log10(step))), 0)
    return [round(step * k, digits) for k in range(1, int(most / step) + 1)]


def contours(
    surface: Surface,
    crs: Any,
    *,
    levels: Sequence[float] | None = None,
    filled: bool = False,
) -> gpd.GeoDataFrame:
    """Return where the density passes levels, by linear interpolation between cell centres.

    Parameters
    ----------
    crs : anything that pyproj understands
        Of the surface.
    levels : sequence of float, optional
        Rising; by default about 8 round ones.
    filled : bool
        Bands (polygons) between levels, the last open upwards, instead of lines.

    Returns
    -------
    GeoDataFrame
        ``level`` (lines), or ``low`` and ``high`` (bands; the highest ends at the maximum),
        ``unit``, geometry. Levels that are not reached are not there.
    """
    import contourpy

    chosen = list(levels) if levels is not None else levels_of(surface)
    x, y = surface.frame.centres()
    values = surface.values  # contourpy leaves out what is missing
    rows: list[dict[str, Any]] = []
    if min(values.shape) >= 2 and chosen:
        made = contourpy.contour_generator(
            x, y, values, name="serial",
            fill_type=contourpy.FillType.OuterOffset, line_type=contourpy.LineType.Separate,
        )  # fmt: skip
        if filled:
            top = max(surface.maximum, chosen[-1])
            # the upper limit of a band belongs to the next one, but for the last
            for low, high in zip(chosen, [*chosen[1:], np.nextafter(top, np.inf)], strict=True):
                shape = _polygons(*made.filled(low, high))
                if not shape.is_empty:
                    rows.append({"low": low, "high": min(high, top), "geometry": shape})
        else:
            for level in chosen:
                lines = [shapely.LineString(line) for line in made.lines(level) if len(line) > 1]
                if lines:
                    rows.append({"level": level, "geometry": shapely.MultiLineString(lines)})
    columns = ["low", "high"] if filled else ["level"]
    frame = gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], geometry="geometry", crs=crs)
    frame.insert(len(columns), "unit", UNIT.en)
    return frame


def _polygons(
    points: list[npt.NDArray[np.float64]], offsets: list[npt.NDArray[np.integer[Any]]]
) -> shapely.Geometry:
    made = []
    for ring, starts in zip(points, offsets, strict=True):
        outer, *holes = (ring[a:b] for a, b in pairwise(starts))
        made.append(shapely.Polygon(outer, holes))
    shapes = shapely.make_valid(np.array(made, dtype=object)) if made else []
    return shapely.MultiPolygon(
        [p for shape in shapes for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    )
