"""Photos find their component: by when they were taken, and by where.

A photo is never given to a component because none better was there: two that fit
about equally well are an answer of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import MissingCrs, Text

#: Farther than this (m) a photo shows something else: a phone's position is 5 to 15 m off.
REACH_M = 20.0
#: Minutes between placing a component and taking its photo.
REACH_MIN = 10.0
#: The next best must be this many times worse, or it is undecided.
CLEAR = 1.5


@dataclass(frozen=True, slots=True)
class Reach:
    """How far in space and time a photo may be from its component."""

    metres: float = REACH_M
    minutes: float = REACH_MIN
    clear: float = CLEAR


def match_photos(
    photos: gpd.GeoDataFrame, components: gpd.GeoDataFrame, reach: Reach = Reach()
) -> pd.DataFrame:
    """Find the component of each photo.

    Place and time count together: the distance as a share of the reach in space and
    the minutes as a share of the reach in time, added as squares; what is not known
    of a photo or a component does not count.

    Parameters
    ----------
    photos : GeoDataFrame
        Points in metres (empty where the photo has no place) and ``taken_at``
        (ISO wall clock, None when unknown).
    components : GeoDataFrame
        code, geometry, and ``placed_at`` (ISO wall clock, None when unknown).

    Returns
    -------
    DataFrame
        Aligned to `photos`: component_code (None when there is none), outcome
        (``matched``, ``several``, ``none``, ``blind``: neither place nor time),
        distance_m, minutes, other_code (the next best).

    Raises
    ------
    MissingCrs
        A frame has none.
    """
    for frame in (photos, components):
        if frame.crs is None:
            raise MissingCrs(Text("photos or components", "照片或部件"))
    rows = [
        _one(p, t, components, reach)
        for p, t in zip(photos.geometry, _times(photos, "taken_at"), strict=True)
    ]
    names = ["component_code", "outcome", "distance_m", "minutes", "other_code"]
    found: pd.DataFrame = pd.DataFrame(rows, columns=names, index=photos.index, dtype=object)
    return found


_Row = tuple[str | None, str, float | None, float | None, str | None]


def _one(point: object, taken: float, components: gpd.GeoDataFrame, reach: Reach) -> _Row:
    placed_known = point is not None and not shapely.is_empty(point)
    if not placed_known and np.isnan(taken):
        return None, "blind", None, None, None
    n = len(components)
    metres = (
        shapely.distance(components.geometry.to_numpy(), point)
        if placed_known
        else np.full(n, np.nan)
    )
    minutes = np.abs(_times(components, "placed_at") - taken) / 60
    # Without a common fact a component can't be meant.
    known = ~(np.isnan(metres) & np.isnan(minutes))
    near = np.nan_to_num(metres / reach.metres, nan=0.0)
    soon = np.nan_to_num(minutes / reach.minutes, nan=0.0)
    # A place alone is enough; a time alone only where the photo has no place.
    fits = (
        known & (near <= 1) & ((soon <= 1) | (placed_known & (np.isnan(minutes) | (near <= 0.25))))
    )
    at = np.flatnonzero(fits)
    if not len(at):
        return None, "none", None, None, None
    score = np.hypot(near[at], np.minimum(soon[at], 1.0))
    codes = components["code"].to_numpy(dtype=object)
    order = at[np.lexsort((codes[at].astype(str), score))]
    ranked = np.sort(score)
    other = str(codes[order[1]]) if len(order) > 1 else None
    unclear = len(order) > 1 and ranked[1] < reach.clear * max(ranked[0], 0.05)
    best = int(order[0])
    distance = None if np.isnan(metres[best]) else round(float(metres[best]), 3)
    apart = None if np.isnan(minutes[best]) else round(float(minutes[best]), 2)
    code = None if unclear else str(codes[best])
    return (
        code,
        "several" if unclear else "matched",
        distance,
        apart,
        other if not unclear else f"{codes[best]}#{other}",
    )


def _times(frame: pd.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return wall clock texts as seconds, NaN when unknown."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    parsed = pd.to_datetime(frame[name].astype(object), errors="coerce", format="ISO8601")
    seconds = parsed.to_numpy(dtype="datetime64[ms]").astype(np.float64) / 1000
    return np.where(parsed.isna().to_numpy(), np.nan, seconds)
