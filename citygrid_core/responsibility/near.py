"""A position has an error: would the answer be another one just beyond a border?

Every border in reach that rules can tell apart (of an area or a grid that a rule names, of
a polygon, of the strip along a line) is crossed at its nearest place, and the question is
asked again a millimetre beyond it. Where the answer differs, the probability that the
true position lies there is that of a normal error beyond a straight border,
``Phi(-distance / sigma)``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.locate import CellIndex
from citygrid_core.responsibility.around import Beyond
from citygrid_core.responsibility.book import DutyBook
from citygrid_core.responsibility.places import hit_sets
from citygrid_core.responsibility.resolved import Resolved, framed, objects
from citygrid_core.responsibility.rules import PlaceKey
from citygrid_core.responsibility.strength import ROLES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Borders farther than so many standard errors are not looked at (0.1 %).
REACH = 3.0
#: Probability of another answer from which on a point is flagged.
FLAG_ABOVE = 0.02


class Near(NamedTuple):
    """Which points have another answer in reach, and what the nearest one is.

    Attributes
    ----------
    probability : float64
        For each point, that the answer in some role is another one.
    rows : int64
        The points with another answer in reach.
    distance : float64
        For each of `rows` the nearest border that changes the answer.
    cell : int64
        The cell beyond it, -1 for none.
    texts : list of str
        Answers by number.
    said : int64, (rows, roles)
        The answers there.
    """

    probability: Floats
    rows: Ints
    distance: Floats
    cell: Ints
    texts: list[str]
    said: Ints


def near_border(
    book: DutyBook,
    points: gpd.GeoDataFrame,
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
    shapes = points.geometry.to_numpy()
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    asked = book.resolved(points, at=at)
    near = nearest_others(book, asked, x, y, cells, accuracy=accuracy)
    return framed(near_columns(near, cells, len(points), flag_above), points.index)


def nearest_others(
    book: DutyBook,
    asked: Resolved,
    x: Floats,
    y: Floats,
    cells: CellIndex,
    *,
    accuracy: Any,
    own: Ints | None = None,
) -> Near:
    """Find the other answers that an error of the positions could hide.

    Parameters
    ----------
    asked : Resolved
        What `DutyBook.resolved` answered at x, y.
    cells, accuracy
        As for `near_border`.
    own : int64, optional
        The position of each point's cell, -1 for none; found when it is not given.
    """
    number = len(x)
    sigma = np.nan_to_num(np.broadcast_to(np.asarray(accuracy, dtype=np.float64), number))
    reach = REACH * sigma
    probability = np.zeros(number)
    nothing = np.empty(0, dtype=np.int64)
    if not (reach > 0).any():
        return Near(probability, nothing, x[:0], nothing, [], np.empty((0, len(ROLES)), np.int64))
    around = book.surroundings(cells, float(reach.max()))
    beyond = around.beyond(x, y, cells.locate(x, y) if own is None else own, reach)
    cell = cells.locate(beyond.x, beyond.y)
    place, places = _places(book, around.places, around.zone_of[cell], beyond)
    there = book.judged(asked.asked.elsewhere(beyond.point, place, places))
    texts: dict[str, int] = {}
    said = np.column_stack([there.said(i, texts) for i in range(len(ROLES))])
    here = np.column_stack([asked.said(i, texts)[beyond.point] for i in range(len(ROLES))])
    changed = np.flatnonzero((said != here).any(axis=1))
    point, distance = beyond.point[changed], beyond.distance[changed]
    said, cell = said[changed], cell[changed]
    # Equal answers beyond several borders count once, at the nearest of them.
    order = np.lexsort((cell, distance, *said.T, point))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (point[order][1:] != point[order][:-1]) | (said[order][1:] != said[order][:-1]).any(
        axis=1
    )
    each = order[new]
    right = np.ones(number)
    from scipy.special import ndtr  # half a second to load, and seldom asked

    np.multiply.at(right, point[each], 1.0 - ndtr(-distance[each] / sigma[point[each]]))
    # The nearest of all; of several at one distance the one of the lowest cell.
    order = each[np.lexsort((cell[each], distance[each], point[each]))]
    rows, first = np.unique(point[order], return_index=True)
    best = order[first]
    probability = 1.0 - right
    return Near(probability, rows, distance[best], cell[best], list(texts), said[best])


def near_columns(
    near: Near, cells: CellIndex, number: int, flag_above: float = FLAG_ABOVE
) -> dict[str, Any]:
    """Return the columns of `near_border`."""
    away = np.full(number, np.nan)
    away[near.rows] = near.distance
    out: dict[str, Any] = {
        "near_border": near.probability > flag_above,
        "other_probability": near.probability,
        "border_m": away,
    }
    codes, texts = np.append(cells.codes, ""), objects(near.texts)
    for name, values in (
        ("other_grid_code", codes[near.cell]),
        *((f"{r}_other", texts[near.said[:, i]]) for i, r in enumerate(ROLES)),
    ):
        column = np.full(number, None, dtype=object)
        column[near.rows] = values
        out[name] = column
    return out


def _places(
    book: DutyBook, of_zone: list[frozenset[PlaceKey]], zone: Ints, beyond: Beyond
) -> tuple[Ints, list[frozenset[PlaceKey]]]:
    """Return for each place beyond a border the number of its set of rule places, and the sets."""
    which, sets = hit_sets(len(zone), *book.shapes.hits(beyond.x, beyond.y))
    key = (zone % len(of_zone)) * len(sets) + which
    distinct, place = np.unique(key, return_inverse=True)
    places = [
        of_zone[k // len(sets)] | {("shape", s) for s in sets[k % len(sets)]}
        for k in distinct.tolist()
    ]
    return place.reshape(-1), places
