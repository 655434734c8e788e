"""Who comes first, how sure that is, and what the mix of cases has to do with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from citygrid_core.evaluation.facts import Floats
from citygrid_core.evaluation.table import TOTAL, Table


def rank(table: Table, indicator: str, better: int = 1) -> pd.DataFrame:
    """Rank groups by a rate, and say between which places each may really be.

    Parameters
    ----------
    better : int
        1 when more is better, -1 when less is.

    Returns
    -------
    DataFrame
        By group, best first: value, low, high, rank (1 is best; equals share a place),
        best_rank and worst_rank: the places that its interval allows, counting as ahead
        only groups whose whole interval is better. Groups without a base come last,
        without a rank.
    """
    out: pd.DataFrame = pd.DataFrame(
        {
            "value": table.value[indicator],
            "low": table.low[indicator],
            "high": table.high[indicator],
            "numerator": table.numerator[indicator],
            "denominator": table.denominator[indicator],
        }
    ).drop(index=TOTAL)
    return placed(out, better)


def placed(out: pd.DataFrame, better: int) -> pd.DataFrame:
    """Add the places of groups: rank, best_rank, worst_rank; see `rank`.

    Parameters
    ----------
    out : DataFrame
        By group: value, low, high.
    """
    known = out["value"].notna()
    out["rank"] = out["value"].where(known).rank(ascending=better < 0, method="min")
    low = out["low"].fillna(out["value"]).to_numpy()
    high = out["high"].fillna(out["value"]).to_numpy()
    good = known.to_numpy()
    if better < 0:
        low, high = -high, -low
    above = good.sum() - np.searchsorted(np.sort(low[good]), high, side="right")
    below = np.searchsorted(np.sort(high[good]), low, side="left")
    out["best_rank"] = np.where(good, 1 + above, np.nan)
    out["worst_rank"] = np.where(good, good.sum() - below, np.nan)
    ordered: pd.DataFrame = out.sort_values(["rank"], kind="stable", na_position="last")
    return ordered


def standardised(
    numerator: Floats, denominator: Floats, groups: pd.Series, mix: pd.Series
) -> pd.DataFrame:
    """Return the rates that groups would have with the city's mix of cases (`case_mix`).

    What is compared is what is rare: where the city's rate is above a half, the cases that do not
    count; the limits of Poisson's law are too wide for what is frequent.

    Returns
    -------
    DataFrame
        By group: observed, expected (of what is rare), value (the adjusted rate), low and high of
        it (95 %, within 0 and 1); NaN where nothing is expected.
    """
    base = float(denominator.sum())
    rate = float(numerator.sum()) / base if base > 0 else 0.0
    often = rate > 0.5
    rare, share = (denominator - numerator, 1 - rate) if often else (numerator, rate)
    found = case_mix(rare, denominator, groups, mix)
    ends = [np.clip(found[name].to_numpy() * share, 0, 1) for name in ("ratio", "low", "high")]
    if often:
        ends = [1 - ends[0], 1 - ends[2], 1 - ends[1]]
    out: pd.DataFrame = found[["observed", "expected"]].copy()
    out["value"], out["low"], out["high"] = ends
    return out


def case_mix(
    numerator: Floats, denominator: Floats, groups: pd.Series, mix: pd.Series
) -> pd.DataFrame:
    """Compare groups as if all had the same mix of cases: indirect standardisation.

    What a group would show if each class of case did there as in the whole city is its
    expected number; observed over expected, times the city's rate, is the adjusted rate.

    Parameters
    ----------
    numerator, denominator : float arrays, shape (cases,)
        What each case counts, above and below.
    groups, mix : Series
        Group and class of each case.

    Returns
    -------
    DataFrame
        By group: observed, expected, ratio, adjusted, and low and high of the ratio
        (95 %, exact Poisson limits).

    Notes
    -----
    Breslow, N. E. and Day, N. E. (1987), Statistical Methods in Cancer Research II,
    IARC, p. 65-72.
    """
    frame = pd.DataFrame(
        {"n": numerator, "d": denominator, "group": groups.to_numpy(), "mix": mix.to_numpy()}
    )
    frame = frame[(frame["d"] != 0) | (frame["n"] != 0)]
    classes = frame.groupby("mix")[["n", "d"]].sum()
    city = classes["n"] / classes["d"].where(classes["d"] > 0)
    frame["expected"] = frame["d"] * frame["mix"].map(city).fillna(0.0)
    out: pd.DataFrame = frame.groupby("group")[["n", "expected"]].sum()
    out = out.rename(columns={"n": "observed"})
    expected = out["expected"].where(out["expected"] > 0)
    observed = out["observed"]
    out["ratio"] = observed / expected
    out["adjusted"] = out["ratio"] * (frame["n"].sum() / max(frame["d"].sum(), 1e-300))
    out["low"] = np.where(observed > 0, scipy.special.gammaincinv(observed, 0.025), 0.0) / expected
    out["high"] = scipy.special.gammaincinv(observed + 1, 0.975) / expected
    return out
