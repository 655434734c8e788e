"""Cases come into the workspace: classified, located, tied to grid and duty, numbered."""

from __future__ import annotations

from collections.abc import Mapping as TMapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.accept import ACCEPT
from citygrid_core.cases import default_points, intake, number
from citygrid_core.cases.privacy import concealed, masked_texts
from citygrid_core.errors import Text
from citygrid_core.operations.case_contradictions import report_contradictions
from citygrid_core.operations.city import City
from citygrid_core.operations.gazetteer import gazetteer
from citygrid_core.operations.intake import (
    Rows,
    SourceOptions,
    choices,
    import_file,
    problem,
    text_column,
)
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import Edition, load_edition
from citygrid_core.tables import Field, Mapping
from citygrid_core.workspace import Transaction, Workspace

#: Time columns in the order of the stages, and the step that each records.
STEPS = (
    ("reported_at", "collect", "collected"),
    ("registered_at", "register", "registered"),
    ("dispatched_at", "dispatch", "dispatched"),
    ("handled_at", "handle", "handled"),
    ("checked_at", "check", "checked"),
    ("closed_at", "close", "closed"),
)
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
AREA_COLUMNS = ("grid_code", "community_code", "street_code", "county_code")
#: Free texts in which phone and identity numbers are masked.
TEXTS = ("description", "address", "note")
COMPARE = (
    "source", "object_kind", "class_code", "component_code", "description", "address",
    "reported_at", "registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at",
    "due_at", "stage", "note",
)  # fmt: skip


def fields() -> tuple[Field, ...]:
    """Return what a file of cases may carry."""

    return (
        Field(
            "source_number",
            "text",
            labels=("案卷号", "任务号", "编号", "受理编号", "case_id"),
            required=True,
        ),
        Field("source", "text", labels=("问题来源", "来源", "来源渠道")),
        Field("object_kind", "text", labels=("对象", "问题类型", "类型")),
        Field(
            "class_code",
            "text",
            labels=("类别代码", "小类代码", "小类", "类别", "小类名称"),
            required=True,
        ),
        Field("component_code", "text", labels=("部件标识码", "部件编码")),
        Field(
            "given_grid_code",
            "text",
            labels=("单元网格编码", "单元网格代码", "网格编码", "网格代码", "所在单元网格"),
        ),
        Field("description", "text", labels=("问题描述", "描述", "内容")),
        Field("address", "text", labels=("事发位置", "地址", "位置描述", "事发地点")),
        Field(
            "reported_at",
            "datetime",
            labels=("上报时间", "受理时间", "登记时间", "OPEN_DT"),
            required=True,
        ),
        Field("registered_at", "datetime", labels=("立案时间",)),
        Field("dispatched_at", "datetime", labels=("派遣时间", "派单时间")),
        Field("handled_at", "datetime", labels=("处置完成时间", "处置时间", "反馈时间")),
        Field("checked_at", "datetime", labels=("核查时间",)),
        Field("closed_at", "datetime", labels=("结案时间", "办结时间", "CLOSED_DT")),
        Field("due_at", "datetime", labels=("处置截止时间", "截止时间", "TARGET_DT")),
        Field("stage", "choice", labels=("阶段", "状态"), choices=choices("case_stage")),
        Field("note", "text", labels=("备注",)),
    )


