"""Geometry: shapes that can be stored, drawn and measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.census.rules.base import NO_DATA, Bools, Ints, Rule, Verdict, fixed
from citygrid_core.census.rules.material import Material
from citygrid_core.errors import Text

_SIMPLE = "OGC 06-103r4 Simple Features"
_TOPOLOGY = "GB/T 47678.5: closed polygons with topology (single-source)"
_KINDS = ("point", "line", "polygon")


class NoGeometry(Rule):
    """The component has no place."""

    id, group, field = "G01", "geometry", "geometry"
    title = Text("no geometry", "无图形")
    source = "GB/T 47678.5: components are located (single-source)"

    def judge(self, m: Material) -> Verdict:
        """Missing or empty."""
        return m.verdict(np.ones(len(m), bool), ~m.placed)


class InvalidGeometry(Rule):
    """The shape crosses or touches itself wrongly."""

    id, group, field = "G02", "geometry", "geometry"
    title = Text("invalid geometry", "图形无效")
    cure = Text("draw it anew; a repair could lose a part", "请重新绘制，自动修复可能丢失部分图形")
    source = _SIMPLE

    def judge(self, m: Material) -> Verdict:
        """Ask GEOS; it names the place."""
        shaped = m.placed & (m.kind > 0)
        bad = _among(m, shaped, lambda g: ~shapely.is_valid(g))
        found = np.full(len(m), "", dtype=object)
        found[bad] = shapely.is_valid_reason(m.shapes[bad])
        return m.verdict(shaped, bad, found)


class OtherKind(Rule):
    """The class is drawn as something else."""

    id, group, severity, field = "G03", "geometry", "warning", "geometry"
    title = Text("not the kind of geometry of its class", "图形类型与类别不符")
    source = "class table, column geometry (common practice)"

    def judge(self, m: Material) -> Verdict:
        """Compare point, line, polygon."""
        wanted = m.by_class("geometry")
        kind = np.array([*_KINDS, None], dtype=object)[m.kind]
        known = np.array([w in _KINDS for w in wanted], dtype=bool)
        return m.verdict(known & m.placed, kind != wanted, kind)


class ShortLine(Rule):
    """A line has no length."""

    id, group, field = "G04", "geometry", "geometry"
    title = Text("a line of almost no length", "线过短")
    source = _TOPOLOGY
    tolerance, unit = 0.1, "m"

    def judge(self, m: Material) -> Verdict:
        """Measure."""
        return _measured(m, 1, shapely.length, lambda v: v < m.limit(self), "m")


class SmallPolygon(Rule):
    """A polygon has no area."""

    id, group, field = "G05", "geometry", "geometry"
    title = Text("a polygon of almost no area", "面过小")
    source = _TOPOLOGY
    tolerance, unit = 0.01, "m2"

    def judge(self, m: Material) -> Verdict:
        """Measure."""
        return _measured(m, 2, shapely.area, lambda v: v < m.limit(self), "m²")


class RepeatedVertices(Rule):
    """Vertices lie on one another."""

    id, group, severity, field = "G06", "geometry", "hint", "geometry"
    title = Text("repeated vertices", "重复节点")
    cure = Text("the fix removes them", "可自动去除")
    source = _TOPOLOGY
    tolerance, unit = 0.001, "m"

    def judge(self, m: Material) -> Verdict:
        """Compare with the shape without them."""
        shaped = m.placed & (m.kind > 0)
        size = m.limit(self)
        bad = _among(
            m,
            shaped,
            lambda g: (
                shapely.get_num_coordinates(g)
                > shapely.get_num_coordinates(shapely.remove_repeated_points(g, size))
            ),
        )
        return m.verdict(shaped, bad)

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Remove them."""
        return fixed(at, geometry=shapely.remove_repeated_points(m.shapes[at], m.limit(self)))


class CrossingLine(Rule):
    """A line crosses itself."""

    id, group, severity, field = "G07", "geometry", "warning", "geometry"
    title = Text("a line crosses itself", "线自相交")
    source = _SIMPLE

    def judge(self, m: Material) -> Verdict:
        """Ask GEOS whether it is simple."""
        lines = m.kind == 1
        return m.verdict(lines, _among(m, lines, lambda g: ~shapely.is_simple(g)))


