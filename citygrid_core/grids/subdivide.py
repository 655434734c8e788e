"""Cutting a big block: along lanes, through the gaps between buildings, else well shaped.

Recursive bisection. At each step all candidate cuts are judged by one
objective: what the parts cost if they are cut further into equal cells, plus
the length of the cut times how poor a border it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import brentq

from citygrid_core.grids.mesh import Floats, Geometries, Lines
from citygrid_core.grids.policy import Policy

#: How poor a border a cut is: along a lane, straight over open ground, around obstacles.
LANE, OPEN, AROUND = 0.3, 1.0, 1.6
#: Importance that cuts have as borders afterwards.
LANE_IMPORTANCE, CUT_IMPORTANCE = 0.3, 0.1
#: Clearance kept to a building where a cut goes around it, metres.
CLEARANCE_M = 0.5


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to cut a part: the line, the two sides and what it costs."""

    line: Any
    sides: tuple[Any, Any]
    cost: float
    importance: float


def subdivide(block: Any, obstacles: Geometries, lanes: Geometries, policy: Policy) -> Lines:
    """Return the lines that cut `block` into cells of about the target area.

    Parameters
    ----------
    block : Polygon
    obstacles : array of Polygon
        Buildings and compounds: a cut goes around them.
    lanes : array of LineString
        Lanes that end inside the block.
    """
    lines: list[Any] = []
    weights: list[float] = []
    waiting = [(block, obstacles, lanes)]
    while waiting:
        part, things, ways = waiting.pop()
        area, rim = np.array([part.area]), np.array([part.length])
        if area[0] < 1.3 * policy.target_m2:
            continue
        cut = _best(part, things, ways, policy)
        if cut is None:
            continue
        must = area[0] > policy.high_m2
        if not must and cut.cost >= policy.cell_cost(area, rim)[0]:
            continue
        lines.append(cut.line)
        weights.append(cut.importance)
        for side in cut.sides:
            inside = things[shapely.intersects(side, things)] if len(things) else things
            waiting.append((side, inside, _clip(ways, side)))
    if not lines:
        return Lines.none()
    shapes: Geometries = np.empty(len(lines), dtype=object)
    shapes[:] = lines
    return Lines.plain(shapes, np.asarray(weights))


def _clip(ways: Geometries, side: Any) -> Geometries:
    if not len(ways):
        return ways
    pieces = shapely.get_parts(shapely.intersection(ways, side))
    long = (shapely.get_type_id(pieces) == 1) & (shapely.length(pieces) > 5)
    return np.asarray(pieces[long], dtype=object)


def _best(part: Any, things: Geometries, ways: Geometries, policy: Policy) -> Cut | None:
    """Return the cut of `part` with the lowest cost, or None when there is none."""
    cuts = [*_lane_cuts(part, things, ways, policy), *_straight_cuts(part, things, policy)]
    cuts = [cut for cut in cuts if _sound(cut, policy)]
    return min(cuts, key=lambda cut: cut.cost, default=None)


def _sound(cut: Cut, policy: Policy) -> bool:
    least = min(side.area for side in cut.sides)
    return least > 0.6 * policy.low_m2 and all(s.geom_type == "Polygon" for s in cut.sides)


def axes(part: Any, things: Geometries) -> list[Floats]:
    """Return the unit vectors along which `part` may be cut across.

    The sides of its smallest rectangle, and those of its largest building where
    they differ by more than 5 degrees.
    """
    found: list[Floats] = []
    shapes = [part]
    if len(things):
        shapes.append(things[int(np.argmax(shapely.area(things)))])
    for shape in shapes:
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
        if len(corners) < 4:
            continue
        sides = corners[1:3] - corners[0:2]
        longest = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
        unit = longest / np.hypot(*longest)
        if all(abs(float(np.dot(unit, f))) < 0.996 for f in found):
            found += [unit, np.array([-unit[1], unit[0]])]
    return found[:4]


