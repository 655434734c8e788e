"""The plan of a city: superblocks, counties, and the named main roads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from citygrid_core.sample.arrangement import Arrangement, arrange
from citygrid_core.sample.grouping import Integers, Neighbours, group
from citygrid_core.sample.mesh import Array
from citygrid_core.sample.names import COUNTIES, RAILWAY, RIVER, Names
from citygrid_core.sample.roads import Road, make_road
from citygrid_core.sample.scales import Scale
from citygrid_core.sample.skeleton import CENTRE, Curve, Skeleton, draw_skeleton


@dataclass(frozen=True)
class Plan:
    """What all counties of a city share.

    Attributes
    ----------
    faces : list of Polygon
        Superblocks and the water between the banks; `county` says whose.
    water : ndarray of bool
        Which faces lie between the banks.
    edges, edge_road : list
        Edges between crossings, and the number of the road of each.
    roads : list of Road
        Main roads, then river and railway (class "river", "railway").
    shared : ndarray of bool
        Edges between two counties.
    owner : ndarray of int
        The county that writes an edge: the first of two.
    """

    scale: Scale
    seed: int
    skeleton: Skeleton
    faces: list[Polygon]
    water: Array
    county: Integers
    county_codes: list[str]
    county_names: list[str]
    edges: list[LineString]
    edge_road: list[int]
    shared: Array
    owner: Integers
    roads: list[Road]

    def rng(self, *what: int) -> np.random.Generator:
        """Return the generator for one part of the city: the same for the same numbers."""
        return np.random.default_rng([self.seed, len(self.scale.name), *what])


def make_plan(scale: Scale, seed: int) -> Plan:
    """Lay out the city as a whole; the counties are filled in one by one after it."""
    rng = np.random.default_rng([seed, len(scale.name), 1])
    skeleton = draw_skeleton(scale, rng)
    made = arrange(skeleton, 0.16 * scale.spacing_m**2, rng)
    faces = np.array(made.faces, dtype=object)
    water = np.asarray(shapely.contains(skeleton.strip, shapely.point_on_surface(faces)))
    near = _neighbours(made, faces, skeleton.curves)
    county = _counties(scale, faces, water, near, rng)
    roads, edge_road = _name_roads(
        scale, made, skeleton.curves, Names(rng, scale.counties, scale.counties + 1, seed)
    )
    first, second, edge = _sides(made, faces)
    shared, owner = np.zeros(len(made.edges), bool), np.full(len(made.edges), -1, dtype=np.int64)
    owner[edge] = np.minimum(county[first], county[second])
    shared[edge[county[first] != county[second]]] = True
    return Plan(
        scale, seed, skeleton, made.faces, water, county,
        [_county_code(i) for i in range(scale.counties)],
        [_county_name(i) for i in range(scale.counties)],
        made.edges, edge_road, shared, owner, roads,
    )  # fmt: skip


def _county_code(i: int) -> str:
    """Return a code in Jiangxi (36) that GB/T 2260 does not use: 360131 and on."""
    return f"3601{31 + i:02d}" if i < 69 else f"3612{i - 68:02d}"


def _county_name(i: int) -> str:
    if i < len(COUNTIES):
        return COUNTIES[i]
    roots = Names(np.random.default_rng(0), 3, 20)
    for _ in range(i - len(COUNTIES)):
        roots.root()
    return roots.root() + ("区" if i < 40 else "县")


def _sides(made: Arrangement, faces: Array) -> tuple[Integers, Integers, Integers]:
    """Return pairs of faces with the edge between them."""
    tree = shapely.STRtree(shapely.boundary(faces))
    e, f = tree.query(np.array(made.edges, dtype=object), predicate="covered_by")
    both: dict[int, list[int]] = defaultdict(list)
    for i, j in zip(e.tolist(), f.tolist(), strict=True):
        both[i].append(j)
    pairs = [(min(v), max(v), i) for i, v in sorted(both.items()) if len(v) == 2]
    out = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    return out[:, 0], out[:, 1], out[:, 2]


def _neighbours(made: Arrangement, faces: Array, curves: list[Curve]) -> Neighbours:
    first, second, edge = _sides(made, faces)
    crossing = []
    for e in edge:
        c = curves[made.curve[e]]
        crossing.append(c.kind if c.kind in ("river", "railway", "bank") else c.road_class)
    return Neighbours(first, second, crossing)


def _counties(
    scale: Scale, faces: Array, water: Array, near: Neighbours, rng: np.random.Generator
) -> Integers:
    middle = shapely.get_coordinates(shapely.centroid(faces))
    weight = np.where(water, 1.0, shapely.area(faces))
    everything = np.arange(len(faces), dtype=np.int64)
    shares, seeds = np.ones(scale.counties), None
    if scale.counties == 2:
        shares = np.array([0.74, 0.26])
        off = (middle - CENTRE) @ np.array([1.0, 0.55])
        off[water] = 0
        seeds = [int(np.argmin(off)), int(np.argmax(off))]
    region = group(everything, len(faces), near, middle, weight, shares, rng, seeds)
    # Counties are numbered from the north-west, as their codes would be given out.
    order = [middle[region == r] @ np.array([0.5, -1.0]) for r in range(scale.counties)]
    rank = np.argsort(np.argsort([float(v.mean()) for v in order]))
    if seeds is not None:
        rank = np.array([0, 1])
    return np.asarray(rank[region], dtype=np.int64)


def _name_roads(
    scale: Scale, made: Arrangement, curves: list[Curve], names: Names
) -> tuple[list[Road], list[int]]:
    """Give every edge a road; long roads have a part for each direction."""
    parts: dict[tuple[str, str, str], list[LineString]] = defaultdict(list)
    key_of_edge = []
    roots: dict[tuple[str, int], str] = {}
    length: dict[tuple[str, int], float] = defaultdict(float)
    for e, c in zip(made.edges, made.curve, strict=True):
        length[curves[c].kind, curves[c].number] += e.length
    for e, c in zip(made.edges, made.curve, strict=True):
        curve = curves[c]
        base = (curve.kind, curve.number)
        if curve.kind == "main" and base not in roots:
            roots[base] = names.famous()
        name = _edge_name(scale, curve, e, roots.get(base, ""), length[base])
        road_class = curve.road_class or curve.kind
        key = (name, road_class, "bank" if curve.kind == "bank" else curve.kind)
        parts[key].append(e)
        key_of_edge.append(key)
    number = {
        key: i
        for i, key in enumerate(sorted(parts, key=lambda k: (k[2] in ("river", "railway"), k)))
    }
    roads = [make_road(i, key[0], key[1], parts[key], kind=key[2]) for key, i in number.items()]
    return roads, [number[key] for key in key_of_edge]


def _edge_name(scale: Scale, curve: Curve, edge: LineString, root: str, length: float) -> str:
    if curve.kind == "river":
        return RIVER
    if curve.kind == "railway":
        return RAILWAY
    x, y = np.asarray(edge.interpolate(0.5, normalized=True).coords)[0] - CENTRE
    if curve.kind == "outline":
        side = ("东" if x > 0 else "西") if abs(x) > abs(y) else ("北" if y > 0 else "南")
        return f"外环{side}路"
    if curve.kind == "bank":
        return ("滨江西路", "滨江东路")[curve.number]
    if curve.kind == "ring":
        return "环城快速路" if curve.road_class == "expressway" else "内环路"
    suffix = "大道" if curve.road_class == "arterial" else "路"
    if length < 0.95 * scale.radius_m or curve.road_class != "arterial":
        return root + suffix
    along = (y if curve.number < 150 else x) / scale.radius_m
    ends = "北南" if curve.number < 150 else "东西"
    if scale.name != "small" and abs(along) < 0.3:
        return f"{root}中{suffix}"
    return f"{root}{ends[0] if along > 0 else ends[1]}{suffix}"
