"""Which of two that stand close are one surveyed twice, and which of the two stays."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

#: What speaks against two being one; a number of their own that differs says it outright.
_AGAINST = {"owning_code": 0.2, "name": 0.1, "state": 0.05}
_NUMBERS = ("manhole_number", "asset_number")
#: How much of the score is distance.
_DISTANCE = 0.5


def rank_twins(
    pairs: pd.DataFrame, components: gpd.GeoDataFrame, radius_m: dict[str, float]
) -> pd.DataFrame:
    """Rank pairs found by `twins`: the surest first.

    Parameters
    ----------
    pairs : DataFrame
        left, right (labels of `components`), class_code, distance_m.
    components : GeoDataFrame
        Columns of the store, where it has them.
    radius_m : dict
        Class code to radius.

    Returns
    -------
    DataFrame
        The pairs with score (0 to 1), keep and merge (labels: which of the two stays,
        which goes into it) and reason, by falling score; pairs of equal score keep their
        order. A pair whose own numbers contradict each other has score 0.
    """
    left = components.loc[pairs["left"]]
    right = components.loc[pairs["right"]]
    radius = pairs["class_code"].map(radius_m).to_numpy(dtype=float)
    distance = pairs["distance_m"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(radius > 0, distance / radius, 0.0)
    score = 1.0 - _DISTANCE * np.clip(share, 0, 1) ** 2
    for name, weight in _AGAINST.items():
        score = score - weight * _differ(left, right, name)
    impossible = np.zeros(len(pairs), dtype=bool)
    for name in _NUMBERS:
        impossible |= _differ(left, right, name)
    score = np.where(impossible, 0.0, np.clip(score, 0.0, 1.0))
    swap = _later(left, right)
    out = pairs.copy()
    a, b = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    out["score"] = np.round(score, 3)
    out["keep"], out["merge"] = np.where(swap, b, a), np.where(swap, a, b)
    out["reason"] = np.where(impossible, "numbers differ", "")
    order = np.argsort(-out["score"].to_numpy(), kind="stable")
    ranked: pd.DataFrame = out.iloc[order].reset_index(drop=True)
    return ranked


def _differ(left: pd.DataFrame, right: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    """Return where both say something, and not the same."""
    if name not in left:
        return np.zeros(len(left), dtype=bool)
    a, b = (f[name].to_numpy(dtype=object) for f in (left, right))
    said = ~(pd.isna(a) | pd.isna(b))
    differ: npt.NDArray[np.bool_] = said & (a != b)
    return differ


def _later(left: pd.DataFrame, right: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return where the left one was minted later: the older code stays."""
    if "code" not in left:
        return np.zeros(len(left), dtype=bool)
    return np.array(
        [str(a) > str(b) for a, b in zip(left["code"], right["code"], strict=True)], dtype=bool
    )
