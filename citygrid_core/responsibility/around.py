"""What lies beyond the borders around a point: the places where another answer may hold.

Cells in which the same rules can hold are one *zone*; only borders between zones and the
outlines of rules' shapes can change an answer. Their segments are put into square bins,
each in all bins that it comes near to, so that most points find an empty bin and are
done. The others measure the few segments of theirs, and step across the nearest place
of each zone and shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate import CellIndex, in_parts
from citygrid_core.responsibility.places import Shapes
from citygrid_core.responsibility.rules import PlaceKey

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How far beyond a border the question is asked again, in metres.
STEP = 1e-3
#: Closer than this to its border a point has no direction of its own.
_SAME = 1e-9
_MOST_BINS = 4_000_000
#: The zone outside all cells.
NOWHERE = -1


class Beyond(NamedTuple):
    """Places beyond borders: the point they belong to, the distance of the border, where."""

    point: Ints
    distance: Floats
    x: Floats
    y: Floats


class _Segments(NamedTuple):
    """Borders: from a to b, at `width` on each side, into a zone or (from `zones` on) a shape."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats
    width: Floats
    into: Ints


class Surroundings:
    """The borders that matter, ready to be asked for points within a reach.

    Parameters
    ----------
    cells : CellIndex
        Unit grids or communities.
    zone : int64
        Zone of each cell, from 0 on.
    places : list of frozenset
        The places of rules in each zone; behind them those outside all cells.
    shapes : Shapes
        Of the rules.
    reach : float
        Greatest distance that can be asked for, in metres.
    """

    def __init__(
        self,
        cells: CellIndex,
        zone: Ints,
        places: list[frozenset[PlaceKey]],
        shapes: Shapes,
        reach: float,
    ) -> None:
        self.cells, self.zone, self.places, self.reach = cells, zone, places, reach
        self.zone_of = np.append(zone, NOWHERE)
        self._zones = int(zone.max()) + 1 if len(zone) else 0
        parts = [_zone_borders(cells, zone), _shape_borders(shapes, self._zones)]
        self._segments = _Segments(*(np.concatenate(v) for v in zip(*parts, strict=True)))
        self._bin()

    def _bin(self) -> None:
        s = self._segments
        if not len(s.ax):
            self._columns = self._rows = 0
            self._x0 = self._y0 = 0.0
            self._size = 1.0
            return
        far = s.width + self.reach + 2 * STEP
        left, right = np.minimum(s.ax, s.bx) - far, np.maximum(s.ax, s.bx) + far
        low, high = np.minimum(s.ay, s.by) - far, np.maximum(s.ay, s.by) + far
        self._x0, self._y0 = float(left.min()), float(low.min())
        wide, tall = float(right.max()) - self._x0, float(high.max()) - self._y0
        self._size = max(self.reach, 4.0, math.sqrt(wide / _MOST_BINS) * math.sqrt(tall))
        self._columns, self._rows = int(wide / self._size) + 1, int(tall / self._size) + 1
        # A long slanting segment is cut for the purpose: its box would be mostly empty.
        length = np.hypot(s.bx - s.ax, s.by - s.ay)
        pieces = np.maximum(np.ceil(length / (4 * self._size)), 1).astype(np.int64)
        owner = np.repeat(np.arange(len(pieces)), pieces)
        number = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        begin, end = number / pieces[owner], (number + 1) / pieces[owner]
        dx, dy = (s.bx - s.ax)[owner], (s.by - s.ay)[owner]
        px, qx = s.ax[owner] + begin * dx, s.ax[owner] + end * dx
        py, qy = s.ay[owner] + begin * dy, s.ay[owner] + end * dy
        reach = far[owner]
        c0 = self._at(np.minimum(px, qx) - reach, self._x0, self._columns)
        c1 = self._at(np.maximum(px, qx) + reach, self._x0, self._columns)
        r0 = self._at(np.minimum(py, qy) - reach, self._y0, self._rows)
        r1 = self._at(np.maximum(py, qy) + reach, self._y0, self._rows)
        across = c1 - c0 + 1
        which, place = _ranges(across * (r1 - r0 + 1))
        column = c0[which] + place % across[which]
        row = r0[which] + place // across[which]
        # Of the boxes' bins those that the segment really comes near to.
        seg = owner[which]
        cx, cy = (
            self._x0 + (column + 0.5) * self._size,
            self._y0 + (row + 0.5) * self._size,
        )
        away, _, _ = _nearest(s, seg, cx, cy)
        close = away <= far[seg] + self._size * math.sqrt(0.5)
        key = (row[close] * self._columns + column[close]) * len(length) + seg[close]
        key = np.unique(key)
        self._bin_segment = key % len(length)
        ends = np.arange(self._columns * self._rows + 1)
        self._bin_start = np.searchsorted(key // len(length), ends)

    def _at(self, value: Floats, origin: float, number: int) -> Ints:
        out: Ints = np.clip(((value - origin) / self._size).astype(np.int64), 0, number - 1)
        return out

    def beyond(self, x: Floats, y: Floats, own: Ints, reach: Floats) -> Beyond:
        """Return places a step beyond the borders in reach of each point.

        Parameters
        ----------
        x, y : float64
        own : int64
            The position of each point's cell, -1 for none.
        reach : float64
            Of each point, not more than that of these surroundings; 0: nothing is looked for.
        """
        none = Beyond(np.empty(0, dtype=np.int64), x[:0], x[:0], y[:0])
        if not self._columns:
            return none
        found: dict[int, Beyond] = {}

        def look(part: slice) -> None:
            mine = self._beyond(x[part], y[part], own[part], reach[part])
            found[part.start] = mine._replace(point=mine.point + part.start)

        in_parts(look, len(x))
        parts = [none, *(found[k] for k in sorted(found))]
        return Beyond(*(np.concatenate(v) for v in zip(*parts, strict=True)))

    def _beyond(self, x: Floats, y: Floats, own: Ints, reach: Floats) -> Beyond:
        with np.errstate(invalid="ignore"):
            gx, gy = (x - self._x0) / self._size, (y - self._y0) / self._size
            near = (gx >= 0) & (gx < self._columns) & (gy >= 0) & (gy < self._rows) & (reach > 0)
        at = np.flatnonzero(near)
        place = gy[at].astype(np.int64) * self._columns + gx[at].astype(np.int64)
        number = self._bin_start[place + 1] - self._bin_start[place]
        some = np.flatnonzero(number)
        at, place = at[some], place[some]
        which, offset = _ranges(number[some])
        seg, point = self._bin_segment[self._bin_start[place[which]] + offset], at[which]
        s = self._segments
        zone = self.zone_of[own]
        away, fx, fy = _nearest(s, seg, x[point], y[point])
        into, width = s.into[seg], s.width[seg]
        fit = np.flatnonzero((into != zone[point]) & (away <= width + reach[point]))
        # Of each zone and shape the nearest place counts.
        point, into, away = point[fit], into[fit], away[fit]
        order = np.lexsort((away, into, point))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(point[order]) != 0) | (np.diff(into[order]) != 0)
        best = order[first]
        point, away, width = point[best], away[best], width[fit][best]
        keep = np.flatnonzero(np.abs(away - width) <= reach[point])
        best = fit[best[keep]]
        point, away, width = point[keep], away[keep], width[keep]
        return _stepped(x, y, point, away, fx[best], fy[best], width)


