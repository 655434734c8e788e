"""Frame: does the component lie where its record says?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.rules.base import NO_DATA, Bools, Ints, Objects, Rule, Verdict, fixed
from citygrid_core.census.rules.material import Material
from citygrid_core.errors import Text

_GRID = "GB/T 47678.5 field SZDYWGBSM (single-source); GB/T 47678.3"


class GridUnknown(Rule):
    """The grid named is no valid unit grid."""

    id, group, field = "F01", "frame", "grid_code"
    title = Text("the unit grid does not exist", "所填单元网格不存在")
    cure = Text("locate the component anew", "请重新定位部件")
    source = _GRID

    def judge(self, m: Material) -> Verdict:
        """Look the code up among all grids, past ones too."""
        if m.grids is None or not len(m.grids):
            return NO_DATA
        grid = m.values("grid_code")
        known = set(m.grids["code"])
        return m.verdict(grid.given, ~grid.test(known.__contains__), grid)

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the grid that covers the component."""
        return _relocated(m, at)


class GridElsewhere(Rule):
    """Another grid covers the component."""

    id, group, field = "F02", "frame", "grid_code"
    title = Text("another unit grid covers the component", "部件不在所填单元网格内")
    cure = Text("take the grid that covers it, or correct the position", "改为所在网格或更正位置")
    source = _GRID

    def judge(self, m: Material) -> Verdict:
        """Compare with the exact index."""
        if m.cells is None or not len(m.cells):
            return NO_DATA
        grid = m.values("grid_code")
        cell = {code: i for i, code in enumerate(m.cells.codes)}
        said = np.array([*(cell.get(g, -1) for g in grid.distinct), -1])[grid.codes]
        population = m.located.given & (said >= 0)
        return m.verdict(population, said != m.located.codes, grid)

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the grid that covers the component."""
        return _relocated(m, at)


class NoGridHere(Rule):
    """The city has no grid where the component stands."""

    id, group, severity, field = "F03", "frame", "warning", "geometry"
    title = Text("no unit grid covers the component", "部件所在处没有单元网格")
    cure = Text("draw the grid, or correct the position", "补划网格或更正位置")
    source = _GRID

    def judge(self, m: Material) -> Verdict:
        """Look at components inside the city only."""
        if m.cells is None or not len(m.cells):
            return NO_DATA
        return m.verdict(m.placed & m.community.given, ~m.located.given)


class OutsideCity(Rule):
    """The component lies outside the city."""

    id, group, field = "F04", "frame", "geometry"
    title = Text("outside the city", "位于城市范围之外")
    cure = Text("look for swapped axes, another zone or datum", "检查坐标颠倒、带号或坐标基准")
    source = "city frame (common practice)"

    def judge(self, m: Material) -> Verdict:
        """No community covers it."""
        if m.communities is None and m.cells is None:
            return NO_DATA
        outside = ~m.community.given
        return m.verdict(m.placed, outside, _places(m, outside))


class OtherCounty(Rule):
    """The code names another county than the one around the component."""

    id, group, field = "F05", "frame", "code"
    title = Text("the code names another county", "标识码中的区县与位置不符")
    cure = Text("correct the position; codes are never changed", "请更正位置；标识码不得更改")
    source = "GB/T 47678.5: 6 county + 2 + 3 + 6 (single-source)"

    def judge(self, m: Material) -> Verdict:
        """Compare six digits."""
        around = m.community
        county = around.mapped({c: c[:6] for c in around.distinct}, "")
        return m.verdict(m.well_coded & around.given, m.code_county != county, m.codes)


class GridAbolished(Rule):
    """The grid named was abolished."""

    id, group, field = "F06", "frame", "grid_code"
    title = Text("the unit grid was abolished", "所填单元网格已废止")
    cure = Text("take the grid that is valid there today", "改为现行网格")
    source = "unit grids have end dates (sourced); abolished codes are never used again"

    def judge(self, m: Material) -> Verdict:
        """Look the code up among grids that have ended."""
        if m.grids is None or m.cells is None or "valid_to" not in m.grids:
            return NO_DATA
        grid = m.values("grid_code")
        known = set(m.grids["code"])
        ended = known - set(m.cells.codes)
        return m.verdict(
            grid.given & grid.test(known.__contains__), grid.test(ended.__contains__), grid
        )

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the grid that covers the component."""
        return _relocated(m, at)


class GridOfNoCommunity(Rule):
    """The grid's code belongs to no community of the city."""

    id, group, field = "F07", "frame", "grid_code"
    title = Text("the grid's community does not exist", "网格编码中的社区不存在")
    source = "GB/T 47678.3: 6 county + 3 street + 3 community + 3 sequence (sourced)"

    def judge(self, m: Material) -> Verdict:
        """Look the first twelve digits up among the areas."""
        if m.areas is None or not len(m.areas):
            return NO_DATA
        grid = m.values("grid_code")
        known = set(m.areas["code"])
        return m.verdict(grid.given, ~grid.test(lambda g: g[:12] in known), grid)


class NotInMetres(Rule):
    """The coordinates look like degrees, or have their axes swapped."""

    id, group, field = "F08", "frame", "geometry"
    title = Text("coordinates look like degrees or swapped axes", "坐标疑似经纬度或 x、y 颠倒")
    cure = Text("import again with --crs, or swap x and y", "请用 --crs 重新导入，或交换 x、y")
    source = "CGCS2000 3-degree zones (sourced): northing 0.4-6 million m"

    def judge(self, m: Material) -> Verdict:
        """Degrees are small; swapped axes fall into the city when swapped back."""
        x, y = m.xy[:, 0], m.xy[:, 1]
        with np.errstate(invalid="ignore"):
            degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)
        swapped = np.zeros(len(m), dtype=bool)
        if m.areas is not None and len(m.areas) and hasattr(m.areas, "total_bounds"):
            x0, y0, x1, y1 = m.areas.total_bounds
            with np.errstate(invalid="ignore"):
                swapped = (y >= x0) & (y <= x1) & (x >= y0) & (x <= y1)
        bad = degrees | swapped
        return m.verdict(m.placed, bad, _places(m, bad))


def _places(m: Material, wanted: Bools) -> Objects:
    out = np.full(len(m), "", dtype=object)
    for i in np.flatnonzero(wanted):
        out[i] = f"{m.xy[i, 0]:.3f}, {m.xy[i, 1]:.3f}"
    return out


def _relocated(m: Material, at: Ints) -> pd.DataFrame | None:
    if m.cells is None:
        return None
    shapes = m.shapes[at]
    good = at[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    good = good[m.located.given[good]]
    return fixed(good, grid_code=m.located.text()[good]) if len(good) else None
