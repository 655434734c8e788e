"""The morning's page: which grids to watch, what rose, and how good yesterday's forecast was."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core import heat
from citygrid_core.errors import Text
from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat.forecast import (
    OTHER,
    Kept,
    Known,
    day_of,
    heat_forecast,
    kept_forecast,
    known_before,
    make_forecast,
    marks,
    stale,
)
from citygrid_core.operations.lookup import lookup
from citygrid_core.report import Progress, no_progress
from citygrid_core.workspace import Workspace

#: Grids on the page, and rises.
WATCHED, RISES = 10, 5
#: Hours of a stretch, and the city's cases that a grid's own hours are mixed with.
_STRETCH, _MIXED = 3, 10.0
#: Who is named, by the kind of object: the first role that somebody answers in.
_ROLES = {
    "event": ("handling", "supervising"), "component": ("maintaining", "supervising", "owning"),
}  # fmt: skip
_RECENT = 7


@dataclass(frozen=True)
class Yesterday:
    """How good the forecast of the day before was.

    Attributes
    ----------
    day : str
    kept : bool
        Whether it was made then; else it was made anew from the days before it.
    expected, came : float
    inside : float
        Share of the grids whose cases lay in their interval.
    scores : dict
        Hit rate, PAI, PEI* at 1, 3 and 5 % of the area; ``model`` and ``mean`` (all days).
    watched : DataFrame
        The ten grids: grid_code, expected, low, high, came.
    """

    day: str
    kept: bool
    expected: float
    came: int
    inside: float
    scores: dict[str, dict[str, float | None]]
    watched: pd.DataFrame


@dataclass(frozen=True)
class Brief:
    """Everything on the page.

    Attributes
    ----------
    watch : GeoDataFrame
        place, grid_code, expected, low, high, chance, usual, recent (cases in the last 7
        days), around (in the neighbours), first_hour (-1: no hours known) with hour_share,
        classes (codes, most first), department, outcome.
    rises : DataFrame
        grid_code, cases (last 7 days), expected, p.
    false_alarms : float
        Probability of a rise for a grid without any change.
    forecast : dict
        The row of all cases: model, why, scores, coverage.
    """

    city: str
    day: str
    watch: gpd.GeoDataFrame
    rises: pd.DataFrame
    false_alarms: float
    forecast: dict[str, Any]
    yesterday: Yesterday | None
    week: int
    week_before: int
    grids: int
    class_names: dict[str, Text]
    places: dict[str, str]
    problems: list[Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the page as JSON-ready plain data."""
        plain = {
            k: None if v is None or v != v else v
            for k, v in self.forecast.items()
            if k != "backtest"
        }
        done = self.yesterday
        return {
            "operation": "heat brief", "read": self.grids, "stored": 0, "unchanged": self.grids,
            "rejected": 0, "city": self.city, "day": self.day,
            "watch": _records(pd.DataFrame(self.watch.drop(columns="geometry"))),
            "rises": _records(self.rises), "false_alarms": self.false_alarms, "forecast": plain,
            "last_7_days": self.week, "7_days_before": self.week_before,
            "yesterday": None if done is None else {
                "day": done.day, "kept": done.kept, "expected": round(done.expected, 4),
                "came": done.came, "inside": round(done.inside, 4), "scores": done.scores,
                "watched": _records(done.watched),
            },
            "problems": [{"rule": p.rule, "en": p.text("en"), "zh": p.text("zh")}
                         for p in self.problems],
        }  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", force_ascii=False))
    return found


