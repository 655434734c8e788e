"""Codes of cells: form, community, duplicates, order."""

from __future__ import annotations

from bisect import bisect_left

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.grids.findings import Finding, finding
from citygrid_core.grids.mesh import Geometries
from citygrid_core.grids.number import reading_order, sequence_digits


def findings(
    grids: gpd.GeoDataFrame,
    names: Geometries,
    shapes: Geometries,
    sound: NDArray[np.bool_],
    *,
    edition: str,
    row_tolerance_m: float | None,
) -> list[Finding]:
    """Return what is wrong with the codes of `grids`; nothing when there is no column ``code``."""
    if "code" not in grids.columns:
        return []
    anywhere = shapely.Point(grids.total_bounds[0], grids.total_bounds[1])

    def spot(index: int) -> shapely.Point:
        shape = shapes[index]
        return anywhere if shape is None or shape.is_empty else shapely.point_on_surface(shape)

    code = grids["code"].astype(object).where(grids["code"].notna(), "").astype(str)
    code = code.reset_index(drop=True)
    community = grids["community_code"].fillna("").astype(str).reset_index(drop=True)
    digits = sequence_digits(edition)
    well = code.str.fullmatch(rf"[0-9]{{{12 + digits}}}").to_numpy(dtype=bool)
    well = well & (code.str[12:] != "0" * digits).to_numpy(dtype=bool)
    found = [finding("code.form", [names[i]], spot(i), len(code[i])) for i in np.flatnonzero(~well)]
    astray = well & (code.str[:12] != community).to_numpy(dtype=bool)
    found += [finding("code.community", [names[i]], spot(i), 0) for i in np.flatnonzero(astray)]
    twice = code.duplicated(keep=False).to_numpy(dtype=bool) & (code != "").to_numpy(dtype=bool)
    for name, places in pd.Series(np.flatnonzero(twice)).groupby(code[twice].to_numpy()):
        found.append(finding("code.duplicate", [str(name)], spot(places.iloc[1]), len(places)))
    good = np.flatnonzero(well & ~astray & ~twice & sound)
    if not len(good):
        return found
    centre = shapely.get_coordinates(shapely.centroid(shapes[good]))
    size = shapely.area(shapes[good])
    sequence = code.str[12:].iloc[good].astype(int).to_numpy()
    for _, members in pd.Series(np.arange(len(good))).groupby(community.iloc[good].to_numpy()):
        at = members.to_numpy()
        order = at[reading_order(centre[at, 0], centre[at, 1], size[at], row_tolerance_m)]
        for position in displaced(sequence[order].tolist()):
            index = good[order[position]]
            found.append(finding("code.order", [names[index]], spot(index), position + 1))
    return found


def displaced(sequence: list[int]) -> list[int]:
    """Return the positions that must leave for `sequence` to rise: the fewest there are.

    The complement of a longest increasing subsequence (Schensted 1961).
    """
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for position, value in enumerate(sequence):
        slot = bisect_left(tails, value)
        before.append(ends[slot - 1] if slot else -1)
        if slot == len(tails):
            tails.append(value)
            ends.append(position)
        else:
            tails[slot] = value
            ends[slot] = position
    kept = set()
    position = ends[-1] if ends else -1
    while position >= 0:
        kept.add(position)
        position = before[position]
    return [p for p in range(len(sequence)) if p not in kept]
