"""A city begins with its areas: county, street and community polygons."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import CitygridError, Problem, Text, UnusableInput, UsageError
from citygrid_core.operations.importing.intake import Rows, SourceOptions, problem, text_column
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import DEFAULT_EDITION, AreaCode, editions
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Workspace

LEVELS = {6: "county", 9: "street", 12: "community"}
#: Area that two communities may share before it counts as an overlap: digitising noise.
OVERLAP_M2 = 0.01
#: A strip thinner than this is two ways to write one border.
SNAP_M = 0.01

FIELDS = (
    Field(
        "code",
        "code",
        labels=("行政区划代码", "区划代码", "代码", "area_code", "dm"),
        required=True,
    ),
    Field("name", "text", labels=("名称", "行政区域名称", "mc"), required=True),
    Field("level", "text", labels=("级别", "层级")),
    Field("parent_code", "code", labels=("上级代码", "父代码")),
    Field("note", "text", labels=("备注",)),
)


def init(
    path: str | Path,
    areas: Path,
    *,
    edition: str = DEFAULT_EDITION,
    crs: str | None = None,
    name: str = "",
    profile: str = "default",
    options: SourceOptions = SourceOptions(),
    on: str,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Make a workspace from a file of areas.

    Parameters
    ----------
    areas : Path
        Polygons with a 6-, 9- or 12-digit code and a name; level and parent are
        derived from the code.
    crs : str, optional
        Projected CRS of the workspace, in metres; the file's own when it is one.

    Raises
    ------
    UsageError
        The workspace exists already, or the edition is unknown.
    UnusableInput
        Any area is wrong (all are listed). A city can't stand on half its
        areas, so nothing is made.
    """
    target = Path(path)
    if target.exists():
        raise UsageError(
            Text(
                f"{target} exists already; name a new file",
                f"{target} 已存在，请指定新的文件名",
            )
        )
    if edition not in editions():
        known = ", ".join(editions())
        raise UsageError(
            Text(
                f"unknown edition {edition!r}; known: {known}",
                f"未知标准版本“{edition}”，可用：{known}",
            )
        )
    progress("reading", 0, 2)
    batch = read(
        areas,
        FIELDS,
        **options.reading(),
        to_crs=crs,
    )
    frame = batch.frame
    _require_projected(frame, Path(areas).name)
    rows = Rows(frame)
    complete_areas(rows, edition)
    found = [p for r in batch.rejects for p in r.problems]
    found += [
        Problem(
            p.rule,
            p.found,
            p.expected,
            p.cure,
            Path(areas).name,
            rows.row(i),
            p.field,
        )
        for i, ps in rows.bad.items()
        for p in ps
    ]
    if found:
        raise UnusableInput(*found)
    progress("storing", 1, 2)
    frame = rows.frame.drop(columns="source_row")
    frame["valid_from"] = on
    _make(target, frame, edition, name, profile, on, who, dry_run)
    report = Report("init", read=batch.read, stored=len(frame), dry_run=dry_run)
    report.details = {
        "workspace": str(target),
        "edition": edition,
        "crs": str(frame.crs.to_string()),
        "areas": {level: int((frame["level"] == level).sum()) for level in LEVELS.values()},
    }
    progress("done", 2, 2)
    return report


def _make(
    target: Path,
    frame: gpd.GeoDataFrame,
    edition: str,
    name: str,
    profile: str,
    on: str,
    who: str,
    dry_run: bool,
) -> None:
    """Build beside the target and move into place: a kill leaves no half-made city."""
    building = target.with_name(f".{target.stem}.building-{os.getpid()}.gpkg")
    try:
        with Workspace.create(
            building, crs=frame.crs, edition=edition, name=name or target.stem, profile=profile
        ) as ws:
            with ws.transaction("init", who=who, parameters={"on": on}) as tx:
                tx.insert("areas", frame)
            ws.store_styles(_styles())
        if not dry_run:
            _into_place(building, target)
    except FileExistsError:
        raise UsageError(Text(f"{target} exists already", f"{target} 已存在")) from None
    finally:
        for leftover in target.parent.glob(f".{target.stem}.building-{os.getpid()}.gpkg*"):
            leftover.unlink()


