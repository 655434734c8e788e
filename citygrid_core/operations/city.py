"""A city as of a day, ready to be asked: where is this point, who answers there?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.locate import CellIndex
from citygrid_core.operations.areas import areas_of
from citygrid_core.responsibility import DutyBook
from citygrid_core.workspace import Workspace

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """Grids, communities and duties of a workspace as of one day.

    Parameters
    ----------
    at : str or None
        ISO date; None is the state without an end date.
    """

    workspace: Workspace
    at: str | None = None

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """Unit grids valid on the day."""
        return self.workspace.read("grids", at=self.at)

    @cached_property
    def cells(self) -> CellIndex:
        """Exact index of the unit grids."""
        return CellIndex.build(self.grids.geometry.to_numpy(), self.grids["code"].to_numpy())

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """Areas valid on the day, all three levels."""
        return self.workspace.read("areas", at=self.at)

    @cached_property
    def communities(self) -> CellIndex:
        """Exact index of the communities: locates where no grid is drawn yet."""
        part = self.areas[self.areas["level"] == "community"]
        return CellIndex.build(part.geometry.to_numpy(), part["code"].to_numpy())

    @cached_property
    def departments(self) -> pd.DataFrame:
        """Departments, past ones too: a rule may name a body that was merged."""
        register: pd.DataFrame = self.workspace.read("departments", at="all")
        return register

    @cached_property
    def duties(self) -> DutyBook:
        """Duty rules, all of them: each carries its own dates."""
        return DutyBook(self.workspace.read("duty_rules", at="all"), self.departments)

    def locate(self, x: Floats, y: Floats) -> pd.DataFrame:
        """Locate points: unit grid, community, street and county codes.

        Parameters
        ----------
        x, y : ndarray
            Coordinates in the workspace's CRS (metres).

        Returns
        -------
        DataFrame
            grid_code, community_code, street_code, county_code (None outside);
            a point in a community that has no grid there has the areas only.
        """
        x, y = np.asarray(x, float), np.asarray(y, float)
        grid = _codes(self.cells, x, y) if len(self.grids) else np.full(len(x), None, dtype=object)
        found = areas_of(pd.Series(grid, dtype=object))
        missing = np.array([g is None for g in grid], dtype=bool)
        if missing.any() and (self.areas["level"] == "community").any():
            community = np.full(len(x), None, dtype=object)
            community[missing] = _codes(self.communities, x[missing], y[missing])
            rest = areas_of(pd.Series(community, dtype=object))
            found = found.where(~pd.Series(missing), rest)
        found.insert(0, "grid_code", grid)
        answer: pd.DataFrame = found.astype(object).where(found.notna(), None)
        return answer

    def points(self, x: Floats, y: Floats) -> gpd.GeoDataFrame:
        """Return located points as a frame that `DutyBook.resolve` takes."""
        frame = self.locate(x, y)
        return gpd.GeoDataFrame(frame, geometry=shapely.points(x, y), crs=self.workspace.crs)


def _codes(index: CellIndex, x: Floats, y: Floats) -> npt.NDArray[np.object_]:
    at = index.locate(x, y)
    codes = np.array([*index.codes, None], dtype=object)  # position -1: none
    out: npt.NDArray[np.object_] = codes[at]
    return out
