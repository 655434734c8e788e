"""The skeleton of a city: outline, river, railway, rings and main roads, as curves.

Everything is drawn around (0, 0) on flat paper, bent by one smooth warp, and moved
to the city's place at the end. The curves cross one another freely; `plan` makes a
planar arrangement of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, Polygon

from citygrid_core.sample.mesh import Floats
from citygrid_core.sample.scales import Scale

#: The city's place in EPSG:4547 (m).
CENTRE = np.array([521_400.0, 3_386_200.0])


@dataclass(frozen=True)
class Curve:
    """One line of the skeleton.

    Attributes
    ----------
    kind : str
        outline, river (its middle), bank, railway, ring or main.
    keep : bool
        Whether it stays where a face would become too narrow.
    number : int
        Tells curves of one kind apart (line of the lattice, ring, side of the river).
    """

    kind: str
    road_class: str
    line: LineString
    keep: bool
    number: int = 0


@dataclass(frozen=True)
class Skeleton:
    """Curves inside the outline, and the river's water and strip between its banks."""

    outline: Polygon
    curves: list[Curve]
    strip: Polygon
    water: Polygon


def draw_skeleton(scale: Scale, rng: np.random.Generator) -> Skeleton:
    """Draw the skeleton of a city of this scale (m, EPSG:4547)."""
    radius = scale.radius_m
    warp = _Warp(radius, rng)
    outline = _outline(scale, rng)
    river = _across(radius, heading=1.15, off=-0.16, swing=0.13, waves=1.3, rng=rng)
    rail = _across(radius, heading=2.75, off=-0.52, swing=0.05, waves=0.7, rng=rng)
    bank = scale.river_m + 16
    strip = LineString(river).buffer(bank, cap_style="flat", quad_segs=4)
    curves = [
        Curve("river", "", LineString(river), True),
        Curve("bank", "secondary", LineString(_beside(river, bank)), True, 0),
        Curve("bank", "secondary", LineString(_beside(river, -bank)), True, 1),
        Curve("railway", "", LineString(rail), True),
        *_rings(scale, radius, rng),
        *_lattice(scale, radius, warp, strip, rng),
    ]
    inside = [
        Curve(c.kind, c.road_class, part, c.keep, c.number)
        for c in curves
        for part in _parts(shapely.intersection(c.line, outline))
    ]
    ring = LineString(outline.exterior.coords)
    inside.append(Curve("outline", "arterial", ring, True))
    water = LineString(river).buffer(scale.river_m, cap_style="flat", quad_segs=4)
    moved = [
        Curve(c.kind, c.road_class, _move(c.line), c.keep, c.number)
        for c in inside
        if c.line.length > 30
    ]
    return Skeleton(
        _move(outline), moved, _move(strip), _move(shapely.intersection(water, outline))
    )


def _move(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.round(xy + CENTRE, 3))


class _Warp:
    """A smooth bending of the plane that folds nowhere: slopes stay below a third."""

    def __init__(self, radius: float, rng: np.random.Generator) -> None:
        self.turn = rng.uniform(0.12, 0.3)
        waves = np.minimum(np.array([2.3, 1.3, 0.8]) * radius, [9000, 5200, 3100])
        self.k = 2 * np.pi / waves
        self.height = waves * np.array([0.022, 0.018, 0.012])
        self.heading = rng.uniform(0, np.pi, (2, 3))
        self.phase = rng.uniform(0, 2 * np.pi, (2, 3))

    def __call__(self, xy: Floats) -> Floats:
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        turned = xy @ np.array([[cos, sin], [-sin, cos]])
        shift = np.zeros_like(turned)
        for axis in (0, 1):
            for k, height, heading, phase in zip(
                self.k, self.height, self.heading[axis], self.phase[axis], strict=True
            ):
                along = turned @ np.array([np.cos(heading), np.sin(heading)])
                shift[:, axis] += height * np.sin(k * along + phase)
        out: Floats = turned + shift
        return out


