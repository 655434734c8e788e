"""Streets of a county: which lines run on as one street, and what it is called."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from shapely.geometry import LineString

from citygrid_core.sample.divide import Divider
from citygrid_core.sample.mesh import Floats
from citygrid_core.sample.names import Names, chinese_number
from citygrid_core.sample.roads import Road, make_road

_ORDER = {"arterial": 0, "secondary": 1, "branch": 2, "lane": 3}


def name_streets(
    main: list[Road], divider: Divider, names: Names
) -> tuple[dict[int, Road], dict[int, int]]:
    """Join lines that run on over crossings, and name them; lanes after their street.

    Parameters
    ----------
    main : list of Road
        The city's main roads, river and railway.

    Returns
    -------
    roads, road_of
        Road number to road; line number to road number.
    """
    first, mesh = divider.first_line, divider.mesh
    joined = _join(divider)
    road_of = {r.number: r.number for r in main}
    groups: dict[int, list[int]] = defaultdict(list)
    for k in range(len(divider.lines)):
        groups[joined[k]].append(k)
        road_of[first + k] = first + joined[k]
    roads = {r.number: r for r in main}
    touching: dict[int, list[int]] = defaultdict(list)
    for (a, b), number in mesh.line.items():
        touching[a].append(number)
        touching[b].append(number)
    lanes: dict[str, int] = defaultdict(int)
    for k in sorted(groups, key=lambda g: (_ORDER[divider.lines[g].road_class], g)):
        pieces = [
            LineString(mesh.points(mesh.expand(divider.lines[i].nodes, False))) for i in groups[k]
        ]
        line = divider.lines[k]
        if line.road_class == "lane":
            around = [roads.get(road_of[n]) for end in (0, -1) for n in touching[line.nodes[end]]]
            name, parent = _lane_name([r for r in around if r is not None], lanes, names)
        else:
            name, parent = _street_name(line.road_class, names), ""
        roads[first + k] = make_road(first + k, name, line.road_class, pieces, parent=parent)
    _other_names([roads[n] for n in sorted(roads) if n >= first], names)
    return roads, road_of


def _street_name(road_class: str, names: Names) -> str:
    root = names.root()
    if road_class == "arterial":
        return root + "大道"
    if road_class == "secondary":
        return root + "路"
    return root + ("街" if names.rng.random() < 0.55 else "路")


def _lane_name(around: list[Road], lanes: dict[str, int], names: Names) -> tuple[str, str]:
    """Return a lane's name, and that of the street it is numbered on (or nothing)."""
    luck = names.rng.random()
    named = [r for r in around if r.road_class in ("secondary", "branch", "arterial")]
    if luck < 0.25 or not named:
        return names.root() + ("里" if luck < 0.08 else "巷"), ""
    street = max(named, key=lambda r: (r.road_class == "branch", -r.number))
    lanes[street.name] += 1
    return f"{street.name}{chinese_number(lanes[street.name])}巷", street.name


def _other_names(roads: list[Road], names: Names) -> None:
    """Give some streets a former name, some an alias."""
    for road in roads:
        if road.road_class == "lane":
            continue
        luck = names.rng.random()
        if luck < 0.16:
            road.former_names = names.old_name() + ("街" if luck < 0.08 else "路")
        elif luck < 0.24:
            road.aliases = road.name[:2] + ("老街" if road.name.endswith("街") else "公路")


def _join(divider: Divider) -> list[int]:
    """Return for each line the first line of the street that it is part of."""
    lines, mesh = divider.lines, divider.mesh
    at: dict[int, list[tuple[int, Floats]]] = defaultdict(list)
    for k, line in enumerate(lines):
        p = mesh.points(mesh.expand(line.nodes, False))
        for node, ray in ((line.nodes[0], p[1] - p[0]), (line.nodes[-1], p[-2] - p[-1])):
            at[node].append((k, ray / np.hypot(*ray)))
    parent = list(range(len(lines)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for node in sorted(at):
        rays = at[node]
        pairs = [
            (float(u @ v), i, j)
            for a, (i, u) in enumerate(rays)
            for j, v in rays[a + 1 :]
            if i != j and lines[i].road_class == lines[j].road_class
        ]
        taken: set[int] = set()
        for cosine, i, j in sorted(pairs):
            if cosine < -0.9 and i not in taken and j not in taken and root(i) != root(j):
                taken |= {i, j}
                low, high = sorted((root(i), root(j)))
                parent[high] = low
    return [root(k) for k in range(len(lines))]
