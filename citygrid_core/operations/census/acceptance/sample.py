"""A sampling plan on a workspace: drawn, kept, handed out as a list, its results taken in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.census.sampling import (
    Stratum,
    draw,
    draw_units,
    sheet_codes,
    size_for_margin,
    size_table,
    strata_of,
    units_to_take,
)
from citygrid_core.errors import Language, Problem, Text, UsageError
from citygrid_core.operations.importing.intake import choices, refuse_own_file
from citygrid_core.report import Report
from citygrid_core.standards import load_edition
from citygrid_core.tables import Field, Reject, read, write_rejects
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import CHOICES, COMPONENTS
from citygrid_core.workspace.schema.field import SAMPLE_ITEMS

Unit = Literal["sheet", "community", "class"]
Design = Literal["components", "units"]


@dataclass(frozen=True)
class SampleWish:
    """What sample is wanted.

    Attributes
    ----------
    design : {"components", "units"}
        Components from every stratum (the interval is exact to a percent), or whole units by
        the table of sample sizes, every component in them.
    unit : {"sheet", "community", "class"}
        Strata, or units.
    size : int
        Components wanted; 0: as many as `margin` needs.
    margin, expected : float
        Half of the interval wanted, and the defect rate that one reckons with.
    limit : float
        Defect rate allowed by the contract.
    sheet_m : float
        Side of a map sheet.
    table : path, optional
        Table of sample sizes in place of the one that comes along.
    seed : int
        Of the draw; the parties agree on it beforehand.
    """

    design: Design = "components"
    unit: Unit = "community"
    size: int = 0
    margin: float = 0.02
    expected: float = 0.03
    limit: float = 0.05
    sheet_m: float = 250.0
    table: Path | None = None
    seed: int = 1


def make_plan(
    workspace: Workspace,
    wish: SampleWish,
    *,
    on: str,
    who: str = "",
    dry_run: bool = False,
    lang: Language = "zh",
) -> tuple[Report, gpd.GeoDataFrame]:
    """Draw a sample of the components valid on a day and keep the plan.

    Returns
    -------
    Report, GeoDataFrame
        The plan in ``details``; the list to go out with (`field_list`).

    Raises
    ------
    UsageError
        There are no components, or the wish makes no sense.
    """
    held = workspace.read("components", at=on)
    if not len(held):
        raise UsageError(Text("there are no components to sample", "没有可抽样的部件"))
    names = _units(held, wish)
    if wish.design == "units":
        if wish.unit == "class":
            raise UsageError(
                Text("a class is no unit: take sheets or communities", "类别不能作为单位成果")
            )
        table = size_table(wish.table)
        chosen = draw_units(names, units_to_take(names.nunique(), table), wish.seed)
        inside = names.isin(chosen)
        items = pd.DataFrame(
            {"component_code": held.loc[inside, "code"], "stratum": names[inside]}
        ).sort_values(["stratum", "component_code"])
        sizes = names.value_counts()
        strata = [Stratum(c, int(sizes[c]), int(sizes[c])) for c in sorted(chosen)]
        units = int(names.nunique())
    else:
        size = wish.size or size_for_margin(len(held), expected=wish.expected, margin=wish.margin)
        strata = strata_of(names, size)
        items = draw(held["code"], names, strata, wish.seed)
        units = len(strata)
    report = Report("census sample-plan", read=len(held), dry_run=dry_run)
    with workspace.transaction(
        report.operation, who=who, parameters={"seed": wish.seed, "on": on}
    ) as tx:
        code = f"S{tx.mint('sample', 1).start:04d}"
        plan = {
            "code": code,
            "made_on": on,
            "design": wish.design,
            "stratum": wish.unit,
            "population": len(held),
            "sample": len(items),
            "strata": json.dumps(
                {"units": units, "strata": [[s.name, s.size, s.sample] for s in strata]},
                ensure_ascii=False,
            ),
            "seed": wish.seed,
            "limit": wish.limit,
            "head": workspace.head,
        }
        tx.insert("sample_plans", pd.DataFrame([plan]))
        items = items.reset_index(drop=True)
        tx.insert("sample_items", items.assign(plan_code=code, number=np.arange(1, len(items) + 1)))
        rows = field_list(workspace, code, lang)
        if dry_run:
            tx.rollback()
    report.stored, report.unchanged = len(items), len(held) - len(items)
    report.details = {
        "plan": code,
        "design": wish.design,
        "unit": wish.unit,
        "units": units,
        "units_inspected": len(strata),
        "population": len(held),
        "sample": len(items),
        "seed": wish.seed,
    }
    return report, rows


def _units(held: gpd.GeoDataFrame, wish: SampleWish) -> pd.Series:
    """Return the stratum or unit of each component."""
    if wish.unit == "sheet":
        point = held.geometry.representative_point()
        codes = sheet_codes(point.x.to_numpy(), point.y.to_numpy(), wish.sheet_m)
        sheets: pd.Series = pd.Series(codes, index=held.index, dtype=object)
        return sheets
    if wish.unit == "class":
        names: pd.Series = held["class_code"].astype(str).str[:2].astype(object)
        return names
    found: pd.Series = held["grid_code"].astype(object).where(held["grid_code"].notna(), "")
    community: pd.Series = found.astype(str).str[:12].astype(object)
    return community


def field_list(workspace: Workspace, plan: str, lang: Language = "zh") -> gpd.GeoDataFrame:
    """Return the list of a plan: what to visit, and columns for the results.

    Returns
    -------
    GeoDataFrame
        plan_code, number, stratum, component_code, class_code, class_name (in `lang`), name,
        grid_code, state, accuracy_class, x, y, outcome, defects, checked_by, checked_on, note.
    """
    items = workspace.read("sample_items", where={"plan_code": plan}).sort_values("number")
    codes = items["component_code"].tolist()
    made_on = str(plan_row(workspace, plan)["made_on"])
    held = workspace.read("components", at=made_on, where={"code": codes})
    held = held.drop_duplicates("code").set_index("code")
    held = held.reindex(codes)
    point = held.geometry.representative_point()
    classes = load_edition(workspace.edition).catalogues["component"].names(lang)
    frame = gpd.GeoDataFrame(
        {
            "plan_code": plan,
            "number": items["number"].to_numpy(),
            "stratum": items["stratum"].to_numpy(),
            "component_code": codes,
            "class_code": held["class_code"].to_numpy(),
            "class_name": held["class_code"].map(classes).to_numpy(),
            **{c: held[c].to_numpy() for c in ("name", "grid_code", "state", "accuracy_class")},
            "x": point.x.round(3).to_numpy(),
            "y": point.y.round(3).to_numpy(),
            **{
                c: items[c].to_numpy()
                for c in ("outcome", "defects", "checked_by", "checked_on", "note")
            },
        },
        geometry=point.to_numpy(),
        crs=workspace.crs,
    )
    return frame


def list_for_people(listed: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return a field list with the columns and words of its readers; `enter_results` reads both."""
    if lang != "zh":
        return listed
    words = CHOICES["component_state"]
    labels = {c.name: c.label.zh for f in (COMPONENTS, SAMPLE_ITEMS) for c in f.columns}
    labels |= {"class_name": "部件类别", "x": "东坐标", "y": "北坐标"}
    said = listed.assign(state=[words[s].zh if s in words else s for s in listed["state"]])
    renamed: pd.DataFrame = said.rename(columns=labels)
    return renamed


