"""A second survey: which component is next, and which were not visited."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text

#: Number key of each outcome while a round is going on.
OUTCOME_KEYS = {"1": "confirmed", "2": "moved", "3": "gone", "4": "changed"}
OUTCOMES: dict[str, Text] = {
    "confirmed": Text("as before", "无变化"),
    "moved": Text("moved: click the new place", "位移：点击新位置"),
    "gone": Text("gone", "灭失"),
    "changed": Text("changed: edit its fields", "属性变化：修改属性"),
}


class Round:
    """The components of one round, to be walked from neighbour to neighbour.

    Parameters
    ----------
    components : GeoDataFrame
        Components held when the round began: code and geometry, in metres.
    visited : collection of str
        Codes that have an outcome already.
    """

    def __init__(self, components: gpd.GeoDataFrame, visited: Collection[str] = ()) -> None:
        self._codes = components["code"].to_numpy(dtype=object)
        self._at = {str(code): i for i, code in enumerate(self._codes)}
        points = shapely.point_on_surface(components.geometry.to_numpy())
        self._xy = shapely.get_coordinates(points)
        self._open = ~np.isin(self._codes.astype(str), list(visited))
        self._frame = components

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return code in self._at

    @property
    def left(self) -> int:
        """How many are not visited."""
        return int(self._open.sum())

    def next(self, x: float, y: float) -> str | None:
        """Return the nearest component that is not visited; equals by their code.

        Parameters
        ----------
        x, y : float
            Where the surveyor stands, in metres.
        """
        open_ = np.flatnonzero(self._open)
        if not len(open_):
            return None
        far = np.hypot(self._xy[open_, 0] - x, self._xy[open_, 1] - y)
        nearest = open_[far == far.min()]
        return str(min(self._codes[nearest]))

    def after(self, code: str) -> str | None:
        """Return the nearest one that is not visited, seen from a component."""
        x, y = self.place(code)
        return self.next(x, y)

    def place(self, code: str) -> tuple[float, float]:
        """Return where a component is.

        Raises
        ------
        KeyError
            It does not belong to the round.
        """
        x, y = self._xy[self._at[code]]
        return float(x), float(y)

    def is_open(self, code: str) -> bool:
        """Return whether a component of the round has no outcome yet."""
        return code in self._at and bool(self._open[self._at[code]])

    def mark(self, code: str, visited: bool = True) -> None:
        """Note that a component has an outcome, or has lost it again."""
        if code in self._at:
            self._open[self._at[code]] = not visited

    def not_visited(self) -> pd.DataFrame:
        """Return the components without an outcome, as they were given."""
        left: pd.DataFrame = self._frame.loc[self._open]
        return left