def _stepped(
    x: Floats, y: Floats, point: Ints, away: Floats, fx: Floats, fy: Floats, width: Floats
) -> Beyond:
    """Return places a step beyond borders at `width` from the feet (fx, fy)."""
    dx, dy = x[point] - fx, y[point] - fy
    distance = np.abs(away - width)
    # The direction from the foot to the point; any, where they are one.
    same = away < _SAME
    safe = np.where(same, 1.0, away)
    ux, uy = np.where(same, 1.0, dx / safe), np.where(same, 0.0, dy / safe)
    past = np.where(away > width, width - STEP, width + STEP)
    one = Beyond(point, distance, fx + ux * past, fy + uy * past)
    on = np.flatnonzero(distance < STEP)
    parts = [one]
    for cx, cy in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
        mine = point[on]
        parts.append(Beyond(mine, distance[on], x[mine] + 2 * STEP * cx, y[mine] + 2 * STEP * cy))
    return Beyond(*(np.concatenate(v) for v in zip(*parts, strict=True)))


def _ranges(number: Ints) -> tuple[Ints, Ints]:
    """Return (owner, 0 … number - 1) for each owner."""
    owner = np.repeat(np.arange(len(number), dtype=np.int64), number)
    return owner, np.arange(len(owner), dtype=np.int64) - (np.cumsum(number) - number)[owner]


