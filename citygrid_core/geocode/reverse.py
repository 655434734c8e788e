"""From a point to the way an operator would say it: 友谊路32号东侧约20米."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from citygrid_core.geocode.build import Tables
from citygrid_core.geocode.places import spoken
from citygrid_core.geocode.relative import crossings

#: How far each kind of landmark may be from the point, metres, in order of preference.
_REACH = {"plate": 60.0, "crossing": 80.0, "poi": 80.0, "far": 300.0}
_AT = 8.0
_WORDS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
_ENGLISH = ("east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast")


class Said(NamedTuple):
    """How a point is said.

    Attributes
    ----------
    zh, en : the phrase; empty when nothing known is near
    code, level : of the landmark
    distance_m : from the landmark to the point
    """

    zh: str
    en: str
    code: str
    level: str
    distance_m: float


class Reverser:
    """Nearest landmarks of a gazetteer."""

    def __init__(self, tables: Tables) -> None:
        self.t = tables
        p, pois, zones = tables.plates, tables.pois, tables.zones
        self._plates = shapely.STRtree(shapely.points(p.x, p.y))
        self._x = np.concatenate([pois.x, zones.x])
        self._y = np.concatenate([pois.y, zones.y])
        self._names = [*pois.name, *zones.name]
        self._codes = [*pois.code, *zones.code]
        self._levels = ["poi"] * len(pois.name) + ["compound"] * len(zones.name)
        self._pois = shapely.STRtree(shapely.points(self._x, self._y))
        self._lined = [i for i, s in enumerate(tables.streets) if s.line is not None]
        self._lines = shapely.STRtree([tables.streets[i].line for i in self._lined])

    def say(self, x: float, y: float) -> Said:
        """Say a point by a plate, a crossing, a POI, or whatever is nearest."""
        point = shapely.Point(x, y)
        plate = self._nearest(self._plates, point, _REACH["far"])
        crossing = self._crossing(x, y, point)
        poi = self._nearest(self._pois, point, _REACH["far"])
        choices: list[tuple[bool, int, float, str, Any]] = []
        if plate is not None:
            choices.append((plate[1] > _REACH["plate"], 0, plate[1], "plate", plate[0]))
        if crossing is not None:
            choices.append((crossing[2] > _REACH["crossing"], 1, crossing[2], "crossing", crossing))
        if poi is not None:
            choices.append((poi[1] > _REACH["poi"], 2, poi[1], "poi", poi[0]))
        if not choices:
            return Said("", "", "", "", math.nan)
        # Standing at one of them, or far from all, only the distance counts.
        nearest = min(choices, key=lambda c: c[2])
        plain = nearest[2] <= _AT or all(c[0] for c in choices)
        best = nearest if plain else min(choices, key=lambda c: (c[0], c[1]))
        return self._phrase(x, y, best[3], best[4])

    def _phrase(self, x: float, y: float, level: str, which: Any) -> Said:
        t = self.t
        if level == "plate":
            ox, oy, code = float(t.plates.x[which]), float(t.plates.y[which]), t.plates.code[which]
            name = self._plate_name(which)
        elif level == "crossing":
            (ox, oy), code, name = which[0], which[1], which[3]
        else:
            ox, oy, code = float(self._x[which]), float(self._y[which]), self._codes[which]
            name, level = self._names[which], self._levels[which]
        dx, dy = x - ox, y - oy
        distance = math.hypot(dx, dy)
        if distance <= _AT:
            return Said(name, f"at {name}", code, level, distance)
        turn = round(math.atan2(dy, dx) / (math.pi / 4)) % 8
        metres = max(10, round(distance / 10) * 10)
        zh = f"{name}{_WORDS[turn]}侧约{metres}米"
        return Said(zh, f"about {metres} m {_ENGLISH[turn]} of {name}", code, level, distance)

    def _plate_name(self, which: int) -> str:
        t = self.t
        owner, main, rest = (
            int(t.plates.owner[which]),
            int(t.plates.main[which]),
            t.plates.rest[which],
        )
        if owner >= len(t.streets):
            return f"{t.zones.name[owner - len(t.streets)]}{main}栋"
        return f"{t.streets[owner].name}{main}{spoken(rest)}"

    def _nearest(self, tree: Any, point: Any, reach: float) -> tuple[int, float] | None:
        if not len(tree.geometries):
            return None
        found: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]] = tree.query_nearest(
            point, max_distance=reach, return_distance=True, all_matches=False
        )
        return (int(found[0][0]), float(found[1][0])) if len(found[0]) else None

    def _crossing(
        self, x: float, y: float, point: Any
    ) -> tuple[tuple[float, float], str, float, str] | None:
        near = self._lines.query(point, predicate="dwithin", distance=_REACH["crossing"])
        streets = [self.t.streets[self._lined[i]] for i in sorted(near)]
        best: tuple[tuple[float, float], str, float, str] | None = None
        for i, a in enumerate(streets):
            for b in streets[i + 1 :]:
                for cx, cy, _ in crossings(a, b):
                    distance = math.hypot(x - cx, y - cy)
                    if distance <= _REACH["crossing"] and (best is None or distance < best[2]):
                        name = f"{a.name}与{b.name}交叉口"
                        best = ((cx, cy), f"{a.code}+{b.code}", distance, name)
        return best
