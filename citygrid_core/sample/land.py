"""What the blocks are used for, and the land in them between the streets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from citygrid_core.sample.layout import Layout
from citygrid_core.sample.mesh import Array
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.skeleton import CENTRE

#: Uses of land, and what they are called on the map.
USE_ZH = {
    "estate": "居住小区", "old": "老居住区", "commerce": "商业", "office": "办公", "school": "学校",
    "hospital": "医院", "factory": "工业", "park": "公园", "market": "市场", "vacant": "空地",
    "water": "水域",
}  # fmt: skip
WALLED = ("estate", "school", "hospital", "factory")
#: Half width (m) kept free on each side of what is no road.
CLEAR_M = {"railway": 14.0, "river": 0.0}


@dataclass(frozen=True)
class Land:
    """Use and buildable land of each block.

    Attributes
    ----------
    use : ndarray of str
        A key of `USE_ZH`.
    net : ndarray of geometry
        The block without the streets around and in it (m); empty for water.
    name : ndarray of str
        Name of the compound, park or market; empty where there is none.
    """

    use: Array
    net: Array
    name: Array


def use_land(plan: Plan, layout: Layout) -> Land:
    """Decide the use of every block of a county, cut out its streets, name compounds."""
    rng = plan.rng(4, layout.county)
    net = _net(layout)
    use = _uses(plan, layout, rng)
    name = np.array([_name(u, layout) for u in use], dtype=object)
    return Land(use, net, name)


def _net(layout: Layout) -> Array:
    front = layout.front
    lines = shapely.linestrings(front.ends)
    half = np.array(
        [
            layout.roads[n].width_m / 2 or CLEAR_M.get(layout.roads[n].road_class, 0.0)
            for n in front.road.tolist()
        ]
    )
    strips = shapely.buffer(lines, half + 0.01, quad_segs=2)
    order = np.argsort(front.block, kind="stable")
    begins = np.searchsorted(front.block[order], np.arange(len(layout.blocks) + 1))
    streets = np.array(
        [shapely.union_all(strips[order[a:b]]) for a, b in pairwise(begins)],
        dtype=object,
    )
    net = shapely.difference(layout.blocks, streets)
    for number, block in layout.dead_ends.items():
        lane = shapely.buffer(layout.edges[number], layout.roads[number].width_m / 2 + 0.01)
        net[block] = shapely.difference(net[block], lane)
    net[layout.water] = shapely.Polygon()
    return _largest(_without_strangers(net, strips))


def _without_strangers(net: Array, strips: Array) -> Array:
    """Cut off what wide streets take that meet a block only at a corner."""
    block, strip = shapely.STRtree(strips).query(net, predicate="overlaps")
    taken = shapely.area(shapely.intersection(net[block], strips[strip])) > 0.01
    out = net.copy()
    for i in np.unique(block[taken]):
        others = shapely.union_all(strips[strip[taken & (block == i)]])
        out[i] = shapely.difference(out[i], others)
    return out


def _largest(shapes: Array) -> Array:
    out = shapes.copy()
    for i in np.flatnonzero(shapely.get_num_geometries(shapes) > 1):
        out[i] = max(shapely.get_parts(shapes[i]), key=lambda g: float(g.area))
    return out


def _uses(plan: Plan, layout: Layout, rng: np.random.Generator) -> Array:
    middle = layout.middle
    far = np.hypot(*(middle - CENTRE).T) / plan.scale.radius_m
    area = shapely.area(layout.blocks)
    out = np.empty(len(area), dtype=object)
    for i in range(len(area)):
        f = float(min(far[i], 1.1))
        if layout.water[i]:
            out[i] = "water"
        elif layout.whole[i] or area[i] > 30_000:
            chances = {
                "estate": 0.62,
                "school": 0.12,
                "park": 0.12,
                "factory": 0.12 * f,
                "hospital": 0.04,
            }
            out[i] = _draw(chances, rng)
        else:
            chances = {
                "estate": 0.34, "old": 0.24 + 0.1 * (1 - f), "commerce": 0.17 * (1.4 - f),
                "office": 0.1 * (1.4 - f), "school": 0.03, "market": 0.02, "park": 0.035,
                "factory": 0.08 * f, "vacant": 0.015 + 0.05 * f,
            }  # fmt: skip
            out[i] = _draw(chances, rng)
    _need(out, area, layout.water, rng)
    return out


def _draw(chances: dict[str, float], rng: np.random.Generator) -> str:
    names = list(chances)
    weights = np.cumsum(list(chances.values()))
    return names[int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))]


def _need(use: Array, area: Array, water: Array, rng: np.random.Generator) -> None:
    """See to it that also a small county has what a city needs."""
    if np.sum(~water) < 40:
        return
    for wanted, least in (
        ("park", 3),
        ("school", 3),
        ("hospital", 1),
        ("market", 2),
        ("estate", 10),
    ):
        while np.sum(use == wanted) < least:
            free = np.flatnonzero(
                np.isin(use, ("old", "vacant", "commerce", "estate")) & (use != wanted)
            )
            use[rng.choice(free[np.argsort(-area[free])][:12])] = wanted


def _name(use: str, layout: Layout) -> str:
    names = layout.names
    if use == "estate":
        return names.compound("estate")
    kinds = {
        "school": ("小学", "中学", "实验学校"), "hospital": ("医院", "人民医院"),
        "factory": ("机械厂", "纺织厂", "电子产业园", "食品厂"), "park": ("公园", "游园"),
        "market": ("农贸市场", "批发市场"),
    }  # fmt: skip
    if use not in kinds:
        return ""
    choice = kinds[use]
    return names.compound(choice[int(names.rng.integers(len(choice)))])
