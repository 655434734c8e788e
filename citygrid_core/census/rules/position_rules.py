"""Position: components among one another, and near borders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.rules.base import NO_DATA, Bools, Ints, Objects, Rule, Verdict
from citygrid_core.census.rules.material import Floats, Material, values_of
from citygrid_core.errors import Text

_TWICE = "no component is surveyed twice (common practice); radii: census/data/radii.csv"
ACCURACY = {"A": 0.5, "B": 1.0, "C": 10.0}


class Twins(Rule):
    """Two of a class stand nearer than two of it can."""

    id, group, severity, field = "P01", "position", "warning", "geometry"
    title = Text("probably surveyed twice", "疑似重复普查")
    cure = Text("`census twins` merges them and keeps both histories", "请用 census twins 合并")
    source = _TWICE

    def judge(self, m: Material) -> Verdict:
        """Pairs within the radius of their class, but not on one spot."""
        return _near(m, lambda d: d > SamePlace.tolerance)


class SamePlace(Rule):
    """Two of a class stand on one spot."""

    id, group, field = "P02", "position", "geometry"
    title = Text("two of one class at one place", "同类部件位置完全相同")
    cure = Text("`census twins` merges them and keeps both histories", "请用 census twins 合并")
    source = _TWICE
    tolerance, unit = 0.001, "m"

    def judge(self, m: Material) -> Verdict:
        """Pairs within a millimetre."""
        return _near(m, lambda d: d <= m.limit(self))


class OthersPlace(Rule):
    """Two of different classes stand on one spot."""

    id, group, severity, field = "P03", "position", "warning", "geometry"
    title = Text("two classes at one place", "不同类部件位置重合")
    cure = Text("one of the classes is wrong, or the position was copied", "类别有误或坐标被复制")
    source = "common practice"
    tolerance, unit = 0.01, "m"

    def judge(self, m: Material) -> Verdict:
        """Pairs of points within a centimetre."""
        from scipy.spatial import cKDTree

        at = np.flatnonzero((m.kind == 0) & np.isfinite(m.xy).all(axis=1))
        if not len(at):
            return NO_DATA
        pairs = cKDTree(m.xy[at]).query_pairs(m.limit(self), output_type="ndarray")
        i, j = at[pairs[:, 1]], at[pairs[:, 0]]
        class_ = m.values("class_code").codes
        unlike = class_[i] != class_[j]
        return m.pairs(m.kind == 0, i[unlike], j[unlike])


class NearBorder(Rule):
    """A community's border is nearer than the position is exact."""

    id, group, severity, field = "P04", "position", "hint", "grid_code"
    title = Text(
        "the community is uncertain: its border is within the accuracy", "位于社区边界误差范围内"
    )
    source = "accuracy classes A 0.5 m, B 1 m, C 10 m (single-source)"
    tolerance, unit = 1.0, "times the accuracy of its class"

    def judge(self, m: Material) -> Verdict:
        """Measure to where the answer changes, and matters: in another community."""
        if m.cells is None or not len(m.cells):
            return NO_DATA
        reach = m.values("accuracy_class").mapped(ACCURACY, 0.0).astype(float) * m.limit(self)
        can = m.located.given & (reach > 0) & m.asked & (m.kind == 0)
        at = _near_communities(m, np.flatnonzero(can), reach)
        metres = np.full(len(m), np.inf)
        if len(at):
            border = m.cells.border_distance(m.xy[at, 0], m.xy[at, 1], within=reach[at])
            of_cell = values_of([c[:12] for c in m.cells.codes] + [""]).codes
            own = of_cell[m.located.codes[at]]
            metres[at] = np.where(of_cell[border.other] != own, border.distance, np.inf)
        bad = metres <= reach
        return m.verdict(can, bad, _metres(metres, bad))


class RoundedCoordinates(Rule):
    """The coordinates are whole metres."""

    id, group, severity, field = "P05", "position", "hint", "geometry"
    title = Text("coordinates in whole metres", "坐标仅为整米")
    source = "accuracy classes A and B are finer than a metre (single-source)"

    def judge(self, m: Material) -> Verdict:
        """Judge points of class A and B."""
        fine = m.values("accuracy_class").test(lambda a: a in ("A", "B")) & (m.kind == 0)
        with np.errstate(invalid="ignore"):
            whole = (m.xy == np.round(m.xy)).all(axis=1)
        return m.verdict(fine, whole)


class DefaultPlace(Rule):
    """Many components stand on one spot."""

    id, group, field = "P06", "position", "geometry"
    title = Text(
        "many components at one place: a default position", "多个部件坐标相同，疑似默认坐标"
    )
    source = "a default point makes a false hot spot (experience of users)"
    tolerance, unit = 5.0, "components"

    def judge(self, m: Material) -> Verdict:
        """Count points on each millimetre."""
        xy = np.nan_to_num(np.round(m.xy, 3))
        x, _ = pd.factorize(xy[:, 0])
        y, rows = pd.factorize(xy[:, 1])
        spot, _ = pd.factorize(x * max(len(rows), 1) + y)
        count = np.bincount(spot)[spot] if len(spot) else spot
        return m.verdict(m.placed, count >= m.limit(self), count)


