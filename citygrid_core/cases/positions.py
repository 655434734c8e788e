"""Positions that are no positions: the default point that a system writes when it knows none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

#: So many cases on exactly one spot are looked at ...
LEAST = 30
#: ... when they are at least this share of all ...
SHARE = 0.005
#: ... and this share of them has no address, or an address of its own.
UNEXPLAINED = 0.5


@dataclass(frozen=True, slots=True)
class DefaultPoint:
    """One spot that stands for "unknown": where, and how many cases claim it."""

    x: float
    y: float
    cases: int
    without_address: int


def default_points(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], address: pd.Series
) -> tuple[npt.NDArray[np.bool_], list[DefaultPoint]]:
    """Tell which positions are default points rather than places.

    A real place may have many cases, but then their addresses agree. A default
    point collects cases without an address, or with addresses all over the city;
    taken at its word it makes a false hot spot.

    Parameters
    ----------
    x, y : float arrays
        Positions as given; NaN where there is none.
    address : Series of str
        Addresses, empty or missing where there is none; as many as positions.

    Returns
    -------
    mask, points
        Which rows stand on a default point, and the points, most cases first.
    """
    mask = np.zeros(len(x), dtype=np.bool_)
    frame = pd.DataFrame({"x": x, "y": y, "address": address.fillna("").astype(str).to_numpy()})
    placed = frame.dropna(subset=["x", "y"])
    least = max(LEAST, SHARE * len(placed))
    crowded = placed[placed.groupby(["x", "y"])["x"].transform("size") >= least]
    points: list[DefaultPoint] = []
    for (px, py), group in crowded.groupby(["x", "y"]):
        named = group["address"][group["address"] != ""]
        unexplained = len(group) - len(named) + max(named.nunique() - 1, 0)
        if unexplained >= UNEXPLAINED * len(group):
            mask[group.index.to_numpy()] = True
            points.append(DefaultPoint(float(px), float(py), len(group), len(group) - len(named)))
    return mask, sorted(points, key=lambda p: -p.cases)