def _offsets(part: Any, things: Geometries, unit: Floats, policy: Policy) -> Floats:
    """Return where along `unit` to try a cut: evenly, and in the gaps between buildings."""
    along = shapely.get_coordinates(part) @ unit
    low, high = float(along.min()), float(along.max())
    pieces = max(2.0, round(part.area / policy.target_m2))
    margin = max(0.12, min(0.4, 0.6 / pieces))
    even = np.linspace(low + margin * (high - low), high - margin * (high - low), 7)
    if not len(things):
        return np.asarray(even, dtype=np.float64)
    points, owner = shapely.get_coordinates(things, return_index=True)
    at = points @ unit
    first = np.full(len(things), np.inf)
    last = np.full(len(things), -np.inf)
    np.minimum.at(first, owner, at)
    np.maximum.at(last, owner, at)
    order = np.argsort(first, kind="stable")
    first, reach = first[order], np.maximum.accumulate(last[order])
    free = np.flatnonzero(first[1:] - reach[:-1] > 2 * CLEARANCE_M)
    gaps = (first[1:][free] + reach[:-1][free]) / 2
    gaps = gaps[(gaps > even[0]) & (gaps < even[-1])]
    if len(gaps) > 12:
        gaps = gaps[np.linspace(0, len(gaps) - 1, 12).astype(int)]
    return np.concatenate([gaps, even])


def _straight_cuts(part: Any, things: Geometries, policy: Policy) -> list[Cut]:
    centre = np.array(part.centroid.coords[0])
    reach = float(np.hypot(*(np.array(part.bounds[2:]) - np.array(part.bounds[:2])))) + 10
    lines, boxes = [], []
    outline = shapely.get_coordinates(part)
    for unit in axes(part, things):
        side = np.array([-unit[1], unit[0]])
        if np.ptp(outline @ unit) < 0.45 * np.ptp(outline @ side):
            continue  # never along the length of a strip
        base = centre - unit * float(centre @ unit)
        at = _offsets(part, things, unit, policy)
        foot = base + at[:, None] * unit
        ends = np.stack([foot - reach * side, foot + reach * side], axis=1)
        back = np.stack([ends[:, 1] - 2 * reach * unit, ends[:, 0] - 2 * reach * unit], axis=1)
        lines.append(ends)
        boxes.append(np.concatenate([ends, back], axis=1))
    if not lines:
        return []
    shapely.prepare(part)
    chords = shapely.intersection(shapely.linestrings(np.concatenate(lines)), part)
    halves = shapely.polygons(np.concatenate(boxes))
    single = shapely.get_type_id(chords) == 1
    if not single.any():
        chords, single = _longest_chord(chords), np.ones(len(chords), dtype=bool)
        found = [_along(part, chord, things, policy, OPEN, CUT_IMPORTANCE) for chord in chords]
        return [cut for cut in found if cut is not None]
    chords, halves = chords[single], halves[single]
    near = shapely.intersection(halves, part)
    cost = _cost_of(part, near, chords, policy)
    crossing = np.zeros(len(chords))
    if len(things):
        tree = shapely.STRtree(things)
        which, thing = tree.query(chords, predicate="intersects")
        inside = shapely.length(shapely.intersection(chords[which], things[thing]))
        np.add.at(crossing, which, np.minimum(inside / 10, 1.0))
    # only the best clear one, and the best two that must go around something
    order = np.argsort(cost + 1.5 * crossing, kind="stable")
    result: list[Cut] = []
    clear = [i for i in order if crossing[i] == 0][:1]
    for i in clear:
        far = shapely.difference(part, halves[i])
        result.append(Cut(chords[i], (near[i], far), float(cost[i]), CUT_IMPORTANCE))
    if not clear or crossing[order[0]] > 0:
        for i in [i for i in order if crossing[i] > 0][:2]:
            cut = _around(part, near[i], things, policy)
            if cut is not None:
                result.append(cut)
    return result


def _longest_chord(chords: Geometries) -> Geometries:
    out = []
    for chord in chords:
        pieces = [p for p in shapely.get_parts(chord) if p.geom_type == "LineString"]
        if pieces:
            out.append(max(pieces, key=lambda piece: piece.length))
    array: Geometries = np.empty(len(out), dtype=object)
    array[:] = out
    return array


