"""Edits of a division as pure functions: as seamless after as before, or refused.

Every function takes the grids that are valid now (``code``, ``community_code``,
polygons; a valid coverage) and returns an `Edit`. Nothing is changed in place;
`Edit.apply` gives the new division, `Edit.numbered` the codes of the new cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text
from citygrid_core.grids.errors import GridEditRefused, MissingColumn
from citygrid_core.grids.frames import geometries, require_metres
from citygrid_core.grids.mesh import Geometries
from citygrid_core.grids.number import number
from citygrid_core.grids.seams import seam_fault, vertices_of, with_vertices


@dataclass(frozen=True)
class Edit:
    """What an edit does to a division.

    Attributes
    ----------
    operation : str
    created : GeoDataFrame
        New cells: ``code`` (empty until `numbered`), ``community_code``,
        ``area_m2`` and the polygon.
    retired : GeoDataFrame
        Cells that end.
    changed : GeoDataFrame
        Cells that stay, with their new polygon: a border moved, or a vertex put
        in so that the seam holds; ``moved_m2`` says how much ground changed hands.
    before : GeoDataFrame
        The rows of `changed` as they were, in the same order.
    lineage : list of (str, int)
        Parent's code and the position of the child in `created`.
    """

    operation: str
    created: gpd.GeoDataFrame
    retired: gpd.GeoDataFrame
    changed: gpd.GeoDataFrame
    before: gpd.GeoDataFrame
    lineage: tuple[tuple[str, int], ...]

    def numbered(self, highest: Mapping[str, int], *, edition: str = "gbt47678-2026") -> Edit:
        """Return the edit with codes for the new cells.

        Parameters
        ----------
        highest : mapping
            Community to the highest sequence *ever* used there, retired codes
            included: the workspace keeps it.
        """
        if not len(self.created):
            return self
        missing = set(self.created["community_code"]) - set(highest)
        if missing:
            raise GridEditRefused(
                Text(
                    f"the highest number ever used in {', '.join(sorted(missing))} is not known",
                    f"未给出社区{'、'.join(sorted(missing))}曾用过的最大顺序号",
                )
            )
        codes = number(self.created, edition=edition, start_after=highest)
        return replace(self, created=self.created.assign(code=codes))

    def lineage_codes(self) -> list[tuple[str, str]]:
        """Return pairs (parent's code, child's code)."""
        codes = self.created["code"].tolist()
        return [(parent, codes[child]) for parent, child in self.lineage]

    def inverse(self) -> Edit:
        """Return the edit that undoes this one, vertex for vertex.

        The codes that come back are those that were there; the codes of this
        edit's new cells stay used, whatever is edited next.
        """
        moved = self.changed["moved_m2"].to_numpy()
        return replace(
            self,
            operation=f"undo {self.operation}",
            created=self.retired,
            retired=self.created,
            changed=self.before.assign(moved_m2=moved),
            before=self.changed,
            lineage=(),
        )

    def apply(self, grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return `grids` after the edit; rows that don't change keep their index."""
        code = grids["code"].astype(str)
        kept = grids[~code.isin(set(self.retired["code"])).to_numpy(dtype=bool)].copy()
        new = dict(zip(self.changed["code"], self.changed.geometry, strict=True))
        shapes = [new.get(c, shape) for c, shape in zip(kept["code"], kept.geometry, strict=True)]
        kept = kept.set_geometry(gpd.GeoSeries(shapes, index=kept.index, crs=grids.crs))
        if "area_m2" in kept.columns:
            kept["area_m2"] = kept.geometry.area.round(2)
        if not len(self.created):
            return kept
        added, name = self.created, kept.geometry.name
        if added.geometry.name != name:
            added = added.rename_geometry(name)
        added = added[[c for c in added.columns if c in kept.columns]]
        out = pd.concat([kept, added], ignore_index=True)
        return gpd.GeoDataFrame(out, geometry=name, crs=grids.crs)


def refuse(en: str, zh: str, place: Any = None) -> GridEditRefused:
    """Return the refusal of an edit with its place."""
    return GridEditRefused(Text(en, zh), place)


