"""The acceptance of a census: every figure of the report, from what the workspace holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.acceptance import (
    Completeness,
    DefectRate,
    PositionError,
    Verdict,
    cluster_rate,
    completeness,
    position_errors,
    same_things,
    stratified_rate,
    verdict_of,
)
from citygrid_core.census.packs import limits
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.acceptance.sample import field_list, plan_row
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.report import Report
from citygrid_core.standards import load_edition
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Workspace

#: With fewer inspected units than this the interval says more than it knows.
FEW_UNITS = 8


#: Defects that no inspector put in words.
UNNAMED = {
    "missing": Text("not there on the ground", "实地不存在"),
    "not_named": Text("not said", "未注明"),
}


@dataclass(frozen=True)
class Acceptance:
    """All figures of an acceptance.

    Attributes
    ----------
    plan : dict
        The plan as drawn.
    rate : DefectRate
    limit : float
        Defect rate allowed.
    verdict : str
    strata : list of dict
        name, size, inspected, defects of each.
    kinds : list of (defect, count)
        The most frequent first.
    positions : list of PositionError
        Empty without check points.
    double : Completeness or None
    head : str
        Journal head of the workspace that the figures are of.
    """

    plan: dict[str, Any]
    rate: DefectRate
    limit: float
    verdict: Verdict
    strata: list[dict[str, Any]]
    kinds: list[tuple[str, int]]
    positions: list[PositionError]
    double: Completeness | None
    head: str
    city: str
    edition: str
    inspected_from: str
    inspected_to: str
    inspectors: tuple[str, ...]
    defective: pd.DataFrame

    @property
    def few_units(self) -> bool:
        """Whether whole units were inspected, and too few of them for the interval."""
        return self.plan["design"] == "units" and len(self.strata) < FEW_UNITS

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-ready data."""
        plan = {k: _plain(v) for k, v in self.plan.items() if k not in ("strata",)}
        return {
            "plan": plan,
            "verdict": self.verdict,
            "limit": self.limit,
            "defect_rate": asdict(self.rate),
            "strata": self.strata,
            "defects": self.kinds,
            "positions": [asdict(p) for p in self.positions],
            "completeness": None if self.double is None else asdict(self.double),
            "head": self.head,
        }


def accept(
    workspace: Workspace,
    plan: str,
    *,
    check_points: Path | None = None,
    second_survey: Path | None = None,
    options: SourceOptions = SourceOptions(),
    as_precise: bool = False,
    radius: float = 1.0,
    confidence: float = 0.95,
) -> tuple[Report, Acceptance]:
    """Compute the acceptance of a plan whose results are in.

    Parameters
    ----------
    check_points : path, optional
        Points measured again, each with the component's code (or matched by class and place).
    second_survey : path, optional
        Components of a second, independent survey of some unit grids: class and place.
    as_precise : bool
        Whether check points are no more precise than the survey.
    radius : float
        Metres within which two components of a class are the same.

    Raises
    ------
    UsageError
        There is no such plan, or some of its components were not inspected.
    """
    row = plan_row(workspace, plan)
    items = field_list(workspace, plan)
    open_ = items["outcome"].isna()
    if open_.any():
        raise UsageError(
            Text(
                f"{int(open_.sum())} of {len(items)} components of {plan} are not inspected yet "
                "(citygrid census accept --results FILE)",
                f"{plan} 的 {len(items)} 个抽样部件中尚有 {int(open_.sum())} 个没有检查结果"
                "（citygrid census accept --results 文件）",
            )
        )
    said = json.loads(str(row["strata"]))
    wrong = items["outcome"] != "right"
    inspected = items.groupby("stratum").size()
    defects = wrong.groupby(items["stratum"]).sum()
    strata = [
        {
            "name": name,
            "size": size,
            "inspected": int(inspected.get(name, 0)),
            "defects": int(defects.get(name, 0)),
        }
        for name, size, _ in said["strata"]
    ]
    size, number, wrongs = ([s[c] for s in strata] for c in ("size", "inspected", "defects"))
    if row["design"] == "units":
        rate = cluster_rate(
            int(said["units"]), size, number, wrongs, int(row["population"]), confidence=confidence
        )
    else:
        rate = stratified_rate(size, number, wrongs, confidence=confidence)
    limit = float(row["limit"])
    days = sorted(str(d) for d in items["checked_on"].dropna())
    done = Acceptance(
        plan=row,
        rate=rate,
        limit=limit,
        verdict=verdict_of(rate, limit),
        strata=strata,
        kinds=_kinds(items),
        positions=_positions(workspace, row, check_points, options, as_precise),
        double=_double(workspace, row, second_survey, options, radius),
        head=workspace.head,
        city=workspace.name,
        edition=workspace.edition,
        inspected_from=days[0] if days else "",
        inspected_to=days[-1] if days else "",
        inspectors=tuple(sorted({str(v) for v in items["checked_by"].dropna()})),
        defective=items[wrong].drop(columns="geometry").reset_index(drop=True),
    )
    report = Report("census accept", read=len(items), unchanged=len(items), details=done.as_dict())
    return report, done


