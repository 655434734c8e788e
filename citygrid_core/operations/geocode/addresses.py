"""Addresses of a city: point, error, grid, areas, who answers there, or an honest doubt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text
from citygrid_core.geocode import ACCEPT, Gazetteer
from citygrid_core.operations.city import City
from citygrid_core.operations.geocode.index import calibration_of, gazetteer
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.lookup import lookup
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Workspace

ADDRESS_FIELDS = (
    Field("id", "text", labels=("编号", "序号", "案卷号")),
    Field("address", "text", labels=("地址", "事发位置", "详细地址")),
    Field("object_kind", "text", labels=("对象",)),
    Field("class_code", "text", labels=("类别代码", "部件类别代码", "事件类别代码")),
)
#: Columns of `geocode` that hold lists, as JSON in files.
LISTS = ("matched", "ignored", "candidates", "reasons")
_PART = 20_000


def geocode(
    workspace: Workspace,
    addresses: pd.Series[Any],
    *,
    accept: float = ACCEPT,
    classes: pd.Series[Any] | None = None,
    class_code: str | None = None,
    object_kind: str = "component",
    at: str | None = None,
    matcher: Gazetteer | None = None,
    city: City | None = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Answer addresses of a city.

    Parameters
    ----------
    addresses : Series of str
    accept : float
        An answer at least this probable is accepted.
    classes : Series of str, optional
        Class of the thing at each address: then the bodies that answer are named too.
    class_code, object_kind : str
        Class of all, where `classes` is not given; see `operations.lookup`.
    at : str, optional
        ISO date: places, areas and duties of that day.
    matcher, city : optional
        Loaded before, to be asked many times.

    Returns
    -------
    DataFrame
        Aligned to `addresses`: the columns of `Gazetteer.geocode`, then those of
        `lookup` (grid, areas with names, and with a class the departments by role).
        Only accepted answers have a point, and so a grid.
    """
    progress("building", 0, 3)
    matcher = matcher or gazetteer(workspace, at)
    city = city or City(workspace, at)
    parts = []
    for first in range(0, max(len(addresses), 1), _PART):
        progress("matching", first, max(len(addresses), 1))
        parts.append(matcher.geocode(addresses.iloc[first : first + _PART], accept=accept))
    answers: pd.DataFrame = pd.concat(parts) if len(parts) > 1 else parts[0]
    progress("locating", 2, 3)
    hit = (answers["outcome"] == "accepted").to_numpy()
    x, y = answers["x"].to_numpy(float)[hit], answers["y"].to_numpy(float)[hit]
    points = gpd.GeoDataFrame(
        index=np.flatnonzero(hit), geometry=shapely.points(x, y), crs=workspace.crs
    )
    if classes is not None:
        said = classes.to_numpy(dtype=object)[hit]
        points["class_code"] = pd.Series(said, index=points.index, dtype=object)
        points["class_code"] = points["class_code"].where(points["class_code"].notna(), class_code)
        class_code = None
    found = lookup(
        workspace, points, class_code=class_code, object_kind=object_kind, at=at, city=city
    )
    found = found.rename(columns={"reasons": "duty_reasons"})
    found = found.reindex(np.arange(len(answers))).set_axis(answers.index)
    found = found.astype(object).where(found.notna(), None)
    whole: pd.DataFrame = pd.concat([answers, found], axis=1)
    return whole


def geocode_file(
    workspace: Workspace,
    path: Path,
    *,
    accept: float = ACCEPT,
    class_code: str | None = None,
    object_kind: str = "component",
    options: SourceOptions = SourceOptions(),
    at: str | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Match a file of addresses; see `geocode`.

    Returns
    -------
    report, answers
        One row of answers for each row read, in the file's order; its `outcome`
        is accepted, ambiguous or rejected. Rows that could not even be read are
        in ``report.rejected``.
    """
    batch = read(
        path,
        ADDRESS_FIELDS,
        mapping=options.resolved(),
        encoding=options.encoding,
        layer=options.layer,
        positions="ignore",
    )
    addresses = batch.frame["address"].fillna("")
    classes = batch.frame.get("class_code")
    matcher = gazetteer(workspace, at)
    answers = geocode(
        workspace,
        addresses,
        accept=accept,
        classes=classes if classes is not None and classes.notna().any() else None,
        class_code=class_code,
        object_kind=object_kind,
        at=at,
        matcher=matcher,
        progress=progress,
    )
    answers = as_text(answers)
    named = [c for c in ("id", "address", "source_row") if c in batch.frame]
    result = pd.concat([batch.frame[named], answers.drop(columns=["id"], errors="ignore")], axis=1)
    report = Report("geocode", read=batch.read, stored=len(result), rejected=len(batch.rejects))
    report.details = counts(answers["outcome"])
    report.problems = [p for r in batch.rejects for p in r.problems]
    if matcher.coarse is not None and calibration_of(workspace) is None:
        report.problems.append(
            Problem(
                "plates.coarse",
                matcher.coarse,
                Text("surveyed plates", "实测门牌"),
                Text(
                    "probabilities and errors reckon with it; learn them from addresses whose "
                    "places are known: geocode --fit",
                    "可信度与误差已据此从宽；宜以已知位置的地址学习：geocode --fit",
                ),
            )
        )
    progress("done", 3, 3)
    return report, result


def counts(outcomes: pd.Series[Any]) -> dict[str, Any]:
    """Return how many addresses came out how, for a report."""
    found = outcomes.value_counts()
    return {f"addresses_{o}": int(found.get(o, 0)) for o in ("accepted", "ambiguous", "rejected")}


def as_text(answers: pd.DataFrame) -> pd.DataFrame:
    """Return answers with their lists written as JSON, for a file."""
    written = {
        column: [json.dumps(v, ensure_ascii=False) for v in answers[column]] for column in LISTS
    }
    said = answers.get("duty_reasons")
    if said is not None:
        written["duty_reasons"] = [_plain(v) for v in said]
    out: pd.DataFrame = answers.assign(**written)
    return out


def _plain(reasons: Any) -> str:
    """Return the reasons of a duty as one JSON list."""
    if not isinstance(reasons, (list, tuple)):
        return ""
    return json.dumps(
        [{"en": r.en, "zh": r.zh} if hasattr(r, "en") else str(r) for r in reasons],
        ensure_ascii=False,
    )
