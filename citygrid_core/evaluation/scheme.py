"""Schemes: which indicators make a score, and which score makes a grade."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.evaluation.errors import BadScheme, UnknownScheme
from citygrid_core.evaluation.facts import Floats
from citygrid_core.evaluation.indicators import indicators
from citygrid_core.standards.structure import text_of

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

_FOLDER = files("citygrid_core.evaluation") / "schemes"
#: What a scheme may score.
OBJECTS: Mapping[str, Text] = {
    "area": Text("area", "区域"), "department": Text("department", "部门"),
    "collector": Text("collector", "监督员"), "operator": Text("operator", "受理员"),
    "shift_leader": Text("shift leader", "值班长"), "dispatcher": Text("dispatcher", "派遣员"),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One part of a score.

    Attributes
    ----------
    indicator : str
        Code of an indicator.
    weight : float
        Points that a full part gives.
    kind : str
        ``share``: weight x value; ``rest``: weight x (1 - value); ``steps``: points by
        `steps` out of 100; ``threshold``: full from `at` on, below it `loss` points less
        for each percentage point.
    steps : tuple of (float, float)
        Upper end (included) of a step and its points out of 100, in order.
    per : str
        Column of sizes that the value is divided by first ("unit grids" for areas).
    """

    indicator: str
    weight: float
    kind: str = "share"
    steps: tuple[tuple[float, float], ...] = ()
    at: float = 0.0
    loss: float = 1.0
    per: str = ""

    def points(self, value: Floats) -> Floats:
        """Return the points of values; NaN where there is no base."""
        if self.kind == "share":
            return self.weight * np.minimum(value, 1.0)
        if self.kind == "rest":
            return self.weight * np.clip(1.0 - value, 0.0, 1.0)
        if self.kind == "threshold":
            short = np.maximum(self.at - value, 0.0) * 100
            return np.maximum(self.weight - self.loss * short, 0.0)
        ends = np.array([end for end, _ in self.steps])
        points = np.array([p for _, p in self.steps])
        place = np.minimum(np.searchsorted(ends, value, side="left"), len(ends) - 1)
        return np.where(np.isnan(value), np.nan, self.weight * points[place] / 100)


@dataclass(frozen=True)
class Grade:
    """One grade: from so many points on, its letter and colour."""

    name: str
    at: float
    colour: str
    label: Text


@dataclass(frozen=True)
class Scheme:
    """A way of scoring; attributes as in ``schemes/*.toml``."""

    id: str
    title: Text
    source: Text
    confidence: str
    scores: Mapping[str, tuple[Part, ...]]
    grades: tuple[Grade, ...]

    @classmethod
    @lru_cache(maxsize=32)
    def load(cls, name: str, folder: Path | None = None) -> Scheme:
        """Load a scheme: the user's folder first, then those of the package.

        Raises
        ------
        UnknownScheme, BadScheme
        """
        own = folder / f"{name}.toml" if folder else None
        path = own if own is not None and own.is_file() else _FOLDER / f"{name}.toml"
        if not path.is_file():
            raise UnknownScheme(name, schemes(folder))
        try:
            return _scheme(name, tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise BadScheme(name, str(error)) from error

    def score(
        self, of: str, values: pd.DataFrame, sizes: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Return points and grade of each group.

        Parameters
        ----------
        of : str
            One of `OBJECTS`.
        values : DataFrame
            Groups by indicators, as `Table.value`.
        sizes : DataFrame, optional
            What parts with `per` are divided by, by group.

        Returns
        -------
        DataFrame
            A column of points for each part (``<indicator>``), score, base (the points
            that could be had), grade, colour. A part without a base is left out and the
            others are scaled up to 100; a group without any base has no score.

        Raises
        ------
        BadScheme
            The scheme does not score such objects.
        """
        parts = self.scores.get(of)
        if parts is None:
            raise BadScheme(self.id, f"scores {', '.join(self.scores)}, not {of}")
        out: pd.DataFrame = pd.DataFrame(index=values.index)
        for part in parts:
            value = values[part.indicator].to_numpy(dtype=float)
            if part.per:
                size = np.full(len(values), np.nan)
                if sizes is not None and part.per in sizes:
                    size = sizes[part.per].reindex(values.index).to_numpy(dtype=float)
                with np.errstate(invalid="ignore", divide="ignore"):
                    value = np.where(size > 0, value / size, np.nan)
            out[part.indicator] = part.points(value)
        points = out[[p.indicator for p in parts]]
        weights = np.array([p.weight for p in parts])
        base = (points.notna().to_numpy() * weights).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            score = points.sum(axis=1).to_numpy() * weights.sum() / base
        out["base"] = base
        out["score"] = np.where(base > 0, score, np.nan)
        grade = self._grade(out["score"].to_numpy(dtype=float))
        out["grade"] = [g.name if g else "" for g in grade]
        out["colour"] = [g.colour if g else "" for g in grade]
        return out

    def _grade(self, score: Floats) -> list[Grade | None]:
        return [
            None if np.isnan(s) else next((g for g in self.grades if s >= g.at), self.grades[-1])
            for s in score
        ]


def schemes(folder: Path | None = None) -> list[str]:
    """Return the names of the schemes there are."""
    own = [p.stem for p in sorted(folder.glob("*.toml"))] if folder else []
    packed = sorted(p.name[:-5] for p in _FOLDER.iterdir() if p.name.endswith(".toml"))
    return list(dict.fromkeys([*packed, *own]))


def _scheme(name: str, table: dict[str, Any]) -> Scheme:
    known = indicators()
    scores = {}
    for of, rows in table["score"].items():
        if of not in OBJECTS:
            raise ValueError(f"{of} is not one of {', '.join(OBJECTS)}")
        parts = []
        for row in rows:
            steps = tuple((float(end), float(points)) for end, points in row.get("steps", ()))
            part = Part(**{**row, "steps": steps})
            if part.indicator not in known:
                raise ValueError(f"no indicator {part.indicator}")
            if part.kind not in ("share", "rest", "steps", "threshold") or (
                part.kind == "steps"
            ) != bool(steps):
                raise ValueError(f"{part.indicator}: {part.kind}")
            parts.append(part)
        scores[of] = tuple(parts)
    grades = tuple(
        Grade(g["name"], float(g["at"]), g["colour"], Text(g["en"], g["zh"]))
        for g in table["grade"]
    )
    if [g.at for g in grades] != sorted((g.at for g in grades), reverse=True):
        raise ValueError("grades must fall")
    return Scheme(
        name, Text(**table["title"]), text_of(table["source"]), table["confidence"], scores, grades
    )