def plan_row(workspace: Workspace, plan: str) -> dict[str, Any]:
    """Return the row of a plan.

    Raises
    ------
    UsageError
    """
    found = workspace.read("sample_plans", where={"code": plan})
    if not len(found):
        known = ", ".join(workspace.read("sample_plans")["code"]) or "—"
        raise UsageError(
            Text(f"no sampling plan {plan}; known: {known}", f"没有抽样方案 {plan}；已有：{known}")
        )
    row: dict[str, Any] = {str(k): v for k, v in found.iloc[0].to_dict().items()}
    return row


def enter_results(
    workspace: Workspace,
    plan: str,
    path: Path,
    *,
    on: str,
    rejects: Path | None = None,
    who: str = "",
    dry_run: bool = False,
) -> Report:
    """Take in the results of an inspection; the same file twice changes nothing.

    Parameters
    ----------
    path : path
        The list of the plan (CSV, XLSX) with outcome (合格, 不合格, 实地不存在), defects,
        checked_by, checked_on.
    """
    plan_row(workspace, plan)
    refuse_own_file(workspace, path, rejects)
    fields = (
        Field("component_code", "text", labels=("部件标识码", "标识码"), required=True),
        Field(
            "outcome",
            "choice",
            labels=("检查结果", "结果"),
            choices=choices("sample_outcome"),
        ),
        Field("defects", "text", labels=("缺陷（#分隔）", "缺陷")),
        Field("checked_by", "text", labels=("检查人",)),
        Field("checked_on", "date", labels=("检查日期",)),
        Field("note", "text", labels=("备注",)),
    )
    batch = read(path, fields, positions="ignore", timezone=workspace.timezone)
    report = Report("census accept results", read=batch.read, dry_run=dry_run)
    items = workspace.read("sample_items", where={"plan_code": plan})
    fid_of = dict(zip(items["component_code"], items.index, strict=True))
    frame = batch.frame.drop_duplicates("component_code", keep="last")
    bad = list(batch.rejects)
    said = frame["outcome"].notna() & (frame["outcome"].astype(str) != "")
    known = frame["component_code"].isin(fid_of)
    for index in frame.index[~known]:
        row = int(frame.at[index, "source_row"])
        code = str(frame.at[index, "component_code"])
        why = Problem(
            "sample.unknown",
            Text(code, code),
            Text(f"a component of plan {plan}", f"抽样方案 {plan} 的部件"),
            file=path.name,
            row=row,
            field="component_code",
        )
        bad.append(Reject(row, {"component_code": code}, (why,)))
    good = frame[known & said]
    names = [c for c in ("outcome", "defects", "checked_by", "checked_on", "note") if c in good]
    update = good[names].astype(object).where(good[names].notna(), None)
    update.index = pd.Index([fid_of[c] for c in good["component_code"]], dtype=np.int64)
    if "checked_on" not in update:
        update["checked_on"] = None
    update["checked_on"] = update["checked_on"].where(update["checked_on"].notna(), on)
    with workspace.transaction(
        report.operation, who=who, parameters={"plan": plan, "file": path.name}
    ) as tx:
        report.stored = tx.update("sample_items", update) if len(update) else 0
        if dry_run:
            tx.rollback()
    report.rejected = len(bad)
    report.unchanged = report.read - report.stored - report.rejected
    report.problems = [p for r in bad for p in r.problems]
    if rejects is not None and bad and not dry_run:
        write_rejects(rejects, bad)
    report.details = {"plan": plan, "inspected": int(said.sum())}
    return report