class FarFromAll(Rule):
    """No other component is anywhere near."""

    id, group, severity, field = "P07", "position", "warning", "geometry"
    title = Text("far from every other component", "远离其他所有部件")
    cure = Text("look for a slip of a digit", "检查坐标数字是否有误")
    source = "common practice"
    tolerance, unit = 2_000.0, "m"
    whole = True

    def judge(self, m: Material) -> Verdict:
        """Measure to the nearest other one."""
        from scipy.spatial import cKDTree

        fit = np.isfinite(m.xy).all(axis=1)
        at = np.flatnonzero(fit)
        if len(at) < 2:
            return NO_DATA
        metres = np.zeros(len(m))
        lonely = at[_alone(m.xy[at], m.limit(self) / 1.5)]
        if len(lonely):
            tree = cKDTree(m.xy[at], balanced_tree=False, compact_nodes=False)
            metres[lonely] = tree.query(m.xy[lonely], k=2)[0][:, 1]
        bad = metres > m.limit(self)
        return m.verdict(fit, bad, _metres(metres, bad))


class AcrossGrids(Rule):
    """A line or polygon reaches into other unit grids."""

    id, group, severity, field = "P08", "position", "hint", "geometry"
    title = Text("reaches into another unit grid", "跨越单元网格")
    cure = Text(
        "grids cut no component: split it, or give a reason", "网格不应切割部件，请拆分或说明"
    )
    source = "GB/T 30428.1: edges cut no component (unconfirmed wording)"
    tolerance, unit = 0.5, "share outside its grid"

    def judge(self, m: Material) -> Verdict:
        """Judge by the share that lies outside the grid of its middle."""
        shaped = (m.kind > 0) & m.placed & m.asked
        at = np.flatnonzero(shaped)
        if m.cells is None or not len(m.cells) or not len(at):
            return NO_DATA
        at = at[shapely.is_valid(m.shapes[at])]
        here = m.cells.locate(m.xy[at, 0], m.xy[at, 1])
        at, here = at[here >= 0], here[here >= 0]
        outside = shapely.difference(m.shapes[at], m.cells.shapes(here))
        size = np.where(m.kind[at] == 1, shapely.length(m.shapes[at]), shapely.area(m.shapes[at]))
        rest = np.where(m.kind[at] == 1, shapely.length(outside), shapely.area(outside))
        share = np.zeros(len(m))
        share[at] = rest / np.maximum(size, 1e-9)
        bad = share > m.limit(self)
        population = np.zeros(len(m), dtype=bool)
        population[at] = True
        found = np.full(len(m), "", dtype=object)
        found[bad] = [f"{s:.0%}" for s in share[bad]]
        return m.verdict(population, bad, found)


def _alone(xy: Floats, side: float) -> Bools:
    """Return which points have a square to themselves: two in one are nearer than 1.5 sides."""
    square = np.floor(xy / max(side, 1e-3))
    x, _ = pd.factorize(square[:, 0])
    y, rows = pd.factorize(square[:, 1])
    where, _ = pd.factorize(x * len(rows) + y)
    alone: Bools = np.bincount(where)[where] == 1
    return alone


def _near_communities(m: Material, at: Ints, reach: Floats) -> Ints:
    """Keep those that have a border of a community within reach; exact distances come after."""
    if m.communities is None or not len(m.communities) or not len(at):
        return at
    rings = shapely.boundary(m.communities.shapes(np.arange(len(m.communities))))
    at = at[_about(m.xy[at], rings, float(reach[at].max()))]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    sides = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
    points = shapely.points(m.xy[at])
    near, _ = shapely.STRtree(sides).query(points, predicate="dwithin", distance=reach[at] + 1e-6)
    kept: Ints = at[np.unique(near)]
    return kept


def _about(xy: Floats, lines: Objects, reach: float) -> Bools:
    """Return which points lie in a square with a line, or beside one: none within reach is lost."""
    side = reach + 40.0
    # No spot of a line is farther than 20 m from one of these.
    spots = shapely.get_coordinates(shapely.segmentize(lines, 40.0))
    low = spots.min(axis=0)
    squares = np.floor((spots - low) / side).astype(np.int64)
    size = squares.max(axis=0) + 3
    marked = np.zeros(tuple(size), dtype=bool)
    for dx in range(3):
        for dy in range(3):
            marked[squares[:, 0] + dx, squares[:, 1] + dy] = True
    own = np.floor((xy - low) / side).astype(np.int64) + 1
    inside = ((own >= 0) & (own < size)).all(axis=1)
    near = np.zeros(len(xy), dtype=bool)
    near[inside] = marked[own[inside, 0], own[inside, 1]]
    return near


def _near(m: Material, holds: Callable[[Floats], Bools]) -> Verdict:
    if not m.radii or m.components.crs is None:
        return NO_DATA
    if not m.placed.any():
        return NO_DATA
    found = m.twins
    keep = holds(found["distance_m"].to_numpy())
    at, other = (found[n].to_numpy(dtype=np.int64)[keep] for n in ("right", "left"))
    metres = found["distance_m"].to_numpy()[keep]
    texts: Objects = np.array([f"{d:.3f} m" for d in metres], dtype=object)
    return m.pairs(m.placed & m.values("class_code").given, at, other, texts)


def _metres(metres: Floats, wanted: Bools) -> Objects:
    out = np.full(len(metres), "", dtype=object)
    out[wanted] = [f"{d:.2f} m" for d in metres[wanted]]
    return out