def _nearest(s: _Segments, at: Ints, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the distance to segments, and the nearest place on them."""
    ax, ay = s.ax[at], s.ay[at]
    dx, dy = s.bx[at] - ax, s.by[at] - ay
    length = dx * dx + dy * dy
    t = ((x - ax) * dx + (y - ay) * dy) / np.where(length > 0, length, 1.0)
    t = np.clip(t, 0.0, 1.0)
    fx, fy = ax + t * dx, ay + t * dy
    return np.hypot(x - fx, y - fy), fx, fy


def _zone_borders(cells: CellIndex, zone: Ints) -> _Segments:
    """Return the edges between zones, once for each zone, and those of the void."""
    a, b, position = cells.edges()
    own = zone[position]
    key = _hashed(a) + _hashed(b)
    order = np.argsort(key, kind="stable")
    new = np.ones(len(order), dtype=bool)
    new[1:] = key[order][1:] != key[order][:-1]
    begin = np.flatnonzero(new)
    size = np.diff(np.append(begin, len(order)))
    two = begin[size == 2]
    i, j = order[two], order[two + 1]
    # The key is a hash: the ends themselves decide.
    same = ((a[i] == b[j]) & (b[i] == a[j])).all(axis=1) | ((a[i] == a[j]) & (b[i] == b[j])).all(
        axis=1
    )
    inner = same & (own[i] == own[j])
    keep = np.ones(len(own), dtype=bool)
    keep[i[inner]] = keep[j[inner]] = False
    alone = np.ones(len(own), dtype=bool)
    alone[i[same]] = alone[j[same]] = False
    at, void = np.flatnonzero(keep), np.flatnonzero(alone)
    both = np.concatenate([at, void])
    into = np.concatenate([own[at], np.full(len(void), NOWHERE, dtype=np.int64)])
    return _Segments(a[both, 0], a[both, 1], b[both, 0], b[both, 1], np.zeros(len(both)), into)


def _hashed(points: Floats) -> NDArray[np.uint64]:
    """Return a hash of each vertex."""
    bits = np.ascontiguousarray(points).view(np.uint64)
    mixed = bits * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    turned = (mixed[:, 1] << np.uint64(31)) | (mixed[:, 1] >> np.uint64(33))
    out: NDArray[np.uint64] = (mixed[:, 0] ^ turned) * np.uint64(0x94D049BB133111EB)
    return out


def _shape_borders(shapes: Shapes, base: int) -> _Segments:
    """Return the outlines of polygons, and the lines with their widths."""
    number = len(shapes)
    lines = [
        shapes[i].geometry
        if shapes[i].geometry.geom_type.endswith("LineString")
        else shapely.boundary(shapes[i].geometry)
        for i in range(number)
    ]
    parts, owner = shapely.get_parts(np.array(lines, dtype=object), return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    at = np.flatnonzero(part[1:] == part[:-1])
    mine = owner[part[at]] if len(at) else np.empty(0, dtype=np.int64)
    width = np.array([shapes[i].width_m for i in range(number)], dtype=np.float64)
    a, b = coords[at], coords[at + 1]
    return _Segments(
        a[:, 0], a[:, 1], b[:, 0], b[:, 1], width[mine] if number else np.empty(0),
        base + mine.astype(np.int64),
    )  # fmt: skip


def zones(
    codes: NDArray[np.object_], key: Callable[[str], frozenset[PlaceKey]]
) -> tuple[Ints, list[frozenset[PlaceKey]]]:
    """Return the zone of each cell, and the places of each zone; cells of one set are one zone."""
    distinct: dict[frozenset[PlaceKey], int] = {}
    of = [distinct.setdefault(key(code), len(distinct)) for code in codes]
    return np.array(of, dtype=np.int64), list(distinct)