def _outline(scale: Scale, rng: np.random.Generator) -> Polygon:
    """Return a blob between circle and square, of the scale's area."""
    steps = max(int(2 * np.pi * scale.radius_m / 70), 60)
    a = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    p = 3.4
    r = (np.abs(np.cos(a)) ** p + np.abs(np.sin(a)) ** p) ** (-1 / p)
    for n in (2, 3, 5):
        r = r * (1 + rng.uniform(0.012, 0.035) * np.sin(n * a + rng.uniform(0, 2 * np.pi)))
    a = a + 0.2
    xy = np.column_stack([r * np.cos(a) * 1.06, r * np.sin(a) / 1.06])
    unit = Polygon(xy)
    return Polygon(np.round(xy * np.sqrt(scale.area_km2 * 1e6 / unit.area), 3))


def _across(
    radius: float, heading: float, off: float, swing: float, waves: float, rng: np.random.Generator
) -> Floats:
    """Return a swinging curve across the city, `off` radii beside its middle."""
    n = max(int(3.2 * radius / 55), 12)
    t = np.linspace(-1.6, 1.6, n) * radius
    phase = rng.uniform(0, 2 * np.pi)
    y = off * radius + swing * radius * np.sin(waves * t / radius * np.pi + phase)
    y = y + 0.3 * swing * radius * np.sin(2.3 * waves * t / radius * np.pi + 2 * phase)
    cos, sin = np.cos(heading), np.sin(heading)
    out: Floats = np.column_stack([t * cos - y * sin, t * sin + y * cos])
    return out


def _beside(path: Floats, distance: float) -> Floats:
    tangent = np.gradient(path, axis=0)
    tangent /= np.hypot(*tangent.T)[:, None]
    return path + distance * np.column_stack([-tangent[:, 1], tangent[:, 0]])


def _rings(scale: Scale, radius: float, rng: np.random.Generator) -> list[Curve]:
    """Return ring roads; the small city has an arc of one."""
    if scale.name == "small":
        centre = np.array([-1.25, 1.15]) * radius
        sizes: tuple[float, ...] = (1.72,)
    else:
        centre, sizes = np.array([0.04, -0.03]) * radius, (0.34, 0.66)
    out = []
    for k, size in enumerate(sizes):
        a = np.linspace(0, 2 * np.pi, max(int(2 * np.pi * size * radius / 60), 40))
        r = size * radius * (1 + 0.05 * np.sin(2 * a + rng.uniform(0, 6)))
        xy = centre + np.column_stack([r * np.cos(a), r * np.sin(a)])
        xy[-1] = xy[0]
        road_class = "expressway" if k == len(sizes) - 1 else "arterial"
        out.append(Curve("ring", road_class, LineString(xy), True, k))
    return out


def _lattice(
    scale: Scale, radius: float, warp: _Warp, strip: Polygon, rng: np.random.Generator
) -> list[Curve]:
    """Return two families of main roads; every second one crosses the river."""
    step = scale.spacing_m
    n = int(1.3 * radius / step) + 1
    t = np.arange(-1.45 * radius, 1.45 * radius, 55.0)
    out = []
    for axis in (0, 1):
        for i in range(-n, n + 1):
            at = (i + 0.5 * (axis == 0) + rng.uniform(-0.16, 0.16)) * step
            xy = np.column_stack(
                [np.full_like(t, at), t] if axis == 0 else [t, np.full_like(t, at)]
            )
            line: shapely.Geometry = LineString(warp(xy))
            line = _bridges(line, strip, spare=bool((i + axis) % 2) and scale.name != "small")
            road_class = "arterial" if i % 2 == 0 or scale.name == "mega" else "secondary"
            number = 100 * (axis + 1) + i
            out += [Curve("main", road_class, part, False, number) for part in _parts(line)]
    return out


def _bridges(line: LineString, strip: Polygon, spare: bool) -> shapely.Geometry:
    """Cut a road at the banks where it would run along the river (or always, to spare bridges)."""
    over = _parts(shapely.intersection(line, strip))
    width = strip.area / (strip.length / 2)
    cut = [piece.buffer(0.5) for piece in over if spare or piece.length > 1.5 * width]
    return shapely.difference(line, shapely.union_all(cut)) if cut else line


def _parts(line: shapely.Geometry) -> list[LineString]:
    if isinstance(line, LineString):
        return [] if line.is_empty else [line]
    if isinstance(line, MultiLineString):
        return list(line.geoms)
    return [g for g in getattr(line, "geoms", []) if isinstance(g, LineString)]