def _cost_of(part: Any, near: Geometries, chords: Geometries, policy: Policy) -> Floats:
    """Return the cost of cutting `part` by `chords`, `near` being one side of each."""
    chord = shapely.length(chords)
    area, rim = shapely.area(near), shapely.length(near)
    cost: Floats = (
        policy.future_cost(area, rim)
        + policy.future_cost(part.area - area, part.length - rim + 2 * chord)
        + policy.cut_weight * OPEN * chord / np.sqrt(policy.target_m2)
    )
    return cost


def _around(part: Any, near: Any, things: Geometries, policy: Policy) -> Cut | None:
    """Return the cut between `near` and the rest, moved around every obstacle on it."""
    hit = things[shapely.crosses(shapely.boundary(near), things)]
    room = shapely.buffer(hit, CLEARANCE_M, join_style="mitre")
    mine = shapely.area(shapely.intersection(hit, near)) * 2 >= shapely.area(hit)
    side = shapely.difference(near, shapely.union_all(room[~mine]))
    side = shapely.intersection(shapely.union_all([side, *room[mine]]), part)
    side = _largest(side)
    far = _largest(shapely.difference(part, side))
    side = _largest(shapely.difference(part, far))
    if side is None or far is None:
        return None
    line = shapely.intersection(side.boundary, far.boundary)
    line = shapely.line_merge(line) if line.geom_type != "LineString" else line
    if line.geom_type != "LineString" or line.is_closed:
        return None
    for tolerance in (12.0, 6.0, 3.0, 1.0):
        plain = shapely.simplify(line, tolerance)
        if not shapely.intersects(plain, things).any() and shapely.covers(part, plain):
            line = plain
            break
    return _along(part, line, things, policy, AROUND, CUT_IMPORTANCE)


def _largest(shape: Any) -> Any:
    pieces = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return max(pieces, key=lambda piece: piece.area, default=None)


def _along(
    part: Any, line: Any, things: Geometries, policy: Policy, quality: float, importance: float
) -> Cut | None:
    """Return the cut of `part` by one line from border to border."""
    whole = shapely.union_all([shapely.boundary(part), line])
    pieces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(whole)]))
    shapely.prepare(part)
    pieces = [p for p in pieces if shapely.contains(part, shapely.point_on_surface(p))]
    pieces.sort(key=lambda piece: -piece.area)
    if len(pieces) < 2 or (len(pieces) > 2 and pieces[2].area > 1.0):
        return None
    sides = (pieces[0], pieces[1])
    length = float(shapely.length(shapely.intersection(line, part)))
    area = np.array([s.area for s in sides])
    rim = np.array([s.length for s in sides])
    cost = float(policy.future_cost(area, rim).sum())
    cost += policy.cut_weight * quality * length / float(np.sqrt(policy.target_m2))
    if len(things):
        inside = shapely.length(shapely.intersection(line, things))
        cost += float(np.minimum(inside / 10, 1.0).sum()) * 3
    return Cut(line, sides, cost, importance)


def _lane_cuts(part: Any, things: Geometries, ways: Geometries, policy: Policy) -> list[Cut]:
    """Return the cuts along lanes that end inside `part`, each led on to its border."""
    if not len(ways):
        return []
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(list(ways))))
    result = []
    for way in joined:
        if way.length < 20 or way.is_closed:
            continue
        line = _extend(_extend(way, part), part)
        if line is None:
            continue
        cut = _along(part, line, things, policy, LANE, LANE_IMPORTANCE)
        if cut is not None:
            result.append(cut)
    return result


