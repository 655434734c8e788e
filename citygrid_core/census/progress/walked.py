"""Streets walked and not walked, from the tracks of the teams."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.ops

from citygrid_core.errors import MissingCrs, Text

#: Metres around a street within which a track counts as on it: half a street and the
#: receiver's error.
REACH = 15.0
#: Metres of street judged at a time.
PIECE = 10.0
#: Two fixes further apart than this are not joined: the receiver was off.
GAP = 60.0


@dataclass(frozen=True)
class Walked:
    """What was walked.

    Attributes
    ----------
    pieces : GeoDataFrame
        Streets cut where walked meets not walked: ``street`` (index label), ``walked``,
        ``metres``.
    total_m, walked_m : float
    """

    pieces: gpd.GeoDataFrame
    total_m: float
    walked_m: float

    @property
    def share(self) -> float:
        """Walked part of all streets; nan when there are none."""
        return self.walked_m / self.total_m if self.total_m > 0 else float("nan")


def walked(
    streets: gpd.GeoDataFrame,
    tracks: gpd.GeoDataFrame,
    *,
    reach: float = REACH,
    piece: float = PIECE,
) -> Walked:
    """Tell which parts of the streets were walked.

    Parameters
    ----------
    streets : GeoDataFrame
        Lines, in a projected CRS.
    tracks : GeoDataFrame
        Lines or points in the same CRS. Points of one ``track`` (a column) are joined in
        their order where they lie closer than `GAP`.
    reach : float
        Metres from a street within which it was walked.
    piece : float
        Metres of street judged at a time: a crossing street is not walked by being crossed
        for more than 2 · reach.

    Notes
    -----
    A piece is walked when its middle lies within `reach` of a track.
    """
    if streets.crs is None or tracks.crs is None:
        raise MissingCrs(Text("streets", "街巷") if streets.crs is None else Text("tracks", "轨迹"))
    lines = streets.geometry.explode(index_parts=False)
    lines = lines[~lines.is_empty & lines.notna()]
    labels = lines.index.to_numpy()
    length = lines.length.to_numpy()
    count = np.maximum(np.ceil(length / piece).astype(int), 1)
    street = np.repeat(np.arange(len(lines)), count)
    step = np.concatenate([np.arange(n) for n in count]) if len(count) else np.zeros(0, int)
    share = (step + 0.5) / count[street]
    middle = shapely.line_interpolate_point(lines.to_numpy()[street], share * length[street])
    shapes = _joined(tracks)
    done = np.zeros(len(street), dtype=bool)
    if len(shapes) and len(street):
        near, _ = shapely.STRtree(shapes).query(middle, predicate="dwithin", distance=reach)
        done[near] = True
    # neighbours of one street that agree become one piece
    new = np.ones(len(street), dtype=bool)
    new[1:] = (street[1:] != street[:-1]) | (done[1:] != done[:-1])
    start = np.flatnonzero(new)
    end = np.append(start[1:], len(street)) - 1 if len(start) else start
    size = length / count
    from_m, to_m = step[start] * size[street[start]], (step[end] + 1) * size[street[end]]
    parts = [
        shapely.ops.substring(lines.iloc[s], a, b)
        for s, a, b in zip(street[start], from_m, to_m, strict=True)
    ]
    pieces: gpd.GeoDataFrame = gpd.GeoDataFrame(
        {"street": labels[street[start]], "walked": done[start], "metres": to_m - from_m},
        geometry=gpd.GeoSeries(parts, crs=streets.crs),
    )
    metres = pieces["metres"].to_numpy(dtype=float)
    return Walked(pieces, float(metres.sum()), float(metres[done[start]].sum()))


def _joined(tracks: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return lines of the tracks; points that follow one another closely are joined."""
    shapes = tracks.geometry.to_numpy()
    kind = shapely.get_type_id(shapes)
    found = [s for s in shapes[kind != 0] if s is not None and not s.is_empty]
    points = tracks[kind == 0]
    if len(points):
        name = points["track"] if "track" in points else pd.Series("", index=points.index)
        for _, part in points.groupby(name.fillna("").astype(str).to_numpy(), sort=True):
            xy = shapely.get_coordinates(part.geometry.to_numpy())
            cut = np.flatnonzero(np.hypot(*np.diff(xy, axis=0).T) > GAP) + 1
            for run in np.split(xy, cut):
                found.append(shapely.LineString(run) if len(run) > 1 else shapely.Point(run[0]))
    out = np.empty(len(found), dtype=object)
    out[:] = found
    return out
