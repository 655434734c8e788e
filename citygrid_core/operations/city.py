"""A city as of a day, ready to be asked: where is this point, who answers there?"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.locate import CellIndex, IndexFileError
from citygrid_core.operations.areas import areas_of
from citygrid_core.responsibility import DutyBook, framed
from citygrid_core.workspace import Workspace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEVELS = ("community", "street", "county")


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

    def on(self, workspace: Workspace) -> City:
        """Return this city with all that was read of it, as one of another connection to its store."""
        other = City(workspace, self.at)
        other.__dict__.update({k: v for k, v in vars(self).items() if k != "workspace"})
        return other

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """Unit grids valid on the day."""
        return self.workspace.read("grids", at=self.at)

    @cached_property
    def cells(self) -> CellIndex:
        """Exact index of the unit grids, kept in a file beside the workspace.

        The file (``city.cells`` for ``city.gpkg``) is taken when it was made from these
        very grids, edits made in QGIS included. After an edit only the tiles that changed
        grids touch are made anew. The index of a past day is not kept.
        """
        shapes, codes = self.grids.geometry.to_numpy(), self.grids["code"].to_numpy(dtype=object)
        tag = _digest(shapes, codes)
        path = Path(self.workspace.path).with_suffix(".cells")
        kept: CellIndex | None = None
        with contextlib.suppress(OSError, IndexFileError):
            kept = CellIndex.open(path)
            if kept.tag == tag:
                return kept
        make = CellIndex.build if kept is None else kept.updated
        index = make(shapes, codes, tag=tag)
        if self.at is None and len(index):
            # A folder that can't be written costs time, not the answer.
            with contextlib.suppress(OSError):
                index.save(path)
        return index

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
    def groups(self) -> pd.DataFrame:
        """Grid groups valid on the day."""
        found: pd.DataFrame = self.workspace.read("grid_groups", at=self.at, geometry=False)
        return found

    @cached_property
    def departments(self) -> pd.DataFrame:
        """Departments, past ones too: a rule may name a body that was merged."""
        register: pd.DataFrame = self.workspace.read("departments", at="all")
        return register

    @cached_property
    def duties(self) -> DutyBook:
        """Duty rules, all of them: each carries its own dates."""
        rules = self.workspace.read("duty_rules", at="all")
        return DutyBook(rules, self.departments, groups=self.groups)

    @cached_property
    def disputes(self) -> gpd.GeoDataFrame:
        """The co-ordination list; what was settled on it are precedents."""
        return self.workspace.read("duty_disputes")

    @cached_property
    def places(self) -> pd.DataFrame:
        """What is known of each place: a row for each unit grid, each community, and nowhere.

        Columns: grid_code, then code and name of community, street and county; with
        responsibility grids also responsibility_grid_code and responsibility_grid_name.
        """
        grid, community = self.cells.codes, self.communities.codes
        codes = np.concatenate([grid, community, np.array([None], dtype=object)])
        own = codes.copy()
        own[len(grid) :] = None
        found = areas_of(pd.Series(codes, dtype=object))
        found.insert(0, "grid_code", pd.Series(own, dtype=object))
        names = dict(zip(self.areas["code"], self.areas["name"], strict=True))
        for level in LEVELS:
            found[f"{level}_name"] = _mapped(found[f"{level}_code"], names)
        own_groups = self.groups[self.groups["kind"] == "responsibility"]
        if len(own_groups):
            group_of = {
                grid_code: code
                for code, grids in zip(own_groups["code"], own_groups["grid_codes"], strict=True)
                for grid_code in str(grids or "").split("#")
            }
            group_names = dict(zip(own_groups["code"], own_groups["name"], strict=True))
            code = _mapped(found["grid_code"], group_of)
            found["responsibility_grid_code"] = code
            found["responsibility_grid_name"] = _mapped(code, group_names)
        return found

    def positions(self, x: Floats, y: Floats) -> Ints:
        """Return for each point its row in `places`."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        at = self.cells.locate(x, y)
        rest = np.flatnonzero(at < 0)
        if len(rest):
            found = self.communities.locate(x[rest], y[rest])
            at[rest] = np.where(found >= 0, len(self.cells) + found, len(self.places) - 1)
        return at

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
        columns = ["grid_code", *(f"{level}_code" for level in LEVELS)]
        answer: pd.DataFrame = self.place(x, y)[columns]
        return answer

    def place(self, x: Floats, y: Floats) -> pd.DataFrame:
        """Return all columns of `places` for points in the workspace's CRS."""
        at = self.positions(x, y)
        return framed(self.taken(at), pd.RangeIndex(len(at)))

    def taken(self, at: Ints) -> dict[str, npt.NDArray[np.object_]]:
        """Return the columns of `places` for rows of it."""
        return {
            str(c): self.places[c].to_numpy(dtype=object).take(at, mode="clip") for c in self.places
        }

    def numbered(self, at: Ints) -> dict[str, pd.Categorical]:
        """Return the code columns of `locate` for rows of `places`, as categories.

        Numbers instead of texts: `DutyBook.resolve` then looks at no text row by row.
        """
        return {
            name: pd.Categorical.from_codes(codes[at], dtype=kinds)
            for name, (codes, kinds) in self._numbers.items()
        }

    @cached_property
    def _numbers(self) -> dict[str, tuple[npt.NDArray[np.int32], pd.CategoricalDtype]]:
        found = {}
        for name in ("grid_code", *(f"{level}_code" for level in LEVELS)):
            codes, values = pd.factorize(self.places[name].to_numpy(dtype=object))
            found[name] = (codes.astype(np.int32), pd.CategoricalDtype(list(values)))
        return found

    def points(self, x: Floats, y: Floats) -> gpd.GeoDataFrame:
        """Return located points as a frame that `DutyBook.resolve` takes."""
        frame = self.locate(x, y)
        return gpd.GeoDataFrame(frame, geometry=shapely.points(x, y), crs=self.workspace.crs)


def _digest(shapes: npt.NDArray[np.object_], codes: npt.NDArray[np.object_]) -> str:
    """Return what tells these grids from any others."""
    whole = hashlib.sha256()
    for wkb, code in zip(shapely.to_wkb(shapes), codes, strict=True):
        whole.update(wkb or b"")
        whole.update(f"\x1f{code}\x1e".encode())
    return whole.hexdigest()


def _mapped(codes: pd.Series, known: dict[str, str]) -> pd.Series:
    values = [known.get(c) for c in codes]
    found: pd.Series = pd.Series(values, index=codes.index, dtype=object)
    return found
