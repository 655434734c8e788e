"""Divide superblocks into blocks by streets, the wide ones first.

A face is cut across its longer side, a little off its middle, by a slightly curved
street that ends on the streets around it: a T-junction, or a crossing where a
street ends opposite. The class of the street follows from the size of what it divides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely

from citygrid_core.sample.mesh import Floats, Mesh, ring_area, roundness, segment

#: A face at least this big (m2) is divided by a street of this class.
CLASS_BY_AREA = ((900_000, "arterial"), (200_000, "secondary"), (52_000, "branch"), (0, "lane"))
SNAP_M, JUNCTION_SNAP_M, APART_M = 12.0, 26.0, 24.0


@dataclass
class Line:
    """A street (or bank, railway, border) as a path of nodes."""

    road_class: str
    nodes: list[int]


@dataclass
class Face:
    """A ring of nodes, and what has been decided for it."""

    ring: list[int]
    water: bool = False
    whole: bool = False


@dataclass
class Divider:
    """Divides the faces of one county.

    Parameters
    ----------
    target : callable
        ``target(x, y)`` gives the mean area (m2) of a block there.
    first_line : int
        Number of the first new line; the new ones are in `lines`.
    closed_lines : frozenset of int
        Lines that streets rather do not end on (railway, river).
    """

    mesh: Mesh
    rng: np.random.Generator
    target: Callable[[float, float], float]
    first_line: int
    closed_lines: frozenset[int]
    lines: list[Line] = field(default_factory=list)

    def divide(self, faces: list[Face]) -> list[Face]:
        """Return the blocks that `faces` (land) are divided into."""
        todo, done = list(reversed(faces)), []
        while todo:
            face = todo.pop()
            face.ring = self.mesh.expand(face.ring)
            p = self.mesh.points(face.ring)
            area = abs(ring_area(p))
            wanted = self.target(*p.mean(axis=0)) * float(np.exp(self.rng.normal(0, 0.25)))
            if face.water or area < 1.55 * wanted:
                done.append(face)
                continue
            if 18_000 < area < 70_000 and self.rng.random() < 0.16:
                face.whole = True
                done.append(face)
                continue
            parts = self._split(face, p, area)
            if parts is None:
                done.append(face)
            else:
                todo.extend(parts)
        for face in done:
            face.ring = self.mesh.expand(face.ring)
        return done

    def dead_end(self, face: Face) -> bool:
        """Lead a lane from a street into a block, where it ends; tell whether one was built."""
        ring = self.mesh.expand(face.ring)
        p = self.mesh.points(ring)
        centre = p.mean(axis=0)
        length = np.hypot(*(np.roll(p, -1, axis=0) - p).T)
        for i in np.argsort(-length)[:4]:
            a, b = ring[i], ring[(i + 1) % len(ring)]
            key = segment(a, b)
            if key in self.mesh.fixed or self.mesh.line[key] in self.closed_lines or length[i] < 44:
                continue
            at = p[i] + (p[(i + 1) % len(ring)] - p[i]) * self.rng.uniform(0.45, 0.55)
            end = at + (centre - at) * self.rng.uniform(0.75, 1.05)
            path = shapely.LineString([at + (end - at) * 0.02, end])
            polygon = shapely.Polygon(p)
            if not polygon.contains(path) or shapely.Point(end).distance(polygon.exterior) < 22:
                continue
            start = self.mesh.cut(a, b, *at)
            self.mesh.junctions.add(start)
            tip = self.mesh.node(*end)
            self.mesh.line[segment(start, tip)] = self.first_line + len(self.lines)
            self.lines.append(Line("lane", [start, tip]))
            return True
        return False

    def _split(self, face: Face, p: Floats, area: float) -> list[Face] | None:
        road_class = next(c for least, c in CLASS_BY_AREA if area >= least)
        box = np.asarray(shapely.oriented_envelope(shapely.Polygon(p)).exterior.coords)[:4]
        sides = box[1] - box[0], box[2] - box[1]
        long, short = sorted(sides, key=lambda v: -float(np.hypot(*v)))
        centre = box.mean(axis=0)
        best: tuple[float, list[int], list[int], list[int]] | None = None
        for attempt in range(9 if area < 60_000 else 40 if area < 1e5 else 150):
            if attempt in (6, 14, 22, 30):
                long, short = short, long
            at = centre + long * self.rng.normal(0, 0.05 + 0.012 * attempt)
            turn = self.rng.normal(0, 0.05 + 0.015 * attempt)
            if attempt >= 9:
                at = p[self.rng.integers(len(p), size=3)].mean(axis=0)
            heading = np.arctan2(short[1], short[0]) + turn
            bend = float(np.clip(self.rng.normal(0, 0.035), -0.09, 0.09))
            least = (0.3, 0.38) if attempt < 20 else (0.12, 0.25) if attempt < 60 else (0.04, 0.15)
            tried = self._try(face.ring, p, at, heading, bend, area, least)
            if tried is None:
                continue
            if best is None or tried[0] < best[0]:
                best = tried
            if best[0] < 0.35 or attempt >= 6:
                break
        if best is None:
            return None
        return self._carry_out(face, best[1:], road_class)

    def _try(
        self,
        ring: list[int],
        p: Floats,
        at: Floats,
        heading: float,
        bend: float,
        area: float,
        least: tuple[float, float],
    ) -> tuple[float, list[int], list[int], list[int]] | None:
        """Return (cost, end on the ring, other end, -) of a street through `at`, or None.

        `least` is the smaller part's share of the area and its roundness. An end is
        [position in the ring, 1 when it is that node, x mm, y mm].
        """
        direction = np.array([np.cos(heading), np.sin(heading)])
        chord = _chord(p, at, direction)
        if chord is None:
            return None
        ends, cost = [], 0.0
        for i, q in chord:
            end = self._end(ring, p, i, q, direction)
            if end is None:
                return None
            ends.append(end[1])
            cost += end[0]
        path = _bent(self._place(p, ends[0]), self._place(p, ends[1]), bend)
        parts = _halves(p, ends, path)
        if parts is None:
            return None
        shapes = [shapely.Polygon(part) for part in parts]
        if not all(s.is_valid for s in shapes):
            return None
        smaller = min(s.area for s in shapes)
        if (
            abs(sum(s.area for s in shapes) - area) > 1
            or smaller < least[0] * area
            or smaller < 4500
        ):
            return None
        round_ = min(roundness(part) for part in parts)
        if round_ < least[1]:
            return None
        cost += (0.5 - smaller / area) + max(0.0, 0.6 - round_)
        return cost, *ends, [round(v * 1000) for v in path.ravel()]

    def _end(
        self, ring: list[int], p: Floats, i: int, q: Floats, direction: Floats
    ) -> tuple[float, list[int]] | None:
        n = len(ring)
        a, b = p[i], p[(i + 1) % n]
        along = (b - a) / np.hypot(*(b - a))
        if abs(along[0] * direction[1] - along[1] * direction[0]) < 0.62:
            return None
        key = segment(ring[i], ring[(i + 1) % n])
        line = self.mesh.line[key]
        cost = 0.5 if line in self.closed_lines else 0.0
        gap = np.hypot(*(p - q).T)
        for j in np.argsort(gap)[:4]:
            junction = ring[j] in self.mesh.junctions
            reach = JUNCTION_SNAP_M if junction else SNAP_M
            if key in self.mesh.fixed:
                reach = 60.0
            if gap[j] <= reach and _is_straight(p, int(j)):
                if line in self.closed_lines and junction:
                    return None
                return cost, [int(j), 1, 0, 0]
        near = [j for j in range(n) if gap[j] < APART_M and ring[j] in self.mesh.junctions]
        near += [j for j in range(n) if gap[j] < 12 and not _is_straight(p, j)]
        if key in self.mesh.fixed or near or min(gap[i], gap[(i + 1) % n]) < 5:
            return None
        return cost, [i, 0, round(q[0] * 1000), round(q[1] * 1000)]

    @staticmethod
    def _place(p: Floats, end: list[int]) -> Floats:
        return p[end[0]] if end[1] else np.array([end[2] / 1000, end[3] / 1000])

    def _carry_out(
        self, face: Face, found: tuple[list[int], list[int], list[int]], road_class: str
    ) -> list[Face]:
        ring, mesh = face.ring, self.mesh
        at = []
        for i, is_node, x, y in found[:2]:
            if is_node:
                at.append(ring[i])
            else:
                at.append(mesh.cut(ring[i], ring[(i + 1) % len(ring)], x / 1000, y / 1000))
        path = np.array(found[2], dtype=float).reshape(-1, 2) / 1000
        nodes = [at[0], *(mesh.node(x, y) for x, y in path[1:-1]), at[1]]
        number = self.first_line + len(self.lines)
        self.lines.append(Line(road_class, nodes))
        for a, b in pairwise(nodes):
            mesh.line[segment(a, b)] = number
        mesh.junctions.update(at)
        whole = mesh.expand(ring)
        i, j = whole.index(at[0]), whole.index(at[1])
        if i < j:
            first, second = whole[i : j + 1], whole[j:] + whole[: i + 1]
        else:
            first, second = whole[i:] + whole[: j + 1], whole[j : i + 1]
        return [Face([*first, *reversed(nodes[1:-1])]), Face([*second, *nodes[1:-1]])]


def _chord(p: Floats, at: Floats, direction: Floats) -> list[tuple[int, Floats]] | None:
    """Return the two places where a straight line through `at` leaves the ring."""
    side = (p - at) @ np.array([-direction[1], direction[0]])
    after = np.roll(side, -1)
    crossed = np.flatnonzero((side >= 0) != (after >= 0))
    share = side[crossed] / (side[crossed] - after[crossed])
    q = p[crossed] + share[:, None] * (np.roll(p, -1, axis=0)[crossed] - p[crossed])
    along = (q - at) @ direction
    order = np.argsort(along)
    for first, second in zip(order[::2], order[1::2]):  # noqa: B905
        if along[first] < 0 < along[second]:
            return [(int(crossed[k]), q[k]) for k in (first, second)]
    return None


def _is_straight(p: Floats, i: int) -> bool:
    """Tell whether the ring runs on nearly straight through its node `i`."""
    back, on = p[i - 1] - p[i], p[(i + 1) % len(p)] - p[i]
    cosine = back @ on / (np.hypot(*back) * np.hypot(*on))
    return bool(cosine < -0.87)


def _bent(a: Floats, b: Floats, bend: float) -> Floats:
    """Return a path from a to b that bends aside by `bend` of its length."""
    length = float(np.hypot(*(b - a)))
    n = max(int(length / 55), 1)
    s = np.linspace(0, 1, n + 1)[:, None]
    aside = np.array([-(b - a)[1], (b - a)[0]])
    out: Floats = a + s * (b - a) + np.sin(np.pi * s) * bend * aside
    return out


def _halves(p: Floats, ends: list[list[int]], path: Floats) -> tuple[Floats, Floats] | None:
    """Return the coordinates of the two rings that a path makes of the ring `p`."""
    (i, i_node, *_), (j, j_node, *_) = ends
    if i == j:
        return None
    n = len(p)
    first = [p[k % n] for k in range(i + 1, (j if j > i else j + n) + (0 if j_node else 1))]
    second = [p[k % n] for k in range(j + 1, (i if i > j else i + n) + (0 if i_node else 1))]
    return (
        np.array([path[0], *first, *path[:0:-1]]),
        np.array([path[-1], *second, *path[:-1]]),
    )
