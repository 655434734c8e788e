"""A census of components comes into the workspace: classified, owned, located, coded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.census import classify, component_codes, match_departments
from citygrid_core.errors import Text
from citygrid_core.operations.city import City
from citygrid_core.operations.intake import Rows, SourceOptions, choices, import_file, problem
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import Edition, load_edition
from citygrid_core.tables import Field
from citygrid_core.workspace import Transaction, Workspace

ROLES = ("supervising", "owning", "maintaining")


def fields() -> tuple[Field, ...]:
    """Return what a file of components may carry."""

    return (
        Field(
            "source_key", "text", labels=("来源主键", "编号", "序号", "原编号", "资产编号", "点号")
        ),
        Field(
            "class_code",
            "text",
            labels=("部件类别代码", "类别代码", "部件代码", "小类代码"),
            required=True,
        ),
        Field("name", "text", labels=("部件名称", "名称", "GLBJMC", "ObjName")),
        Field(
            "supervising",
            "text",
            labels=("主管部门", "主管部门名称", "主管部门代码", "ZGBMMC", "DeptName1"),
        ),
        Field(
            "owning",
            "text",
            labels=("权属单位", "权属单位名称", "权属部门", "owning_name", "QSDWMC", "DeptName2"),
        ),
        Field(
            "maintaining",
            "text",
            labels=("养护单位", "养护单位名称", "养护部门", "YHDWMC", "DeptName3"),
        ),
        Field(
            "state",
            "choice",
            labels=("部件状态", "状态", "GLBJZT", "ObjState"),
            choices=choices("component_state"),
        ),
        Field("surveyed_on", "date", labels=("初始日期", "普查日期", "调查日期", "CSRQ", "ORDate")),
        Field("changed_on", "date", labels=("变更日期", "BGRQ", "CHDate")),
        Field(
            "data_source",
            "choice",
            labels=("数据来源", "SJLY", "DataSource"),
            choices=choices("data_source"),
        ),
        Field(
            "accuracy_class",
            "choice",
            labels=("精度等级", "精度"),
            choices=choices("accuracy_class"),
        ),
        Field("note", "text", labels=("备注", "BZ", "Note")),
    )


COMPARE = (
    "class_code",
    "name",
    "supervising_code",
    "owning_code",
    "maintaining_code",
    "state",
    "surveyed_on",
    "changed_on",
    "data_source",
    "accuracy_class",
    "note",
    "geometry",
)


def import_components(
    workspace: Workspace,
    path: Path,
    *,
    source: str = "",
    options: SourceOptions = SourceOptions(),
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Import components from one file.

    Classes are taken by code, by a code that lost its leading zeros, or by name;
    departments by code, name or alias, never by likeness (likely ones are
    proposed in the reject). Roles that the file leaves empty are filled from the
    duty rules where exactly one body answers. Codes are minted per county and
    minor class in the transaction that stores the components.

    Parameters
    ----------
    source : str
        Who delivers; with the row's own key it says what is the same component.
        Default: the file's name. Rows without a key are known by class and place.
    """
    edition = load_edition(workspace.edition)
    city = City(workspace)

    def prepare(rows: Rows) -> None:
        _identify(rows, source or Path(path).name)
        _classify(rows, edition)
        _departments(rows, city.departments, on)
        _locate(rows, city)

    filled: dict[str, int] = {}

    def mint(tx: Transaction, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return _mint(tx, _fill_duties(fresh, city, on, filled), edition)

    report = import_file(
        workspace,
        path,
        operation="census import",
        family="components",
        fields=fields(),
        key=("source", "source_key"),
        compare=COMPARE,
        prepare=prepare,
        options=options,
        mint=mint,
        on=on,
        who=who,
        dry_run=dry_run,
        rejects=rejects,
        progress=progress,
    )
    report.details["departments_by_rule"] = sum(filled.values())
    return report


def _identify(rows: Rows, source: str) -> None:
    frame = rows.frame
    key = frame["source_key"] if "source_key" in frame else pd.Series("", index=frame.index)
    key = key.fillna("").astype(str)
    bounds = frame.geometry.bounds
    place = (
        frame["class_code"].astype(str)
        + "@"
        + bounds["minx"].map("{:.3f}".format)
        + ","
        + bounds["miny"].map("{:.3f}".format)
    )
    frame["source_key"] = key.where(key != "", place)
    frame["source"] = source


def _classify(rows: Rows, edition: Edition) -> None:
    found = classify(rows.frame["class_code"], edition)
    typed = rows.frame["class_code"]
    for index in found.index[found["outcome"] == "unknown"]:
        near = _near(found.at[index, "proposals"])
        rows.reject(
            index,
            problem(
                "class.unknown",
                "class_code",
                typed[index],
                Text(f"a component class of {edition.id}", f"{edition.id} 的部件类别"),
                Text(f"perhaps {near}", f"可能是 {near}") if near else Text("", ""),
            ),
        )
    rows.frame["class_code"] = found["class_code"]
    names = edition.component_classes["name"]
    default = found["class_code"].map(names)
    given = rows.frame["name"] if "name" in rows.frame else pd.Series(None, index=default.index)
    rows.frame["name"] = given.where(given.notna() & (given.astype(str) != ""), default)


def _departments(rows: Rows, departments: pd.DataFrame, on: str) -> None:
    frame = rows.frame
    for role in ROLES:
        column = f"{role}_code"
        frame[column] = pd.Series(None, index=frame.index, dtype=object)
        if role not in frame:
            continue
        typed = frame[role].fillna("").astype(str)
        distinct = pd.Series(typed[typed != ""].unique(), dtype=object)
        if distinct.empty:
            continue
        match = match_departments(distinct, departments, at=on)
        match.index = pd.Index(distinct)
        frame[column] = typed.map(match["code"].to_dict()).where(typed != "", None)
        bad = match.index[~match["outcome"].isin(["exact", "alias", "normalised"])]
        for index in typed.index[typed.isin(bad)]:
            near = _near(match.at[typed[index], "proposals"])
            rows.reject(
                index,
                problem(
                    "department.unmatched",
                    role,
                    typed[index],
                    Text("a department of the register", "部门名录中的部门"),
                    Text(f"perhaps {near}; or add an alias", f"可能是 {near}；或在名录中补充别名")
                    if near
                    else Text("add it to the register", "请先补充部门名录"),
                ),
            )


def _near(proposals: Any) -> str:
    return "、".join(f"{p.code} {p.name}" for p in proposals[:3])


def _locate(rows: Rows, city: City) -> None:
    frame = rows.frame
    point = frame.geometry.representative_point()
    x, y = point.x.to_numpy(), point.y.to_numpy()
    located = city.locate(x, y).set_axis(frame.index)
    outside = located["community_code"].isna()
    for index in frame.index[outside]:
        p = point[index]
        rows.reject(
            index,
            problem(
                "position.outside",
                "geometry",
                f"{p.x:.3f}, {p.y:.3f}" if p is not None and not p.is_empty else None,
                Text(
                    f"a point inside the city ({_extent(city)})",
                    f"位于城市范围内（{_extent(city)}）",
                ),
                _suspicion(p, city),
            ),
        )
    for name in ("grid_code", "community_code", "street_code", "county_code"):
        frame[name] = located[name]


def _extent(city: City) -> str:
    x0, y0, x1, y1 = city.areas.total_bounds
    return f"x {x0:.0f}–{x1:.0f}, y {y0:.0f}–{y1:.0f}"


def _suspicion(p: Any, city: City) -> Text:
    """Name the likely mistake behind a point outside: axes swapped, or degrees."""
    if p is None or p.is_empty:
        return Text("", "")
    x0, y0, x1, y1 = city.areas.total_bounds
    if x0 <= p.y <= x1 and y0 <= p.x <= y1:
        return Text("x and y look swapped", "x、y 疑似颠倒")
    if abs(p.x) <= 180 and abs(p.y) <= 90:
        return Text("looks like degrees: give --crs EPSG:4490", "疑似经纬度：请用 --crs EPSG:4490")
    return Text("", "")


def _fill_duties(
    fresh: gpd.GeoDataFrame, city: City, on: str, filled: dict[str, int]
) -> gpd.GeoDataFrame:
    """Let the duty rules name the bodies that the file leaves open, where they are sure.

    New components only: a later import of the same file must change nothing, even
    when the rules have changed since.
    """
    columns = [f"{role}_code" for role in ROLES]
    open_ = fresh[columns].isna().any(axis=1)
    if not open_.any() or not city.workspace.count("duty_rules", at="all"):
        return fresh
    asked = fresh.loc[open_].copy()
    asked["object_kind"] = "component"
    asked["geometry"] = asked.geometry.representative_point()
    answer = city.duties.resolve(asked, at=on)
    fresh = fresh.copy()
    for column in columns:
        empty = asked[column].isna() & answer[column].notna()
        fresh.loc[asked.index[empty], column] = answer.loc[empty, column]
        filled[column] = int(empty.sum())
    return fresh


def _mint(tx: Transaction, fresh: gpd.GeoDataFrame, edition: Edition) -> gpd.GeoDataFrame:
    fresh = fresh.copy()
    sequence = np.zeros(len(fresh), dtype=np.int64)
    groups = fresh.groupby(["county_code", "class_code"], sort=True).indices
    for (county, class_), at in groups.items():
        minted = tx.mint(f"component:{county}{class_}", len(at))
        sequence[at] = np.arange(minted.start, minted.stop)
    fresh["code"] = component_codes(fresh["county_code"], fresh["class_code"], sequence, edition)
    return fresh
