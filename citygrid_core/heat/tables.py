"""The heat table: cases for each unit grid, with unit, rank and how sure."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import MissingCrs, Text
from citygrid_core.heat.errors import HeatInputError

_HECTARE = 10_000.0


def table(
    counts: pd.DataFrame,
    grids: pd.DataFrame,
    *,
    object_kind: str | None = None,
    class_code: str | None = None,
    source: str | None = None,
    from_day: str | None = None,
    to_day: str | None = None,
) -> pd.DataFrame:
    """Sum counts for each grid and relate them to its area.

    Parameters
    ----------
    counts : DataFrame
        The columns of ``heat_counts`` (see `count`).
    grids : DataFrame or GeoDataFrame
        The valid grids: ``code`` and ``area_m2``; where the area is missing it
        is taken from the geometry (projected CRS, metres).
    object_kind, source : str, optional
        Only these.
    class_code : str, optional
        Only classes whose code begins with this.
    from_day, to_day : str, optional
        First and last day, ISO, both included.

    Returns
    -------
    DataFrame
        One row for each grid, those without a case too: ``grid_code``,
        ``status``, ``cases``, ``weak``, ``area_m2``, ``per_hectare`` (cases per
        10,000 m²), ``rank`` (by `per_hectare`; 1 is the highest, equals share a
        rank), ``weak_share`` (missing without cases). Sorted by rank and code.
        `status` is "valid" for the given grids; at the end stand the cases of
        codes that are not among them ("other") and those without a grid
        ("unplaced", grid_code ""), so that the sum of ``cases`` is the sum of
        the selected counts.

    Raises
    ------
    HeatInputError
        A column is missing, or a grid code stands twice.
    MissingCrs
        An area is needed and the geometry has no CRS.
    """
    needed = ["grid_code", "object_kind", "class_code", "source", "day", "cases", "weak"]
    if missing := [c for c in needed if c not in counts.columns]:
        raise HeatInputError.missing(Text("the counts", "计数"), missing)
    if "code" not in grids.columns:
        raise HeatInputError.missing(Text("the grids", "网格"), ["code"])
    codes = grids["code"].astype(str).to_numpy(dtype=object)
    index = pd.Index(codes)
    if not index.is_unique:
        raise HeatInputError.twin_grids(sorted(set(index[index.duplicated()])))

    counts = _select(counts, object_kind, class_code, source, from_day, to_day)
    grid_code = counts["grid_code"].fillna("").astype(str)
    position = index.get_indexer(pd.Index(grid_code.to_numpy(dtype=object)))
    placed = position >= 0
    frame: pd.DataFrame = pd.DataFrame({"grid_code": codes, "status": "valid"})
    for column in ("cases", "weak"):
        values = counts[column].fillna(0).to_numpy(dtype=np.int64)
        total = np.bincount(position[placed], weights=values[placed], minlength=len(codes))
        frame[column] = np.rint(total).astype(np.int64)
    frame["area_m2"] = _areas(grids)
    frame["per_hectare"] = frame["cases"] / (frame["area_m2"] / _HECTARE).where(
        frame["area_m2"] > 0
    )
    frame["rank"] = frame["per_hectare"].rank(method="min", ascending=False).astype("Int64")
    frame = frame.sort_values(["rank", "grid_code"], ignore_index=True)

    rest = counts.loc[~placed, ["cases", "weak"]].assign(grid_code=grid_code[~placed])
    rest = rest.groupby("grid_code", sort=True)[["cases", "weak"]].sum().reset_index()
    rest = rest[rest["cases"] > 0]
    if len(rest):
        rest = rest.assign(status=np.where(rest["grid_code"] == "", "unplaced", "other"))
        rest = rest.sort_values(["status", "grid_code"])
        frame = pd.concat([frame, rest], ignore_index=True)
        frame["rank"] = frame["rank"].astype("Int64")
    frame["weak_share"] = frame["weak"] / frame["cases"].where(frame["cases"] > 0)
    return frame


def _select(
    counts: pd.DataFrame,
    object_kind: str | None,
    class_code: str | None,
    source: str | None,
    from_day: str | None,
    to_day: str | None,
) -> pd.DataFrame:
    chosen = np.ones(len(counts), dtype=np.bool_)
    if object_kind is not None:
        chosen &= counts["object_kind"].eq(object_kind).to_numpy(dtype=np.bool_)
    if class_code is not None:
        text = counts["class_code"].fillna("").astype(str).str
        chosen &= text.slice(0, len(class_code)).eq(class_code).to_numpy(dtype=np.bool_)
    if source is not None:
        chosen &= counts["source"].eq(source).to_numpy(dtype=np.bool_)
    day = counts["day"].astype(str).str.slice(0, 10)
    if from_day is not None:
        chosen &= (day >= from_day).to_numpy(dtype=np.bool_)
    if to_day is not None:
        chosen &= (day <= to_day).to_numpy(dtype=np.bool_)
    selected: pd.DataFrame = counts[chosen]
    return selected


def _areas(grids: pd.DataFrame) -> npt.NDArray[np.float64]:
    area = np.full(len(grids), np.nan)
    if "area_m2" in grids.columns:
        area = pd.to_numeric(grids["area_m2"]).to_numpy(dtype=np.float64, copy=True)
    if np.isnan(area).any() and isinstance(grids, gpd.GeoDataFrame):
        if grids.crs is None:
            raise MissingCrs(Text("grids", "单元网格"))
        area = np.where(np.isnan(area), grids.geometry.area.to_numpy(), area)
    return area
