"""How probable it is that an answer is right, from signs that were weighed on truth."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from citygrid_core.errors import Text, UsageError
from citygrid_core.geocode.candidate import LEVELS, Candidate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: The signs beside the level; each is 0 or more.
SIGNS = (
    "spread",  # log of the geometric spread over 10 m
    "unlike",  # 1 - likeness of the names
    "homophone",
    "spelling",
    "former",
    "alias",
    "short",
    "region_agrees",
    "region_conflicts",
    "region_unknown",
    "sub_missing",
    "ignored",  # share of the text that was not used
    "support",  # another landmark of the address is near
    "contradiction",  # another landmark of the address is far away
    "distance",
    "side",
    "opposite",
    "beside",
    "vague",
)


#: What has a stated error of its own: a phrase, an unknown part of a number, else the level.
PHRASES = ("distance", "side", "opposite", "vague", "beside", "sub_missing")
ERRORS = (*LEVELS, *PHRASES)


def error_kind(candidate: Candidate) -> str:
    """Return the phrase or the level that the stated error goes by."""
    return next((p for p in PHRASES if p in candidate.signs), candidate.level)


def spread_sign(spread: float) -> float:
    """Return how the geometric spread counts: its logarithm over 10 m."""
    return math.log(max(spread, 1.0) / 10.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the signs, and how the stated error follows from the spread.

    Attributes
    ----------
    weights : sign or "level.NAME" to its weight in the logit
    error : level or phrase to (least error, factor on the spread): the larger counts, metres
    made : how it was made, for people
    own : whether it was fitted on the gazetteer that it judges: then what it learnt of the
        plates holds, and not what is guessed from how they stand (`Candidate.hold`)
    """

    weights: Mapping[str, float]
    error: Mapping[str, tuple[float, float]]
    made: str
    own: bool = False

    def logit(self, candidate: Candidate) -> float:
        """Return the log odds that this answer is right."""
        w = self.weights
        total = w["level." + candidate.level]
        total += w["spread"] * spread_sign(candidate.spread)
        for sign, value in candidate.signs.items():
            total += w[sign] * value
        return total

    def error_of(self, candidate: Candidate) -> float:
        """Return the radius that holds the truth in 95 of 100 answers, metres."""
        least, factor = self.error[error_kind(candidate)]
        return max(least, factor * candidate.spread)


def load_calibration(path: Path | None = None) -> Calibration:
    """Read a calibration: the package's own, or a city's.

    Raises
    ------
    UsageError
        The file lacks a level or a sign.
    """
    if path is None:
        return _packaged("calibration.toml")
    return parse_calibration(path.read_text(encoding="utf-8"), str(path))


def parse_calibration(text: str, name: str) -> Calibration:
    """Read a calibration from the text of its file; `name` is for the message.

    Raises
    ------
    UsageError
        It is no TOML, or lacks a level or a sign.
    """
    try:
        return _read(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            Text(f"calibration {name} is no TOML: {error}", f"校准文件 {name} 不是 TOML：{error}")
        ) from error


def prior() -> Calibration:
    """Return the weights set by hand: where every fit starts, so that it can be repeated."""
    return _packaged("prior.toml")


@lru_cache(maxsize=2)
def _packaged(name: str) -> Calibration:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return _read(tomllib.loads(text), name)


def _read(data: dict[str, Any], name: str) -> Calibration:
    weights = {k: float(v) for k, v in data.get("signs", {}).items()}
    weights.update({f"level.{k}": float(v) for k, v in data.get("levels", {}).items()})
    error = {k: (float(v[0]), float(v[1])) for k, v in data.get("error", {}).items()}
    missing = [s for s in SIGNS if s not in weights]
    missing += [v for v in LEVELS if "level." + v not in weights]
    missing += [v for v in ERRORS if v not in error]
    if missing:
        raise UsageError(
            Text(f"calibration {name} lacks {missing}", f"校准文件 {name} 缺少 {missing}")
        )
    return Calibration(weights, error, str(data.get("made", "")), bool(data.get("own", False)))


def judge(candidates: list[Candidate], calibration: Calibration, *, same_m: float = 30.0) -> None:
    """Give each candidate its probability and sort, the most probable first.

    Candidates for different places compete: the odds are shared among them.
    Those within `same_m` of each other are the same place.
    """
    for c in candidates:
        c.logit = calibration.logit(c)
    if len(candidates) == 1:
        one = candidates[0]
        odds_of_one = math.exp(min(one.logit, 30.0))
        one.probability = odds_of_one / (1.0 + odds_of_one)
        if not calibration.own:
            one.probability *= one.hold
        return
    if not candidates:
        return
    candidates.sort(key=lambda c: (-c.logit, LEVELS.index(c.level), c.code))
    kept: list[Candidate] = []
    for c in candidates:
        for k in kept:
            if math.hypot(c.x - k.x, c.y - k.y) <= same_m:
                break
        else:
            kept.append(c)
    candidates[:] = kept
    odds = [math.exp(min(c.logit, 30.0)) for c in candidates]
    total = sum(odds)
    for c, o in zip(candidates, odds, strict=True):
        c.probability = o / (1.0 + o) * (o / total if total > 0 else 1.0)
        if not calibration.own:
            c.probability *= c.hold