def _extend(way: Any, part: Any) -> Any:
    """Return `way` turned round, with its (former) end led straight on to the border."""
    if way is None:
        return None
    coordinates = shapely.get_coordinates(way)
    end = shapely.Point(coordinates[-1])
    if shapely.distance(end, part.boundary) > 0.01:
        back = shapely.get_coordinates(
            shapely.line_interpolate_point(way, max(way.length - 15.0, 0.0))
        )[0]
        ahead = coordinates[-1] - back
        norm = float(np.hypot(*ahead))
        if norm == 0:
            return None
        reach = float(np.hypot(part.bounds[2] - part.bounds[0], part.bounds[3] - part.bounds[1]))
        ray = shapely.linestrings([coordinates[-1], coordinates[-1] + ahead / norm * (reach + 1)])
        hits = shapely.get_coordinates(shapely.intersection(ray, part.boundary))
        if not len(hits):
            return None
        gaps = np.hypot(*(hits - coordinates[-1]).T)
        coordinates = np.concatenate([coordinates, hits[[int(np.argmin(gaps))]]])
    return shapely.linestrings(coordinates[::-1])


def lanes_in(blocks: Geometries, lanes: Geometries) -> list[NDArray[np.int64]]:
    """Return for each block the positions of the lanes inside it."""
    out = [np.empty(0, dtype=np.int64)] * len(blocks)
    if len(blocks) and len(lanes):
        middle = shapely.line_interpolate_point(lanes, 0.5, normalized=True)
        block, lane = shapely.STRtree(middle).query(blocks, predicate="contains")
        for b in np.unique(block):
            out[int(b)] = np.sort(lane[block == b])
    return out


def in_equal_parts(shape: Any, n: int, things: Geometries) -> list[Any]:
    """Return straight lines that divide `shape` into `n` parts of nearly equal area.

    Bisection with counts kept: of n parts, n // 2 fall on one side. The cut runs
    across the axis that makes it shortest; it may move by a quarter of a part to
    pass clear of `things`.
    """
    lines: list[Any] = []
    waiting = [(shape, n)]
    while waiting:
        part, count = waiting.pop()
        if count < 2:
            continue
        first = count // 2
        tries = []
        for unit in axes(part, np.empty(0, dtype=object)):
            cut = _at_share(part, unit, first / count, things, 0.25 / count)
            if cut is not None:
                tries.append(cut)
        if not tries:
            return lines
        _, line, near, far = min(tries, key=lambda t: t[0])
        lines.append(line)
        waiting += [(near, first), (far, count - first)]
    return lines


def _at_share(
    part: Any, unit: Floats, share: float, things: Geometries, slack: float
) -> tuple[float, Any, Any, Any] | None:
    """Return the cut across `unit` that leaves `share` of the area on its near side."""
    side = np.array([-unit[1], unit[0]])
    along = shapely.get_coordinates(part) @ unit
    across = shapely.get_coordinates(part) @ side
    low, high = float(along.min()), float(along.max())
    left, right = float(across.min()) - 10, float(across.max()) + 10

    def half(at: float) -> Any:
        corners = [(low - 10, left), (at, left), (at, right), (low - 10, right)]
        return shapely.polygons([a * unit + b * side for a, b in corners])

    def place_of(wanted: float) -> float:
        return float(
            brentq(
                lambda at: shapely.area(shapely.intersection(half(at), part)) / part.area - wanted,
                low - 1,
                high + 1,
                xtol=1e-4,
            )
        )

    steps = [0.0]
    if len(things):
        steps += [s * sign * slack for s in (0.2, 0.4, 0.6, 0.8, 1.0) for sign in (1, -1)]
    best = None
    for step in steps:
        at = place_of(share + step)
        line = shapely.linestrings([at * unit + left * side, at * unit + right * side])
        chord = shapely.intersection(line, part)
        near = shapely.intersection(half(at), part)
        far = shapely.difference(part, half(at))
        if near.geom_type != "Polygon" or far.geom_type != "Polygon":
            continue
        hit = float(shapely.length(shapely.intersection(chord, things)).sum()) if len(things) else 0
        cost = float(chord.length) + 100 * hit + abs(step) / max(slack, 1e-9) * 0.1 * chord.length
        if best is None or cost < best[0]:
            best = (cost, chord, near, far)
    return best
