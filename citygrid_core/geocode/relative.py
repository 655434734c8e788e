"""Crossings, and places said by their side of another: 东侧50米, 对面, 旁."""

from __future__ import annotations

import math

import numpy as np
import shapely

from citygrid_core.errors import Text
from citygrid_core.geocode.candidate import Candidate
from citygrid_core.geocode.parse import Parsed
from citygrid_core.geocode.places import Street
from citygrid_core.geocode.polyline import Polyline

_SOUTH = math.sqrt(0.5)
#: Direction words as unit vectors (east, north).
DIRECTIONS = {
    "东": (1.0, 0.0),
    "西": (-1.0, 0.0),
    "南": (0.0, -1.0),
    "北": (0.0, 1.0),
    "东北": (_SOUTH, _SOUTH),
    "东南": (_SOUTH, -_SOUTH),
    "西北": (-_SOUTH, _SOUTH),
    "西南": (-_SOUTH, -_SOUTH),
}
#: Streets that come this near cross, metres (a bridge's end, a wide junction).
_MEETING = 40.0
#: Crossings of two streets this near to each other are one junction.
_JUNCTION = 80.0
#: The parts of an address that say where a place lies from another.
RELATIVE = ("direction", "distance", "gate", "relation")
_NEAR = ("附近", "周边", "周围", "一带", "沿线", "沿街", "之间")


def crossings(a: Street, b: Street) -> list[tuple[float, float, float]]:
    """Return where two streets meet: x, y and spread of each junction.

    The nearest approach of the two lines when they don't quite touch.
    """
    if a.line is None or b.line is None:
        return []
    if float(shapely.distance(a.line, b.line)) > _MEETING:
        return []
    met = shapely.intersection(a.line, b.line)
    if shapely.is_empty(met):
        x, y = shapely.get_coordinates(shapely.shortest_line(a.line, b.line)).mean(axis=0)
        return [(float(x), float(y), 15.0)]
    points = np.array(
        [shapely.get_coordinates(shapely.centroid(p))[0] for p in shapely.get_parts(met)]
    )
    out: list[tuple[float, float, float]] = []
    left = list(range(len(points)))
    while left:
        near = np.hypot(*(points[left] - points[left[0]]).T) <= _JUNCTION
        group = points[[i for i, n in zip(left, near, strict=True) if n]]
        left = [i for i, n in zip(left, near, strict=True) if not n]
        x, y = group.mean(axis=0)
        reach = float(np.hypot(*(group - (x, y)).T).max())
        out.append((float(x), float(y), 8.0 + reach))
    return out


def shift(candidate: Candidate, parsed: Parsed) -> Candidate:
    """Apply the relative phrase of an address to the place it starts from."""
    way = parsed.first("direction")
    far = parsed.first("distance")
    gate = parsed.first("gate")
    words = [p.value for p in parsed.all("relation")]
    vector = DIRECTIONS.get(way.value) if way is not None else None
    if gate is not None and gate.value[0] in "东西南北":
        name = gate.value[:2] if gate.value[:2] in DIRECTIONS else gate.value[0]
        _to_edge(candidate, DIRECTIONS[name])
    if vector is not None:
        distance = min(float(far.value), 20_000.0) if far is not None else None
        _go(candidate, vector, distance)
        candidate.signs["distance" if distance is not None else "side"] = 1.0
    elif far is not None:
        candidate.spread += min(float(far.value), 20_000.0)
        candidate.signs["vague"] = 1.0
        candidate.reasons.append(Text("a distance without a direction", "有距离而无方向"))
    if any("对" in w for w in words):
        _across(candidate)
        candidate.signs["opposite"] = 1.0
    elif any(w in _NEAR for w in words):
        candidate.spread += 40.0
        candidate.signs["vague"] = 1.0
    elif words:
        candidate.spread += 10.0
        candidate.signs["beside"] = 1.0
    return candidate


def _go(candidate: Candidate, vector: tuple[float, float], distance: float | None) -> None:
    """Move in a direction: along the street where it runs that way, else straight."""
    if distance is None:
        if candidate.shape is not None:
            _to_edge(candidate, vector)
        else:
            candidate.x += 15.0 * vector[0]
            candidate.y += 15.0 * vector[1]
            candidate.spread += 15.0
        return
    if candidate.shape is not None:
        _to_edge(candidate, vector)
    moved = None
    for street in candidate.streets:
        moved = moved or _along(street.path, candidate.x, candidate.y, vector, distance)
    if moved is None:
        candidate.x += distance * vector[0]
        candidate.y += distance * vector[1]
        candidate.spread += 0.3 * distance + 10.0
    else:
        candidate.x, candidate.y = moved
        candidate.spread += 0.15 * distance + 5.0


def _along(
    path: Polyline | None, x: float, y: float, vector: tuple[float, float], distance: float
) -> tuple[float, float] | None:
    """Walk along a line that runs within 40 degrees of the direction."""
    if path is None:
        return None
    foot = path.foot(x, y)
    for sign in (1.0, -1.0):
        ahead = foot.measure + sign * distance
        if not 0.0 <= ahead <= path.length:
            continue
        _, _, tx, ty = path.at(foot.measure + sign * min(10.0, distance))
        if sign * (tx * vector[0] + ty * vector[1]) < math.cos(math.radians(40)):
            continue
        ex, ey, _, _ = path.at(ahead)
        dx, dy = ex - foot.x, ey - foot.y
        if math.hypot(dx, dy) <= distance + 1.0 and dx * vector[0] + dy * vector[1] > 0:
            return x + dx, y + dy
    return None


def _to_edge(candidate: Candidate, vector: tuple[float, float]) -> None:
    """Move to where the place's polygon ends in a direction."""
    if candidate.shape is None:
        candidate.spread += 15.0
        return
    reach = 4 * candidate.spread + 1000.0
    ray = shapely.LineString(
        [
            (candidate.x, candidate.y),
            (candidate.x + reach * vector[0], candidate.y + reach * vector[1]),
        ]
    )
    inside = shapely.get_coordinates(shapely.intersection(ray, candidate.shape))
    if len(inside):
        at = inside[np.argmax(inside @ np.array(vector))]
        candidate.x, candidate.y = float(at[0]), float(at[1])
    candidate.spread = 0.5 * candidate.spread + 15.0


def _across(candidate: Candidate) -> None:
    """Move to the other side of the street."""
    path = candidate.streets[0].path if candidate.streets else None
    candidate.spread += 15.0
    if path is None:
        candidate.spread += 15.0
        return
    foot = path.foot(candidate.x, candidate.y)
    if abs(foot.offset) <= 60.0:
        candidate.x, candidate.y = 2 * foot.x - candidate.x, 2 * foot.y - candidate.y
