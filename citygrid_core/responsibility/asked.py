"""Points put into groups that must have the same answer: each group is judged once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import Text, UsageError
from citygrid_core.responsibility.answers import Judge, Question
from citygrid_core.responsibility.conditions import Moment
from citygrid_core.responsibility.errors import MissingColumns
from citygrid_core.responsibility.frames import Coded, coded, column
from citygrid_core.responsibility.moments import moments
from citygrid_core.responsibility.places import Codes, Shapes, hit_sets
from citygrid_core.responsibility.rules import PlaceKey
from citygrid_core.responsibility.strength import ROLES

Ints = NDArray[np.int64]
Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]
#: Columns that tell the area, the finest first.
_AREAS = ("community_code", "street_code", "county_code")


@dataclass(frozen=True, slots=True)
class Asked:
    """Points as questions.

    Attributes
    ----------
    group : int64
        The question of each point.
    questions : list of Question
    day : int64
        For each question a number that stands for its day.
    recorded : dict
        Role to recorded departments, for roles whose column is there.
    rest : int64
        For each point the number of its question but for the place.
    rests : list of Question
        Those questions, without places.
    """

    group: Ints
    questions: list[Question]
    day: Ints
    recorded: dict[str, Coded]
    rest: Ints
    rests: list[Question]

    def elsewhere(self, who: Ints, place: Ints, places: list[frozenset[PlaceKey]]) -> Asked:
        """Return the questions of some points, asked at other places.

        Parameters
        ----------
        who : int64
            The points.
        place : int64
            Number of the set of places of each.
        """
        rest = self.rest[who]
        group, first = grouped([(rest, len(self.rests)), (place, len(places))], len(who))
        questions = [self.rests[rest[i]]._replace(places=places[place[i]]) for i in first.tolist()]
        recorded = {r: Coded(v.which[who], v.names) for r, v in self.recorded.items()}
        return Asked(group, questions, _days(questions), recorded, rest, self.rests)


def read_points(
    points: pd.DataFrame,
    at: object,
    judge: Judge,
    codes: Codes,
    shapes: Shapes,
    xy: Coordinates | None = None,
) -> Asked:
    """Group points by everything that an answer can depend on."""
    missing = [c for c in ("class_code", "object_kind") if c not in points]
    if len(shapes) and not isinstance(points, gpd.GeoDataFrame):
        missing.append("geometry")
    if missing:
        raise MissingColumns(Text("points", "点位"), missing)
    number = len(points)
    kind, kinds = coded(points["object_kind"])
    class_, classes = _classes(points["class_code"], judge)
    when, whens = _when(at, number, judge)
    place, places = _places(points, codes, shapes, xy)
    condition_names = sorted({n for r in judge.rules for n, _ in r.conditions.attribute})
    extra = {n: coded(column(points, n)) for n in condition_names}
    area_class, area_classes = np.zeros(number, dtype=np.int64), [""]
    if any(r.area_class for r in judge.rules):
        area_class, area_classes = coded(column(points, "area_class"))
    recorded = {r: coded(points[f"{r}_code"]) for r in ROLES if f"{r}_code" in points}
    has = {
        r: np.array([bool(n) for n in values.names], dtype=np.int64)[values.which]
        for r, values in recorded.items()
    }
    keys = [(kind, len(kinds)), (class_, len(classes)), (when, len(whens))]
    keys += [(area_class, len(area_classes)), *((v, len(n)) for v, n in extra.values())]
    keys += [(v, 2) for v in has.values()]
    rest, first = grouped(keys, number)
    nowhere: frozenset[PlaceKey] = frozenset()
    rests = [
        Question(
            kinds[kind[i]],
            classes[class_[i]],
            area_classes[area_class[i]],
            tuple((n, names[v[i]]) for n, (v, names) in extra.items()),
            nowhere,
            whens[when[i]],
            tuple(bool(has[r][i]) if r in has else False for r in ROLES),
        )
        for i in first.tolist()
    ]
    group, first = grouped([(rest, len(rests)), (place, len(places))], number)
    questions = [rests[rest[i]]._replace(places=places[place[i]]) for i in first.tolist()]
    return Asked(group, questions, _days(questions), recorded, rest, rests)


def _days(questions: list[Question]) -> Ints:
    first_of_day: dict[str | None, int] = {}
    days = [first_of_day.setdefault(q.moment.day, i) for i, q in enumerate(questions)]
    return np.array(days, dtype=np.int64)


def _classes(codes: pd.Series[Any], judge: Judge) -> tuple[Ints, list[str]]:
    """Return classes; those that no rule can tell apart are made one."""
    which, names = coded(codes)
    distinct: dict[str, int] = {}
    place = [distinct.setdefault(judge.prefix(n), len(distinct)) for n in names]
    return np.array(place, dtype=np.int64)[which], list(distinct)


#: Up to this many combinations are counted in an array, more are hashed.
_FEW = 1 << 22


def grouped(keys: list[tuple[Ints, int]], number: int) -> tuple[Ints, Ints]:
    """Return the group of each point, and a point of each group.

    Parameters
    ----------
    keys : list of (int64, int)
        Numbers of each point, and how many there may be.
    """
    whole, span = np.zeros(number, dtype=np.int64), 1
    for key, size in keys:
        if size == 1:
            continue
        if span * size >= _FEW and span > 1:
            whole, distinct = _small(whole, span)
            span = distinct
        whole = whole * size + key
        span *= size
    group, count = _small(whole, span)
    first = np.empty(count, dtype=np.int64)
    first[group[::-1]] = np.arange(number - 1, -1, -1)
    return group, first


def _small(whole: Ints, span: int) -> tuple[Ints, int]:
    """Return numbers without gaps instead of numbers below `span`."""
    if span <= _FEW:
        there = np.zeros(span, dtype=bool)
        there[whole] = True
        place = np.cumsum(there) - 1
        return place[whole], int(there.sum())
    group, distinct = pd.factorize(whole)
    return group.astype(np.int64), len(distinct)


def _when(at: object, number: int, judge: Judge) -> tuple[Ints, list[Moment]]:
    """Return moments, those that no rule and no department can tell apart made one."""
    hours = any(r.conditions.hours for r in judge.rules)
    which, given = moments(at, number, minutes=hours)
    changes = {d for r in judge.rules for d in (r.valid_from, r.valid_to) if d}
    days = np.array(sorted(changes | set(judge.departments.days)), dtype="U10")
    by_day = any(r.conditions.weekdays or r.conditions.season for r in judge.rules)
    distinct: dict[tuple[object, ...], int] = {}
    kept: list[Moment] = []
    place = []
    for moment in given:
        key: tuple[object, ...] = (None,)
        if moment.day is not None:
            era = int(np.searchsorted(days, moment.day, side="right"))
            key = (moment.day if by_day else era, moment.minute if hours else None)
        if key not in distinct:
            distinct[key] = len(kept)
            kept.append(moment)
        place.append(distinct[key])
    return np.array(place, dtype=np.int64)[which], kept


def _places(
    points: pd.DataFrame, codes: Codes, shapes: Shapes, xy: Coordinates | None
) -> tuple[Ints, list[frozenset[PlaceKey]]]:
    """Return for each point the number of its set of places, and the sets."""
    number = len(points)
    keys: list[tuple[Ints, list[str]]] = [coded(column(points, c)) for c in _AREAS if c in points]
    grid, grids = coded(column(points, "grid_code"))
    if not codes.need_grids and any("" not in names for _, names in keys):
        grid, grids = np.zeros(number, dtype=np.int64), [""]
    group, first = grouped([(v, len(n)) for v, n in keys] + [(grid, len(grids))], number)
    distinct: dict[frozenset[PlaceKey], int] = {}
    of_group = []
    for i in first.tolist():
        # The finest area that is known; a grid code begins with its community's.
        known = [n[v[i]] for v, n in keys if n[v[i]]]
        area = known[0] if known else grids[grid[i]][:12]
        of_group.append(distinct.setdefault(codes.keys(area, grids[grid[i]]), len(distinct)))
    by_code = np.array(of_group, dtype=np.int64)[group] if number else group
    sets: list[frozenset[int]] = [frozenset()]
    by_shape = np.zeros(number, dtype=np.int64)
    if len(shapes) and isinstance(points, gpd.GeoDataFrame):
        by_shape, sets = hit_sets(number, *shapes.hits(*(xy or _coordinates(points))))
    both, first = grouped([(by_code, len(distinct) or 1), (by_shape, len(sets))], number)
    code_sets = list(distinct)
    return both, [
        code_sets[by_code[i]] | {("shape", s) for s in sets[by_shape[i]]} for i in first.tolist()
    ]


def _coordinates(points: gpd.GeoDataFrame) -> Coordinates:
    """Return x and y; NaN for no geometry and empty ones."""
    shapes = points.geometry.to_numpy()
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    rest = shapes[np.isnan(x)]
    other = rest[~shapely.is_missing(rest) & (shapely.get_type_id(rest) != 0)]
    if len(other):
        kind = other[0].geom_type
        raise UsageError(
            Text(
                f"{len(other)} geometries are no points (the first is a {kind}); "
                "ask about a point of each, for example representative_point()",
                f"{len(other)} 个图形不是点（首个为 {kind}）；请改用各图形内的点，如 representative_point()",
            )
        )
    return x, y