class SeveralParts(Rule):
    """One component is drawn in several places."""

    id, group, severity, field = "G08", "geometry", "warning", "geometry"
    title = Text("several parts under one code", "一个标识码包含多个部分")
    cure = Text("one component, one code: split it", "一件一码，请拆分")
    source = "one code for each component (GB/T 47678.5, single-source)"

    def judge(self, m: Material) -> Verdict:
        """Count parts."""
        parts = np.zeros(len(m), dtype=np.int64)
        parts[m.placed] = shapely.get_num_geometries(m.shapes[m.placed])
        return m.verdict(m.placed, parts > 1, parts)


class AbsurdCoordinates(Rule):
    """Coordinates are not finite, or beyond the earth."""

    id, group, field = "G09", "geometry", "geometry"
    title = Text("absurd coordinates", "坐标值异常")
    source = "projected metres: below 1e8"

    def judge(self, m: Material) -> Verdict:
        """Look at the bounds."""
        bounds = shapely.bounds(m.shapes)
        with np.errstate(invalid="ignore"):
            bad = ~(np.isfinite(bounds) & (np.abs(bounds) < 1e8)).all(axis=1)
        return m.verdict(m.placed, bad)


class HugePolygon(Rule):
    """A polygon is larger than a component can be."""

    id, group, severity, field = "G10", "geometry", "warning", "geometry"
    title = Text("too large for a component", "面积过大")
    source = "a unit grid is about 10,000 m2 (sourced); a park may be larger"
    tolerance, unit = 500_000.0, "m2"

    def judge(self, m: Material) -> Verdict:
        """Measure."""
        return _measured(m, 2, shapely.area, lambda v: v > m.limit(self), "m²")


class LongLine(Rule):
    """A line is longer than a component can be."""

    id, group, severity, field = "G11", "geometry", "warning", "geometry"
    title = Text("too long for a component", "长度过大")
    source = "lines are surveyed street by street (common practice)"
    tolerance, unit = 5_000.0, "m"

    def judge(self, m: Material) -> Verdict:
        """Measure."""
        return _measured(m, 1, shapely.length, lambda v: v > m.limit(self), "m")


class PolygonsOverlap(Rule):
    """Two polygons of one class cover each other."""

    id, group, severity, field = "G12", "geometry", "warning", "geometry"
    title = Text("overlaps another polygon of its class", "与同类面重叠")
    source = _TOPOLOGY
    tolerance, unit = 0.1, "share of the smaller"

    def judge(self, m: Material) -> Verdict:
        """Measure what two of a class share."""
        at = np.flatnonzero((m.kind == 2) & m.placed)
        if not len(at):
            return NO_DATA
        at = at[shapely.is_valid(m.shapes[at])]
        shapes = m.shapes[at]
        i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        class_ = m.values("class_code").codes[at]
        keep = (i > j) & (class_[i] == class_[j])
        i, j = i[keep], j[keep]
        shared = shapely.area(shapely.intersection(shapes[i], shapes[j]))
        area = shapely.area(shapes)
        share = shared / np.maximum(np.minimum(area[i], area[j]), 1e-9)
        bad = share > m.limit(self)
        found = np.array([f"{s:.0%}" for s in share[bad]], dtype=object)
        return m.pairs(m.kind == 2, at[i[bad]], at[j[bad]], found)


def _among(m: Material, mask: Bools, test: Any) -> Bools:
    """Ask about some shapes only."""
    out = np.zeros(len(m), dtype=bool)
    if mask.any():
        out[mask] = test(m.shapes[mask])
    return out


def _measured(m: Material, kind: int, measure: Any, bad: Any, unit: str) -> Verdict:
    mask = m.kind == kind
    size: npt.NDArray[np.float64] = np.zeros(len(m))
    size[mask] = measure(m.shapes[mask])
    wrong = mask & bad(size)
    found = np.full(len(m), "", dtype=object)
    found[wrong] = [f"{v:.3f} {unit}" for v in size[wrong]]
    return m.verdict(mask, wrong, found)
