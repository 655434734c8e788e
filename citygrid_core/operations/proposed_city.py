"""A city as it would be with other borders, to be asked like one that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text, UsageError
from citygrid_core.locate import CellIndex
from citygrid_core.operations.city import City, Floats
from citygrid_core.responsibility import DutyBook

#: Parts smaller than this (m²) are left by rounding, not by the proposal.
_SLIVER = 0.01


@dataclass(frozen=True)
class ProposedCity(City):
    """A city with proposed borders; its index is kept nowhere.

    Parameters
    ----------
    now : City
        The city as it is.
    proposed : mapping
        ``grids``, ``areas``, ``polygons`` (of duty rules): frames of code and geometry in the
        CRS of the workspace.

    Raises
    ------
    UsageError
        When it is asked: a code that is of no community or rule.
    """

    now: City | None = None
    proposed: Mapping[str, gpd.GeoDataFrame] | None = None

    @property
    def _before(self) -> City:
        assert self.now is not None
        return self.now

    def _given(self, name: str) -> gpd.GeoDataFrame | None:
        return (self.proposed or {}).get(name)

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """Unit grids with the proposed ones laid over them."""
        held, given = self._before.grids, self._given("grids")
        if given is None:
            return held
        community = given["code"].astype(str).str[:12]
        _require(given["code"][~community.isin(set(self.areas["code"]))], "grids")
        return _laid_over(held, given.assign(community_code=community))

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """Areas with the proposed communities laid over the others."""
        held, given = self._before.areas, self._given("areas")
        if given is None:
            return held
        community = held["level"] == "community"
        _require(given["code"][~given["code"].isin(set(held["code"][community]))], "areas")
        moved = _laid_over(held[community], given.assign(level="community"))
        names = dict(zip(held["code"], held["name"], strict=True))
        moved["name"] = [names[c] for c in moved["code"]]
        both = pd.concat([held[~community], moved], ignore_index=True)
        return gpd.GeoDataFrame(both, geometry="geometry", crs=held.crs)

    @cached_property
    def cells(self) -> CellIndex:
        """Index of the proposed grids, made from that of the present ones."""
        if self._given("grids") is None:
            return self._before.cells
        return self._before.cells.updated(self.grids.geometry.to_numpy(), self.grids["code"])

    @cached_property
    def duties(self) -> DutyBook:
        """The rules, with the polygons that are proposed."""
        given = self._given("polygons")
        if given is None:
            return self._before.duties
        rules = self.workspace.read("duty_rules", at="all")
        shaped = rules[rules.geometry.notna()]
        _require(given["code"][~given["code"].isin(set(shaped["code"]))], "polygons")
        moved = dict(zip(given["code"], given.geometry, strict=True))
        held = rules.geometry.to_numpy()
        shapes = [
            None if shape is None else moved.get(code, shape)
            for code, shape in zip(rules["code"], held, strict=True)
        ]
        changed = gpd.GeoDataFrame(
            rules.drop(columns="geometry"),
            geometry=gpd.GeoSeries(shapes, index=rules.index, crs=rules.crs),
        )
        return DutyBook(changed, self.departments, groups=self.groups)

    def locate(self, x: Floats, y: Floats) -> pd.DataFrame:
        """Locate points as `City.locate`; moved communities count before the grids' codes."""
        found = super().locate(x, y)
        if self._given("areas") is None:
            return found
        at = self.communities.locate(np.asarray(x, float), np.asarray(y, float))
        code = pd.Series([*self.communities.codes, None], dtype=object).to_numpy()[at]
        other = code != found["community_code"].to_numpy(dtype=object)
        for column, end in (("community_code", 12), ("street_code", 9), ("county_code", 6)):
            values = found[column].to_numpy(dtype=object).copy()
            values[other] = [c and c[:end] for c in code[other]]
            found[column] = pd.Series(values, index=found.index, dtype=object)
        grid = found["grid_code"].to_numpy(dtype=object).copy()
        grid[other] = None
        found["grid_code"] = pd.Series(grid, index=found.index, dtype=object)
        return found


def uncovered(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> float:
    """Return how many m² were covered and would be no longer."""
    changed = before[~before["code"].isin(_kept(before, after))]
    whole = shapely.union_all(changed.geometry.to_numpy())
    reach = after.iloc[np.sort(after.sindex.query(whole))]
    rest = shapely.difference(whole, shapely.union_all(reach.geometry.to_numpy()))
    return float(rest.area)


def _kept(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> set[str]:
    """Return the codes of polygons that stay as they are."""
    now = dict(zip(after["code"], shapely.to_wkb(after.geometry.to_numpy()), strict=True))
    was = zip(before["code"], shapely.to_wkb(before.geometry.to_numpy()), strict=True)
    return {code for code, wkb in was if now.get(code) == wkb}


def _laid_over(held: gpd.GeoDataFrame, given: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return given polygons and what they leave of the others."""
    others = held[~held["code"].isin(set(given["code"]))].copy()
    cover = shapely.union_all(given.geometry.to_numpy())
    hit = np.sort(others.sindex.query(cover, predicate="intersects"))
    shapes = others.geometry.to_numpy().copy()
    shapes[hit] = [_polygons(shapely.difference(s, cover)) for s in shapes[hit]]
    others = others.set_geometry(gpd.GeoSeries(shapes, index=others.index, crs=held.crs))
    gone = np.zeros(len(others), dtype=bool)
    gone[hit] = shapely.area(shapes[hit]) < _SLIVER
    both = pd.concat([others[~gone], given], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=held.crs)


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return what of a shape has an area."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _require(unknown: pd.Series, what: str) -> None:
    """Raise when a proposed code is of nothing that is held."""
    if not len(unknown):
        return
    named = ", ".join(map(str, unknown[:5]))
    said = {
        "grids": Text("the first 12 digits are no community", "前12位不是本市社区"),
        "areas": Text("no community has this code", "没有此社区代码"),
        "polygons": Text("no duty rule with a shape has this code", "没有此编号的面状或线状规则"),
    }[what]
    raise UsageError(Text(f"{named}: {said.en}", f"{named}：{said.zh}"))