def _into_place(building: Path, target: Path) -> None:
    """Give the file its name; a file that came in between is never overwritten."""
    try:
        os.link(building, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(target) from None
        building.rename(target)


def _styles() -> dict[str, str]:
    """Return the QGIS style of each table: Chinese aliases and value lists without our plugin."""
    folder = resources.files("citygrid_core.workspace") / "qml"
    return {
        Path(f.name).stem: f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith(".qml")
    }


def _require_projected(frame: Any, file: str) -> None:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise UnusableInput(
            Problem(
                "areas.crs",
                Text("polygons without a CRS", "面数据没有坐标参考系"),
                Text("a projected CRS in metres", "以米为单位的投影坐标系"),
                Text("give --crs EPSG:N", "请用 --crs EPSG:N 指定"),
                file=file,
            )
        )
    if not frame.crs.is_projected:
        raise UnusableInput(
            Problem(
                "areas.crs",
                Text(
                    f"geographic coordinates ({frame.crs.to_string()})",
                    f"经纬度坐标（{frame.crs.to_string()}）",
                ),
                Text("a projected CRS in metres", "以米为单位的投影坐标系"),
                Text(
                    "give --crs with the city's projection, e.g. EPSG:4547",
                    "请用 --crs 指定城市投影坐标系，如 EPSG:4547",
                ),
                file=file,
            )
        )


def complete_areas(rows: Rows, edition: str) -> None:
    """Derive level, parent and area of each row, and set aside what can't be an area.

    Rules: the code parses (GB/T 2260, GB/T 10114 as the edition has them), is used
    once, its parent is in the file, the polygon is valid and non-empty, and areas
    of one level don't overlap by more than digitising noise.
    """
    frame = rows.frame
    codes = text_column(frame, "code")
    for index, code in codes.items():
        try:
            AreaCode.parse(code, edition=edition)
        except CitygridError as error:
            rows.reject(index, problem("areas.code", "code", code, error.message))
    level = codes.str.len().map(LEVELS)
    parent = codes.map(lambda c: {12: c[:9], 9: c[:6]}.get(len(c), ""))
    known = set(codes)
    for index in frame.index[(parent != "") & ~parent.isin(known)]:
        rows.reject(
            index,
            problem(
                "areas.parent",
                "code",
                codes[index],
                Text(
                    f"its parent {parent[index]} in the file too", f"文件中有其上级 {parent[index]}"
                ),
            ),
        )
    if "parent_code" in frame:
        given = frame["parent_code"].fillna("").astype(str)
        for index in frame.index[(given != "") & (given != parent)]:
            rows.reject(
                index,
                problem(
                    "areas.parent",
                    "parent_code",
                    given[index],
                    Text(
                        f"{parent[index] or 'nothing'}, as the code says",
                        f"与代码一致的 {parent[index] or '空值'}",
                    ),
                ),
            )
    for index in frame.index[codes.duplicated(keep=False)]:
        rows.reject(
            index,
            problem(
                "areas.duplicate", "code", codes[index], Text("a code used once", "不重复的代码")
            ),
        )
    geometry = frame.geometry
    for index in frame.index[geometry.isna() | geometry.is_empty | ~geometry.is_valid]:
        reason = shapely.is_valid_reason(geometry[index]) if geometry[index] is not None else None
        rows.reject(
            index,
            problem("areas.geometry", "geometry", reason, Text("a valid polygon", "有效的面")),
        )
    frame["level"], frame["parent_code"] = level, parent.where(parent != "", None)
    frame["area_m2"] = geometry.area.round(3)
    sound = frame[np.asarray(shapely.is_valid(geometry.to_numpy())) & ~geometry.is_empty]
    _reject_overlaps(rows, sound)
    _reject_gaps(rows, sound)


def _reject_gaps(rows: Rows, sound: gpd.GeoDataFrame) -> None:
    """The areas below one area fill it: what they leave is blamed on its longest neighbour."""
    for parent in sound.itertuples():
        below = sound[sound["parent_code"] == parent.code]
        if below.empty:
            continue
        shapes = below.geometry.to_numpy()
        left = shapely.difference(parent.geometry, shapely.union_all(shapes))
        for gap in shapely.get_parts(left):
            if gap.area <= OVERLAP_M2 or gap.area <= SNAP_M * gap.length:
                continue
            near = shapely.length(shapely.intersection(shapes, gap.buffer(SNAP_M)))
            spot = gap.representative_point()
            rows.reject(
                below.index[int(np.argmax(near))],
                problem(
                    "areas.gap",
                    "geometry",
                    f"{gap.area:,.2f} m² @ {spot.x:.1f}, {spot.y:.1f}",
                    Text(
                        f"areas that fill {parent.code} {parent.name}",
                        f"铺满 {parent.code} {parent.name}",
                    ),
                    Text("close the gap", "请补齐缝隙"),
                ),
            )


def _reject_overlaps(rows: Rows, sound: gpd.GeoDataFrame) -> None:
    for one in LEVELS.values():
        part = sound[sound["level"] == one]
        shapes = part.geometry.to_numpy()
        left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pair = left < right
        left, right = left[pair], right[pair]
        shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
        for a, b, m2 in zip(*(v[shared > OVERLAP_M2] for v in (left, right, shared)), strict=True):
            rows.reject(
                part.index[b],
                problem(
                    "areas.overlap",
                    "geometry",
                    f"{m2:,.2f} m²",
                    Text(
                        f"no area shared with {part['code'].iloc[a]}",
                        f"与 {part['code'].iloc[a]} 不重叠",
                    ),
                    Text("repair the borders", "请修正边界"),
                ),
            )


def areas_of(codes: pd.Series) -> pd.DataFrame:
    """Split grid codes into their community, street and county codes.

    Parameters
    ----------
    codes : Series of str
        Unit grid codes; empty or missing stays missing.
    """
    number, distinct = pd.factorize(codes.to_numpy(dtype=object))
    texts = [str(c) for c in distinct]
    cut = {}
    for name, length in (("community_code", 12), ("street_code", 9), ("county_code", 6)):
        values = np.array([*(t[:length] or None for t in texts), None], dtype=object)
        cut[name] = pd.Series(values[number], index=codes.index, dtype=object)
    answer: pd.DataFrame = pd.DataFrame(cut, index=codes.index)
    return answer
