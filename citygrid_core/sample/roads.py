"""Roads: a name, a class, a centre line along which its houses are numbered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString

from citygrid_core.sample.mesh import Floats
from citygrid_core.sample.scales import WIDTHS


@dataclass
class Road:
    """One named road.

    Attributes
    ----------
    number : int
        Its number in the county's mesh; main roads have the same in all counties.
    parts : list of LineString
        Centre line from where the numbers begin: in the east or in the south.
    begins : list of float
        Distance (m) of each part's begin from the begin of the road.
    parent : str
        The street that a numbered lane is named after.
    """

    number: int
    name: str
    road_class: str
    kind: str
    width_m: float
    parts: list[LineString]
    begins: list[float]
    aliases: str = ""
    former_names: str = ""
    parent: str = ""

    @property
    def is_road(self) -> bool:
        """Whether one can drive on it: river and railway are in the same list."""
        return self.road_class in WIDTHS

    @property
    def length_m(self) -> float:
        """Length of all parts."""
        return float(sum(p.length for p in self.parts))

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Return how far along the road (m) points beside it are."""
        points = shapely.points(x, y)
        gaps = np.array([shapely.distance(points, p) for p in self.parts])
        along = np.array([shapely.line_locate_point(p, points) for p in self.parts])
        best = gaps.argmin(axis=0)
        out: Floats = along[best, np.arange(len(points))] + np.array(self.begins)[best]
        return out


def make_road(
    number: int,
    name: str,
    road_class: str,
    pieces: list[LineString],
    kind: str = "street",
    parent: str = "",
) -> Road:
    """Join pieces to a road that begins in the east, or in the south.

    Parameters
    ----------
    pieces : list of LineString
        They share their end points; a gap (a missing bridge) makes several parts.
    """
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
    ends = shapely.get_coordinates(merged)
    spread = np.ptp(ends, axis=0)
    axis = np.array([-1.0, 0.0]) if spread[0] > spread[1] else np.array([0.0, 1.0])
    parts = []
    for line in merged:
        xy = np.asarray(line.coords)
        parts.append(LineString(xy if (xy[-1] - xy[0]) @ axis >= 0 else xy[::-1]))
    parts.sort(key=lambda p: float(np.asarray(p.coords)[0] @ axis))
    lengths = [p.length for p in parts]
    begins = [float(v) for v in np.concatenate([[0.0], np.cumsum(lengths)[:-1]])]
    return Road(
        number, name, road_class, kind, WIDTHS.get(road_class, 0.0), parts, begins, parent=parent
    )
