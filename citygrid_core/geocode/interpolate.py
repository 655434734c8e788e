"""Where a house number stands that no plate is known for."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import shapely

from citygrid_core.geocode.places import Plates, Side, Street, direction, side_of

#: Numbers this far past the last known plate are still placed.
_BEYOND = 10
#: Spread where a street's only anchor is on the other side, or just one is known.
_LOOSE = 60.0


class Placed(NamedTuple):
    """A point for a house number; `spread` is its geometric uncertainty in metres."""

    x: float
    y: float
    spread: float
    lower: int
    upper: int
    own_side: bool


def interpolate(street: Street, plates: Plates, main: int) -> Placed | None:
    """Place a number between the known plates of its own side of the street.

    Odd and even numbers stand on different sides; the neighbours in number on
    the same side are the anchors, and the point is set along the street's line
    at the side's distance from it. Where the side has too few plates the other
    side gives the place along the street.

    Returns
    -------
    Placed or None
        None when the number is outside what the street is known to have.
    """
    own = side_of(street, plates, main % 2 == 1)
    placed = _between(street, own, main, own_side=True)
    if placed is None:
        other = side_of(street, plates, main % 2 == 0)
        placed = _between(street, other, main, own_side=False)
    return placed


def _between(street: Street, side: Side, main: int, *, own_side: bool) -> Placed | None:
    count = len(side.main)
    if count == 0:
        return None
    at = int(np.searchsorted(side.main, main))
    if at < count and side.main[at] == main:
        return Placed(float(side.x[at]), float(side.y[at]), 10.0, main, main, own_side)
    if 0 < at < count:
        lower, upper = at - 1, at
    elif count >= 2 and at == 0 and side.main[0] - main <= _BEYOND:
        lower, upper = 0, 1
    elif count >= 2 and at == count and main - side.main[-1] <= _BEYOND:
        lower, upper = count - 2, count - 1
    else:
        return None
    a, b = int(side.main[lower]), int(side.main[upper])
    share = (main - a) / (b - a)
    gap = float(np.hypot(side.x[upper] - side.x[lower], side.y[upper] - side.y[lower]))
    x = float(side.x[lower] + share * (side.x[upper] - side.x[lower]))
    y = float(side.y[lower] + share * (side.y[upper] - side.y[lower]))
    outside = not 0.0 <= share <= 1.0
    if street.line is not None:
        ma, mb = float(side.measure[lower]), float(side.measure[upper])
        # Two carriageways are two lines: a jump between them is no way along the street.
        if abs(mb - ma) <= 1.5 * gap + 20.0:
            measure = ma + share * (mb - ma)
            offset = float(
                side.offset[lower]
                + min(max(share, 0), 1) * (side.offset[upper] - side.offset[lower])
            )
            if not own_side:
                offset = -offset
            foot = shapely.line_interpolate_point(street.line, measure)
            tx, ty = direction(street.line, measure, min(1.0, street.length / 4))
            x, y = float(foot.x - offset * ty), float(foot.y + offset * tx)
    # Largest in the middle between the anchors, as of a bridge held at both ends.
    loose = math.sqrt(share * (1 - share)) if not outside else 0.5 + abs(share)
    spread = 6.0 + 0.5 * gap * loose
    if not own_side:
        spread += 15.0
    return Placed(x, y, min(spread, 4 * _LOOSE + spread / 4), a, b, own_side)