def import_cases(
    workspace: Workspace,
    path: Path,
    *,
    source_system: str = "",
    accept: float = ACCEPT,
    options: SourceOptions = SourceOptions(),
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Import cases from one file.

    A case is placed by its own point, else by the component that it names, else
    by its address when the match is sure enough (`accept`); one that none of these
    place is stored without a grid and counted as not located: never a default point.

    Parameters
    ----------
    source_system : str
        Who delivers; with the number in the source it says what is the same case.
        Default: the file's own constant, or "hotline".
    """
    city = City(workspace)
    edition = load_edition(workspace.edition)
    given = options.resolved()

    def conceal(row: dict[str, str], used: Mapping) -> dict[str, str]:
        """Hide who reported: by the mapping's word for a column of theirs, or a field of ours."""
        theirs = {ours: column for ours, column in used.columns.items() if ours in TEXTS}
        said = given.personal if given else {}
        said = {**{theirs[k]: v for k, v in said.items() if k in theirs}, **said}
        return concealed(row, said, tuple(theirs.values()))

    def prepare(rows: Rows) -> None:
        rows.frame["source_system"] = source_system or "default"
        prepare_cases(rows, city, edition, accept, given.personal if given else {})

    def mint(tx: Transaction, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return mint_numbers(tx, fresh, city)

    def follow(tx: Transaction, fresh: gpd.GeoDataFrame, changed: gpd.GeoDataFrame) -> None:
        _log(tx, workspace, fresh, changed)

    return import_file(
        workspace,
        path,
        operation="cases import",
        family="cases",
        fields=fields(),
        key=("source_system", "source_number"),
        compare=COMPARE,
        prepare=prepare,
        options=options,
        mint=mint,
        follow=follow,
        positions="optional",
        conceal=conceal,
        on=on,
        who=who,
        dry_run=dry_run,
        rejects=rejects,
        progress=progress,
    )


def prepare_cases(
    rows: Rows,
    city: City,
    edition: Edition,
    accept: float,
    personal: TMapping[str, str] = MappingProxyType({}),
) -> None:
    """Turn rows as they were told into cases: classified, masked, located, owned, doubted.

    The way of every case, from a file or from the phone.

    Parameters
    ----------
    personal : mapping
        What the mapping says of `TEXTS`; those that are not to be kept are masked.
    """
    taken = intake(rows.frame, edition)
    rows.frame = taken.frame
    for index, found in taken.problems.items():
        for p in found:
            rows.reject(index, p)
    rows.findings += [
        replace(p, row=rows.row(index)) for index, found in taken.findings.items() for p in found
    ]
    for name in TEXTS:
        if name in rows.frame and personal.get(name) != "keep":
            rows.frame[name] = masked_texts(rows.frame[name])
    _place(rows, city, accept)
    report_contradictions(rows, city)
    _answer(rows, city)


def _place(rows: Rows, city: City, accept: float) -> None:
    frame = rows.frame
    n = len(frame)
    x, y = np.full(n, np.nan), np.full(n, np.nan)
    method = np.full(n, "none", dtype=object)
    error, sure = np.full(n, np.nan), np.full(n, np.nan)
    if "geometry" in frame:
        point = frame.geometry
        given = np.array(~(point.isna() | point.is_empty))
        x[given], y[given] = point[given].x, point[given].y
        method[given], sure[given] = "given", 1.0
    _forget_default_points(rows, x, y, method, sure)
    _by_component(frame, city, x, y, method, sure)
    _by_address(frame, city, accept, x, y, method, error, sure)
    located = city.locate(x, y).set_axis(frame.index)
    outside = ~np.isnan(x) & located["community_code"].isna().to_numpy()
    for i in np.flatnonzero(outside):
        rows.reject(
            frame.index[i],
            problem(
                "position.outside",
                "geometry",
                f"{x[i]:.3f}, {y[i]:.3f}",
                Text("a point inside the city", "位于城市范围内"),
            ),
        )
    address = text_column(frame, "address")
    claimed = "geometry" in frame and ~np.array(frame.geometry.isna())
    for index in frame.index[(method == "none") & (address == "").to_numpy() & ~claimed]:
        rows.reject(
            index,
            problem(
                "position.missing",
                "address",
                None,
                Text("a point, a component or an address", "坐标、部件编码或地址"),
            ),
        )
    for name in AREA_COLUMNS:
        frame[name] = located[name]
    frame["location_method"] = method
    frame["location_error_m"], frame["location_probability"] = error, sure
    placed = shapely.points(x, y)
    placed[np.isnan(x)] = None
    rows.frame = gpd.GeoDataFrame(
        frame.drop(columns="geometry", errors="ignore"), geometry=placed, crs=city.workspace.crs
    )
    kinds = pd.Series(method).value_counts()
    rows.details["located"] = {k: int(v) for k, v in kinds.items()}


def _forget_default_points(rows: Rows, x: Floats, y: Floats, method: Objects, sure: Floats) -> None:
    """Don't believe the point that a system writes when it knows none; say so once each."""
    address = text_column(rows.frame, "address")
    mask, points = default_points(x, y, address)
    x[mask], y[mask], sure[mask] = np.nan, np.nan, np.nan
    method[mask] = "none"
    for p in points:
        rows.findings.append(
            problem(
                "position.default",
                "geometry",
                f"{p.x:.3f}, {p.y:.3f} × {p.cases}",
                Text("places that differ", "各不相同的位置"),
                Text(
                    f"taken as not located: a default point ({p.without_address} without an address)",
                    f"视为未定位：疑为系统默认点（其中 {p.without_address} 条无地址）",
                ),
            )
        )


def _by_component(
    frame: pd.DataFrame,
    city: City,
    x: Floats,
    y: Floats,
    method: Objects,
    sure: Floats,
) -> None:
    if "component_code" not in frame:
        return
    named = frame["component_code"].fillna("").astype(str).to_numpy()
    todo = np.isnan(x) & (named != "")
    if not todo.any():
        return
    components = city.workspace.read("components", columns=["code"])
    spot = components.set_index("code").geometry.representative_point()
    spot = spot[~spot.index.duplicated()].reindex(named[todo])
    hit = np.flatnonzero(todo)[spot.notna().to_numpy()]
    x[hit], y[hit] = spot.dropna().x, spot.dropna().y
    method[hit], sure[hit] = "component", 1.0


def _by_address(
    frame: pd.DataFrame,
    city: City,
    accept: float,
    x: Floats,
    y: Floats,
    method: Objects,
    error: Floats,
    sure: Floats,
) -> None:
    if "address" not in frame:
        return
    address = frame["address"].fillna("").astype(str)
    todo = np.isnan(x) & (address != "").to_numpy()
    if not todo.any() or not city.workspace.count("places"):
        return
    answers = gazetteer(city.workspace).geocode(address[todo], accept=accept)
    taken = (answers["outcome"] == "accepted").to_numpy()
    hit = np.flatnonzero(todo)[taken]
    sure[np.flatnonzero(todo)] = answers["probability"].to_numpy(float)
    x[hit], y[hit] = answers["x"].to_numpy(float)[taken], answers["y"].to_numpy(float)[taken]
    error[hit] = answers["error_m"].to_numpy(float)[taken]
    method[hit] = "geocoded"


def _answer(rows: Rows, city: City) -> None:
    """Name the bodies that supervise and handle, where exactly one answers."""
    frame = rows.frame
    for column in ("supervising_code", "handling_code", "duty_outcome"):
        frame[column] = pd.Series(None, index=frame.index, dtype=object)
    asked = rows.good
    asked = asked[asked["community_code"].notna()]
    if asked.empty or not city.workspace.count("duty_rules", at="all"):
        return
    answer = city.duties.resolve(asked, at=asked["reported_at"])
    for column in ("supervising_code", "handling_code", "duty_outcome"):
        frame.loc[asked.index, column] = answer[column]
    unclear = frame.loc[asked.index, "duty_outcome"].value_counts()
    rows.details["duty"] = {str(k): int(v) for k, v in unclear.items()}


def mint_numbers(tx: Transaction, fresh: gpd.GeoDataFrame, city: City) -> gpd.GeoDataFrame:
    """Number new cases in the order of their reports: day, county, five digits."""
    fresh = fresh.sort_values(["reported_at", "source_number"], kind="stable").copy()
    default = str(city.areas.loc[city.areas["level"] == "county", "code"].min())
    county = fresh["county_code"].fillna(default)
    day = fresh["reported_at"].astype(str).str[:10]
    sequence = np.zeros(len(fresh), dtype=np.int64)
    groups = pd.DataFrame({"day": day.to_numpy(), "county": county.to_numpy()})
    for (d, c), at in groups.groupby(["day", "county"]).indices.items():
        minted = tx.mint(f"case:{d}:{c}", len(at))
        sequence[at] = np.arange(minted.start, minted.stop)
    fresh["number"] = number(day, county, sequence)
    return fresh


def _log(
    tx: Transaction, workspace: Workspace, fresh: gpd.GeoDataFrame, changed: gpd.GeoDataFrame
) -> None:
    """Append the steps that the times tell and that the log does not have yet."""
    times = ["number", "stage", *(column for column, _, _ in STEPS)]
    touched = [f.reindex(columns=times).astype(object) for f in (fresh, changed) if len(f)]
    if not touched:
        return
    both = pd.concat(touched)
    logged: dict[str, set[str]] = {}
    if len(changed):
        held = workspace.read("case_log", where={"number": changed["number"].tolist()})
        logged = {str(n): set(g["step"]) for n, g in held.groupby("number")}
    parts = []
    before = pd.Series("", index=both.index, dtype=object)
    for column, step, after in STEPS:
        done = both[column].notna() & (both[column].astype(str) != "")
        rows = both[done]
        parts.append(
            pd.DataFrame(
                {
                    "number": rows["number"],
                    "step": step,
                    "at": rows[column],
                    "before": before[done],
                    "after": after,
                    "post": "source",
                }
            )
        )
        before = before.where(~done, after)
    void = (both["stage"] == "void") & (before != "")
    if void.any():  # told without a time: not before the last step that has one
        last = both.loc[void, times[:1:-1]].bfill(axis=1).iloc[:, 0]
        parts.append(
            pd.DataFrame(
                {
                    "number": both.loc[void, "number"], "step": "void", "at": last,
                    "before": before[void], "after": "void", "post": "source",
                }
            )
        )  # fmt: skip
    log = pd.concat(parts, ignore_index=True)
    if logged:
        old = [s in logged.get(n, ()) for n, s in zip(log["number"], log["step"], strict=True)]
        log = log[~np.array(old)]
    log["seq"] = (
        log.groupby("number").cumcount()
        + 1
        + log["number"].map({n: len(s) for n, s in logged.items()}).fillna(0).astype(int)
    )
    log["before"] = log["before"].where(log["before"] != "", None)
    tx.insert("case_log", log.sort_values(["number", "seq"]).reset_index(drop=True))