def heat_brief(
    workspace: Workspace,
    *,
    on: str,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Brief:
    """Gather the page of a day; its forecast is made and kept if it was not yet.

    Parameters
    ----------
    on : str
        The day, ISO: the page is as on its morning, nothing later is looked at.
    dry_run : bool
        Keep nothing.
    """
    day = day_of(on)
    known = known_before(workspace, on)
    made = kept_forecast(workspace, on=on)
    if made is None and dry_run:
        made = make_forecast(workspace, on=on, horizon="day", known=known, progress=progress)
    elif made is None:
        heat_forecast(workspace, on=on, who=who, progress=progress)
        made = kept_forecast(workspace, on=on)
        assert made is not None
    cube = known.cube()
    rises, false_alarms = _rises(known, cube)
    return Brief(
        workspace.name, on, _watch(workspace, known, cube, made, on), rises, false_alarms,
        made.forecasts[made.forecasts["class_code"] == ""].iloc[0].to_dict(),
        _yesterday(workspace, (day - dt.timedelta(1)).isoformat(), known),
        int(cube[:, -_RECENT:].sum()), int(cube[:, -2 * _RECENT : -_RECENT].sum()),
        len(known.codes), _class_names(workspace), _place_names(workspace, known, on), stale(workspace),
    )  # fmt: skip


def _watch(
    workspace: Workspace, known: Known, cube: npt.NDArray[np.float32], made: Kept, on: str
) -> gpd.GeoDataFrame:
    every = made.grids[made.grids["class_code"] == ""].sort_values("place").head(WATCHED)
    at = pd.Index(known.codes).get_indexer(every["grid_code"])
    near = heat.contiguity(known.grids).matrix
    recent = cube[:, -_RECENT:].sum(axis=1)
    rows = every[["place", "grid_code", "expected", "low", "high", "chance", "usual"]].copy()
    rows["recent"] = recent[at].astype(int)
    rows["around"] = np.asarray(near[at] @ recent).ravel().round().astype(int)
    hours = [_stretch(known, int(i)) for i in at]
    rows["first_hour"], rows["hour_share"] = [h[0] for h in hours], [h[1] for h in hours]
    classes = [
        _classes(known, made, code, int(i)) for code, i in zip(rows["grid_code"], at, strict=True)
    ]
    rows["classes"] = [[c for _, c in found] for found in classes]
    watch = gpd.GeoDataFrame(
        rows, geometry=known.grids.geometry.to_numpy()[at], crs=known.grids.crs
    )
    watch = watch.reset_index(drop=True)
    asked = gpd.GeoDataFrame(
        {
            "object_kind": [found[0][0] if found else "event" for found in classes],
            "class_code": [found[0][1] if found else None for found in classes],
        },
        geometry=watch.geometry.representative_point(), crs=watch.crs,
    )  # fmt: skip
    answers = lookup(workspace, asked, at=on)
    watch["department"] = [
        _body(a, k) for (_, a), k in zip(answers.iterrows(), asked["object_kind"], strict=True)
    ]
    return watch


def _stretch(known: Known, grid: int) -> tuple[int, float]:
    """Return the three hours that hold most of a grid's cases, mixed with the city's."""
    counts = known.counts[known.counts["hour"] >= 0]
    city = np.bincount(counts["hour"], counts["cases"], 24)
    if not city.sum():
        return -1, 0.0
    mine = counts[counts["grid"] == grid]
    profile = np.bincount(mine["hour"], mine["cases"], 24) + _MIXED * city / city.sum()
    ring = np.concatenate([profile, profile[: _STRETCH - 1]])
    sums = np.convolve(ring, np.ones(_STRETCH), "valid")
    best = int(np.argmax(sums))
    return best, float(sums[best] / profile.sum())


def _classes(known: Known, made: Kept, code: str, grid: int) -> list[tuple[str, str]]:
    """Return the two classes that a grid is expected to have most of, with their kind."""
    rows = made.grids[
        (made.grids["grid_code"] == code) & ~made.grids["class_code"].isin(["", OTHER])
    ]
    rows = rows.sort_values(["expected", "class_code"], ascending=[False, True])
    found = list(zip(rows["object_kind"].astype(str), rows["class_code"].astype(str), strict=True))
    if not found:  # no frequent class: what it had most
        mine = known.counts[known.counts["grid"] == grid]
        sums = mine.groupby(["object_kind", "class_code"])["cases"].sum().reset_index()
        sums = sums.sort_values(["cases", "class_code"], ascending=[False, True])
        found = list(
            zip(sums["object_kind"].astype(str), sums["class_code"].astype(str), strict=True)
        )
    return found[:2]


def _body(answer: pd.Series[Any], kind: str) -> str:
    """Return who answers, several joined by #; empty when nobody."""
    for role in _ROLES.get(kind, _ROLES["event"]):
        name = answer.get(f"{role}_name")
        if isinstance(name, str) and name:
            return name
    return ""


def _rises(known: Known, cube: npt.NDArray[np.float32]) -> tuple[pd.DataFrame, float]:
    """Return grids with more cases in the last 7 days than their past and the city's explain."""
    blocks = known.days // _RECENT
    weeks = cube[:, known.days - blocks * _RECENT :].reshape(len(cube), blocks, _RECENT).sum(axis=2)
    season = weeks.sum(axis=0, dtype=np.float64)
    # so rare that a city without any change shows one false rise a week at most
    rate = min(0.01, 1 / len(cube))
    none: pd.DataFrame = pd.DataFrame(columns=["grid_code", "cases", "expected", "p"])
    if blocks < 3 or not season[:-1].sum() or not season[-1]:
        return none, rate
    found = heat.anomalies(weeks[:, :-1], weeks[:, -1], season[:-1], float(season[-1]),
                           false_alarms=rate)  # fmt: skip
    found.insert(0, "grid_code", known.codes)
    found = found[found["alarm"]].sort_values(["p", "grid_code"]).head(RISES)
    rows: pd.DataFrame = found[["grid_code", "cases", "expected", "p"]].reset_index(drop=True)
    return rows, rate


def _yesterday(workspace: Workspace, day: str, known: Known) -> Yesterday | None:
    """Score the forecast of the day before by what the days known now say."""
    if known.days - 1 < 21:
        return None
    held = kept_forecast(workspace, on=day)
    made = held or make_forecast(workspace, on=day, horizon="day",
                                 class_code=None, only_all=True)  # fmt: skip
    every = made.grids[made.grids["class_code"] == ""].set_index("grid_code")
    # grids that were split or merged in between have no forecast of their own
    there = np.isin(known.codes, every.index)
    if not there.any():
        return None
    every = every.loc[known.codes[there]]
    came = known.cube()[there, -1].astype(np.float64)
    area = known.ground.area[there]
    scores = {}
    most = fc.captured(came, came, area)
    for name, column in (("model", "expected"), ("mean", "usual")):
        held_ = fc.captured(every[column].to_numpy(), came, area)
        one = fc.Scores(held_[None], most[None], np.array([came.sum()]), np.zeros(1))
        scores[name] = marks(one)
    watched = every.assign(came=came.astype(int)).sort_values("place").head(WATCHED)
    inside = (every["low"] <= came) & (came <= every["high"])
    return Yesterday(
        day, held is not None, float(every["expected"].sum()), int(came.sum()),
        float(inside.mean()), scores,
        watched.reset_index()[["grid_code", "expected", "low", "high", "came"]],
    )  # fmt: skip


def _class_names(workspace: Workspace) -> dict[str, Text]:
    from citygrid_core.standards import load_edition

    edition = load_edition(workspace.edition)
    names: dict[str, Text] = {}
    for catalogue in edition.catalogues.values():
        names |= {code: info.label for code, info in catalogue.classes.items()}
    return names


def _place_names(workspace: Workspace, known: Known, on: str) -> dict[str, str]:
    """Return the name of the community of each grid."""
    areas = workspace.read("areas", at=on, where={"level": "community"}, geometry=False)
    names = dict(zip(areas["code"].astype(str), areas["name"].astype(str), strict=True))
    return {str(code): names.get(str(code)[:12], "") for code in known.codes}
