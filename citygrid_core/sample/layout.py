"""Lay out one county: its streets and blocks, with their names and neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import Polygon

from citygrid_core.sample.divide import Divider, Face
from citygrid_core.sample.grouping import Integers, Neighbours
from citygrid_core.sample.mesh import Array, Floats, Mesh, Segment, segment
from citygrid_core.sample.names import Names
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.roads import Road
from citygrid_core.sample.skeleton import CENTRE
from citygrid_core.sample.streets import name_streets


@dataclass(frozen=True)
class Front:
    """Segments of the blocks' rings: block, road and end points (n, 2, 2) in m."""

    block: Integers
    road: Integers
    ends: Floats


@dataclass
class Layout:
    """Blocks and roads of one county.

    Attributes
    ----------
    blocks : ndarray of Polygon
        Faces of the streets' centre lines: a coverage of the county.
    water, whole : ndarray of bool
        Blocks between the river's banks; blocks that were kept whole.
    near : Neighbours
        Blocks that share an edge, and the class of the street between.
    edges : dict
        Road number to the line of its segments in this county, borders included.
    own_edges : dict
        The same without what another county writes.
    front : Front
        The segments of the blocks' rings, with the road that each is part of.
    roads : dict
        Road number to road: main ones (shared) and the county's own.
    dead_ends : dict
        Roads that end inside a block, with the block.
    names : Names
        Gives further names of this county.
    """

    county: int
    blocks: Array
    water: Array
    whole: Array
    near: Neighbours
    front: Front
    edges: dict[int, shapely.Geometry]
    own_edges: dict[int, shapely.Geometry]
    roads: dict[int, Road]
    dead_ends: dict[int, int]
    names: Names

    @property
    def middle(self) -> Floats:
        """Centres of the blocks, (n, 2) in m."""
        out: Floats = shapely.get_coordinates(shapely.centroid(self.blocks))
        return out


def lay_out(plan: Plan, county: int) -> Layout:
    """Divide the superblocks of a county, name its streets."""
    rng = plan.rng(2, county)
    mesh, faces, foreign = _mesh(plan, county)
    closed = frozenset(r.number for r in plan.roads if not r.is_road)
    divider = Divider(mesh, rng, _target(plan), len(plan.roads), closed)
    blocks = divider.divide(faces)
    ends = _dead_ends(divider, blocks, rng)
    for face in blocks:
        face.ring = mesh.expand(face.ring)
    names = Names(rng, county, plan.scale.counties + 1, plan.seed)
    roads, road_of = name_streets(plan.roads, divider, names)
    near, front = _sides(mesh, blocks, road_of, roads)
    shapes = np.array([Polygon(mesh.points(f.ring)) for f in blocks], dtype=object)
    edges = _edges(mesh, road_of, set())
    own_edges = _edges(mesh, road_of, foreign)
    return Layout(
        county, shapes,
        np.array([f.water for f in blocks]), np.array([f.whole for f in blocks]),
        near, front, edges, own_edges, roads, {road_of[line]: block for line, block in ends.items()}, names,
    )  # fmt: skip


def _target(plan: Plan) -> Callable[[float, float], float]:
    inner, outer = plan.scale.block_m2
    reach = 1.05 * plan.scale.radius_m

    def target(x: float, y: float) -> float:
        far = min(float(np.hypot(x - CENTRE[0], y - CENTRE[1])) / reach, 1.0)
        return inner + (outer - inner) * far**2

    return target


def _mesh(plan: Plan, county: int) -> tuple[Mesh, list[Face], set[Segment]]:
    """Return the county's superblocks as a mesh, and the segments another county writes."""
    mesh = Mesh()
    mine = np.flatnonzero(plan.county == county)
    faces = []
    for i in mine:
        xy = np.asarray(plan.faces[i].exterior.coords)[:-1]
        faces.append(Face([mesh.node(*p) for p in xy], water=bool(plan.water[i])))
    wanted = {
        segment(a, b) for f in faces for a, b in zip(f.ring, [*f.ring[1:], f.ring[0]], strict=True)
    }
    ends: dict[int, int] = defaultdict(int)
    foreign = set()
    for k, (edge, road) in enumerate(zip(plan.edges, plan.edge_road, strict=True)):
        nodes = [mesh.node(*p) for p in edge.coords]
        for a, b in pairwise(nodes):
            key = segment(a, b)
            if key in wanted:
                mesh.line[key] = road
                if plan.shared[k]:
                    mesh.fixed.add(key)
                    if plan.owner[k] != county:
                        foreign.add(key)
        ends[nodes[0]] += 1
        ends[nodes[-1]] += 1
    mesh.junctions.update(n for n, count in ends.items() if count >= 3)
    return mesh, faces, foreign


def _dead_ends(divider: Divider, blocks: list[Face], rng: np.random.Generator) -> dict[int, int]:
    """Build lanes that end inside some of the larger blocks: line number to block."""
    out = {}
    for i, face in enumerate(blocks):
        area = Polygon(divider.mesh.points(divider.mesh.expand(face.ring))).area
        if face.water or face.whole or area < 13_000 or rng.random() > 0.45:
            continue
        if divider.dead_end(face):
            out[divider.first_line + len(divider.lines) - 1] = i
    return out


def _sides(
    mesh: Mesh, blocks: list[Face], road_of: dict[int, int], roads: dict[int, Road]
) -> tuple[Neighbours, Front]:
    """Return which blocks touch over which class of street, and all their segments."""
    owner: dict[tuple[int, int], list[int]] = defaultdict(list)
    block, road, ends = [], [], []
    for i, face in enumerate(blocks):
        for a, b in zip(face.ring, [*face.ring[1:], face.ring[0]], strict=True):
            key = segment(a, b)
            owner[key].append(i)
            block.append(i)
            road.append(road_of[mesh.line[key]])
            ends += [a, b]
    pairs: dict[tuple[int, int], int] = {}
    for key, who in owner.items():
        if len(who) == 2:
            pairs.setdefault((min(who), max(who)), road_of[mesh.line[key]])
    crossing = ["bank" if roads[n].kind == "bank" else roads[n].road_class for n in pairs.values()]
    both = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    front = Front(
        np.array(block, dtype=np.int64),
        np.array(road, dtype=np.int64),
        mesh.points(ends).reshape(-1, 2, 2),
    )
    return Neighbours(both[:, 0], both[:, 1], crossing), front


def _edges(
    mesh: Mesh, road_of: dict[int, int], without: set[Segment]
) -> dict[int, shapely.Geometry]:
    """Return each road's line in this county, with a vertex at every junction."""
    pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for key, line in mesh.line.items():
        if key not in without:
            pieces[road_of[line]].append(key)
    out = {}
    for number in sorted(pieces):
        ends = mesh.points([n for key in sorted(pieces[number]) for n in key])
        lines = shapely.linestrings(ends.reshape(-1, 2, 2))
        out[number] = shapely.line_merge(shapely.multilinestrings(lines))
    return out
