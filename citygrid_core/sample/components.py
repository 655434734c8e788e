"""Components at believable densities along the streets, in parks and estates."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops

from citygrid_core.sample.areas import Areas
from citygrid_core.sample.departments import Departments, spell
from citygrid_core.sample.duties import Answers
from citygrid_core.sample.files import as_multi
from citygrid_core.sample.land import Land
from citygrid_core.sample.layout import Layout
from citygrid_core.sample.mesh import Array, Floats
from citygrid_core.sample.places import beside, block_of
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.roads import Road
from citygrid_core.sample.scales import CRS
from citygrid_core.standards import Edition

WIDE = ("expressway", "arterial", "secondary")
STREETS = (*WIDE, "branch")
ALL = (*STREETS, "lane")
#: How far behind the kerb things stand (m).
BEHIND_KERB_M = 0.8
SURVEYED = np.datetime64("2024-03-01")
TWIN_SHARE = 0.004


@dataclass(frozen=True)
class AlongRoad:
    """A class that repeats along roads.

    Attributes
    ----------
    every_m : float
        Spacing along one side.
    where : str
        both, one or turns (sides by turns) behind the kerb; road: in the roadway.
    fixed : bool
        Whether the spacing holds whatever the scale's density.
    """

    class_code: str
    roads: tuple[str, ...]
    every_m: float
    where: str = "both"
    fixed: bool = False


ALONG = (
    AlongRoad("01037", WIDE, 30, "both", True), AlongRoad("01037", ("branch",), 30, "turns", True),
    AlongRoad("01037", ("lane",), 30, "one", True),
    AlongRoad("01003", ALL, 42, "road"), AlongRoad("01002", ALL, 45, "road"),
    AlongRoad("01001", ALL, 70, "road"), AlongRoad("01005", STREETS, 85, "road"),
    AlongRoad("01007", STREETS, 75, "road"), AlongRoad("01011", STREETS, 110, "road"),
    AlongRoad("01006", STREETS, 120, "road"), AlongRoad("01004", ALL, 36),
    AlongRoad("04002", WIDE, 9), AlongRoad("04002", ("branch",), 10, "turns"),
    AlongRoad("03005", STREETS, 90), AlongRoad("03005", ("lane",), 110, "one"),
    AlongRoad("01013", STREETS, 120, "one"), AlongRoad("02010", STREETS, 130),
    AlongRoad("02012", ALL, 260, "one"), AlongRoad("02004", ("arterial", "secondary"), 420),
    AlongRoad("01030", ("lane", "branch"), 48, "one"), AlongRoad("01031", ("lane",), 60, "one"),
    AlongRoad("01050", STREETS, 210, "turns"), AlongRoad("02021", STREETS, 45),
    AlongRoad("03006", WIDE, 260, "turns"), AlongRoad("01027", STREETS, 300, "turns"),
    AlongRoad("01060", STREETS, 480, "one"), AlongRoad("04007", STREETS, 150, "turns"),
    AlongRoad("02027", STREETS, 220, "turns"), AlongRoad("01042", WIDE, 900, "one"),
    AlongRoad("01040", WIDE, 800, "one"), AlongRoad("02014", WIDE, 330, "turns"),
    AlongRoad("01048", STREETS, 320, "one"), AlongRoad("03007", STREETS, 60),
)  # fmt: skip
#: Points on the land of blocks: class, uses, one per so many m2.
ON_LAND = (
    ("01075", ("estate", "office"), 9_000), ("01046", ("estate", "park"), 7_000),
    ("01054", ("estate", "office", "commerce"), 5_500), ("04003", ("park", "estate"), 2_600),
    ("04007", ("park",), 2_500), ("03005", ("park", "market"), 2_500),
    ("04001", ("park",), 20_000), ("04006", ("park",), 16_000), ("03008", ("estate", "old"), 9_000),
    ("01018", ("estate", "old"), 6_000), ("01065", ("park", "market"), 12_000),
)  # fmt: skip
#: Accuracy class by what the standards ask of manholes and lamps; the rest is B.
ACCURACY = {"01": "A", "04": "C"}
STATES = (
    ("intact", 0.955),
    ("damaged", 0.03),
    ("lost", 0.007),
    ("abandoned", 0.006),
    ("removed", 0.002),
)


@dataclass(frozen=True)
class Components:
    """Points, lines and polygons of one county, and the truth about each.

    Attributes
    ----------
    truth : DataFrame
        source_key, owning_code, community_code, twin_of.
    """

    points: pd.DataFrame
    lines: gpd.GeoDataFrame
    polygons: gpd.GeoDataFrame
    truth: pd.DataFrame


def place_components(
    plan: Plan,
    layout: Layout,
    areas: Areas,
    land: Land,
    answers: Answers,
    departments: Departments,
    edition: Edition,
) -> Components:
    """Place the components of a county and say who owns them."""
    rng = plan.rng(9, layout.county)
    parts = _along_roads(plan, layout, land) + _on_land(plan, land, rng)
    classes = np.concatenate([np.full(len(xy), c, dtype=object) for c, xy in parts])
    xy = np.round(np.concatenate([xy for _, xy in parts]), 3)
    _, first = np.unique(xy, axis=0, return_index=True)
    keep = np.sort(first)
    classes, xy = classes[keep], xy[keep]
    block = block_of(layout.blocks, xy)
    classes, xy, block = classes[block >= 0], xy[block >= 0], block[block >= 0]
    order = np.lexsort((xy[:, 0], classes.astype(str)))
    classes, xy, block = classes[order], xy[order], block[order]
    lines = _lines(layout, land, rng)
    polygons = [*_bridges(plan, layout), *_polygons(land, rng)]
    shapes = [*shapely.points(xy), *(g for _, g in lines), *(g for _, g in polygons)]
    all_classes = np.array(
        [*classes, *(c for c, _ in lines), *(c for c, _ in polygons)], dtype=object
    )
    middle = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, dtype=object)))
    home = np.concatenate([block, block_of(layout.blocks, middle[len(xy) :])])
    frame = _describe(
        plan, layout, all_classes, middle, areas.community[home], answers, edition, rng
    )
    truth = frame[["source_key", "owning_code", "community_code"]].copy()
    typed = spell(frame["owning_code"].to_numpy(dtype=object), departments, rng)
    typed[rng.random(len(typed)) < 0.02] = ""
    frame["owning_name"] = typed
    frame = frame.drop(columns=["owning_code", "community_code"])
    n, m = len(xy), len(xy) + len(lines)
    points = frame.iloc[:n].copy()
    points.insert(3, "x", xy[:, 0])
    points.insert(4, "y", xy[:, 1])
    truth["twin_of"] = ""
    points, truth = _with_twins(points, truth, rng)
    return Components(
        points,
        gpd.GeoDataFrame(frame.iloc[n:m], geometry=as_multi([g for _, g in lines]), crs=CRS),
        gpd.GeoDataFrame(frame.iloc[m:], geometry=as_multi([g for _, g in polygons]), crs=CRS),
        truth,
    )


def _along_roads(plan: Plan, layout: Layout, land: Land) -> list[tuple[str, Floats]]:
    tree_land, out = land.net, []
    pending: list[tuple[str, Floats, bool]] = []
    for number, road in sorted(layout.roads.items()):
        if not road.is_road or number not in layout.edges:
            continue
        main = number < len(plan.roads)
        luck = plan.rng(10, number) if main else plan.rng(10, layout.county, number)
        for k, item in enumerate(ALONG):
            if road.road_class in item.roads:
                xy = _row(road, item, k, plan.scale.density, luck)
                pending.append((item.class_code, xy, item.where == "road"))
    everything = np.concatenate([xy for _, xy, _ in pending])
    behind = block_of(tree_land, everything) >= 0
    inside = block_of(layout.blocks, everything)
    dry = (inside >= 0) & ~layout.water[inside]
    at = 0
    for class_code, xy, roadway in pending:
        part = slice(at, at + len(xy))
        out.append((class_code, xy[dry[part] if roadway else behind[part]]))
        at += len(xy)
    return out


def _row(road: Road, item: AlongRoad, k: int, density: float, luck: np.random.Generator) -> Floats:
    """Return one class along one road: both counties of a border road get the same."""
    every = item.every_m if item.fixed else item.every_m / density
    begin = luck.uniform(0.15, 0.85) * min(every, road.length_m)
    along = np.arange(begin, road.length_m, every)
    if item.where == "both":
        along = np.concatenate([along, along + every / 7])
        side = np.repeat([1.0, -1.0], len(along) // 2)
    elif item.where == "turns":
        side = np.where(np.arange(len(along)) % 2 == 0, 1.0, -1.0)
    else:
        side = np.full(len(along), 1.0 if (road.number + k) % 2 else -1.0)
    if item.where == "road":
        off = side * (0.5 + (0.12 + 0.075 * (k % 9)) * road.width_m / 2)
    else:
        off = side * (road.width_m / 2 + BEHIND_KERB_M + 0.11 * (k % 7))
    moved = along + luck.normal(0, 0.5 if item.fixed else 1.8, len(along)) + 0.31 * k
    kept = (luck.random(len(along)) > 0.03) & (moved > 0) & (moved < road.length_m)
    xy, _ = beside(road, moved[kept], off[kept])
    return xy


def _on_land(plan: Plan, land: Land, rng: np.random.Generator) -> list[tuple[str, Floats]]:
    out = []
    inner = shapely.buffer(land.net, -6.0)
    area = shapely.area(inner)
    for class_code, uses, each in ON_LAND:
        mine = np.flatnonzero(np.isin(land.use, uses) & (area > 400))
        count = rng.poisson(area[mine] / each * (0.35 + 0.65 * plan.scale.density))
        out.append((class_code, scatter(inner[mine], count, rng)))
    return out


def scatter(shapes: Array, count: Array, rng: np.random.Generator) -> Floats:
    """Return `count` points in each shape, uniform over it."""
    which = np.repeat(np.arange(len(shapes)), count)
    xy = np.empty((len(which), 2))
    bounds = shapely.bounds(shapes)
    todo = np.arange(len(which))
    while len(todo):
        b = bounds[which[todo]]
        xy[todo] = b[:, :2] + rng.random((len(todo), 2)) * (b[:, 2:] - b[:, :2])
        todo = todo[~shapely.contains_xy(shapes[which[todo]], xy[todo])]
    return xy


def _lines(
    layout: Layout, land: Land, rng: np.random.Generator
) -> list[tuple[str, shapely.Geometry]]:
    """Return railings: between carriageways, along the water, around parks."""
    out = []
    for number, road in sorted(layout.roads.items()):
        if number not in layout.own_edges:
            continue
        for line in shapely.get_parts(layout.own_edges[number]):
            if road.road_class == "arterial" and road.kind == "main" and line.length > 120:
                for begin in np.arange(20, line.length - 80, 150):
                    piece = shapely.ops.substring(line, begin, begin + 90)
                    out.append(("02017", shapely.offset_curve(piece, 1.2)))
            elif road.kind == "bank" and line.length > 120:
                for begin in np.arange(10, line.length - 100, 200):
                    piece = shapely.ops.substring(line, begin, begin + 160)
                    inward = 13.0 if rng.random() < 0.5 else -13.0
                    out.append(("01070", shapely.offset_curve(piece, inward)))
    for i in np.flatnonzero(land.use == "park"):
        if not land.net[i].is_empty:
            ring = shapely.buffer(land.net[i], -3.0).exterior
            for part in range(3):
                a, b = part / 3 * ring.length + 6, (part + 1) / 3 * ring.length - 6
                if b - a > 20:
                    out.append(("04008", shapely.ops.substring(ring, a, b)))
    return [(c, _rounded(g)) for c, g in out if not g.is_empty and g.geom_type == "LineString"]


def _polygons(land: Land, rng: np.random.Generator) -> list[tuple[str, shapely.Geometry]]:
    out = []
    for i, use in enumerate(land.use):
        net = land.net[i]
        if net.is_empty or net.area < 2500:
            continue
        inner = shapely.buffer(net, -8.0)
        if use == "park":
            lawn = shapely.buffer(net, -5.0, join_style="mitre")
            out.append(("04013", max(shapely.get_parts(lawn), key=lambda g: float(g.area))))
            out += _box("03001", inner, 12, 8, rng)
            out += _box("04010", inner, 9, 9, rng)
        elif use in ("market", "hospital"):
            out += _box("03001", inner, 11, 7, rng) + _box("02001", inner, 30, 17, rng)
        elif use in ("commerce", "office"):
            out += _box("02001", inner, 34, 17, rng) + _box("02025", inner, 14, 3, rng)
        elif use == "vacant":
            out += _box("05003", inner, 26, 18, rng) if rng.random() < 0.3 else []
        elif use == "old" and rng.random() < 0.35:
            out += _box("03004", inner, 9, 7, rng)
            out += _box("05009", inner, 16, 12, rng) if rng.random() < 0.25 else []
    return [(c, _rounded(g)) for c, g in out]


def _bridges(plan: Plan, layout: Layout) -> list[tuple[str, shapely.Geometry]]:
    """Return the deck of every road over the river."""
    out = []
    for number, line in sorted(layout.own_edges.items()):
        road = layout.roads[number]
        if road.is_road and road.kind != "bank":
            over = shapely.get_parts(shapely.intersection(line, plan.skeleton.water))
            decks = shapely.buffer(
                over[shapely.length(over) > 15], road.width_m / 2, cap_style="flat"
            )
            out += [("02009", _rounded(deck)) for deck in decks]
    return out


def _box(
    class_code: str, inside: shapely.Geometry, length: float, width: float, rng: np.random.Generator
) -> list[tuple[str, shapely.Geometry]]:
    if inside.is_empty:
        return []
    for _ in range(8):
        x0, y0, x1, y1 = inside.bounds
        x, y, turn = rng.uniform(x0, x1), rng.uniform(y0, y1), rng.uniform(0, np.pi)
        u = np.array([np.cos(turn), np.sin(turn)]) * length / 2
        v = np.array([-np.sin(turn), np.cos(turn)]) * width / 2
        quad = shapely.Polygon(np.array([x, y]) + np.array([-u - v, u - v, u + v, v - u]))
        if inside.contains(quad):
            return [(class_code, quad)]
    return []


def _rounded(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.round(xy, 3))


def _describe(
    plan: Plan,
    layout: Layout,
    classes: Array,
    middle: Floats,
    community: Array,
    answers: Answers,
    edition: Edition,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(classes)
    day = np.full(n, "2024-12-31", dtype=object)
    owner = answers.of("component", classes, "owning", middle, community, day)
    owner = np.array(
        [o.split("#")[int(rng.integers(2)) % len(o.split("#"))] for o in owner], dtype=object
    )
    named = edition.component_classes["name"]
    surveyed = SURVEYED + rng.integers(0, 240, n).astype("timedelta64[D]")
    changed = surveyed + rng.integers(5, 60, n).astype("timedelta64[D]")
    states = np.array([s for s, _ in STATES], dtype=object)
    state = states[rng.choice(len(states), n, p=[w for _, w in STATES])]
    out: pd.DataFrame = pd.DataFrame(
        {
            "source_key": [f"BJ{plan.county_codes[layout.county]}{i:06d}" for i in range(1, n + 1)],
            "class_code": classes,
            "name": named.reindex(classes).to_numpy(dtype=object),
            "state": state,
            "surveyed_on": surveyed.astype(str),
            "changed_on": np.where(state == "intact", "", changed.astype(str)),
            "data_source": np.where(rng.random(n) < 0.93, "surveyed", "topographic"),
            "accuracy_class": [ACCURACY.get(c[:2], "B") for c in classes],
            "owning_code": owner,
            "community_code": community,
        }
    )
    return out


def _with_twins(
    points: pd.DataFrame, truth: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Survey a few components twice: half a metre off, with another key."""
    chosen = np.flatnonzero(rng.random(len(points)) < TWIN_SHARE)
    twins = points.iloc[chosen].copy()
    heading = rng.uniform(0, 2 * np.pi, len(twins))
    twins["x"] = np.round(twins["x"] + 0.35 * np.cos(heading), 3)
    twins["y"] = np.round(twins["y"] + 0.35 * np.sin(heading), 3)
    of = truth.iloc[chosen].copy()
    of["twin_of"] = of["source_key"]
    of["source_key"] = of["source_key"] + "B"
    twins["source_key"] = of["source_key"].to_numpy()
    return (
        pd.concat([points, twins], ignore_index=True),
        pd.concat([truth, of], ignore_index=True),
    )