def _kinds(items: pd.DataFrame) -> list[tuple[str, int]]:
    """Count the kinds of defects, as the inspectors named them, else by a word of `UNNAMED`."""
    counted: dict[str, int] = {}
    for outcome, text in zip(items["outcome"], items["defects"], strict=True):
        if outcome == "right":
            continue
        default = "missing" if outcome == "missing" else "not_named"
        named = [
            t.strip() for t in (text if isinstance(text, str) else "").split("#") if t.strip()
        ] or [default]
        for one in named:
            counted[one] = counted.get(one, 0) + 1
    return sorted(counted.items(), key=lambda kv: (-kv[1], kv[0]))


def _survey(workspace: Workspace, path: Path, options: SourceOptions) -> gpd.GeoDataFrame:
    fields = (
        Field("component_code", "text", labels=("部件标识码", "标识码")),
        Field("class_code", "text", labels=("部件类别代码", "类别代码", "小类代码")),
    )
    batch = read(
        path,
        fields,
        **options.reading(),
        to_crs=workspace.crs,
        positions="required",
        timezone=workspace.timezone,
    )
    frame = batch.frame.copy()
    point = frame.geometry.representative_point()
    found = load_edition(workspace.edition).component_classes
    by_name = {str(n): str(c) for c, n in found["name"].items()}
    if "class_code" in frame:
        frame["class_code"] = [by_name.get(str(c), c) for c in frame["class_code"]]
    return frame.assign(x=point.x.to_numpy(), y=point.y.to_numpy())


def _held(workspace: Workspace, row: dict[str, Any]) -> gpd.GeoDataFrame:
    held = workspace.read("components", at=str(row["made_on"]))
    point = held.geometry.representative_point()
    return held.assign(x=point.x.to_numpy(), y=point.y.to_numpy()).reset_index(drop=True)


def _positions(
    workspace: Workspace,
    row: dict[str, Any],
    path: Path | None,
    options: SourceOptions,
    as_precise: bool,
) -> list[PositionError]:
    if path is None:
        return []
    checked, held = _survey(workspace, path, options), _held(workspace, row)
    by_code = pd.Series(np.arange(len(held)), index=held["code"])
    at = np.full(len(checked), -1, dtype=np.int64)
    if "component_code" in checked:
        codes = checked["component_code"].astype(object)
        at = by_code.reindex(codes).fillna(-1).to_numpy(dtype=np.int64)
    open_ = np.flatnonzero(at < 0)
    if len(open_) and "class_code" in checked:
        at[open_] = same_things(held, checked.iloc[open_], {}, max(limits().values()))
    good = at >= 0
    mine = held.iloc[at[good]]
    classes = mine["accuracy_class"].fillna("C").to_numpy(dtype=object)
    return position_errors(
        checked["x"].to_numpy()[good] - mine["x"].to_numpy(),
        checked["y"].to_numpy()[good] - mine["y"].to_numpy(),
        classes,
        limits(),
        as_precise=as_precise,
    )


def _double(
    workspace: Workspace,
    row: dict[str, Any],
    path: Path | None,
    options: SourceOptions,
    radius: float,
) -> Completeness | None:
    """Compare a second survey with the census in the unit grids that it covers."""
    if path is None:
        return None
    second, held = _survey(workspace, path, options), _held(workspace, row)
    grids = workspace.read("grids", at=str(row["made_on"]), columns=["code"])
    shapes = shapely.points(second["x"].to_numpy(), second["y"].to_numpy())
    _, cell = grids.sindex.query(shapes, predicate="intersects")
    covered = set(grids["code"].to_numpy()[np.unique(cell)])
    first = held[held["grid_code"].isin(covered)].reset_index(drop=True)
    match = same_things(first, second, {}, radius)
    return completeness(len(first), len(second), int((match >= 0).sum()))


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return None if value is pd.NA or value != value else value