class Division:
    """The grids an edit starts from, ready to be asked."""

    def __init__(self, grids: gpd.GeoDataFrame, grid_m: float) -> None:
        self.crs = require_metres(grids, "grids")
        for column in ("code", "community_code"):
            if column not in grids.columns:
                raise MissingColumn("grids", column)
        self.grids = grids
        self.grid_m = grid_m
        self.codes = grids["code"].astype(str).to_numpy(dtype=object)
        self.community = grids["community_code"].astype(str).to_numpy(dtype=object)
        self.shapes = geometries(grids)
        self.tree = shapely.STRtree(self.shapes)

    def find(self, code: str) -> int:
        """Return the position of the cell with `code`."""
        where = np.flatnonzero(self.codes == code)
        if len(where) != 1:
            raise refuse(f"there is no grid {code}", f"没有单元网格{code}")
        return int(where[0])

    def edit(
        self,
        operation: str,
        retired: Sequence[int],
        created: Sequence[tuple[Any, Sequence[int]]],
        moved: Mapping[int, Any],
    ) -> Edit:
        """Return the edit, its neighbours' seams mended, or refuse it.

        Parameters
        ----------
        retired : positions of cells that end
        created : new polygons, each with the positions of its parents
        moved : position of a cell that stays to its new polygon
        """
        new = np.empty(len(created) + len(moved), dtype=object)
        new[:] = [shape for shape, _ in created] + list(moved.values())
        _require_polygons(new)
        gone = np.asarray(sorted({*retired, *moved}), dtype=np.int64)
        before = shapely.union_all(self.shapes[gone])
        around = np.setdiff1d(
            self.tree.query(before, predicate="dwithin", distance=2 * self.grid_m), gone
        )
        points = vertices_of(new)
        # the new cells take up their neighbours' vertices too
        theirs = vertices_of(self.shapes[around]) if len(around) else points[:0]
        new[:] = [with_vertices(shape, theirs, self.grid_m) for shape in new]
        changed: dict[int, Any] = dict(zip(moved, new[len(created) :], strict=True))
        beside = []
        for index in around:
            mended = with_vertices(self.shapes[index], points, self.grid_m)
            beside.append(mended)
            if mended is not self.shapes[index]:
                changed[int(index)] = mended
        local = np.empty(len(new) + len(beside), dtype=object)
        local[:] = [*new, *beside]
        fault = seam_fault(local)
        if fault is not None:
            raise refuse("the edit would break the seam", "编辑会破坏无缝拼接", fault)
        lost = shapely.symmetric_difference(before, shapely.union_all(new))
        if operation != "add" and shapely.area(lost) > 1e-2 + 2 * self.grid_m * before.length:
            raise refuse(
                "the edit would leave ground without a grid, or take some twice",
                "编辑会产生缝隙或重叠",
                shapely.point_on_surface(lost),
            )
        return self._packed(operation, retired, created, new, changed)

    def _packed(
        self,
        operation: str,
        retired: Sequence[int],
        created: Sequence[tuple[Any, Sequence[int]]],
        new: Geometries,
        changed: Mapping[int, Any],
    ) -> Edit:
        fresh = new[: len(created)]
        parents = [list(p) for _, p in created]
        lineage = tuple((str(self.codes[p]), c) for c, ps in enumerate(parents) for p in ps)
        community = [self.community[p[0]] if p else "" for p in parents]
        frame = gpd.GeoDataFrame(
            {
                "code": np.full(len(fresh), "", dtype=object),
                "community_code": np.asarray(community, dtype=object),
                "area_m2": np.round(shapely.area(fresh), 2),
                "reason": np.full(len(fresh), "", dtype=object),
            },
            geometry=list(fresh),
            crs=self.crs,
        )
        rows = sorted(changed)
        old = self.shapes[rows]
        now: Geometries = np.empty(len(rows), dtype=object)
        now[:] = [changed[r] for r in rows]
        moved_m2 = shapely.area(shapely.symmetric_difference(old, now)) / 2 if rows else []
        shifted = gpd.GeoDataFrame(
            {
                "code": self.codes[rows],
                "community_code": self.community[rows],
                "area_m2": np.round(shapely.area(now), 2) if rows else np.empty(0),
                "moved_m2": np.round(moved_m2, 4) if rows else np.empty(0),
            },
            geometry=list(now),
            crs=self.crs,
        )
        ended = self.grids.iloc[sorted(retired)]
        return Edit(operation, frame, ended, shifted, self.grids.iloc[rows], lineage)


def _require_polygons(shapes: Geometries) -> None:
    for shape in shapes:
        if shape.geom_type != "Polygon" or shape.is_empty or not shape.is_valid:
            raise refuse(
                "a grid would fall apart or cross itself",
                "网格会断开或自相交",
                shapely.point_on_surface(shape) if not shape.is_empty else None,
            )
