"""Rates with units: cases by hectare, component, resident and hour of patrol.

Small bases make wild rates; beside each raw rate stands its empirical-Bayes estimate
(Marshall 1991, Applied Statistics 40, as in esda), drawn to the mean of the city the
more, the less a grid's own base tells.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from citygrid_core.errors import Problem, Text

#: column of the rate -> (column of the base, how many of it make one, unit)
RATES: dict[str, tuple[str, float, Text]] = {
    "per_hectare": ("area_m2", 10_000.0, Text("cases per hectare", "件/公顷")),
    "per_100_components": ("components", 100.0, Text("cases per 100 components", "件/百个部件")),
    "per_1000_residents": ("residents", 1000.0, Text("cases per 1,000 residents", "件/千人")),
    "per_patrol_hour": ("patrol_hours", 1.0, Text("cases per hour of patrol", "件/巡查小时")),
}
#: Below this share of surely located cases a map of them says little.
LOCATED_AT_LEAST = 0.85
#: From this rank correlation with hours of patrol on, reports follow patrols.
FOLLOWS_FROM = 0.5


def smooth(cases: npt.ArrayLike, base: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the empirical-Bayes rate of each place; missing where the base is 0 or missing.

    Where the rates scatter less than chance alone makes them, every place gets the mean.
    """
    from esda.smoothing import Empirical_Bayes

    e, b = np.asarray(cases, dtype=np.float64), np.asarray(base, dtype=np.float64)
    there = (b > 0) & ~np.isnan(e)
    smoothed = np.full(e.shape, np.nan)
    if not there.any():
        return smoothed
    e, b = e[there], b[there]
    mean = e.sum() / b.sum()
    between = (b * (e / b - mean) ** 2).sum() / b.sum() - mean / b.mean()
    smoothed[there] = Empirical_Bayes(e, b).r.ravel() if between > 0 else mean
    return smoothed


