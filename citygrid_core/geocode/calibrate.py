"""Weigh the signs on addresses whose true place is known.

The probability is that of the point lying in the right unit grid. Without a city's
grids the label is the chance that a square cell of `CELL` metres, laid at random,
holds both the answer and the truth: (1 - |dx|/CELL)(1 - |dy|/CELL). So a point that
is 20 m off is worth 0.8 or less, and no certainty is claimed for it.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.geocode.candidate import CELL, LEVELS, Candidate
from citygrid_core.geocode.gazetteer import Gazetteer
from citygrid_core.geocode.judge import (
    ERRORS,
    SIGNS,
    Calibration,
    error_kind,
    judge,
    prior,
    spread_sign,
)

#: Strength with which weights hold to where they started, in answers.
_HOLD = 2.0
_COVERED = 0.95
_FEW = 40
#: A plate itself is surveyed to this (GB/T 37149: 5 m on plains).
_SURVEYED = 5.0
#: What would be accepted, as a rule.
_SURE = 0.9
#: Only these speak for an answer; what a small sample says otherwise is chance.
_FOR = ("region_agrees", "support")
_KEYS = (*(f"level.{v}" for v in LEVELS), *SIGNS)


class _Top(NamedTuple):
    """The best answer of an address, and how far off it was, metres."""

    kind: str
    spread: float
    off: float
    probability: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """Addresses of one city whose true places are known.

    Attributes
    ----------
    gazetteer : Gazetteer
    addresses : Series of str
    x, y : true places in the gazetteer's CRS, metres; missing where the place
        does not exist
    """

    gazetteer: Gazetteer
    addresses: pd.Series[Any]
    x: npt.ArrayLike
    y: npt.ArrayLike


def fit(*samples: Labelled, made: str, own: bool = False, rounds: int = 2) -> Calibration:
    """Fit a calibration to labelled addresses of one or more cities.

    Parameters
    ----------
    samples : Labelled
    made : str
        How these addresses were come by; it is stored with the weights.
    own : bool
        Whether it is for the very gazetteer that it is fitted on: see `Calibration`.
    rounds : int
        The order of the candidates depends on the weights, so the fit is repeated.

    Returns
    -------
    Calibration
        Logistic weights by maximum likelihood, held to the packaged weights set
        by hand, and per level or phrase the factor on the spread that covers
        95 % of the answers.
    """
    asked: list[tuple[list[Candidate], float, float]] = []
    for sample in samples:
        parse, find = sample.gazetteer.parse, sample.gazetteer.matcher.candidates
        xs = np.asarray(sample.x, dtype=np.float64)
        ys = np.asarray(sample.y, dtype=np.float64)
        for address, x, y in zip(sample.addresses, xs, ys, strict=True):
            asked.append((find(parse(str(address))), float(x), float(y)))
    start = calibration = prior()
    for _ in range(rounds):
        rows: list[list[float]] = []
        owner: list[int] = []
        label: list[float] = []
        tops: list[_Top] = []
        for i, (candidates, x, y) in enumerate(asked):
            found = list(candidates)
            judge(found, calibration)
            for k, c in enumerate(found):
                dx, dy = abs(c.x - x), abs(c.y - y)
                near = max(0.0, 1 - dx / CELL) * max(0.0, 1 - dy / CELL)
                rows.append(_row(c))
                owner.append(i)
                label.append(near if math.isfinite(dx) else 0.0)
                if k == 0 and math.isfinite(dx):
                    off = math.hypot(dx, dy)
                    tops.append(_Top(error_kind(c), c.spread, off, c.probability))
        calibration = _fit(np.array(rows), np.array(owner), np.array(label), start, tops, made)
    return dataclasses.replace(calibration, own=own)


def _row(c: Candidate) -> list[float]:
    signs = {"level." + c.level: 1.0, "spread": spread_sign(c.spread), **c.signs}
    return [signs.get(k, 0.0) for k in _KEYS]


def _fit(
    rows: npt.NDArray[np.float64],
    owner: npt.NDArray[np.int64],
    label: npt.NDArray[np.float64],
    start: Calibration,
    tops: list[_Top],
    made: str,
) -> Calibration:
    first = np.array([start.weights[k] for k in _KEYS])
    size = int(owner.max()) + 1 if len(owner) else 0

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logit = np.clip(rows @ weights, -30.0, 30.0)
        odds = np.exp(logit)
        total = np.bincount(owner, weights=odds, minlength=size)[owner]
        share = odds / total
        p = np.clip(odds / (1 + odds) * share, 1e-9, 1 - 1e-9)
        cost = -(label * np.log(p) + (1 - label) * np.log1p(-p)).sum()
        # d log p_i / d logit_j = [i = j] (1 - sigma_i) + [i = j] - share_j within an address
        slope = (p - label) / (1 - p)
        gathered = np.bincount(owner, weights=slope, minlength=size)[owner]
        step = slope * (2 - odds / (1 + odds)) - gathered * share
        held = weights - first
        return (
            float(cost + _HOLD / 2 * (held @ held)),
            rows.T @ step + _HOLD * held,
        )

    from scipy import optimize

    bounds = [(None, None) if k.startswith("level.") or k in _FOR else (None, 0.0) for k in _KEYS]
    best = optimize.minimize(
        loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}
    )
    weights = {k: round(float(v), 4) for k, v in zip(_KEYS, best.x, strict=True)}
    error = dict(start.error)
    for level in ERRORS:
        factor = _radius([t for t in tops if t.kind == level])
        if factor is not None:
            error[level] = (_SURVEYED, factor)
    return Calibration(weights, error, made)


def _radius(tops: list[_Top]) -> float | None:
    """Return the factor on the spread that covers the truth, by split conformal prediction.

    Of n answers like it ceil(0.95 (n + 1)) are to be covered (Papadopoulos et al. 2002, Lei
    et al. 2018). Answers that would be accepted count, where there are enough of them.
    """
    for least in (_SURE, 0.5):
        sure = [t for t in tops if t.probability >= least]
        if len(sure) >= _FEW:
            return _factor(sure)
    return None


def _factor(tops: list[_Top]) -> float:
    """Return the factor on the spread whose circles hold the truth in 95 of 100 answers."""
    from scipy import optimize

    off, spread = np.array([t.off for t in tops]), np.array([t.spread for t in tops])
    # Of so few answers the last one counts (split conformal prediction).
    wanted = min(math.ceil(_COVERED * (len(off) + 1)) / len(off), 1.0 - 0.5 / len(off))
    found = optimize.brentq(lambda f: _held(off, f * spread) - wanted, 0.0, 1e4, xtol=1e-4)
    return round(float(found), 3)


def _held(off: npt.NDArray[np.float64], radius: npt.NDArray[np.float64]) -> float:
    """Return the share of truths held by circles: the books are off by a survey's own error.

    How far a truth lies that the books have `off` metres away is a noncentral chi.
    """
    from scipy import stats

    error = _SURVEYED / math.sqrt(stats.chi2.ppf(_COVERED, 2))
    held = (off < radius).astype(np.float64)
    near = np.abs(off - radius) < 6 * error
    inner = (radius[near] / error) ** 2
    held[near] = stats.ncx2.cdf(inner, 2, np.maximum((off[near] / error) ** 2, 1e-9))
    return float(held.mean())


def as_toml(calibration: Calibration) -> str:
    """Return a calibration as TOML, to be read by `parse_calibration`."""
    made = json.dumps(calibration.made, ensure_ascii=False)
    lines = [f"made = {made}", f"own = {json.dumps(calibration.own)}", "", "[levels]"]
    lines += [f"{v} = {calibration.weights['level.' + v]}" for v in LEVELS]
    lines += ["", "[signs]"]
    lines += [f"{s} = {calibration.weights[s]}" for s in SIGNS]
    lines += ["", "[error]"]
    lines += [f"{v} = [{calibration.error[v][0]}, {calibration.error[v][1]}]" for v in ERRORS]
    return "\n".join(lines) + "\n"


def save(calibration: Calibration, path: Path) -> None:
    """Write a calibration as TOML, to be read by `load_calibration`."""
    path.write_text(as_toml(calibration), encoding="utf-8")
