"""A position has an error: would the answer be another one just beyond a border?

Every border in reach (of a unit grid, a polygon, the strip along a line) is crossed at
its nearest place, and the question is asked again a millimetre beyond it. Where the
answer differs, the probability that the true position lies there is that of a normal
error beyond a straight border, ``Phi(-distance / sigma)``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr

from citygrid_core.locate import CellIndex
from citygrid_core.responsibility.book import DutyBook
from citygrid_core.responsibility.strength import ROLES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Borders farther than so many standard errors are not looked at (0.1 %).
REACH = 3.0
#: Probability of another answer from which on a point is flagged.
FLAG_ABOVE = 0.02
#: How far beyond a border the question is asked again, in metres.
_STEP = 1e-3


class _Beyond(NamedTuple):
    """Places beyond borders: the point they belong to, the distance, where."""

    point: Ints
    distance: Floats
    x: Floats
    y: Floats


def near_border(
    book: DutyBook,
    points: gpd.GeoDataFrame,
    answers: pd.DataFrame,
    cells: CellIndex,
    *,
    accuracy: Any,
    at: Any = None,
    flag_above: float = FLAG_ABOVE,
) -> pd.DataFrame:
    """Say which answers may be wrong because the position is not exact.

    Parameters
    ----------
    book : DutyBook
    points, at
        As they were given to `DutyBook.resolve`.
    answers : DataFrame
        What it answered.
    cells : CellIndex
        Of the unit grids (or, where none are drawn, the communities), by code, in
        the CRS of the points.
    accuracy : float or one for each point
        Standard error of the position along each axis, in metres; NaN or 0: exact.
    flag_above : float
        Probability of another answer from which on a point is flagged.

    Returns
    -------
    DataFrame
        Aligned to `points`. ``near_border`` (bool); ``other_probability``, that the
        answer in some role is another one; ``border_m``, the distance to the nearest
        border that changes it (NaN: none in reach); beyond that border:
        ``other_grid_code`` and ``<role>_other``, its bodies joined by ``#`` ("" for
        nobody; None where nothing changes).
    """
    number = len(points)
    sigma = np.nan_to_num(np.broadcast_to(np.asarray(accuracy, dtype=np.float64), number))
    out = _nothing(points.index)
    some = np.flatnonzero(sigma > 0)
    shapes = points.geometry.to_numpy()
    x, y = shapely.get_x(shapes)[some], shapely.get_y(shapes)[some]
    beyond = _merged(
        _beyond_cells(cells, x, y, REACH * sigma[some]),
        _beyond_shapes(book, x, y, REACH * sigma[some]),
    )
    if not len(beyond.point):
        return out
    who = some[beyond.point]
    asked = points.iloc[who].copy()
    position = cells.locate(beyond.x, beyond.y)
    code = np.append(cells.codes, "")[position]
    for column, end in (("county_code", 6), ("street_code", 9), ("community_code", 12)):
        if column in asked:
            asked[column] = np.array([c[:end] for c in code], dtype=object)
    asked["grid_code"] = code
    asked = asked.set_geometry(shapely.points(beyond.x, beyond.y), crs=points.crs)
    asked = asked.reset_index(drop=True)
    when = pd.Series(at).iloc[who] if isinstance(at, (pd.Series, np.ndarray, list, tuple)) else at
    there = _said(book.resolve(asked, at=when))
    here = _said(answers)[who]
    changed = np.flatnonzero((there != here).any(axis=1))
    if not len(changed):
        return out
    probability = ndtr(-beyond.distance[changed] / sigma[who[changed]])
    _fill(out, who[changed], beyond.distance[changed], probability, there[changed], code[changed])
    out["near_border"] = out["other_probability"] > flag_above
    return out


def _nothing(index: pd.Index) -> pd.DataFrame:
    number = len(index)
    none = {
        c: pd.Series(None, index=index, dtype=object)
        for c in ["other_grid_code", *(f"{r}_other" for r in ROLES)]
    }
    made: pd.DataFrame = pd.DataFrame(
        {
            "near_border": np.zeros(number, dtype=bool),
            "other_probability": np.zeros(number),
            "border_m": np.full(number, np.nan),
            **none,
        },
        index=index,
    )
    return made


def _said(answers: pd.DataFrame) -> NDArray[np.object_]:
    """Return the answers in all roles as text: a body, several, or nobody."""
    out = np.empty((len(answers), len(ROLES)), dtype=object)
    for i, role in enumerate(ROLES):
        code, several = answers[f"{role}_code"], answers[f"{role}_candidates"]
        out[:, i] = code.where(code.notna(), several).fillna("").to_numpy(dtype=object)
    return out


def _fill(
    out: pd.DataFrame,
    who: Ints,
    distance: Floats,
    probability: Floats,
    there: NDArray[np.object_],
    code: NDArray[np.object_],
) -> None:
    """Sum up the changes of each point: equal answers beyond several borders count once."""
    order = np.lexsort((distance, who))
    key = pd.MultiIndex.from_arrays([who[order], *(there[order, i] for i in range(len(ROLES)))])
    first = ~key.duplicated()
    right = pd.Series(1.0 - probability[order][first]).groupby(who[order][first]).prod()
    rows, position = np.unique(who[order], return_index=True)
    nearest = order[position]
    total = np.zeros(len(out))
    total[right.index.to_numpy()] = 1.0 - right.to_numpy()
    away = np.full(len(out), np.nan)
    away[rows] = distance[nearest]
    out["other_probability"], out["border_m"] = total, away
    for name, values in (
        ("other_grid_code", code),
        *((f"{r}_other", there[:, i]) for i, r in enumerate(ROLES)),
    ):
        column = np.full(len(out), None, dtype=object)
        column[rows] = values[nearest]
        out[name] = pd.Series(column, index=out.index, dtype=object)


def _merged(*parts: _Beyond) -> _Beyond:
    return _Beyond(*(np.concatenate(v) for v in zip(*parts, strict=True)))


def _beyond_cells(cells: CellIndex, x: Floats, y: Floats, reach: Floats) -> _Beyond:
    """Return places just inside the neighbouring cells, and outside all of them."""
    own = cells.locate(x, y)
    near = cells.neighbours(x, y, within=reach)
    other = near.cell != own[near.point]
    point, cell = near.point[other], near.cell[other]
    inner = _stepped(x[point], y[point], cells.shapes(cell), boundary=False)
    # Where the own border ends the covered area, nothing lies beyond it.
    inside = np.flatnonzero(own >= 0)
    outer = _stepped(x[inside], y[inside], cells.shapes(own[inside]), boundary=True)
    void = (outer.distance <= reach[inside][outer.point]) & (cells.locate(outer.x, outer.y) < 0)
    return _merged(
        inner._replace(point=point[inner.point]),
        _Beyond(inside[outer.point[void]], outer.distance[void], outer.x[void], outer.y[void]),
    )


def _beyond_shapes(book: DutyBook, x: Floats, y: Floats, reach: Floats) -> _Beyond:
    """Return places just across the borders of polygons and strips along lines."""
    point, number = book.shapes.near(x, y, reach)
    found = []
    for shape in np.unique(number).tolist():
        at = point[number == shape]
        geometry, width = book.shapes[shape]
        line = geometry.geom_type.endswith("LineString")
        edge = geometry if line else shapely.boundary(geometry)
        part = _stepped(x[at], y[at], np.full(len(at), edge, dtype=object), width=width)
        part = part._replace(point=at[part.point])
        close = part.distance <= reach[part.point]
        found.append(_Beyond(part.point[close], part.distance[close], part.x[close], part.y[close]))
    return _merged(*found, _stepped(x[:0], y[:0], np.empty(0, dtype=object)))


def _stepped(
    x: Floats, y: Floats, shapes: NDArray[np.object_], *, boundary: bool = False, width: float = 0.0
) -> _Beyond:
    """Return places a step beyond the border of each point's shape.

    The border is the nearest place of the shape (with `boundary`: of its outline), or
    that of the strip of `width` around it. Points on the border itself step both ways.
    """
    points = shapely.points(x, y)
    foot = shapely.get_point(
        shapely.shortest_line(shapely.boundary(shapes) if boundary else shapes, points), 0
    )
    fx, fy = shapely.get_x(foot), shapely.get_y(foot)
    dx, dy = x - fx, y - fy
    away = np.hypot(dx, dy)
    distance = np.abs(away - width)
    # The direction from the foot to the point; any, where they are one.
    same = away < 1e-9
    ux = np.where(same, 1.0, dx / np.where(same, 1.0, away))
    uy = np.where(same, 0.0, dy / np.where(same, 1.0, away))
    past = np.where(away > width, width - _STEP, width + _STEP)
    number = np.arange(len(x), dtype=np.int64)
    one = _Beyond(number, distance, fx + ux * past, fy + uy * past)
    on = np.flatnonzero(distance < _STEP)
    turns = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
    around = [
        _Beyond(on, distance[on], x[on] + 2 * _STEP * cx, y[on] + 2 * _STEP * cy)
        for cx, cy in turns
    ]
    return _merged(one, *around)
