"""Where a house number stands that no plate is known for."""

from __future__ import annotations

import math
from typing import NamedTuple

from citygrid_core.geocode.places import Plates, Quick, Street

#: Numbers this far past the last known plate are still placed.
_BEYOND = 10
#: Spread where a street's only anchor is on the other side, or just one is known.
_LOOSE = 60.0
#: How the spread is made of a survey's own error, of the unevenness of the street and of what
#: the neighbouring anchors misjudge each other by; of cities even and uneven (see the docs).
_SET, _UNEVEN, _UNRULY = 2.2, 1.6, 0.67
#: However even a street is, this share of the gap between the anchors is not known.
_LEAST = 0.1
#: Where nothing tells how evenly numbers run, they are as uneven as this share of the gap.
_UNKNOWN = 0.35


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
    placed = _between(street, plates, main, own_side=True)
    if placed is None:
        placed = _between(street, plates, main, own_side=False)
    return placed


def _between(street: Street, p: Plates, main: int, *, own_side: bool) -> Placed | None:
    odd = (main % 2 == 1) == own_side
    below, above = p.beside(street.first, street.last, main, odd)
    q = p.quick
    if below and above:
        lower, upper = below[0], above[0]
    elif len(above) == 2 and q.main[above[0]] - main <= _BEYOND:
        lower, upper = above
    elif len(below) == 2 and main - q.main[below[0]] <= _BEYOND:
        upper, lower = below
    else:
        return None
    a, b = q.main[lower], q.main[upper]
    share = (main - a) / (b - a)
    ax, ay, bx, by = q.x[lower], q.y[lower], q.x[upper], q.y[upper]
    gap = math.hypot(bx - ax, by - ay)
    x, y = ax + share * (bx - ax), ay + share * (by - ay)
    outside = not 0.0 <= share <= 1.0
    path = street.path
    if path is not None:
        ma, mb = q.measure[lower], q.measure[upper]
        # Two carriageways are two lines: a jump between them is no way along the street.
        if abs(mb - ma) <= 1.5 * gap + 20.0:
            oa, ob = q.offset[lower], q.offset[upper]
            offset = oa + min(max(share, 0.0), 1.0) * (ob - oa)
            if not own_side:
                offset = -offset
            fx, fy, tx, ty = path.at(ma + share * (mb - ma))
            x, y = fx - offset * ty, fy + offset * tx
    # Largest in the middle between the anchors, as of a bridge held at both ends.
    loose = math.sqrt(share * (1 - share)) if not outside else 0.5 + abs(share)
    uneven = math.sqrt(street.uneven * (b - a)) if street.uneven >= 0 else _UNKNOWN * gap
    ways = (_UNEVEN * uneven * loose, _LEAST * gap * loose, _UNRULY * _misfit(q, below, above))
    spread = math.hypot(_SET, *ways)
    if not own_side:
        spread += 15.0
    return Placed(x, y, min(spread, 4 * _LOOSE + spread / 4), a, b, own_side)


def _misfit(q: Quick, below: list[int], above: list[int]) -> float:
    """Return how far the anchors lie from where their own neighbours would put them, metres.

    Where the numbers of a side run unevenly, or its plates are set by hand or by hearsay,
    the anchors don't predict each other, and the number between them is no better known.
    """
    worst = 0.0
    row = [*reversed(below), *above]
    for k in range(1, len(row) - 1):
        i, j, m = row[k - 1], row[k + 1], row[k]
        share = (q.main[m] - q.main[i]) / (q.main[j] - q.main[i])
        x = q.x[i] + share * (q.x[j] - q.x[i])
        y = q.y[i] + share * (q.y[j] - q.y[i])
        worst = max(worst, math.hypot(q.x[m] - x, q.y[m] - y))
    return worst
