"""A division being edited: quick windows, codes that are never reused, undo and redo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.grids.edit import Edit, refuse
from citygrid_core.grids.errors import MissingColumn
from citygrid_core.grids.frames import geometries, require_metres

#: How far (m) around the cells of an edit its neighbours are looked for.
MARGIN_M = 1.0


class Coverage:
    """Unit grids under edit, in memory.

    An edit is made on a `window`, so its cost does not grow with the city (one
    pass over the boxes of all cells, 0.1 ms for 10,000).

    Parameters
    ----------
    grids : GeoDataFrame
        ``code``, ``community_code`` and polygons; a valid coverage. ``reason`` is kept.
    highest : mapping, optional
        Community to the highest sequence ever used there; at least what `grids` has.
    edition : str
        Whose digits codes have.
    """

    def __init__(
        self,
        grids: gpd.GeoDataFrame,
        highest: Mapping[str, int] | None = None,
        *,
        edition: str = "gbt47678-2026",
    ) -> None:
        self.crs = require_metres(grids, "grids")
        for column in ("code", "community_code"):
            if column not in grids.columns:
                raise MissingColumn("grids", column)
        self.edition = edition
        self._codes = list(grids["code"].astype(str))
        self._community = list(grids["community_code"].astype(str))
        self._reason = (
            list(grids["reason"]) if "reason" in grids.columns else [""] * len(self._codes)
        )
        self._shapes: NDArray[Any] = geometries(grids).copy()
        self._boxes = shapely.bounds(self._shapes)
        self._alive = np.ones(len(self._codes), dtype=bool)
        self._at = {code: i for i, code in enumerate(self._codes)}
        self._highest = dict(highest or {})
        for code, community in zip(self._codes, self._community, strict=True):
            self._note(code, community)
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    # --- asking ------------------------------------------------------------------------

    @property
    def highest(self) -> dict[str, int]:
        """Community to the highest sequence ever used: undo does not lower it."""
        return dict(self._highest)

    def __len__(self) -> int:
        return int(self._alive.sum())

    def __contains__(self, code: object) -> bool:
        return code in self._at and bool(self._alive[self._at[str(code)]])

    def frame(self) -> gpd.GeoDataFrame:
        """Return all grids by code."""
        alive = np.flatnonzero(self._alive)
        return self._rows(sorted(alive.tolist(), key=self._codes.__getitem__))

    def window(self, *places: Any) -> gpd.GeoDataFrame:
        """Return the grids near cells (by code) or geometries: all that an edit there needs.

        Raises
        ------
        GridEditRefused
            There is no such grid.
        """
        near = np.zeros(len(self._codes), dtype=bool)
        for place in places:
            if isinstance(place, str):
                if place not in self:
                    raise refuse(f"there is no grid {place}", f"没有单元网格{place}")
                box = self._boxes[self._at[place]]
            else:
                box = shapely.bounds(place)
            b = self._boxes
            near |= (
                (b[:, 0] <= box[2] + MARGIN_M)
                & (b[:, 2] >= box[0] - MARGIN_M)
                & (b[:, 1] <= box[3] + MARGIN_M)
                & (b[:, 3] >= box[1] - MARGIN_M)
            )
        return self._rows(np.flatnonzero(near & self._alive).tolist())

    # --- changing ----------------------------------------------------------------------

    def do(self, edit: Edit) -> Edit:
        """Make an edit; return it with the codes that its new cells got."""
        edit = edit.numbered(self._highest, edition=self.edition)
        self._apply(edit)
        self._done.append(edit)
        self._undone.clear()
        return edit

    def undo(self) -> Edit | None:
        """Take the last edit back, vertex for vertex; None when there is none."""
        if not self._done:
            return None
        edit = self._done.pop()
        self._apply(edit.inverse())
        self._undone.append(edit)
        return edit

    def redo(self) -> Edit | None:
        """Make the edit that was undone last once more, with its own codes."""
        if not self._undone:
            return None
        edit = self._undone.pop()
        self._apply(edit)
        self._done.append(edit)
        return edit

    # --- inside ------------------------------------------------------------------------

    def _rows(self, positions: Sequence[int]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {
                "code": np.asarray([self._codes[i] for i in positions], dtype=object),
                "community_code": np.asarray([self._community[i] for i in positions], dtype=object),
                "reason": np.asarray([self._reason[i] for i in positions], dtype=object),
            },
            geometry=self._shapes[list(positions)],
            crs=self.crs,
        )

    def _apply(self, edit: Edit) -> None:
        for code in edit.retired["code"]:
            self._alive[self._at[str(code)]] = False
        self._move(edit.changed["code"], geometries(edit.changed))
        known = [str(code) in self._at for code in edit.created["code"]]
        # cells that come back stand where they stood
        back = edit.created[np.asarray(known, dtype=bool)]
        self._move(back["code"], geometries(back))
        for code in back["code"]:
            self._alive[self._at[str(code)]] = True
        self._append(edit.created[~np.asarray(known, dtype=bool)])

    def _move(self, codes: Iterable[str], shapes: NDArray[Any]) -> None:
        for code, shape in zip(codes, shapes, strict=True):
            at = self._at[str(code)]
            self._shapes[at] = shape
            self._boxes[at] = shapely.bounds(shape)

    def _append(self, rows: gpd.GeoDataFrame) -> None:
        if not len(rows):
            return
        shapes = geometries(rows)
        for code, community in zip(rows["code"], rows["community_code"], strict=True):
            self._at[str(code)] = len(self._codes)
            self._codes.append(str(code))
            self._community.append(str(community))
            self._reason.append("")
            self._note(str(code), str(community))
        self._shapes = np.concatenate([self._shapes, shapes])
        self._boxes = np.concatenate([self._boxes, shapely.bounds(shapes)])
        self._alive = np.concatenate([self._alive, np.ones(len(rows), dtype=bool)])

    def _note(self, code: str, community: str) -> None:
        tail = code[len(community) :]
        used = int(tail) if code.startswith(community) and tail.isdigit() else 0
        self._highest[community] = max(self._highest.get(community, 0), used)
