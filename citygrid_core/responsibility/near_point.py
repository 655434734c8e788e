"""One position with an error: the same as `near_border`, without frames, for a map tool."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from citygrid_core.locate import CellIndex
from citygrid_core.responsibility.book import DutyBook, OneAnswer
from citygrid_core.responsibility.near import FLAG_ABOVE, REACH


class NearAnswer(NamedTuple):
    """The other answer that an error of the position could hide.

    Attributes
    ----------
    probability : float
        That the answer in some role is another one; 0 when no border in reach changes it.
    flagged : bool
        Whether it is more probable than the threshold.
    border_m : float
        Distance to the nearest border that changes the answer; NaN: none in reach.
    other_code : str
        Unit grid (or community) beyond it; empty outside all of them.
    bodies : dict
        Role to the codes of the bodies that answer there.
    """

    probability: float
    flagged: bool
    border_m: float
    other_code: str
    bodies: dict[str, tuple[str, ...]]


def near_point(
    book: DutyBook,
    x: float,
    y: float,
    answer: OneAnswer,
    cells: CellIndex,
    *,
    accuracy: float,
    object_kind: str,
    class_code: str,
    area_class: str = "",
    attributes: Mapping[str, str] | None = None,
    recorded: Mapping[str, str] | None = None,
    at: Any = None,
    flag_above: float = FLAG_ABOVE,
) -> NearAnswer:
    """Say whether one answer may be wrong because the position is not exact.

    Parameters
    ----------
    book, x, y, object_kind, class_code, area_class, attributes, recorded, at
        As for `DutyBook.answer`.
    answer : OneAnswer
        What it answered.
    cells : CellIndex
        Of the unit grids (or, where none are drawn, the communities), by code.
    accuracy : float
        Standard error of the position along each axis, in metres; 0: exact.
    flag_above : float
        Probability of another answer from which on the point is flagged.

    Returns
    -------
    NearAnswer
        The same as `near_border` says of this point.
    """
    none = NearAnswer(0.0, False, math.nan, "", {})
    if not accuracy > 0:
        return none
    px, py, reach = np.array([float(x)]), np.array([float(y)]), np.array([REACH * accuracy])
    around = book.surroundings(cells, REACH * accuracy)
    beyond = around.beyond(px, py, cells.locate(px, py), reach)
    position = cells.locate(beyond.x, beyond.y).tolist()
    places = sorted(
        zip(beyond.distance.tolist(), beyond.x.tolist(), beyond.y.tolist(), position, strict=True)
    )
    nearest: dict[tuple[tuple[str, ...], ...], tuple[float, str]] = {}
    here = tuple(answer.bodies.values())
    for distance, bx, by, cell in places:
        code = str(cells.codes[cell]) if cell >= 0 else ""
        there = book.answer(
            bx, by, object_kind=object_kind, class_code=class_code, grid_code=code,
            area_class=area_class, attributes=attributes, recorded=recorded, at=at,
        )  # fmt: skip
        bodies = tuple(there.bodies.values())
        if bodies != here:
            nearest.setdefault(bodies, (distance, code))
    if not nearest:
        return none
    right = 1.0
    for distance, _ in nearest.values():
        right *= 1.0 - 0.5 * math.erfc(distance / accuracy / math.sqrt(2.0))
    bodies, (distance, code) = min(nearest.items(), key=lambda item: item[1])
    probability = 1.0 - right
    roles = dict(zip(answer.bodies, bodies, strict=True))
    return NearAnswer(probability, probability > flag_above, distance, code, roles)