def standardise(cases: npt.ArrayLike, base: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return by how many standard deviations each rate differs from the city's.

    Assunção and Reis (1999), Statistics in Medicine 18: the deviation that the base of a
    place lets expect, and the scatter of the places beside it, are taken out. So places with
    large and with small bases can be judged together: raw rates scatter more where the base
    is small, smoothed ones where it is large. Missing where the base is 0 or missing.
    """
    e, b = np.asarray(cases, dtype=np.float64), np.asarray(base, dtype=np.float64)
    there = (b > 0) & ~np.isnan(e)
    deviation = np.full(e.shape, np.nan)
    if e[there].sum() > 0:
        e, b = e[there], b[there]
        mean = e.sum() / b.sum()
        between = (b * (e / b - mean) ** 2).sum() / b.sum() - mean / b.mean()
        deviation[there] = (e / b - mean) / np.sqrt(max(between, 0.0) + mean / b)
    elif there.any():
        deviation[there] = 0.0
    return deviation


def expected_skewness(
    cases: npt.ArrayLike, base: npt.ArrayLike, *, standardised: bool = False
) -> float:
    """Return how skewed rates are in a city whose places differ without any pattern.

    The model is that of `smooth`: Poisson cases, gamma rates, with the mean and the scatter
    that the city shows (Marshall 1991). The skewness of the rates themselves would not do: a
    single hot place makes it so large that nothing, that place neither, seems hot.

    Parameters
    ----------
    standardised : bool
        Of the deviations that `standardise` gives.
    """
    e, b = np.asarray(cases, dtype=np.float64), np.asarray(base, dtype=np.float64)
    there = (b > 0) & ~np.isnan(e)
    e, b = e[there], b[there]
    if e.sum() <= 0:
        return 0.0
    mean = e.sum() / b.sum()
    between = max((b * (e / b - mean) ** 2).sum() / b.sum() - mean / b.mean(), 0.0)
    variance = mean / b + between
    third = mean / b**2 + 3 * between / b + 2 * between**2 / mean
    if standardised:
        return float((third / variance**1.5).mean())
    return float(third.mean() / variance.mean() ** 1.5)


def judged(table: pd.DataFrame, rate: str) -> tuple[pd.Series[float], float | None]:
    """Return what a test judges of a table with rates, and how skewed it is by chance alone.

    Parameters
    ----------
    rate : str
        A column of the table. Of a smoothed rate the deviation of `standardise` is judged.

    Returns
    -------
    Series, float or None
        Aligned to the table; None where the column is no rate of `RATES`.
    """
    name = rate.removesuffix("_smoothed")
    skew = None
    if name in RATES:
        column, unit, _ = RATES[name]
        cases = table["cases"].to_numpy(dtype=np.float64)
        base = table[column].to_numpy(dtype=np.float64) / unit
        skew = expected_skewness(cases, base, standardised=name != rate)
    smoothed = skew is not None and name != rate
    values = standardise(cases, base) if smoothed else table[rate].to_numpy(dtype=np.float64)
    found: pd.Series[float] = pd.Series(values, index=table.index, name=rate)
    return found, skew


def rates(
    table: pd.DataFrame, bases: Mapping[str, pd.Series[float]], *, smoothed: bool = True
) -> pd.DataFrame:
    """Add rates and their smoothed values to a heat table.

    Parameters
    ----------
    table : DataFrame
        As `heat.table` gives it.
    bases : mapping
        ``components``, ``residents``, ``patrol_hours``: by grid code. Only the rates
        whose base is given appear; a grid that a base does not name has 0 of it.
    smoothed : bool
        Whether to smooth too.

    Returns
    -------
    DataFrame
        `table` with the bases, the rates of `RATES` and each rate's ``_smoothed``. A rate
        whose base is 0 is missing.
    """
    frame: pd.DataFrame = table.copy()
    valid = (frame["status"] == "valid").to_numpy()
    for name, (column, unit, _) in RATES.items():
        if column in bases:
            given = frame["grid_code"].map(bases[column]).astype(float).fillna(0.0)
            frame[column] = given.where(valid)
        if column not in frame:
            continue
        base = pd.to_numeric(frame[column]).to_numpy(dtype=np.float64) / unit
        cases = np.where(valid, frame["cases"].to_numpy(dtype=np.float64), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            frame[name] = np.where(base > 0, cases / base, np.nan)
        if smoothed:
            frame[f"{name}_smoothed"] = smooth(cases, np.where(valid, base, np.nan))
    return frame


def hours_by_grid(
    tracks: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, *, longest_gap_s: float = 300.0
) -> pd.Series[float]:
    """Return the hours that collectors spent in each grid.

    Parameters
    ----------
    tracks : GeoDataFrame
        Points with ``collector`` and ``at`` (ISO time), in the CRS of `grids`. The time from
        one point of a collector to the next belongs to the grid of the first.
    longest_gap_s : float
        A longer silence counts as this much: nobody knows where the collector was.

    Returns
    -------
    Series
        Hours by grid code.
    """
    frame = tracks.assign(time=pd.to_datetime(tracks["at"])).sort_values(
        ["collector", "time"], kind="stable"
    )
    gap = frame.groupby("collector")["time"].shift(-1) - frame["time"]
    hours = gap.dt.total_seconds().clip(lower=0, upper=longest_gap_s).fillna(0.0) / 3600
    points = gpd.GeoDataFrame(
        {"hours": hours.to_numpy()}, geometry=frame.geometry.to_numpy(), crs=tracks.crs
    )
    placed = points.sjoin(grids[["code", "geometry"]], predicate="intersects")
    # on a shared border the touching cell with the lowest code
    placed = placed.sort_values("code").loc[lambda f: ~f.index.duplicated()]
    found: pd.Series[float] = placed.groupby("code")["hours"].sum()
    return found


def located(table: pd.DataFrame) -> Problem | None:
    """Return a finding when less than 85 % of the cases are surely located, else None.

    Parameters
    ----------
    table : DataFrame
        As `heat.table` or `rates` gives it, with the rows of cases without a grid.
    """
    total = int(table["cases"].sum())
    sure = total - int(table["weak"].sum())
    if not total or sure / total >= LOCATED_AT_LEAST:
        return None
    return Problem(
        "heat.located",
        Text(f"{sure / total:.1%} of the cases are surely located",
             f"可靠定位的案件占 {sure / total:.1%}"),
        Text(f"{LOCATED_AT_LEAST:.0%} or more: read the map with care",
             f"不低于 {LOCATED_AT_LEAST:.0%}；请谨慎解读"),
        Text("review the addresses: citygrid geocode", "请复核地址：citygrid geocode"),
        field="cases",
    )  # fmt: skip


def patrol_effort(table: pd.DataFrame, by_source: pd.Series[int]) -> Problem | None:
    """Return a warning where reports follow patrols, None where they don't.

    With hours of patrol: their rank correlation (Spearman) with the cases of the grids
    is 0.5 or more, significantly. Without: most cases are collectors' own.
    """
    cure = Text(
        "compare with sources that don't patrol, or rates per hour of patrol (--tracks)",
        "请与非巡查来源或每巡查小时的案件数（--tracks）对照",
    )
    if "patrol_hours" in table:
        valid = table[table["status"] == "valid"]
        if len(valid) < 4 or valid["patrol_hours"].nunique() < 2 or valid["cases"].nunique() < 2:
            return None
        rho, p = scipy.stats.spearmanr(valid["patrol_hours"], valid["cases"])
        if rho < FOLLOWS_FROM or p > 0.05:
            return None
        said = Text(f"cases follow hours of patrol (rank correlation {rho:.2f})",
                    f"案件数随巡查时长变化（秩相关 {rho:.2f}）")  # fmt: skip
    else:
        total = int(by_source.sum())
        share = float(by_source.get("collector", 0)) / total if total else 0.0
        if share <= 0.5:
            return None
        said = Text(
            f"{share:.0%} of the cases come from patrols", f"{share:.0%} 的案件来自巡查上报"
        )
    return Problem(
        "heat.patrol_effort", said,
        Text("reports that don't depend on where somebody walked", "与巡查路线无关的上报"),
        cure, field="source",
    )  # fmt: skip
